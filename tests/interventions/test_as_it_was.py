"""Figures of earlier weeks stay: who took a session, what it was for, and what was logged, as they were at the time."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
import time_machine
from django.urls import reverse

from interventions.actions import cover as arranging
from interventions.actions.cover import COVER, Choice
from interventions.actions.grants import sync_grants
from interventions.actions.logging import Target
from interventions.actions.provisions import change_provision
from interventions.delivery import Reading
from interventions.delivery_panel import delivery
from interventions.digest import items_for
from interventions.models import Deliverer, Placement, StaffAbsence
from interventions.occurrences import occurrences
from learners.actions.learners import change_learner
from provisionmap.school.calendar import Span
from provisionmap.school.roles import Role
from tests.factories import (
    AcademicYearFactory,
    AttendanceFactory,
    DelivererFactory,
    LearnerFactory,
    PlacementFactory,
    ProvisionFactory,
    SessionFactory,
    SlotFactory,
    TermFactory,
    member,
)

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
TODAY, MONDAY = date(2026, 11, 23), date(2026, 11, 16)
WEEK = Span(MONDAY, MONDAY + timedelta(days=6))
SEPTEMBER = datetime(2026, 9, 7, 8, tzinfo=UTC)

pytestmark = pytest.mark.django_db


@pytest.fixture
def provision(senco):
    """Twenty minutes on Mondays for one learner since September, delivered by nobody yet."""
    TermFactory(year=AcademicYearFactory(school=senco.school))
    with time_machine.travel(SEPTEMBER):
        row = ProvisionFactory(school=senco.school, name="Reading group", minutes=20, sessions=1)
        learner = LearnerFactory(school=senco.school, nc_year="4")
        PlacementFactory(learner=learner, provision=row, minutes=20, sessions=1)
        SlotFactory(provision=row)
    return row


def away(user, school, day=MONDAY):
    StaffAbsence.objects.create(school=school, user=user, starts=day, ends=day)


def states(provision, user, span=WEEK):
    found = occurrences(school=provision.school, user=user, span=span, now=TODAY)
    return [(f"{one.at:%H:%M}", one.state, [adult.name for adult in one.people]) for one in found]


def line_of(provision, span=WEEK):
    rows = Placement.objects.filter(provision=provision)
    [line] = Reading(school=provision.school, placements=rows, span=span).lines()
    return line


def test_who_stands_in_for_one_time_of_a_day_does_not_take_the_other(provision, senco):
    ada, ben = (member(Role.TEACHING_ASSISTANT, senco.school, name=name) for name in ("Ada", "Ben"))
    DelivererFactory(provision=provision, user=ada)
    SlotFactory(provision=provision, at=time(14))
    away(ada, senco.school)
    first = Target("slot", provision.slots.order_by("at")[0].pk, MONDAY)
    arranging.arrange(school=senco.school, choices=[Choice(first, 0, COVER, "x", cover=ben)], now=NOW, by=senco)

    assert states(provision, senco) == [("09:15", "unsaid", ["Ben"]), ("14:00", "staff_absent", ["Ada"])]
    assert line_of(provision).ledger.missed == {"staff_absent": 20}


def test_who_is_named_and_has_left_takes_nothing_any_more(provision, senco):
    ada, gone = (member(Role.TEACHING_ASSISTANT, senco.school, name=name) for name in ("Ada", "Gone"))
    DelivererFactory(provision=provision, user=ada)
    DelivererFactory(provision=provision, user=gone, ends=date(2026, 11, 1))
    provision.slots.update(deliverer=gone)
    away(gone, senco.school)

    assert states(provision, senco) == [("09:15", "unsaid", ["Ada"])]
    assert (line_of(provision).ledger.missed, line_of(provision).ledger.unaccounted) == ({}, 20)


def test_another_responsible_teacher_from_today_explains_no_earlier_week_otherwise(provision, senco):
    ada, ben = (member(Role.CLASS_TEACHER, senco.school, name=name) for name in ("Ada", "Ben"))
    with time_machine.travel(SEPTEMBER + timedelta(days=1)):
        provision.responsible = ada
        provision.save()
    away(ada, senco.school)
    before = line_of(provision).ledger

    change_provision(
        provision=provision, changes={"responsible": ben}, deliverers=None, seen=provision.version, by=senco
    )

    assert (before.missed, before.unaccounted) == ({"staff_absent": 20}, 0)
    assert line_of(provision).ledger == before
    assert states(provision, senco) == [("09:15", "staff_absent", ["Ada"])]
    assert states(provision, senco, Span(TODAY, TODAY)) == [("09:15", "planned", ["Ben"])]


def test_on_the_day_on_which_all_of_it_was_written_down_nothing_moves_either(senco):
    TermFactory(year=AcademicYearFactory(school=senco.school))
    ada, ben = (member(Role.CLASS_TEACHER, senco.school, name=name) for name in ("Ada", "Ben"))
    fresh = ProvisionFactory(school=senco.school, responsible=ada)
    placement = PlacementFactory(learner=LearnerFactory(school=senco.school, nc_year="4"), provision=fresh)
    SlotFactory(provision=fresh)
    away(ada, senco.school)
    before = line_of(fresh)

    changes = {"responsible": ben, "area": "semh", "tier": 3}
    change_provision(provision=fresh, changes=changes, deliverers=None, seen=1, by=senco)
    change_learner(learner=placement.learner, changes={"nc_year": "5"}, seen=1, by=senco)

    assert before.ledger.missed == {"staff_absent": 20}
    assert line_of(fresh) == before


def test_what_a_teacher_who_is_deleted_never_said_is_for_whoever_answers_now(provision, senco):
    ada, ben = (member(Role.CLASS_TEACHER, senco.school, name=name) for name in ("Ada", "Ben"))
    with time_machine.travel(SEPTEMBER):
        provision.responsible = ada
        provision.save()
    change_provision(
        provision=provision, changes={"responsible": ben}, deliverers=None, seen=provision.version, by=senco
    )
    ada.delete()

    assert states(provision, senco) == [("09:15", "unsaid", ["Ben"])]


def test_tier_area_and_year_group_are_those_of_the_last_day_on_which_the_placement_ran(provision, senco):
    learner = Placement.objects.get().learner
    change_provision(
        provision=provision, changes={"tier": 3, "area": "semh"}, deliverers=None, seen=provision.version, by=senco
    )
    change_learner(learner=learner, changes={"nc_year": "5"}, seen=learner.version, by=senco)

    def counted(starts, ends):
        placed = line_of(provision, Span(starts, ends)).placed
        return placed.tier, placed.area, placed.year

    assert counted(WEEK.starts, WEEK.ends) == (2, "cognition", "4")
    assert counted(WEEK.starts, TODAY) == (3, "semh", "5")
    Placement.objects.update(ends=MONDAY)
    assert counted(WEEK.starts, TODAY) == (2, "cognition", "4")


def test_the_page_counts_an_earlier_week_under_the_tier_and_year_it_had(provision, senco, client):
    placement = Placement.objects.get()
    slot = provision.slots.get()
    session = SessionFactory(provision=provision, slot=slot, on=MONDAY, delivered_by=senco)
    AttendanceFactory(placement=placement, session=session, on=MONDAY)
    change_provision(provision=provision, changes={"tier": 3}, deliverers=None, seen=provision.version, by=senco)
    learner = placement.learner
    change_learner(learner=learner, changes={"nc_year": "5"}, seen=learner.version, by=senco)

    def rows(**asked):
        context = client.get(reverse("interventions:delivery"), {"over": "week", **asked}).context
        return [row.key for row, _ in context["rows"]], [row["sessions"] for row in context["staff"]]

    assert rows(by="tier") == (["2"], [])
    assert rows(by="year") == (["4"], [])
    for narrowed in ({"tier": "2"}, {"year": "4"}, {"area": "cognition"}):
        assert rows(by="learner", **narrowed) == ([str(learner.pk)], [])
        assert rows(by="staff", **narrowed) == ([], [1])
    for narrowed in ({"tier": "3"}, {"year": "5"}, {"area": "semh"}):
        assert rows(by="learner", **narrowed) == ([], [])
        assert rows(by="staff", **narrowed) == ([], [])


@pytest.mark.parametrize("moved", [{"ends": date(2026, 10, 20)}, {"starts": date(2026, 11, 30)}])
def test_half_terms_add_up_to_the_term_when_days_were_moved_after_logging(provision, senco, moved):
    placement = Placement.objects.get()
    for day in (date(2026, 9, 14), MONDAY):
        session = SessionFactory(provision=provision, slot=provision.slots.get(), on=day)
        AttendanceFactory(placement=placement, session=session, on=day)
    Placement.objects.update(**moved)

    halves = [Span(date(2026, 9, 7), date(2026, 10, 30)), Span(date(2026, 10, 31), date(2026, 11, 22))]
    given = [line_of(provision, half).ledger.delivered for half in halves]
    assert (given, line_of(provision, Span(halves[0].starts, halves[1].ends)).ledger.delivered) == ([20, 20], 40)
    _, shown = delivery(placement.learner, senco, TODAY)
    weeks = {week.monday: week.ledger.delivered for week in shown["strips"][0].weeks}
    assert (weeks[date(2026, 9, 14)], weeks[MONDAY]) == (20, 20)


class TestNobodyPlaced:
    """A session for which no learner had a place is owed by nobody."""

    def test_it_is_not_still_to_log(self, provision, senco, client):
        ada = member(Role.TEACHING_ASSISTANT, senco.school, name="Ada")
        DelivererFactory(provision=provision, user=ada)
        sync_grants([provision.pk])
        Placement.objects.update(ends=date(2026, 11, 10))
        sync_grants([provision.pk])
        span = Span(date(2026, 11, 9), TODAY)

        assert [state for _, state, _ in states(provision, senco, span)] == ["unsaid", "nobody", "planned"]
        client.force_login(ada)
        assert "Monday 16 November" not in client.get(reverse("interventions:today")).text
        client.force_login(senco)
        week = client.get(reverse("interventions:timetable"), {"week": "2026-11-16"}).text
        assert "No learner had a place" in week
        gaps = client.get(reverse("interventions:session-gaps")).text
        assert "9 Nov" in gaps
        assert "16 Nov" not in gaps
        mail = [one.words for one in items_for(senco.school, ada, NOW)]
        assert "2 sessions of yours are still to be logged" in mail  # 2 and 9 November

    def test_it_is_owed_where_the_reader_does_not_see_who_was_placed(self, provision, senco):
        Placement.objects.update(confidential=True)
        assistant = member(Role.SENCO_ASSISTANT, senco.school)

        found = occurrences(school=senco.school, user=assistant, span=WEEK, now=TODAY)

        assert [(one.state, one.learners) for one in found] == [("unsaid", ())]

    @pytest.mark.parametrize("number", [1, 30])
    def test_it_takes_one_query_more_however_many(self, provision, senco, number, django_assert_num_queries):
        for _ in range(number):
            SlotFactory(provision=ProvisionFactory(school=senco.school))
        Deliverer.objects.all().delete()

        with django_assert_num_queries(10):
            occurrences(school=senco.school, user=senco, span=WEEK, now=TODAY)
