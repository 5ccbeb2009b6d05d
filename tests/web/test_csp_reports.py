"""What browsers report of a broken content security policy."""

import json

import pytest
from django.test import Client

from provisionmap.web import csp_reports
from provisionmap.web.log import JsonFormatter


@pytest.fixture(autouse=True)
def quiet():
    """Nothing was reported lately."""
    csp_reports._lately.clear()
    yield
    csp_reports._lately.clear()


def sent(body, **options):
    """The answer to a report by somebody without a token."""
    strict = Client(enforce_csrf_checks=True)
    return strict.post("/csp/", body, content_type="application/csp-report", **options).status_code


def report(directive, name="effective-directive"):
    """A report as browsers send it; its address holds what no log may."""
    page = {"document-uri": "https://map.example/learners/7/?q=Canary", "blocked-uri": "inline"}
    return json.dumps({"csp-report": {**page, name: directive}})


@pytest.mark.parametrize("name", ["effective-directive", "violated-directive"])
def test_the_rule_is_logged_and_nothing_of_the_page(db, caplog, name):
    assert sent(report("script-src-elem", name)) == 204

    (line,) = [json.loads(JsonFormatter().format(one)) for one in caplog.records if one.name == "provisionmap.csp"]
    assert (line["message"], line["reason"]) == ("content security policy broken", "script-src-elem")
    assert [word for word in ("Canary", "learners", "map.example") if word in json.dumps(line)] == []


@pytest.mark.parametrize(
    "body",
    ["", "[]", "null", "{}", "\ufffd", '{"csp-report": 7}', report("Canary Surname"), '{"csp-report": {}}', "[" * 8000],
)
def test_what_is_no_report_is_not_logged(db, caplog, body):
    assert sent(body) == 204

    assert [one for one in caplog.records if one.name == "provisionmap.csp"] == []


def test_a_long_report_is_not_read(db):
    assert sent("x" * 8_193) == 413
    assert sent("x", headers={"content-length": "many"}) == 413


def test_a_flood_writes_thirty_lines_a_minute(db, caplog):
    for _ in range(40):
        assert sent(report("img-src")) == 204

    assert len([one for one in caplog.records if one.name == "provisionmap.csp"]) == 30
    assert csp_reports.room(csp_reports._lately[0] + 61)
