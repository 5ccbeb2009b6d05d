"""Absent today: who loses what, what becomes of it, and the way back; sight of a stand-in ends that night."""

from datetime import date, datetime, time, timedelta
from uuid import uuid4

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from interventions.actions import cover as actions
from interventions.actions.cover import CANCEL, COVER, POSTPONE, Choice, Done
from interventions.actions.logging import Target, log_session
from interventions.actions.provisions import Delivery, change_provision
from interventions.actions.weeks import recount
from interventions.models import Attendance, Deliverer, DeliveryWeek, Session, StaffAbsence
from interventions.occurrences import occurrences
from interventions.said import OPEN, Heard, Said
from learners.models import Grant, Learner
from provisionmap.school.access import NotAllowed
from provisionmap.school.calendar import Span
from provisionmap.school.models import AuditEvent
from provisionmap.school.roles import Role
from provisionmap.school.stale import Stale
from tests.factories import (
    AcademicYearFactory,
    DelivererFactory,
    PlacementFactory,
    ProvisionFactory,
    SessionFactory,
    SlotFactory,
    TermFactory,
    member,
)

pytestmark = pytest.mark.django_db
TODAY, TOMORROW, FRIDAY = date(2026, 11, 23), date(2026, 11, 24), date(2026, 11, 27)


@pytest.fixture
def case(senco):
    """Keira delivers a group on Mondays at 14:00 and is away; Ben is free, and Gwen has a session of her own then."""
    school = senco.school
    TermFactory(year=AcademicYearFactory(school=school))
    keira, ben, gwen = (
        member(Role.TEACHING_ASSISTANT, school, name=name) for name in ("Keira Flynn", "Ben Ash", "Gwen Oak")
    )
    made = ProvisionFactory(school=school, name="Precision teaching")
    DelivererFactory(provision=made, user=keira)
    busy = ProvisionFactory(school=school, name="Lego club")
    DelivererFactory(provision=busy, user=gwen)
    slot = SlotFactory(provision=made, at=time(14), ends=None)
    SlotFactory(provision=busy, at=time(14, 10), ends=None)
    places = [PlacementFactory(provision=made, learner__school=school, ends=None) for _ in range(2)]
    absence = StaffAbsence.objects.create(school=school, user=keira, starts=TODAY, ends=TODAY)

    class Case:
        pass

    Case.school, Case.senco, Case.keira, Case.ben, Case.gwen = school, senco, keira, ben, gwen
    Case.provision, Case.slot, Case.places, Case.absence, Case.busy = made, slot, places, absence, busy
    return Case


def chosen(case, what, **more):
    """One choice about today's session."""
    return Choice(Target("slot", case.slot.pk, TODAY), more.pop("seen", 0), what, case.provision.name, **more)


def arrange(case, *choices):
    """What the SENCO arranges."""
    return actions.arrange(school=case.school, choices=choices, now=timezone.now(), by=case.senco)


def back(case, done):
    """The SENCO takes it back."""
    return actions.take_back(school=case.school, done=done, now=timezone.now(), by=case.senco)


def today_of(case, user=None):
    """Today's session of the group."""
    span = Span(TODAY, TODAY)
    found = occurrences(school=case.school, user=user or case.senco, span=span, now=TODAY)
    return [one for one in found if one.provision == case.provision.pk]


def figures():
    """The sums of the weeks, without those that are nothing."""
    rows = DeliveryWeek.objects.values("planned", "delivered", "staff_absent", "catch_up", "sessions")
    return [row for row in rows if any(row.values())]


def test_a_stand_in_takes_it_and_sees_its_learners_until_that_night(case):
    assert not Learner.objects.visible_to(case.ben).exists()

    arrange(case, chosen(case, COVER, cover=case.ben))

    [one] = today_of(case)
    assert ([adult.name for adult in one.people], [adult.name for adult in one.usual], one.state) == (
        ["Ben Ash"], ["Keira Flynn"], "planned",
    )  # fmt: skip
    assert Learner.objects.visible_to(case.ben).count() == 2
    assert len(today_of(case, case.ben)) == 1
    with time_machine.travel(datetime(2026, 11, 24, 0, 1, tzinfo=timezone.get_current_timezone())):
        assert not Learner.objects.visible_to(case.ben).exists()
        assert today_of(case, case.ben) == []


def test_a_stand_in_may_log_it(case, clock):
    arrange(case, chosen(case, COVER, cover=case.ben))
    clock.shift(timedelta(hours=5))
    said = Said(uuid4(), timezone.now(), learners={one.pk: Heard() for one in case.places})

    log_session(
        school=case.school, target=Target("slot", case.slot.pk, TODAY), said=said, by=case.ben, now=timezone.now()
    )

    session = Session.objects.get()
    assert (session.state, session.delivered_by, session.role) == ("delivered", case.ben, "ta")
    with pytest.raises(NotAllowed, match="since"):
        back(case, Done(case.school.pk, (actions.Arranged(COVER, session.pk, 1),)))


def test_taking_back_a_stand_in_leaves_nothing(case):
    done = arrange(case, chosen(case, COVER, cover=case.ben))

    assert back(case, Done.read(done.token)) == 1

    assert Session.objects.count() == 0
    assert list(Deliverer.objects.filter(provision=case.provision).values_list("user", flat=True)) == [case.keira.pk]
    assert not Grant.ever.filter(user=case.ben).exists()
    assert list(Deliverer.history.filter(user=case.ben).values_list("history_type", flat=True)) == ["-", "+"]


def test_a_stand_in_for_two_sessions_stays_while_one_is_left(case):
    second = SlotFactory(provision=case.provision, at=time(15), ends=None)
    other = Choice(Target("slot", second.pk, TODAY), 0, COVER, "x", cover=case.ben)
    first = arrange(case, chosen(case, COVER, cover=case.ben))
    arrange(case, other)

    back(case, first)

    assert Learner.objects.visible_to(case.ben).count() == 2
    assert [[adult.name for adult in one.people] for one in today_of(case)] == [["Keira Flynn"], ["Ben Ash"]]


def test_a_stand_in_changes_nothing_about_who_delivers_it_from_now_on(case):
    arrange(case, chosen(case, COVER, cover=case.ben))

    change_provision(
        provision=case.provision, changes={}, deliverers=[Delivery(user=case.keira)], seen=1, by=case.senco
    )

    assert Learner.objects.visible_to(case.ben).count() == 2
    assert [one.user for one in Deliverer.objects.lasting().filter(provision=case.provision)] == [case.keira]


def test_one_who_delivers_it_already_needs_no_second_row(case):
    DelivererFactory(provision=case.provision, user=case.ben)

    done = arrange(case, chosen(case, COVER, cover=case.ben))
    back(case, done)

    assert Deliverer.objects.filter(provision=case.provision, user=case.ben).count() == 1


def test_a_cancelled_session_is_not_delivered_for_the_reason_and_its_week_says_so(case):
    arrange(case, chosen(case, CANCEL, reason="room"))

    assert (Session.objects.get().state, Session.objects.get().reason) == ("missed", "room")
    assert list(Attendance.objects.values_list("outcome", "planned", "minutes")) == [("room", 20, 0)] * 2
    assert recount(case.school) == 0


def test_a_postponed_session_is_missed_for_staff_and_planned_again_beyond_the_timetable(case):
    done = arrange(case, chosen(case, POSTPONE, on=FRIDAY, at=time(9)))

    old, new = Session.objects.order_by("on")
    assert (old.state, old.reason) == ("missed", "staff_absent")
    assert (new.on, new.at, new.extra, new.instead_of, new.state, new.slot) == (
        FRIDAY,
        time(9),
        True,
        old,
        "open",
        None,
    )
    assert figures() == [{"planned": 40, "delivered": 0, "staff_absent": 40, "catch_up": 0, "sessions": 0}]
    assert recount(case.school) == 0
    back(case, done)
    assert [(one.state, one.reason) for one in Session.objects.all()] == [("open", "")]
    assert figures() == []
    assert recount(case.school) == 0


def test_a_session_that_was_postponed_and_logged_is_not_taken_back(case):
    done = arrange(case, chosen(case, POSTPONE, on=TODAY, at=time(9)))
    new = Session.objects.get(extra=True)
    said = Said(uuid4(), timezone.now(), learners={one.pk: Heard() for one in case.places})
    log_session(
        school=case.school, target=Target("session", new.pk, TODAY), said=said, by=case.senco, now=timezone.now()
    )

    with pytest.raises(NotAllowed, match="Nothing was taken back"):
        back(case, done)
    assert figures() == [{"planned": 40, "delivered": 40, "staff_absent": 40, "catch_up": 40, "sessions": 1}]


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"what": POSTPONE}, "Choose the day and the time"),
        ({"what": POSTPONE, "on": date(2026, 11, 20), "at": time(9)}, "is over"),
        ({"what": POSTPONE, "on": date(2026, 11, 28), "at": time(9)}, "Nobody is taught"),
        ({"what": POSTPONE, "on": date(2027, 9, 28), "at": time(9)}, "does not run"),
        ({"what": COVER}, "Choose who takes"),
        ({"what": CANCEL, "reason": "bored"}, "Choose why"),
    ],
)
def test_what_can_not_be_is_refused_in_words_and_nothing_is_written(case, more, words):
    with pytest.raises(NotAllowed, match=words):
        arrange(case, chosen(case, **more))

    assert (Session.objects.count(), AuditEvent.objects.filter(verb="session.log").count()) == (0, 0)


def test_nobody_arranges_for_others_without_the_role(case):
    with pytest.raises(NotAllowed, match="does not arrange"):
        actions.arrange(school=case.school, choices=[], now=timezone.now(), by=case.ben)
    with pytest.raises(NotAllowed, match="Nothing is chosen"):
        arrange(case)
    with pytest.raises(NotAllowed, match="does not arrange"):
        actions.take_back(school=case.school, done=Done(case.school.pk, ()), now=timezone.now(), by=case.ben)
    with pytest.raises(NotAllowed, match="can’t be taken back"):
        Done.read("made up")


def test_two_people_one_session(case):
    arrange(case, chosen(case, CANCEL))

    with pytest.raises(Stale):
        arrange(case, chosen(case, COVER, cover=case.ben))


def test_a_stand_in_may_be_another_one(case):
    arrange(case, chosen(case, COVER, cover=case.ben))

    arrange(case, chosen(case, COVER, cover=case.gwen, seen=1))

    assert not Learner.objects.visible_to(case.ben).exists()
    assert [one.name for one in today_of(case)[0].people] == ["Gwen Oak"]


def page_of(case):
    """The address of who loses what."""
    return reverse("interventions:absence-cover", args=[case.absence.pk])


def test_the_page_says_who_loses_what_and_who_is_free(case, client):
    page = client.get(page_of(case)).text

    assert "<b>1</b> session without anybody" in page
    assert "<b>40 min</b> of learners’ time" in page
    for one in case.places:
        assert one.learner.name in page
    assert page.index("Ben Ash</option>") < page.index("Gwen Oak (not free: 14:10 to 14:30)")


def test_one_form_previews_does_and_undoes(case, client):
    key = f"t{case.slot.pk}-20261123"
    form = {"all-what": COVER, "all-who": case.ben.pk, f"{key}-what": "", f"{key}-seen": 0, "do": "preview"}

    preview = client.post(page_of(case), form)
    assert "Ben Ash takes it, and sees its learners that day" in preview.text
    assert Session.objects.count() == 0
    done = client.post(page_of(case), form | {"do": "apply", "mark": preview.context["mark"]}, follow=True)
    assert "Ben Ash takes it" in done.text
    assert Session.objects.get().cover == case.ben
    token = done.context["undo"]
    after = client.post(reverse("interventions:cover-take-back", args=[case.absence.pk]), {"done": token}, follow=True)
    assert "Taken back: 1 session." in after.text
    assert Session.objects.count() == 0


def test_nothing_is_offered_to_be_done_while_something_has_to_be_chosen(case, client):
    key = f"t{case.slot.pk}-20261123"

    for form, words in (
        ({f"{key}-what": COVER}, "Choose who takes it."),
        ({f"{key}-what": POSTPONE, f"{key}-on": "2026-11-27", f"{key}-at": ""}, ""),
        ({f"{key}-what": POSTPONE}, "Choose the day and the time."),
    ):
        page = client.post(page_of(case), form | {f"{key}-seen": 0, "do": "preview"}).text
        assert ("It can be done once what is missing is chosen below." in page) == bool(words)
        assert (">Do it<" in page) == (not words)
        assert words in page


def test_a_stand_in_who_is_needed_elsewhere_is_told_before_and_after(case, client):
    key = f"t{case.slot.pk}-20261123"
    form = {f"{key}-what": COVER, f"{key}-who": case.gwen.pk, f"{key}-seen": 0, "do": "preview"}

    before = client.post(page_of(case), form).text
    arrange(case, chosen(case, COVER, cover=case.gwen))
    after = client.get(page_of(case)).text

    assert "Not free: 14:10 to 14:30." in before
    assert 'Gwen Oak takes it.</strong> <strong class="flag">Not free then: 14:10 to 14:30.' in after


def test_who_may_be_in_lessons_or_comes_from_outside_is_told(case, client):
    member(Role.CLASS_TEACHER, case.school, name="Tom Tutor")
    member(Role.EXTERNAL, case.school, name="Ann Outside")
    lead = member(Role.CLASS_TEACHER, case.school, name="Zoe Lead")
    lead.memberships.create(school=case.school, role=Role.SENCO, starts=TODAY)

    page = client.get(page_of(case)).text

    assert "Lessons, duties and hours at work are not known here" in page
    names = ("Ben Ash<", "Zoe Lead<", "Tom Tutor, class teacher<", "Ann Outside, from outside<")
    assert [page.index(name) for name in names] == sorted(page.index(name) for name in names)
    assert "All 1 together" not in page


def test_every_day_of_the_page_is_written_one_way(case, client):
    arrange(case, chosen(case, POSTPONE, on=FRIDAY, at=time(9)))

    page = client.get(page_of(case)).text

    assert "Postponed to Fri 27 Nov 2026 at 09:00" in page
    assert "Mon 23 Nov 2026" in page
    assert "27/11/2026" not in page
    assert "23 November" not in page


def test_what_was_not_previewed_is_not_done(case, client):
    key = f"t{case.slot.pk}-20261123"
    form = {"all-what": CANCEL, "all-reason": "room", f"{key}-seen": 0, "do": "apply", "mark": "another"}

    answer = client.post(page_of(case), form)

    assert (answer.status_code, Session.objects.count()) == (200, 0)
    assert "does not take place: no room" in answer.text


def test_somebody_elses_arrangement_is_told_and_stands(case, client):
    key = f"t{case.slot.pk}-20261123"
    form = {f"{key}-what": CANCEL, f"{key}-reason": "room", f"{key}-seen": 7, "do": "preview"}
    mark = client.post(page_of(case), form).context["mark"]

    answer = client.post(page_of(case), form | {"do": "apply", "mark": mark})

    assert answer.status_code == 409
    assert "Nothing was changed" in answer.text


def test_a_session_that_is_confidential_is_only_counted_for_an_assistant(case, client):
    hidden = ProvisionFactory(school=case.school, name="Zqsecret", confidential=True)
    DelivererFactory(provision=hidden, user=case.keira)
    SlotFactory(provision=hidden, at=time(10), ends=None)
    client.force_login(member(Role.SENCO_ASSISTANT, case.school))

    page = client.get(page_of(case)).text

    assert "1 more session of these days is confidential" in page
    assert "Zqsecret" not in page


@pytest.mark.parametrize("many", [1, 30])
def test_the_page_asks_as_often_for_one_session_as_for_thirty(case, client, django_assert_num_queries, many):
    for number in range(many - 1):
        provision = ProvisionFactory(school=case.school)
        DelivererFactory(provision=provision, user=case.keira)
        SlotFactory(provision=provision, at=time(8, number), ends=None)
        PlacementFactory(provision=provision, learner__school=case.school)
    client.get(page_of(case))

    with django_assert_num_queries(15):
        assert client.get(page_of(case)).context["open"] == many


def test_what_was_logged_meanwhile_is_not_arranged(case, clock):
    clock.shift(timedelta(hours=5))
    said = Said(uuid4(), timezone.now(), learners={one.pk: Heard() for one in case.places})
    target = Target("slot", case.slot.pk, TODAY)
    made = log_session(school=case.school, target=target, said=said, by=case.senco, now=timezone.now()).session

    with pytest.raises(Stale):
        arrange(case, chosen(case, COVER, cover=case.ben, seen=made.version))


def test_calling_off_what_a_stand_in_was_to_take_lets_them_off(case):
    arrange(case, chosen(case, COVER, cover=case.ben))

    arrange(case, chosen(case, CANCEL, reason="room", seen=Session.objects.get().version))

    assert (Session.objects.get().cover, Session.objects.get().reason) == (None, "room")
    assert not Grant.ever.filter(user=case.ben).exists()


def test_another_school_s_act_is_not_taken_back(case):
    done = arrange(case, chosen(case, COVER, cover=case.ben))

    with pytest.raises(NotAllowed, match="since"):
        back(case, Done(case.school.pk + 1, done.items))


def test_an_added_session_that_somebody_was_to_take_stays_when_they_are_let_off(case):
    extra = SessionFactory(provision=case.provision, slot=None, on=TODAY, at=time(11), state="open", extra=True)
    choice = Choice(Target("session", extra.pk, TODAY), extra.version, COVER, "x", cover=case.ben)

    back(case, arrange(case, choice))

    assert (Session.objects.get().cover, Session.objects.get().state) == (None, "open")


def test_calling_off_is_taken_back_and_leaves_no_figure(case):
    done = arrange(case, chosen(case, CANCEL, reason="room"))
    assert figures()

    assert back(case, done) == 1

    assert (Session.objects.get().state, Attendance.objects.count(), figures()) == ("open", 0, [])


def test_what_was_postponed_is_not_postponed_twice(case):
    arrange(case, chosen(case, POSTPONE, on=FRIDAY, at=time(9)))
    session = Session.objects.get(slot=case.slot)
    placed = {one.pk: Heard() for one in case.places}
    back = Said(uuid4(), timezone.now(), OPEN, learners=placed, after=session.standing)
    target = Target("slot", case.slot.pk, TODAY)
    taken = log_session(school=case.school, target=target, said=back, by=case.senco, now=timezone.now()).session

    with pytest.raises(NotAllowed, match="was moved to 27/11/2026 before"):
        arrange(case, chosen(case, POSTPONE, on=FRIDAY, at=time(9), seen=taken.version))


def test_what_a_senco_assistant_called_off_is_taken_back_though_a_place_is_hidden_from_them(case):
    case.places[0].confidential = True
    case.places[0].save()
    assistant = member(Role.SENCO_ASSISTANT, case.school)
    choice = chosen(case, CANCEL, reason="room")
    done = actions.arrange(school=case.school, choices=[choice], now=timezone.now(), by=assistant)
    assert Attendance.objects.count() == 2

    actions.take_back(school=case.school, done=done, now=timezone.now(), by=assistant)

    assert Attendance.objects.count() == 0
    assert recount(case.school) == 0
