"""The whole record as the HTML of its printed pages, for people to read, and as the two files of one archive."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

from django.template.loader import render_to_string

from learners.models import Learner
from provisionmap.web.printing import many_pages
from reports.models import RecordExport
from reports.record import Section, marks_in, sections_of, tree_of


def page_of(export: RecordExport, sections: list[Section], made: datetime) -> str:
    """The document. Its stylesheet is a static file, as our PDF library asks (web/pdf.py)."""
    shown = {
        "learner": export.learner,
        "sections": sections,
        "asked_on": export.asked_on,
        "made": made,
        "marks": marks_in(sections),
    }
    return render_to_string("reports/record_print.html", shown)


def archive_of(export: RecordExport, made: datetime, on_page: Callable[[int], None] | None = None) -> bytes:
    """`record.json` and `record.pdf` of the learner, packed together. No name in it is a child's."""
    learner = Learner.objects.select_related("school", "group").get(pk=export.learner_id)
    sections = sections_of(learner)
    tree = json.dumps(tree_of(learner, sections, made), ensure_ascii=False, indent=1)
    pdf, _ = many_pages(page_of(export, sections, made), on_page)
    packed = BytesIO()
    with ZipFile(packed, "w", ZIP_DEFLATED) as archive:
        archive.writestr("record.json", tree.encode())
        archive.writestr("record.pdf", pdf)
    return packed.getvalue()
