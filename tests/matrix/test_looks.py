"""Whoever looks at a child's record leaves an event: every address, also one that is added tomorrow."""

from __future__ import annotations

import pytest

from provisionmap.school import seen
from provisionmap.school.models import AuditEvent
from provisionmap.school.seen import LEARNER_VIEW, LIST_VIEW, REFUSED, SHOWS_NOBODY
from tests.matrix import world as words
from tests.matrix.expectations import ROUTES, UNGUARDED
from tests.matrix.test_matrix import ask, built, put_back, text_of, world
from tests.matrix.world import ACTORS

__all__ = ["built", "world"]
pytestmark = pytest.mark.looks
BY_LEARNER = frozenset({"learner", "tier", "section", "contact", "placement", "version", "edit"})
CHILDREN = {words.OWN, words.OTHER}
ACTOR = {actor.name: actor for actor in ACTORS}
NAMED = sorted(set(ROUTES) - UNGUARDED)


def left_by(answer):
    """The events of one request."""
    return list(AuditEvent.objects.filter(request_id=answer["X-Request-ID"]))


@pytest.mark.parametrize("name", NAMED)
@pytest.mark.parametrize("htmx", [False, True], ids=["page", "fragment"])
def test_a_page_that_shows_a_child_leaves_an_event(world, name, htmx):
    route, senco = ROUTES[name], ACTOR["senco"]
    args = world.args(route.kind, senco)["own"]

    for method in ("get", "post"):
        with put_back():
            answer = ask(world, senco, name, args, method, headers={"HX-Request": "true"} if htmx else {})
            events = left_by(answer)
        seen.looks.until.clear()
        if answer.status_code not in (200, 409, 422):
            continue
        views = [event for event in events if event.verb in (LEARNER_VIEW, LIST_VIEW)]
        if route.kind in BY_LEARNER:
            assert [(event.verb, event.learner_id) for event in views] == [(LEARNER_VIEW, world.own.learner.pk)]
        elif any(word in text_of(answer) for word in CHILDREN):
            assert [event.verb for event in views] == [LIST_VIEW]
            assert name not in SHOWS_NOBODY
        assert all(event.user_id == world.users["senco"].pk for event in views)
        assert all(event.school_id == world.school.pk for event in views)


@pytest.mark.parametrize("name", sorted(name for name in NAMED if ROUTES[name].kind in BY_LEARNER))
def test_who_is_turned_away_from_a_record_leaves_an_event(world, name):
    route = ROUTES[name]

    for actor, ownership, status in (("senco", "elsewhere", 404), ("governor", "own", 403)):
        args = world.args(route.kind, ACTOR[actor])[ownership]
        answer = ask(world, ACTOR[actor], name, args, "post" if route.get == 405 else "get")
        (event,) = left_by(answer)
        assert (event.verb, answer.status_code, event.changes["status"]) == (REFUSED, status, status)
        assert args[0] in event.changes.values()


def test_no_event_of_a_look_holds_a_name(world):
    for name in NAMED:
        with put_back():
            answer = ask(world, ACTOR["senco"], name, world.args(ROUTES[name].kind, ACTOR["senco"])["own"], "get")
            told = [str(vars(event)) for event in left_by(answer)]
        assert [word for word in CHILDREN for line in told if word in line] == []


def test_the_pages_that_show_nobody_are_pages():
    assert set(ROUTES) >= SHOWS_NOBODY
