"""Asking for everything held, the job that makes it, and taking it: who may, what is kept, what is told."""

import json
import time
from datetime import date, timedelta
from io import BytesIO
from zipfile import ZipFile

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from learners.models import Contact
from provisionmap.school import tasks as school_tasks
from provisionmap.school.access import NotAllowed
from provisionmap.school.models import Alarm, AuditEvent, Membership
from provisionmap.school.roles import Role
from reports import tasks
from reports.actions import records
from reports.models import RecordExport
from tests.factories import LearnerFactory, member

ASKED = {"asked_by": "Ada Okafor, mother", "asked_on": "2026-11-20"}


@pytest.fixture
def maya(senco, settings, client):
    """A learner, and the SENCO who has just shown who she is."""
    session = client.session
    session["account_authentication_methods"] = [{"method": "mfa", "type": "totp", "id": 0, "at": time.time()}]
    session.save()
    child = LearnerFactory(school=senco.school, forename="Maya", surname="Okafor")
    Contact.objects.create(learner=child, name="Ada Okafor")
    return child


@pytest.fixture
def asked(senco, maya):
    """A copy that is waiting for its job."""
    return records.ask_for_record(learner=maya, asked_by="Mother", asked_on=date(2026, 11, 20), by=senco)


def page(learner):
    return reverse("reports:everything", args=[learner.pk])


def test_the_page_tells_what_is_held_and_by_when_to_answer(client, maya, asked):
    text = client.get(page(maya)).text

    assert "Adults around them: 1" in text
    assert "Monday 21 December 2026" in text  # the 20th is a Sunday
    assert "Mother" in text


def test_who_did_not_just_show_who_they_are_is_asked_and_comes_back(client, maya):
    session = client.session
    session["account_authentication_methods"] = [{"method": "mfa", "type": "totp", "id": 0, "at": time.time() - 3_600}]
    session.save()

    for answer in (client.get(page(maya)), client.post(page(maya), ASKED)):
        assert answer.status_code == 302
        assert answer["Location"].startswith(reverse("account_reauthenticate"))
    assert not RecordExport.objects.exists()


def test_asking_is_kept_and_the_job_is_queued(client, senco, maya, monkeypatch, django_capture_on_commit_callbacks):
    queued = []
    monkeypatch.setattr(tasks.make_record, "delay", queued.append)

    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(page(maya), ASKED)

    kept = RecordExport.objects.get()
    assert answer["Location"] == reverse("reports:record", args=[kept.pk])
    assert queued == [kept.pk]
    assert (kept.asked_by, kept.asked_on, kept.by, kept.state) == (ASKED["asked_by"], date(2026, 11, 20), senco,
                                                                   "waiting")  # fmt: skip
    event = AuditEvent.objects.get(verb="record.ask")
    assert (event.learner_id, event.user_id) == (maya.pk, senco.pk)
    assert event.changes == {"asked_by": None, "asked_on": [None, "2026-11-20"]}


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"asked_by": "", "asked_on": "2026-11-20"}, "This field is required."),
        ({"asked_by": "Mother", "asked_on": "2026-11-24"}, "This day lies ahead"),
        ({"asked_by": "Mother", "asked_on": "1926-11-24"}, "Check the year"),
    ],
)
def test_what_cannot_be_asked_is_said_beside_its_field(client, maya, sent, words):
    answer = client.post(page(maya), sent)

    assert answer.status_code == 422
    assert words in answer.text
    assert not RecordExport.objects.exists()


def test_the_job_makes_one_copy_however_often_it_runs(client, senco, maya, asked, django_capture_on_commit_callbacks):
    tasks.make_record(asked.pk)
    tasks.make_record(asked.pk)
    ready = client.get(reverse("reports:record", args=[asked.pk]))
    answer = client.post(reverse("reports:record-file", args=[asked.pk]))

    assert "The copy is ready" in ready.text
    assert "Okafor" not in ready.text
    assert answer["Content-Disposition"] == f'attachment; filename="record-{asked.pk}.zip"'
    with ZipFile(BytesIO(answer.content)) as archive:
        tree = json.loads(archive.read("record.json"))
    assert tree["learner"] == maya.pk
    event = AuditEvent.objects.get(verb="record.take")
    assert (event.learner_id, event.user_id, event.changes) == (maya.pk, senco.pk, {})
    asked.refresh_from_db()
    assert asked.fetched_at is not None


def test_that_it_was_taken_raises_an_alarm_without_a_name(
    senco, maya, asked, settings, django_capture_on_commit_callbacks
):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    tasks.make_record(asked.pk)
    records.fetch_record(export=asked, now=timezone.now(), by=senco)

    with django_capture_on_commit_callbacks(execute=True):
        school_tasks.watch()

    assert [(one.kind, one.about) for one in Alarm.objects.all()] == [("record", senco)]
    (sent,) = mail.outbox
    assert sent.subject == "Provision Map: a whole record was taken out"
    assert "Okafor" not in sent.body
    assert senco.name not in sent.body


def test_a_copy_is_its_askers_alone(client, maya, asked):
    tasks.make_record(asked.pk)
    client.force_login(member(Role.SENCO, maya.school))

    assert client.get(reverse("reports:record", args=[asked.pk])).status_code == 404
    assert client.post(reverse("reports:record-file", args=[asked.pk])).status_code == 404


def test_a_copy_that_is_not_ready_sends_back_to_its_progress(client, asked):
    answer = client.post(reverse("reports:record-file", args=[asked.pk]))

    assert answer["Location"] == reverse("reports:record", args=[asked.pk])
    assert "It is being made" in client.get(answer["Location"]).text
    assert not AuditEvent.objects.filter(verb="record.take").exists()


def test_who_lost_the_right_meanwhile_gets_no_copy(senco, asked):
    Membership.objects.filter(user=senco).update(ends=date(2026, 11, 22))

    tasks.make_record(asked.pk)

    asked.refresh_from_db()
    assert (asked.state, asked.file) == ("failed", None)
    with pytest.raises(NotAllowed, match="Your role does not include whole records"):
        records.fetch_record(export=asked, now=timezone.now(), by=senco)


def test_whose_asker_is_gone_is_not_made(asked):
    RecordExport.objects.update(by=None)

    tasks.make_record(asked.pk)

    asked.refresh_from_db()
    assert asked.state == "failed"


def test_a_worker_that_lost_the_copy_writes_nothing(asked, monkeypatch):
    def slow(export, made, on_page):
        RecordExport.objects.update(taken_at=timezone.now() + timedelta(minutes=1))
        on_page(1)

    monkeypatch.setattr(tasks, "archive_of", slow)

    tasks.make_record(asked.pk)

    asked.refresh_from_db()
    assert (asked.state, asked.file) == ("drawing", None)


def test_a_copy_that_cannot_be_made_says_so(client, asked, monkeypatch):
    def broken(export, made, on_page):
        on_page(1)
        raise ValueError("drawing")

    monkeypatch.setattr(tasks, "archive_of", broken)

    with pytest.raises(ValueError, match="drawing"):
        tasks.make_record(asked.pk)

    assert "The copy could not be made" in client.get(reverse("reports:record", args=[asked.pk])).text


def test_after_an_hour_the_file_is_gone_and_the_request_stays(client, maya, asked, clock):
    tasks.make_record(asked.pk)
    clock.shift(timedelta(minutes=61))

    tasks.look_after_records()
    tasks.look_after_records()

    asked.refresh_from_db()
    assert (asked.state, asked.file, asked.asked_by) == ("gone", None, "Mother")
    client.force_login(asked.by)  # the session ended, too
    assert client.get(reverse("reports:record", args=[asked.pk])).status_code == 404


def test_a_copy_whose_worker_fell_silent_is_queued_again(asked, clock, monkeypatch):
    queued = []
    monkeypatch.setattr(tasks.make_record, "delay", queued.append)
    tasks.look_after_records()
    clock.shift(timedelta(minutes=4))

    tasks.look_after_records()

    assert queued == [asked.pk]


def test_only_a_senco_may_and_only_for_whom_they_see(senco, maya):
    words = {"asked_by": "Mother", "asked_on": date(2026, 11, 20)}

    for role in set(Role) - {Role.SENCO}:
        with pytest.raises(NotAllowed, match="Your role does not include whole records of learners"):
            records.ask_for_record(learner=maya, by=member(role, maya.school), **words)
    with pytest.raises(NotAllowed, match="Your role does not include whole records"):
        records.ask_for_record(learner=maya, by=member(Role.SENCO), **words)
    assert not RecordExport.objects.exists()


def test_the_way_there_stands_on_the_learners_page_for_a_senco_alone(client, maya):
    assert page(maya) in client.get(reverse("learners:learner", args=[maya.pk])).text
    client.force_login(member(Role.HEAD, maya.school))
    assert page(maya) not in client.get(reverse("learners:learner", args=[maya.pk])).text


def test_a_copy_is_named_by_its_number(asked):
    assert str(asked) == f"Record {asked.pk}"
