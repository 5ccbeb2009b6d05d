"""The product with the version check of placements taken out, for the control: a drill must see what is then lost."""

from typing import Any

from provisionmap.wsgi import application  # sets Django up, so it comes first

from interventions.actions import placements  # isort: skip
from interventions.models.placement import PlacementQuerySet  # isort: skip

__all__ = ["application"]
CHECKED = placements.change_placement
FILTER = PlacementQuerySet.filter


def unchecked(**asked: Any) -> Any:
    """Save whatever version the person had read."""
    return CHECKED(**asked | {"seen": asked["placement"].version})


def unclaimed(self: PlacementQuerySet, *conditions: Any, **asked: Any) -> PlacementQuerySet:
    """The claim of a version, without the version."""
    asked.pop("version", None)
    return FILTER(self, *conditions, **asked)


placements.change_placement = unchecked
PlacementQuerySet.filter = unclaimed
