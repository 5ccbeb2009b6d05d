"""Codes with the words that explain them, for the tags of a page."""

from __future__ import annotations

from typing import Any, NamedTuple

from learners.census import NEEDS, PROVISIONS, YEARS
from learners.models import Learner


class Tag(NamedTuple):
    """A short code and what it means."""

    code: str
    words: str


FLAG_WORDS = {name: str(Learner._meta.get_field(name).verbose_name).capitalize() for name in Learner.FLAGS}
FLAG_WORDS["eal"] = "English as an additional language"


def sen_tag(code: str | None) -> Tag | None:
    """The tag of a SEN code; None where nothing is recorded."""
    return Tag(code, PROVISIONS[code]) if code else None


def need_tags(codes: list[str]) -> list[Tag]:
    """The tags of types of need, in their order."""
    return [Tag(code, NEEDS[code]) for code in codes]


def flag_tags(learner: Learner, *, seen: bool) -> list[Tag]:
    """The tags of the flags that are set; none for a reader who may not see them (`seen`)."""
    if not seen:
        return []
    return [Tag(tag, FLAG_WORDS[name]) for name, tag in Learner.FLAGS.items() if getattr(learner, name)]


def year_words(code: str) -> str:
    """A year group for reading."""
    return YEARS.get(code, "")


def row_of(learner: Any, *, flags: bool) -> dict[str, Any]:
    """A learner of `for_register` with their tags, with those of the flags where the reader may see them."""
    codes = [code for rank in (1, 2, 3, 4) if (code := getattr(learner, f"sen_need_{rank}"))]
    return {
        "learner": learner,
        "year": year_words(learner.nc_year),
        "sen": sen_tag(learner.sen_code),
        "needs": need_tags(codes),
        "flags": flag_tags(learner, seen=flags),
    }
