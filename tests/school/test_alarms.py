"""Alarms: what raises one, who hears of it, and that it is looked into."""

import os
from datetime import timedelta

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as some

from provisionmap.school import tasks
from provisionmap.school.actions import alarms as actions
from provisionmap.school.alarms import KINDS, MOST_READ, Found, Trace, alarms_of
from provisionmap.school.models import Alarm, AuditEvent
from provisionmap.school.roles import Role
from tests.factories import LearnerFactory, SchoolFactory, member

PAGE = reverse("school:alarms")
READ = [Trace(1, 5, "learner.view", learner, {}) for learner in range(MOST_READ + 1)]


@pytest.mark.parametrize(
    ("traces", "found"),
    [
        (READ, [Found(1, "reading", 5, 61)]),
        (READ[1:], []),
        ([*READ[1:], *READ[1:]], []),
        ([Trace(1, 5, "access.refused", None, {})] * 21, [Found(1, "refused", 5, 21)]),
        ([Trace(1, 5, "access.refused", None, {})] * 20, []),
        ([Trace(1, 5, "map.export", None, {"learners": [None, 101]})], [Found(1, "export", 5, 101)]),
        ([Trace(1, 5, "map.export", None, {"learners": [None, 100]})], []),
        ([Trace(1, 5, "map.export", None, {})], []),
        ([Trace(1, 5, "person.role_give", None, {"role": [None, "head"]})], [Found(1, "role", 5, 1)]),
        ([Trace(1, 5, "person.role_give", None, {"role": [None, "governor"]})], []),
        ([Trace(1, 5, "account.second_step_remove", None, {}, 5)], [Found(1, "second_step", 5, 1)]),
        ([Trace(1, 5, "person.second_step_reset", None, {}, 9)], [Found(1, "second_step", 9, 1)]),
        ([Trace(1, 5, "record.take", 3, {})] * 2, [Found(1, "record", 5, 1)]),
        ([Trace(1, 5, "transfer.send", 3, {})], [Found(1, "record", 5, 1)]),
        ([Trace(1, 5, "record.ask", 3, {})], []),
        ([Trace(1, 5, "learner.change", 3, {})], []),
    ],
)
def test_what_raises_an_alarm(traces, found):
    assert alarms_of(traces) == found


@given(some.lists(some.tuples(some.integers(1, 2), some.integers(1, 3), some.integers(1, 80)), max_size=300))
def test_the_order_of_what_was_read_makes_no_difference(looks):
    traces = [Trace(school, user, "learner.view", learner, {}) for school, user, learner in looks]

    assert alarms_of(traces) == alarms_of(reversed(traces))
    assert all(one.count > MOST_READ for one in alarms_of(traces))


@pytest.fixture
def post(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    return mail


def look(user, count):
    """`user` opens the records of so many learners."""
    rows = [LearnerFactory(school=user.school) for _ in range(count)]
    AuditEvent.objects.bulk_create(
        [
            AuditEvent(verb="learner.view", user_id=user.pk, school_id=user.school.pk, learner_id=row.pk, changes={})
            for row in rows
        ]
    )
    return rows


def test_many_records_are_told_to_those_who_may_look_and_name_nobody(senco, post, django_capture_on_commit_callbacks):
    office = member(Role.ADMINISTRATOR, senco.school)
    teacher = member(Role.CLASS_TEACHER, senco.school, name="Wren Alder")
    rows = look(teacher, MOST_READ + 1)

    with django_capture_on_commit_callbacks(execute=True):
        tasks.watch()
        tasks.watch()

    alarm = Alarm.objects.get()
    assert (alarm.kind, alarm.about, alarm.count) == ("reading", teacher, 61)
    assert sorted(one.to[0] for one in post.outbox) == sorted([senco.email, office.email])
    for one in post.outbox:
        assert "Many records were opened" in one.subject or "many records were opened" in one.subject
        assert teacher.name not in one.subject + one.body
        assert not [row for row in rows if row.surname in one.subject + one.body]
    assert AuditEvent.objects.filter(verb="alarm.raise").count() == 1


def test_what_lies_further_back_and_another_school_raise_nothing_here(senco, clock):
    look(member(Role.CLASS_TEACHER, senco.school), MOST_READ + 1)
    clock.shift(timedelta(minutes=11))
    look(member(Role.CLASS_TEACHER), MOST_READ + 1)

    tasks.watch()

    assert not Alarm.objects.of(senco.school).exists()
    assert Alarm.objects.count() == 1


def test_the_same_is_told_again_the_next_day(senco, clock):
    found = [Found(senco.school.pk, "role", senco.pk, 1)]
    for hours, count in ((0, 1), (23, 1), (2, 2)):
        clock.shift(timedelta(hours=hours))
        actions.raise_all(found, now=timezone.now())
        assert Alarm.objects.count() == count


def test_a_school_or_a_person_that_is_gone_stops_nothing(senco):
    made = actions.raise_all(
        [Found(999_999, "role", senco.pk, 1), Found(senco.school.pk, "role", 999_999, 1)], now=timezone.now()
    )

    assert [(one.school, one.about) for one in made] == [(senco.school, None)]


def test_a_backup_that_is_missing_is_told_to_every_school(senco, settings, tmp_path):
    SchoolFactory()
    tasks.watch()
    assert not Alarm.objects.exists()

    settings.BACKUP_DIR = str(tmp_path)
    tasks.watch()

    assert set(Alarm.objects.values_list("kind", "about")) == {("backup", None)}
    assert Alarm.objects.count() == 2


def test_a_backup_of_today_is_no_alarm(senco, settings, tmp_path):
    made = tmp_path / "backup.tar"
    made.write_bytes(b"x")
    now = timezone.now().timestamp()
    os.utime(made, (now, now))
    settings.BACKUP_DIR = str(tmp_path)

    tasks.watch()

    assert not Alarm.objects.exists()


def test_a_trail_that_was_changed_is_an_alarm(senco, monkeypatch):
    def broken():
        raise tasks.Broken("cut")

    monkeypatch.setattr(tasks, "write_anchor", broken)

    tasks.anchor_audit()

    assert Alarm.objects.get().kind == "chain"


def test_the_page_says_what_and_who_looked_into_it(client, senco):
    assert "No alarm has been raised" in client.get(PAGE).text
    alarm = Alarm.objects.create(school=senco.school, kind="export", about=senco, count=120, at=timezone.now())
    assert f"{senco.name} took more than 100 learners out in one file (120)" in client.get(PAGE).text
    assert "1 to look into" in client.get(reverse("school:settings")).text

    for _ in range(2):
        assert client.post(reverse("school:alarm-noticed", args=[alarm.pk])).url == PAGE

    assert "I have looked into it" not in client.get(PAGE).text
    assert AuditEvent.objects.filter(verb="alarm.notice").count() == 1
    assert str(alarm).startswith("Many learners")


def test_many_alarms_are_paged_and_cost_the_same(client, senco, django_assert_max_num_queries):
    for kind in KINDS:
        for _ in range(5):
            Alarm.objects.create(school=senco.school, kind=kind, about=senco, at=timezone.now())

    with django_assert_max_num_queries(6):
        page = client.get(PAGE).text

    assert "Page 1 of 2" in page
    assert "Newer" in client.get(f"{PAGE}?page=2").text


def test_others_see_none(client, db):
    client.force_login(member(Role.HEAD))

    assert client.get(PAGE).status_code == 403
