"""Which records' time is over: the rule of `retention`, asked of the register."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from learners.models import Hold, Learner, Passport, SenProvision
from learners.retention import Periods, Rule, Standing, State, latest_birth, standing
from provisionmap.school.models import School

SHOWN = (State.DUE, State.HELD, State.UNKNOWN)  # the parts of the review list


def periods_of(school: School) -> Periods:
    """How long `school` keeps records."""
    return Periods(school.sen_years, school.pupil_years)


def with_keeping(rows: QuerySet[Learner]) -> QuerySet[Learner]:
    """Each learner with `had_sen`, whether anything of SEN was recorded, and `held`, whether a hold stands."""
    sen = SenProvision.objects.filter(learner=OuterRef("pk"), code__in=["K", "E"])
    passport = Passport.objects.filter(learner=OuterRef("pk"))
    return rows.annotate(
        had_sen=Exists(sen) | Exists(passport),
        held=Exists(Hold.objects.standing().filter(learner=OuterRef("pk"))),
    )


def standing_of(learner: Any, periods: Periods, today: date) -> Standing:
    """How the record of a learner from `with_keeping` stands."""
    return standing(
        born=learner.date_of_birth,
        left=learner.left,
        sen=learner.had_sen,
        held=learner.held,
        periods=periods,
        today=today,
    )


def in_state(rows: QuerySet[Learner], state: State, periods: Periods, today: date) -> QuerySet[Learner]:
    """Learners whose records are due, held though over, or can't be told. The same as the rule, which a test holds."""
    born = {rule: latest_birth(today, periods.years(rule)) for rule in Rule}
    over = Q(had_sen=True, date_of_birth__lte=born[Rule.SEN]) | Q(had_sen=False, date_of_birth__lte=born[Rule.PUPIL])
    found = with_keeping(rows)
    if state is State.UNKNOWN:
        return found.filter(Q(date_of_birth=None, left__lt=today) | Q(left=None) & over)
    return found.filter(over, left__lt=today, held=state is State.HELD)
