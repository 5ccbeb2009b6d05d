"""Everything held about a learner stands in both files: each declared model, each field (row 28 of the plan)."""

from __future__ import annotations

import json
import subprocess
from datetime import date, datetime
from io import BytesIO
from zipfile import ZipFile

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pypdf import PdfReader

from learners.holdings import declared
from learners.models import Contact, Grant, SenProvision
from provisionmap.school.models import TierLabel
from provisionmap.school.roles import Role
from reports.models import EarlierProvision, RecordExport
from reports.paper import archive_of
from reports.record import FORMAT, Value, sections_of, tree_of
from tests.factories import LearnerFactory, PlacementFactory, ProvisionFactory, member
from tests.factories.held import MAKERS, WORD, hold_everything, words_of

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=timezone.get_default_timezone())


def read_pdf(pdf, folder):
    """The words of a PDF, as another program reads them, without the spaces that lines and columns bring."""
    path = folder / "record.pdf"
    path.write_bytes(pdf)
    told = subprocess.run(["pdftotext", "-layout", path, "-"], check=True, capture_output=True, text=True)
    return "".join(told.stdout.split()).replace("\u200b", "")


def in_words(value):
    """A value as the printed record has it, without spaces."""
    if isinstance(value, datetime):
        local = timezone.localtime(value)
        return f"{local.day}{local:%B%Y,%H:%M:%S}"
    if isinstance(value, date):
        return f"{value.day}{value:%B%Y}"
    return value["said"] if isinstance(value, dict) else str(value)


def as_json(value):
    """A value as the JSON file has it."""
    if isinstance(value, datetime):
        return timezone.localtime(value).isoformat(timespec="seconds")
    if isinstance(value, dict):
        return value["said"]
    return value.isoformat() if isinstance(value, date) else str(value)


@pytest.fixture
def full(senco, clock):
    """A learner with something in every model."""
    learner = LearnerFactory(school=senco.school)
    hold_everything(learner, member(Role.TEACHING_ASSISTANT, senco.school, name="Wren Alder"))
    learner.refresh_from_db()
    return learner


def test_every_declared_model_has_a_maker():
    history = {model.history.model for model in MAKERS if hasattr(model, "history")}

    assert {one.model for one in declared()} - history == set(MAKERS)


def test_every_model_and_every_field_stands_in_the_file_for_programs(full):
    tree = json.loads(json.dumps(tree_of(full, sections_of(full), NOW)))

    assert (tree["format"], tree["version"], tree["learner"]) == (FORMAT, 1, full.pk)
    found = {section["model"]: section["rows"] for section in tree["sections"]}
    assert set(found) == {one.model._meta.label_lower for one in declared()}
    for one in declared():
        fields = [*one.model._meta.concrete_fields, *one.model._meta.many_to_many]
        for row in found[one.model._meta.label_lower]:
            assert set(row) - {"in_words"} == {field.name for field in fields}


def test_every_word_stands_in_both_files(full, tmp_path):
    with ZipFile(BytesIO(archive_of(RecordExport.objects.get(learner=full), NOW))) as archive:
        assert archive.namelist() == ["record.json", "record.pdf"]
        whole = archive.read("record.json").decode()
        printed = read_pdf(archive.read("record.pdf"), tmp_path)

    missing = []
    for one in declared():
        row = one.rows(full.pk).first()
        for name, value in words_of(one.model).items():
            if name in one.part(row, full.pk):
                continue
            missing += [f"{one.model._meta.label}.{name} in JSON"] * (as_json(value) not in whole)
            missing += [f"{one.model._meta.label}.{name} in PDF"] * (in_words(value).replace(" ", "") not in printed)
    assert missing == []
    assert f"{WORD}before" in whole
    assert f"{WORD}before" in printed


def test_other_people_are_marked_in_fields_and_in_what_was_written(senco):
    learner = LearnerFactory(school=senco.school, forename="Maya", surname="Okafor")
    LearnerFactory(school=senco.school, forename="Ben", surname="Reid")
    Contact.objects.create(learner=learner, name="Ada Okafor", phone="01632 960001", email="ada@home.example")
    SenProvision.objects.create(
        learner=learner, code="K", need_1="SPLD", starts=date(2025, 9, 1), note="Sits by Ben. Maya reads."
    )
    provision = ProvisionFactory(
        school=senco.school, responsible=senco, responsible_name="", note=f"{senco.name} knows"
    )
    PlacementFactory(learner=learner, provision=provision)

    rows = {one["model"]: one["rows"][0] for one in tree_of(learner, sections_of(learner), NOW)["sections"]}

    def other(name):
        return {"name": name, "third_party": True}

    assert rows["learners.contact"]["name"] == other("Ada Okafor")
    assert rows["learners.contact"]["phone"] == other("01632 960001")
    assert rows["learners.contact"]["email"] == other("ada@home.example")
    assert rows["learners.contact"]["relationship"] == ""
    assert rows["learners.senprovision"]["note"] == ["Sits by ", other("Ben"), ". Maya reads."]
    assert rows["learners.learner"]["surname"] == "Okafor"
    assert rows["interventions.provision"]["responsible"] == {"id": senco.pk, **other(senco.name)}
    assert rows["interventions.provision"]["responsible_name"] == ""
    assert rows["interventions.provision"]["note"] == [other(senco.name), " knows"]


def test_the_printed_record_says_what_to_do_with_marks_and_is_tagged(senco, tmp_path):
    learner = LearnerFactory(school=senco.school)
    Contact.objects.create(learner=learner, name="Ada <b>Moss</b>", relationship="<script>")
    export = RecordExport.objects.create(
        school=senco.school, learner=learner, by=senco, asked_by="Ada Moss", asked_on=date(2026, 11, 2)
    )

    with ZipFile(BytesIO(archive_of(export, NOW))) as archive:
        pdf = archive.read("record.pdf")

    words = read_pdf(pdf, tmp_path)
    assert "Beforethisishandedout" in words
    assert "[otherperson:Ada<b>Moss</b>]" in words
    assert "Askedforon2November2026" in words
    root = PdfReader(BytesIO(pdf)).trailer["/Root"]
    assert (root["/MarkInfo"]["/Marked"], root["/Lang"]) == (True, "en-GB")
    assert "/StructTreeRoot" in root


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("2026-11-23", "23 November 2026"),
        ("2026-02-31", "2026-02-31"),  # somebody typed it
        ("2026-11-23T10:00:00+00:00", "23 November 2026, 10:00:00"),
        ({"starts": [None, "2026-11-23"], "note": None}, "starts: –, 23 November 2026; note: –"),
        ({"value": "", "words": ""}, ""),
        (True, "yes"),
        ([], ""),
    ],
)
def test_a_value_as_people_read_it(value, words):
    assert "".join(Value("field", "Field", value).pieces) == words


def test_of_staff_from_an_earlier_school_the_name_is_marked(senco):
    learner = LearnerFactory(school=senco.school)
    EarlierProvision.objects.create(
        learner=learner, school="Elm", name="Club", tier=2, tier_name="Wave 2", area="cognition",
        starts=date(2025, 9, 1), staff=[{"name": "Ann Wren", "role": "Teacher"}, {"name": senco.name, "role": "SENCO"}],
    )  # fmt: skip

    rows = {one["model"]: one["rows"][0] for one in tree_of(learner, sections_of(learner), NOW)["sections"]}

    assert rows["reports.earlierprovision"]["staff"] == [
        {"name": {"name": "Ann Wren", "third_party": True}, "role": "Teacher"},
        {"name": {"name": senco.name, "third_party": True}, "role": "SENCO"},
    ]


def test_nothing_of_another_learner_is_taken_along(full, senco):
    other = LearnerFactory(school=senco.school, surname="Zzother")
    hold_everything(other, senco, "Y")
    mine = json.dumps(tree_of(full, sections_of(full), NOW))

    for one in declared():
        rows = one.rows(full.pk)
        for field in one.model._meta.concrete_fields:
            if field.attname == "learner_id":
                assert set(rows.values_list("learner_id", flat=True)) == {full.pk}
    assert f'"learner": {other.pk}' not in mine


def test_the_number_of_queries_does_not_grow_with_the_rows(senco):
    learner = LearnerFactory(school=senco.school)
    counts = []
    for rows in (1, 29):
        for _ in range(rows):
            Contact.objects.create(learner=learner, name="Ada Moss")
            PlacementFactory(learner=learner).shared_with.add(senco)
        with CaptureQueriesContext(connection) as asked:
            sections_of(learner)
        counts.append(len(asked))

    assert counts[0] == counts[1]


def test_what_people_read_has_plain_words_and_the_schools_own_tiers(senco):
    TierLabel.objects.create(school=senco.school, code=2, label="Wave Two", starts=date(2020, 1, 1))
    learner = LearnerFactory(school=senco.school)
    PlacementFactory(learner=learner, provision=ProvisionFactory(school=senco.school, tier=2))
    Grant.ever.create(
        content_object=learner, user=senco, source="shared", starts=date(2026, 9, 1), ends=date(2026, 9, 30)
    )
    EarlierProvision.objects.create(
        learner=learner, tier=2, tier_name="Targeted", area="cognition", starts=date(2024, 9, 2), name="A", school="B"
    )

    read = [(value.label, "".join(map(str, value.pieces))) for one in sections_of(learner) for row in one.rows
            for value in row]  # fmt: skip

    labels = {label for label, _ in read}
    assert not labels & {"content object", "permission", "history change reason", "history type", "ID", "user id"}
    assert ("what they may do", "sees the record") in read
    assert {words for label, words in read if label == "tier"} == {"Wave Two", "Tier 2"}
