"""Whatever days, versions and numbers are sent to whatever address, the answer is a page or a refusal in words."""

import pytest
from django.test import Client
from django.urls import reverse

from tests.matrix.expectations import ROUTES
from tests.matrix.test_matrix import put_back
from tests.matrix.world import Actor, build

SENCO = Actor("senco", frozenset({"senco"}))
LARGE = [2**31 - 1, 2**63 - 1, 2**63, 10**30, -1]
DAYS = ["0001-01-01", "9999-10-01", "9999-12-31", "2000-01-01", "2099-12-31"]
DAY_FIELDS = (
    "starts", "ends", "on", "first", "last_day", "joined", "left", "date_of_birth", "agreed_on", "review_on",
    "half_term_starts", "half_term_ends", "as_of", "since", "day",
)  # fmt: skip
MANY = ("learners", "teachers", "leavers", "rows", "pick", "placements")


def broken(world, sent):
    """The addresses that crash when `sent` is added to what a SENCO would send."""
    client = Client(raise_request_exception=False)
    client.force_login(world.users["senco"])
    found = []
    for name, route in ROUTES.items():
        if route.public or route.post == 405:
            continue
        args = world.args(route.kind, SENCO)["own"] if route.kind else ()
        with put_back():
            answer = client.post(reverse(name, args=args), route.body(world, args) | sent)
        if answer.status_code >= 500:
            found.append(name)
    return found


@pytest.mark.parametrize("number", LARGE)
def test_a_version_or_a_record_of_any_number_is_no_crash(db, number):
    world = build()

    assert broken(world, {"seen": number}) == []
    assert broken(world, {name: [number] for name in MANY}) == []


@pytest.mark.parametrize("day", DAYS)
def test_any_day_is_no_crash(db, day):
    world = build()

    assert broken(world, dict.fromkeys(DAY_FIELDS, day)) == []
    for name in DAY_FIELDS:
        assert broken(world, {name: day}) == []


def test_half_a_character_is_no_crash(db):
    world = build()

    assert broken(world, dict.fromkeys(("name", "text", "q", "note", "forename"), "B\ufffdee\u202e")) == []
