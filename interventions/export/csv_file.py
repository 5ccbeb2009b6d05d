"""The rows of "Placements" as a CSV file. Pure."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date

from interventions.sheet import Value, guarded, writable

MARK = "\ufeff"  # without it Excel reads the file in the code page of the machine


def _plain(value: Value) -> str:
    """A day as 2026-11-23, which every program and our import read alike; text guarded against formulas."""
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, int) else guarded(writable(value or ""))


def csv_file(headings: Sequence[str], rows: Iterable[Sequence[Value]]) -> bytes:
    """The rows under their headings, in UTF-8 with the mark by which Excel knows it.

    >>> csv_file(["Surname"], [["=1+1"]]).decode("utf-8-sig")
    "Surname\\r\\n'=1+1\\r\\n"
    """
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(headings)
    writer.writerows(map(_plain, row) for row in rows)
    return f"{MARK}{out.getvalue()}".encode()
