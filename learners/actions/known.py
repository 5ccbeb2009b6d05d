"""What the register says about everybody, in the words a pupil list uses."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

from learners.matching import Known
from learners.models import Contact, Group, Learner, SenProvision
from learners.models.need import RANKS
from provisionmap.school.models import School

# The details that a list and a learner both have under the same name.
DETAILS = (
    "upn", "former_upn", "surname", "forename", "middle_names", "preferred_name", "date_of_birth", "sex",
    "nc_year", "joined", "left", *Learner.FLAGS,
)  # fmt: skip


def known_learners(school: School | None, *, today: date, with_contacts: bool = False) -> list[Known]:
    """Every learner a school has, leavers too, in reading order: four queries at most, however many.

    Without a school there is nobody: a list can be tried before the school is set up.
    """
    if school is None:
        return []
    groups = dict(Group.objects.filter(school=school).values_list("pk", "name"))
    records = SenProvision.objects.filter(learner__school=school, ends=None).values_list("learner", "code", *RANKS)
    sen = {learner: (code, tuple(filter(None, needs))) for learner, code, *needs in records}
    adults: defaultdict[int, set[str]] = defaultdict(set)
    if with_contacts:
        for pk, name in Contact.objects.filter(learner__school=school).values_list("learner", "name"):
            adults[pk].add(name.casefold())
    found = []
    rows = Learner.objects.filter(school=school).order_by("surname", "forename", "pk")
    for pk, group, *details in rows.values_list("pk", "group", *DETAILS):
        values = {name: value for name, value in zip(DETAILS, details, strict=True) if value not in ("", None)}
        if group is not None:
            values["group"] = groups[group]
        if pk in sen:
            values["sen_code"], values["needs"] = sen[pk]
        joined, left = values.get("joined"), values.get("left")
        on_roll = (joined is None or joined <= today) and (left is None or left >= today)
        found.append(Known(pk, values, on_roll, frozenset(adults[pk]) if pk in adults else frozenset()))
    return found
