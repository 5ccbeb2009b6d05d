"""What is held about a learner, model by model, and what disposal does with it. Each app declares its own.

A test finds every model with a way of foreign keys to a learner, and fails on one that nobody declared. What is linked
by nothing but a number (an import's undo, a change's shares) is declared as well: it is what gets forgotten.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from learners.models import Learner

What = Literal["delete", "rewrite", "keep"]
Rows = Callable[[Collection[int]], "QuerySet[Any]"]


@dataclass(frozen=True)
class Holding:
    """One model. `rows` finds what it holds of learners by their ids; `rewrite` takes one learner out of what stays."""

    model: str
    words: str  # plural, as the preview counts them
    what: What
    rows: Rows
    why: str = ""  # why it is kept, or what is left after rewriting
    rewrite: Callable[[Learner], None] | None = None
    counted: bool = True  # shown in the preview with its number
    order: int = field(default=50, compare=False)  # what hangs on others goes before them


_holdings: dict[str, Holding] = {}


def register(holding: Holding) -> None:
    """Declare a model. The same model again replaces what was said."""
    _holdings[holding.model] = holding


def holdings() -> list[Holding]:
    """Everything declared, in the order in which it is disposed of."""
    return sorted(_holdings.values(), key=lambda one: (one.order, one.model))
