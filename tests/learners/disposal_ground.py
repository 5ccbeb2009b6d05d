"""A leaver with a word of their own in every field of text, in every record that is theirs, in every version of it."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime
from itertools import count
from typing import Any
from uuid import uuid4

from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.db import connection, models

from interventions.models import Answer, Deliverer, Entry, MapChange, MapExport, MapImport, Trip
from learners.holdings import Disposal, declared
from learners.models import Contact, Grant, Hold, ImportRun, Learner, Passport, SenProvision
from learners.reading.kept import pack
from learners.reading.sheet import Sheet
from provisionmap.school import audit
from provisionmap.school.models import School, User
from reports.models import Arrival, EarlierProvision, RecordExport, Transfer
from tests.factories import AttendanceFactory, LearnerFactory, PlacementFactory, ProvisionFactory, SessionFactory

BORN, LEFT = date(1990, 5, 17), date(2006, 7, 20)
NAME = {"surname": "Zqokafor", "forename": "Zqmaya", "preferred_name": "Zqmay", "middle_names": "Zqmiddle"}
NUMBERS = {"upn": "Z801200001001", "former_upn": "Z801200001002"}
AT = datetime(2006, 1, 9, 12, tzinfo=UTC)
_number = count(1)


def told(row: Any) -> Any:
    """`row` with a word of its own in every field of text that is empty, saved, and then with another one again.

    The earlier words stand in its history, where it has one.
    """
    for _ in "ab":
        for field in row._meta.concrete_fields:
            text = isinstance(field, models.CharField | models.TextField) and not field.choices
            if text and (not getattr(row, field.name) or str(getattr(row, field.name)).startswith("Zqword")):
                setattr(row, field.name, f"Zqword{next(_number)}"[: field.max_length])
        row.save()
    return row


def leaver(school: School, **details: Any) -> Learner:
    """Somebody whose record is due, under an earlier name as well."""
    learner = LearnerFactory(
        school=school, date_of_birth=BORN, joined=date(2000, 9, 1), left=LEFT, **{**NAME, **NUMBERS, **details}
    )
    learner.surname, before = "Zqearlier", learner.surname
    learner.save()
    learner.surname = before
    learner.save()
    return learner


def filled(learner: Learner, by: User) -> None:
    """A row of each model that is the learner's."""
    told(SenProvision(learner=learner, code="N", starts=date(2000, 9, 1)))  # a note alone is text without a list
    SenProvision.objects.filter(learner=learner).update(code="K", need_1="SPLD")
    told(Passport(learner=learner))
    told(Contact(learner=learner))
    told(Grant(content_object=learner, user=by, source="shared", starts=LEFT, ends=LEFT))
    told(Hold(learner=learner, since=LEFT, lifted=LEFT, by=by))
    earlier = {"tier": 2, "area": "cognition", "starts": LEFT, "staff": [{"name": "Zqword", "role": "ta"}]}
    told(EarlierProvision(learner=learner, **earlier))
    told(RecordExport(school=learner.school, learner=learner, by=by, asked_on=LEFT, file=b"Zqokafor"))
    told(Transfer(learner=learner, by=by))
    told(Arrival(school=learner.school, learner=learner, by=by, upload=b"Zqokafor"))
    gone = PlacementFactory(learner=learner, starts=date(2004, 9, 1), ends=LEFT)
    kept = told(PlacementFactory(learner=learner, provision=gone.provision, starts=date(2005, 9, 1), ends=LEFT))
    kept.shared_with.add(by)
    trip = Trip.objects.create(school=learner.school, name="Museum", starts=LEFT, ends=LEFT)
    trip.learners.add(learner)
    session = SessionFactory(provision=kept.provision, slot=None, on=date(2006, 1, 9), note="Zqokafor read aloud")
    told(AttendanceFactory(placement=kept, session=session, engagement=4))
    heard = {"learners": {str(kept.pk): {"note": "Zqokafor was tired"}}, "note": "Zqmaya sang"}
    Entry.objects.create(school=learner.school, session=session, client=uuid4(), said=heard, by=by, made_at=AT, at=AT)
    Answer.objects.create(school=learner.school, session=session, by=by, at=AT, text="Zqokafor was tired in class too")
    change = MapChange.objects.create(
        school=learner.school, by=by, kind="bulk", words="Removed 1 placement", shares=[[gone.pk, by.pk], [0, by.pk]]
    )
    gone.outcome, gone._change_reason = "Zqgone", change.reason
    gone.save()
    gone.delete()


def traces(learner: Learner, by: User) -> None:
    """What others' records and the product itself keep of the learner."""
    school, whole = learner.school, f"{learner.forename} {learner.surname}"
    told_by_name = ProvisionFactory(school=school, note=f"Begun for {whole}")
    told_by_name.note = f"Now for {learner.surname}, {learner.preferred_name} and UPN {learner.upn}"
    told_by_name.save()
    Deliverer.objects.create(provision=told_by_name, name="Jo Marsh")
    before = {
        "added": [learner.pk], "changed": {str(learner.pk): {"seen": 1, "old": {"surname": "Zqundo"}}},
        "groups": [], "contacts": [], "sen_opened": [], "sen_changed": {},
    }  # fmt: skip
    ImportRun.objects.create(school=school, state="applied", before=before)
    sheet = Sheet("", "csv", ["Surname"], 1, [(2, [learner.surname])])
    waiting = {"school": school, "upload": pack(sheet), "upload_name": "Zqokafor.csv", "decisions": {"who": {}}}
    ImportRun.objects.create(**waiting)
    MapImport.objects.create(**waiting)
    MapExport.objects.create(
        school=school, by=by, format="pdf", state="done", file=b"Zqokafor", text="Zqokafor", reason=f"About {whole}"
    )
    session = SessionStore()
    session["message"] = f"{whole} is saved."
    session.create()
    audit.record("learner.change", by=by, target=learner, old={"surname": "Zqold"}, new={"surname": learner.surname})


def neighbour(school: School, by: User) -> Learner:
    """Another leaver of the same day, with a row of each model too, of whom nothing may change."""
    other = LearnerFactory(
        school=school, date_of_birth=BORN, joined=date(2000, 9, 1), left=LEFT, surname="Brook", forename="Tomos"
    )
    SenProvision.objects.create(learner=other, code="K", need_1="MLD", starts=date(2000, 9, 1), note="Sits with Ada")
    Passport.objects.create(learner=other, helps="Cream paper")
    Contact.objects.create(learner=other, name="Ada Brook")
    Grant.ever.create(content_object=other, user=by, source="shared", starts=LEFT, ends=LEFT, reason="Speech")
    Transfer.objects.create(learner=other, by=by, to="Elmfield")
    placement = PlacementFactory(learner=other, starts=date(2005, 9, 1), ends=LEFT)
    placement.shared_with.add(by)
    AttendanceFactory(placement=placement, session__slot=None, note="Reads well", engagement=5)
    Trip.objects.create(school=school, name="Farm", starts=LEFT, ends=LEFT).learners.add(other)
    placement.outcome = "Reads 60 words"
    placement.save()
    return other


def everything() -> dict[str, list[str]]:
    """Every cell of every table of the database, by table and column, as text; sessions as they read."""
    found: dict[str, list[str]] = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            names = [column[0] for column in cursor.description]
            for row in cursor.fetchall():
                for name, value in zip(names, row, strict=True):
                    found.setdefault(f"{table}.{name}", []).append(said(value))
    found["sessions"] = [str(one.get_decoded()) for one in Session.objects.all()]
    return found


def said(value: Any) -> str:
    """A cell as text, whatever the database gives."""
    raw = isinstance(value, bytes | memoryview)
    return bytes(value).decode("utf-8", "replace") if raw else str(value)


def with_word(cells: dict[str, list[str]], words: list[str]) -> list[str]:
    """The columns in which one of `words` stands."""
    return sorted(name for name, values in cells.items() if any(word in value for value in values for word in words))


def checksums(learner: Learner) -> dict[str, str]:
    """Of every row that is this learner's, by model."""
    found = {}
    for one in declared():
        if one.disposal == Disposal.DELETE:
            rows = list(one.rows(learner.pk).values_list())
            found[one.model.__name__] = hashlib.sha256(repr(rows).encode()).hexdigest() if rows else ""
    return found


def world(school: School, by: User) -> tuple[Learner, Learner]:
    """The leaver with their traces, and the neighbour."""
    learner = leaver(school)
    filled(learner, by)
    traces(learner, by)
    return learner, neighbour(school, by)
