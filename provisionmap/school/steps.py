"""The path of the first days: each app registers the steps it knows how to judge."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from provisionmap.school.roles import Capability

if TYPE_CHECKING:  # apps register before any model is loaded
    from provisionmap.school.models import School

Provider = Callable[["School"], tuple[bool, str]]


@dataclass(frozen=True)
class Step:
    """One thing to do, who may do it (any one of `capabilities`; nobody in particular when empty) and how to tell."""

    name: str
    title: str
    sentence: str
    url_name: str
    provider: Provider
    order: int
    capabilities: frozenset[Capability]


@dataclass(frozen=True)
class Progress:
    """A step as one school stands: done or not, in words, and whether it is this reader's to do."""

    step: Step
    done: bool
    summary: str
    mine: bool
    next: bool


_steps: dict[str, Step] = {}


def register(
    name: str,
    title: str,
    sentence: str,
    url_name: str,
    provider: Provider,
    order: int,
    *,
    capabilities: Iterable[Capability] = (),
) -> None:
    """Put a step on the path. `provider` answers with done or not, and a few words; the same name replaces."""
    _steps[name] = Step(name, title, sentence, url_name, provider, order, frozenset(capabilities))


def progress_of(school: School, held: frozenset[Capability]) -> list[Progress]:
    """The whole path for `school`, in order, read by somebody who holds `held`."""
    found = []
    for step in sorted(_steps.values(), key=lambda step: step.order):
        done, summary = step.provider(school)
        mine = not step.capabilities or bool(step.capabilities & held)
        first = mine and not done and not any(one.next for one in found)
        found.append(Progress(step, done, summary, mine, first))
    return found
