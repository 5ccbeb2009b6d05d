"""The rows behind the ledger of many placements over some days, as plain values: twelve queries, however many.

The past is read as it was: the dose of each week, who answered for a provision on each day, and its tier, its area
and the learner's year group on the last day of the span on which the placement ran.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple, cast

from django.db.models import Count, F, Max, Min, OuterRef, Q, QuerySet, Sum, Value
from django.db.models.functions import Coalesce, Least
from django.utils import timezone

from interventions.calendar_days import Days, Dose, days_of, doses, in_force
from interventions.falling import Course, Happened, Key
from interventions.models import Attendance, Deliverer, Placement, Provision, Session, Slot, StaffAbsence, Trip
from interventions.models.provision import tier_on
from interventions.past import start_of
from interventions.taking import OUTSIDER, Part
from interventions.timetable import DAY
from interventions.timetable import Slot as PlannedSlot
from learners.models import Learner
from provisionmap.school.calendar import Span, academic_year_of
from provisionmap.school.models import School

FEW = 200  # placements up to which the log is asked for them by number


class Placed(NamedTuple):
    """A placement as its ledger needs it, and what it is counted under. In the order of FIELDS."""

    pk: int
    learner: int
    provision: int
    starts: date
    ends: date | None
    minutes: int | None  # the dose of today
    sessions: int | None
    name: str  # of the provision
    tier: int
    area: str
    year: str  # NC year of the learner

    @property
    def weekly(self) -> int:
        """Minutes a week, by its dose of today."""
        return (self.minutes or 0) * (self.sessions or 0)

    def last(self, span: Span) -> date:
        """Its last day of `span`; its own last day where it was over before."""
        return min(self.ends or span.ends, span.ends)


FIELDS = ("pk", "learner", "provision", "starts", "ends", "minutes", "sessions", "provision__name", "tier_then",
          "provision__area", "learner__nc_year")  # fmt: skip

Logged = tuple[date | None, str, bool, int, int]  # day, outcome, extra, minutes, minutes planned


@dataclass(frozen=True)
class Rows:
    """Everything that was read. Made by `read`."""

    placed: Sequence[Placed]
    doses: Mapping[int, Sequence[Dose]]  # of the placements whose dose was ever another
    log: Mapping[int, Sequence[Logged]]
    courses: Mapping[int, Course]
    happened: Happened


class _Asked(NamedTuple):
    """Over which days of which school; `few` are the placements, where they are few."""

    school: School
    span: Span
    few: QuerySet[Placement] | None = None

    @property
    def within(self) -> dict[str, Any]:
        """For what lasts from a day to a day."""
        return {"school": self.school, "starts__lte": self.span.ends, "ends__gte": self.span.starts}

    def each(self, starts: date, ends: date) -> list[date]:
        """The days of the span from `starts` to `ends`."""
        first, last = max(starts, self.span.starts), min(ends, self.span.ends)
        return [first + DAY * number for number in range((last - first).days + 1)]


def read(*, school: School, placements: QuerySet[Placement], span: Span, by_day: bool) -> Rows:
    """What the ledgers of `placements` over `span` are made of; `by_day` also keeps the days of the log."""
    year = Span(academic_year_of(span.starts)[1].starts, academic_year_of(span.ends)[1].ends)
    days = days_of(school.calendar_dates(), year)
    found = _placed(placements.filter(Q(ends=None) | Q(ends__gte=span.starts), starts__lte=span.ends), span)
    asked = _Asked(school, span, placements if len(found) <= FEW else None)
    log = _log(asked, by_day)
    # Those with a log that did not run then, too: their days were moved since.
    if moved := log.keys() - {row.pk for row in found}:
        found += _placed(placements.filter(Q(ends__lt=span.starts) | Q(starts__gt=span.ends), pk__in=moved), span)
        found.sort()
    wanted = {row.provision for row in found}
    since = min([span.starts, *(row.ends for row in found if row.ends and row.ends < span.starts)])
    versions = _versions(Provision, wanted, asked, since, "area", "responsible")
    years = _versions(Learner, {row.learner for row in found}, asked, since, "nc_year")
    placed = [_as_it_was(row, row.last(span), versions, years) for row in found] if versions or years else found
    dosed = _versions(Placement, {row.pk for row in found}, asked, span.starts, "minutes", "sessions")
    courses = _courses(wanted, asked)
    for pk, told in versions.items():
        courses[pk].responsible = [(day, who) for day, _, who in told]
    known = {pk: doses(told, 0) for pk, told in dosed.items()}
    return Rows(placed, known, log, courses, _happened(asked, days, courses))


def _placed(placements: QuerySet[Placement], span: Span) -> list[Placed]:
    """The placements, each with the tier of the last day of `span` on which it ran."""
    last = Least(Coalesce(F("ends"), Value(span.ends)), Value(span.ends))
    rows = placements.annotate(last_day=last).annotate(tier_then=tier_on(OuterRef("last_day"), "provision"))
    return [Placed._make(row) for row in cast("Iterable[Any]", rows.order_by("pk").values_list(*FIELDS))]


def _as_it_was(
    row: Placed, day: date, provisions: Mapping[int, Sequence[Any]], years: Mapping[int, Sequence[Any]]
) -> Placed:
    """The placement with the area and the year group of `day`."""
    if row.provision in provisions:
        row = row._replace(area=in_force([(at, area) for at, area, _ in provisions[row.provision]], day))
    return row._replace(year=in_force(years[row.learner], day)) if row.learner in years else row


def _versions(
    model: Any, wanted: Iterable[int], asked: _Asked, since: date, *fields: str
) -> Mapping[int, list[tuple[Any, ...]]]:
    """What was written when, oldest first: of those that changed after `since` and ever had another value. One query.

    The rest had on every day from `since` on what they have today.
    """
    versions = model.history.filter(school=asked.school)
    if asked.few is not None:
        versions = versions.filter(id__in=list(wanted))
    lately = versions.filter(history_type="~", history_date__gte=start_of(since)).order_by().values("id")
    figures: dict[str, Any] = {"all": Count("pk")}
    other = Q()
    for name in fields:
        figures |= {f"low_{name}": Min(name), f"high_{name}": Max(name), f"known_{name}": Count(name)}
        other |= Q(**{f"low_{name}__lt": F(f"high_{name}")})
        other |= Q(**{f"known_{name}__gt": 0, f"known_{name}__lt": F("all")})
    changed = versions.filter(id__in=lately).order_by().values("id").annotate(**figures).filter(other)
    told: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
    rows = versions.filter(id__in=changed.values("id")).order_by("history_date", "history_id")
    mine, zone = set(wanted), timezone.get_current_timezone()
    for pk, at, *values in rows.values_list("id", "history_date", *fields):
        if pk in mine:
            told[pk].append((at.astimezone(zone).date(), *values))
    return dict(told)


def _log(asked: _Asked, by_day: bool) -> Mapping[int, Sequence[Logged]]:
    rows = Attendance.objects.filter(school=asked.school, on__range=(asked.span.starts, asked.span.ends))
    if asked.few is not None:
        rows = rows.filter(placement__in=asked.few.order_by().values("pk"))
    by = ("placement", "outcome", "extra", *(["on"] if by_day else []))
    found: dict[int, list[Logged]] = defaultdict(list)
    sums = rows.order_by().values_list(*by).annotate(Sum("minutes"), Sum("planned"))
    for placement, outcome, extra, *rest in cast("Iterable[Any]", sums):
        found[placement].append((rest[0] if by_day else None, outcome, extra, rest[-2], rest[-1]))
    return found


def _courses(wanted: set[int], asked: _Asked) -> dict[int, Course]:
    """The times of each provision, who delivers it, and who answers for it today."""
    found = {pk: Course() for pk in wanted}
    slots = Slot.objects.filter(school=asked.school).between(asked.span.starts, asked.span.ends)
    fields = ("pk", "provision", "weekday", "at", "minutes", "starts", "ends", "week", "deliverer",
              "provision__starts", "provision__ends", "provision__responsible")  # fmt: skip
    for (pk, provision, weekday, at, minutes, starts, ends, week, who, first, last, answers) in cast(
        "Iterable[Any]", slots.values_list(*fields)
    ):  # fmt: skip
        if provision in wanted:
            ends = min((day for day in (ends, last) if day), default=None)
            slot = PlannedSlot(weekday, at, minutes, max(starts, first), ends, week, pk)
            found[provision].slots.append((slot, who))
            found[provision].responsible = [(date.min, answers)]
    people = Deliverer.objects.filter(provision__school=asked.school).order_by("pk")
    for provision, user, starts, ends in people.values_list("provision", "user", "starts", "ends"):
        if provision in wanted:
            found[provision].parts.append(Part(user or OUTSIDER, starts, ends))
    return found


def _happened(asked: _Asked, days: Days, courses: Mapping[int, Course]) -> Happened:
    """What is known of the days: closures, who is away, trips; and of those days who stood in, and what was said."""
    span = asked.span
    through = Trip.learners.through.objects.filter(**{f"trip__{name}": one for name, one in asked.within.items()})
    out: dict[int, set[date]] = defaultdict(set)
    for learner, starts, ends in through.order_by().values_list("learner", "trip__starts", "trip__ends"):
        out[learner].update(asked.each(starts, ends))
    away: dict[date, set[int]] = defaultdict(set)
    absences = StaffAbsence.objects.filter(**asked.within)
    for user, starts, ends in absences.values_list("user", "starts", "ends"):
        for day in asked.each(starts, ends):
            away[day].add(user)
    closed = [day for day, _ in days.closed if day in span]
    everywhere = {*closed, *(day for dates in out.values() for day in dates)}
    gone = set().union(*away.values())
    missed = [pk for pk, course in courses.items() if not course.users.isdisjoint(gone)]
    theirs = Q(provision__in=missed, slot__isnull=False) | Q(cover__isnull=False)
    rows = Session.objects.filter(
        Q(on__in=everywhere, slot__isnull=False) | Q(on__in=everywhere, cover__isnull=False) | Q(on__in=away) & theirs,
        school=asked.school,
    )
    said: set[Key] = set()
    covered: dict[Key, int] = {}
    covering: dict[Key, set[int]] = defaultdict(set)
    for provision, slot, on, state, cover in rows.order_by().values_list("provision", "slot", "on", "state", "cover"):
        if slot and state != "open":
            said.add((slot, on))
        if slot and cover:
            covered[slot, on] = cover
        if cover:
            covering[provision, on].add(cover)
    return Happened(days, closed, away, {who: sorted(dates) for who, dates in out.items()}, said, covered, covering)
