"""The ground floor: schools, people, roles, calendar and audit."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from django.apps import AppConfig
from django.db.models.signals import post_migrate

from provisionmap.school.roles import Capability
from provisionmap.school.steps import register

if TYPE_CHECKING:
    from provisionmap.school.models import School


def terms_of(school: School) -> tuple[bool, str]:
    """The first step is done once there is a term."""
    count = school.terms.count()
    return bool(count), f"{count} term{'' if count == 1 else 's'} in the calendar." if count else "No term yet."


def staff_of(school: School) -> tuple[bool, str]:
    """The second is done once somebody beside the first person has a role."""
    count = school.memberships.values("user").distinct().count()
    return count > 1, f"{count} people with a role." if count > 1 else "Only you so far."


class SchoolConfig(AppConfig):
    """School, people, calendar, roles and audit."""

    name = "provisionmap.school"
    label = "school"

    def ready(self) -> None:
        """Registers the steps of the set-up path that this storey can judge, and what follows from signing in."""
        import_module("provisionmap.school.sign_in.receivers")
        post_migrate.connect(import_module("provisionmap.school.walls").build, sender=self)
        register(
            "terms",
            "Terms and closures",
            "Import your council's or school's term dates, or type them; add bank holidays with one click.",
            "school:calendar",
            terms_of,
            10,
            capabilities=[Capability.MANAGE_CALENDAR],
        )
        register(
            "staff",
            "Staff",
            "Add the colleagues who will use the map; paste several lines at once if you like.",
            "school:people",
            staff_of,
            20,
            capabilities=[Capability.MANAGE_PEOPLE],
        )
