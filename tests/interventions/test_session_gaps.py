"""Sessions without a word: by person, by provision, one's own; and asking colleagues to log them."""

import doctest
from datetime import UTC, date, datetime, time

import pytest
from django.core import mail
from django.urls import reverse
from kombu.exceptions import OperationalError

from interventions import calendar_file, nudging, session_log, tasks, unsaid
from interventions.actions.grants import sync_grants
from interventions.actions.reminders import NO_MAIL, claim, nudge
from interventions.models import Reminder, StaffAbsence
from provisionmap.school.access import NotAllowed
from provisionmap.school.models import AuditEvent
from provisionmap.school.roles import Role
from tests.factories import (
    AcademicYearFactory,
    AttendanceFactory,
    DelivererFactory,
    PlacementFactory,
    ProvisionFactory,
    SlotFactory,
    TermFactory,
    member,
)

GAPS, ASK = reverse("interventions:session-gaps"), reverse("interventions:nudge")
NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
CLAIMED = NOW.isoformat()


@pytest.fixture
def sends(settings, monkeypatch):
    settings.SENDS_MAIL = True
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    monkeypatch.setattr(tasks.mail_nudge, "delay", tasks.mail_nudge)


@pytest.fixture
def group(db):
    """A provision on Mondays: four are over in the last four weeks, one of them logged, one closed by half-term."""
    provision = ProvisionFactory(name="Reading group")
    TermFactory(year=AcademicYearFactory(school=provision.school))
    row = PlacementFactory(learner__school=provision.school, provision=provision, learner__surname="Okafor")
    slot = SlotFactory(provision=provision)
    assistant = member(Role.TEACHING_ASSISTANT, provision.school, name="Jo Marsh")
    DelivererFactory(provision=provision, user=assistant)
    sync_grants([provision.pk])
    AttendanceFactory(placement=row, session__slot=slot)
    return provision, assistant, slot


def words(answer):
    return " ".join(answer.content.decode().split())


def test_the_rules_read_as_they_say():
    for module in (unsaid, calendar_file, nudging, session_log):
        assert doctest.testmod(module).failed == 0


def test_a_senco_sees_gaps_by_person_and_by_provision_without_a_learner(client, group):
    client.force_login(member(Role.SENCO, group[0].school))

    people, provisions = words(client.get(GAPS)), words(client.get(GAPS, {"by": "provision"}))

    assert "about which nobody has said anything: 2." in people
    assert f'<a href="?person={group[1].pk}">Jo Marsh</a>' in people
    assert "40 min" in people
    assert "Mon 9 Nov, Mon 2 Nov" in people
    assert f'<a href="?by=provision&amp;provision={group[0].pk}">Reading group</a>' in provisions
    assert "Jo Marsh · Mon 09:15" in provisions
    assert "Okafor" not in people + provisions
    assert "about which nobody has said anything: 1." in words(client.get(GAPS, {"weeks": "2"}))
    assert "Nothing is left to log" in words(client.get(GAPS, {"by": "own"}))


def test_each_person_and_provision_leads_to_just_those_sessions_and_each_of_them_to_its_card(client, group):
    other = ProvisionFactory(school=group[0].school, name="Maths group")
    PlacementFactory(provision=other, learner__school=other.school)
    SlotFactory(provision=other, at=time(11))
    DelivererFactory(provision=other, user=None, name="School counsellor")
    client.force_login(member(Role.SENCO, group[0].school))

    def found(**query):
        page = words(client.get(GAPS, query))
        return page.count(">Reading group</td>"), page.count(">Maths group</td>"), page

    reading, maths, page = found(person=group[1].pk)
    assert (reading, maths, "Still to log: Jo Marsh</h1>" in page) == (2, 0, True)
    assert f"/today/?on=2026-11-09&amp;whose=all#card-slot-{group[2].pk}-20261109" in page
    assert "Taken by" in page
    assert found(by="provision", provision=other.pk)[:2] == (0, 3)
    code = unsaid.code_of("School counsellor")
    assert f"?outside={code}" in words(client.get(GAPS))
    reading, maths, page = found(outside=code)
    assert (reading, maths, "Still to log: School counsellor</h1>" in page) == (0, 3, True)
    assert "Nothing is left to log" in found(person=9999)[2]
    assert "Nothing is left to log" in found(provision=9999)[2]
    client.force_login(group[1])
    assert found(provision=other.pk)[:2] == (2, 0)


def test_days_that_are_not_named_are_counted(client, group):
    for number in range(5):
        SlotFactory(provision=group[0], weekday=number, at=time(14))
    client.force_login(member(Role.SENCO, group[0].school))

    assert "earlier days" in words(client.get(GAPS))


def test_whoever_delivers_sees_their_own_alone_whatever_they_ask_for(client, group):
    client.force_login(group[1])
    assert words(client.get(GAPS, {"by": "provision"})).count(">Log it<") == 2
    assert client.get(ASK).status_code == 403

    client.force_login(member(Role.TEACHING_ASSISTANT, group[0].school))
    assert "Nothing is left to log" in words(client.get(GAPS))


def test_who_was_away_owes_nothing(client, group):
    StaffAbsence.objects.create(school=group[0].school, user=group[1], starts=date(2026, 11, 2), ends=date(2026, 11, 9))
    client.force_login(member(Role.SENCO, group[0].school))

    assert "Nothing is left to log" in words(client.get(GAPS))


@pytest.mark.parametrize("many", [1, 30])
def test_the_queries_do_not_grow_with_the_gaps(client, group, many, django_assert_num_queries):
    for number in range(many):
        provision = ProvisionFactory(school=group[0].school)
        SlotFactory(provision=provision)
        PlacementFactory(provision=provision, learner__school=group[0].school)
        DelivererFactory(provision=provision, user=member(Role.TEACHING_ASSISTANT, group[0].school, name=f"A {number}"))
    client.force_login(member(Role.SENCO, group[0].school))
    client.get(GAPS)

    for by, count in (("", 11), ("provision", 14), ("own", 8)):
        with django_assert_num_queries(count):
            client.get(GAPS, {"by": by})


def test_one_person_is_asked_by_a_mail_that_names_no_learner(client, group, sends, django_capture_on_commit_callbacks):
    senco = member(Role.SENCO, group[0].school)
    client.force_login(senco)

    assert f"/sessions/gaps/ask/?person={group[1].pk}&amp;weeks=4" in words(client.get(GAPS))
    look = words(client.get(ASK, {"person": group[1].pk}))
    assert "Ask Jo Marsh to log?" in look
    assert f'name="person" value="{group[1].pk}"' in look
    assert mail.outbox == []
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(ASK, {"person": group[1].pk}, follow=True)

    assert "Jo Marsh is asked by e-mail to log 2 sessions." in words(answer)
    (sent,) = mail.outbox
    assert (sent.to, sent.subject) == ([group[1].email], "Provision Map: 2 sessions to log")
    assert "Monday 2 November, Monday 9 November" in sent.body
    assert "http://testserver/today/" in sent.body
    assert [word for word in ("Okafor", "Reading") if word in sent.body] == []
    event = AuditEvent.objects.get(verb="nudge.send")
    assert (event.user_id, event.target_id, event.changes) == (
        senco.pk, group[1].pk, {"person": [None, group[1].pk], "sessions": [None, 2]},
    )  # fmt: skip


def test_nobody_is_asked_twice_within_a_day(client, group, sends, clock, django_capture_on_commit_callbacks):
    senco = member(Role.SENCO, group[0].school)
    client.force_login(senco)
    with django_capture_on_commit_callbacks(execute=True):
        client.post(ASK, {"person": group[1].pk})
        again = client.post(ASK, {"everybody": "yes"}, follow=True)

    assert "Nobody was asked" in words(again)
    assert "23 Nov, 10:00" in words(again)
    assert "Ask by e-mail" not in words(again)
    assert "Nobody is left to ask: 1 was asked within the last 24 hours" in words(client.get(ASK))
    clock.shift(24 * 3600 + 1)
    client.force_login(senco)
    with django_capture_on_commit_callbacks(execute=True):
        client.post(ASK, {"everybody": "yes"})
    assert len(mail.outbox) == 2


def test_everybody_is_asked_after_a_last_look_that_says_how_many(
    client, group, sends, django_capture_on_commit_callbacks
):
    other = member(Role.TEACHING_ASSISTANT, group[0].school, name="Ada Moss")
    DelivererFactory(provision=group[0], user=other)
    client.force_login(member(Role.SENCO, group[0].school))

    assert "Ask 2 people to log?" in words(client.get(ASK))
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(ASK, {"everybody": "yes"}, follow=True)

    assert "2 people are asked by e-mail" in words(answer)
    assert {one.to[0] for one in mail.outbox} == {group[1].email, other.email}


def test_without_a_mail_server_nothing_is_promised(client, group):
    client.force_login(member(Role.SENCO, group[0].school))

    assert NO_MAIL in client.post(ASK, {"person": group[1].pk}, follow=True).context["messages"]._loaded_data[0].message
    assert Reminder.objects.count() == 0
    assert "No mail server is set up here" in words(client.get(GAPS))


def test_a_queue_that_is_away_lets_a_later_try_through(
    client, group, sends, monkeypatch, django_capture_on_commit_callbacks
):
    def away(*args):
        raise OperationalError

    monkeypatch.setattr(tasks.mail_nudge, "delay", away)
    client.force_login(member(Role.SENCO, group[0].school))
    with django_capture_on_commit_callbacks(execute=True):
        client.post(ASK, {"person": group[1].pk})

    assert Reminder.objects.count() == 0


@pytest.mark.parametrize("trouble", ["held back", "no server at the last try"])
def test_a_mail_that_never_left_lets_a_later_try_through(group, sends, monkeypatch, trouble):
    school, assistant = group[0].school, group[1]
    assert claim(school=school, user=assistant, kind=Reminder.NUDGE, now=NOW, since=NOW)

    def write(*args):
        if trouble == "held back":
            return False
        raise OSError

    monkeypatch.setattr(tasks, "write_nudge", write)
    job = tasks.mail_nudge.apply(args=[school.pk, assistant.pk, "", CLAIMED], retries=4)

    assert job.failed() is (trouble != "held back")
    assert Reminder.objects.count() == 0


def test_a_mail_that_is_tried_again_keeps_the_claim(group, sends, monkeypatch):
    school, assistant = group[0].school, group[1]
    claim(school=school, user=assistant, kind=Reminder.NUDGE, now=NOW, since=NOW)

    def write(*args):
        raise ConnectionRefusedError("no mail server")

    monkeypatch.setattr(tasks, "write_nudge", write)
    with pytest.raises(ConnectionRefusedError, match="no mail server"):
        tasks.mail_nudge(school.pk, assistant.pk, "", CLAIMED)

    assert Reminder.objects.count() == 1


def test_who_logged_meanwhile_or_left_is_not_mailed(group, sends):
    school, assistant, _ = group[0].school, group[1], group[2]
    tasks.mail_nudge(school.pk, member(Role.TEACHING_ASSISTANT, school).pk, "", CLAIMED)
    assistant.memberships.update(ends=date(2026, 11, 20))
    tasks.mail_nudge(school.pk, assistant.pk, "", CLAIMED)

    assert mail.outbox == []


def test_only_those_who_look_after_every_session_ask(group):
    with pytest.raises(NotAllowed, match="look after every session"):
        nudge(school=group[0].school, people={group[1].pk: 2}, now=NOW, by=group[1])


def test_of_two_claims_one_holds(group):
    held = {"school": group[0].school, "user": group[1], "kind": "nudge", "now": NOW, "since": NOW}

    assert [claim(**held), claim(**held | {"since": datetime(2026, 11, 22, 10, tzinfo=UTC)})] == [True, False]
