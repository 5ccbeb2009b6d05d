"""Sight follows work: adults see the learners of the provisions they deliver or answer for, while they do."""

from datetime import date

import pytest

from interventions.actions.grants import sync_grants
from interventions.models import Placement, Provision
from learners.models import Grant, Learner
from provisionmap.school.roles import Role
from tests.factories import DelivererFactory, LearnerFactory, PlacementFactory, ProvisionFactory, SchoolFactory, member

SEPTEMBER, TODAY, JULY = date(2026, 9, 7), date(2026, 11, 23), date(2027, 7, 20)


@pytest.fixture
def school(db):
    """A school with a learner who has no provision."""
    school = SchoolFactory()
    LearnerFactory(school=school, surname="Unplaced")
    return school


def placed(school, **dates):
    """A learner's place in a provision of its own, and the provision."""
    provision = ProvisionFactory(school=school, starts=SEPTEMBER, ends=JULY)
    dates = {"starts": SEPTEMBER, "ends": JULY} | dates
    return PlacementFactory(learner=LearnerFactory(school=school), provision=provision, **dates)


@pytest.mark.parametrize("role", [Role.TEACHING_ASSISTANT, Role.CLASS_TEACHER, Role.EXTERNAL])
def test_who_delivers_a_provision_sees_its_learners_and_nobody_else(school, role):
    user = member(role, school)
    mine, _theirs = placed(school), placed(school)
    DelivererFactory(provision=mine.provision, user=user)

    sync_grants([mine.provision_id])

    assert list(Learner.objects.visible_to(user)) == [mine.learner]
    assert list(Placement.objects.visible_to(user)) == [mine]
    assert list(Provision.objects.visible_to(user)) == [mine.provision]


def test_the_responsible_teacher_sees_its_learners(school):
    teacher = member(Role.CLASS_TEACHER, school)
    mine = placed(school)
    Provision.objects.filter(pk=mine.provision_id).update(responsible=teacher)

    sync_grants([mine.provision_id])

    assert list(Learner.objects.visible_to(teacher)) == [mine.learner]


@pytest.mark.parametrize(
    ("placement", "delivery", "seen"),
    [
        ({}, {"starts": TODAY, "ends": TODAY}, True),
        ({}, {"ends": date(2026, 11, 22)}, False),
        ({}, {"starts": date(2026, 11, 24)}, False),
        ({"ends": date(2026, 11, 22)}, {}, False),
        ({"starts": date(2026, 11, 24)}, {}, False),
        ({"ends": date(2026, 10, 1)}, {"starts": date(2026, 10, 2)}, False),
        ({"ends": None}, {}, True),
    ],
)
def test_sight_lasts_while_both_are_in_the_provision(school, placement, delivery, seen):
    user = member(Role.TEACHING_ASSISTANT, school)
    mine = placed(school, **placement)
    DelivererFactory(provision=mine.provision, user=user, **delivery)

    sync_grants([mine.provision_id])

    assert Learner.objects.visible_to(user).exists() is seen


def test_sight_goes_when_the_delivery_goes(school):
    user = member(Role.TEACHING_ASSISTANT, school)
    mine = placed(school)
    delivery = DelivererFactory(provision=mine.provision, user=user)
    sync_grants([mine.provision_id])
    Grant.ever.create(
        content_object=Learner.objects.get(surname="Unplaced"), user=user, source="shared:1", starts=TODAY
    )

    delivery.delete()
    sync_grants([mine.provision_id])

    assert [learner.surname for learner in Learner.objects.visible_to(user)] == ["Unplaced"]


def test_a_governor_who_delivers_still_sees_no_name(school):
    governor = member(Role.GOVERNOR, school)
    mine = placed(school)
    DelivererFactory(provision=mine.provision, user=governor)

    sync_grants([mine.provision_id])

    assert not Learner.objects.visible_to(governor).exists()
    assert not Placement.objects.visible_to(governor).exists()
