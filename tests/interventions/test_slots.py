"""Times of the week: planned, changed from a day on, ended and removed; nothing of the past is planned anew."""

from datetime import date, time
from decimal import Decimal

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from interventions.actions import slots as actions
from interventions.actions.copying import Asked, copy_term
from interventions.actions.provisions import Delivery, change_provision, end_provision
from interventions.actions.regrouping import NewGroup, merge_provisions, running, split_provision
from interventions.actions.slots import Time
from interventions.actions.undoing import check_can_undo, undo_change
from interventions.models import Deliverer, MapChange, Placement, Provision, Session, Slot
from interventions.occurrences import occurrences
from interventions.slot_words import week_sum
from interventions.terms import ground_of
from learners.models import Grant, Learner
from provisionmap.school.access import NotAllowed
from provisionmap.school.calendar import Span
from provisionmap.school.models import AuditEvent, StaffHours
from provisionmap.school.roles import Role
from provisionmap.school.stale import Stale
from tests.factories import (
    AcademicYearFactory,
    DelivererFactory,
    LearnerFactory,
    PlacementFactory,
    ProvisionFactory,
    SessionFactory,
    SlotFactory,
    TermFactory,
    member,
)

pytestmark = pytest.mark.django_db
PROVISION_QUERIES = 9
TODAY, TOMORROW = date(2026, 11, 23), date(2026, 11, 24)
LATER = Time(2, time(10), 20, TOMORROW)


@pytest.fixture
def provision(senco):
    """A provision with a term round it."""
    TermFactory(year=AcademicYearFactory(school=senco.school))
    return ProvisionFactory(school=senco.school, place="The Den")


def sent(**more):
    """What the form sends."""
    return {"weekday": 2, "at": "10:00", "minutes": 20, "starts": "2026-11-24", "seen": 1, **more}


def test_a_time_is_planned_with_history_and_a_trail(provision, senco):
    slot = actions.add_slot(provision=provision, wanted=LATER, by=senco)

    assert (slot.weekday, slot.at, slot.minutes, slot.starts, slot.ends) == (2, time(10), 20, TOMORROW, None)
    assert slot.history.get().history_user == senco
    assert list(AuditEvent.objects.order_by("pk").values_list("verb", flat=True)) == ["map.change", "slot.add"]


def test_the_last_act_on_the_map_takes_it_back(provision, senco):
    actions.add_slot(provision=provision, wanted=LATER, by=senco)

    undo_change(change=MapChange.objects.get(), by=senco)

    assert Slot.objects.count() == 0


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        (Time(2, time(23, 50), 20, TOMORROW), "before midnight"),
        (Time(2, time(10), 20, date(2026, 9, 1)), "starts on 07/09/2026"),
        (Time(2, time(10), 20, TOMORROW, date(2027, 8, 1)), "ends on 20/07/2027"),
        (Time(2, time(10), 20, TOMORROW, TODAY), "before the first day"),
        (Time(0, time(9, 30), 20, TOMORROW), "already happens then"),
    ],
)
def test_a_time_that_does_not_fit_is_refused_in_words(provision, senco, wanted, words):
    SlotFactory(provision=provision)

    with pytest.raises(NotAllowed, match=words):
        actions.add_slot(provision=provision, wanted=wanted, by=senco)


def test_weeks_a_and_b_do_not_meet(provision, senco):
    SlotFactory(provision=provision, week="A")

    slot = actions.add_slot(provision=provision, wanted=Time(0, time(9, 15), 20, TOMORROW, week="B"), by=senco)

    assert slot.week == "B"


def test_who_takes_it_must_deliver_it_or_come_to(provision, senco):
    ta = member(Role.TEACHING_ASSISTANT, senco.school, name="Keira Flynn")
    learner = PlacementFactory(provision=provision, learner__school=senco.school).learner
    wanted = Time(2, time(10), 20, TOMORROW, deliverer=ta)

    with pytest.raises(NotAllowed, match="Keira Flynn does not deliver"):
        actions.add_slot(provision=provision, wanted=wanted, by=senco)
    actions.add_slot(provision=provision, wanted=Time(**{**vars(wanted), "joins": True}), by=senco)

    assert Deliverer.objects.get().starts == TOMORROW
    assert not Learner.objects.visible_to(ta).exists()
    with time_machine.travel(timezone.make_aware(timezone.datetime(2026, 11, 24, 9))):
        assert list(Learner.objects.visible_to(ta)) == [learner]


def test_a_class_teacher_plans_tier_1_only(provision, senco):
    teacher = member(Role.CLASS_TEACHER, senco.school)
    mine = ProvisionFactory(school=senco.school, tier=1, responsible=teacher)

    with pytest.raises(NotAllowed, match="tier 1 only"):
        actions.add_slot(provision=provision, wanted=LATER, by=teacher)
    assert actions.add_slot(provision=mine, wanted=LATER, by=teacher).provision == mine


def test_a_change_ends_the_old_time_the_day_before_and_leaves_the_past(provision, senco):
    slot = SlotFactory(provision=provision, ends=None)
    span = Span(date(2026, 11, 9), date(2026, 12, 4))
    before = occurrences(school=senco.school, user=senco, span=span, now=TODAY)

    new = actions.change_slot(slot=slot, wanted=LATER, seen=1, now=timezone.now(), by=senco)

    slot.refresh_from_db()
    after = occurrences(school=senco.school, user=senco, span=span, now=TODAY)
    assert (slot.ends, slot.version) == (TODAY, 2)
    assert new.pk != slot.pk
    assert [one.day for one in before if one.day <= TODAY] == [one.day for one in after if one.day <= TODAY]
    assert [one.day for one in after if one.day > TODAY] == [date(2026, 11, 25), date(2026, 12, 2)]


def test_a_change_counts_from_today_while_nothing_of_today_has_happened(provision, senco):
    SlotFactory(provision=provision, at=time(14))

    assert actions.counts_from(provision, timezone.now()) == TODAY
    Slot.objects.update(at=time(9))
    assert actions.counts_from(provision, timezone.now()) == TOMORROW


def test_a_change_from_a_day_that_is_over_is_refused(provision, senco):
    slot = SlotFactory(provision=provision)

    with pytest.raises(NotAllowed, match="counts from 24/11/2026"):
        actions.change_slot(
            slot=slot, wanted=Time(2, time(10), 20, date(2026, 11, 17)), seen=1, now=timezone.now(), by=senco
        )


def test_a_time_of_which_nothing_happened_is_corrected_in_place_and_may_go(provision, senco):
    slot = SlotFactory(provision=provision, starts=TOMORROW)

    same = actions.change_slot(slot=slot, wanted=LATER, seen=1, now=timezone.now(), by=senco)
    assert (same.pk, same.at, Slot.objects.count()) == (slot.pk, time(10), 1)
    actions.remove_slot(slot=same, seen=2, now=timezone.now(), by=senco)

    assert Slot.objects.count() == 0


def test_a_time_with_sessions_or_a_past_is_ended_and_never_removed(provision, senco):
    slot = SlotFactory(provision=provision)
    SessionFactory(provision=provision, slot=slot)

    with pytest.raises(NotAllowed, match="End it instead"):
        actions.remove_slot(slot=slot, seen=1, now=timezone.now(), by=senco)
    slot.refresh_from_db()
    actions.end_slot(slot=slot, on=TODAY, seen=1, now=timezone.now(), by=senco)

    slot.refresh_from_db()
    assert slot.ends == TODAY
    assert Session.objects.count() == 1


def test_nothing_that_was_arranged_for_later_is_left_without_its_time(provision, senco):
    slot = SlotFactory(provision=provision)
    SessionFactory(provision=provision, slot=slot, on=date(2026, 11, 30), state="open")

    with pytest.raises(NotAllowed, match="30/11/2026 or later"):
        actions.end_slot(slot=slot, on=TODAY, seen=1, now=timezone.now(), by=senco)


def test_two_people_one_time(provision, senco):
    slot = SlotFactory(provision=provision)
    actions.end_slot(slot=slot, on=date(2026, 12, 4), seen=1, now=timezone.now(), by=senco)

    with pytest.raises(Stale):
        actions.end_slot(slot=slot, on=TODAY, seen=1, now=timezone.now(), by=senco)


def test_a_provision_that_ends_plans_nothing_beyond_and_comes_back_with_its_times(provision, senco):
    slot = SlotFactory(provision=provision, ends=None)
    span = Span(TODAY, date(2026, 12, 18))

    def days():
        return [one.day for one in occurrences(school=senco.school, user=senco, span=span, now=TODAY)]

    all_of_it = days()
    ended = end_provision(provision=provision, on=date(2026, 11, 30), seen=1, by=senco)
    assert days() == [TODAY, date(2026, 11, 30)]
    change_provision(
        provision=ended, changes={"ends": date(2027, 7, 20)}, deliverers=None, seen=ended.version, by=senco
    )

    assert days() == all_of_it
    assert Slot.objects.get() == slot


def test_a_second_group_of_other_people_has_the_times_of_the_first(provision, senco):
    SlotFactory(provision=provision, ends=None)
    going, _ = (PlacementFactory(provision=provision, learner__school=senco.school) for _ in range(2))
    token = running(provision, list(Placement.objects.all())).token
    staff = [Delivery(user=member(Role.TEACHING_ASSISTANT, senco.school))]
    group = NewGroup("Second", TOMORROW, 3, 10, staff=staff)

    new, change = split_provision(provision=provision, group=group, chosen=[going.pk], seen=token, by=senco)

    assert list(new.slots.values_list("weekday", "at", "starts")) == [(0, time(9, 15), TOMORROW)]
    undo_change(change=change, by=senco)
    assert Slot.objects.count() == 1


def test_a_second_group_of_the_same_people_has_its_times_still_to_be_chosen(provision, senco):
    SlotFactory(provision=provision, ends=None)
    going, _ = (PlacementFactory(provision=provision, learner__school=senco.school) for _ in range(2))
    token = running(provision, list(Placement.objects.all())).token

    new, _ = split_provision(
        provision=provision, group=NewGroup("Second", TOMORROW, 3, 10), chosen=[going.pk], seen=token, by=senco
    )

    assert not new.slots.exists()


def test_merged_groups_go_on_at_the_times_of_the_one_they_join(provision, senco):
    other = ProvisionFactory(school=senco.school)
    SlotFactory(provision=provision, ends=None)
    SlotFactory(provision=other, ends=None, at=time(11))
    for one in (provision, other):
        PlacementFactory(provision=one, learner__school=senco.school)
    seen = {one.pk: running(one, list(one.placements.all())).token for one in (provision, other)}

    merge_provisions(school=senco.school, into=provision.pk, others=[other.pk], on=TOMORROW, seen=seen, by=senco)

    found = occurrences(school=senco.school, user=senco, span=Span(TODAY, date(2026, 12, 4)), now=TODAY)
    assert [(one.day, one.at) for one in found] == [
        (TODAY, time(9, 15)), (TODAY, time(11)), (date(2026, 11, 30), time(9, 15)),
    ]  # fmt: skip


def test_a_copied_term_has_the_times_of_the_one_before(senco):
    year = AcademicYearFactory(school=senco.school)
    old = TermFactory(year=year)
    new = TermFactory(
        year=year, name="Spring", starts=date(2027, 1, 4), ends=date(2027, 3, 26), half_term_starts=None,
        half_term_ends=None,
    )  # fmt: skip
    provision = ProvisionFactory(school=senco.school, ends=old.ends)
    stays, goes = (member(Role.TEACHING_ASSISTANT, senco.school) for _ in range(2))
    DelivererFactory(provision=provision, user=stays)
    DelivererFactory(provision=provision, user=goes, ends=date(2026, 11, 1))
    SlotFactory(provision=provision, ends=None, deliverer=stays)
    SlotFactory(provision=provision, ends=None, weekday=1, deliverer=goes)
    SlotFactory(provision=provision, ends=date(2026, 10, 1), weekday=2)
    place = PlacementFactory(provision=provision, learner__school=senco.school, ends=old.ends)
    rows = ground_of(school=senco.school, user=senco, old=old, new=new, first=new.starts).rows
    asked = Asked(old, new, new.starts, [provision.pk], [place.pk])

    copy_term(school=senco.school, asked=asked, seen={row.held.pk: row.token for row in rows}, by=senco)

    copy = Provision.objects.exclude(pk=provision.pk).get()
    assert list(copy.slots.values_list("weekday", "starts", "ends", "deliverer")) == [
        (0, new.starts, None, stays.pk), (1, new.starts, None, None),
    ]  # fmt: skip


def test_the_week_is_told_beside_the_dose():
    def plan(*weeks):
        return [SlotFactory.build(weekday=day, minutes=10, week=week).planned for day, week in enumerate(weeks)]

    assert week_sum(plan("", "", ""), 3, 10).words == "3 × 10 min planned of 3 × 10 min"
    assert week_sum(plan("", "", ""), 3, 10).differs == ""
    assert week_sum(plan("", "A"), 1, 10).words == "Week A 2 × 10 min, week B 1 × 10 min, planned of 1 × 10 min"
    assert week_sum(plan("", "A"), 1, 10).differs == "5 min a week are planned beyond the dose"
    assert week_sum(plan("A", "B"), 1, 10).differs == ""
    assert week_sum([], 3, 10).words == "No time of the week is planned yet of 3 × 10 min"
    assert week_sum(plan(""), None, None).words == "1 × 10 min planned"


def test_after_a_change_the_page_leads_to_where_it_is_taken_back(provision, senco, client):
    answer = client.post(reverse("interventions:slot-add", args=[provision.pk]), sent(), follow=True)

    assert '“<a href="/map/">Undo the last change</a>” on the map takes it back.' in answer.text


def test_the_page_of_a_provision_lists_its_times(provision, senco, client):
    SlotFactory(provision=provision, minutes=10, ends=None)

    page = client.get(reverse("interventions:provision", args=[provision.pk])).text

    assert "1 × 10 min planned of 3 × 10 min" in page
    assert "20 min a week are not planned yet" in page
    assert "Monday 09:15" in page


def test_a_clash_is_told_before_it_is_saved_and_may_be_gone_past(provision, senco, client):
    learner = LearnerFactory(school=senco.school, forename="Maya", surname="Reid")
    other = ProvisionFactory(school=senco.school, name="Lego club")
    for one in (provision, other):
        PlacementFactory(provision=one, learner=learner)
    SlotFactory(provision=other, weekday=2, at=time(10, 10), ends=None)
    page = reverse("interventions:slot-add", args=[provision.pk])

    warned = client.post(page, sent())
    assert warned.status_code == 200
    assert "Maya Reid has Lego club, 10:10 to 10:30, then, first on 25/11/2026." in warned.text
    assert Slot.objects.filter(provision=provision).count() == 0
    mark = warned.context["mark"]
    assert client.post(page, sent(anyway="another")).status_code == 200
    assert client.post(page, sent(anyway=mark)).status_code == 302
    assert Slot.objects.filter(provision=provision).count() == 1


def test_who_would_be_over_their_hours_is_told_before_it_is_saved(provision, senco, client):
    ta = member(Role.TEACHING_ASSISTANT, senco.school, name="Keira Flynn")
    StaffHours.objects.create(school=senco.school, user=ta, weekly=Decimal("0.5"))
    DelivererFactory(provision=provision, user=ta)
    SlotFactory(provision=provision, ends=None)

    answer = client.post(reverse("interventions:slot-add", args=[provision.pk]), sent())

    assert "Keira Flynn would be planned for 40 min in a week, 10 min beyond their hours." in answer.text


def test_a_time_that_it_has_already_is_refused_and_warned_of_for_nobody(provision, senco, client):
    PlacementFactory(provision=provision, learner__school=senco.school)
    SlotFactory(provision=provision, weekday=2, at=time(10, 10), ends=None)

    answer = client.post(reverse("interventions:slot-add", args=[provision.pk]), sent())

    assert answer.status_code == 422
    assert "already happens then" in answer.text


@pytest.mark.parametrize("many", [1, 30])
def test_a_warning_asks_as_often_for_one_learner_as_for_thirty(
    provision, senco, client, django_assert_num_queries, many
):
    other = ProvisionFactory(school=senco.school)
    SlotFactory(provision=other, weekday=2, at=time(10), ends=None)
    for _ in range(many):
        learner = LearnerFactory(school=senco.school)
        for one in (provision, other):
            PlacementFactory(provision=one, learner=learner)
    client.post(reverse("interventions:slot-add", args=[provision.pk]), sent())

    with django_assert_num_queries(14):
        answer = client.post(reverse("interventions:slot-add", args=[provision.pk]), sent())
    assert len(answer.context["warnings"]) == many


def test_a_warning_names_nobody_and_nothing_that_its_reader_does_not_see(provision, senco, client):
    teacher = member(Role.CLASS_TEACHER, senco.school, name="Ann Teacher")
    mine = ProvisionFactory(school=senco.school, tier=1, responsible=teacher)
    hidden = ProvisionFactory(school=senco.school, name="Zqsecret", confidential=True)
    learner = LearnerFactory(school=senco.school, forename="Maya", surname="Reid")
    for one in (mine, hidden):
        PlacementFactory(provision=one, learner=learner)
    SlotFactory(provision=hidden, weekday=2, at=time(10), ends=None)
    Grant.ever.create(content_object=learner, user=teacher, source=f"provision:{mine.pk}", starts=date(2026, 9, 7))
    client.force_login(teacher)

    answer = client.post(reverse("interventions:slot-add", args=[mine.pk]), sent())

    assert "Maya Reid has something else then" in answer.text
    assert "Zqsecret" not in answer.text


def test_a_stale_form_shows_both(provision, senco, client):
    slot = SlotFactory(provision=provision, starts=TOMORROW, ends=None)
    actions.change_slot(slot=slot, wanted=LATER, seen=1, now=timezone.now(), by=senco)

    answer = client.post(reverse("interventions:slot", args=[slot.pk]), sent(at="11:00"))

    assert answer.status_code == 409
    assert "Somebody changed this while you were typing" in answer.text
    slot.refresh_from_db()
    assert slot.at == time(10)


@pytest.mark.parametrize("many", [1, 30])
def test_the_page_of_a_provision_asks_as_often_for_one_time_as_for_thirty(
    provision, senco, client, django_assert_num_queries, many
):
    ta = member(Role.TEACHING_ASSISTANT, senco.school)
    for number in range(many):
        SlotFactory(provision=provision, weekday=number % 5, at=time(9 + number // 5), deliverer=ta, ends=None)
    client.get(reverse("interventions:provision", args=[provision.pk]))

    with django_assert_num_queries(PROVISION_QUERIES):
        client.get(reverse("interventions:provision", args=[provision.pk]))


def test_a_time_with_a_last_day_meets_only_those_of_its_days(provision, senco):
    actions.add_slot(provision=provision, wanted=Time(2, time(10), 20, date(2027, 1, 6)), by=senco)

    made = actions.add_slot(provision=provision, wanted=Time(2, time(10), 20, TOMORROW, date(2026, 12, 18)), by=senco)

    assert made.ends == date(2026, 12, 18)


def test_who_answers_for_a_provision_may_take_a_time_of_it(provision, senco):
    provision.responsible = senco
    provision.save()

    made = actions.add_slot(provision=provision, wanted=Time(2, time(10), 20, TOMORROW, deliverer=senco), by=senco)

    assert made.deliverer == senco


@pytest.fixture
def running_slot(provision):
    """A time that began in September and has no last day."""
    return SlotFactory(provision=provision, weekday=2, at=time(10), minutes=20, ends=None)


def test_a_last_day_alone_is_given_to_a_time_that_runs_and_taken_away(running_slot, senco):
    now, like = timezone.now(), Time(2, time(10), 20, TOMORROW)
    ended = actions.change_slot(
        slot=running_slot, wanted=Time(**{**vars(like), "ends": date(2026, 12, 18)}), seen=1, now=now, by=senco
    )
    assert (ended.pk, ended.ends) == (running_slot.pk, date(2026, 12, 18))

    again = actions.change_slot(slot=ended, wanted=like, seen=ended.version, now=now, by=senco)

    assert (again.pk, again.ends) == (running_slot.pk, None)


def test_a_last_day_that_takes_away_what_was_planned_is_refused(running_slot, provision, senco):
    later = SlotFactory(provision=provision, weekday=3, at=time(10), starts=date(2026, 12, 7), ends=None)

    with pytest.raises(NotAllowed, match="at the earliest"):
        actions.end_slot(slot=running_slot, on=date(2026, 11, 2), seen=1, now=timezone.now(), by=senco)
    with pytest.raises(NotAllowed, match="It begins on 07/12/2026"):
        actions.end_slot(slot=later, on=date(2026, 12, 1), seen=1, now=timezone.now(), by=senco)
    with pytest.raises(NotAllowed, match="and this time with it"):
        actions.end_slot(slot=running_slot, on=date(2027, 8, 1), seen=1, now=timezone.now(), by=senco)


def test_a_change_counts_from_a_day_after_the_time_began(provision, senco):
    slot = SlotFactory(provision=provision, weekday=4, at=time(10), starts=TOMORROW, ends=None)
    SessionFactory(provision=provision, slot=slot, on=date(2026, 11, 20), state="open")

    with pytest.raises(NotAllowed, match="a change counts from a later day"):
        actions.change_slot(slot=slot, wanted=LATER, seen=1, now=timezone.now(), by=senco)


# --- A time that had ended: days that are over since are never planned.

GONE = date(2026, 10, 5)


def test_a_time_that_had_ended_is_changed_from_a_later_day_and_nothing_between_is_planned(provision, senco):
    slot = SlotFactory(provision=provision, ends=GONE)
    wanted = Time(0, time(11), 20, date(2026, 11, 30))

    new = actions.change_slot(slot=slot, wanted=wanted, seen=1, now=timezone.now(), by=senco)

    slot.refresh_from_db()
    assert (slot.ends, slot.history.count()) == (GONE, 1)
    assert (new.starts, new.at) == (date(2026, 11, 30), time(11))
    found = occurrences(school=senco.school, user=senco, span=Span(date(2026, 9, 28), date(2026, 12, 4)), now=TODAY)
    assert [one.day for one in found] == [date(2026, 9, 28), GONE, date(2026, 11, 30)]


@pytest.mark.parametrize("ends", [None, date(2026, 12, 14), GONE])
def test_a_time_that_had_ended_is_not_opened_again_over_days_that_are_over(provision, senco, ends):
    slot = SlotFactory(provision=provision, ends=GONE)
    same = Time(0, time(9, 15), 20, TOMORROW, ends)

    if ends != GONE:
        with pytest.raises(NotAllowed, match=r"ended on 05/10/2026, and days since then are over\. Add it anew"):
            actions.change_slot(slot=slot, wanted=same, seen=1, now=timezone.now(), by=senco)
    if ends:
        with pytest.raises(NotAllowed, match="ended on 05/10/2026"):
            actions.end_slot(slot=slot, on=ends, seen=1, now=timezone.now(), by=senco)

    slot.refresh_from_db()
    assert slot.ends == GONE


def test_a_time_that_ended_yesterday_may_go_on(provision, senco):
    slot = SlotFactory(provision=provision, weekday=4, ends=date(2026, 11, 22))

    actions.change_slot(
        slot=slot, wanted=Time(4, time(9, 15), 20, TODAY), seen=1, now=timezone.now(), by=senco
    )  # fmt: skip

    slot.refresh_from_db()
    assert slot.ends is None


# --- Taking back, weeks later.


@pytest.fixture
def september(provision, senco):
    """On 20 September a time of Mondays was changed, another planned, and a third ended."""
    with time_machine.travel(timezone.make_aware(timezone.datetime(2026, 9, 7, 8))):
        changed, ended = SlotFactory(provision=provision, ends=None), SlotFactory(provision=provision, weekday=3)
    with time_machine.travel(timezone.make_aware(timezone.datetime(2026, 9, 20, 10))):
        now = timezone.now()
        wanted = Time(0, time(11), 40, date(2026, 9, 21))
        actions.change_slot(slot=changed, wanted=wanted, seen=1, now=now, by=senco)
        actions.add_slot(provision=provision, wanted=Time(2, time(11), 40, date(2026, 9, 21)), by=senco)
        actions.end_slot(slot=ended, on=date(2026, 10, 1), seen=1, now=now, by=senco)


def test_undoing_a_change_of_times_weeks_later_plans_no_day_that_is_over_anew(september, provision, senco, client):
    before = list(Slot.objects.order_by("pk").values_list("pk", "starts", "ends"))

    for change in MapChange.objects.order_by("-pk"):
        with pytest.raises(NotAllowed, match="days that are over would be planned otherwise"):
            undo_change(change=change, by=senco)
        with pytest.raises(NotAllowed, match="days that are over"):
            check_can_undo(change, senco)

    assert list(Slot.objects.order_by("pk").values_list("pk", "starts", "ends")) == before
    assert not MapChange.objects.exclude(undone_at=None).exists()


def test_undoing_at_once_is_still_possible_for_whatever_counts_from_a_day_to_come(september, provision, senco):
    with time_machine.travel(timezone.make_aware(timezone.datetime(2026, 9, 20, 18))):
        for change in MapChange.objects.order_by("-pk"):
            undo_change(change=change, by=senco)

    assert set(Slot.objects.values_list("weekday", "ends")) == {(0, None), (3, date(2027, 7, 20))}


def test_a_time_planned_back_to_september_by_a_slip_is_taken_back_the_same_day(provision, senco):
    actions.add_slot(provision=provision, wanted=Time(2, time(10), 20, date(2026, 9, 7)), by=senco)

    undo_change(change=MapChange.objects.get(), by=senco)

    assert not Slot.objects.exists()


@pytest.mark.parametrize(("hour", "refused"), [(12, False), (16, True)])
def test_undoing_on_the_day_itself_is_refused_once_its_time_has_come(provision, senco, hour, refused):
    actions.add_slot(provision=provision, wanted=Time(2, time(14), 20, TOMORROW), by=senco)

    with time_machine.travel(timezone.make_aware(timezone.datetime(2026, 11, 25, hour))):
        if refused:
            with pytest.raises(NotAllowed, match="days that are over"):
                undo_change(change=MapChange.objects.get(), by=senco)
        else:
            undo_change(change=MapChange.objects.get(), by=senco)

    assert Slot.objects.exists() is refused
