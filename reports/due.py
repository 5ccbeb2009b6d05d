"""By when a request for a copy of somebody's data must be answered. Pure.

Source: docs/data-rights.md, "By when"; the Information Commissioner's guidance on the right of access.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Collection
from datetime import date, timedelta

SATURDAY = 5
DAY = timedelta(days=1)


def answer_by(asked: date, holidays: Collection[date] = ()) -> date:
    """The last day for the answer: the corresponding day of the next month, or its last day where there is none.

    A Saturday, a Sunday or one of `holidays` moves it to the next working day. The day of the request counts whether
    or not it is a school day.

    >>> answer_by(date(2026, 9, 3)), answer_by(date(2026, 1, 31))
    (datetime.date(2026, 10, 5), datetime.date(2026, 3, 2))
    >>> answer_by(date(2026, 11, 25), {date(2026, 12, 25), date(2026, 12, 28)})
    datetime.date(2026, 12, 29)
    """
    year, month = (asked.year, asked.month + 1) if asked.month < 12 else (asked.year + 1, 1)
    due = date(year, month, min(asked.day, monthrange(year, month)[1]))
    while due.weekday() >= SATURDAY or due in holidays:
        due += DAY
    return due
