"""The reasons to see a learner that lie in provision: work in it, and being named on what is confidential."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from interventions.models import Placement, Provision
from learners.models import Grant
from learners.sight import Reason
from provisionmap.school.models import School


def work(school: School, day: date, people: Any, learners: Any) -> Iterable[Reason]:
    """Provision they deliver or answer for, and confidential placements they are named on: three queries."""
    grants = list(
        Grant.ever.on(day)
        .filter(source__startswith="provision:", user__in=people, content_object__in=learners)
        .values_list("user", "content_object", "source", "ends")
    )
    wanted = {int(source.partition(":")[2]) for _, _, source, _ in grants}
    names = dict(Provision.objects.filter(pk__in=wanted, school=school).values_list("pk", "name"))
    for person, learner, source, ends in grants:
        name = names.get(int(source.partition(":")[2]), "a provision")
        yield Reason(person, learner, f"Delivers or answers for {name}", ends)
    shares = Placement.shared_with.through.objects.filter(user__in=people, placement__learner__in=learners)
    for person, learner, name in shares.values_list("user", "placement__learner", "placement__provision__name"):
        yield Reason(person, learner, f"Named on confidential {name}", opens=False)
