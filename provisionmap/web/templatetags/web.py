"""The few template filters and tags that every page uses."""

import re
from collections.abc import Iterable
from typing import Any

from django import template
from django.http import QueryDict

register = template.Library()

RUN = re.compile(r"\S{41,}")  # longer than any word, and layout of long runs is quadratic in the PDF library
PIECE = r".{1,8}"


@register.simple_tag(takes_context=True)
def query_with(context: dict[str, Any], **changes: Any) -> str:
    """The query string of this page with some keys changed; an empty value takes the key away."""
    query: QueryDict = context["request"].GET.copy()
    for key, value in changes.items():
        if value in ("", None):
            query.pop(key, None)
        else:
            query[key] = str(value)
    return f"?{query.urlencode()}"


@register.simple_tag
def query_of(pairs: Iterable[tuple[str, str]]) -> str:
    """A query string of these names and values."""
    query = QueryDict(mutable=True)
    for name, value in pairs:
        query.appendlist(name, value)
    return f"?{query.urlencode()}"


@register.filter
def minutes(value: int | None) -> str:
    """Minutes as a person says them: 90 is "1 h 30 min"."""
    if value is None:
        return "–"
    hours, rest = divmod(int(value), 60)
    if not hours:
        return f"{rest} min"
    return f"{hours:,} h {rest} min" if rest else f"{hours:,} h"


@register.filter
def break_long(value: str) -> str:
    """`value` with places to break in every run that is longer than a word; words stay whole."""
    return RUN.sub(lambda run: "\u200b".join(re.findall(PIECE, run[0])), str(value))


@register.simple_tag(takes_context=True)
def query_without(context: dict[str, Any], key: str) -> str:
    """The query string of this page less one key, and on its first page."""
    return query_with(context, **{key: None, "page": None})
