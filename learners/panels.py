"""What stands on the learner page: each app registers its panels, and none imports upward.

A provider takes (learner, user, today) and answers with the template that draws the panel and the
context it needs (seen there as `panel`), or None where this person has nothing to see. A provider makes
the same number of queries however much there is to show.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from learners.models import Learner
    from provisionmap.school.models import User

Provider = Callable[["Learner", "User", date], tuple[str, dict[str, Any]] | None]


@dataclass(frozen=True)
class Entry:
    """One registered panel; a smaller `order` stands higher on the page."""

    name: str
    title: str
    provider: Provider
    order: int


@dataclass(frozen=True)
class Panel:
    """A panel that is ready to be drawn."""

    name: str
    title: str
    template: str
    context: dict[str, Any] = field(default_factory=dict)


_entries: dict[str, Entry] = {}


def register(name: str, title: str, provider: Provider, order: int = 100) -> None:
    """Put a panel on every learner page. The same name again replaces the panel."""
    _entries[name] = Entry(name, title, provider, order)


def panels_for(learner: Learner, user: User, today: date) -> list[Panel]:
    """The panels `user` sees for `learner` on `today`, in order of place and name."""
    shown = []
    for entry in sorted(_entries.values(), key=lambda entry: (entry.order, entry.name)):
        answer = entry.provider(learner, user, today)
        if answer is not None:
            template, context = answer
            shown.append(Panel(entry.name, entry.title, template, context))
    return shown
