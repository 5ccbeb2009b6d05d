"""The learners app."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules

from provisionmap.school.roles import Capability
from provisionmap.school.steps import register

if TYPE_CHECKING:
    from provisionmap.school.models import School


def learners_of(school: School) -> tuple[bool, str]:
    """The step is done once anybody is on the register."""
    count = school.learners.count()
    return bool(count), f"{count} on the register." if count else "Nobody on the register yet."


class LearnersConfig(AppConfig):
    """Who: learners, groups, SEN provision and passports."""

    name = "learners"

    def ready(self) -> None:
        """Registers the step of the set-up path that brings the learners, and loads every app's panels and holdings."""
        autodiscover_modules("panels", "holdings")
        register(
            "learners",
            "Learners",
            "Import the pupil list your MIS exports, as it is: the columns are found for you.",
            "learners:import",
            learners_of,
            30,
            capabilities=[Capability.IMPORT_LEARNERS],
        )
