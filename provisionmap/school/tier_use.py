"""Which tiers are in use: upper storeys register how to tell, because a tier with provision must keep its column."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # apps register before any model is loaded
    from provisionmap.school.models import School


@dataclass(frozen=True)
class Coming:
    """A change of all tiers on a day to come: what they are then, and why it could not be made, if it could not."""

    on: date
    words: str
    trouble: str = ""


Provider = Callable[["School"], set[int]]
Planner = Callable[["School"], list[Coming]]
_providers: dict[str, Provider] = {}
_planners: dict[str, Planner] = {}


def register(name: str, provider: Provider, planner: Planner | None = None) -> None:
    """Ask `provider` for the tier codes that a school's records use, `planner` for changes to come.

    The same name replaces.
    """
    _providers[name] = provider
    if planner:
        _planners[name] = planner


def codes_in_use(school: School) -> set[int]:
    """The codes of the tiers that something at `school` uses."""
    return set().union(*(provider(school) for provider in _providers.values()))


def planned(school: School) -> list[Coming]:
    """The changes of all tiers that wait for their day at `school`."""
    return [one for planner in _planners.values() for one in planner(school)]
