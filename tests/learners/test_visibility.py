"""Who sees whose records: everything that hangs on a learner follows the learner."""

from datetime import date

import pytest
from django.contrib.auth.models import AnonymousUser

from learners.models import Group, ImportRun, Learner, Passport, SenProvision
from provisionmap.school.roles import Role
from tests.factories import GroupFactory, LearnerFactory, SchoolFactory, SenProvisionFactory, member


@pytest.fixture
def seen_and_unseen(db):
    """A teacher, a learner of their class, and one of another class, each with records."""
    teacher = member(Role.CLASS_TEACHER)
    group = GroupFactory(school=teacher.school)
    group.teachers.add(teacher)
    own = LearnerFactory(school=teacher.school, group=group)
    other = LearnerFactory(school=teacher.school)
    for learner in (own, other):
        SenProvisionFactory(learner=learner)
        Passport.objects.create(learner=learner)
    return teacher, own


@pytest.mark.parametrize("model", [SenProvision, Passport])
def test_records_are_seen_with_their_learner(seen_and_unseen, model):
    teacher, own = seen_and_unseen

    assert model.objects.count() == 2
    assert [record.learner for record in model.objects.visible_to(teacher)] == [own]


@pytest.mark.parametrize("model", [Learner, Group, SenProvision, Passport, ImportRun])
def test_somebody_signed_out_sees_nothing(seen_and_unseen, model):
    assert not model.objects.visible_to(AnonymousUser()).exists()


@pytest.mark.parametrize(
    ("role", "expected"),
    [(Role.SENCO, 1), (Role.SENCO_ASSISTANT, 1), (Role.ADMINISTRATOR, 1), (Role.CLASS_TEACHER, 0), (Role.HEAD, 0)],
)
def test_imports_are_for_those_who_may_import(db, role, expected):
    user = member(role)
    ImportRun.objects.create(school=user.school)
    ImportRun.objects.create(school=SchoolFactory())

    assert ImportRun.objects.visible_to(user).count() == expected


def test_someone_who_left_the_school_sees_no_learner(db):
    senco = member(Role.SENCO)
    LearnerFactory(school=senco.school)
    senco.memberships.update(ends=date(2026, 11, 22))

    assert not Learner.objects.visible_to(type(senco).objects.get(pk=senco.pk)).exists()


def test_a_learner_taught_and_granted_stands_once(seen_and_unseen):
    teacher, own = seen_and_unseen
    for source in ("provision:1", "provision:2"):
        own.grants.create(user=teacher, source=source, starts="2026-09-01")

    assert list(Learner.objects.visible_to(teacher)) == [own]


def test_the_first_and_the_last_day_both_count(db):
    learner = LearnerFactory(joined=date(2026, 9, 7), left=date(2026, 11, 20))
    record = SenProvisionFactory(learner=learner, starts=date(2026, 9, 7), ends=date(2026, 11, 20))

    for day, on in [((2026, 9, 6), 0), ((2026, 9, 7), 1), ((2026, 11, 20), 1), ((2026, 11, 21), 0)]:
        assert Learner.objects.on_roll(date(*day)).count() == on
        assert SenProvision.objects.on(date(*day)).filter(pk=record.pk).count() == on
