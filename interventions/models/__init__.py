"""Models of the interventions app, by noun."""

from interventions.models.intervention import Intervention, InterventionArea
from interventions.models.placement import Placement
from interventions.models.provision import Deliverer, Provision

__all__ = ["Deliverer", "Intervention", "InterventionArea", "Placement", "Provision"]
