"""Why somebody took many children out in one file: kept with the export, shown in the trail, then forgotten.

The trail itself never forgets, so it can't hold words that may name a child. Each app registers its model of exports,
which has `reason` and `created`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from provisionmap.school.models import AuditEvent

KEPT_FOR = timedelta(days=183)  # half a year: the review of access, once a term, can still ask about it
_models: dict[str, Any] = {}


def register(model: Any) -> None:
    """Let the exports that `model` keeps be shown with their reason, and forgotten."""
    _models[model._meta.label_lower] = model


def reasons_of(events: Iterable[AuditEvent]) -> dict[tuple[str, int], str]:
    """The reasons of those of `events` that are exports, by model and id: one query a model that is among them."""
    wanted: dict[str, set[int]] = defaultdict(set)
    for one in events:
        if one.target_model in _models and one.target_id is not None:
            wanted[one.target_model].add(one.target_id)
    return {
        (label, pk): reason
        for label, ids in wanted.items()
        for pk, reason in _models[label].objects.filter(pk__in=ids).exclude(reason="").values_list("pk", "reason")
    }


def kept_by() -> list[Any]:
    """The models whose exports have a reason."""
    return list(_models.values())
