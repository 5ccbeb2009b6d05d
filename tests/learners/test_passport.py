"""The passport: written section by section, kept from two people's crossing, printed on one page."""

from datetime import date
from io import BytesIO

import pytest
from django.core.exceptions import ValidationError
from django.template.loader import render_to_string
from django.urls import reverse
from pypdf import PdfReader

from learners.actions.passports import change_passport
from learners.forms.passport import MOST_LETTERS, MOST_LINES
from learners.models import Passport
from learners.views.passport import _shown
from provisionmap.school.access import NotAllowed
from provisionmap.school.models import AuditEvent
from provisionmap.school.roles import Role
from provisionmap.school.stale import Stale
from provisionmap.web.pdf import SIZES, draw
from tests.factories import GroupFactory, LearnerFactory, member

HX = {"HX-Request": "true"}


@pytest.fixture
def maya(senco):
    """A learner of the SENCO's school, in a class."""
    group = GroupFactory(school=senco.school, name="Kestrel")
    return LearnerFactory(school=senco.school, forename="Maya", surname="Okafor", group=group)


def at(learner, section="helps", name="edit"):
    """The address of a section."""
    return reverse(f"learners:passport-{name}", args=[learner.pk, section])


def test_the_first_words_begin_the_passport(senco, maya):
    saved = change_passport(learner=maya, changes={"helps": "Cream paper"}, seen=0, by=senco)

    assert (saved.helps, saved.version) == ("Cream paper", 1)
    event = AuditEvent.objects.get()
    assert (event.verb, event.school_id, event.changes) == ("passport.change", senco.school.pk, {"helps": None})


def test_somebody_who_began_it_too_is_noticed(senco, maya):
    change_passport(learner=maya, changes={"helps": "Cream paper"}, seen=0, by=senco)

    with pytest.raises(Stale):
        change_passport(learner=maya, changes={"helps": "Blue paper"}, seen=0, by=senco)

    assert Passport.objects.get().helps == "Cream paper"


def test_a_later_save_claims_its_version(senco, maya):
    change_passport(learner=maya, changes={"helps": "Cream paper"}, seen=0, by=senco)
    change_passport(learner=maya, changes={"hard": "Noise"}, seen=1, by=senco)

    with pytest.raises(Stale):
        change_passport(learner=maya, changes={"hard": "Light"}, seen=1, by=senco)

    passport = Passport.objects.get()
    assert (passport.helps, passport.hard, passport.version) == ("Cream paper", "Noise", 2)


def test_the_action_writes_sections_only_and_keeps_their_length(senco, maya):
    with pytest.raises(ValueError, match="not a part of a passport: learner"):
        change_passport(learner=maya, changes={"learner": 1}, seen=0, by=senco)
    with pytest.raises(ValidationError):
        change_passport(learner=maya, changes={"helps": "x" * 601}, seen=0, by=senco)

    assert not Passport.objects.exists()


def test_a_teaching_assistant_reads_and_does_not_write(client, db):
    assistant = member(Role.TEACHING_ASSISTANT)
    learner = LearnerFactory(school=assistant.school)
    learner.grants.create(user=assistant, source="provision:1", starts="2026-09-01")
    Passport.objects.create(learner=learner, helps="Cream paper")
    client.force_login(assistant)

    page = client.get(reverse("learners:passport", args=[learner.pk])).text

    assert "Cream paper" in page
    assert at(learner) not in page
    assert client.post(at(learner), {"text": "x", "seen": 1}).status_code == 403
    with pytest.raises(NotAllowed, match="does not include writing in passports"):
        change_passport(learner=learner, changes={"helps": "x"}, seen=1, by=assistant)


def test_a_teacher_writes_for_their_own_class_only(db):
    teacher = member(Role.CLASS_TEACHER)
    group = GroupFactory(school=teacher.school)
    group.teachers.add(teacher)
    own, other = LearnerFactory(school=teacher.school, group=group), LearnerFactory(school=teacher.school)

    change_passport(learner=own, changes={"helps": "x"}, seen=0, by=teacher)
    with pytest.raises(NotAllowed, match="not shared with you"):
        change_passport(learner=other, changes={"helps": "x"}, seen=0, by=teacher)

    assert Passport.objects.get().learner == own


def test_a_section_is_edited_in_place(client, senco, maya):
    form = client.get(at(maya), headers=HX).text
    assert "<textarea" in form
    assert "<!doctype html>" not in form

    answer = client.post(at(maya), {"text": "Cream paper\r\n\r\n\r\nA timer", "seen": 0}, headers=HX)

    assert answer.status_code == 200
    assert "Cream paper\nA timer" in answer.text
    assert "Saved" in answer.headers["HX-Trigger"]
    assert Passport.objects.get().helps == "Cream paper\nA timer"


def test_a_saved_section_is_what_a_reload_would_show(client, senco, maya):
    saved = client.post(at(maya), {"text": "Cream paper", "seen": 0}, headers=HX).text.replace(" autofocus", "")

    assert " ".join(saved.split()) in " ".join(client.get(reverse("learners:passport", args=[maya.pk])).text.split())


def test_cancel_brings_the_section_back(client, senco, maya):
    Passport.objects.create(learner=maya, helps="Cream paper")

    answer = client.get(at(maya, name="part"), headers=HX)

    assert "Cream paper" in answer.text
    assert "<textarea" not in answer.text


def test_without_javascript_the_whole_page_holds_the_form(client, senco, maya):
    page = client.get(at(maya)).text
    assert "<!doctype html>" in page
    assert page.count("<textarea") == 1

    answer = client.post(at(maya), {"text": "Cream paper", "seen": 0})

    assert answer.headers["Location"] == reverse("learners:passport", args=[maya.pk])


def test_two_people_on_one_section_see_both_texts(client, senco, maya):
    Passport.objects.create(learner=maya, helps="Old words")
    change_passport(learner=maya, changes={"helps": "Their words"}, seen=1, by=senco)
    sent = {"text": "My words", "initial-text": "Old words", "seen": 1}

    clash = client.post(at(maya), sent, headers=HX)

    assert clash.status_code == 409
    assert "Their words" in clash.text
    assert ">My words</textarea>" in clash.text
    assert 'name="seen" value="2"' in clash.text
    client.post(at(maya), sent | {"seen": 2}, headers=HX)
    assert Passport.objects.get().helps == "My words"


def test_two_people_on_two_sections_do_not_disturb_each_other(client, senco, maya):
    Passport.objects.create(learner=maya, helps="Old words")
    change_passport(learner=maya, changes={"hard": "Noise"}, seen=1, by=senco)

    answer = client.post(at(maya), {"text": "My words", "initial-text": "Old words", "seen": 1}, headers=HX)

    passport = Passport.objects.get()
    assert (answer.status_code, passport.helps, passport.hard) == (200, "My words", "Noise")


@pytest.mark.parametrize("text", ["x" * (MOST_LETTERS + 1), "x\n" * MOST_LINES + "x"])
def test_too_much_for_one_page_is_said_and_kept(client, senco, maya, text):
    answer = client.post(at(maya), {"text": text, "seen": 0}, headers=HX)

    assert answer.status_code == 422
    assert "xx" in answer.text or "x\nx" in answer.text
    assert not Passport.objects.exists()


@pytest.mark.parametrize("name", ["part", "edit"])
def test_there_are_no_other_sections(client, senco, maya, name):
    assert client.get(at(maya, "version", name)).status_code == 404


def test_the_day_it_was_agreed(client, senco, maya):
    agree = reverse("learners:passport-agree", args=[maya.pk])

    client.post(agree, {"agreed_on": "2026-11-20", "seen": 0})
    assert Passport.objects.get().agreed_on == date(2026, 11, 20)

    assert "meanwhile" in client.post(agree, {"agreed_on": "2026-11-21", "seen": 0}, follow=True).text
    assert client.post(agree, {"agreed_on": "2026-11-24", "seen": 1}).status_code == 422
    assert client.get(agree).status_code == 200


LONG = ("Cream paper and a little more time helps me to begin. " * 12)[:MOST_LETTERS]
LINES = "\n".join("W" * 50 for _ in range(MOST_LINES))[:MOST_LETTERS]
UNBROKEN = "m" * MOST_LETTERS


@pytest.mark.parametrize("text", ["", "Cream paper\nA timer", LONG, LINES, UNBROKEN])
def test_the_passport_prints_on_one_page(client, senco, maya, text):
    Passport.objects.create(learner=maya, agreed_on=date(2026, 11, 20), **dict.fromkeys(Passport.SECTIONS, text))

    answer = client.get(reverse("learners:passport-pdf", args=[maya.pk]))

    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Content-Disposition"] == f'inline; filename="passport-{maya.pk}.pdf"'
    pdf = PdfReader(BytesIO(answer.content))
    assert len(pdf.pages) == 1
    assert [round(side) for side in pdf.pages[0].mediabox[2:]] == [595, 842]
    assert pdf.metadata.title == "Learner passport"  # no name in what lists and searches show
    root = pdf.trailer["/Root"]
    assert (root["/Lang"], root["/MarkInfo"]["/Marked"]) == ("en-GB", True)
    assert "pdfuaid" in root["/Metadata"].get_data().decode()
    words = pdf.pages[0].extract_text()
    assert "What helps me" in words
    assert "How I like to be spoken to" in words
    fonts = pdf.pages[0]["/Resources"]["/Font"]
    assert all("Atkinson" in font.get_object()["/BaseFont"] for font in fonts.values())


def right_edges(html):
    """How far each piece of text of a drawn page reaches to the right, and the width of its sheet."""
    [sheet] = draw(html).pages
    texts = [box for box in sheet._page_box.descendants() if getattr(box, "text", "").strip()]
    return sheet.width, [box.position_x + box.width for box in texts]


@pytest.mark.parametrize("text", [LONG, LINES, UNBROKEN])
def test_no_word_runs_off_the_sheet(maya, text):
    maya.surname = "Featherstonehaugh" * 4
    passport = Passport(learner=maya, **dict.fromkeys(Passport.SECTIONS, text))
    shown = _shown(maya, passport) | {"today": date(2026, 11, 23), "size": SIZES[-1]}

    width, edges = right_edges(render_to_string("learners/passport_print.html", shown))

    assert len(edges) > 50
    assert max(edges) < width


def test_nobody_prints_a_passport_they_may_not_read(client, db):
    administrator = member(Role.ADMINISTRATOR)
    learner = LearnerFactory(school=administrator.school)
    client.force_login(administrator)

    assert client.get(reverse("learners:passport-pdf", args=[learner.pk])).status_code == 403
