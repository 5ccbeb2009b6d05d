"""Row 37: every mail the product can send: no child in it, no script, a link that opens once or asks to sign in, and
twenty an hour to one address at most.
"""

import re
from pathlib import Path

import allauth
import pytest
from allauth.account.adapter import get_adapter
from allauth.core import context
from django.core import mail
from django.test import Client, TestCase
from django.urls import reverse

from interventions.digest import send_digests
from interventions.nudging import write_nudge
from learners.models import Learner
from provisionmap.school.actions.alarms import tell
from provisionmap.school.alarms import KINDS
from provisionmap.school.mail import ADVICE, TOLD, write_reset
from provisionmap.school.models import Alarm, School, User
from provisionmap.school.roles import Role
from provisionmap.school.sending import ASKED, MOST, send
from provisionmap.school.sign_in.devices import device_of
from provisionmap.school.tasks import mail_invitation, mail_reset, mail_told
from tests.attacks.test_11_scripts import HOOK, PAYLOADS
from tests.attacks.walking import browser
from tests.factories import member
from tests.matrix import world as words
from tests.matrix.world import NOW, TODAY

ROOT = Path(__file__).resolve().parent.parent.parent
ORIGIN = "https://map.example/"
LIBRARY = Path(allauth.__file__).parent
HEADERS = sorted(
    ["content-type", "content-transfer-encoding", "date", "from", "message-id", "mime-version", "subject", "to"]
)
OWN = ("new_device", "password", "second_step_reset")
NAMED = re.compile(r'send_notification_mail\(\s*"([a-z_/]+)"')
# What the library that signs people in would write of itself about a second step or a directory.
NOTES = sorted(
    {name for part in ("mfa", "socialaccount") for path in (LIBRARY / part).rglob("*.py")
     for name in NAMED.findall(path.read_text(encoding="utf-8"))}
)  # fmt: skip


@pytest.fixture(autouse=True)
def sends(settings, monkeypatch):
    """A mail server, and a worker that does at once what is queued."""
    settings.SENDS_MAIL = True
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    monkeypatch.setattr(mail_told, "delay", mail_told)
    monkeypatch.setattr(mail_invitation, "delay", mail_invitation)


def note(rf, user, name):
    """The library asks for one of its own mails, for somebody who is signed in."""
    request = rf.get("/", headers={"User-Agent": PAYLOADS[0]})
    request.user, request.session = user, {}
    with context.request_context(request), TestCase.captureOnCommitCallbacks(execute=True):
        get_adapter(request).send_notification_mail(name, user, {"provider": "Microsoft"})


def every_mail(world, rf):
    """One of each, to people who see children, as the product itself sends them."""
    senco = world.users["senco"]
    mail_reset(senco.pk, ORIGIN)
    with TestCase.captureOnCommitCallbacks(execute=True):
        browser(world).post(reverse("school:person-link", args=[world.own.invited.pk]))
    for what in OWN:
        mail_told(senco.pk, what, device_of(PAYLOADS[0]))
    for kind in KINDS:
        tell(Alarm.objects.create(school=world.school, kind=kind, about=world.users["class_teacher"], at=NOW))
    for name in NOTES:
        note(rf, world.users["head"], name)
    write_nudge(world.school, world.users["teaching_assistant"], ORIGIN, TODAY)
    send_digests(now=NOW)
    return list(mail.outbox)


def children(world):
    """What says who a child is, and what is said about one."""
    told = {words.OWN, words.OTHER, words.ELSEWHERE, words.CONFIDENTIAL, words.NOTE, words.VOICE, words.CONTACT}
    for learner in Learner.objects.all():
        born = learner.date_of_birth
        told |= {learner.upn, learner.surname, *(f"{born:{form}}" for form in ("%d/%m/%Y", "%Y-%m-%d") if born)}
    return {one for one in told if one}


def text_of(sent):
    """Everything that leaves: all lines above the words, and the words."""
    return f"{sent.message().as_string()} {sent.subject} {sent.body} {sent.to}"


def test_no_mail_says_anything_of_a_child(world, rf):
    sent = every_mail(world, rf)

    assert len({one.subject for one in sent}) == 4 + len(KINDS) + len(TOLD)
    assert len(children(world)) > 10
    assert [(one.subject, word) for one in sent for word in children(world) if word in text_of(one)] == []


def test_a_mail_that_named_a_child_would_be_seen(world):
    send("a look", f"Somebody looked at {world.own.learner.surname}.", "head@oakfield.example")

    assert [word for word in children(world) if word in text_of(mail.outbox[0])] == [words.OWN]


def test_every_mail_is_plain_words_whatever_was_typed(world, rf, monkeypatch):
    monkeypatch.setattr(world.school, "name", PAYLOADS[0])
    world.school.save()

    sent = every_mail(world, rf)

    assert any(HOOK in one.body for one in sent)
    assert {(one.content_subtype, len(getattr(one, "alternatives", [])), len(one.attachments)) for one in sent} == {
        ("plain", 0, 0)
    }
    assert [one.subject for one in sent if "\n" in one.subject or "<" in one.subject] == []


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_line_end_in_a_name_writes_no_header(world, rf, end):
    more = f"Oak{end}Bcc: everybody@oakfield.example{end}Subject: Urgent"
    School.objects.filter(pk=world.school.pk).update(name=more)
    User.objects.update(name=more)

    sent = every_mail(world, rf)

    assert len(sent) > 10
    for one in sent:
        assert sorted(name.lower() for name in one.message()) == HEADERS
        assert (one.cc, one.bcc, len(one.to), "Urgent" in one.message()["Subject"]) == ([], [], 1, False)


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_line_end_in_an_address_or_a_subject_is_refused(db, end):
    more = f"{end}Bcc: everybody@oakfield.example"

    for subject, address in ((f"a look{more}", "head@oakfield.example"), ("a look", f"head@oakfield.example{more}")):
        with pytest.raises(ValueError, match="Header values can't contain newlines"):
            send(subject, "Words.", address)
    assert mail.outbox == []


def test_every_link_in_a_mail_opens_once_or_asks_to_sign_in(world, rf):
    sent = every_mail(world, rf)

    links = [link for one in sent for link in re.findall(r"https?://[^/\s]+(/\S*)", one.body)]
    assert len(links) >= 2
    for link in links:
        if link.startswith("/welcome/"):
            choice = {"password": "three random words", "again": "three random words"}
            first, second = (Client().post(link, choice) for _ in range(2))
            assert (first.status_code, "has been used already" in second.text) == (302, True)
        else:
            assert Client().get(link).headers["Location"].startswith("/sign-in/")


def test_nothing_of_ours_sends_mail_past_the_count():
    """The one door is sending.py; what the library would send, our adapter has written by mail.py."""
    doors = {
        path.relative_to(ROOT).as_posix()
        for folder in ("provisionmap", "learners", "interventions", "reviews", "ehcp", "reports")
        for path in (ROOT / folder).rglob("*.py")
        if re.search(r"django\.core\.mail|smtplib|EmailMessage|has_room\(", path.read_text(encoding="utf-8"))
    }

    assert doors == {"provisionmap/school/sending.py", "provisionmap/settings.py"}


def test_twenty_an_hour_reach_one_address_and_no_more(db, clock, caplog):
    for number in range(MOST + 5):
        send(f"number {number}", "words", "Maya@Oakfield.example" if number % 2 else "maya@oakfield.example")
    assert [one.subject for one in mail.outbox] == [f"Provision Map: number {number}" for number in range(MOST)]
    assert "maya" not in caplog.text.casefold()
    assert "a mail was held back" in caplog.text

    send("another", "words", "ada@oakfield.example")
    clock.shift(3_601)
    send("an hour later", "words", "maya@oakfield.example")

    assert [one.subject for one in mail.outbox[MOST:]] == ["Provision Map: another", "Provision Map: an hour later"]


def test_what_strangers_ask_for_never_keeps_back_an_alarm(world):
    senco = world.users["senco"]
    for _ in range(3 * MOST):
        write_reset(senco, ORIGIN)
    assert len(mail.outbox) == ASKED < MOST

    tell(Alarm.objects.create(school=world.school, kind="export", at=NOW))

    assert senco.email in [address for one in mail.outbox[ASKED:] for address in one.to]


def test_the_library_s_own_mails_are_counted_too(world, rf):
    for _ in range(MOST + 5):
        note(rf, world.users["head"], NOTES[0])

    assert len(mail.outbox) == MOST


def test_whatever_the_library_would_tell_is_told_in_our_own_words(world, rf):
    assert {name.rpartition("/")[2] for name in NOTES} == TOLD.keys() - set(OWN)

    for name in NOTES:
        note(rf, world.users["head"], name)
    get_adapter().send_mail("account/email/password_reset_key", "head@oakfield.example", {})

    subjects = [f"Provision Map: {TOLD[name.rpartition('/')[2]][0]}" for name in NOTES]
    assert [one.subject for one in mail.outbox] == subjects
    assert [one.body for one in mail.outbox if "http" in one.body or ADVICE not in one.body] == []


def test_whoever_asks_too_often_reads_the_same(db, client, monkeypatch):
    monkeypatch.setattr(mail_reset, "delay", mail_reset)
    person = member(Role.SENCO, email="maya@oakfield.example")

    said = [
        client.post(reverse("school:forgotten"), {"email": person.email}, REMOTE_ADDR=f"10.0.0.{number}")
        for number in range(ASKED + 5)
    ]

    assert len(mail.outbox) == ASKED
    assert len({(one.status_code, re.sub(r'(value|content|nonce)="[^"]{16,}"', "", one.text)) for one in said}) == 1
