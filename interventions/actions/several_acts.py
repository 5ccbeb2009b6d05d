"""The acts on several: ending, days, dose, review date, another group, staff, and adding to a provision."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from interventions.actions.changes import change_rows
from interventions.actions.grants import sync_grants
from interventions.actions.previewed import many
from interventions.actions.provisions import Delivery, hand_over, last_day_of, place_all
from interventions.actions.regrouping import dose_after, write_moves
from interventions.actions.several import Ground, Plan, Row, days_words, edit, sort_words
from interventions.continuing import Place
from interventions.dose import EVERYDAY, Dose
from interventions.models import Deliverer, MapChange, Placement, Provision
from interventions.regrouping import Moves, Running
from interventions.several import (
    NOT_THERE,
    Held,
    Line,
    apart,
    changing,
    dated,
    dosed,
    ended,
    moved,
    reviewed,
    why_not_moved,
    words,
)
from interventions.telling import people_of
from learners.models import Learner
from provisionmap.school.models import User
from provisionmap.school.today import today

MOVES = "move"


class Edits(ABC):
    """An act that gives placements new values where they are: by its lines, told as days unless it says otherwise."""

    into = 0

    @abstractmethod
    def lines(self, ground: Ground) -> list[Line]:
        """What becomes of each placement."""

    def now(self, held: Held) -> str:
        """A placement as it is, as far as this act goes."""
        return days_words(held.place.starts, held.place.ends)

    def then(self, line: Line) -> str:
        """The same as it would be."""
        place = line.held.place
        return days_words(line.after.get("starts", place.starts), line.after.get("ends", place.ends))

    def rows(self, ground: Ground) -> tuple[list[Row], int, str]:
        """As `Act` has it."""
        lines = self.lines(ground)
        return [ground.row(one, self.now(one.held), self.then(one)) for one in lines], len(changing(lines)), ""

    def write(self, ground: Ground, change: MapChange) -> None:
        """As `Act` has it."""
        edit(self.lines(ground), ground, change)


@dataclass(frozen=True)
class End(Edits):
    """Each ends on a day."""

    on: date

    def lines(self, ground: Ground) -> list[Line]:
        """What becomes of each placement."""
        return [ended(one, self.on, today()) for one in ground.held]

    def words(self, plan: Plan, ground: Ground) -> str:
        """As `Act` has it."""
        return f"Ended {many(plan.count, 'placement')} on {self.on:%d/%m/%Y}"


@dataclass(frozen=True)
class ChangeDates(Edits):
    """A new first day, a new last day, or both."""

    starts: date | None
    ends: date | None

    def lines(self, ground: Ground) -> list[Line]:
        """What becomes of each placement."""
        beside = ground.beside()
        hidden = ground.hidden([pk for places in beside.values() for pk, _ in places])
        return apart([dated(one, self.starts, self.ends) for one in ground.held], beside, hidden)

    def words(self, plan: Plan, ground: Ground) -> str:
        """As `Act` has it."""
        days = [f"{word} {day:%d/%m/%Y}" for word, day in (("from", self.starts), ("to", self.ends)) if day]
        return f"Changed the days of {many(plan.count, 'placement')}: {' '.join(days)}"


@dataclass(frozen=True)
class ChangeDose(Edits):
    """A new dose; `always` where "every lesson" was written."""

    dose: Dose
    always: bool = False

    def lines(self, ground: Ground) -> list[Line]:
        """What becomes of each placement."""
        return [dosed(one, self.dose, always=self.always) for one in ground.held]

    def now(self, held: Held) -> str:
        """Its dose."""
        return held.dose.words_at(held.tier)

    def then(self, line: Line) -> str:
        """The new dose."""
        return self.dose.words_at(line.held.tier)

    def words(self, plan: Plan, ground: Ground) -> str:
        """As `Act` has it."""
        return f"Changed the dose of {many(plan.count, 'placement')} to {EVERYDAY if self.always else self.dose.words}"


@dataclass(frozen=True)
class SetReview(Edits):
    """A review date; with `only_empty` only where there is none."""

    on: date
    only_empty: bool

    def lines(self, ground: Ground) -> list[Line]:
        """What becomes of each placement."""
        return [reviewed(one, self.on, only_empty=self.only_empty) for one in ground.held]

    def now(self, held: Held) -> str:
        """Its review date."""
        return f"review {words(held.review_on)}" if held.review_on else "no review date"

    def then(self, line: Line) -> str:
        """The new review date."""
        return f"review {words(self.on)}"

    def words(self, plan: Plan, ground: Ground) -> str:
        """As `Act` has it."""
        return f"Set the review date of {many(plan.count, 'placement')} to {self.on:%d/%m/%Y}"


@dataclass(frozen=True)
class Move:
    """Each goes on in the provision `into` from a day, and ends where it is the day before."""

    into: int
    on: date

    def _moved(self, ground: Ground) -> tuple[list[Line], Moves, str]:
        target = ground.provisions.get(self.into)
        if target is None:
            return [], Moves(), "The group you chose is no longer there."
        rows = Placement.objects.filter(provision=target).order_by("pk")
        places = tuple(Place(one.pk, one.version, one.learner_id, one.starts, one.ends) for one in rows)
        into = Running(target.pk, target.version, target.name, target.starts, target.ends, places)
        lines, moves = moved(ground.held, into, self.on, ground.hidden([place.pk for place in places]))
        return lines, moves, why_not_moved(into, self.on)

    def rows(self, ground: Ground) -> tuple[list[Row], int, str]:
        """As `Act` has it."""
        lines, _, refused = self._moved(ground)
        if refused:
            return [], 0, refused
        order = {pk: place for place, pk in enumerate(ground.placements)}
        lines.sort(key=lambda line: order[line.held.place.pk])
        target = ground.provisions[self.into]
        shown = [
            replace(
                ground.row(
                    one, days_words(one.held.place.starts, one.held.place.ends), self._then(one, ground, target)
                ),
                sort=_sort(one),
            )
            for one in lines
        ]
        return shown, len(changing(lines)), ""

    def _then(self, line: Line, ground: Ground, target: Provision) -> str:
        parts = [f"ends {words(line.after['ends'])}"] if "ends" in line.after else []
        if line.after.get("gone"):
            parts.append("taken off")
        if "starts" in line.after:
            row = ground.placements[line.held.place.pk]
            dose = Dose(*dose_after(row, target.sessions, target.minutes)).words_at(target.tier)
            parts.append(f"{target.name}, {days_words(line.after['starts'], line.after['until'])}, {dose}")
        return "; then ".join(parts)

    def words(self, plan: Plan, ground: Ground) -> str:
        """As `Act` has it."""
        moving, name = plan.sorts.get(MOVES, 0), ground.provisions[self.into].name
        more = [sort_words(sort, count) for sort, count in plan.sorts.items() if sort != MOVES]
        rest = f"; {', '.join(more)}" if more else ""
        return f"Moved {many(moving, 'placement')} to {name} on {self.on:%d/%m/%Y}{rest}"

    def write(self, ground: Ground, change: MapChange) -> None:
        """As `Act` has it."""
        _, moves, _ = self._moved(ground)
        # What moves whole leaves no row of its old group: a row of the group itself renews its people's sight on undo.
        left = {ground.placements[pk].provision_id: ground.placements[pk].provision for pk in moves.moved}
        change_rows([left[pk] for pk in sorted(left)], [], change=change)
        write_moves(moves, ground.placements, ground.provisions[self.into], change)
        sync_grants({self.into} | {one.provision for one in ground.held})


def _sort(line: Line) -> str:
    if "starts" in line.after:
        return MOVES
    return "gone" if line.after.get("gone") else "end" if line.after else ""


@dataclass(frozen=True)
class ChangeStaff:
    """Other people for the provisions of what was selected, from today: they are the provision's, not a learner's."""

    people: Sequence[Delivery]
    beside: bool
    responsible: User | None
    into = 0

    def _wanted(self, provision: Provision) -> list[Delivery]:
        day = today()
        there = [one for one in provision.deliverers.all() if one.lasts(day)]
        kept = [Delivery(one.user, one.name, one.role) for one in there] if self.beside or not self.people else []
        asked = {(one.user, one.name) for one in self.people}
        return [*(one for one in kept if (one.user, one.name) not in asked), *self.people]

    def _then(self, provision: Provision) -> str:
        """Who would deliver and answer for it, in words; "" where that is so already, or it is over."""
        if provision.ends and provision.ends < today():
            return ""
        then = _staff(
            [(one.user or one.name, one.role) for one in self._wanted(provision)], self.responsible or provision
        )
        return "" if then == self._now(provision) else then

    def _now(self, provision: Provision) -> str:
        day = today()
        there = [one for one in provision.deliverers.all() if one.lasts(day)]
        return _staff([(one, one.role) for one in there], provision)

    def rows(self, ground: Ground) -> tuple[list[Row], int, str]:
        """As `Act` has it: a line a provision."""
        seen = Placement.objects.visible_to(ground.user)
        placed = seen.filter(provision__in=ground.provisions).on(today()).order_by()
        counts: dict[int, set[int]] = {}
        for provision, learner in placed.values_list("provision", "learner"):
            counts.setdefault(provision, set()).add(learner)
        chosen: dict[int, set[int]] = {}
        for one in ground.held:
            chosen.setdefault(one.provision, set()).add(one.place.learner)
        rows = []
        for pk, provision in ground.provisions.items():
            then = self._then(provision)
            others = len(counts.get(pk, set()) - chosen[pk])
            note = f"Counts for {many(others, 'learner')} you did not select as well." if then and others else ""
            over = provision.ends and provision.ends < today()
            if not then:
                note = f"Ended on {words(provision.ends)}." if over and provision.ends else "Has these people already."
            name = f"{provision.name} ({many(len(chosen[pk]), 'learner')} selected)"
            rows.append(Row(None, name, self._now(provision), then, note))
        hidden = len(set(chosen) - set(ground.provisions))
        if hidden:
            rows.append(Row(None, many(hidden, "provision"), "", "", "Not open to you: ask your SENCO."))
        return rows, sum(bool(row.then) for row in rows), ""

    def words(self, plan: Plan, ground: Ground) -> str:
        """As `Act` has it."""
        return f"Changed the staff of {many(plan.count, 'provision')} from {today():%d/%m/%Y}"

    def write(self, ground: Ground, change: MapChange) -> None:
        """As `Act` has it."""
        touched = {one: self._wanted(one) for one in ground.provisions.values() if self._then(one)}
        if self.responsible:
            for provision in touched:
                provision.responsible = self.responsible
        change_rows(list(touched), ["responsible"] if self.responsible else [], change=change)
        if self.people:
            hand_over(touched, change)
        sync_grants({one.pk for one in touched})


def _staff(people: Iterable[tuple[object, str]], answers: Provision | User) -> str:
    roles = dict(Deliverer.ROLES)
    listed = sorted(f"{who} ({roles.get(role, role)})" for who, role in people)
    named = answers.answers if isinstance(answers, Provision) else answers.name
    return f"{', '.join(listed) or 'nobody yet'}{f'; responsible: {named}' if named else ''}"


@dataclass(frozen=True)
class AddTo:
    """The learners get a place in the provision `into` from a day, with its dose, to its end."""

    into: int
    on: date

    def _wanted(self, ground: Ground) -> list[Learner]:
        everybody = ground.learners | {one.learner_id: one.learner for one in ground.placements.values()}
        return sorted(everybody.values(), key=lambda one: (one.surname, one.forename, one.pk))

    def _starts(self, target: Provision) -> date:
        return max(self.on, target.starts)

    def _fresh(self, ground: Ground, target: Provision) -> dict[int, str]:
        """Why each learner gets no place, by id; "" for those who get one."""
        day = self._starts(target)
        there = dict(Placement.objects.filter(provision=target).exclude(ends__lt=day).values_list("pk", "learner"))
        closed = {there[pk] for pk in ground.hidden(there)}

        def why(one: Learner) -> str:
            if one.pk in closed:
                return NOT_THERE
            if one.pk in there.values():
                return "Has a place in it then already."
            return f"Left on {words(one.left)}." if one.left and one.left < day else ""

        return {one.pk: why(one) for one in self._wanted(ground)}

    def rows(self, ground: Ground) -> tuple[list[Row], int, str]:
        """As `Act` has it: a line a learner."""
        target = ground.provisions.get(self.into)
        if target is None:
            return [], 0, "The provision you chose is no longer there."
        if target.ends and self._starts(target) > target.ends:
            return [], 0, f"{target.name} ends on {words(target.ends)}: choose an earlier day."
        why = self._fresh(ground, target)
        dose = Dose(target.sessions, target.minutes).words_at(target.tier)
        starts = self._starts(target)
        rows = [
            Row(one, target.name, "", "", why[one.pk])
            if why[one.pk]
            else Row(one, target.name, "", f"{days_words(starts, last_day_of(one, target))}, {dose}")
            for one in self._wanted(ground)
        ]
        return rows, sum(bool(row.then) for row in rows), ""

    def words(self, plan: Plan, ground: Ground) -> str:
        """As `Act` has it."""
        target = ground.provisions[self.into]
        return f"Added {many(plan.count, 'learner')} to {target.name} from {self._starts(target):%d/%m/%Y}"

    def write(self, ground: Ground, change: MapChange) -> None:
        """As `Act` has it."""
        target = ground.provisions[self.into]
        why = self._fresh(ground, target)
        place_all(target, [one for one in self._wanted(ground) if not why[one.pk]], self.on, change)


def staff_of(provision: Provision) -> str:
    """What tells a group to move to from another of its name: dose and people."""
    people = people_of(provision, today()) or "nobody yet"
    group = f"{provision.group.name} · " if provision.group else ""
    dose = Dose(provision.sessions, provision.minutes).words_at(provision.tier)
    return f"{provision.name} · {group}{dose} · {people}"
