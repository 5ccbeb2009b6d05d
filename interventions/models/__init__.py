"""Models of the interventions app, by noun."""

from interventions.models.change import MapChange
from interventions.models.intervention import Intervention, InterventionArea
from interventions.models.map_export import MapExport
from interventions.models.map_import import MapColumn, MapImport
from interventions.models.placement import Placement
from interventions.models.provision import Deliverer, Provision, TierMove, of_tier, tier_on
from interventions.models.saved_view import SavedView
from interventions.models.tier import TierPlan

__all__ = [
    "Deliverer",
    "Intervention",
    "InterventionArea",
    "MapChange",
    "MapColumn",
    "MapExport",
    "MapImport",
    "Placement",
    "Provision",
    "SavedView",
    "TierMove",
    "TierPlan",
    "of_tier",
    "tier_on",
]
