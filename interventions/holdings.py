"""What this app holds about a learner: their placements, and what of others' records tells of them."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.db.models import Q, QuerySet

from interventions.actions.weeks import recount
from interventions.models import (
    Answer,
    Attendance,
    Deliverer,
    Entry,
    Feed,
    MapChange,
    MapExport,
    MapImport,
    Placement,
    Provision,
    Reminder,
    SavedView,
    Session,
    TierMove,
    Trip,
)
from learners.export_reasons import register as register_reasons
from learners.holdings import Disposal, declare, declare_with_history, set_aside, settle
from learners.models import Learner

Shared = Placement.shared_with.through
OF_OTHERS = "The provision is other learners' too; whoever was placed in it stands in their placement alone."


def placements_of(learner: int) -> set[int]:
    """Ids of the learner's placements, those deleted since among them."""
    now = Placement.objects.filter(learner=learner).values_list("pk", flat=True)
    return {*now, *Placement.history.filter(learner=learner).order_by().values_list("id", flat=True)}


def provisions_of(learner: int) -> set[int]:
    """Ids of the provisions in which the learner is or was placed, or which cover their class."""
    rows = Provision.objects.filter(group__learners=learner).order_by().values_list("pk", flat=True)
    placed = Placement.history.filter(learner=learner).order_by().values_list("provision", flat=True)
    now = Placement.objects.filter(learner=learner).order_by().values_list("provision", flat=True)
    return {*rows, *placed, *now}


def _of_provisions(model: Any, key: str, learner: int) -> QuerySet[Any]:
    """Rows of `model` that belong to those provisions by their field `key`."""
    rows: QuerySet[Any] = model._base_manager.filter(**{f"{key}__in": provisions_of(learner)})
    return rows.order_by("pk")


def changes_of(learner: int) -> QuerySet[MapChange]:
    """The changes of the map that touched the learner, as their history tells."""
    reasons = {
        *Placement.history.filter(learner=learner).values_list("history_change_reason", flat=True),
        *Learner.history.filter(id=learner).values_list("history_change_reason", flat=True),
    }
    ids = [int(reason[4:]) for reason in reasons if reason and reason.startswith("set:") and reason[4:].isdigit()]
    return MapChange.objects.filter(pk__in=ids).order_by("pk")


def _shares(change: MapChange, learner: int, *, mine: bool) -> list[Any]:
    ids = placements_of(learner)
    return [pair for pair in change.shares if (pair[0] in ids) is mine]


def _here(learner: int) -> Q:
    """Rows of the school at which the learner is or was."""
    held = Learner.history.filter(id=learner).order_by().values("school")
    return Q(school__in=held) | Q(school__in=Learner.objects.filter(pk=learner).values("school"))


def sessions_of(learner: int) -> QuerySet[Session]:
    """The sessions at which the learner was, or was missed."""
    return Session.objects.filter(attendances__learner=learner).distinct().order_by("pk")


def _of_sessions(model: Any, learner: int) -> QuerySet[Any]:
    rows: QuerySet[Any] = model.objects.filter(session__in=sessions_of(learner).values("pk"))
    return rows.order_by("pk")


def _heard(entry: Entry, learner: int, *, mine: bool) -> dict[str, Any]:
    """What an entry says: of this learner, or of everybody else. The note of the group may tell of anybody."""
    ids = {str(pk) for pk in placements_of(learner)}
    people = {pk: heard for pk, heard in entry.said.get("learners", {}).items() if (pk in ids) is mine}
    return {**entry.said, "learners": people} | ({} if mine else {"note": ""})


declare_with_history(Placement, "Placements", by="learner")
declare(Attendance, "Sessions they were at, or missed", lambda pk: Attendance.objects.filter(learner=pk).order_by("pk"))
declare(
    Session, "How these sessions went", sessions_of, Disposal.REWRITE,
    "A session is the whole group's: it stays without its note, which may tell of anybody in it.",
    rewritten=lambda session, pk: {"note": ""},
)  # fmt: skip
declare(
    Entry, "What was said about these sessions", lambda pk: _of_sessions(Entry, pk), Disposal.REWRITE,
    "An entry is about the whole group: what it says of this learner is taken out, and the note of the group.",
    part=lambda entry, pk: {"said": _heard(entry, pk, mine=True)},
    rewritten=lambda entry, pk: {"said": _heard(entry, pk, mine=False)},
)  # fmt: skip
declare(
    Answer, "Answers to these sessions", lambda pk: _of_sessions(Answer, pk), Disposal.REWRITE,
    "An answer may tell of anybody in the group, so its words are taken out.",
    rewritten=lambda answer, pk: {"text": ""},
)  # fmt: skip
declare(Trip, "Trips they were on", lambda pk: Trip.objects.filter(learners=pk).order_by("pk"), Disposal.KEEP,
        "The trip was others' too; that this learner was on it goes with the learner.")  # fmt: skip
declare(Trip.learners.through, "That they were on them", lambda pk: Trip.learners.through.objects.filter(learner=pk))
declare(Shared, "With whom placements are shared", lambda pk: Shared.objects.filter(placement__learner=pk))
for model, title, key, others in (
    (Provision, "Provision they had", "id", "responsible_name"),
    (Provision.history.model, "Provision they had, earlier versions", "id", "responsible_name"),
    (Deliverer, "Who delivers it", "provision", "name"),
    (Deliverer.history.model, "Who delivers it, earlier versions", "provision", "name"),
    (TierMove, "Moves between tiers", "provision", ""),
    (TierMove.history.model, "Moves between tiers, earlier versions", "provision", ""),
):
    rows = partial(_of_provisions, model, key)
    declare(model, title, rows, Disposal.KEEP, OF_OTHERS, others=(others,) if others else ())
declare(
    MapChange, "Changes of the map that touched them", changes_of, Disposal.REWRITE,
    "A change is told of many learners at once; with whom this learner's placements were shared is taken out.",
    part=lambda change, pk: {"shares": _shares(change, pk, mine=True)},
    rewritten=lambda change, pk: {"shares": _shares(change, pk, mine=False)},
)  # fmt: skip
declare(
    MapImport, "Maps on their way in",
    lambda pk: MapImport.objects.filter(_here(pk)).exclude(upload=None).order_by("pk"), Disposal.REWRITE,
    "A map that was uploaded within the last hour may name them: it is abandoned.",
    part=lambda run, pk: {"decisions": {}, "upload_name": ""},
    rewritten=lambda run, pk: {"upload": None, "upload_name": "", "decisions": {}, "state": "abandoned"},
)  # fmt: skip
declare(
    MapExport, "Prints of the map on their way out",
    lambda pk: MapExport.objects.filter(_here(pk), Q(file__isnull=False) | ~Q(text="")).order_by("pk"),
    Disposal.REWRITE,
    "A print of the last hour may show them: it is removed.",
    part=lambda export, pk: {"text": "", "reason": ""},
    rewritten=lambda export, pk: {"file": None, "text": "", "state": "gone"},
)  # fmt: skip
register_reasons(MapExport)
set_aside(SavedView, "A colleague's own view of the map: codes and ids, under a name they chose.")
set_aside(Feed, "A colleague's timetable as their own calendar fetches it: the digest of an address, no learner.")
set_aside(Reminder, "When a colleague was last mailed about sessions or the week: no learner.")
settle(recount)  # the sums of the weeks are made from attendance
