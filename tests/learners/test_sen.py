"""Dated SEN provision: changing it, correcting it, and the census's rules beside the fields."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from learners.actions.sen import change_sen, correct_sen
from learners.forms.sen import SenForm
from learners.models import Learner, SenProvision
from provisionmap.school.access import NotAllowed
from provisionmap.school.models import AuditEvent
from provisionmap.school.roles import Role
from provisionmap.school.stale import Stale
from tests.factories import LearnerFactory, SenProvisionFactory, member

AUTUMN = date(2026, 9, 7)


@pytest.fixture
def maya(senco):
    """A learner of the SENCO's school."""
    return LearnerFactory(school=senco.school, forename="Maya", surname="Okafor")


def spans(learner):
    """A learner's records as (code, from, to), oldest first."""
    return list(learner.sen_provisions.order_by("starts").values_list("code", "starts", "ends"))


def test_the_first_record_opens(senco, maya):
    record = change_sen(learner=maya, code="K", needs=["SPLD", "SLCN"], starts=AUTUMN, seen=1, by=senco)

    assert record.needs == ["SPLD", "SLCN"]
    assert spans(maya) == [("K", AUTUMN, None)]
    event = AuditEvent.objects.get()
    assert (event.verb, event.school_id, event.changes["code"]) == ("sen.open", senco.school.pk, None)
    assert event.changes["starts"] == [None, "2026-09-07"]


def test_a_change_closes_the_open_record_the_day_before(senco, maya):
    SenProvisionFactory(learner=maya, starts=date(2025, 10, 1))

    change_sen(learner=maya, code="E", needs=["ASD"], starts=AUTUMN, seen=1, by=senco)

    assert spans(maya) == [("K", date(2025, 10, 1), date(2026, 9, 6)), ("E", AUTUMN, None)]
    assert [event.verb for event in AuditEvent.objects.order_by("pk")] == ["sen.close", "sen.open"]


def test_a_change_on_the_day_the_current_record_began_is_refused(senco, maya):
    SenProvisionFactory(learner=maya, starts=AUTUMN)

    with pytest.raises(ValidationError, match="The current record began on 07/09/2026"):
        change_sen(learner=maya, code="E", needs=["ASD"], starts=AUTUMN, seen=1, by=senco)

    assert spans(maya) == [("K", AUTUMN, None)]
    maya.refresh_from_db()
    assert maya.version == 1


def test_a_change_inside_a_closed_record_is_refused(senco, maya):
    SenProvisionFactory(learner=maya, starts=date(2025, 10, 1), ends=AUTUMN)

    with pytest.raises(ValidationError, match="The record before ended on 07/09/2026"):
        change_sen(learner=maya, code="K", needs=["ASD"], starts=AUTUMN, seen=1, by=senco)


def test_a_change_after_a_closed_record_leaves_the_gap_alone(senco, maya):
    SenProvisionFactory(learner=maya, starts=date(2025, 1, 1), ends=date(2025, 2, 1))

    change_sen(learner=maya, code="N", needs=[], starts=AUTUMN, seen=1, by=senco)

    assert spans(maya) == [("K", date(2025, 1, 1), date(2025, 2, 1)), ("N", AUTUMN, None)]


def test_the_action_holds_the_census_rules_too(senco, maya):
    with pytest.raises(ValidationError, match="at least one type of need"):
        change_sen(learner=maya, code="K", needs=[], starts=AUTUMN, seen=1, by=senco)

    change_sen(learner=maya, code="K", needs=[], starts=AUTUMN, seen=1, by=senco, types_awaited=True)
    assert SenProvision.objects.get().types_awaited


def test_a_correction_rewrites_the_current_record(senco, maya):
    record = SenProvisionFactory(learner=maya, need_1="SPLD", starts=AUTUMN)

    saved = correct_sen(record=record, code="K", needs=["MLD"], starts=date(2026, 9, 8), seen=1, by=senco, note="n")

    assert (saved.needs, saved.note) == (["MLD"], "n")
    assert spans(maya) == [("K", date(2026, 9, 8), None)]
    assert AuditEvent.objects.get().changes == {"need_1": None, "note": None, "starts": ["2026-09-07", "2026-09-08"]}


def test_a_corrected_start_moves_the_end_of_the_record_that_led_up_to_it(senco, maya):
    SenProvisionFactory(learner=maya, starts=date(2025, 10, 1), ends=date(2026, 9, 6))
    record = SenProvisionFactory(learner=maya, code="E", need_1="ASD", starts=AUTUMN)

    correct_sen(record=record, code="E", needs=["ASD"], starts=date(2026, 9, 1), seen=1, by=senco)

    assert spans(maya) == [("K", date(2025, 10, 1), date(2026, 8, 31)), ("E", date(2026, 9, 1), None)]


@pytest.mark.parametrize("ends", [date(2026, 9, 6), date(2026, 8, 1)])
def test_a_corrected_start_before_the_earlier_record_is_refused(senco, maya, ends):
    SenProvisionFactory(learner=maya, starts=date(2025, 10, 1), ends=ends)
    record = SenProvisionFactory(learner=maya, code="E", need_1="ASD", starts=AUTUMN)

    with pytest.raises(ValidationError, match="The record before ended on"):
        correct_sen(record=record, code="E", needs=["ASD"], starts=date(2025, 9, 1), seen=1, by=senco)


def test_somebody_elses_save_is_noticed(senco, maya):
    record = SenProvisionFactory(learner=maya)
    Learner.objects.update(version=2)

    with pytest.raises(Stale):
        change_sen(learner=maya, code="E", needs=["ASD"], starts=AUTUMN, seen=1, by=senco)
    with pytest.raises(Stale):
        correct_sen(record=record, code="E", needs=["ASD"], starts=AUTUMN, seen=1, by=senco)


def test_a_teacher_does_not_change_sen_provision(db):
    teacher = member(Role.CLASS_TEACHER)
    learner = LearnerFactory(school=teacher.school)

    with pytest.raises(NotAllowed):
        change_sen(learner=learner, code="N", needs=[], starts=AUTUMN, seen=1, by=teacher)


@pytest.mark.parametrize(
    ("sent", "field", "sentence"),
    [
        ({"code": "K"}, "need_1", "at least one type of need"),
        ({"code": "N", "need_1": "SPLD"}, "need_1", "has no type of need"),
        ({"code": "K", "need_1": "SPLD", "need_2": "SPLD"}, "need_2", "stands twice"),
        ({"code": "E", "need_1": "SPLD", "need_2": "NSA"}, "need_2", "NSA is for SEN support"),
        ({"code": "K", "need_2": "SPLD"}, "need_1", "Fill this one first"),
        ({"code": "K", "need_1": "SPLD", "need_3": "ASD"}, "need_2", "Fill this one first"),
        ({"code": "S", "need_1": "SPLD"}, "code", "Select a valid choice"),
        ({"code": "K", "need_1": "SPLD", "starts": "2026-11-24"}, "starts", "Choose today or an earlier day"),
    ],
)
def test_each_census_rule_is_said_beside_its_field(sent, field, sentence):
    form = SenForm({"seen": 1, "starts": "2026-11-23", **sent}, today=date(2026, 11, 23), notes=True)

    assert not form.is_valid()
    assert sentence in " ".join(form.errors[field])


def test_the_pages_save_a_change_and_a_correction(client, senco, maya):
    change = reverse("learners:sen-change", args=[maya.pk])
    correct = reverse("learners:sen-correct", args=[maya.pk])
    assert "Set the SEN provision" in client.get(change).text
    assert client.get(correct).status_code == 404

    client.post(change, {"code": "K", "need_1": "SPLD", "starts": "2026-09-07", "note": "Agreed", "seen": 1})
    assert "closes the day before" in client.get(change).text
    assert client.get(correct).context["form"]["note"].value() == "Agreed"
    client.post(correct, {"code": "K", "need_1": "MLD", "starts": "2026-09-08", "note": "", "seen": 2})

    record = SenProvision.objects.get()
    assert (record.need_1, record.note, record.starts) == ("MLD", "", date(2026, 9, 8))


def test_a_refused_date_is_said_beside_the_date(client, senco, maya):
    SenProvisionFactory(learner=maya, starts=AUTUMN)

    answer = client.post(
        reverse("learners:sen-change", args=[maya.pk]),
        {"code": "E", "need_1": "ASD", "starts": "2026-09-07", "seen": 1},
    )

    assert answer.status_code == 422
    assert "The current record began on 07/09/2026" in answer.context["form"].errors["starts"][0]


def test_two_people_see_both_versions(client, senco, maya):
    address = reverse("learners:sen-change", args=[maya.pk])
    sent = {"code": "E", "need_1": "ASD", "starts": "2026-11-01", "seen": 1}
    change_sen(learner=maya, code="K", needs=["SEMH"], starts=AUTUMN, seen=1, by=senco)

    clash = client.post(address, sent)

    assert clash.status_code == 409
    assert "Social, emotional and mental health" in clash.text
    assert (clash.context["form"]["seen"].value(), clash.context["form"]["code"].value()) == (2, "E")
    client.post(address, sent | {"seen": 2})
    assert [code for code, _, _ in spans(maya)] == ["K", "E"]


def test_a_clash_where_nothing_is_in_force_says_so(client, senco, maya):
    Learner.objects.update(version=2)

    clash = client.post(
        reverse("learners:sen-change", args=[maya.pk]),
        {"code": "E", "need_1": "ASD", "starts": "2026-11-01", "seen": 1},
    )

    assert "In force now: nothing" in clash.text


def test_an_administrator_neither_reads_nor_overwrites_the_note(client, db):
    administrator = member(Role.ADMINISTRATOR)
    learner = LearnerFactory(school=administrator.school)
    SenProvisionFactory(learner=learner, note="Agreed after a hard meeting")
    client.force_login(administrator)
    correct = reverse("learners:sen-correct", args=[learner.pk])

    assert "hard meeting" not in client.get(correct).text
    client.post(correct, {"code": "K", "need_1": "MLD", "starts": "2025-10-01", "note": "mine", "seen": 1})

    record = SenProvision.objects.get()
    assert (record.need_1, record.note) == ("MLD", "Agreed after a hard meeting")
