"""Who looked at which record is kept: once for five minutes, with ids only, before the answer leaves."""

from datetime import timedelta

import pytest
from django.db import DatabaseError
from django.urls import reverse

from provisionmap.school import seen
from provisionmap.school.models import AuditEvent
from provisionmap.school.roles import Role
from tests.factories import LearnerFactory, member

pytestmark = [pytest.mark.django_db, pytest.mark.looks]


@pytest.fixture
def learner(senco):
    return LearnerFactory(school=senco.school)


def page_of(learner):
    return reverse("learners:learner", args=[learner.pk])


def told():
    return list(AuditEvent.objects.order_by("pk").values_list("verb", "learner_id", "changes"))


def test_a_look_is_kept_with_who_where_and_which_request(client, senco, learner):
    answer = client.get(page_of(learner))

    event = AuditEvent.objects.get()
    assert (event.user_id, event.school_id, event.learner_id) == (senco.pk, senco.school.pk, learner.pk)
    assert (event.target_model, event.target_id) == ("learners.learner", learner.pk)
    assert event.changes == {"page": "learners:learner"}
    assert event.request_id == answer["X-Request-ID"]


def test_the_same_page_within_five_minutes_is_the_same_look(client, senco, learner, clock):
    client.get(page_of(learner))
    clock.shift(timedelta(minutes=4))
    client.get(page_of(learner))
    assert AuditEvent.objects.count() == 1

    clock.shift(timedelta(minutes=2))
    client.get(page_of(learner))
    assert AuditEvent.objects.count() == 2


def test_another_page_another_child_and_another_person_are_other_looks(client, senco, learner):
    client.get(page_of(learner))
    client.get(reverse("learners:passport", args=[learner.pk]))
    client.get(page_of(LearnerFactory(school=senco.school)))
    client.force_login(member(Role.HEAD, senco.school))
    client.get(page_of(learner))

    assert AuditEvent.objects.count() == 4


def test_a_look_costs_one_statement_the_first_time_and_none_the_second(client, learner, django_assert_num_queries):
    with django_assert_num_queries(15) as first:
        client.get(page_of(learner))
    with django_assert_num_queries(14) as second:
        client.get(page_of(learner))

    added = {query["sql"].split()[0] for query in first} - {query["sql"].split()[0] for query in second}
    assert added == {"INSERT"}


def test_a_list_is_counted_and_a_search_said_to_be_one(client, senco, learner):
    LearnerFactory(school=senco.school, surname="Quimby")

    client.get(reverse("learners:register"))
    client.post(reverse("learners:register"), {"q": "Quimby"})

    assert told() == [
        ("list.view", None, {"page": "learners:register", "learners": 2}),
        ("list.view", None, {"page": "learners:register", "learners": 1, "searched": True}),
    ]


@pytest.mark.parametrize("name", ["interventions:library", "school:settings", "school:people", "interventions:changes"])
def test_a_page_without_children_leaves_nothing(client, senco, name):
    client.get(reverse(name))

    assert told() == []


def test_a_save_that_shows_nothing_is_no_look(client, senco, learner):
    client.post(reverse("learners:return", args=[learner.pk]), {"seen": 1})

    assert "learner.view" not in [verb for verb, _, _ in told()]


def test_who_is_turned_away_is_kept_with_what_they_asked_for(client, senco):
    stranger = LearnerFactory()

    client.get(page_of(stranger))
    client.force_login(member(Role.GOVERNOR, senco.school))
    client.get(page_of(stranger))

    assert told() == [
        ("access.refused", stranger.pk, {"page": "learners:learner", "status": 404, "pk": stranger.pk}),
        ("access.refused", stranger.pk, {"page": "learners:learner", "status": 403, "pk": stranger.pk}),
    ]


def test_who_is_turned_away_from_a_page_without_a_number_is_kept_too(client, senco):
    client.force_login(member(Role.TEACHING_ASSISTANT, senco.school))

    client.get(reverse("school:people"))

    assert told() == [("access.refused", None, {"page": "school:people", "status": 403})]


def test_a_number_that_no_database_holds_leaves_nothing(client, senco):
    assert client.get(f"/learners/{2**63}/").status_code == 404
    assert client.get("/nowhere/").status_code == 404

    assert told() == []


def test_nobody_is_kept_who_is_not_signed_in(client, db):
    client.get("/learners/1/")

    assert told() == []


def test_what_cannot_be_kept_is_not_shown(client, senco, learner, monkeypatch):
    def refuse(self, **options):
        raise DatabaseError("disk full")

    monkeypatch.setattr(AuditEvent, "save", refuse)
    client.raise_request_exception = False

    answer = client.get(page_of(learner))

    assert answer.status_code == 500
    assert learner.surname not in answer.text


def test_only_so_many_looks_are_remembered_and_the_oldest_goes_first(monkeypatch):
    monkeypatch.setattr(seen, "MOST_REMEMBERED", 2)
    looks = seen.Looks()

    for look in "abc":
        looks.remember(look)

    assert [looks.is_new(look) for look in "abc"] == [True, False, False]
