"""Gaps and overlaps of a map: what is missing, doubled or overdue today, and what puts it right.

Each gap is a row of GAPS and a query of `Finder`. Queries start from what a person may see, so that nobody is told
of a gap among learners who are not theirs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from interventions.continuing import key_of
from interventions.models import Deliverer, Placement, Provision
from learners.models import Learner, SenProvision
from provisionmap.school.access import capabilities_at
from provisionmap.school.models import School, StaffHours, User
from provisionmap.school.roles import Capability

TARGETED = 2  # the first tier that is more than the classroom's own teaching
SPECIALIST = 3
LOOK_BACK = timedelta(days=42)  # a half-term: what ended longer ago has been decided, one way or the other


@dataclass(frozen=True)
class Gap:
    """One kind of gap: its heading, why it matters, what its rows are about, the words of its remedy."""

    key: str
    title: str
    why: str
    about: str  # "learner", "placement", "provision" or "person"
    remedy: str
    field: str = ""  # of a placement: what is missing

    @property
    def runs(self) -> bool:
        """Whether what it is about are placements that run today, so that the map can show them alone."""
        return self.about != "learner" and self.key != "ended"


GAPS: tuple[Gap, ...] = (
    Gap("nothing", "SEN support or a plan, and nothing on the map",
        "A learner is on the SEN register for support that is additional or different: the map shows none today.",
        "learner", "Add provision"),
    Gap("no-universal", "Specialist support without anything in the classroom",
        "Support apart from the class works when it is carried on in lessons. These learners have tier 3 or higher and "
        "nothing at tier 1, of their own or for their class.",
        "learner", "Add to tier 1"),
    Gap("doubled", "Two provisions for the same need",
        "The same learner has two or more targeted provisions in one area of need at one tier. Either may be right; "
        "together they take time from lessons, and nobody can tell which one worked.",
        "placement", "End this one"),
    Gap("ended", "Past its end date, and not carried on",
        "These provisions ended in the last six weeks, and nothing of the same name follows. Decide: continue, change, "
        "or let it be finished.",
        "provision", "Open it"),
    Gap("no-outcome", "No outcome",
        "Nobody can say whether targeted support worked when it was not written down what it is for.",
        "placement", "Write the outcome", "outcome"),
    Gap("no-review", "No review date",
        "Targeted support without a review date goes on by itself.",
        "placement", "Set the date", "review_on"),
    Gap("review-due", "Review date has passed",
        "The day on which it should have been looked at is over.",
        "placement", "Review it", "review_on"),
    Gap("no-teacher", "No responsible teacher",
        "A class or subject teacher stays responsible for a learner's progress, also where others deliver "
        "(Code of Practice 6.36).",
        "provision", "Choose a teacher"),
    Gap("over-hours", "Staff over their hours",
        "These people are planned for more time a week, preparation included, than their working week has.",
        "person", "See what they deliver"),
)  # fmt: skip
BY_KEY = {gap.key: gap for gap in GAPS}


@dataclass(frozen=True)
class Load:
    """What one member of staff is planned for in a full week, and the hours they work."""

    user: int
    name: str
    minutes: int
    weekly: Decimal

    @property
    def over(self) -> int:
        """Minutes a week beyond the working week.

        >>> Load(1, "Ben", 1500, Decimal(24)).over
        60
        """
        return self.minutes - int(self.weekly * 60)


UNITS = {"learner": ("learner", "learners"), "provision": ("provision", "provisions"), "person": ("person", "people")}


@dataclass(frozen=True)
class Tally:
    """How many rows a gap has and, where they are placements, of how many learners: those are counted first."""

    gap: Gap
    rows: int
    learners: int = 0

    @property
    def count(self) -> int:
        """What the overview shows large."""
        return self.learners if self.gap.about == "placement" else self.rows

    @property
    def unit(self) -> str:
        """What that counts.

        >>> Tally(BY_KEY["doubled"], 209, 77).unit, Tally(BY_KEY["nothing"], 1).unit
        ('learners', 'learner')
        """
        one, several = UNITS["learner" if self.gap.about == "placement" else self.gap.about]
        return one if self.count == 1 else several

    @property
    def more(self) -> str:
        """The placements, where learners were counted first; else nothing."""
        return f"{self.rows} placement{'' if self.rows == 1 else 's'}" if self.gap.about == "placement" else ""


class Finder:
    """Finds the gaps of one school that one person may see, on one day."""

    def __init__(self, *, school: School, user: User, day: date) -> None:
        self.school, self.user, self.day = school, user, day
        # Who sees all learners may be told how busy people are.
        self.everybody = Capability.SEE_ALL_LEARNERS in capabilities_at(user, school)
        running = Placement.objects.visible_to(user).filter(school=school).on(day)
        self.placements: QuerySet[Placement] = running
        self.learners = Learner.objects.visible_to(user).filter(school=school).on_roll(day)
        self.provisions = Provision.objects.visible_to(user).filter(school=school)

    @property
    def gaps(self) -> list[Gap]:
        """The kinds of gap that this person is told of."""
        return [gap for gap in GAPS if gap.about != "person" or self.everybody]

    def rows(self, gap: Gap) -> Any:
        """The rows of a gap in reading order: a queryset, or a list of `Load`."""
        found: dict[str, Callable[[], Any]] = {
            "nothing": self.nothing,
            "no-universal": self.no_universal,
            "doubled": self.doubled,
            "ended": self.ended,
            "no-outcome": lambda: self._targeted().filter(outcome=""),
            "no-review": lambda: self._targeted().filter(review_on=None),
            "review-due": lambda: self._targeted().filter(review_on__lt=self.day),
            "no-teacher": self.no_teacher,
            "over-hours": lambda: self.over_hours,
        }
        return found[gap.key]()

    def tallies(self) -> dict[str, Tally]:
        """How much each gap has: one query for each kind, however many there are."""
        counted = {}
        for gap in self.gaps:
            rows = self.rows(gap)
            if gap.about == "placement":
                sums = rows.order_by().aggregate(rows=Count("pk"), learners=Count("learner", distinct=True))
                counted[gap.key] = Tally(gap, sums["rows"], sums["learners"])
            else:
                counted[gap.key] = Tally(gap, len(rows) if isinstance(rows, list) else rows.order_by().count())
        return counted

    def counts(self) -> dict[str, int]:
        """How many rows each gap has."""
        return {key: tally.rows for key, tally in self.tallies().items()}

    def learners_of(self, gap: Gap) -> QuerySet[Learner]:
        """The learners a gap is about, for the map's filter."""
        shown = self.placements_of(gap)
        if shown is not None:
            return self.learners.filter(pk__in=shown.values("learner"))
        rows = self.rows(gap).order_by().values("pk")
        if gap.about == "learner":
            return self.learners.filter(pk__in=rows)
        inside = Placement.objects.visible_to(self.user).filter(provision__in=rows)
        return self.learners.filter(pk__in=inside.values("learner"))

    def placements_of(self, gap: Gap) -> QuerySet[Placement] | None:
        """The running placements a gap is about; None where it is about learners, or about what is over."""
        if not gap.runs:
            return None
        if gap.about == "placement":
            rows: QuerySet[Placement] = self.rows(gap)
            return rows.order_by()
        return self.placements.filter(provision__in=self.provisions_of(gap).values("pk"))

    def provisions_of(self, gap: Gap) -> QuerySet[Provision]:
        """The running provisions a gap is about as a whole, with or without learners."""
        if gap.key == "no-teacher":
            return self.no_teacher().order_by()
        people = [load.user for load in self.over_hours] if gap.about == "person" and self.everybody else []
        delivered = Deliverer.objects.on(self.day).filter(user__in=people).values("provision")
        return self.provisions.on(self.day).filter(pk__in=delivered)

    def _here(self, **wanted: Any) -> Exists:
        return Exists(self.placements.filter(learner=OuterRef("pk"), **wanted))

    def _targeted(self) -> QuerySet[Placement]:
        rows = self.placements.filter(provision__tier__gte=TARGETED).select_related("learner__group", "provision")
        return rows.order_by("learner__surname", "learner__forename", "learner", "provision__name", "pk")

    def nothing(self) -> QuerySet[Learner]:
        """Learners with SEN support or a plan today and no placement."""
        record = SenProvision.objects.on(self.day).filter(learner=OuterRef("pk"), code__in=["K", "E"])
        return self.learners.filter(Exists(record)).exclude(self._here()).order_by("surname", "forename", "pk")

    def no_universal(self) -> QuerySet[Learner]:
        """Learners at tier 3 or higher with nothing at tier 1, of their own or for their whole class."""
        whole_class = self.provisions.on(self.day).filter(tier=1, group=OuterRef("group"))
        return (
            self.learners.filter(self._here(provision__tier__gte=SPECIALIST))
            .exclude(self._here(provision__tier=1))
            .exclude(Exists(whole_class))
            .order_by("surname", "forename", "pk")
        )

    def doubled(self) -> QuerySet[Placement]:
        """Placements of learners who have another at the same tier in the same area of need.

        One that ends today is decided, and doubles nothing any more.
        """
        goes_on = Q(ends=None) | Q(ends__gt=self.day)
        twin = self.placements.filter(
            goes_on, learner=OuterRef("learner"), provision__tier=OuterRef("provision__tier"),
            provision__area=OuterRef("provision__area"),
        ).exclude(pk=OuterRef("pk"))  # fmt: skip
        return self._targeted().filter(goes_on, Exists(twin))

    def ended(self) -> QuerySet[Provision]:
        """Provisions that ended within LOOK_BACK, with learners to their last day, and that nothing follows.

        Names are compared as a copied term compares them, which no database does: one query more, of the names.
        """
        stayed = Placement.objects.visible_to(self.user).filter(provision=OuterRef("pk"), ends=OuterRef("ends"))
        recent = self.provisions.filter(Exists(stayed), ends__lt=self.day, ends__gte=self.day - LOOK_BACK)
        rows = self.provisions.filter(Q(ends=None) | Q(ends__gte=self.day - LOOK_BACK)).order_by()
        over, follows = [], dict[str, date]()
        for pk, name, starts, ends in rows.values_list("pk", "name", "starts", "ends"):
            key = key_of(name)
            if ends and ends < self.day:
                over.append((pk, key, starts))
            else:
                follows[key] = max(follows.get(key, starts), starts)
        followed = [pk for pk, key, starts in over if follows.get(key, starts) > starts]
        return recent.exclude(pk__in=followed).order_by("-ends", "name", "pk")

    def no_teacher(self) -> QuerySet[Provision]:
        """Running provisions for which nobody answers."""
        rows = self.provisions.on(self.day).filter(responsible=None, responsible_name="")
        return rows.order_by("tier", "name", "pk")

    @cached_property
    def over_hours(self) -> list[Load]:
        """People planned for more minutes a week than they work, the furthest over first: one query.

        A provision counts once for each adult who delivers it, with its preparation, whatever its group's size.
        """
        hours = StaffHours.objects.filter(school=self.school, user=OuterRef("user")).values("weekly")
        session = Coalesce(F("provision__minutes"), Value(0)) + F("preparation_minutes")
        running = self.provisions.on(self.day).filter(school=self.school)
        rows = (
            Deliverer.objects.lasting().on(self.day).filter(provision__in=running).exclude(user=None)
            .values("user", "user__name")
            .annotate(planned=Sum(F("provision__sessions") * session), weekly=Subquery(hours[:1]))
            .exclude(weekly=None)
        )  # fmt: skip
        loads = [Load(row["user"], row["user__name"], row["planned"] or 0, row["weekly"]) for row in rows]
        return sorted((load for load in loads if load.over > 0), key=lambda load: (-load.over, load.name, load.user))
