"""How much of what was owed each placement of a page got this term, for its cell of the map."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from interventions.accounts import MORE, WHOLE, days_over
from interventions.delivery import Reading
from interventions.grid import Item
from interventions.models import Placement
from provisionmap.school.models import School

PART = "delivery"  # the part of a view that shows it
BEYOND = f", {MORE}"


def with_delivery(items: Sequence[Item], school: School, day: date) -> list[Item]:
    """The items, each with its share of the term as far as its weeks are over: fourteen queries, however many."""
    span = days_over("term", school.calendar_dates(), day)
    if span is None or not items:
        return list(items)
    reading = Reading(school=school, placements=Placement.objects.filter(pk__in=[one.pk for one in items]), span=span)
    found = {line.placed.pk: line for line in reading.lines()}
    shown = []
    for item in items:
        line = found.get(item.pk)
        if line is None or not line.ledger.entitled:
            shown.append(item)
        elif not line.judged:
            shown.append(replace(item, given="Nothing logged this term"))
        else:
            share = line.ledger.of_entitlement or 0
            words = f"{share:.0f} % of what was owed this term{BEYOND if share > WHOLE else ''}"
            shown.append(replace(item, given=words, share=min(100, int(share))))
    return shown
