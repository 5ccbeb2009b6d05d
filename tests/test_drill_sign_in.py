"""The drills of signing in at small size: guesses are stopped, nobody is told who has an account; controls notice."""

import pytest
from drills import enumeration, guessing
from drills.ranks import mann_whitney

from provisionmap.school.tasks import mail_reset


@pytest.fixture(autouse=True)
def quick(settings):
    settings.PASSWORD_HASHERS = guessing.QUICK
    settings.SECOND_STEP_OPTIONAL = True


def test_of_many_guesses_ten_a_place_are_looked_at_and_the_owner_is_not_locked_out(db):
    users = guessing.people(6)

    found = guessing.rounds(users[0], 60)

    ten = guessing.throttle.MOST_TRIES
    assert {way: one[guessing.LOOKED_AT] for way, one in found.items()} == {
        "one address": ten, "many addresses": 60, "forged, no proxy": ten, "forged, behind our proxy": ten,
        "control": 40,
    }  # fmt: skip
    assert {way: one[guessing.OPENED] for way, one in found.items() if one[guessing.OPENED]} == {"control": 30}
    assert all(one["the owner elsewhere gets in"] for one in found.values())
    assert guessing.held(found, 60)
    assert guessing.everybody_gets_in(users) == 6


def test_a_forged_address_that_was_believed_would_be_noticed(db, monkeypatch):
    users = guessing.people(1)
    monkeypatch.setattr(guessing.throttle, "sender_of", lambda request: request.headers.get("X-Forwarded-For", ""))

    found = guessing.one_round("forged, no proxy", users[0], 15)

    assert (found[guessing.LOOKED_AT], found[guessing.OPENED]) == (15, 5)


def test_known_and_unknown_addresses_get_the_same_answer_to_the_letter(db, monkeypatch):
    monkeypatch.setattr(mail_reset, "delay", lambda *given: None)

    found = enumeration.rounds(10, 12)

    assert {name: (one["addresses asked"], one["different answers"]) for name, one in found.items()} == {
        "sign in": (20, 0), "forgotten password": (20, 0), "control": (20, 0),
    }  # fmt: skip


def test_an_answer_that_tells_who_is_known_would_be_noticed(db, monkeypatch):
    def telling(self, request, **given):
        return enumeration.User.objects.filter(email=given.get("email")).first()

    monkeypatch.setattr(enumeration, "hasty", telling)

    assert enumeration.rounds(10, 12, forms=())["control"]["different answers"] > 0


@pytest.mark.parametrize(
    ("one", "other", "chance"),
    [
        ([1, 2, 3, 4, 5, 6, 7, 8], [11, 12, 13, 14, 15, 16, 17, 18], 0.0009),  # no overlap
        ([1, 2, 3, 4], [1, 2, 3, 4], 1.0),
        ([5, 5, 5], [5, 5, 5], 1.0),  # nothing to part
        ([1, 3, 5, 7, 9, 11, 13, 15], [2, 4, 6, 8, 10, 12, 14, 16], 0.7132),
    ],
)
def test_two_lots_are_told_apart_by_their_ranks(one, other, chance):
    assert round(mann_whitney(one, other), 4) == chance
