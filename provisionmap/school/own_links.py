"""What other apps offer on one's account page: each registers its links, and this floor imports none of them.

A provider takes (user, school) and answers None where this person has no use for it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from provisionmap.school.models import School, User


@dataclass(frozen=True)
class Link:
    """One page of one's own, and what it is good for."""

    title: str
    words: str
    link: str


Provider = Callable[["User", "School | None"], Link | None]
_entries: dict[str, Provider] = {}


def register(name: str, provider: Provider) -> None:
    """Offer a link on the account page. The same name again replaces it."""
    _entries[name] = provider


def links_for(user: User, school: School | None) -> list[Link]:
    """The links that `user` is offered, by the name they were registered under."""
    found = (provider(user, school) for _, provider in sorted(_entries.items()))
    return [one for one in found if one is not None]
