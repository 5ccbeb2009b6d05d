"""Logs without personal data: one JSON object a line, of keys we chose."""

import json
import logging
import traceback
from contextvars import ContextVar
from datetime import UTC, datetime

# The request being answered, so that every line and every audit event of it can be found together.
request_id: ContextVar[str] = ContextVar("request_id", default="")

# What a record may carry beside its message. Paths, queries, bodies and values are not on the list.
KEYS = ("request_id", "user_id", "route", "method", "status", "ms", "task", "count", "reason")
# Databases quote the offending row after these words, and rows hold names and UPNs.
CUTS = ("DETAIL:", "CONTEXT:")
# What these loggers of Django say holds the path, the query or the host that was asked for.
OUR_WORDS = {
    "django.request": "request ended in an error",
    "django.security": "request refused",
    "django.server": "request answered",
}


def message_of(record: logging.LogRecord) -> str:
    """What a record says, without what a visitor or a database wrote."""
    name = str(record.name)
    words = next((words for place, words in OUR_WORDS.items() if f"{name}.".startswith(f"{place}.")), "")
    return words or without_values(record.getMessage())


def request_of(record: logging.LogRecord) -> dict[str, object]:
    """The route and the status of the request that Django speaks of; never its path."""
    match = getattr(getattr(record, "request", None), "resolver_match", None)
    found: dict[str, object] = {"route": match.view_name} if match else {}
    return found | ({"status": record.status_code} if hasattr(record, "status_code") else {})


def without_values(text: str) -> str:
    """`text` up to the place where a database begins to quote values.

    >>> without_values("duplicate key\\nDETAIL:  Key (upn)=(A80)")
    'duplicate key'
    """
    for cut in CUTS:
        text = text.partition(cut)[0]
    return text.strip()


class JsonFormatter(logging.Formatter):
    """Writes time, level, logger, message and the allowed keys; of an exception its type and places only."""

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": message_of(record),
        }
        if request_id.get():
            line["request_id"] = request_id.get()
        line |= request_of(record)
        line |= {key: getattr(record, key) for key in KEYS if hasattr(record, key)}
        if record.exc_info and record.exc_info[0]:
            line["error"] = record.exc_info[0].__name__
            line["places"] = [
                f"{place.filename.rpartition('/')[2]}:{place.lineno} {place.name}"
                for place in traceback.extract_tb(record.exc_info[2])[-8:]
            ]
        return json.dumps(line, ensure_ascii=False)
