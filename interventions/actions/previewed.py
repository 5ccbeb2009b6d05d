"""Acts that were previewed: when what a person saw is no longer so, and how their words count."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from interventions.models import Placement
from learners.models import Learner
from provisionmap.school.access import NotAllowed

MOST_NAMED = 10  # learners that a sentence names


class Moved(Exception):
    """Records of a preview were changed meanwhile: nothing was written. `moved` says what, a sentence each."""

    def __init__(self, moved: Sequence[str]) -> None:
        super().__init__("changed meanwhile")
        self.moved = list(moved)


def many(count: int, noun: str) -> str:
    """A count with its noun: "1 place", "2 places"."""
    return f"{count} {noun}{'' if count == 1 else 's'}"


def check_free(places: Sequence[Placement]) -> None:
    """Raises NotAllowed when a place to be written would be its learner's second in a provision on one day.

    Whoever wrote `places` left out what they saw to be there: what still meets one of them is hidden from them, so
    nothing is told of it. The caller holds the provisions. One query.
    """
    there: dict[tuple[int, int], list[tuple[date, date]]] = {}
    rows = Placement.objects.filter(provision__in={one.provision_id for one in places}).order_by()
    rows = rows.exclude(pk__in={one.pk for one in places if one.pk})  # those that are there already, and move
    for provision, learner, starts, ends in rows.values_list("provision", "learner", "starts", "ends"):
        there.setdefault((provision, learner), []).append((starts, ends or date.max))
    met = {
        one.learner_id
        for one in places
        for starts, ends in there.get((one.provision_id, one.learner_id), ())
        if starts <= (one.ends or date.max) and one.starts <= ends
    }
    if met:
        names = [one.name for one in Learner.objects.filter(pk__in=met).order_by("surname", "forename", "pk")]
        raise NotAllowed(f"{', '.join(names[:MOST_NAMED])} cannot be placed there: ask your SENCO.")
