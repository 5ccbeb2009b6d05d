"""Acts that were previewed: when what a person saw is no longer so, and how their words count."""

from __future__ import annotations

from collections.abc import Sequence


class Moved(Exception):
    """Records of a preview were changed meanwhile: nothing was written. `moved` says what, a sentence each."""

    def __init__(self, moved: Sequence[str]) -> None:
        super().__init__("changed meanwhile")
        self.moved = list(moved)


def many(count: int, noun: str) -> str:
    """A count with its noun: "1 place", "2 places"."""
    return f"{count} {noun}{'' if count == 1 else 's'}"
