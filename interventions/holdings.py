"""What this app holds about a learner. Found by name: the learners app loads `holdings` of every app."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from interventions.actions import forgetting
from interventions.models import MapChange, MapExport, MapImport, Placement
from learners.holdings import Holding, register
from learners.models import Learner

SHARED = Placement.shared_with.through


def _schools(ids: Collection[int]) -> Any:
    return Learner.objects.filter(pk__in=ids).values("school")


register(
    Holding(
        "interventions.Placement_shared_with",
        "people with whom a confidential place was shared",
        "delete",
        lambda ids: SHARED.objects.filter(placement__learner__in=ids),
        order=40,
    )
)
register(
    Holding(
        "interventions.Placement",
        "places in provision",
        "delete",
        lambda ids: Placement.objects.filter(learner__in=ids),
    )
)
register(
    Holding(
        Placement.history.model._meta.label,
        "earlier versions of places in provision",
        "delete",
        lambda ids: Placement.history.filter(learner__in=ids),
        order=90,
    )
)
register(
    Holding(
        "interventions.MapChange",
        "changes of the map",
        "rewrite",
        lambda ids: MapChange.objects.filter(school__in=_schools(ids)).exclude(shares=[]),
        why="The act stays with its words, which name nobody; with whom the learner's places were shared goes.",
        rewrite=forgetting.forget_shares,
        counted=False,
        order=10,
    )
)
register(
    Holding(
        "interventions.MapImport",
        "imports of maps",
        "rewrite",
        lambda ids: MapImport.objects.filter(school__in=_schools(ids)).exclude(upload=None),
        why="What was uploaded and not applied is let go.",
        rewrite=forgetting.forget_maps_on_their_way,
        counted=False,
        order=10,
    )
)
register(
    Holding(
        "interventions.MapExport",
        "exports of the map",
        "rewrite",
        lambda ids: MapExport.objects.filter(school__in=_schools(ids)).exclude(file=None),
        why="That a file was taken out stays; a print that waits to be fetched is emptied.",
        rewrite=forgetting.forget_prints,
        counted=False,
        order=10,
    )
)
