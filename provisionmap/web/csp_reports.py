"""What browsers report of our content security policy: which rule was broken, and nothing of the page."""

from __future__ import annotations

import json
import logging
import time
from collections import deque

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

logger = logging.getLogger("provisionmap.csp")

LONGEST = 8_192  # bytes of a report; a browser's own has about one thousand
MOST, SECONDS = 30, 60  # lines of the log in a time, for each process: whoever floods us fills no disk
DIRECTIVES = frozenset(
    {"default-src", "script-src", "script-src-elem", "script-src-attr", "style-src", "style-src-elem", "style-src-attr"}
    | {"img-src", "font-src", "connect-src", "form-action", "frame-ancestors", "frame-src", "child-src", "base-uri"}
    | {"object-src", "manifest-src", "worker-src", "media-src"}
)
_lately: deque[float] = deque(maxlen=MOST)


def directive_of(body: bytes) -> str:
    """The rule that was broken, if the report names one that exists; a stranger's words never reach the log."""
    try:
        report = json.loads(body)["csp-report"]
        named = str(report.get("effective-directive") or report["violated-directive"]).partition(" ")[0]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return ""
    return named if named in DIRECTIVES else ""


def room(now: float) -> bool:
    """Whether one more line may be written at `now`, in seconds of a clock that never goes back."""
    if len(_lately) == MOST and now - _lately[0] < SECONDS:
        return False
    _lately.append(now)
    return True


@csrf_exempt  # browsers send reports by themselves, without a token of ours
@require_POST
def csp_report(request: HttpRequest) -> HttpResponse:
    """Takes a report and says nothing back. It can't carry a token, and changes nothing but the log."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdecimal() or int(length) > LONGEST:
        return HttpResponse(status=413)
    directive = directive_of(request.body)
    if directive and room(time.monotonic()):
        logger.warning("content security policy broken", extra={"reason": directive})
    return HttpResponse(status=204)
