"""Reading the transfer file: each field's bounds, everything that is wrong at once, and the page that describes it."""

import copy
import json
import re
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from learners.models import Contact, Learner, Passport, SenProvision
from reports.models import EarlierProvision
from reports.transfer_file import CONTACT, LEARNER, MOST_PROBLEMS, PASSPORT, PROVISION, SEN, TABLES, Bad, read
from tests.matrix.world import ARRIVING

PAGE = Path(__file__).resolve().parents[2] / "docs" / "transfer-file.md"
WHOLE = json.loads(ARRIVING)
RECORD = {"code": "K", "needs": ["SPLD"], "types_awaited": False, "note": "", "starts": "2025-09-01", "ends": None}
CONTACTS = [{"name": "Ada", "relationship": "", "phone": "", "email": "", "parental_responsibility": True,
             "priority": "1"}]  # fmt: skip
PLACED = {
    "school": "Elm", "name": "Club", "tier": "2", "tier_name": "Wave 2", "area": "cognition", "subject": "",
    "place": "", "starts": "2026-01-05", "ends": None, "minutes": None, "sessions": 3, "confidential": False,
    "staff": [{"name": "Ann", "role": "TA"}], "note": "", "outcome": "", "baseline": "", "target": "",
    "review_on": None,
}  # fmt: skip


def changed(**parts):
    return copy.deepcopy(WHOLE) | {"sen": [RECORD], "contacts": CONTACTS, "provision": [PLACED]} | parts


def wrong(tree):
    """What is wrong with a file, as "where: what"."""
    with pytest.raises(Bad) as bad:
        read(tree)
    return [f"{one.where}: {one.what}" for one in bad.value.problems]


def test_a_whole_file_is_read_with_days_and_numbers():
    found = read(changed())

    assert found.sen[0]["starts"] == date(2025, 9, 1)
    assert (found.contacts[0]["priority"], found.provision[0]["tier"], found.passport) == (1, 2, None)
    assert found.provision[0]["staff"] == [{"name": "Ann", "role": "TA"}]


@pytest.mark.parametrize(
    ("parts", "told"),
    [
        ({"sen": [RECORD | {"code": "Z"}]}, "sen 1, code: is not one of the codes"),
        ({"sen": [RECORD | {"needs": []}]}, "sen 1, needs: do not fit the code under the census rules"),
        ({"sen": [RECORD | {"needs": ["XX"]}]}, "sen 1, needs: has to be a list of up to four codes"),
        ({"sen": [RECORD | {"starts": "01/09/2025"}]}, "sen 1, starts: has to be a day written like 2026-11-23"),
        ({"sen": [RECORD | {"starts": "0999-01-01"}]}, "sen 1, starts: is a day that cannot be right"),
        ({"sen": [RECORD | {"ends": "2025-08-31"}]}, "sen 1, ends: lies before the first day"),
        ({"sen": [RECORD, RECORD | {"starts": "2026-01-01"}]}, "sen: holds two records for one day"),
        ({"sen": [RECORD] * 201}, "sen: has to be a list of 200 at most"),
        ({"sen": "K"}, "sen: has to be a list of 200 at most"),
        ({"contacts": [CONTACTS[0] | {"name": " "}]}, "contacts 1, name: is empty"),
        ({"contacts": [CONTACTS[0] | {"name": 7}]}, "contacts 1, name: has to be text"),
        ({"contacts": [CONTACTS[0] | {"phone": "0" * 41}]}, "contacts 1, phone: has more than 40 characters"),
        ({"contacts": [CONTACTS[0] | {"phone": "\0"}]}, "contacts 1, phone: holds a character that cannot be kept"),
        ({"contacts": [CONTACTS[0] | {"phone": "\ud800"}]}, "contacts 1, phone: holds a character that cannot be kept"),
        ({"contacts": [CONTACTS[0] | {"priority": True}]},
         "contacts 1, priority: has to be a whole number from 0 to 32767"),
        ({"contacts": [CONTACTS[0] | {"parental_responsibility": "yes"}]},
         "contacts 1, parental_responsibility: has to be true or false"),
        ({"contacts": [CONTACTS[0] | {"more": 1}]}, "contacts 1: holds a field that this format does not have"),
        ({"provision": [PLACED | {"tier": "9"}]}, "provision 1, tier: has to be a whole number from 1 to 4"),
        ({"provision": [PLACED | {"minutes": "9" * 30}]},
         "provision 1, minutes: has to be a whole number from 1 to 600"),
        ({"provision": [PLACED | {"staff": "Ann"}]}, "provision 1, staff: has to be a list of up to 50 people"),
        ({"provision": [PLACED | {"staff": [{"name": "Ann"}]}]},
         "provision 1, staff: has to hold a name and a role for each"),
        ({"passport": []}, "passport: has to be an object"),
        ({"learner": {}}, "learner, upn: is missing"),
        ({"learner": WHOLE["learner"] | {"upn": "7"}}, "learner, upn: is no UPN"),
        ({"more": {}}, "file: holds a part that this format does not have"),
        ({"staff": {}}, "file: holds a part that this format does not have"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_place(parts, told):
    assert told in wrong(changed(**parts))


def test_all_that_is_wrong_is_told_at_once_up_to_fifty():
    assert len(wrong(changed(learner={}))) == len(LEARNER)
    assert len(wrong(changed(contacts=[{}] * 100))) == MOST_PROBLEMS


@given(some.recursive(
    some.none() | some.booleans() | some.integers() | some.text(max_size=5),
    lambda inside: some.lists(inside, max_size=3) | some.dictionaries(some.sampled_from([*TABLES, "upn"]), inside),
    max_leaves=20,
))  # fmt: skip
def test_no_file_is_a_crash(odd):
    for tree in (odd, {"format": "provision-map-learner", "version": "1", "learner": odd, "sen": odd}):
        with pytest.raises(Bad):
            read(tree)


@pytest.mark.parametrize(
    ("table", "model", "left_out"),
    [
        (LEARNER, Learner, {"id", "school", "group", "joined", "left", "version"}),
        (PASSPORT, Passport, {"id", "learner", "version"}),
        (CONTACT, Contact, {"id", "learner"}),
        (PROVISION, EarlierProvision, {"id", "learner"}),
    ],
)
def test_no_field_of_a_record_is_forgotten(table, model, left_out):
    assert {field.name for field in model._meta.concrete_fields} - left_out == set(table)


def test_no_field_of_sen_provision_is_forgotten():
    ranks = {"need_1", "need_2", "need_3", "need_4"}
    fields = {field.name for field in SenProvision._meta.concrete_fields} - {"id", "learner"}

    assert fields - ranks | {"needs"} == set(SEN)


def test_the_page_describes_every_field():
    told = re.findall(r"^\| `(\w+)` \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE)

    assert told == [name for table in TABLES.values() for name in table]
