"""A learner with something in every model that is declared to hold any, each field with a word of its own.

A model that is declared and has no maker here fails: so does a field of a kind that is not known.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import models

from interventions.models import (
    Answer,
    Attendance,
    Deliverer,
    Entry,
    MapChange,
    MapExport,
    MapImport,
    Placement,
    Provision,
    Session,
    TierMove,
    Trip,
)
from learners.holdings import declared
from learners.models import Contact, Grant, Group, Hold, ImportRun, Learner, Passport, SenProvision
from provisionmap.school.models import AuditEvent, User
from reports.models import Arrival, EarlierProvision, RecordExport, Transfer
from tests.factories.interventions import AttendanceFactory, DelivererFactory, PlacementFactory
from tests.factories.learners import GroupFactory, SenProvisionFactory

WORD = "Zq"
FIRST = date(2031, 1, 1)
MADE = datetime(2031, 1, 1, 9, 30, tzinfo=UTC)
NUMBERS = {"minutes": 577, "sessions": 33, "planned": 571, "actual": 569}  # in the bounds that the database holds
NUMBER = 4711


def words_of(model: Any, tag: str = "") -> dict[str, Any]:
    """A value for each field of `model` that can have one of its own: texts, days, numbers and what JSON holds."""
    values: dict[str, Any] = {}
    first = FIRST + timedelta(days=60 * number_of(model))
    for place, field in enumerate(model._meta.concrete_fields):
        moment = first + timedelta(days=place)
        if field.primary_key or field.name in ("id", "history_id", "version") or field.related_model:
            continue
        if field.choices or isinstance(field, models.BooleanField | models.BinaryField):
            continue
        if model is AuditEvent and field.name == "at":
            continue  # the trail writes it itself
        if field.name.endswith("_id") or field.name in ("history_change_reason", "source"):
            continue
        if isinstance(field, models.DateTimeField):
            values[field.name] = datetime(moment.year, moment.month, moment.day, 9, 30, tzinfo=UTC)
        elif isinstance(field, models.DateField):
            values[field.name] = moment
        elif isinstance(field, models.EmailField):
            values[field.name] = f"{word(model, field, tag)}@home.example".lower()
        elif isinstance(field, models.CharField | models.TextField):
            values[field.name] = word(model, field, tag)[: field.max_length]
        elif isinstance(field, models.JSONField):
            values[field.name] = {"said": word(model, field, tag)}
        elif isinstance(field, models.TimeField):
            values[field.name] = time(9, 1 + place)
        elif isinstance(field, models.UUIDField):
            values[field.name] = UUID(int=4711 * 1000 + 100 * number_of(model) + place + (10**6 if tag else 0))
        elif isinstance(field, models.IntegerField):
            values[field.name] = NUMBERS.get(field.name, NUMBER)
        else:
            raise AssertionError(f"no word for {model._meta.label}.{field.name}: say here what it may hold")
    return values


def number_of(model: Any) -> int:
    """A number for each declared model."""
    return sorted(one.model._meta.label for one in declared()).index(model._meta.label)


def word(model: Any, field: Any, tag: str = "") -> str:
    """A word that stands in this field and nowhere else; it begins with what tells fields apart, and may be cut."""
    return f"{WORD}{tag}{number_of(model)}x{model._meta.concrete_fields.index(field)}q{field.name}"


def _before(learner: Learner) -> dict[str, Any]:
    old = {"seen": 1, "old": {"surname": f"{WORD}before"}}
    return {"added": [], "changed": {str(learner.pk): old}, "sen_opened": [], "sen_changed": {}, "contacts": [],
            "groups": []}  # fmt: skip


def _shared(learner: Learner, user: User) -> Any:
    placement = Placement.objects.get(learner=learner)
    placement.shared_with.add(user)
    return Placement.shared_with.through.objects.get(placement=placement)


def _was_there(learner: Learner, user: User) -> Attendance:
    placement = Placement.objects.get(learner=learner)
    return AttendanceFactory(placement=placement, session__slot=None)


def _entry(learner: Learner, user: User) -> Entry:
    session = Session.objects.get(attendances__learner=learner)
    said = {"note": f"{WORD}note", "learners": {str(session.attendances.get().placement_id): {"note": f"{WORD}heard"}}}
    return Entry.objects.create(
        school=learner.school, session=session, client=uuid4(), said=said, by=user, made_at=MADE, at=MADE
    )


def _answer(learner: Learner, user: User) -> Answer:
    session = Session.objects.get(attendances__learner=learner)
    return Answer.objects.create(school=learner.school, session=session, by=user, at=MADE, text="A")


def _trip(learner: Learner, user: User) -> Trip:
    trip = Trip.objects.create(school=learner.school, name="A", starts=FIRST, ends=FIRST)
    trip.learners.add(learner)
    return trip


def _changed(learner: Learner, user: User) -> MapChange:
    placement = Placement.objects.get(learner=learner)
    change = MapChange.objects.create(school=learner.school, by=user, kind="bulk", shares=[[placement.pk, user.pk]])
    placement._change_reason = change.reason
    placement.save()
    return change


# In an order in which each finds what it leans on.
MAKERS: dict[Any, Callable[[Learner, User], Any]] = {
    Learner: lambda learner, user: learner,
    Group: lambda learner, user: learner.group,
    SenProvision: lambda learner, user: SenProvisionFactory(learner=learner),
    Passport: lambda learner, user: Passport.objects.create(learner=learner),
    Contact: lambda learner, user: Contact.objects.create(learner=learner, name="A"),
    Grant: lambda learner, user: Grant.ever.create(
        content_object=learner, user=user, source="shared", starts=FIRST, ends=FIRST
    ),
    Hold: lambda learner, user: Hold.objects.create(learner=learner, reason="A", since=FIRST, lifted=FIRST, by=user),
    Placement: lambda learner, user: PlacementFactory(learner=learner),
    Provision: lambda learner, user: Provision.objects.get(placements__learner=learner),
    Deliverer: lambda learner, user: DelivererFactory(
        provision=Provision.objects.get(placements__learner=learner), user=user
    ),
    TierMove: lambda learner, user: TierMove.objects.create(
        provision=Provision.objects.get(placements__learner=learner), on=FIRST, old=1, new=2
    ),
    Placement.shared_with.through: _shared,
    Attendance: _was_there,
    Session: lambda learner, user: Session.objects.get(attendances__learner=learner),
    Entry: _entry,
    Answer: _answer,
    Trip: _trip,
    Trip.learners.through: lambda learner, user: Trip.learners.through.objects.get(learner=learner),
    MapChange: _changed,
    ImportRun: lambda learner, user: ImportRun.objects.create(school=learner.school, by=user, before=_before(learner)),
    MapImport: lambda learner, user: MapImport.objects.create(school=learner.school, by=user, upload=b"Zq"),
    MapExport: lambda learner, user: MapExport.objects.create(
        school=learner.school, by=user, format="pdf", state="done", file=b"Zq"
    ),
    RecordExport: lambda learner, user: RecordExport.objects.create(
        school=learner.school, learner=learner, by=user, asked_on=FIRST
    ),
    Transfer: lambda learner, user: Transfer.objects.create(learner=learner, by=user),
    Arrival: lambda learner, user: Arrival.objects.create(school=learner.school, learner=learner, by=user),
    EarlierProvision: lambda learner, user: EarlierProvision.objects.create(
        learner=learner, tier=2, area="cognition", starts=FIRST, name="A", school="A"
    ),
    AuditEvent: lambda learner, user: AuditEvent.objects.create(
        **words_of(AuditEvent), user_id=user.pk, school_id=learner.school_id, learner_id=learner.pk
    ),
}


def hold_everything(learner: Learner, user: User, tag: str = "") -> None:
    """Give `learner` rows in every declared model, their histories among them, with a word in every field.

    `tag` tells two learners apart.
    """
    learner.group = GroupFactory(school=learner.school)
    learner.group.teachers.add(user)
    learner.save()
    for make in MAKERS.values():
        make(learner, user)
    every = {one.model: one for one in declared()}
    made = [(model, list(every[model].rows(learner.pk).values_list("pk", flat=True))) for model in every]
    for model, ids in made:
        values = words_of(model, tag)
        if model is ImportRun:
            del values["before"]
        if model is MapChange:
            del values["shares"]
        if values and model is not AuditEvent:
            model._base_manager.filter(pk__in=ids[:1]).update(**values)
