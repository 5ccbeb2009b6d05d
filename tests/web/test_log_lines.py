"""What a line of the log is: one line whatever was written, in time that knows no summer, at one place."""

import json
import logging
from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings

from provisionmap.web.log import JsonFormatter


@pytest.mark.parametrize("moment", [datetime(2026, 7, 1, 12, tzinfo=UTC), datetime(2026, 12, 1, 12, tzinfo=UTC)])
def test_a_line_says_when_in_utc(moment):
    record = logging.makeLogRecord({"msg": "hello", "created": moment.timestamp()})

    at = datetime.fromisoformat(json.loads(JsonFormatter().format(record))["at"])

    assert (at, at.utcoffset()) == (moment, timedelta(0))


@pytest.mark.parametrize("text", ['a\nb {"level":"INFO"}', "a\r\nb", 'a"}\n{"at":"2026"}'])
def test_nobody_writes_a_second_line_into_one(text):
    line = JsonFormatter().format(logging.makeLogRecord({"msg": text, "reason": text}))

    assert len(line.splitlines()) == 1
    assert json.loads(line)["message"] == text


def test_all_lines_go_to_one_place():
    written = [settings.LOGGING["root"], *settings.LOGGING["loggers"].values()]

    assert {name for one in written for name in one.get("handlers", [])} == {"stderr"}
    assert set(settings.LOGGING["handlers"]) == {"stderr"}
    assert settings.LOGGING["handlers"]["stderr"]["class"] == "logging.StreamHandler"
