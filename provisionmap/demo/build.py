"""Building fictional schools, knowing them again, and taking them away."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from random import Random

from django.db import connection, transaction
from django.db.models import Q, QuerySet

from interventions.actions.library import stock
from interventions.models import (
    Attendance,
    Deliverer,
    Entry,
    Intervention,
    Placement,
    Provision,
    Session,
    Slot,
    TierMove,
)
from learners.actions.passports import change_passport
from learners.models import Learner, Passport, SenProvision
from provisionmap.demo.delivery import Log
from provisionmap.demo.earlier_classes import write_earlier_classes
from provisionmap.demo.maya import add_maya, tell_story
from provisionmap.demo.people import Child, People, add_adults, add_children, classes_in, moment
from provisionmap.demo.sign_ins import DOMAIN
from provisionmap.demo.stages import Period, Stage, periods, terms_round
from provisionmap.demo.support import Doses, Support
from provisionmap.demo.voices import PASSPORTS
from provisionmap.school import audit
from provisionmap.school.calendar import DAY, WEEK, Span, academic_year_of, bank_holidays
from provisionmap.school.models import AcademicYear, AuditEvent, Closure, School, Term, TierLabel, User

SEEDED = "demo.seed"  # the audit event that says a school is fictional
ON_THE_MAP = 90 / 420  # share of a school's learners who have support
ROWS_A_TERM = 110  # of attendance, that the timetable holds for a learner with support
PASSPORTS_WRITTEN = 0.3
SCHOOLS = ("Oakfield Primary School", "Fallowmere Primary School", "Tanseyvale Primary School")


@dataclass(frozen=True)
class Size:
    """How large a school and how much of it is on the map; `each` gives every mapped learner the same doses.

    `logs` is how many rows of attendance its log has: None for what such a school would have, none with `each`.
    """

    learners: int = 420
    mapped: int | None = None
    stage: Stage = Stage.SUMMER
    each: Doses | None = None
    logs: int | None = None

    @property
    def on_map(self) -> int:
        """Learners with support: as many as asked for, else as usual, and enough for the log that is wanted."""
        if self.mapped is not None:
            return self.mapped
        enough = (self.logs or 0) // (ROWS_A_TERM * self.stage.terms)
        return min(self.learners, max(round(self.learners * ON_THE_MAP), enough))

    @property
    def logged(self) -> bool:
        """Whether it has a timetable and a log."""
        return self.logs != 0 and (self.logs is not None or self.each is None)


def fictional() -> QuerySet[School]:
    """The schools that the demo made."""
    made = AuditEvent.objects.filter(verb=SEEDED, target_model="school.school").values("target_id")
    return School.objects.filter(pk__in=made).order_by("pk")


def real() -> QuerySet[School]:
    """The schools that it did not make."""
    return School.objects.exclude(pk__in=fictional().values("pk"))


@transaction.atomic
def remove() -> None:
    """Take the fictional schools away with their people and history; the audit of it stays."""
    schools = list(fictional().values_list("pk", flat=True))
    learners = list(Learner.objects.filter(school__in=schools).values_list("pk", flat=True))
    provisions = list(Provision.objects.filter(school__in=schools).values_list("pk", flat=True))
    for model in (Attendance, Entry, Session, Slot, Placement, Provision, Intervention, Learner):
        model.objects.filter(school__in=schools).delete()
        if hasattr(model, "history"):
            model.history.filter(school__in=schools).delete()  # after the rows: their going leaves history too
    for model in (Deliverer, TierMove):
        model.history.filter(provision__in=provisions).delete()
    for model in (SenProvision, Passport):
        model.history.filter(learner__in=learners).delete()
    School.objects.filter(pk__in=schools).delete()
    TierLabel.history.filter(school__in=schools).delete()
    User.objects.filter(Q(email__endswith=f"@{DOMAIN}") | Q(email__endswith=f".{DOMAIN}"), memberships=None).delete()


@transaction.atomic
def build(*, size: Size, number: int, seed: int, today: date) -> School:
    """Make fictional school `number` (from 1); the same seed and day give the same school.

    All or nothing: a school that exists is complete.
    """
    rng = Random(f"{seed}:{number}")
    name = SCHOOLS[number - 1] if number <= len(SCHOOLS) else f"Oakfield Primary School {number}"
    school = School.objects.create(name=name, la_code="999", estab=f"{2000 + number}", set_up_done=True)
    terms = periods(today, size.stage)
    since = terms[0].span.starts
    people = add_adults(school, number, classes_in(size.learners), rng, academic_year_of(since)[1].starts)
    audit.record("school.start", by=people.senco, target=school, school=school)
    _add_calendar(school, today, people.senco)
    stock(school=school, by=people.senco)
    Intervention.history.filter(school=school).update(history_date=moment(since - 30 * DAY))
    add_children(people, learners=size.learners - 1, mapped=max(0, size.on_map - 1), rng=rng, today=today, since=since)
    maya = add_maya(school, people, today)
    everybody = [maya.learner, *(child.learner for child in people.children)]
    write_earlier_classes(everybody, people.groups, since, today)
    if size.each:
        people.children.append(maya)
    Support(school, people, terms, today, rng, size.each).build()
    if size.each is None:
        tell_story(school, people, maya, terms, today)
    _write_passports(people, terms[-1], rng)
    if size.logged:
        log = Log(school, people, terms, today, Random(f"{seed}:{number}:log"), maya.learner, size.logs)
        log.build()
    audit.record(SEEDED, by=people.senco, target=school, school=school, new={"set_up_done": True})
    return school


def take_stock() -> None:
    """Tell the database how much there now is: it plans queries badly until it knows, and may not look by itself."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _add_calendar(school: School, today: date, by: User) -> None:
    """Terms of three school years with half-terms, INSET days and bank holidays."""
    years: dict[str, AcademicYear] = {}
    terms = terms_round(today)
    for term in terms:
        name, span = academic_year_of(term.starts)
        if name not in years:
            years[name] = AcademicYear.objects.create(school=school, name=name, starts=span.starts, ends=span.ends)
            audit.record("calendar.add-year", by=by, target=years[name], new={"name": name})
        half = term.half_term
        row = Term.objects.create(
            school=school, year=years[name], name=term.name, starts=term.starts, ends=term.ends,
            half_term_starts=half.starts if half else None, half_term_ends=half.ends if half else None,
        )  # fmt: skip
        audit.record("calendar.add-term", by=by, target=row, new={"name": row.name, "starts": row.starts})
    for day, name, kind in _closures([Span(term.starts, term.ends) for term in terms]):
        closure = Closure.objects.create(school=school, name=name, kind=kind, starts=day, ends=day)
        audit.record("calendar.add-closure", by=by, target=closure, new={"name": name, "starts": day})


def _closures(terms: list[Span]) -> Iterator[tuple[date, str, str]]:
    """An INSET day to begin each term, and the bank holidays inside it."""
    for term in terms:
        yield term.starts, "INSET day", "inset"
        for day, name in bank_holidays(term):
            if day != term.starts:
                yield day, name, "bank"


def _write_passports(people: People, term: Period, rng: Random) -> None:
    """Passports of some of the learners with support, agreed early in the present term."""
    for child in _with_passport(people, rng):
        said = rng.choice(PASSPORTS[child.area])
        agreed = min(term.span.starts + rng.randrange(4) * WEEK, moment(term.span.ends).date())
        change_passport(learner=child.learner, changes=said | {"agreed_on": agreed}, seen=0, by=people.senco)


def _with_passport(people: People, rng: Random) -> Iterator[Child]:
    for child in people.children:
        if child.mapped and child.area in PASSPORTS and rng.random() < PASSPORTS_WRITTEN:
            yield child
