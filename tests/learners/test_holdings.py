"""What is held about a learner: no model is forgotten, and each finds one learner's rows alone."""

import pytest
from django.apps import apps

from interventions.models import MapChange, MapExport, Placement
from learners import holdings
from learners.holdings import Disposal, declared
from learners.models import Contact, ImportRun, Learner, SenProvision
from tests.factories import GroupFactory, LearnerFactory, PlacementFactory, ProvisionFactory, SenProvisionFactory

DECLARED = {one.model: one for one in declared()}


def rows_of(model, learner):
    return list(DECLARED[model].rows(learner.pk))


def test_every_model_with_a_way_to_a_learner_is_declared():
    assert holdings.must_be_declared() - set(DECLARED) == set()


def test_every_model_with_personal_fields_is_declared_or_set_aside_with_a_reason():
    personal = {model for model in apps.get_models() if holdings.has_personal_fields(model)}

    assert personal - set(DECLARED) - set(holdings.aside()) == set()
    assert all(holdings.aside().values())


def test_the_way_to_a_learner_is_found_by_keys_bare_ids_and_history():
    names = {model.__name__ for model in holdings.must_be_declared()}

    assert {"Placement", "HistoricalPlacement", "Placement_shared_with", "HistoricalLearner", "AuditEvent"} <= names
    assert not names & {"Group", "Provision", "School", "User"}


def test_what_is_not_deleted_says_why():
    assert [one.title for one in declared() if one.disposal != Disposal.DELETE and not one.why] == []


@pytest.mark.django_db
def test_each_holding_finds_the_rows_of_one_learner_and_no_others():
    group = GroupFactory()
    one, other = (LearnerFactory(school=group.school, group=group) for _ in "ab")
    for learner in (one, other):
        SenProvisionFactory(learner=learner)
        Contact.objects.create(learner=learner, name="Ada Moss")
        PlacementFactory(learner=learner)

    for model in (Learner, SenProvision, Contact, Placement):
        assert {getattr(row, "learner_id", row.pk) for row in rows_of(model, one)} == {one.pk}
    assert {row.id for row in rows_of(Learner.history.model, one)} == {one.pk}


@pytest.mark.django_db
def test_a_provision_of_their_class_and_one_they_left_are_both_found():
    group = GroupFactory()
    learner = LearnerFactory(school=group.school, group=group)
    whole = ProvisionFactory(school=group.school, group=group, tier=1)
    past = PlacementFactory(learner=learner)
    past_id = past.provision
    past.delete()
    ProvisionFactory(school=group.school)

    assert rows_of(type(whole), learner) == [whole, past_id]


@pytest.mark.django_db
def test_an_import_without_them_keeps_the_others():
    one, other = LearnerFactory(), LearnerFactory()
    record = SenProvisionFactory(learner=one)
    before = {
        "added": [one.pk, other.pk], "changed": {str(one.pk): {"seen": 1, "old": {"surname": "Zqold"}}},
        "sen_opened": [record.pk], "sen_changed": {str(record.pk): {"note": "Zqnote"}}, "contacts": [], "groups": [5],
    }  # fmt: skip
    run = ImportRun.objects.create(school=one.school, state="applied", before=before)
    held = DECLARED[ImportRun]

    assert list(held.rows(one.pk)) == [run]
    assert held.rewritten(run, one.pk) == {
        "before": {"added": [other.pk], "changed": {}, "sen_opened": [], "sen_changed": {}, "contacts": [],
                   "groups": [5]}
    }  # fmt: skip
    assert held.part(run, one.pk)["before"]["changed"] == before["changed"]
    assert held.part(run, one.pk)["before"]["added"] == [one.pk]


@pytest.mark.django_db
def test_an_upload_on_its_way_is_abandoned():
    learner = LearnerFactory()
    run = ImportRun.objects.create(school=learner.school, upload=b"Zq", upload_name="Zq.csv")

    gone = DECLARED[ImportRun].rewritten(run, learner.pk)

    assert (gone["upload"], gone["upload_name"], gone["state"]) == (None, "", "abandoned")


@pytest.mark.django_db
def test_a_change_of_the_map_loses_their_shares_alone(senco):
    mine, theirs = (PlacementFactory(learner=LearnerFactory(school=senco.school)) for _ in "ab")
    shares = [[mine.pk, senco.pk], [theirs.pk, senco.pk]]
    change = MapChange.objects.create(school=senco.school, kind="bulk", words="Changed several", shares=shares)
    mine._change_reason = change.reason
    mine.save()

    assert rows_of(MapChange, mine.learner) == [change]
    assert DECLARED[MapChange].rewritten(change, mine.learner_id) == {"shares": [[theirs.pk, senco.pk]]}
    assert DECLARED[MapChange].part(change, mine.learner_id) == {"shares": [[mine.pk, senco.pk]]}


@pytest.mark.django_db
def test_prints_of_the_last_hour_are_theirs_as_long_as_they_hold_a_file():
    learner = LearnerFactory()
    held = MapExport.objects.create(school=learner.school, format="pdf", state="done", file=b"%PDF")
    MapExport.objects.create(school=learner.school, format="pdf", state="gone")

    assert rows_of(MapExport, learner) == [held]
    assert DECLARED[MapExport].rewritten(held, learner.pk)["file"] is None
