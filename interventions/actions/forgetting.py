"""Taking one learner out of what this app keeps by number."""

from __future__ import annotations

from django.db.models import F

from interventions.models import MapChange, MapExport, MapImport, Placement
from learners.models import Learner


def forget_shares(learner: Learner) -> None:
    """Changes forget with whom the learner's removed placements were shared."""
    gone = set(Placement.history.filter(learner=learner.pk).values_list("id", flat=True))
    changes = MapChange.objects.filter(school=learner.school_id).exclude(shares=[])
    for change in changes.select_for_update(of=("self",)).order_by("pk"):
        kept = [[placement, user] for placement, user in change.shares if placement not in gone]
        if kept != change.shares:
            change.shares = kept
            change.save(update_fields=["shares"])


def forget_maps_on_their_way(learner: Learner) -> None:
    """Maps that were uploaded and not applied are let go: any of them may name the learner."""
    waiting = MapImport.objects.filter(school=learner.school_id).exclude(upload=None)
    waiting.update(state="abandoned", upload=None, upload_name="", decisions={}, version=F("version") + 1)


def forget_prints(learner: Learner) -> None:
    """Prints that can still be fetched are emptied: any of them may show the learner."""
    prints = MapExport.objects.filter(school=learner.school_id)
    prints.exclude(state__in=["recorded", "gone"]).update(state="gone", file=None, text="")
