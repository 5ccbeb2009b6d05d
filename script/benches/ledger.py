"""The ledger of a whole school against one GROUP BY; a year's log at once against COPY into the indexed table."""

import copy
import io

from django.db import connection, transaction

from benches.race import race
from benches.report import Report
from interventions.delivery import Reading
from interventions.models import Attendance, Placement
from provisionmap.demo.writing import write
from provisionmap.school.calendar import Span
from provisionmap.school.models import School
from provisionmap.school.today import today

RATIO = 3


class _Undone(Exception):
    """Takes what was written back."""


def ledger(report: Report, school: School, rounds: int) -> None:
    """Every placement's ledger over all that was logged, by the product and by one statement that sums the log."""
    first = Attendance.objects.filter(school=school).order_by("on").values_list("on", flat=True)[0]
    span = Span(first, today())

    def ours() -> None:
        Reading(school=school, placements=Placement.objects.filter(school=school), span=span).lines()

    def limit() -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT placement_id, outcome, extra, SUM(minutes), SUM(planned) FROM interventions_attendance"
                ' WHERE school_id = %s AND "on" BETWEEN %s AND %s GROUP BY placement_id, outcome, extra',
                [school.pk, span.starts, span.ends],
            )
            cursor.fetchall()

    rows = Attendance.objects.filter(school=school).count()
    report.ratio(f"ledger of a school over {rows:,} rows", race(ours, limit, rounds=rounds, each=3), RATIO)


def bulk(report: Report, school: School, rounds: int) -> None:
    """All rows of the log written once more for sessions of a like number, and taken back."""
    kept = list(Attendance.objects.filter(school=school).order_by("pk"))
    rows = [copy.copy(row) for row in kept]

    def emptied(call) -> None:
        try:
            with transaction.atomic():
                Attendance.objects.filter(school=school)._raw_delete("default")
                call()
                raise _Undone
        except _Undone:
            pass

    def ours() -> None:
        for row in rows:
            row.pk = None
        emptied(lambda: write(rows))

    names = [field.column for field in Attendance._meta.concrete_fields if not field.primary_key]
    columns = ", ".join(connection.ops.quote_name(name) for name in names)
    if connection.vendor != "postgresql":
        report.note("log --bulk: COPY is PostgreSQL's; on SQLite there is no such limit to stand beside")
        return
    text = io.StringIO()
    with connection.cursor() as cursor, cursor.copy(f"COPY interventions_attendance ({columns}) TO STDOUT") as out:
        for piece in out:
            text.write(bytes(piece).decode())

    def limit() -> None:
        def fill() -> None:
            into = f"COPY interventions_attendance ({columns}) FROM STDIN"
            with connection.cursor() as cursor, cursor.copy(into) as to:
                to.write(text.getvalue())

        emptied(fill)

    with (
        connection.cursor() as cursor
    ):  # what was taken back lies about in the table, and would slow what is measured next
        cursor.execute("VACUUM interventions_attendance")
    report.ratio(f"log of {len(rows):,} rows written at once", race(ours, limit, rounds=rounds, each=1), RATIO)
