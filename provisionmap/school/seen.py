"""Who looked at which child's record: collected while a page is made, written once it is answered.

A page about one learner calls `saw`; a page that lists many may call `counted`. Any other page that names a
capability of seeing learners is kept without either, so a page that is forgotten here leaves its trace all the same.
The same page looked at again by the same person within five minutes is the same look.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any

from django.http import HttpResponse

from provisionmap.school import audit
from provisionmap.school.models import AuditEvent
from provisionmap.school.roles import Capability
from provisionmap.web.log import request_id

LEARNER_VIEW, LIST_VIEW, REFUSED = "learner.view", "list.view", "access.refused"
SHOWN = frozenset({200, 409, 422})  # answers that show something; a redirect does not
DENIED = frozenset({403, 404})
BY_LEARNER = ("learners/<int:pk>/", "map/learners/<int:")  # addresses whose first number is a learner's
TOO_LARGE = 2**63  # no database holds such an id
SAME_LOOK = 300  # seconds
MOST_REMEMBERED = 20_000  # looks in one process; beyond them the oldest are kept anew, never left out
# Who holds one of these sees learners; the library and the settings show none.
OF_LEARNERS = frozenset(
    {
        Capability.SEE_MAP,
        Capability.SEE_ALL_LEARNERS,
        Capability.SEE_OWN_LEARNERS,
        Capability.SEE_NOTES,
        Capability.EDIT_MAP,
        Capability.EDIT_OWN_UNIVERSAL,
        Capability.EDIT_LEARNERS,
        Capability.EDIT_PASSPORT,
        Capability.IMPORT_LEARNERS,
        Capability.SHARE_LEARNERS,
        Capability.SEE_AUDIT,
        Capability.DISPOSE_RECORDS,
        Capability.EXPORT_RECORD,
        Capability.LOG_ALL,
        Capability.LOG_OWN,
    }
)
# Addresses that show no child, though they need such a capability: ids only, one's own settings, how far a job is,
# that what a card said has arrived, and the frame that a device keeps.
SHOWS_NOBODY = frozenset(
    {
        "interventions:changes",
        "interventions:views",
        "interventions:print",
        "interventions:calendar",
        "interventions:answer-remove",
        "interventions:nudge",
        "interventions:session-gaps",
        "interventions:today-key",
        "interventions:today-log",
        "interventions:today-offline",
        "interventions:today-worker",
        "interventions:absence",
        "interventions:absence-add",
        "learners:disposal",
        "learners:disposal-log",
        "reports:record",
    }
)


def saw(request: Any, learner: int) -> None:
    """The answer shows something of this learner's record."""
    request.__dict__.setdefault("seen", set()).add(learner)


def counted(request: Any, learners: int, *, searched: bool = False) -> None:
    """The answer lists this many learners, found by a search or not; which words were searched for is not kept."""
    request.__dict__["listed"] = {"learners": learners, **({"searched": True} if searched else {})}


class Looks:
    """What was looked at within the last five minutes, by this process."""

    def __init__(self) -> None:
        self.until: OrderedDict[Hashable, float] = OrderedDict()
        self.lock = Lock()

    def is_new(self, look: Hashable) -> bool:
        """Whether nobody told of this look in the last five minutes."""
        return self.until.get(look, 0) <= time.time()

    def remember(self, look: Hashable) -> None:
        """From now on this is the same look, for five minutes."""
        with self.lock:
            self.until[look] = time.time() + SAME_LOOK
            self.until.move_to_end(look)
            while len(self.until) > MOST_REMEMBERED:
                self.until.popitem(last=False)


looks = Looks()


def _events(request: Any, answer: HttpResponse) -> list[AuditEvent]:
    """What this answer leaves in the trail."""
    match = request.resolver_match
    if match is None or not request.user.is_authenticated:
        return []
    page = match.view_name
    who = {
        "user_id": request.user.pk,
        "school_id": request.school.pk if request.school else None,
        "request_id": request_id.get(),
    }
    if answer.status_code in DENIED:
        thing = {name: value for name, value in match.kwargs.items() if isinstance(value, int) and value < TOO_LARGE}
        told = {"page": page, "status": answer.status_code, **thing}
        learner = thing.get("learner", thing.get("pk")) if match.route.startswith(BY_LEARNER) else None
        # An address without an id that does not exist tells nothing; one that was refused does.
        if not thing and answer.status_code != 403:
            return []
        return [AuditEvent(verb=REFUSED, learner_id=learner, changes=told, **who)]
    if answer.status_code not in SHOWN:
        return []
    seen = request.__dict__.get("seen", ())
    if seen:
        kept = {"target_model": audit.LEARNER, "changes": {"page": page}, **who}
        return [AuditEvent(verb=LEARNER_VIEW, target_id=pk, learner_id=pk, **kept) for pk in sorted(seen)]
    needs = set(getattr(match.func, "capabilities", ()))
    if not needs & OF_LEARNERS or page in SHOWS_NOBODY:
        return []
    return [AuditEvent(verb=LIST_VIEW, changes={"page": page, **request.__dict__.get("listed", {})}, **who)]


class Seen:
    """Keeps who looked. Before the answer leaves: what cannot be kept is not shown."""

    def __init__(self, get_response: Callable[[Any], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponse:
        answer = self.get_response(request)
        for event in _events(request, answer):
            look = (event.user_id, event.school_id, event.verb, event.learner_id, *event.changes.items())
            if looks.is_new(look):
                event.save(force_insert=True)
                looks.remember(look)
        return answer
