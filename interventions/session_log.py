"""How sessions went, as colleagues read it: what was said of one, and the last ones of many."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, OuterRef, Prefetch, Q, Subquery

from interventions.cards import delivered, said_in, words_of
from interventions.ledger import REASONS
from interventions.models import PRESENT, Answer, Attendance, Entry, Placement, Session
from interventions.said import DELIVERED, MISSED, NOBODY_THERE, Heard, Said
from provisionmap.school.models import School

NEW = timedelta(days=7)  # how long an answer counts as new to whoever took the session
ENGAGED = dict(Attendance.ENGAGEMENT)


@dataclass(frozen=True)
class Line:
    """What was said of one learner, by the name this reader may see."""

    name: str
    words: str
    note: str = ""


@dataclass(frozen=True)
class Told:
    """One entry as it is read: by whom, when, and what it said. `replaced` tells who said otherwise, and when."""

    by: str
    at: datetime
    words: str
    note: str
    lines: tuple[Line, ...]
    unseen: int  # learners on the card whom this reader may not see
    standing: bool = False
    replaced_by: str = ""
    replaced_at: datetime | None = None


def heard_words(heard: Heard, planned: int) -> str:
    """One learner in few words.

    >>> heard_words(Heard(), 20), heard_words(Heard(minutes=10, engagement=4), 20), heard_words(Heard("trip"), 20)
    ('present', 'present, 10 minutes, engagement 4, well', 'trip or event')
    """
    if heard.outcome != PRESENT:
        return REASONS[heard.outcome].lower()
    took = f", {heard.minutes} minutes" if heard.minutes is not None else ""
    engaged = f", engagement {ENGAGED[heard.engagement]}" if heard.engagement else ""
    return f"present{took}{engaged}"


def _name(user: Any) -> str:
    return user.name if user else "Somebody who has left"


def versions_of(session: Session, reader: Any, *, notes: bool) -> list[Told]:
    """Everything that was said of a session: what stands first, then what was said before it, newest first.

    Two queries. Names are of the placements that `reader` sees; `notes` says whether their role reads notes. A note
    about the group may name anybody in it: who does not see all of them reads it only where they wrote it.
    """
    entries = list(Entry.objects.filter(session=session).select_related("by").order_by("-pk"))
    wanted = {int(pk) for one in entries for pk in one.said.get("learners", {})}
    rows = Placement.objects.visible_to(reader).filter(pk__in=wanted).select_related("learner")
    names = {row.pk: row.learner.name for row in rows}
    stands = next((one for one in entries if one.client == session.standing), None)
    found = [_told(one, names, session, reader, notes=notes, standing=True) for one in (stands,) if one]
    newer = None
    for one in entries:
        if one is not stands:
            found.append(_told(one, names, session, reader, notes=notes, after=newer))
        newer = one
    return found


def _words(said: Said, names: Set[int]) -> str:
    """What an entry says, counting the learners its reader sees: the others are counted beside it."""
    if said.state != DELIVERED or said.nobody or names >= said.learners.keys():
        return words_of(said)
    here = {pk: heard for pk, heard in said.learners.items() if pk in names}
    present = sum(heard.outcome == PRESENT for heard in here.values())
    return delivered(present, len(here), said.actual)


def _told(
    entry: Entry, names: Mapping[int, str], session: Session, reader: Any, *, notes: bool,
    standing: bool = False, after: Entry | None = None,
) -> Told:  # fmt: skip
    said = said_in(entry)
    lines = sorted(
        (
            Line(names[pk], heard_words(heard, session.minutes), heard.note if notes else "")
            for pk, heard in said.learners.items()
            if pk in names and said.state == DELIVERED
        ),
        key=lambda line: line.name,
    )
    unseen = len(said.learners) - sum(pk in names for pk in said.learners)
    whole = notes and (not unseen or entry.by_id == reader.pk)
    return Told(
        by=_name(entry.by), at=entry.made_at, words=_words(said, names.keys()), note=said.note if whole else "",
        lines=tuple(lines), unseen=unseen if said.state == DELIVERED else 0, standing=standing,
        replaced_by=_name(after.by) if after else "", replaced_at=after.made_at if after else None,
    )  # fmt: skip


@dataclass(frozen=True)
class Row:
    """A session in a list."""

    session: Session
    words: str
    learners: tuple[str, ...]
    answers: int
    fresh: bool  # answered lately by somebody else, and this reader took it


def rows_of(sessions: Iterable[Session], reader: Any, now: datetime) -> list[Row]:
    """The lines of a list whose sessions came `with_log`. No query."""
    return [
        Row(
            one,
            short_words(one, vars(one)["here"]),
            tuple(row.learner.name for row in vars(one)["here"]),
            vars(one)["answered"],
            one.delivered_by_id == reader.pk and bool(vars(one)["last"]) and now - vars(one)["last"] < NEW,
        )
        for one in sessions
    ]


def short_words(session: Session, here: Sequence[Attendance]) -> str:
    """What a session, which came `with_nobody`, came to, counting the learners this reader sees."""
    if session.state == MISSED:
        return f"Not delivered: {REASONS[session.reason].lower()}"
    if session.state != DELIVERED:
        return "Nothing said yet"
    if vars(session)["nobody"]:
        return NOBODY_THERE
    present = sum(row.outcome == PRESENT for row in here)
    took = session.actual if session.actual is not None else session.minutes
    return f"Delivered, {took} minutes, {present} of {len(here)} present"


def with_log(sessions: Any, reader: Any) -> Any:
    """Sessions with what a line of a list shows: two queries for all of them, newest first."""
    here = Attendance.objects.visible_to(reader).select_related("learner").order_by("learner__surname", "pk")
    others = Answer.objects.filter(session=OuterRef("pk")).exclude(by=reader.pk).order_by("-at")
    return (
        sessions.with_nobody()
        .select_related("provision", "delivered_by")
        .annotate(answered=Count("answers"), last=Subquery(others.values("at")[:1]))
        .prefetch_related(Prefetch("attendances", here, to_attr="here"))
        .order_by("-on", "-at", "-pk")
    )


def answers_to(user: Any, school: School, since: datetime) -> list[int]:
    """The session of each answer by others that came since `since` to sessions that `user` took. One query."""
    rows = Answer.objects.filter(school=school, at__gte=since, session__delivered_by=user.pk)
    return list(rows.filter(~Q(by=user.pk) | Q(by=None)).values_list("session", flat=True))
