"""What the history table says of what people were told: nothing acknowledged may be missing or overwritten unseen."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from drills.acts import CLASH, FAILED, REFUSED, SAVED, Note
from interventions.actions.placements import EDITED, ON_THE_MAP, UNDO
from interventions.models import MapChange, Placement, Provision
from learners.models import Grant
from provisionmap.school.models import User

DAYS_AND_DOSE = {"starts", "ends", "minutes", "sessions"}
# What an act on several records may change in a placement, by its kind; all else must stay as it was.
CARRIES: dict[str, set[str]] = {"change": DAYS_AND_DOSE, "end": {"ends"}, "restore": set(EDITED)}
CARRIES["bulk"] = DAYS_AND_DOSE | {"review_on"}


class Trail:
    """All versions of the records that were fought over, and what people were told about them."""

    def __init__(self, *, cells: Sequence[int], provision: int, users: Iterable[User], notes: Sequence[Note]) -> None:
        self.notes, self.users = notes, list(users)
        self.sets = {one.reason: one for one in MapChange.objects.filter(by__in=self.users)}
        self.rows = {pk: list(Placement.history.filter(id=pk).order_by("history_id")) for pk in cells}
        self.plan = list(Provision.history.filter(id=provision).order_by("history_id"))
        self.now = {one.pk: one for one in Placement.objects.filter(pk__in=cells)}
        self.provision = Provision.objects.get(pk=provision)

    def saved(self, act: str) -> list[Note]:
        """What was acknowledged of one kind of act."""
        return [note for note in self.notes if (note.act, note.ended) == (act, SAVED)]

    def count(self) -> dict[str, Any]:
        """The figures. Those from `not in the history` on must be 0."""
        clashes = [note for note in self.notes if note.ended == CLASH]
        refused = Counter("edit" if note.act == "edit" else "other" for note in self.notes if note.ended == REFUSED)
        edits, plans = self._fate("edit"), self._fate("change")
        others = sum(len(self.saved(act)) for act in ("undo", "undo several", *CARRIES))
        return {
            "edits saved (200)": len(self.saved("edit")),
            "edits in the history": sum(row.history_change_reason == ON_THE_MAP for row in self._all()),
            "refused with both versions (409)": len(clashes) - self.one_sided(clashes),
            "refused for the provision's days (422)": refused["edit"],
            "undone, restored, changed together": others,
            "asked for that and refused with a reason": refused["other"],
            "versions of the cells": sum(len(rows) for rows in self.rows.values()),
            "saved, but not in the history": edits["missing"] + plans["missing"],
            "saved, overwritten unseen": edits["unseen"] + plans["unseen"] + self.unseen_by_sets(),
            "in the history, not acknowledged": edits["unknown"] + plans["unknown"] + self.unsaid(),
            "versions missing or twice": sum(map(_breaks, (*self.rows.values(), self.plan))),
            "changed by an act that was about something else": self.strays(),
            "last version is not the record": self.untrue_ends(),
            "refused without both versions": self.one_sided(clashes),
            "sight not as the placements say": self.wrong_sight(),
            "other answers": sum(note.ended == FAILED for note in self.notes),
        }

    def _all(self) -> list[Any]:
        return [row for rows in self.rows.values() for row in rows]

    def _fate(self, act: str) -> dict[str, int]:
        """What became of the acknowledged values of cells, or of the provision."""
        found = Counter()
        for pk, rows in (self.rows if act == "edit" else {self.provision.pk: self.plan}).items():
            told = {note.value: note for note in self.saved(act) if note.record == pk}
            first = {_value(row): place for place, row in reversed(list(enumerate(rows)))}
            found["missing"] += len(told.keys() - first.keys())
            found["unknown"] += len(first.keys() - told.keys() - {_value(rows[0])})
            unseen: set[int] = set()
            for value in told.keys() & first.keys():
                place, seen = first[value], told[value].seen
                since = max((at for at in range(place) if rows[at].version == seen), default=place)
                unseen |= {at for at in range(since + 1, place) if first.get(_value(rows[at])) == at}
                if rows[place].history_user_id != told[value].by:
                    found["unknown"] += 1
            found["unseen"] += len(unseen)
        return found

    def unseen_by_sets(self) -> int:
        """Versions that an act on several, a restoring or an end made of another version than the person had seen."""
        told = {(note.by, note.record, note.seen) for act in ("restore", "end") for note in self.saved(act)}
        for note in self.saved("bulk"):
            pairs = (one.split(".") for one in note.value.partition(";")[0].split(","))
            told |= {(note.by, int(pk), int(version)) for pk, version in pairs}
        kinds = {one.reason: one.kind for one in self.sets.values()}
        checked = [row for row in self._all() if kinds.get(row.history_change_reason) in ("restore", "bulk")]
        checked += [row for row in self.plan if kinds.get(row.history_change_reason) == "end"]
        return sum((row.history_user_id, row.id, row.version - 1) not in told for row in checked)

    def unsaid(self) -> int:
        """Acts of other kinds that were acknowledged and are not there, or the other way round."""
        singles = [row.history_user_id for row in self._all() if (row.history_change_reason or "").startswith(UNDO)]
        undone = [one.undone_by_id for one in self.sets.values() if one.undone_at]
        there = {"undo": Counter(singles), "undo several": Counter(undone)}
        for kind in CARRIES:
            there[kind] = Counter(one.by_id for one in self.sets.values() if one.kind == kind)
        told = {act: Counter(note.by for note in self.saved(act)) for act in there}
        return sum(((there[act] - told[act]) + (told[act] - there[act])).total() for act in there)

    def strays(self) -> int:
        """Versions that differ from the one before in something their act was not about: a loss in disguise."""
        return sum(
            self._strays(rows, place) for rows in self.rows.values() for place in range(1, len(rows))
        )  # fmt: skip

    def _strays(self, rows: list[Any], place: int) -> bool:
        before, row = rows[place - 1], rows[place]
        reason = row.history_change_reason or ""
        differs = {name for name in EDITED if getattr(row, name) != getattr(before, name)}
        if reason == ON_THE_MAP:
            return False  # a whole form, read at the version before: counted by what it had seen
        if reason.startswith("set:"):
            return not differs <= CARRIES.get(self.sets[reason].kind, set())
        # A step back: the record stood as the change had left it, and is now as it was before the change.
        done = [
            at for at, one in enumerate(rows[:place])
            if f"{UNDO}{one.history_id}" == reason or f"undo-{one.history_change_reason}" == reason
        ]  # fmt: skip
        if not done or not done[0]:
            return True
        return _state(rows[done[-1]]) != _state(before) or _state(rows[done[0] - 1]) != _state(row)

    def untrue_ends(self) -> int:
        """Records that are not what their last version says."""
        pairs = [(self.now[pk], rows[-1]) for pk, rows in self.rows.items()]
        wrong = sum(_state(now) != _state(last) or now.version != last.version for now, last in pairs)
        return wrong + (self.provision.version != self.plan[-1].version or self.provision.note != self.plan[-1].note)

    def one_sided(self, clashes: Iterable[Note]) -> int:
        """Refusals in whose words their value, as the history has it at that version, or mine is missing."""
        wrong = 0
        for note in clashes:
            if note.act in ("restore", "bulk"):
                continue  # they show the versions, or the preview, anew
            rows = self.rows.get(note.record, []) if note.act == "edit" else self.plan
            theirs = {_value(row) for row in rows if row.version == note.now}
            wrong += note.value not in note.words or not any((one or "–") in note.words for one in theirs)
        return wrong

    def wrong_sight(self) -> int:
        """Grants of the provision's people that are not what its placements say."""
        held = Grant.ever.filter(source=f"provision:{self.provision.pk}").values_list(
            "user", "content_object", "starts", "ends"
        )
        people = self.provision.deliverers.exclude(user=None).values_list("user", flat=True)
        due = {(user, one.learner_id, one.starts, one.ends) for one in self.now.values() for user in people}
        return len(set(held) ^ due)


def _value(row: Any) -> str:
    return str(row.outcome if hasattr(row, "outcome") else row.note)


def _state(row: Any) -> tuple[Any, ...]:
    return tuple(getattr(row, name) for name in EDITED)


def _breaks(rows: Sequence[Any]) -> int:
    """How many versions do not follow on the one before."""
    return sum(row.version != place for place, row in enumerate(rows, rows[0].version))
