"""Which tiers are in use: upper storeys register how to tell, because a tier with provision must keep its column."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # apps register before any model is loaded
    from provisionmap.school.models import School

Provider = Callable[["School"], set[int]]
_providers: dict[str, Provider] = {}


def register(name: str, provider: Provider) -> None:
    """Ask `provider` for the tier codes that a school's records use. The same name replaces."""
    _providers[name] = provider


def codes_in_use(school: School) -> set[int]:
    """The codes of the tiers that something at `school` uses."""
    return set().union(*(provider(school) for provider in _providers.values()))
