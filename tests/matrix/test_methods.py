"""Every method a browser could send, at every address, by everybody, as a page and as a fragment: the same rule as GET,
or refused. And what is hidden looks like what is missing, to the last byte, whichever way it is asked for.
"""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest

from tests.matrix.expectations import ROUTES
from tests.matrix.test_matrix import (
    HX,
    ask,
    browser_of,
    built,
    expected,
    hidden_from,
    put_back,
    tries,
    world,
)
from tests.matrix.world import ACTORS, MISSING

__all__ = ["built", "world"]
OTHER = ("put", "patch", "delete", "trace", "options")
WAYS = ({}, HX)
PASSING = {"X-Request-ID", "Content-Security-Policy"}  # new in every answer
THINGS = sorted(name for name, route in ROUTES.items() if route.kind not in {"", "link"})


def turned_away(headers: dict[str, str]) -> int:
    """How somebody who is not signed in is told so."""
    return 401 if headers else 302


@pytest.mark.parametrize("name", sorted(ROUTES))
def test_asking_for_the_headers_alone_follows_the_rule_of_the_page(world, name):
    wrong, asked = [], 0
    for one in (one for one in tries(world, name) if one.method == "get"):
        if one.want in {302, 403, 405} and one.ownership != "own":
            continue  # the role and the method alone decide: once is enough
        for headers in WAYS if one.ownership == "own" else WAYS[:1]:
            with put_back():
                answer = ask(world, one.actor, name, one.args, "head", silent=True, headers=headers)
            asked += 1
            out = not one.actor.signed_in and not ROUTES[name].public
            want = turned_away(headers) if out else one.want
            if answer.status_code != want or answer.content:
                wrong.append(f"{one} {headers}: {answer.status_code} and {len(answer.content)} bytes, not {want}")
            if slipped := [word for word in hidden_from(one.actor) if word in str(answer.headers)]:
                wrong.append(f"{one} {headers}: shows {', '.join(slipped)}")

    assert asked >= 2 * len(ACTORS)
    assert wrong == []


EVERYTHING = tuple(product(OTHER, WAYS))
TRY_ALL = {"signed out", "senco"}  # who may least and most; the others take turns, so that each tries each somewhere


@pytest.mark.parametrize(("turn", "name"), list(enumerate(sorted(ROUTES))))
def test_methods_that_no_page_uses_are_refused_to_everybody(world, turn, name):
    route, wrong = ROUTES[name], []
    for place, actor in enumerate(ACTORS):
        args = world.args(route.kind, actor)["own"]
        mine = EVERYTHING if actor.name in TRY_ALL else (EVERYTHING[(turn + place) % len(EVERYTHING)],)
        for method, headers in mine:
            answer = ask(world, actor, name, args, method, silent=True, headers=headers)
            out = not actor.signed_in and not route.public
            want = turned_away(headers) if out else 405
            if answer.status_code != want:
                wrong.append(f"{method} by {actor.name} {headers}: {answer.status_code}, not {want}")

    assert wrong == []


def told(answer: Any) -> tuple[int, bytes, dict[str, str], list[str]]:
    """All of an answer that does not differ from one request to the next."""
    heads = {name: value for name, value in answer.headers.items() if name not in PASSING}
    return answer.status_code, answer.content, heads, sorted(answer.cookies)


def nowhere(kind: str, args: tuple[Any, ...]) -> tuple[Any, ...]:
    """The same address with ids that are nobody's; a tier is a number and no id."""
    tier = 1 if kind == "tier" else None
    return tuple(MISSING if isinstance(part, int) and place != tier else part for place, part in enumerate(args))


@pytest.mark.parametrize("name", THINGS)
def test_what_is_hidden_looks_like_what_is_missing(world, name):
    wrong, compared, nothing = [], 0, {}
    for one in (one for one in tries(world, name) if one.want == 404):
        missing = nowhere(ROUTES[name].kind, one.args)
        for headers in WAYS:
            asked = {"method": one.method, "silent": True, "headers": headers}
            case = (one.actor.name, one.method, missing, bool(headers))
            if case not in nothing:
                nothing[case] = told(ask(world, one.actor, name, missing, **asked))
            hidden = told(ask(world, one.actor, name, one.args, **asked))
            compared += 1
            if hidden != nothing[case] or hidden[0] != 404:
                wrong.append(f"{one} {headers}")

    assert compared
    assert wrong == []


def test_every_page_that_is_not_there_says_the_same(world):
    """One text for all of them: an address that is nobody's, and everything of the other school."""
    senco = next(actor for actor in ACTORS if actor.name == "senco")
    unknown = browser_of(world, senco).get("/nowhere/").content

    said = {
        ask(world, senco, name, world.args(ROUTES[name].kind, senco)["elsewhere"], "get").content
        for name in THINGS
        if expected(ROUTES[name], senco, "elsewhere", "get") == 404
    }

    assert said == {unknown}
