"""Jobs that run by themselves, and the schedule that starts them."""

import json
import logging
from datetime import timedelta

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.utils import timezone

from provisionmap.celery import app, tell_failure, tell_success
from provisionmap.school.models import SignInTries
from provisionmap.school.tasks import forget_sessions
from provisionmap.web.log import JsonFormatter


def session(key: str, hours: int) -> None:
    Session.objects.create(session_key=key, session_data="", expire_date=timezone.now() + timedelta(hours=hours))


@pytest.mark.django_db
def test_ended_sessions_and_tries_are_removed_and_open_ones_stay():
    session("ended", -1)
    session("open", 1)
    SignInTries.objects.create(mark="ended", until=timezone.now())
    SignInTries.objects.create(mark="open", until=timezone.now() + timedelta(minutes=1))

    forget_sessions()
    forget_sessions()

    assert list(Session.objects.values_list("session_key", flat=True)) == ["open"]
    assert list(SignInTries.objects.values_list("mark", flat=True)) == ["open"]


def test_every_job_on_the_schedule_exists():
    app.loader.import_default_modules()

    wanted = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}

    assert wanted == {
        "provisionmap.school.tasks.forget_sessions",
        "provisionmap.school.tasks.seal_audit",
        "provisionmap.school.tasks.watch",
        "provisionmap.school.tasks.anchor_audit",
        "learners.tasks.forget_uploads",
        "learners.tasks.forget_export_reasons",
        "learners.tasks.look_after_disposals",
        "interventions.tasks.forget_maps",
        "interventions.tasks.mail_week",
        "interventions.tasks.change_tiers",
        "interventions.tasks.look_after_prints",
        "interventions.tasks.recount_weeks",
        "reports.tasks.look_after_records",
    }
    assert wanted <= set(app.tasks)


def test_the_log_names_a_job_that_failed_and_where_but_not_what_it_said(caplog):
    tell_failure(sender=forget_sessions, exception=ValueError("Maya Okafor"), traceback=None)

    written = json.loads(JsonFormatter().format(caplog.records[0]))
    del written["at"]
    assert written == {
        "level": "ERROR",
        "logger": "provisionmap.celery",
        "message": "job failed",
        "task": "provisionmap.school.tasks.forget_sessions",
        "error": "ValueError",
        "places": [],
    }


def test_the_log_names_a_job_that_ended_well(caplog):
    caplog.set_level(logging.INFO, "provisionmap.celery")

    tell_success(sender=forget_sessions)

    assert [(line.message, line.task) for line in caplog.records] == [
        ("job done", "provisionmap.school.tasks.forget_sessions")
    ]
