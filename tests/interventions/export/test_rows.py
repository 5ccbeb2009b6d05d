"""The rows of "Placements" from the database: whose, which, and in how many queries."""

from datetime import date

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext

from interventions.export.asked import asked
from interventions.export.drawing import Shown
from interventions.sheet import KEYS
from learners.models import Grant
from provisionmap.school.roles import Role
from tests.factories import (
    DelivererFactory,
    GroupFactory,
    InterventionFactory,
    LearnerFactory,
    PlacementFactory,
    ProvisionFactory,
    SenProvisionFactory,
    UserFactory,
    member,
)

pytestmark = pytest.mark.django_db


def rows(user, query="", text=""):
    wanted = asked(school=user.school, user=user, query=QueryDict(query), text=text)
    return [dict(zip(KEYS, row, strict=True)) for row in wanted.rows()]


def placed(school, **fields):
    return PlacementFactory(learner__school=school, **fields)


def test_a_placement_with_all_that_is_known_of_it():
    senco = member(Role.SENCO)
    group = GroupFactory(school=senco.school, name="Kestrel")
    learner = LearnerFactory(school=senco.school, upn="A801200001001", surname="Okafor", forename="Maya", group=group)
    SenProvisionFactory(learner=learner, need_1="SLCN", need_2="ASD")
    provision = ProvisionFactory(
        school=senco.school, name="Phonics", subject="phonics", place="Library", note="Quiet room", group=group,
        responsible=UserFactory(name="Sam Teal"), intervention=InterventionFactory(school=senco.school, name="Phonics"),
    )  # fmt: skip
    DelivererFactory(provision=provision, user=UserFactory(name="Jo Marsh"))
    DelivererFactory(provision=provision, user=None, name="Dr Khan", role="therapist")
    PlacementFactory(
        learner=learner, provision=provision, minutes=15, outcome="Reads", baseline="48", target="80",
        review_on=date(2026, 12, 11), ends=None, confidential=True,
    )  # fmt: skip

    [row] = rows(senco)

    assert row == {
        "upn": "A801200001001", "surname": "Okafor", "forename": "Maya", "year": "Year 4", "class": "Kestrel",
        "sen": "K", "needs": "SLCN, ASD", "number": 1, "provision": "Phonics", "tier": "Wave 2",
        "area": "Cognition and learning", "subject": "Phonics", "sessions": 3, "minutes": 15,
        "starts": date(2026, 9, 7), "ends": "", "deliverers": "Jo Marsh (Teaching assistant); Dr Khan (Therapist)",
        "responsible": "Sam Teal", "place": "Library", "group": "Kestrel", "outcome": "Reads", "baseline": "48",
        "target": "80", "review_on": date(2026, 12, 11), "provision_starts": date(2026, 9, 7),
        "provision_ends": date(2027, 7, 20), "provision_sessions": 3, "provision_minutes": 10, "library": "Phonics",
        "confidential": "Placement", "note": "Quiet room",
    }  # fmt: skip


def test_a_provision_that_nobody_is_in_has_a_row_of_its_own():
    senco = member(Role.SENCO)
    ProvisionFactory(school=senco.school, name="Lego club")

    assert [(row["surname"], row["provision"]) for row in rows(senco)] == [("", "Lego club")]


def test_filters_about_learners_leave_out_provisions_that_none_of_them_is_in():
    senco = member(Role.SENCO)
    ProvisionFactory(school=senco.school, name="Lego club")
    placed(senco.school, learner__nc_year="4", provision__name="Phonics")
    placed(senco.school, learner__nc_year="5", provision__name="Spelling")

    assert [row["provision"] for row in rows(senco, "year=4")] == ["Phonics"]
    assert [row["provision"] for row in rows(senco, text="Phon")] == ["Phonics"]


def test_filters_about_provision_leave_what_fits_them():
    senco = member(Role.SENCO)
    ProvisionFactory(school=senco.school, name="Lego club", tier=3)
    ProvisionFactory(school=senco.school, name="Choir", tier=1)
    placed(senco.school, provision__name="Phonics", provision__tier=2)
    placed(senco.school, provision__name="Therapy", provision__tier=3)

    assert [row["provision"] for row in rows(senco, "tier=3")] == ["Therapy", "Lego club"]


def test_an_earlier_day_has_what_ran_then():
    senco = member(Role.SENCO)
    placed(senco.school, provision__name="Phonics", starts=date(2026, 9, 7), ends=date(2026, 10, 2))
    placed(senco.school, provision__name="Spelling", starts=date(2026, 11, 2))

    assert [row["provision"] for row in rows(senco, "as_of=2026-09-30") if row["surname"]] == ["Phonics"]
    assert [row["provision"] for row in rows(senco) if row["surname"]] == ["Spelling"]


def test_a_provision_with_somebody_who_is_not_seen_is_not_called_empty():
    teacher = member(Role.CLASS_TEACHER)
    own = GroupFactory(school=teacher.school)
    own.teachers.add(teacher)
    provision = ProvisionFactory(school=teacher.school, responsible=teacher)
    placed(teacher.school, provision=provision)

    assert rows(teacher) == []


def test_everybody_gets_what_they_may_see_and_no_more():
    school = member(Role.SENCO).school
    secret = placed(school, provision__name="Counselling", provision__confidential=True, provision__note="Private")
    open_one = placed(school, provision__name="Phonics", provision__note="Quiet room")
    head, governor = member(Role.HEAD, school), member(Role.GOVERNOR, school)
    aide = member(Role.TEACHING_ASSISTANT, school)
    for placement in (secret, open_one):
        Grant.ever.create(content_object=placement.learner, user=aide, source="test", starts=date(2026, 9, 1))
    elsewhere = member(Role.SENCO)
    elsewhere.school = school

    found = {
        role: [(row["provision"], row["note"]) for row in rows(user)]
        for role, user in {"head": head, "governor": governor, "aide": aide, "elsewhere": elsewhere}.items()
    }

    assert found == {
        "head": [("Phonics", "Quiet room")],
        "governor": [],
        "aide": [("Phonics", "")],  # she sees the learner, and does not open the provision
        "elsewhere": [],
    }


def test_readers_without_the_library_do_not_get_its_names():
    external = member(Role.EXTERNAL)
    entry = InterventionFactory(school=external.school, name="Phonics scheme")
    provision = ProvisionFactory(school=external.school, intervention=entry)
    DelivererFactory(provision=provision, user=external, role="specialist")
    placement = placed(external.school, provision=provision)
    Grant.ever.create(content_object=placement.learner, user=external, source="test", starts=date(2026, 9, 1))

    [row] = rows(external)

    assert (row["library"], row["provision"]) == ("", provision.name)


def test_a_search_finds_learners_and_is_told_only_as_having_been():
    senco = member(Role.SENCO)
    placed(senco.school, learner__surname="Aldermoor")
    placed(senco.school, learner__surname="Thistle")

    wanted = asked(school=senco.school, user=senco, query=QueryDict("year=4"), text="Thistle")

    assert [row["surname"] for row in rows(senco, text="Thistle")] == ["Thistle"]
    assert wanted.words == ("Year: Year 4", "Search by name: only the learners or provisions that match")
    assert wanted.query == "year=4"


@pytest.mark.parametrize(
    ("query", "queries"),
    [("", 19), ("view=areas", 19), ("view=interventions&by=class", 20), ("view=groups", 19), ("view=staff", 19)],
)
def test_queries_do_not_grow_with_the_rows(query, queries):
    senco = member(Role.SENCO)

    def count():
        with CaptureQueriesContext(connection) as made:
            wanted = asked(school=senco.school, user=senco, query=QueryDict(query))
            wanted.drawing(Shown())
            wanted.rows()
        return len(made)

    DelivererFactory(provision=placed(senco.school).provision)
    one = count()
    for _ in range(29):
        DelivererFactory(provision=placed(senco.school).provision)

    assert (one, count()) == (queries, queries)
