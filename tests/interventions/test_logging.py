"""Saying how a session went: once, however often it arrives, with both versions when two people say otherwise."""

from datetime import UTC, date, datetime, time
from uuid import uuid4

import pytest
from django.db.models import QuerySet
from hypothesis import given
from hypothesis import strategies as st

from interventions.actions.changes import check_unlogged
from interventions.actions.grants import sync_grants
from interventions.actions.logging import Contradiction, SameId, Target, TooEarly, log_session
from interventions.actions.reminders import claim
from interventions.actions.weeks import add_to_week, recount, sums_of
from interventions.models import (
    Answer,
    Attendance,
    DeliveryWeek,
    Entry,
    Feed,
    Reminder,
    Session,
    StaffAbsence,
    TierMove,
    Trip,
)
from interventions.said import DELIVERED, MISSED, OPEN, Heard, Said, minutes_of
from learners.actions.forgetting import forget
from provisionmap.school.access import NotAllowed
from provisionmap.school.models import AuditEvent
from provisionmap.school.roles import Role
from tests.factories import DelivererFactory, PlacementFactory, ProvisionFactory, SlotFactory, member

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
MONDAY = date(2026, 11, 16)


@pytest.fixture
def group(db):
    """A provision on Mondays with three learners and an assistant who delivers it."""
    provision = ProvisionFactory(minutes=20, sessions=1)
    placements = [PlacementFactory(learner__school=provision.school, provision=provision, minutes=20) for _ in range(3)]
    slot = SlotFactory(provision=provision)
    assistant = member(Role.TEACHING_ASSISTANT, provision.school)
    DelivererFactory(provision=provision, user=assistant)

    sync_grants([provision.pk])
    return provision, placements, slot, assistant


def said(placements, absent=(), **fields):
    learners = {one.pk: Heard("learner_absent") if one in absent else Heard() for one in placements}
    return Said(**{"client": uuid4(), "made_at": NOW, "learners": learners} | fields)


def log(group, entry, *, by=None, on=MONDAY, kind="slot"):
    provision, _, slot, assistant = group
    target = Target(kind, slot.pk, on)
    return log_session(school=provision.school, target=target, said=entry, by=by or assistant, now=NOW)


def week():
    return DeliveryWeek.objects.get()


def test_a_session_is_kept_with_who_was_there_and_what_it_was_for(group):
    _, placements, _, assistant = group

    made = log(group, said(placements, absent=placements[:1], actual=15)).session

    assert (made.state, made.actual, made.delivered_by, made.role) == ("delivered", 15, assistant, "ta")
    assert (made.tier, made.area, made.extra, made.minutes) == (2, "cognition", False, 20)
    rows = made.attendances.order_by("placement").values_list("placement", "outcome", "planned", "minutes")
    assert list(rows) == [
        (placements[0].pk, "learner_absent", 20, 0),
        (placements[1].pk, "present", 20, 15),
        (placements[2].pk, "present", 20, 15),
    ]
    assert (week().sessions, week().planned, week().delivered, week().learner_absent) == (1, 60, 30, 20)
    event = AuditEvent.objects.get(verb="session.log")
    assert (event.user_id, event.target_id) == (assistant.pk, made.pk)


def test_the_same_entry_again_changes_nothing(group):
    entry = said(group[1])
    first = log(group, entry)
    again = log(group, entry)

    assert (first.again, again.again, again.session) == (False, True, first.session)
    assert (Session.objects.count(), Entry.objects.count(), Attendance.objects.count()) == (1, 1, 3)
    assert week().delivered == 60


def test_another_entry_under_the_same_id_is_refused(group):
    entry = said(group[1])
    log(group, entry)

    with pytest.raises(SameId):
        log(group, said(group[1], absent=group[1][:1], client=entry.client))
    with pytest.raises(SameId):
        log(group, entry, on=date(2026, 11, 9))
    with pytest.raises(SameId):
        log(group, entry, by=member(Role.SENCO, group[0].school))


def test_an_amendment_keeps_the_earlier_version(group):
    first = said(group[1])
    log(group, first)
    second = said(group[1], absent=group[1][:2], after=first.client, note="Two were at the dentist")

    made = log(group, second).session

    assert (made.standing, made.note, made.version) == (second.client, "Two were at the dentist", 2)
    assert [entry.said["note"] for entry in made.entries.all()] == ["", "Two were at the dentist"]
    assert (week().delivered, week().learner_absent, week().sessions) == (20, 40, 1)


def test_taking_it_back_leaves_nothing_said(group):
    first = said(group[1])
    log(group, first)

    made = log(group, said(group[1], state=OPEN, after=first.client)).session

    assert (made.state, made.attendances.count(), made.entries.count()) == ("open", 0, 2)
    assert not any(getattr(week(), name) for name in DeliveryWeek.FIGURES)


def test_a_session_that_was_not_delivered_has_its_reason_for_each_learner(group):
    log(group, said(group[1], state=MISSED, reason="room"))

    assert set(Attendance.objects.values_list("outcome", "minutes")) == {("room", 0)}
    assert (week().room, week().delivered, week().sessions) == (60, 0, 0)


def test_who_says_otherwise_sees_what_stands_and_nothing_is_overwritten(group):
    senco = member(Role.SENCO, group[0].school)
    first = said(group[1])
    log(group, first)

    with pytest.raises(Contradiction) as both:
        log(group, said(group[1], absent=group[1][:1]), by=senco)

    assert (both.value.entry.client, both.value.entry.by) == (first.client, group[3])
    assert week().delivered == 60
    mine = said(group[1], absent=group[1][:1], after=first.client)
    assert log(group, mine, by=senco).session.standing == mine.client


def test_two_people_who_say_the_same_agree_and_either_may_amend(group):
    senco = member(Role.SENCO, group[0].school)
    first, second = said(group[1]), said(group[1])
    log(group, first)

    assert log(group, second, by=senco).again
    assert week().delivered == 60
    third = said(group[1], absent=group[1][:1], after=second.client)
    assert log(group, third, by=senco).session.standing == third.client


def test_an_amendment_that_comes_before_what_it_amends_is_sent_again_later(group):
    first = said(group[1])
    second = said(group[1], absent=group[1][:1], after=first.client)
    with pytest.raises(TooEarly):
        log(group, second)

    log(group, first)
    log(group, second)

    assert week().delivered == 40


def test_who_does_not_deliver_it_does_not_log_it(group):
    provision = group[0]
    other = member(Role.TEACHING_ASSISTANT, provision.school)
    head = member(Role.HEAD, provision.school)

    with pytest.raises(NotAllowed, match="can't see this session"):
        log(group, said(group[1]), by=other)
    with pytest.raises(NotAllowed, match="Only those who deliver"):
        log(group, said(group[1]), by=head)
    assert not Session.objects.exists()


def test_a_senco_logs_for_whoever_delivers_it(group):
    made = log(group, said(group[1]), by=member(Role.SENCO, group[0].school)).session

    assert (made.delivered_by, made.role) == (group[3], "ta")


def test_what_has_not_been_yet_can_be_called_off_and_not_logged(group):
    with pytest.raises(NotAllowed, match="has not begun"):
        log(group, said(group[1]), on=date(2026, 11, 30))

    assert log(group, said(group[1], state=MISSED, reason="trip"), on=date(2026, 11, 30)).session.reason == "trip"


def test_a_day_on_which_it_did_not_run_is_refused(group):
    with pytest.raises(NotAllowed, match="did not run on 31/08/2026"):
        log(group, said(group[1]), on=date(2026, 8, 31))


def test_somebody_who_is_not_placed_there_is_refused(group):
    stranger = PlacementFactory(learner__school=group[0].school)

    with pytest.raises(NotAllowed, match="no place in this provision"):
        log(group, said([*group[1], stranger]))
    with pytest.raises(NotAllowed, match="Nobody is on this card"):
        log(group, said([]))


def test_a_card_that_was_not_made_here_is_refused():
    with pytest.raises(NotAllowed, match="not one of ours"):
        Target.read("slot.1.20261116~forged")

    assert Target.read(Target("slot", 1, MONDAY).key) == Target("slot", 1, MONDAY)


def test_an_extra_session_counts_as_caught_up(group):
    provision, placements, _, assistant = group
    target = Target("new", provision.pk, MONDAY, time(14), 30)

    made = log_session(school=provision.school, target=target, said=said(placements), by=assistant, now=NOW).session

    assert (made.extra, made.at, made.minutes) == (True, time(14), 30)
    assert (week().planned, week().delivered, week().catch_up) == (0, 90, 90)
    amended = said(placements[:1], after=made.standing)
    again = log_session(
        school=provision.school, target=Target("session", made.pk, MONDAY), said=amended, by=assistant, now=NOW
    )
    assert again.session == made


def test_what_no_card_can_say_is_refused():
    for wrong in (
        {"state": "maybe"}, {"reason": "room"}, {"state": MISSED}, {"actual": 601}, {"learners": {1: Heard("late")}},
        {"learners": {1: Heard(engagement=6)}}, {"learners": {1: Heard(minutes=-1)}},
    ):  # fmt: skip
        with pytest.raises(ValueError, match=r"not a|minutes are|engagement is"):
            Said(**{"client": uuid4(), "made_at": NOW} | wrong)


@given(st.integers(0, 600), st.one_of(st.none(), st.integers(0, 600)), st.one_of(st.none(), st.integers(1, 600)))
def test_nobody_gets_minutes_without_being_there(planned, own, actual):
    entry = Said(uuid4(), NOW, DELIVERED, actual=actual)

    assert minutes_of(Heard("trip", minutes=own), entry, planned) == ("trip", 0)
    assert minutes_of(Heard(minutes=own), entry, planned)[1] in {own, actual, planned}


def test_sums_that_went_wrong_are_made_anew_from_the_log(group):
    log(group, said(group[1]))
    DeliveryWeek.objects.update(delivered=7)
    DeliveryWeek.objects.create(school=group[0].school, monday=date(2026, 1, 5), tier=1, area="cognition", room=5)

    assert recount(group[0].school) == 2
    assert {tuple(sums.values()) for sums in sums_of(group[0].school).values()} == {(1, 60, 60, 0, 0, 0, 0, 0, 0, 0)}
    assert week().delivered == 60
    assert recount(group[0].school) == 0


def test_a_week_that_somebody_else_made_meanwhile_is_added_to(group, monkeypatch):
    log(group, said(group[1]))
    key = {name: getattr(week(), name) for name in ("school_id", "monday", "tier", "area", "intervention_id")}
    old, new = dict.fromkeys(DeliveryWeek.FIGURES, 0), dict.fromkeys(DeliveryWeek.FIGURES, 1)
    real, told = QuerySet.update, []

    def late(rows, **fields):  # the first time the row is not seen yet
        told.append(rows)
        return 0 if len(told) == 1 else real(rows, **fields)

    monkeypatch.setattr(QuerySet, "update", late)

    add_to_week(key, old, new)

    assert (week().delivered, week().sessions) == (61, 2)


def test_nothing_is_written_where_nothing_changed(group, django_assert_num_queries):
    same = dict.fromkeys(DeliveryWeek.FIGURES, 3)
    with django_assert_num_queries(0):
        add_to_week({}, same, same)


def test_every_row_of_the_log_says_what_it_is(group):
    made = log(group, said(group[1])).session
    answer = Answer.objects.create(school=group[0].school, session=made, at=NOW, text="A")
    feed = Feed(pk=7)

    assert str(made) == f"Session {made.pk}"
    assert str(made.attendances.first()) == f"Attendance {made.attendances.first().pk}"
    assert str(made.entries.get()) == f"Entry {made.entries.get().pk}"
    assert str(week()) == f"Delivery {week().pk}"
    assert (str(answer), str(feed), str(StaffAbsence(pk=7)), str(Trip(name="Farm")), str(Reminder(pk=7))) == (
        f"Answer {answer.pk}", "Feed 7", "Absence 7", "Farm", "Reminder 7",
    )  # fmt: skip


def test_of_two_who_claim_a_mail_at_once_one_gets_it(group, monkeypatch):
    claimed = {"school": group[0].school, "user": group[3], "kind": Reminder.NUDGE, "now": NOW, "since": NOW}
    assert claim(**claimed)
    monkeypatch.setattr(QuerySet, "exists", lambda rows: False)
    monkeypatch.setattr(QuerySet, "update", lambda rows, **fields: 0)

    assert not claim(**claimed)


class TestWhoTookIt:
    """Who delivered a session stays who did, whoever writes about it later."""

    def test_an_amendment_by_somebody_else_leaves_who_took_it(self, group):
        provision, placements, _, assistant = group
        DelivererFactory(provision=provision, user=member(Role.TEACHING_ASSISTANT, provision.school))
        first = said(placements)
        log(group, first)

        log(group, said(placements, after=first.client, actual=15), by=member(Role.SENCO, provision.school))

        session = Session.objects.get()
        assert (session.actual, session.delivered_by, session.role) == (15, assistant, "ta")

    def test_who_answers_for_a_provision_that_nobody_else_delivers_took_it_as_a_teacher(self, group):
        provision, placements, slot, _ = group
        teacher = member(Role.CLASS_TEACHER, provision.school)
        provision.deliverers.all().delete()
        provision.responsible = teacher
        provision.save()
        teacher.groups_taught.set([provision.school.groups.create(name="Kestrel", nc_year="4")])
        provision.school.learners.update(group=teacher.groups_taught.get())

        log((provision, placements, slot, teacher), said(placements))

        assert (Session.objects.get().delivered_by, Session.objects.get().role) == (teacher, "teacher")

    def test_for_a_fortnight_whoever_took_it_may_say_how_it_went_though_they_see_it_no_more(self, group, clock):
        provision, placements, _, assistant = group
        provision.deliverers.update(ends=MONDAY)
        sync_grants([provision.pk])
        assert not provision.placements.visible_to(assistant).exists()

        assert log(group, said(placements)).session.delivered_by == assistant
        with pytest.raises(NotAllowed, match="can't see this session"):
            log(group, said(placements), on=date(2026, 11, 23))
        clock.move_to(datetime(2026, 12, 1, 10, tzinfo=UTC))
        with pytest.raises(NotAllowed, match="can't see this session"):
            log(group, said(placements, after=Session.objects.get().standing))

    def test_what_is_confidential_stays_hidden_from_whoever_took_it(self, group):
        provision, placements, _, _ = group
        provision.deliverers.update(ends=MONDAY)
        provision.placements.filter(pk=placements[0].pk).update(confidential=True)
        sync_grants([provision.pk])

        with pytest.raises(NotAllowed, match="may see"):
            log(group, said(placements))


class TestWhatOthersCannotSee:
    """A session that was not delivered was so for everybody, seen or not."""

    @pytest.fixture
    def hidden(self, group):
        """The first of three places is confidential; the assistant sees two."""
        provision, placements, _, _ = group
        provision.placements.filter(pk=placements[0].pk).update(confidential=True)
        whole = said(placements)
        log(group, whole, by=member(Role.SENCO, provision.school))
        return whole

    @pytest.mark.parametrize(("state", "reason", "outcomes"), [(OPEN, "", []), (MISSED, "room", ["room"] * 3)])
    def test_it_is_taken_back_or_missed_as_a_whole(self, group, hidden, state, reason, outcomes):
        log(group, said(group[1][1:], state=state, reason=reason, after=hidden.client))

        assert list(Attendance.objects.values_list("outcome", flat=True)) == outcomes
        assert sums_of(group[0].school) == {
            (row.school_id, row.monday, row.tier, row.area, row.intervention_id): {
                name: getattr(row, name) for name in DeliveryWeek.FIGURES
            }
            for row in DeliveryWeek.objects.all()
            if any(getattr(row, name) for name in DeliveryWeek.FIGURES)
        }

    def test_a_miss_that_was_a_mistake_gives_everybody_back_what_was_said_of_them(self, group, hidden):
        missed = said(group[1][1:], state=MISSED, reason="room", after=hidden.client)
        log(group, missed)

        log(group, said(group[1][1:], after=missed.client))

        assert set(Attendance.objects.values_list("outcome", "minutes")) == {("present", 20)}
        assert (week().delivered, week().room, Attendance.objects.count()) == (60, 0, 3)

    def test_a_miss_that_was_a_mistake_leaves_no_reason_with_whom_nobody_spoke_of(self, group):
        group[0].placements.filter(pk=group[1][0].pk).update(confidential=True)
        missed = said(group[1][1:], state=MISSED, reason="room")
        log(group, missed)
        assert Attendance.objects.count() == 3

        log(group, said(group[1][1:], after=missed.client))

        assert not Attendance.objects.filter(placement=group[1][0]).exists()
        assert (week().delivered, week().room) == (40, 0)

    def test_an_amendment_of_who_was_there_leaves_the_others_as_they_were(self, group, hidden):
        log(group, said(group[1][1:], absent=group[1][1:], after=hidden.client))

        assert Attendance.objects.get(placement=group[1][0]).outcome == "present"


def test_nobody_is_logged_on_a_day_without_a_place(group):
    placements = group[1]
    placements[0].ends = date(2026, 11, 10)
    placements[0].save()

    with pytest.raises(NotAllowed, match="has no place"):
        log(group, said(placements))


def test_a_day_that_is_over_keeps_the_tier_it_had(group):
    provision, placements, _, _ = group
    TierMove.objects.create(provision=provision, old=2, new=3, on=date(2026, 11, 18))
    type(provision).objects.filter(pk=provision.pk).update(tier=3)

    assert log(group, said(placements)).session.tier == 2


def test_what_was_logged_can_be_amended_though_the_provision_was_shortened_since(group):
    provision, placements, _, _ = group
    first = said(placements)
    log(group, first)
    type(provision).objects.filter(pk=provision.pk).update(ends=date(2026, 11, 10))

    assert log(group, said(placements, after=first.client, actual=10)).session.actual == 10


def test_a_session_is_logged_from_a_quarter_of_an_hour_before_it_begins(group):
    _, placements, slot, _ = group
    type(slot).objects.filter(pk=slot.pk).update(at=time(10, 16))
    with pytest.raises(NotAllowed, match="has not begun"):
        log(group, said(placements), on=date(2026, 11, 23))

    type(slot).objects.filter(pk=slot.pk).update(at=time(10, 15))
    assert log(group, said(placements), on=date(2026, 11, 23)).session.state == DELIVERED


def test_the_same_entry_twice_at_once_is_known_the_second_time(group, monkeypatch):
    entry = said(group[1])
    log(group, entry)
    asked = QuerySet.first
    late = iter([True])

    def first(self):
        # The other request had not committed when this one asked whether the entry is known.
        return None if self.model is Entry and next(late, False) else asked(self)

    monkeypatch.setattr(QuerySet, "first", first)

    assert log(group, entry).again
    assert (Entry.objects.count(), Session.objects.count(), week().sessions) == (1, 1, 1)


def test_a_place_for_which_sessions_were_logged_is_ended_and_not_removed(group):
    check_unlogged(group[1])
    log(group, said(group[1]))

    with pytest.raises(NotAllowed, match="what was delivered stays on record"):
        check_unlogged(group[1][:1])


def test_once_a_learner_is_disposed_of_the_sums_are_those_of_the_log(group):
    _, placements, _, _ = group
    log(group, said(placements))
    assert week().delivered == 60

    forget(placements[0].learner, texts=[])

    assert (week().delivered, week().sessions) == (40, 1)
    assert recount(group[0].school) == 0
