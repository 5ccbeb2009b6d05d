"""Models of the interventions app, by noun."""

from interventions.models.away import StaffAbsence, Trip
from interventions.models.change import MapChange
from interventions.models.delivery_week import DeliveryWeek
from interventions.models.feed import Feed
from interventions.models.intervention import Intervention, InterventionArea
from interventions.models.map_export import MapExport
from interventions.models.map_import import MapColumn, MapImport
from interventions.models.placement import Placement
from interventions.models.provision import Deliverer, Provision, TierMove, of_tier, tier_on
from interventions.models.reminder import Reminder
from interventions.models.saved_view import SavedView
from interventions.models.session import PRESENT, Answer, Attendance, Entry, Session
from interventions.models.slot import Slot
from interventions.models.tier import TierPlan

__all__ = [
    "PRESENT",
    "Answer",
    "Attendance",
    "Deliverer",
    "DeliveryWeek",
    "Entry",
    "Feed",
    "Intervention",
    "InterventionArea",
    "MapChange",
    "MapColumn",
    "MapExport",
    "MapImport",
    "Placement",
    "Provision",
    "Reminder",
    "SavedView",
    "Session",
    "Slot",
    "StaffAbsence",
    "TierMove",
    "TierPlan",
    "Trip",
    "of_tier",
    "tier_on",
]
