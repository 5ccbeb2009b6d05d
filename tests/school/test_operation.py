"""What the person on call relies on: health, error pages, request ids, logs without personal data."""

import json
import logging
import sys

import pytest
from django.db import DatabaseError, connection
from django.test import Client, RequestFactory
from django.urls import reverse

from provisionmap.celery import app
from provisionmap.school import audit
from provisionmap.school.actions.account import tokens
from provisionmap.school.models import AuditEvent
from provisionmap.web import errors
from provisionmap.web.log import JsonFormatter, request_id, without_values
from provisionmap.web.middleware import RequestLog
from tests.factories import SchoolFactory, UserFactory

HEALTH = reverse("health")


class Down:
    """A database wrapper that fails, as one does whose server is gone."""

    def __call__(self, execute, sql, params, many, context):
        raise DatabaseError("server gone\nDETAIL: Key (upn)=(A801200001001)")


def test_health_says_that_all_is_well_and_nothing_more(client, db):
    answer = client.get(HEALTH)

    assert answer.status_code == 200
    assert answer.json() == {"database": "ok", "broker": "ok"}
    assert client.post(HEALTH).status_code == 405


def test_health_says_when_the_database_is_down(client, db):
    with connection.execute_wrapper(Down()):
        answer = client.get(HEALTH)

    assert (answer.status_code, answer.json()["database"], answer.json()["broker"]) == (503, "down", "ok")


def test_health_says_when_the_broker_is_down(client, db, monkeypatch):
    gone = app.connection("redis://127.0.0.1:9/0")  # nothing listens on the discard port
    monkeypatch.setattr(app, "connection_for_write", lambda: gone)

    answer = client.get(HEALTH)

    assert (answer.status_code, answer.json()["database"], answer.json()["broker"]) == (503, "ok", "down")


@pytest.mark.parametrize(
    ("view", "status", "words"),
    [
        (errors.bad_request, 400, "could not be read"),
        (errors.not_allowed, 403, "Your role does not include this"),
        (errors.not_found, 404, "nothing here that you can see"),
        (errors.broken, 500, "Something went wrong on our side"),
        (errors.csrf_failure, 403, "Nothing was saved"),
    ],
)
@pytest.mark.parametrize("part", [True, False], ids=["part", "page"])
def test_error_pages_need_no_database(view, status, words, part):
    """The `db` fixture is absent: a query here would fail the test."""
    request = RequestFactory().get("/", headers={"HX-Request": "true"} if part else {})

    answer = view(request)

    assert answer.status_code == status
    assert words in answer.text
    assert ("<html" in answer.text) is not part


def test_what_is_missing_and_what_is_forbidden_look_alike_and_helpful(client, senco, administrator):
    client.force_login(administrator)

    missing, refused = client.get("/no-such-page/"), client.get(reverse("school:tiers"))

    assert (missing.status_code, "nothing here that you can see" in missing.text) == (404, True)
    assert (refused.status_code, "ask your SENCO" in refused.text) == (403, True)


def test_a_page_that_breaks_with_its_database_still_answers(senco, caplog):
    client = Client(raise_request_exception=False)
    client.force_login(senco)

    with connection.execute_wrapper(Down()):
        answer = client.get(reverse("school:settings"))

    assert answer.status_code == 500
    assert "Nothing you saved earlier is lost" in answer.text
    assert "A801200001001" not in answer.text


def test_every_answer_and_every_event_carries_the_request(client, senco):
    answer = client.post(
        reverse("school:account"), {"what": "name", "name": "New"}, headers={"X-Request-ID": "chosen-by-the-visitor"}
    )

    assert len(answer["X-Request-ID"]) == 36
    assert AuditEvent.objects.get().request_id == answer["X-Request-ID"]
    assert request_id.get() == ""


def test_outside_a_request_an_event_carries_none(db):
    audit.record("job.run", by=None, school=SchoolFactory())

    assert AuditEvent.objects.get().request_id == ""


def written(caplog):
    return [json.loads(JsonFormatter().format(record)) for record in caplog.records]


def test_a_line_of_the_log_says_who_and_which_route_and_nothing_personal(client, senco, caplog):
    with caplog.at_level(logging.INFO, "provisionmap.request"):
        client.post(reverse("school:people") + "?q=Canary", {"q": "Canary Surname"})

    (line,) = written(caplog)
    assert line.keys() == {"at", "level", "logger", "message", "user_id", "route", "method", "status", "ms"}
    assert (line["user_id"], line["route"], line["method"], line["status"]) == (senco.pk, "school:people", "POST", 200)
    assert "Canary" not in json.dumps(line)


def test_what_django_says_of_a_request_names_its_route_and_not_its_path(db, caplog):
    person = UserFactory()
    address = reverse("school:welcome", args=[person.pk, tokens.make_token(person)])
    strict = Client(enforce_csrf_checks=True, raise_request_exception=False)

    strict.post(address)
    strict.get("/", headers={"host": "evil.example"})
    with connection.execute_wrapper(Down()):
        strict.get(address)

    found = {
        (line["logger"], line["message"], line.get("route"), line.get("status"))
        for line in written(caplog)
        if line["logger"].startswith("django.")
    }
    assert found == {
        ("django.security.csrf", "request refused", "school:welcome", 403),
        ("django.security.DisallowedHost", "request refused", None, 400),
        ("django.request", "request ended in an error", "school:welcome", 500),
    }


def test_a_line_within_a_request_names_it():
    token = request_id.set("abc")
    try:
        line = json.loads(JsonFormatter().format(logging.makeLogRecord({"msg": "hello"})))
    finally:
        request_id.reset(token)

    assert (line["request_id"], line["message"]) == ("abc", "hello")


def test_an_exception_is_logged_by_its_kind_and_places_only():
    try:
        raise ValueError("Canary Surname")
    except ValueError:
        record = logging.makeLogRecord({"msg": "failed", "exc_info": sys.exc_info(), "count": 3, "name_of": "Canary"})

    line = json.loads(JsonFormatter().format(record))

    assert (line["error"], line["count"]) == ("ValueError", 3)
    assert "Canary" not in json.dumps(line)
    assert line["places"][0].startswith("test_operation.py:")


def test_values_a_database_quotes_are_cut():
    assert without_values("duplicate key\nDETAIL:  Key (upn)=(A80)") == "duplicate key"


def test_the_request_log_survives_a_person_who_cannot_be_read(rf):
    class Person:
        @property
        def pk(self):
            raise DatabaseError

    request = rf.get("/")
    request.user = Person()

    answer = RequestLog(lambda _: errors.broken(request))(request)

    assert (answer.status_code, len(answer["X-Request-ID"])) == (500, 36)
