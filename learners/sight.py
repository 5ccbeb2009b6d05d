"""Who can see which learner, and why: the reasons behind `Learner.objects.visible_to`, told as words.

The apps above register what they know of: a provider takes (school, day, people, learners), querysets of ids, and
answers with its reasons in a constant number of queries. A test holds all of it equal to `visible_to`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from learners.models import Grant, Group, Learner
from learners.models.grant import SHARED
from provisionmap.school.models import Membership, School
from provisionmap.school.roles import LABELS, Capability, Role, roles_with

WHOLE, OWN = roles_with(Capability.SEE_ALL_LEARNERS), roles_with(Capability.SEE_OWN_LEARNERS)


@dataclass(frozen=True)
class Reason:
    """Why `person` sees `learner`; `opens` is False for what only adds to a sight they have otherwise."""

    person: int
    learner: int
    why: str
    until: date | None = None
    opens: bool = True
    share: int | None = None  # the grant that a SENCO gave by hand


Provider = Callable[[School, date, Any, Any], Iterable[Reason]]
_providers: dict[str, Provider] = {}


def register(name: str, provider: Provider) -> None:
    """Let an app above tell its reasons. The same name again replaces the provider."""
    _providers[name] = provider


def by_role(school: School, day: date) -> list[tuple[Membership, bool]]:
    """Everybody with a role here on `day` and able to sign in, by name, and whether it shows every learner."""
    rows = (
        Membership.objects.on(day)
        .filter(school=school, user__is_active=True, role__in=list(Role))
        .select_related("user")
    )
    return [(row, row.role in WHOLE) for row in rows.order_by("user__name", "user", "role")]


def role_words(row: Membership) -> str:
    """The role of a membership as a reason."""
    return f"{LABELS[Role(row.role)]}: sees every learner of the school"


def reasons(school: School, day: date, *, people: Any = None, learners: Any = None) -> list[Reason]:
    """The reasons that are about single learners, of those whose role lets them see their own."""
    held = Membership.objects.on(day).filter(school=school, role__in=OWN, user__is_active=True)
    if people is not None:
        held = held.filter(user__in=people)
    seers = held.values("user")
    here = Learner.objects.filter(school=school)
    if learners is not None:
        here = here.filter(pk__in=learners)
    found = [*_taught(seers, here), *_shared(day, seers, here)]
    for provider in _providers.values():
        found += provider(school, day, seers, here.values("pk"))
    return found


def _taught(seers: Any, here: Any) -> Iterable[Reason]:
    rows = Group.objects.filter(teachers__in=seers, learners__in=here.values("pk"))
    for person, learner, name in rows.values_list("teachers", "learners", "name").distinct():
        yield Reason(person, learner, f"Teaches {name}")


def _shared(day: date, seers: Any, here: Any) -> Iterable[Reason]:
    rows = Grant.ever.on(day).filter(source=SHARED, user__in=seers, content_object__in=here.values("pk"))
    for pk, person, learner, until in rows.values_list("pk", "user", "content_object", "ends"):
        yield Reason(person, learner, "Shared with them", until, share=pk)
