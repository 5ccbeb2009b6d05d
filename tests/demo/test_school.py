"""One fictional school, looked at from all sides: every year, area and role there, its history real."""

from datetime import date

import pytest
from django.utils import timezone

from interventions.areas import AREAS
from interventions.models import Intervention, Placement, Provision
from interventions.starters import STARTERS
from learners.models import Contact, Grant, Group, Learner, Passport, SenProvision
from learners.upn import doubts
from provisionmap.demo.people import YEARS
from provisionmap.school.models import AuditEvent, Closure, Membership, Term, User
from provisionmap.school.roles import Role

TODAY = date(2026, 11, 23)

pytestmark = pytest.mark.django_db


def test_the_school_has_the_learners_asked_for(school):
    assert Learner.objects.filter(school=school).count() == 60
    assert Placement.objects.filter(school=school).on(TODAY).values("learner").distinct().count() in range(28, 31)


def test_every_year_group_is_there(school):
    assert set(Learner.objects.filter(school=school).values_list("nc_year", flat=True)) == set(YEARS)


def test_every_area_of_need_is_there(school):
    running = Placement.objects.filter(school=school).on(TODAY)

    assert set(running.values_list("provision__area", flat=True)) == set(AREAS)


def test_every_tier_and_sen_provision_is_there(school):
    running = Placement.objects.filter(school=school).on(TODAY)
    open_records = SenProvision.objects.filter(learner__school=school, ends=None)

    assert set(running.values_list("provision__tier", flat=True)) == {1, 2, 3}
    assert set(open_records.values_list("code", flat=True)) >= {"K", "E"}


def test_every_class_has_a_teacher_and_every_learner_a_class(school):
    groups = Group.objects.filter(school=school)

    assert all(group.teachers.count() == 1 for group in groups)
    assert not Learner.objects.filter(school=school, group=None).exists()
    assert all(one.nc_year in (one.group.nc_year, "N1") for one in Learner.objects.select_related("group"))


def test_last_spring_every_child_sat_in_the_year_below(school):
    here = Learner.objects.filter(school=school, joined__lt=date(2026, 3, 2)).select_related("group")
    then = here.with_class(date(2026, 3, 2)).exclude(pk__in=here.recorded_later(date(2026, 3, 2)))

    found = [(YEARS.index(one.nc_year) - YEARS.index(one.year_then), one.group_then != one.group_id) for one in then]

    assert len(found) > 30
    assert {back for back, _ in found} == {1}
    assert {one.history.latest().nc_year == one.nc_year for one in here} == {True}


def test_upns_are_right_and_telephone_numbers_are_fictional(school):
    assert [found for one in Learner.objects.filter(school=school) for found in doubts(one.upn)] == []
    assert not Contact.objects.exclude(phone__startswith="07700 900").exists()
    assert not Contact.objects.exclude(email__endswith=".example").exists()


def test_the_library_is_the_starters(school):
    assert Intervention.objects.filter(school=school).count() == len(STARTERS)


def test_the_calendar_covers_three_school_years(school):
    assert Term.objects.filter(school=school).count() == 9
    assert Closure.objects.filter(school=school, kind="bank").exists()


def test_support_lies_inside_its_provision_and_never_before_the_child_joined(school):
    rows = Placement.objects.filter(school=school).select_related("provision", "learner")

    for row in rows:
        assert row.provision.starts <= row.starts
        assert row.ends <= row.provision.ends
        assert row.learner.joined <= row.starts


def test_every_placement_and_provision_has_its_history_dated_to_when_it_happened(school):
    now = timezone.now()

    for model in (Placement, Provision):
        rows = model.objects.filter(school=school)
        first = model.history.filter(school=school, history_type="+")
        assert first.count() == rows.count()
        assert all(row.history_date.date() == min(row.starts, TODAY) for row in first)
        assert not model.history.filter(school=school, history_date__gt=now).exists()


def test_reviews_changed_some_placements(school):
    changed = Placement.history.filter(school=school, history_type="~", history_change_reason="review")

    assert changed.count() > 3
    assert all(row.history_user_id for row in changed)


def test_every_placement_added_is_in_the_audit(school):
    kept = AuditEvent.objects.filter(school_id=school.pk, target_model="interventions.placement")
    placed = set(Placement.objects.filter(school=school).values_list("pk", flat=True))
    hers = Placement.objects.filter(school=school, provision__placements__learner__forename="Maya")

    added = set(kept.filter(verb="placement.add").values_list("target_id", flat=True))

    assert placed - added <= set(hers.values_list("pk", flat=True))  # whole groups are one event of their provision


def test_staff_see_the_learners_they_work_with(school):
    external = User.objects.get(email="external@oakfield.example")

    assert Grant.ever.filter(user=external, content_object__forename="Maya", content_object__surname="Okafor").exists()
    assert 0 < Learner.objects.visible_to(external).count() < 30


def test_some_learners_have_a_passport(school):
    written = Passport.objects.filter(learner__school=school)

    assert written.count() > 3
    assert all(row.strengths and row.agreed_on <= TODAY for row in written)


def test_every_role_holds_its_membership(school):
    held = set(Membership.objects.filter(school=school).values_list("role", flat=True))

    assert held == {role.value for role in Role}
