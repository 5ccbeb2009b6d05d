"""Choosing which sheet of an uploaded workbook is the map."""

from __future__ import annotations

from django.db import transaction

from interventions.actions.importing import choices_of, kept, locked_upload, remembered
from interventions.map_reading.choosing import Way, chosen
from interventions.map_reading.columns import guess
from interventions.map_reading.plan import Choices
from interventions.models import MapImport
from learners.reading.kept import pack, unpack
from provisionmap.school.models import User


@transaction.atomic
def choose_sheets(*, run: MapImport, way: Way, by: User) -> None:
    """Read another sheet, or several together; what was decided about the one before is forgotten, less the days.

    Raises Settled when the upload is gone.
    """
    current = locked_upload(run, by)
    sheet = chosen(unpack(current.upload or b""), way)
    before = choices_of(current.decisions)
    mapping = guess(sheet.headers, remembered(current.school))
    current.upload = pack(sheet)
    current.mapping = {str(place): name for place, name in mapping.items()}
    current.decisions = kept(Choices(starts=before.starts, ends=before.ends))
    current.version += 1
    current.save(update_fields=["upload", "mapping", "decisions", "version"])
