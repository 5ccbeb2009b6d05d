"""Letting go of pupil lists that nobody went on with."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import F

from learners.models import ImportRun

KEPT_FOR = timedelta(hours=1)  # long enough to read a preview, short enough not to be a store of pupil lists


def forget_uploads(*, now: datetime) -> int:
    """Empty uploads that were neither applied nor abandoned within an hour of `now`; say how many.

    One statement, so a second worker finds nothing left; what a page still open holds is then out of date.
    """
    waiting = ImportRun.objects.filter(state="uploaded", created__lt=now - KEPT_FOR)
    return waiting.update(state="abandoned", upload=None, upload_name="", decisions={}, version=F("version") + 1)
