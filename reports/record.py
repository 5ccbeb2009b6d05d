"""Everything held about a learner, as plain values: the same for the file that programs read and the one people read.

Every model that is declared (learners/holdings.py), every field of it, and other people marked in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from learners.holdings import Holding, declared
from learners.models import Contact, Learner
from provisionmap.school.models import TIERS, User
from reports.marking import Names, Piece, other

FORMAT, VERSION = "provision-map-record", 1
OWN_NAMES = ("forename", "middle_names", "preferred_name", "surname")
MOMENT = re.compile(r"\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])(?:T\d\d:\d\d:\d\d[+-]\d\d:\d\d)?")
# Fields that are called after the way they are kept, in words for whoever asked for the record.
WORDS = {
    "content_object": "learner", "permission": "what they may do", "source": "where this came from",
    "history_id": "number of this version", "history_date": "kept on", "history_change_reason": "part of the change",
    "history_type": "what was done", "history_user": "done by", "id": "number", "pk": "number",
    "request_id": "number of the request", "verb": "kind of act", "target_model": "kind of record",
    "target_id": "number of the record", "changes": "what changed", "user_id": "who", "learner_id": "learner",
    "school_id": "school", "version": "times saved, and once more", "at": "when", "by": "by whom",
}  # fmt: skip
SEES = "sees the record"  # the only permission there is
PERSON_BY_NUMBER = "user_id"  # of the audit trail, which has no keys


@dataclass(frozen=True)
class Value:
    """One field: its name, its words for people, and its value as the JSON file has it."""

    field: str
    label: str
    value: Any

    @property
    def pieces(self) -> list[Piece]:
        """The value for reading; nothing where it is empty."""
        return list(_read(self.value))


@dataclass(frozen=True)
class Section:
    """The rows of one model."""

    model: str
    title: str
    rows: list[list[Value]]


def _full(names: Iterable[Any]) -> str:
    return " ".join(str(name) for name in names if name)


def names_known(learner: Learner) -> Names:
    """Everybody whom the learner's school knows, but the learner."""
    people = [*User.objects.filter(memberships__school=learner.school_id).values_list("name", flat=True)]
    people += Contact.objects.filter(learner__school=learner.school_id).values_list("name", flat=True)
    others = Learner.objects.filter(school=learner.school_id).exclude(pk=learner.pk)
    for forename, middle, preferred, surname in others.values_list(*OWN_NAMES):
        people += [_full([forename, surname]), _full([preferred or forename, surname]), _full([middle])]
    own = [getattr(learner, name) for name in OWN_NAMES]
    return Names(people, [*own, _full([learner.forename, learner.surname]), learner.name])


class Reader:
    """Reads the rows of one learner; what they refer to is fetched once for each model."""

    def __init__(self, learner: Learner) -> None:
        self.learner = learner
        self.names = names_known(learner)
        self.tiers = learner.school.tier_names().on(timezone.localdate())

    def section(self, holding: Holding) -> Section:
        """All rows of one holding."""
        many = [field.name for field in holding.model._meta.many_to_many]
        rows = list(holding.rows(self.learner.pk).prefetch_related(*many))
        named = self._named(holding.model, rows)
        title = holding.title
        return Section(holding.model._meta.label_lower, title, [self._row(holding, row, named) for row in rows])

    def _named(self, model: Any, rows: list[Any]) -> dict[Any, dict[Any, str]]:
        """What rows refer to, by model and id, in words: one query a model."""
        wanted: dict[Any, set[Any]] = {User: set()}
        for field in model._meta.concrete_fields:
            target = User if field.name == PERSON_BY_NUMBER else field.related_model
            if target is not None:
                wanted.setdefault(target, set()).update(getattr(row, field.attname) for row in rows)
        return {
            target: {pk: str(one) for pk, one in target._base_manager.in_bulk(ids - {None}).items()}
            for target, ids in wanted.items()
        }

    def _row(self, holding: Holding, row: Any, named: dict[Any, dict[Any, str]]) -> list[Value]:
        part = holding.part(row, self.learner.pk)
        said = holding.said(row)
        values = [Value("in_words", "what happened", said)] if said else []
        for field in [*holding.model._meta.concrete_fields, *holding.model._meta.many_to_many]:
            if field.name in part:
                value = self._plain(part[field.name])
            elif field.many_to_many:
                people = sorted(getattr(row, field.name).all(), key=lambda one: one.pk)
                value = [self._person(one.pk, str(one)) for one in people]
            else:
                value = self._value(field, getattr(row, field.attname), named)
            if field.name in holding.others:
                value = _as_others(value)
            values.append(Value(field.name, WORDS.get(field.name, str(field.verbose_name)), value))
        return values

    def _value(self, field: Any, value: Any, named: dict[Any, dict[Any, str]]) -> Any:
        if value is None:
            return None
        if field.name == PERSON_BY_NUMBER or field.related_model is User:
            return self._person(value, named[User].get(value, "somebody who is no longer known"))
        if field.related_model is Learner:
            return value
        if field.related_model is not None:
            if field.name == "permission":
                return {"id": value, "is": SEES}
            return {"id": value, "is": self._plain(named[field.related_model].get(value, "gone"))}
        if field.choices == TIERS and not hasattr(field.model, "tier_name"):  # which has the earlier school's
            return {"value": value, "words": self.tiers.get(value, f"Tier {value}")}
        if field.choices:
            return {"value": value, "words": str(dict(field.flatchoices).get(value, value))}
        return self._plain(value)

    def _person(self, pk: int, name: str) -> dict[str, Any]:
        return {"id": pk, **other(name)}

    def _plain(self, value: Any) -> Any:
        """A value as JSON has it, with other people marked in every text."""
        if isinstance(value, str):
            return self.names.marked(value)
        if isinstance(value, dict):
            return {str(key): self._plain(one) for key, one in value.items()}
        if isinstance(value, list | tuple):
            return [self._plain(one) for one in value]
        if isinstance(value, datetime):
            return timezone.localtime(value).isoformat(timespec="seconds")
        if isinstance(value, date):
            return value.isoformat()
        if isinstance(value, bytes | memoryview):
            return {"bytes": len(value)}
        return value if isinstance(value, bool | int | float | None) else str(value)


def _as_others(value: Any) -> Any:
    """A field that is somebody else's altogether; an empty one is nobody's."""
    if isinstance(value, list) and all(isinstance(one, str) or set(one) == {"name", "third_party"} for one in value):
        value = "".join(one if isinstance(one, str) else one["name"] for one in value)
    if isinstance(value, list):
        return [_as_others(one) for one in value]
    if isinstance(value, dict):  # such as one of the staff: a name and a role
        return {key: _as_others(one) if key == "name" else one for key, one in value.items()}
    return other(value) if isinstance(value, str) and value else value


def _read(value: Any) -> Iterator[Piece]:
    """A value's pieces for reading: words, and other people."""
    if isinstance(value, dict):
        if "third_party" in value:
            yield value
        elif "words" in value:
            yield from _read(value["words"])
        elif "is" in value:
            yield from _read(value["is"])
        else:
            for place, (key, one) in enumerate(value.items()):
                yield f"{'; ' if place else ''}{key.replace('_', ' ')}: "
                yield from list(_read(one)) or ["–"]
    elif isinstance(value, list):
        joined = any(isinstance(piece, str) for piece in value) and any(isinstance(piece, dict) for piece in value)
        for place, one in enumerate(value):
            if place and not joined:
                yield ", "
            yield from list(_read(one)) or ["–"]
    elif isinstance(value, bool):
        yield "yes" if value else "no"
    elif value is not None and value != "":
        yield _day_in_words(str(value))


def _day_in_words(text: str) -> str:
    """A day or a moment as people write it; other words as they are."""
    if not MOMENT.fullmatch(text):
        return text
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:  # such as the 31st of February, which somebody typed
        return text
    return f"{moment.day} {moment:%B %Y}" + (f", {moment:%H:%M:%S}" if "T" in text else "")


def sections_of(learner: Learner) -> list[Section]:
    """Everything, in the order in which the apps declared it; what holds no row is left out."""
    reader = Reader(learner)
    return [section for section in map(reader.section, declared()) if section.rows]


def counts_of(learner: Learner) -> list[tuple[str, int]]:
    """How many rows are held of each kind: one query a model."""
    counts = [(one.title, one.rows(learner.pk).count()) for one in declared()]
    return [(title, count) for title, count in counts if count]


def tree_of(learner: Learner, sections: list[Section], made: datetime) -> dict[str, Any]:
    """The whole record as the JSON file has it. Source: docs/data-rights.md, "The two files"."""
    return {
        "format": FORMAT,
        "version": VERSION,
        "made": timezone.localtime(made).isoformat(timespec="seconds"),
        "school": learner.school.name,
        "learner": learner.pk,
        "sections": [
            {
                "model": section.model,
                "title": section.title,
                "rows": [{value.field: value.value for value in row} for row in section.rows],
            }
            for section in sections
        ],
    }


def marks_in(sections: list[Section]) -> int:
    """How many places name somebody else."""
    rows = (value.pieces for section in sections for row in section.rows for value in row)
    return sum(isinstance(piece, dict) for pieces in rows for piece in pieces)
