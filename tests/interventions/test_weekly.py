"""The weekly e-mail: to each what they must do and may see, once a week, without a learner in it."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core import mail
from django.urls import reverse

from interventions import digest
from interventions.actions.grants import sync_grants
from interventions.digest import items_for, send_digests
from interventions.models import Answer, Placement, Provision, Reminder
from interventions.tasks import mail_week
from provisionmap.school.models import AuditEvent
from provisionmap.school.roles import Role
from provisionmap.school.sending import MOST, send
from tests.factories import (
    AcademicYearFactory,
    AttendanceFactory,
    DelivererFactory,
    PlacementFactory,
    ProvisionFactory,
    SlotFactory,
    TermFactory,
    member,
)

FRIDAY = datetime(2026, 11, 27, 15, tzinfo=UTC)
ACCOUNT, WEEK = reverse("school:account"), reverse("interventions:week")


@pytest.fixture(autouse=True)
def sends(settings):
    settings.SENDS_MAIL = True
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    settings.ADDRESS = "https://map.example"


@pytest.fixture
def friday(clock):
    clock.move_to(FRIDAY)


@pytest.fixture
def group(db):
    """Mondays of an assistant, one of four logged and answered; it ends soon, and a review is due."""
    provision = ProvisionFactory(name="Reading group", ends=date(2026, 12, 4))
    TermFactory(year=AcademicYearFactory(school=provision.school))
    row = PlacementFactory(
        learner__school=provision.school, provision=provision, learner__surname="Okafor", ends=date(2026, 12, 4),
        review_on=date(2026, 12, 1),
    )  # fmt: skip
    assistant = member(Role.TEACHING_ASSISTANT, provision.school, name="Jo Marsh")
    DelivererFactory(provision=provision, user=assistant)
    sync_grants([provision.pk])
    slot = SlotFactory(provision=provision)
    session = AttendanceFactory(
        placement=row, session__slot=slot, session__delivered_by=assistant, session__on=date(2026, 11, 23)
    ).session
    senco = member(Role.SENCO, provision.school, name="Ada Moss")
    Answer.objects.create(
        school=provision.school, session=session, by=senco, at=FRIDAY - timedelta(days=1), text="Good"
    )
    Answer.objects.create(school=provision.school, session=session, by=assistant, at=FRIDAY, text="Thank you")
    return provision, assistant, senco


def said_to(user):
    return [one.body for one in mail.outbox if one.to == [user.email]]


def test_each_is_told_what_they_must_do(group, friday):
    assert send_digests(now=FRIDAY) == 2

    (hers,), (theirs,) = said_to(group[1]), said_to(group[2])
    assert [line for line in hers.splitlines() if line.startswith("- ")] == [
        "- 3 sessions of yours are still to be logged: https://map.example/today/",
        "- 1 session of yours is planned next week: https://map.example/today/",
        "- 1 new answer to sessions you took: https://map.example/sessions/",
    ]
    assert [line for line in theirs.splitlines() if line.startswith("- ")] == [
        "- 3 sessions of colleagues are still to be logged: https://map.example/sessions/gaps/",
        "- 1 provision ends within two weeks: https://map.example/provisions/",
        "- 1 review is due within two weeks or overdue: https://map.example/map/",
    ]
    assert [word for word in ("Okafor", "Reading", "Good") if word in hers + theirs] == []


def test_a_class_teacher_is_told_of_their_own_provision_and_learners(group, friday):
    teacher = member(Role.CLASS_TEACHER, group[0].school)
    assert items_for(group[0].school, teacher, FRIDAY) == []

    Provision.objects.filter(pk=group[0].pk).update(responsible=teacher)
    sync_grants([group[0].pk])

    assert [one.words for one in items_for(group[0].school, teacher, FRIDAY)] == [
        "1 provision ends within two weeks", "1 review is due within two weeks or overdue",
    ]  # fmt: skip


@pytest.mark.parametrize("role", [Role.GOVERNOR, Role.ADMINISTRATOR])
def test_who_sees_no_map_is_told_nothing(group, friday, role):
    user = member(role, group[0].school)

    assert items_for(group[0].school, user, FRIDAY) == []
    send_digests(now=FRIDAY)
    assert said_to(user) == []


def test_confidential_provision_is_counted_for_nobody_who_may_not_see_it(group, friday):
    Provision.objects.update(confidential=True)
    Placement.objects.update(confidential=True)
    helper = member(Role.SENCO_ASSISTANT, group[0].school)

    assert items_for(group[0].school, helper, FRIDAY) == []


def test_it_goes_once_a_week_however_often_the_job_runs(group, friday, clock):
    assert [send_digests(now=FRIDAY + timedelta(hours=hour)) for hour in range(3)] == [2, 0, 0]
    clock.move_to(FRIDAY + timedelta(days=7))

    assert send_digests(now=FRIDAY + timedelta(days=7)) >= 1


def test_two_runs_together_send_it_once(group, friday, monkeypatch):
    real = digest.items_for

    def meanwhile(school, user, now):
        if not said_to(user):
            monkeypatch.setattr(digest, "items_for", real)
            send_digests(now=now + timedelta(seconds=1))
        return real(school, user, now)

    monkeypatch.setattr(digest, "items_for", meanwhile)
    send_digests(now=FRIDAY)

    assert sorted(len(said_to(user)) for user in group[1:]) == [1, 1]


def test_a_run_that_died_half_way_is_taken_up_by_the_next(group, friday, monkeypatch):
    real, asked = digest.items_for, []

    def dies(school, user, now):
        asked.append(user)
        if len(asked) == 2:
            raise KeyboardInterrupt
        return real(school, user, now)

    monkeypatch.setattr(digest, "items_for", dies)
    with pytest.raises(KeyboardInterrupt):
        send_digests(now=FRIDAY)
    monkeypatch.setattr(digest, "items_for", real)
    assert len(mail.outbox) == 1

    assert send_digests(now=FRIDAY + timedelta(hours=1)) == 1
    assert sorted(len(said_to(user)) for user in group[1:]) == [1, 1]


def test_what_no_server_took_goes_with_the_next_run(group, friday, monkeypatch):
    def refuses(*args):
        raise OSError

    monkeypatch.setattr(digest, "send", refuses)
    assert send_digests(now=FRIDAY) == 0
    monkeypatch.undo()

    assert Reminder.objects.count() == 0
    assert send_digests(now=FRIDAY) == 2


def test_a_full_box_gets_it_later(group, friday):
    for _ in range(MOST):
        send("a word", "words", group[1].email)

    assert send_digests(now=FRIDAY) == 1
    assert [one.user for one in Reminder.objects.all()] == [group[2]]


def test_who_switched_it_off_left_or_is_deactivated_gets_none(client, group, friday):
    client.force_login(group[1])
    assert "The weekly e-mail is off." in client.post(ACCOUNT, {"what": "weekly"}, follow=True).text
    group[2].memberships.update(ends=date(2026, 11, 26))

    mail_week()

    assert mail.outbox == []
    assert AuditEvent.objects.get(verb="account.change").changes == {"weekly_email": [True, False]}
    client.post(ACCOUNT, {"what": "weekly", "weekly_email": "on"})
    mail_week()
    assert len(said_to(group[1])) == 1


def test_without_a_mail_server_nobody_is_taken_as_told(group, friday, settings):
    settings.SENDS_MAIL = False

    mail_week()

    assert (mail.outbox, Reminder.objects.count()) == ([], 0)


def test_the_account_page_shows_beforehand_what_is_sent_to_the_letter(client, group, friday):
    client.force_login(group[1])

    assert WEEK in client.get(ACCOUNT).text
    shown = client.get(WEEK).context["words"]
    send_digests(now=FRIDAY)
    assert said_to(group[1]) == [shown]
    assert "3 sessions of yours are still to be logged: https://map.example/today/" in shown
    client.force_login(member(Role.GOVERNOR, group[0].school))
    assert "Nothing waits for you this week" in client.get(WEEK).text


def test_where_the_product_does_not_know_its_address_the_mail_has_no_link(group, friday, settings):
    settings.ADDRESS = ""
    send_digests(now=FRIDAY)

    assert "http" not in mail.outbox[0].body


@pytest.mark.parametrize("many", [1, 30])
def test_the_queries_do_not_grow_with_the_sessions(group, friday, many, django_assert_num_queries):
    for _ in range(many):
        provision = ProvisionFactory(school=group[0].school)
        SlotFactory(provision=provision)
        PlacementFactory(provision=provision, learner__school=group[0].school)
        DelivererFactory(provision=provision, user=group[1])

    with django_assert_num_queries(12):
        items_for(group[0].school, group[2], FRIDAY)
