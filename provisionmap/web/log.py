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
            "message": without_values(record.getMessage()),
        }
        if request_id.get():
            line["request_id"] = request_id.get()
        line |= {key: getattr(record, key) for key in KEYS if hasattr(record, key)}
        if record.exc_info and record.exc_info[0]:
            line["error"] = record.exc_info[0].__name__
            line["places"] = [
                f"{place.filename.rpartition('/')[2]}:{place.lineno} {place.name}"
                for place in traceback.extract_tb(record.exc_info[2])[-8:]
            ]
        return json.dumps(line, ensure_ascii=False)
