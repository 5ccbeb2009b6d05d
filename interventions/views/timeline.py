"""One learner's map through time."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render

from interventions.grid.timeline import Track, arrange, periods_of
from interventions.models import Placement
from interventions.reading import items_of, who_of
from learners.models import Learner
from provisionmap.school.access import require
from provisionmap.school.models.school import TierNames
from provisionmap.school.roles import Capability
from provisionmap.school.seen import saw
from provisionmap.school.today import today
from provisionmap.web import typed

NOBODY: frozenset[int] = frozenset()


def label_of(track: Track, names: TierNames) -> str:
    """What the tier of a row was called when its last placement ran."""
    ends = track.bars[-1].items[-1].ends
    return names.on(min(ends or today(), today())).get(track.tier, f"Tier {track.tier}")


@require(Capability.SEE_MAP)
def show(request: Any, pk: int) -> HttpResponse:
    """The learner's provision, a row each, under the terms in which it ran: the last two years, and those before."""
    seen = Learner.objects.visible_to(request.user).filter(school=request.school)
    learner = get_object_or_404(seen.for_register(), pk=pk)
    saw(request, learner.pk)
    placements = Placement.objects.visible_to(request.user).filter(school=request.school)
    items = items_of(placements, [learner.pk], today(), NOBODY, each_then=True)
    terms = [term.dates for term in request.school.terms.all()]
    periods = periods_of(terms, items, today())
    back = typed.number(request.GET.get("back", "0")[:3])
    line = arrange(items, periods, back)
    names = request.school.tier_names()
    context = {
        "section": "map",
        "learner": learner,
        "who": who_of(learner),
        "line": line,
        "tracks": [(track, label_of(track, names)) for track in line.tracks],
        "today": today(),
        "confidential": any(item.confidential for item in items),
        "earlier": line.later + len(line.periods) if line.earlier else None,
        "later": max(0, line.later - len(line.periods)) if line.later else None,
    }
    return render(request, "interventions/timeline.html", context)
