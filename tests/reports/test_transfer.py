"""The file from school to school: there, in, and out again it is the same; and what stands in the way."""

import json
from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as some

from learners.census import NEEDS
from learners.models import Contact, Learner, Passport, SenProvision
from provisionmap.school.access import NotAllowed
from provisionmap.school.models import AuditEvent
from provisionmap.school.roles import Role
from provisionmap.school.stale import Stale
from reports import tasks
from reports.actions import arriving, transfers
from reports.actions.arriving import Moved, Settled, read_file
from reports.models import Arrival, EarlierProvision, Transfer
from reports.transfer import bytes_of, tree_of
from tests.factories import (
    DelivererFactory,
    LearnerFactory,
    PlacementFactory,
    ProvisionFactory,
    SenProvisionFactory,
    UserFactory,
    member,
)
from tests.matrix.world import ARRIVING

TODAY = date(2026, 11, 23)
ALL = {"confidential": True, "notes": True}
UPN = "T801200001031"
PAGE = reverse("reports:arriving")


@pytest.fixture
def maya(senco):
    """A learner with something in every part of the file."""
    child = LearnerFactory(
        school=senco.school, forename="Maya", surname="Okafor", upn=UPN, eal=True, left=date(2026, 11, 20)
    )
    SenProvisionFactory(learner=child, code="N", need_1="", starts=date(2023, 9, 1), ends=date(2025, 9, 30))
    SenProvisionFactory(learner=child, note="Seen by Priya", need_2="SLCN")
    Passport.objects.create(learner=child, helps="Cream paper\nand time", agreed_on=date(2026, 10, 1))
    Contact.objects.create(learner=child, name="Ada Okafor", email="ada@home.example", parental_responsibility=True)
    provision = ProvisionFactory(school=senco.school, responsible=senco, note="In the den", subject="")
    DelivererFactory(provision=provision, user=UserFactory(name="Wren Alder"))
    PlacementFactory(learner=child, provision=provision, outcome="Reads 40 words", baseline="12", minutes=None)
    secret = ProvisionFactory(school=senco.school, name="Play therapy", confidential=True, tier=3)
    PlacementFactory(learner=child, provision=secret)
    return child


@pytest.fixture
def there(db):
    """The SENCO of the school they move to."""
    return member(Role.SENCO)


def taken(tree, by):
    """The learner, once the file was taken in by `by`."""
    kept = arriving.keep_upload(school=by.school, tree=read_file(bytes_of(tree))[0], by=by)
    seen = arriving.plan_of(kept).fingerprint
    return arriving.take_in(arrival=kept, seen=seen, joined=TODAY, now=timezone.now(), by=by)


def carried(tree):
    """What has to come out as it went in: all but who sends it, and when."""
    return {name: value for name, value in json.loads(bytes_of(tree)).items() if name != "from"}


def test_out_in_and_out_again_is_the_same(maya, there):
    first = tree_of(maya, TODAY, **ALL)

    arrived = taken(first, there)

    assert carried(tree_of(arrived, TODAY, **ALL)) == carried(first)
    assert (arrived.school, arrived.joined, arrived.left) == (there.school, TODAY, None)
    assert len(first["provision"]) == 2
    assert [one["needs"] for one in first["sen"]] == [[], ["SPLD", "SLCN"]]


def test_a_third_school_gets_what_the_first_two_provided(maya, there):
    arrived = taken(tree_of(maya, TODAY, **ALL), there)
    PlacementFactory(learner=arrived, provision=ProvisionFactory(school=there.school, name="Number club"))
    second = tree_of(arrived, TODAY, **ALL)

    last = taken(second, member(Role.SENCO))

    assert carried(tree_of(last, TODAY, **ALL)) == carried(second)
    assert {one["school"] for one in second["provision"]} == {maya.school.name, there.school.name}


letters = some.text(some.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40)
days = some.dates(date(2000, 1, 1), date(2090, 1, 1))
filled = letters.filter(str.strip)


@given(
    names=some.tuples(filled, filled, letters, letters),
    voice=some.lists(letters, min_size=6, max_size=6),
    contacts=some.lists(some.tuples(filled, letters, some.booleans()), max_size=3),
    needs=some.lists(some.sampled_from([one for one in NEEDS if one != "NSA"]), min_size=1, max_size=4, unique=True),
    words=some.lists(some.tuples(filled, letters, letters, letters, days, some.booleans()), max_size=4),
    flags=some.tuples(*[some.booleans()] * 7),
)
@hypothesis_settings(max_examples=25, suppress_health_check=list(HealthCheck))
def test_odd_words_come_through_as_they_are(transactional_free, names, voice, contacts, needs, words, flags):
    here, there = transactional_free
    surname, forename, middle, preferred = names
    child = Learner.objects.create(
        school=here.school, surname=surname, forename=forename, middle_names=middle, preferred_name=preferred,
        **dict(zip(Learner.FLAGS, flags, strict=True)),
    )  # fmt: skip
    Passport.objects.create(learner=child, **dict(zip(Passport.SECTIONS, voice, strict=True)))
    for name, phone, parent in contacts:
        Contact.objects.create(learner=child, name=name, phone=phone, parental_responsibility=parent)
    ranks = {f"need_{rank}": code for rank, code in enumerate(needs, start=1)}
    SenProvision.objects.create(learner=child, code="K", starts=TODAY, note=voice[0], **ranks)
    for name, place, outcome, note, starts, confidential in words:
        provision = ProvisionFactory(
            school=here.school, name=name, place=place, note=note, confidential=confidential, starts=starts, ends=None
        )
        PlacementFactory(learner=child, provision=provision, outcome=outcome, starts=starts, ends=None)
    first = tree_of(child, TODAY, **ALL)

    arrived = taken(first, there)

    assert carried(tree_of(arrived, TODAY, **ALL)) == carried(first)


@pytest.fixture
def transactional_free(db):
    """Two SENCOs for many examples within one transaction."""
    return member(Role.SENCO), member(Role.SENCO)


def test_confidential_provision_and_notes_stay_out_unless_chosen(maya):
    tree = tree_of(maya, TODAY, confidential=False, notes=False)

    assert [one["name"] for one in tree["provision"]] != []
    assert "Play therapy" not in [one["name"] for one in tree["provision"]]
    assert {one["note"] for one in [*tree["sen"], *tree["provision"]]} == {""}
    assert (tree["from"]["confidential"], tree["from"]["notes"]) == (False, False)
    assert [one["outcome"] for one in tree["provision"]] == ["Reads 40 words"]


def test_a_learner_who_is_here_by_upn_keeps_what_is_here(maya, there):
    here = LearnerFactory(school=there.school, upn=UPN, surname="Okafor-Reid")
    Contact.objects.create(learner=here, name="Ben Okafor")
    history = here.history.count()

    arrived = taken(tree_of(maya, TODAY, **ALL), there)

    assert arrived == here
    here.refresh_from_db()
    assert (here.surname, here.version, here.history.count()) == ("Okafor-Reid", 2, history)
    assert [one.name for one in here.contacts.all()] == ["Ben Okafor"]
    assert here.passport.helps == "Cream paper\nand time"
    assert here.sen_provisions.count() == 2
    assert here.earlier_provision.count() == 2


def test_nobody_is_found_by_name(maya, there):
    tree = tree_of(maya, TODAY, **ALL)
    tree["learner"]["upn"] = ""
    LearnerFactory(school=there.school, forename="Maya", surname="Okafor", date_of_birth=maya.date_of_birth, upn=UPN)
    kept = arriving.keep_upload(school=there.school, tree=read_file(bytes_of(tree))[0], by=there)

    plan = arriving.plan_of(kept)

    assert (plan.learner, plan.namesakes) == (None, 1)
    assert taken(tree, there).upn == ""
    assert there.school.learners.count() == 2


def test_who_came_meanwhile_stops_it_with_nothing_written(maya, there):
    kept = arriving.keep_upload(school=there.school, tree=read_file(bytes_of(tree_of(maya, TODAY, **ALL)))[0], by=there)
    seen = arriving.plan_of(kept).fingerprint
    LearnerFactory(school=there.school, upn=UPN)

    with pytest.raises(Moved):
        arriving.take_in(arrival=kept, seen=seen, joined=TODAY, now=timezone.now(), by=there)

    assert there.school.learners.count() == 1
    assert not Passport.objects.filter(learner__school=there.school).exists()


def test_an_error_half_way_leaves_nothing(maya, there, monkeypatch):
    def broken(rows):
        raise ValueError("half way")

    monkeypatch.setattr(EarlierProvision.objects, "bulk_create", broken)

    with pytest.raises(ValueError, match="half way"):
        taken(tree_of(maya, TODAY, **ALL), there)

    assert there.school.learners.count() == 0
    assert Arrival.objects.get().state == "uploaded"


def test_it_is_taken_in_once(maya, there):
    kept = arriving.keep_upload(school=there.school, tree=read_file(bytes_of(tree_of(maya, TODAY, **ALL)))[0], by=there)
    said = {"seen": arriving.plan_of(kept).fingerprint, "joined": TODAY, "now": timezone.now(), "by": there}
    arriving.take_in(arrival=kept, **said)

    with pytest.raises(Settled):
        arriving.take_in(arrival=kept, **said)

    assert there.school.learners.count() == 1
    kept.refresh_from_db()
    assert (kept.state, kept.upload, kept.learner.upn) == ("applied", None, UPN)
    event = AuditEvent.objects.get(verb="transfer.take_in")
    assert event.changes == {
        "new": [None, True], "sen": [None, 2], "passport": [None, 1], "contacts": [None, 1], "provision": [None, 2]
    }  # fmt: skip


def test_only_a_senco_of_the_school_may(maya, there):
    tree = read_file(bytes_of(tree_of(maya, TODAY, **ALL)))[0]
    kept = arriving.keep_upload(school=there.school, tree=tree, by=there)
    wrong = "Your role does not include whole records of learners"
    others = [member(role, there.school) for role in set(Role) - {Role.SENCO}] + [member(Role.SENCO)]

    for by in others:
        with pytest.raises(NotAllowed, match=wrong):
            arriving.keep_upload(school=there.school, tree=tree, by=by)
        with pytest.raises(NotAllowed, match=wrong):
            arriving.take_in(arrival=kept, seen="", joined=None, now=timezone.now(), by=by)
        with pytest.raises(NotAllowed, match=wrong):
            arriving.abandon(arrival=kept, by=by)
        with pytest.raises(NotAllowed, match=wrong):
            transfers.send(learner=maya, to="Elm", today=TODAY, by=by, **ALL)
    assert not Transfer.objects.exists()


def test_a_file_that_nobody_went_on_with_is_let_go(maya, there, clock):
    tree = read_file(bytes_of(tree_of(maya, TODAY, **ALL)))[0]
    kept = arriving.keep_upload(school=there.school, tree=tree, by=there)
    clock.shift(timedelta(minutes=61))

    tasks.look_after_records()

    kept.refresh_from_db()
    assert (kept.state, kept.upload) == ("abandoned", None)


def test_the_pages_from_the_upload_to_the_learner(client, senco, maya, there):
    client.force_login(there)
    data = bytes_of(tree_of(maya, TODAY, confidential=False, notes=True))

    preview = client.post(PAGE, {"file": SimpleUploadedFile("anything.txt", data)}, follow=True)

    for words in ("Maya Okafor", UPN, senco.school.name, "New here:", "SEN provision: 2", "confidential provision"):
        assert words in preview.text
    seen = preview.context["plan"].fingerprint
    address = reverse("reports:arrival", args=[Arrival.objects.get().pk])
    assert client.post(address, {"seen": "0", "joined": "2026-11-23"}).status_code == 409
    assert client.post(address, {"seen": seen, "joined": "soon"}).status_code == 422
    assert not there.school.learners.exists()
    done = client.post(address, {"seen": seen, "joined": "2026-11-23"}, follow=True)
    assert "Maya Okafor&#x27;s file is taken in." in done.text
    assert "At earlier schools" in done.text
    assert "Play therapy" not in done.text
    assert client.get(address).status_code == 404


def test_a_learner_who_is_here_is_shown_as_such_and_what_is_left_out_is_told(client, maya, there):
    client.force_login(there)
    here = LearnerFactory(school=there.school, upn=UPN, forename="Mayowa")
    Contact.objects.create(learner=here, name="Ben Okafor")
    data = bytes_of(tree_of(maya, TODAY, **ALL))

    preview = client.post(PAGE, {"file": SimpleUploadedFile("file.json", data)}, follow=True)

    assert "Already here, by UPN:" in preview.text
    assert "Mayowa" in preview.text
    assert "Adults around them: <strong>left out</strong>, because there is something here already" in preview.text
    assert "First day at this school" not in preview.text
    seen = preview.context["plan"].fingerprint
    client.post(reverse("reports:arrival", args=[Arrival.objects.get().pk]), {"seen": seen})
    assert here.passport.helps == "Cream paper\nand time"


def test_a_file_with_a_name_alone_makes_a_learner_with_nothing(there):
    arrived = taken(json.loads(ARRIVING), there)

    assert (arrived.name, arrived.sen_provisions.count(), arrived.earlier_provision.count()) == ("Ida Wren", 0, 0)
    assert not Passport.objects.filter(learner=arrived).exists()


def test_a_file_that_is_too_large_is_refused_beside_its_field(client, there, settings):
    settings.UPLOAD_LIMIT = 10
    client.force_login(there)

    answer = client.post(PAGE, {"file": SimpleUploadedFile("file.json", ARRIVING)})

    assert answer.status_code == 422
    assert "This file is larger than 10 MB" in answer.text


def test_a_file_can_be_let_go(client, maya, there):
    client.force_login(there)
    data = bytes_of(tree_of(maya, TODAY, **ALL))
    client.post(PAGE, {"file": SimpleUploadedFile("file.json", data)})
    kept = Arrival.objects.get()
    assert "You have a file waiting" in client.get(PAGE).text

    client.post(reverse("reports:arrival-cancel", args=[kept.pk]))

    kept.refresh_from_db()
    assert (kept.state, kept.upload) == ("abandoned", None)
    assert "You have a file waiting" not in client.get(PAGE).text


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "This file is empty."),
        (b"%PDF-1.7", "This is a PDF, whatever its name says."),
        (b"UPN,Surname\n", "This is no JSON file"),
        (b"PK\x03\x04", "This is no JSON file"),
        (b'{"format": 1}', "this is no transfer file of a learner"),
        (b'{"format": "provision-map-learner", "version": 2}', "this program reads version 1"),
        (b'{"format": "provision-map-learner", "version": 1}', "has to be an object"),
        (b"{", "This JSON file is broken at line 1."),
        (b"[" * 1000, "nested in a way"),
    ],
)
def test_what_is_no_transfer_file_is_refused_in_words(client, there, data, words):
    client.force_login(there)

    answer = client.post(PAGE, {"file": SimpleUploadedFile("file.json", data)})

    assert answer.status_code == 422
    assert words in answer.text
    assert not Arrival.objects.exists()


def test_the_file_is_made_after_showing_who_one_is_and_names_nobody(client, senco, maya):
    session = client.session
    session["account_authentication_methods"] = []
    session.save()
    address = reverse("reports:transfer", args=[maya.pk])
    assert client.post(address, {"to": "Elm Academy"}).status_code == 302
    client.force_login(senco)

    answer = client.post(address, {"to": "Elm Academy"})

    made = Transfer.objects.get()
    assert answer["Content-Disposition"] == f'attachment; filename="transfer-{made.pk}.json"'
    assert answer.json()["learner"]["surname"] == "Okafor"
    event = AuditEvent.objects.get(verb="transfer.send")
    assert (event.learner_id, event.school_id) == (maya.pk, senco.school.pk)
    assert event.changes == {"to": None, "confidential": [None, False], "notes": [None, False]}
    assert client.post(address, {"to": ""}).status_code == 422


def test_a_receipt_is_noted_once_and_by_version(client, senco, maya):
    made, _ = transfers.send(learner=maya, to="Elm", today=TODAY, by=senco, **ALL)
    address = reverse("reports:received", args=[maya.pk, made.pk])
    said = {"received_by": "Priya Shah", "received_on": "2026-11-20", "seen": 1}

    assert client.post(address, said | {"received_on": "2026-11-30"}).status_code == 422
    assert client.post(address, said).status_code == 302
    again = client.post(address, said, follow=True)

    assert "Somebody else noted a receipt meanwhile" in again.text
    assert "Received by Priya Shah on 20 November 2026." in again.text
    made.refresh_from_db()
    assert (made.received_by, made.version) == ("Priya Shah", 2)
    with pytest.raises(Stale):
        transfers.note_receipt(transfer=made, received_by="X", received_on=TODAY, seen=1, by=senco)


def test_earlier_provision_is_for_those_who_read_notes_and_confidential_for_those_cleared(client, maya, there):
    arrived = taken(tree_of(maya, TODAY, **ALL), there)
    address = reverse("learners:learner", args=[arrived.pk])

    shown = {}
    for role in (Role.SENCO, Role.HEAD, Role.ADMINISTRATOR):
        client.force_login(member(role, there.school))
        text = client.get(address).text
        shown[role] = ("Reads 40 words" in text, "Play therapy" in text)

    assert shown == {Role.SENCO: (True, True), Role.HEAD: (True, False), Role.ADMINISTRATOR: (False, False)}


@pytest.mark.parametrize("model", [Transfer, Arrival, EarlierProvision])
def test_they_are_named_by_their_numbers(model):
    assert str(model(pk=7)).endswith(" 7")


def test_one_with_the_same_name_and_birthday_is_perhaps_here_and_never_called_new(client, maya, there):
    client.force_login(there)
    LearnerFactory(school=there.school, forename="Maya", surname="Okafor", date_of_birth=maya.date_of_birth)
    data = bytes_of(tree_of(maya, TODAY, **ALL))

    page = client.post(PAGE, {"file": SimpleUploadedFile("file.json", data)}, follow=True).text

    assert "Perhaps already here:" in page
    assert "adds a second learner of that name" in page
    assert "New here:" not in page


def test_who_delivered_and_answered_for_provision_is_named_once(client, maya, there, senco):
    DelivererFactory(provision=maya.placements.first().provision, user=senco)
    arrived = taken(tree_of(maya, TODAY, **ALL), there)
    client.force_login(there)

    page = client.get(reverse("learners:learner", args=[arrived.pk])).text

    assert [one.people.count(senco.name) for one in arrived.earlier_provision.filter(note="In the den")] == [1]
    assert f"{senco.name}, {senco.name}" not in page


def test_the_list_of_files_says_how_to_see_the_one_just_made(client, maya):
    page = reverse("reports:transfer", args=[maya.pk])

    assert f'once the page is <a href="{page}">loaded again</a>' in client.get(page).text
