"""Where the texts of a school name a learner, in records that are not the learner's own."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import Q

from learners.holdings import Disposal, declared
from learners.models import Learner
from learners.naming import Names, names_in
from provisionmap.school.models import School

MOST_STEPS = 4  # foreign keys between a row and its school
OF_HISTORY = frozenset({"history_change_reason", "history_type"})
# Who somebody is: a mother may bear her child's name, and a twin their sister's UPN by mistake.
IDENTITIES = frozenset({"learners.learner", "learners.contact", "interventions.deliverer"})
OTHERS = frozenset({"responsible_name"})


@dataclass(frozen=True)
class Place:
    """Texts of one model: its fields, and the way from a row to its school. `owned` by learners, or shared."""

    model: Any
    kept: str  # the model itself, where this is its history
    fields: tuple[str, ...]
    school: str
    owned: bool

    @property
    def is_past(self) -> bool:
        """Whether it holds earlier versions."""
        return hasattr(self.model, "instance_type")


@dataclass(frozen=True)
class Mention:
    """A text that names a learner. `key` finds it again without saying anything of it.

    `certain` is a full name or a UPN; `goes` says that it is taken out whether or not somebody ticks it.
    """

    learner: Learner
    what: str  # the record, in words
    field: str
    text: str
    key: tuple[str, int, str]
    certain: bool
    goes: bool

    @property
    def mark(self) -> str:
        """The key as a form sends it."""
        return ":".join(map(str, self.key))


def names_of(learner: Learner) -> Names:
    """What a learner is called."""
    forenames = tuple(filter(None, (learner.forename, learner.preferred_name)))
    return Names(learner.surname, forenames, tuple(filter(None, (learner.upn, learner.former_upn))))


def sure_names(learners: Collection[Learner]) -> dict[Learner, Names]:
    """What means each of `learners`, of one school, and nobody else: numbers only, where somebody has the same name.

    Compared here and not by the database, which may know capitals of plain letters only. One query.
    """
    bearers: dict[tuple[str, str], set[int]] = defaultdict(set)
    rows = Learner.objects.filter(school=learners_school(learners)).order_by()
    for pk, surname, *forenames in rows.values_list("pk", "surname", "forename", "preferred_name"):
        for forename in filter(None, forenames):
            bearers[surname.casefold(), forename.casefold()].add(pk)
    sure = {}
    for learner in learners:
        names = names_of(learner)
        same = (bearers[names.surname.casefold(), forename.casefold()] for forename in names.forenames)
        sure[learner] = Names("", (), names.numbers) if set().union(*same) - {learner.pk} else names
    return sure


def way_to(target: Any, model: Any) -> str:
    """The shortest way of foreign keys from a row of `model` to a row of `target`; "" where there is none."""
    ways = [(model, "")]
    for _ in range(MOST_STEPS):
        further = []
        for here, so_far in ways:
            for field in here._meta.concrete_fields:
                if not isinstance(field, models.ForeignKey):
                    continue
                way = f"{so_far}{field.name}"
                if field.related_model is target:
                    return way
                if field.name != "history_user":
                    further.append((field.related_model, f"{way}__"))
        ways = further
    return ""


def _is_text(field: Any) -> bool:
    """Whether people type into it."""
    words = isinstance(field, models.CharField | models.TextField)
    return words and not field.choices and field.name not in OF_HISTORY | OTHERS


@cache
def theirs() -> dict[Any, str]:
    """The models whose rows are one learner's each and go with them, and the way from a row to the learner."""
    found = {}
    for one in declared():
        if one.disposal == Disposal.DELETE:
            itself = "id" if getattr(one.model, "instance_type", one.model) is Learner else ""
            found[one.model] = itself or way_to(Learner, one.model)
    return found


@cache
def places() -> tuple[Place, ...]:
    """Every model of ours with texts and a school, histories included, but for those that say who somebody is."""
    owned = set(theirs())
    found = []
    for model in apps.get_models():
        kept: Any = getattr(model, "instance_type", model)
        fields = tuple(field.name for field in model._meta.concrete_fields if _is_text(field))
        typed = hasattr(kept, "Privacy") and kept._meta.label_lower not in IDENTITIES and model is not School
        way = way_to(School, model) if typed else ""
        if fields and way:
            found.append(Place(model, kept._meta.label_lower, fields, way, model in owned))
    return tuple(found)


def _longest(shape: str, name: str) -> str:
    return max(re.findall(shape, name.casefold()), key=len, default="")


def rows_naming(place: Place, school: int, names: Names, *, alone: bool) -> Any:
    """Rows of `place` at a school that may name the learner: more than do, never fewer.

    Asked for by the longest run of plain letters of each name, because SQLite knows capitals of no others.
    """
    rows = place.model._default_manager.filter(**{place.school: school})
    looked_for = [name for name in (names.surname, *names.numbers, *(names.forenames if alone else ())) if name]
    if not looked_for:
        return rows.none()
    wanted = Q()
    for name in looked_for:
        run = _longest(r"[a-z0-9]+", name)
        for field in place.fields:
            wanted |= Q(**{f"{field}__icontains": run}) if run else ~Q(**{field: ""})
    return rows.filter(wanted)


def mentions_of(learners: Collection[Learner], most: int) -> list[Mention]:
    """Texts of other records, as they stand now, that name one of `learners` or may do so; `most` at most.

    As many queries for one learner as for fifty.
    """
    own = theirs()
    ids = [learner.pk for learner in learners]
    index: dict[str, set[Learner]] = defaultdict(set)
    for learner in learners:
        names = names_of(learner)
        for name in (names.surname, *names.forenames, *names.numbers):
            index[_longest(r"\w+", name)].add(learner)
    index.pop("", None)
    sure = sure_names(learners)
    found: list[Mention] = []
    for place in places():
        if place.is_past:
            continue  # an earlier version goes the way of its record
        rows = place.model._default_manager.filter(**{place.school: learners_school(learners)})
        if place.model in own:
            rows = rows.exclude(**{f"{own[place.model]}__in": ids})
        for one in _mentions(place, rows, index, sure):
            found.append(one)
            if len(found) >= most:
                return found
    return found


def learners_school(learners: Collection[Learner]) -> int | None:
    """The school of `learners`, who are all of one."""
    return next((learner.school_id for learner in learners), None)


def _mentions(place: Place, rows: Any, index: dict[str, set[Learner]], sure: dict[Learner, Names]) -> Iterator[Mention]:
    meta = place.model._meta
    for pk, *texts in rows.order_by("pk").values_list("pk", *place.fields).iterator():
        for field, text in zip(place.fields, texts, strict=True):
            named = [index[word] for word in set(re.findall(r"\w+", (text or "").casefold())) & index.keys()]
            for learner in sorted(set().union(*named), key=lambda one: one.pk):
                if how := names_in(text, names_of(learner)):
                    goes = not place.owned and names_in(text, sure[learner]) == "certain"
                    label = str(meta.get_field(field).verbose_name)
                    key = (place.kept, pk, field)
                    yield Mention(learner, str(meta.verbose_name), label, text, key, how == "certain", goes)


def parts_of(learners: Collection[int]) -> list[tuple[str, int]]:
    """What of these learners will be gone, in words and numbers: a query for each kind, however many learners."""
    titles = {one.model: one.title for one in declared()}
    return [
        (titles[model], model._base_manager.filter(**{f"{way}__in": learners}).count())
        for model, way in theirs().items()
    ]
