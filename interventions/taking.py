"""Who takes a session, as the timetable and the ledger both have it. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date
from typing import NamedTuple

OUTSIDER = 0  # for somebody who does not sign in


class Part(NamedTuple):
    """Somebody's part in delivering a provision, from a day to a day, both included; None: as long as it runs."""

    user: int = OUTSIDER
    starts: date | None = None
    ends: date | None = None
    role: str = ""
    name: str = ""  # of somebody from outside

    def on(self, day: date) -> bool:
        """Whether they deliver it on `day`."""
        return (self.starts is None or self.starts <= day) and (self.ends is None or day <= self.ends)

    @property
    def one_day(self) -> bool:
        """Whether it is for a single day, as for somebody who stands in."""
        return self.starts is not None and self.starts == self.ends


def who_takes(
    parts: Iterable[Part], *, day: date, named: int | None, responsible: int | None, covering: Collection[int] = ()
) -> tuple[Part, ...]:
    """Who takes it when no stand-in does: the one named on its time, those who deliver it, or who answers for it.

    `covering` are those who stand in for another session of that day: they deliver the provision for that alone.
    Somebody named who no longer delivers it would not see its learners: then it is for whoever does.

    >>> day = date(2026, 11, 16)
    >>> ada, left, ben = Part(3), Part(4, ends=date(2026, 11, 1)), Part(5, day, day)
    >>> more = {"day": day, "responsible": 9}
    >>> [one.user for one in who_takes([ada, left, ben], named=None, **more)]
    [3, 5]
    >>> [one.user for one in who_takes([ada, left, ben], named=4, covering={5}, **more)]
    [3]
    >>> [one.user for named in (3, 9) for one in who_takes([ada], named=named, **more)]
    [3, 9]
    >>> [one.user for one in who_takes([left], named=None, **more)], who_takes([], day=day, named=3, responsible=None)
    ([9], ())
    """
    there = tuple(part for part in parts if part.on(day) and not (part.one_day and part.user in covering))
    if named and (named == responsible or any(part.user == named for part in there)):
        return (next((part for part in there if part.user == named), Part(named)),)
    if there:
        return there
    return (Part(responsible, role="teacher"),) if responsible else ()


def all_away(users: Iterable[int], away: Collection[int]) -> bool:
    """Whether there are people to take it and every one of them is away. Somebody from outside never counts as away.

    >>> all_away([3, 4], {3, 4, 5}), all_away([3, OUTSIDER], {3, OUTSIDER}), all_away([], {3})
    (True, False, False)
    """
    wanted = set(users)
    return bool(wanted) and OUTSIDER not in wanted and wanted <= set(away)
