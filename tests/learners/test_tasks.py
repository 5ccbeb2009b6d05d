"""Pupil lists that were uploaded and left."""

import logging
from datetime import timedelta

import pytest
from django.utils import timezone

from learners.models import ImportRun
from learners.tasks import forget_uploads
from tests.factories import SchoolFactory

pytestmark = pytest.mark.django_db


def run_of_age(minutes: int, **fields: object) -> ImportRun:
    run = ImportRun.objects.create(school=SchoolFactory(), upload=b"UPN,Surname", upload_name="year 4.csv", **fields)
    ImportRun.objects.filter(pk=run.pk).update(created=timezone.now() - timedelta(minutes=minutes))
    return run


def test_an_upload_left_for_an_hour_is_emptied_and_its_page_is_out_of_date():
    run = run_of_age(61, decisions={"2": 7})

    forget_uploads()

    run.refresh_from_db()
    assert (run.state, run.upload, run.upload_name, run.decisions, run.version) == ("abandoned", None, "", {}, 2)


def test_an_upload_that_somebody_may_still_be_reading_stays():
    run = run_of_age(59)

    forget_uploads()

    run.refresh_from_db()
    assert (run.state, bytes(run.upload), run.version) == ("uploaded", b"UPN,Surname", 1)


def test_an_applied_import_keeps_what_undo_needs():
    run = run_of_age(6000, state="applied", before={"changed": {"7": {}}})

    forget_uploads()

    run.refresh_from_db()
    assert (run.state, run.before, run.version) == ("applied", {"changed": {"7": {}}}, 1)


def test_the_log_counts_what_was_forgotten_and_the_second_run_finds_nothing(caplog):
    caplog.set_level(logging.INFO, "learners.tasks")
    run_of_age(61)

    forget_uploads()
    forget_uploads()

    assert [(line.message, line.count) for line in caplog.records] == [("uploads forgotten", 1)]
