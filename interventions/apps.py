"""The interventions app."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.apps import AppConfig

from provisionmap.school import tier_use
from provisionmap.school.roles import Capability
from provisionmap.school.steps import register
from provisionmap.school.tier_use import Coming

if TYPE_CHECKING:
    from provisionmap.school.models import School


def library_of(school: School) -> tuple[bool, str]:
    """The step is done once the library holds an entry."""
    count = school.interventions.count()
    return bool(count), f"{count} in the library." if count else "The library is empty."


def tiers_of(school: School) -> set[int]:
    """The tiers that the library or a provision uses."""
    return {*school.interventions.values_list("tier", flat=True), *school.provisions.values_list("tier", flat=True)}


def coming_to(school: School) -> list[Coming]:
    """The change of all tiers that is planned, if any."""
    plans = school.tier_plans.planned()
    return [Coming(plan.on, plan.get_new_set_display(), plan.trouble) for plan in plans]


class InterventionsConfig(AppConfig):
    """What: the library, provisions, placements and the map."""

    name = "interventions"

    def ready(self) -> None:
        """Registers the step of the set-up path that fills the library, and how to tell which tiers are in use."""
        tier_use.register("interventions", tiers_of, coming_to)
        register(
            "library",
            "Intervention library",
            "Start with sixty entries in plain words and make them yours.",
            "interventions:library",
            library_of,
            40,
            capabilities=[Capability.EDIT_LIBRARY],
        )
