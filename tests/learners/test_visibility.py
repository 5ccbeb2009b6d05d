"""Who sees whose records: everything that hangs on a learner follows the learner."""

from datetime import date

import pytest
from django.contrib.auth.models import AnonymousUser, Permission
from django.contrib.auth.models import Group as PermissionGroup
from guardian.shortcuts import get_objects_for_user

from learners.models import Contact, Group, ImportRun, Learner, Passport, SenProvision
from learners.models.learner import SEE
from provisionmap.school.roles import Role
from tests.factories import GroupFactory, LearnerFactory, MembershipFactory, SchoolFactory, SenProvisionFactory, member


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


def test_the_library_lists_by_grants_of_today_only(seen_and_unseen):
    teacher, own = seen_and_unseen
    ended, coming = LearnerFactory.create_batch(2, school=own.school)
    own.grants.create(user=teacher, source="provision:1", starts="2026-09-01")
    ended.grants.create(user=teacher, source="provision:2", starts="2026-09-01", ends="2026-11-22")
    coming.grants.create(user=teacher, source="provision:3", starts="2026-11-24")

    assert list(get_objects_for_user(teacher, SEE, use_groups=False)) == [own]


def test_no_permission_for_all_learners_shows_any(seen_and_unseen):
    teacher, own = seen_and_unseen
    permission = Permission.objects.get_by_natural_key("view_learner", "learners", "learner")
    club = PermissionGroup.objects.create(name="All who may see")
    club.permissions.add(permission)
    teacher.user_permissions.add(permission)
    teacher.groups.add(club)
    teacher.is_superuser = True

    assert list(Learner.objects.visible_to(teacher)) == [own]


EVERYBODY = {"taught", "granted", "other"}


@pytest.fixture
def school_of_three(db):
    """A school with a learner in a class, one granted and one neither; and a learner elsewhere."""
    school = SchoolFactory()
    group = GroupFactory(school=school)
    LearnerFactory(school=school, surname="taught", group=group)
    LearnerFactory(school=school, surname="granted")
    LearnerFactory(school=school, surname="other")
    LearnerFactory(surname="elsewhere")
    return school, group


def give(user, school, group, **dates):
    """Let `user` teach the class and see one more learner."""
    group.teachers.add(user)
    Learner.objects.get(surname="granted").grants.create(user=user, source="shared:1", **STARTED | dates)


STARTED = {"starts": date(2026, 9, 1)}


def seen_by(user):
    """The surnames of the learners somebody sees."""
    return set(Learner.objects.visible_to(user).values_list("surname", flat=True))


@pytest.mark.parametrize(
    ("role", "alone", "with_work"),
    [
        (Role.SENCO, EVERYBODY, EVERYBODY),
        (Role.SENCO_ASSISTANT, EVERYBODY, EVERYBODY),
        (Role.HEAD, EVERYBODY, EVERYBODY),
        (Role.ADMINISTRATOR, EVERYBODY, EVERYBODY),
        (Role.CLASS_TEACHER, set(), {"taught", "granted"}),
        (Role.TEACHING_ASSISTANT, set(), {"taught", "granted"}),
        (Role.EXTERNAL, set(), {"taught", "granted"}),
        (Role.GOVERNOR, set(), set()),
    ],
)
def test_each_role_sees_the_learners_of_its_work(school_of_three, role, alone, with_work):
    school, group = school_of_three
    user = member(role, school)

    assert seen_by(user) == alone
    give(user, school, group)
    assert seen_by(user) == with_work


def test_every_role_is_in_the_table_above():
    [mark] = test_each_role_sees_the_learners_of_its_work.pytestmark

    assert {row[0] for row in mark.args[1]} == set(Role)


@pytest.mark.parametrize(
    ("dates", "seen"),
    [
        ({"starts": date(2026, 11, 23), "ends": date(2026, 11, 23)}, True),
        ({"starts": date(2026, 11, 24)}, False),
        ({"ends": date(2026, 11, 22)}, False),
        ({"ends": None}, True),
    ],
)
def test_sight_that_was_given_lasts_from_its_first_day_to_its_last(school_of_three, dates, seen):
    school, _ = school_of_three
    outsider = member(Role.EXTERNAL, school)
    Learner.objects.get(surname="granted").grants.create(user=outsider, source="shared:1", **STARTED | dates)

    assert seen_by(outsider) == ({"granted"} if seen else set())


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize(
    "change",
    [{"ends": date(2026, 11, 22)}, {"starts": date(2026, 11, 24)}, {"role": "wizard"}],
    ids=["ended", "not begun", "unknown role"],
)
def test_a_role_that_does_not_hold_today_shows_nobody(school_of_three, role, change):
    school, group = school_of_three
    user = member(role, school)
    give(user, school, group)
    user.memberships.update(**change)

    assert seen_by(user) == set()
    assert not Group.objects.visible_to(user).exists()


@pytest.mark.parametrize("role", list(Role))
def test_somebody_deactivated_sees_nobody(school_of_three, role):
    school, group = school_of_three
    user = member(role, school, is_active=False)
    give(user, school, group)

    assert seen_by(user) == set()


def test_a_grant_at_a_school_where_somebody_has_no_role_shows_nobody(school_of_three):
    school, group = school_of_three
    user = member(Role.CLASS_TEACHER)
    give(user, school, group)

    assert seen_by(user) == set()


def test_a_role_at_one_school_reaches_no_further(school_of_three):
    school, _ = school_of_three
    user = member(Role.HEAD)
    MembershipFactory(user=user, school=school, role=Role.TEACHING_ASSISTANT)

    assert seen_by(user) == set()


@pytest.mark.parametrize("model", [Learner, Group, SenProvision, Passport, ImportRun])
def test_sight_is_asked_by_subquery_so_that_no_row_doubles(db, model):
    rows = model.objects.visible_to(member(Role.CLASS_TEACHER))

    outer = str(rows.query).split(" WHERE ")[0].upper()
    assert " JOIN " not in outer
    assert "DISTINCT" not in outer


def test_records_name_themselves(db):
    record = SenProvisionFactory(learner=LearnerFactory(forename="Maya", surname="Okafor"), starts=date(2026, 9, 7))
    learner = record.learner
    user = member(Role.EXTERNAL)

    assert str(learner) == "Maya Okafor"
    assert str(record) == "K from 07/09/2026"
    assert str(GroupFactory(name="Kestrel")) == "Kestrel"
    assert str(Passport.objects.create(learner=learner)) == f"Passport of learner {learner.pk}"
    assert str(Contact.objects.create(learner=learner, name="Ngozi Okafor")) == "Ngozi Okafor"
    assert str(learner.grants.create(user=user, source="shared:1", **STARTED)) == f"{user.pk} sees {learner.pk}"
