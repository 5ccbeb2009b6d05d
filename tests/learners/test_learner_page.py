"""One learner's page: what it shows to whom, editing, leaving, contacts."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from learners import panels
from learners.actions import contacts as contact_actions
from learners.actions import learners as actions
from learners.models import Contact, Learner
from provisionmap.school.access import NotAllowed
from provisionmap.school.models import AuditEvent
from provisionmap.school.roles import Role
from provisionmap.school.stale import Stale
from tests.factories import GroupFactory, LearnerFactory, SchoolFactory, SenProvisionFactory, member


def page(learner, name="learner"):
    """The address of one of a learner's pages."""
    return reverse(f"learners:{name}", args=[learner.pk])


def form_of(client, address):
    """What a browser would send back unchanged from the form at `address`."""
    form = client.get(address).context["form"]
    sent = {}
    for field in form:
        value = field.value()
        if isinstance(value, date):
            value = value.isoformat()
        if value not in (None, "", False):
            sent[field.html_name] = value
        if field.field.show_hidden_initial:
            sent[field.html_initial_name] = "" if value is None else str(value)
    return sent


@pytest.fixture
def maya(senco):
    """A learner of the SENCO's school."""
    return LearnerFactory(school=senco.school, forename="Maya", surname="Okafor", upn="G801200001012")


def test_the_page_shows_who_the_learner_is(client, senco, maya):
    SenProvisionFactory(learner=maya, code="K", need_1="SPLD")

    answer = client.get(page(maya))

    assert "<h1>Maya Okafor</h1>" in answer.text
    assert "8 years 10 months old" in answer.text
    assert "Specific learning difficulty" in answer.text
    assert [panel.name for panel in answer.context["panels"]][:4] == ["sen", "provision", "sessions", "passport"]


@pytest.mark.parametrize("name", ["learner", "edit", "leave", "return", "sen-change", "contact-add", "passport"])
def test_a_learner_of_another_school_does_not_exist(client, senco, name):
    assert client.get(page(LearnerFactory(), name)).status_code == 404


def test_a_teaching_assistant_opens_only_learners_they_were_granted(client, db):
    assistant = member(Role.TEACHING_ASSISTANT)
    shared, hidden = LearnerFactory(school=assistant.school), LearnerFactory(school=assistant.school)
    shared.grants.create(user=assistant, source="provision:1", starts="2026-09-01")
    client.force_login(assistant)

    assert client.get(page(shared)).status_code == 200
    assert client.get(page(hidden)).status_code == 404
    assert client.get(page(shared, "edit")).status_code == 403


@pytest.mark.parametrize("rows", [1, 30])
def test_the_number_of_queries_does_not_grow_with_the_rows(
    client, senco, maya, rows, django_assert_num_queries, monkeypatch
):
    own = {name: panels._entries[name] for name in ("sen", "passport", "flags", "contacts", "details")}
    monkeypatch.setattr(panels, "_entries", own)
    for number in range(rows):
        Contact.objects.create(learner=maya, name=f"Adult {number}")
        year = 1990 + number
        SenProvisionFactory(learner=maya, starts=date(year, 1, 1), ends=date(year, 12, 31), note="n")

    client.get(page(maya))
    with django_assert_num_queries(7):
        client.get(page(maya))


def test_an_edit_saves_only_what_was_changed(client, senco, maya):
    sent = form_of(client, page(maya, "edit")) | {"preferred_name": "May", "eal": "on"}

    answer = client.post(page(maya, "edit"), sent)

    assert answer.headers["Location"] == page(maya)
    maya.refresh_from_db()
    assert (maya.preferred_name, maya.eal, maya.version) == ("May", True, 2)
    event = AuditEvent.objects.get()
    assert (event.verb, event.changes) == ("learner.change", {"preferred_name": None, "eal": None})


def test_an_unchanged_form_writes_nothing(client, senco, maya):
    client.post(page(maya, "edit"), form_of(client, page(maya, "edit")))

    maya.refresh_from_db()
    assert maya.version == 1
    assert not AuditEvent.objects.exists()


def test_two_people_on_one_field_choose_between_both_values(client, senco, maya):
    sent = form_of(client, page(maya, "edit")) | {"surname": "Okafor-Reid", "nc_year": "5"}
    changes = {"surname": "Reid", "eal": True, "sex": "F", "date_of_birth": date(2018, 2, 1)}
    actions.change_learner(learner=maya, changes=changes, seen=1, by=senco)

    clash = client.post(page(maya, "edit"), sent)

    assert clash.status_code == 409
    assert "You typed: Okafor-Reid" in clash.text
    assert "It is now: Reid" in clash.text
    assert [row["name"] for row in clash.context["clashes"]] == ["surname"]

    again = sent | {"seen": clash.context["form"]["seen"].value(), "keep-surname": "theirs"}
    client.post(page(maya, "edit"), again)

    maya.refresh_from_db()
    assert (maya.surname, maya.nc_year, maya.eal) == ("Reid", "5", True)


def test_two_people_on_different_fields_do_not_disturb_each_other(client, senco, maya):
    sent = form_of(client, page(maya, "edit")) | {"nc_year": "5"}
    actions.change_learner(learner=maya, changes={"eal": True}, seen=1, by=senco)

    assert client.post(page(maya, "edit"), sent).status_code == 302
    maya.refresh_from_db()
    assert (maya.nc_year, maya.eal) == ("5", True)


def test_every_kind_of_value_is_said_in_words_when_it_clashes(client, senco, maya):
    mine, theirs = GroupFactory(school=senco.school, name="Robin"), GroupFactory(school=senco.school, name="Wren")
    changed = {"eal": "on", "date_of_birth": "2018-03-01", "nc_year": "5", "group": mine.pk, "joined": "2023-01-01"}
    sent = form_of(client, page(maya, "edit")) | changed
    Learner.objects.update(date_of_birth=date(2018, 2, 1), nc_year="3", group=theirs, joined=None, version=2)

    clash = client.post(page(maya, "edit"), sent)

    said = {row["name"]: (row["typed"], row["now"]) for row in clash.context["clashes"]}
    assert said == {
        "date_of_birth": ("01/03/2018", "01/02/2018"),
        "nc_year": ("Year 5", "Year 3"),
        "group": ("Robin", "Wren"),
        "joined": ("01/01/2023", "nothing"),
    }


def test_a_flag_that_clashes_is_said_as_yes_or_no(client, senco, maya):
    sent = form_of(client, page(maya, "edit")) | {"initial-eal": "", "eal": "on"}
    form = client.post(page(maya, "edit"), sent | {"surname": ""}).context["form"]

    assert (form._words("eal", True), form._words("eal", False)) == ("Yes", "No")


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("upn", "123", "A UPN has 13 letters and digits"),
        ("former_upn", "A" * 14, "A UPN has 13 letters and digits"),
        ("date_of_birth", "1950-01-01", "Check the year of birth"),
        ("date_of_birth", "2026-12-01", "cannot lie in the future"),
        ("surname", "", "required"),
    ],
)
def test_a_form_that_cannot_be_right_says_so_beside_the_field(client, senco, maya, field, value, sentence):
    answer = client.post(page(maya, "edit"), form_of(client, page(maya, "edit")) | {field: value})

    assert answer.status_code == 422
    assert sentence in " ".join(answer.context["form"].errors[field])


def test_the_groups_to_choose_from_are_the_schools_own(client, senco, maya):
    other = GroupFactory()

    answer = client.post(page(maya, "edit"), form_of(client, page(maya, "edit")) | {"group": other.pk})

    assert answer.status_code == 422


def test_a_upn_of_another_learner_is_refused_on_edit(client, senco, maya):
    LearnerFactory(school=senco.school, forename="Tomos", surname="Reid", upn="H801200001013")

    answer = client.post(page(maya, "edit"), form_of(client, page(maya, "edit")) | {"upn": "h8012 00001013"})

    assert answer.status_code == 422
    assert "This is the UPN of Tomos Reid: check both in the MIS" in answer.text


def test_the_same_upn_at_another_school_is_no_matter(client, senco, maya):
    LearnerFactory(upn="H801200001013")

    client.post(page(maya, "edit"), form_of(client, page(maya, "edit")) | {"upn": "H801200001013"})

    maya.refresh_from_db()
    assert maya.upn == "H801200001013"


def test_a_learner_is_added_by_hand(client, senco):
    sent = {"forename": "Ada", "surname": "Moss", "upn": "X801200001012", "pupil_premium": "on"}

    answer = client.post(reverse("learners:add"), sent, follow=True)

    ada = Learner.objects.get()
    assert (ada.name, ada.school, ada.pupil_premium) == ("Ada Moss", senco.school, True)
    assert "The check letter should be" in answer.text
    assert AuditEvent.objects.get().verb == "learner.add"


def test_a_upn_of_another_learner_is_refused_on_adding(client, senco, maya):
    answer = client.post(reverse("learners:add"), {"forename": "A", "surname": "B", "upn": maya.upn})

    assert answer.status_code == 422
    assert Learner.objects.count() == 1
    assert (
        "This is the UPN of Maya Okafor"
        in client.post(reverse("learners:add"), {"forename": "A", "surname": "B", "upn": maya.upn}).text
    )


def test_the_adding_form_opens_empty(client, senco):
    assert "Add the learner" in client.get(reverse("learners:add")).text


def test_a_learner_nobody_may_name_stays_unnamed_when_their_upn_is_taken(db):
    teacher = member(Role.CLASS_TEACHER)
    LearnerFactory(school=teacher.school, surname="Secret", upn="G801200001012")

    with pytest.raises(actions.UpnTaken, match=r"^Another learner of the school has this UPN") as refusal:
        actions.check_upn_free(school=teacher.school, upn="G801200001012", by=teacher)

    assert "Secret" not in str(refusal.value)


def test_actions_refuse_those_whose_role_does_not_include_it(db):
    teacher = member(Role.CLASS_TEACHER)
    learner = LearnerFactory(school=teacher.school)

    with pytest.raises(NotAllowed, match="does not include changing learners"):
        actions.change_learner(learner=learner, changes={"surname": "X"}, seen=1, by=teacher)
    with pytest.raises(NotAllowed):
        actions.add_learner(school=SchoolFactory(), values={"surname": "X", "forename": "Y"}, by=teacher)


def test_actions_write_nothing_but_details(senco, maya):
    with pytest.raises(ValueError, match="not a detail of a learner: school"):
        actions.change_learner(learner=maya, changes={"school": SchoolFactory()}, seen=1, by=senco)


def test_a_learner_marked_as_left_leaves_the_register_and_comes_back(client, senco, maya):
    assert "Mark Maya Okafor as left" in client.get(page(maya, "leave")).text

    client.post(page(maya, "leave"), {"left": "2026-11-20", "seen": 1})

    assert f"learner-{maya.pk}" not in client.get(reverse("learners:register")).text
    assert "Last day at the school: 20 November 2026" in client.get(page(maya)).text

    client.post(page(maya, "return"), {"seen": 2})

    maya.refresh_from_db()
    assert (maya.left, maya.version) == (None, 3)
    assert [event.verb for event in AuditEvent.objects.order_by("pk")] == ["learner.leave", "learner.return"]
    assert AuditEvent.objects.last().changes == {"left": [None, "2026-11-20"]}


def test_nobody_leaves_before_they_joined(client, senco, maya):
    answer = client.post(page(maya, "leave"), {"left": "2022-08-31", "seen": 1})

    assert answer.status_code == 422
    assert "They joined on 01/09/2022" in answer.text


def test_leaving_and_coming_back_notice_another_save(client, senco, maya):
    Learner.objects.update(version=5)

    answer = client.post(page(maya, "leave"), {"left": "2026-11-20", "seen": 1})
    back = client.post(page(maya, "return"), {"seen": 1}, follow=True)

    assert (answer.status_code, answer.context["form"]["seen"].value()) == (409, 5)
    assert "Somebody else changed this learner" in back.text
    assert client.post(page(maya, "return"), {}).status_code == 302


def test_a_last_day_before_the_first_is_refused_by_the_action_too(senco, maya):
    with pytest.raises(ValidationError):
        actions.mark_left(learner=maya, left=date(2020, 1, 1), seen=1, by=senco)

    maya.refresh_from_db()
    assert (maya.left, maya.version) == (None, 1)


def test_contacts_are_added_changed_and_removed(client, senco, maya):
    add = page(maya, "contact-add")
    assert client.get(add).context["form"]["priority"].value() == 1
    client.post(add, {"name": "Ngozi Okafor", "relationship": "Mother", "priority": 1, "seen": 1})
    contact = Contact.objects.get()
    one = reverse("learners:contact-edit", args=[maya.pk, contact.pk])
    assert client.get(one).context["form"]["name"].value() == "Ngozi Okafor"
    client.post(one, {"name": "Ngozi Okafor", "phone": "01632 960001", "priority": 1, "seen": 1})
    contact.refresh_from_db()
    assert (contact.phone, contact.relationship) == ("01632 960001", "")

    remove = reverse("learners:contact-remove", args=[maya.pk, contact.pk])
    assert "Remove Ngozi Okafor?" in client.get(remove).text
    assert client.post(remove, {"seen": 2}).url == reverse("learners:learner", args=[maya.pk])

    assert not Contact.objects.exists()
    verbs = [event.verb for event in AuditEvent.objects.order_by("pk")]
    assert verbs == ["contact.add", "contact.change", "contact.remove"]
    assert set(AuditEvent.objects.values_list("school_id", flat=True)) == {senco.school.pk}


def test_a_contact_changed_meanwhile_is_asked_about_again(client, senco, maya):
    contact = Contact.objects.create(learner=maya, name="Ngozi")
    contact_actions.change_contact(contact=contact, changes={"name": "Ngozi Okafor"}, seen=1, by=senco)
    remove = reverse("learners:contact-remove", args=[maya.pk, contact.pk])

    clash = client.post(remove, {"seen": 1})

    assert (clash.status_code, Contact.objects.count()) == (409, 1)
    assert "Remove Ngozi Okafor?" in clash.text
    assert 'name="seen" value="2"' in clash.text
    assert client.post(remove, {"seen": 2}).status_code == 302
    assert not Contact.objects.exists()


def test_a_contact_that_somebody_else_removed_is_stale_not_a_crash(senco, maya):
    contact = Contact.objects.create(learner=maya, name="Ngozi")
    contact_actions.remove_contact(contact=Contact.objects.get(), seen=1, by=senco)

    with pytest.raises(Stale) as clash:
        contact_actions.remove_contact(contact=contact, seen=1, by=senco)

    assert clash.value.current == contact


def test_a_contact_is_only_found_under_its_own_learner(client, senco, maya):
    other = Contact.objects.create(learner=LearnerFactory(school=senco.school), name="Elsewhere")

    assert client.get(reverse("learners:contact-edit", args=[maya.pk, other.pk])).status_code == 404
    assert client.post(reverse("learners:contact-remove", args=[maya.pk, other.pk])).status_code == 404


def test_two_people_on_one_contact_see_both_versions(client, senco, maya):
    contact = Contact.objects.create(learner=maya, name="Ngozi", phone="1")
    contact_actions.change_contact(contact=contact, changes={"phone": "2"}, seen=1, by=senco)
    one = reverse("learners:contact-edit", args=[maya.pk, contact.pk])

    clash = client.post(one, {"name": "Ngozi", "phone": "3", "priority": 1, "seen": 1})

    assert clash.status_code == 409
    assert "Ngozi, no relationship, 2, no e-mail" in clash.text
    assert client.post(one, {"name": "", "priority": 1, "seen": 2}).status_code == 422
    with pytest.raises(Stale):
        contact_actions.change_contact(contact=contact, changes={"phone": "3"}, seen=1, by=senco)
    contact.refresh_from_db()
    assert contact.phone == "2"


def test_the_administrator_edits_details_and_reads_no_notes(client, db):
    administrator = member(Role.ADMINISTRATOR)
    learner = LearnerFactory(school=administrator.school)
    SenProvisionFactory(learner=learner, note="Agreed after a hard meeting")
    client.force_login(administrator)

    answer = client.get(page(learner))

    assert "passport" not in [panel.name for panel in answer.context["panels"]]
    assert "hard meeting" not in answer.text
    assert client.get(page(learner, "passport")).status_code == 403
    assert client.get(page(learner, "edit")).status_code == 200
