"""Every address × everybody × whose it is × every method: who gets in, who does not, and what nobody lets slip."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from io import BytesIO
from typing import Any, NamedTuple
from zipfile import ZipFile

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection, transaction
from django.test import Client
from django.urls import get_resolver, reverse
from pypdf import PdfReader

from provisionmap.school.middleware import PUBLIC
from provisionmap.school.roles import GRANTS, Capability, Role
from provisionmap.school.sign_in.middleware import STEPPING
from tests.conftest import NOW
from tests.matrix import world as words
from tests.matrix.expectations import (
    CONTACT_READERS,
    MAP_READERS,
    NOTE_READERS,
    ROUTES,
    SENCO,
    UNGUARDED,
    WHOLE_SCHOOL,
    WRITERS,
    Route,
    may,
    sees,
)
from tests.matrix.world import ACTORS, Actor, World, build

HX = {"HX-Request": "true"}
WRITES = ("INSERT", "UPDATE", "DELETE", "REPLACE")


def routes(resolver: Any = None, space: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    """Name and view of every address of the product; an address without a name has an empty one."""
    for entry in (resolver or get_resolver()).url_patterns:
        if hasattr(entry, "url_patterns"):
            yield from routes(entry, (*space, entry.namespace) if entry.namespace else space)
        else:
            yield ":".join((*space, entry.name)) if entry.name else "", entry.callback


VIEWS = dict(routes())


@pytest.fixture(scope="module")
def built(django_db_setup, django_db_blocker) -> Iterator[World]:
    """Two schools with one of everything, built once, and everybody who has an account signed in there."""
    with django_db_blocker.unblock(), time_machine.travel(NOW, tick=True), transaction.atomic():
        made = build()
        made.cookies = {name: signed_in(user) for name, user in made.users.items()}
        yield made
        transaction.set_rollback(True)


@pytest.fixture
def world(built, db) -> World:
    """Two schools with one of everything; what a test does to them is put back after it, and nothing was counted."""
    cache.clear()
    return built


class Try(NamedTuple):
    """One request: by whom, for whose thing, how, and what it must be answered."""

    actor: Actor
    ownership: str
    args: tuple[Any, ...]
    method: str
    want: int

    def __str__(self) -> str:
        return f"{self.method} by {self.actor.name}, {self.ownership}"


def refuse_writes(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
    """Lets statements through that change nothing; a session is the web's own bookkeeping."""
    if sql.lstrip().upper().startswith(WRITES) and "django_session" not in sql:
        raise AssertionError(f"this request may not write: {sql[:80]}")
    return execute(sql, params, many, context)


@contextmanager
def put_back() -> Iterator[None]:
    """Whatever is written inside is gone afterwards."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def signed_in(user: Any) -> str:
    """The cookies of somebody who has signed in."""
    client = Client()
    client.force_login(user)
    session = client.session  # the whole world is signed in before the first test, with every step
    session["account_authentication_methods"] = [{"method": "mfa", "type": "totp", "id": 0, "at": time.time()}]
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()
    return client.cookies.output(attrs=[], header="", sep=";")


def browser_of(world: World, actor: Actor) -> Client:
    """A browser of their own, signed in where they have an account."""
    client = Client()
    client.cookies.load(world.cookies.get(actor.name, ""))
    return client


def ask(
    world: World, actor: Actor, name: str, args: tuple[Any, ...], method: str, *, silent: bool = False, **options: Any
) -> Any:
    """One request by one person; a silent one may not write. The body is a form."""
    client = browser_of(world, actor)
    data = ROUTES[name].body(world, args) if method == "post" else None
    guard = connection.execute_wrapper(refuse_writes) if silent else nullcontext()
    with guard:
        return getattr(client, method)(reverse(name, args=args), data, **options)


def status_of(value: Any, actor: Actor) -> int:
    """The status a line of the table names."""
    return value(actor) if callable(value) else value


def expected(route: Route, actor: Actor, ownership: str, method: str) -> int:
    """What the table says; the order of the reasons is the product's own: signed in, method, role, thing."""
    own = status_of(route.post if method == "post" else route.get, actor)
    if not actor.signed_in and not route.public:
        return 302
    if own == 405:
        return 405
    if not may(actor, route):
        return 403
    if not sees(actor, route.kind, ownership):
        return 404
    if ownership == "targeted" and route.roles == WRITERS and "class_teacher" in actor.roles:
        return 422  # refused in words
    return own


def keeps_out(route: Route, actor: Actor, status: int) -> bool:
    """Whether an answer lets somebody do nothing: then nothing at all may be written."""
    return status in {401, 403, 404, 405} or (not actor.signed_in and not route.public)


def text_of(answer: Any) -> str:
    """Everything a person could read in an answer, headers included."""
    head = " ".join(f"{name}: {value}" for name, value in answer.headers.items())
    if answer.headers.get("Content-Type") == "application/pdf":
        return head + " ".join(page.extract_text() for page in PdfReader(BytesIO(answer.content)).pages)
    if answer.content.startswith(b"PK"):
        with ZipFile(BytesIO(answer.content)) as parts:
            return head + " ".join(parts.read(name).decode() for name in parts.namelist())
    return head + answer.content.decode()


def hidden_from(actor: Actor) -> set[str]:
    """The words of records that this person may not see, wherever they look."""
    hidden = {words.ELSEWHERE, words.COLLEAGUE}
    if not actor.roles & WHOLE_SCHOOL:
        hidden.add(words.OTHER)
        if not actor.works:
            hidden.add(words.OWN)
    if not actor.roles & SENCO:
        hidden.add(words.CONFIDENTIAL)
    if not actor.roles & CONTACT_READERS:
        hidden.add(words.CONTACT)
    if not actor.roles & NOTE_READERS:
        hidden |= {words.NOTE, words.VOICE}
    return hidden


def cells(world: World, route: Route) -> Iterator[tuple[Actor, str, tuple[Any, ...]]]:
    """Everybody with every ownership of the thing in the address."""
    for actor in ACTORS:
        for ownership, args in world.args(route.kind, actor).items():
            yield actor, ownership, args


def tries(world: World, name: str, *, fragment: bool = False) -> Iterator[Try]:
    """Every request of the matrix to one address, with what the table says of it; docs/security.md counts them."""
    route = ROUTES[name]
    for actor, ownership, args in cells(world, route):
        for method in ("get", "post"):
            want = expected(route, actor, ownership, method)
            if fragment and not actor.signed_in:
                want = 401
            if fragment and want in {403, 405} and ownership != "own":
                continue  # the role and the method alone decide: once is enough
            yield Try(actor, ownership, args, method, want)


def test_every_address_has_its_line_and_every_line_its_address():
    assert set(VIEWS) == set(ROUTES)


def test_the_public_pages_are_the_ones_the_table_names():
    assert {name for name, route in ROUTES.items() if route.public} == PUBLIC


def test_every_view_names_what_it_needs():
    assert {name for name, view in VIEWS.items() if not hasattr(view, "capabilities")} == UNGUARDED


@pytest.mark.parametrize("name", sorted(set(ROUTES) - UNGUARDED))
def test_the_capability_of_a_view_is_held_by_the_roles_of_the_table(name):
    needed, roles = set(VIEWS[name].capabilities), ROUTES[name].roles

    if roles is None:
        assert not needed
    else:
        assert {role.value for role, held in GRANTS.items() if needed & held} == roles


@pytest.mark.django_db
def test_the_capability_of_a_view_that_asks_for_two_is_each_of_them(client, senco, monkeypatch):
    """Who holds one holds the other, as the table is now: so the table is changed."""
    page = reverse("interventions:next-year")
    assert client.get(page).status_code == 200

    for capability in (Capability.EDIT_LEARNERS, Capability.EDIT_MAP):
        with monkeypatch.context() as other:
            other.setitem(GRANTS, Role.SENCO, GRANTS[Role.SENCO] - {capability})
            assert client.get(page).status_code == 403


@pytest.mark.parametrize("name", sorted(ROUTES))
def test_everybody_gets_what_the_table_says_and_reads_nothing_more(world, name):
    wrong = []
    for one in tries(world, name):
        silent = one.method == "get" or keeps_out(ROUTES[name], one.actor, one.want)
        with put_back():
            answer = ask(world, one.actor, name, one.args, one.method, silent=silent)
        if answer.status_code != one.want:
            wrong.append(f"{one}: {answer.status_code}, not {one.want}")
        if slipped := sorted(word for word in hidden_from(one.actor) if word in text_of(answer)):
            wrong.append(f"{one}: shows {', '.join(slipped)}")

    assert wrong == []


@pytest.mark.parametrize("name", sorted(set(ROUTES) - UNGUARDED))
def test_a_fragment_lets_in_nobody_whom_the_page_keeps_out(world, name):
    wrong = []
    for one in tries(world, name, fragment=True):
        silent = one.method == "get" or keeps_out(ROUTES[name], one.actor, one.want)
        with put_back():
            answer = ask(world, one.actor, name, one.args, one.method, silent=silent, headers=HX)
        kept_out = one.want in {401, 403, 404, 405}
        if kept_out != (answer.status_code in {401, 403, 404, 405}) or (kept_out and answer.status_code != one.want):
            wrong.append(f"{one}: {answer.status_code}, not {one.want}")
        if slipped := sorted(word for word in hidden_from(one.actor) if word in text_of(answer)):
            wrong.append(f"{one}: shows {', '.join(slipped)}")

    assert wrong == []


@pytest.mark.parametrize("actor", [actor for actor in ACTORS if actor.signed_in], ids=lambda actor: actor.name)
@pytest.mark.parametrize(("name", "readers"), [("learners:register", WHOLE_SCHOOL), ("interventions:map", MAP_READERS)])
def test_lists_hold_exactly_the_learners_that_somebody_sees(world, actor, name, readers):
    answer = ask(world, actor, name, (), "get")

    seen = {word for word in (words.OWN, words.OTHER, words.ELSEWHERE) if word in answer.content.decode()}
    if answer.status_code == 403:
        assert seen == set()
    elif actor.roles & WHOLE_SCHOOL:
        assert seen == {words.OWN, words.OTHER}
    else:
        assert seen == ({words.OWN} if actor.works else set())


@pytest.mark.parametrize("actor", [actor for actor in ACTORS if actor.signed_in], ids=lambda actor: actor.name)
@pytest.mark.parametrize("view", ["areas", "interventions", "groups", "groups&by=subject", "staff", "learners&by=need"])
def test_no_view_of_the_map_lets_slip_what_somebody_may_not_see(world, actor, view):
    answer = browser_of(world, actor).get(f"/map/?view={view}")

    text = answer.content.decode()
    assert answer.status_code == (200 if actor.roles & MAP_READERS else 403)
    assert [word for word in sorted(hidden_from(actor)) if word in text] == []


@pytest.mark.parametrize("actor", [actor for actor in ACTORS if actor.signed_in], ids=lambda actor: actor.name)
@pytest.mark.parametrize("format", ["xlsx", "ods", "csv", "pdf"])
def test_no_copy_of_the_map_lets_slip_what_somebody_may_not_see(world, actor, format):
    wanted = {"format": format, "paper": "A3", "names": "full", "parts": ["upn", "outcome", "note"]}

    answer = browser_of(world, actor).post("/map/export/", wanted)

    text = text_of(answer)
    assert answer.status_code == (200 if actor.roles & MAP_READERS else 403)
    assert [word for word in sorted(hidden_from(actor)) if word in text] == []


def test_the_guard_against_writing_would_notice_one(world):
    with connection.execute_wrapper(refuse_writes), pytest.raises(AssertionError, match="may not write: UPDATE"):
        world.own.learner.save()


@pytest.mark.parametrize("name", sorted(set(ROUTES) - STEPPING - {name for name, one in ROUTES.items() if one.public}))
def test_a_password_alone_opens_nothing(world, name):
    senco = next(actor for actor in ACTORS if actor.name == "senco")
    client = browser_of(world, senco)
    with put_back():
        session = client.session
        session["account_authentication_methods"] = [{"method": "password", "at": time.time()}]
        session.save()
        address = reverse(name, args=world.args(ROUTES[name].kind, senco)["own"])

        for answer in (client.get(address), client.post(address)):
            assert (answer.status_code, answer.headers["Location"]) == (302, reverse("school:second-step"))
        assert client.post(address, headers=HX).status_code == 401
