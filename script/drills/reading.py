"""One file through both imports, from the gate to the preview and on to "Import", with what must not happen counted."""

import re
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from drills.checksum import statements
from drills.files import File
from interventions.actions import importing as maps
from interventions.map_reading.people import can_be_added, whole
from interventions.map_reading.plan import NEW, OUT
from learners.actions import importing as lists
from learners.models import Learner
from learners.rows import Problem
from learners.upn import normalise
from learners.views import previewing
from provisionmap.school.models import User
from provisionmap.school.today import today
from provisionmap.web.text_file import Refused

WRITES = re.compile(
    r'\s*(?:INSERT\s+(?:OR\s+\w+\s+)?INTO|UPDATE|DELETE\s+FROM|REPLACE\s+INTO)\s+"?(\w+)', re.IGNORECASE
)
# An upload waits in a row of its own for an hour; nothing else may be written before "Import".
WAITING = {"list": {"learners_importrun"}, "map": {"interventions_mapimport"}}
SETTLED = (
    lists.NothingToDo, lists.Moved, lists.LastDayTooEarly, lists.Settled, maps.NothingToDo, maps.Moved, maps.Settled,
)  # fmt: skip
ROUNDS = 4  # of settling doubts; a person might need more, a drill does not


def peak() -> int:
    """The most memory since `forget_peak`, in megabytes; 0 where the system does not say."""
    try:
        with open("/proc/self/status") as status:
            return int(re.search(r"VmHWM:\s+(\d+)", status.read())[1]) // 1024  # type: ignore[index]
    except OSError:
        return 0


def forget_peak() -> None:
    """Begin to measure memory anew."""
    try:
        with open("/proc/self/clear_refs", "w") as switch:
            switch.write("5")
    except OSError:
        pass


def place_of(error: BaseException) -> str:
    """What went wrong and where, without a value of the file."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    ours = [
        one for one in traceback.extract_tb(error.__traceback__) if "/site-packages/" not in one.filename
        and "/script/" not in one.filename and "/lib/python" not in one.filename
    ]  # fmt: skip
    at = ours[-1] if ours else last
    return f"{type(error).__name__} in {at.filename.rsplit('/', 2)[-2]}/{at.filename.rsplit('/', 1)[-1]}:{at.lineno}"


class Reading:
    """What one import did with one file."""

    def __init__(self, which: str) -> None:
        self.found: dict[str, Any] = {
            "import": which, "ended": "", "crash": "", "written": [], "mute": 0, "unplaced": 0, "merged": 0, "rows": 0,
            "problems": 0, "pressed": False, "seconds": 0.0, "to write": 0.0, "megabytes": 0,
        }  # fmt: skip

    @contextmanager
    def measured(self, seconds: str = "seconds") -> Iterator[None]:
        """The work of the block counts: its seconds of processor time, its memory, and what it raises."""
        forget_peak()
        began = time.process_time()
        try:
            yield
        except Exception as error:  # whatever it is, a page would be a 500
            self.found["ended"], self.found["crash"] = "crashed", place_of(error)
        self.found[seconds] = max(self.found[seconds], round(time.process_time() - began, 2))
        self.found["megabytes"] = max(self.found["megabytes"], peak())

    def refuse(self, refused: Refused) -> None:
        """A refusal must say why and what to do."""
        self.found["ended"] = "refused"
        self.found["mute"] += not (_sentence(refused.message) and _sentence(refused.remedy))

    def tell(self, problems: list[Problem], rows: set[int]) -> None:
        """A bad row must be told with its number, its column where one cell is bad, and what to do."""
        self.found["problems"] += len(problems)
        for one in problems:
            self.found["mute"] += not (_sentence(one.message) and one.remedy.strip())
            self.found["unplaced"] += one.row not in rows or bool(one.field and not one.column)


def _sentence(text: str) -> bool:
    return len(text) > 10 and text.rstrip()[-1] in ".:?"


def note_writes(reading: Reading, seen: list[str], allowed: set[str]) -> None:
    """Keep which tables were written, but those that may be."""
    written = {found[1] for sql in seen if (found := WRITES.match(sql))}
    reading.found["written"] = sorted(written - allowed)


def judge(file: File, user: User, school: Any, *, press: bool) -> list[dict[str, Any]]:
    """What both imports do with `file`: the functions that the views call, in their order."""
    done = []
    for which, read in (("list", _list), ("map", _map)):
        reading, seen = Reading(which), []
        run = None
        with statements(seen), reading.measured():
            run = read(file, user, school, reading)
        note_writes(reading, seen, WAITING[which] if run else set())
        if run and press and not reading.found["crash"]:
            with reading.measured("to write"):
                _pressed(reading, run, user, {"list": _apply_list, "map": _apply_map}[which])
        done.append({**reading.found, "number": file.number, "kind": file.kind, "done": list(file.done)})
    return done


# --- pupil lists


def _list(file: File, user: User, school: Any, reading: Reading) -> Any:
    try:
        sheet = lists.read_list(file.name, file.data, school)
    except Refused as refused:
        return reading.refuse(refused)
    run = lists.keep_upload(school=school, sheet=sheet, name=file.name, now=timezone.now(), by=user)
    draft = lists.draft_of(run, today())
    for tab in previewing.TABS:
        previewing.listed(tab, previewing.rows_of(draft, tab)[:50])
    previewing.problems_of(draft), previewing.possible_of(draft), previewing.leavers_of(draft, set())
    reading.found["ended"], reading.found["rows"] = "preview", len(sheet.rows)
    reading.tell(draft.problems, {sheet.header_row, *(number for number, _ in sheet.rows)})
    reading.found["merged"] = sum(
        not _gives(draft, row.row, learner.text("upn"))
        for row, learner in [*((one.row, one.learner) for one in draft.plan.changes), *draft.plan.unchanged]
    )
    return run


def _gives(draft: Any, number: int, upn: str) -> bool:
    """Whether the cell under UPN in this row of the file is `upn`."""
    places = [place for place, name in draft.mapping.items() if name == "upn"]
    cells = dict(draft.sheet.rows)[number] if places else []
    return bool(upn) and any(place < len(cells) and normalise(str(cells[place])) == upn for place in places)


def _apply_list(run: Any, user: User) -> bool:
    """Settle every doubt somehow and press "Import"."""
    for _ in range(ROUNDS):
        draft = lists.draft_of(run, today())
        if draft.ready:
            lists.apply_upload(
                run=run, seen=draft.plan.fingerprint, leavers=[one.id for one in draft.plan.leavers[:2]],
                last_day=today(), now=timezone.now(), today=today(), by=user,
            )  # fmt: skip
            return True
        before = draft.choices
        chosen = {one.row.row: one.learners[0].id if one.row.row % 2 else None for one in draft.plan.possible}
        choices = lists.Choices(
            before.values | {(one.row, one.field) for one in draft.problems if one.can_leave_out},
            before.rows | {one.row for one in draft.problems if not one.can_leave_out},
            {**before.who, **chosen},
        )
        lists.decide(run=run, choices=choices, by=user)
        run.refresh_from_db()
    return False


# --- provision maps


def _map(file: File, user: User, school: Any, reading: Reading) -> Any:
    try:
        sheet, mapping = maps.read_file(file.name, file.data, school)
        maps.lines_of(sheet, mapping, school, today())
        run = maps.keep_upload(
            school=school, sheet=sheet, mapping=mapping, choices=maps.Choices(starts=today()), name=file.name,
            now=timezone.now(), by=user,
        )  # fmt: skip
    except Refused as refused:
        return reading.refuse(refused)
    draft = maps.draft_of(run, today())  # what the next page does: a Refused here would be a 500
    reading.found["ended"], reading.found["rows"] = "preview", len(sheet.rows)
    reading.tell(draft.plan.problems, {sheet.header_row, *(number for number, _ in sheet.rows)})
    reading.found["merged"] = _merged(draft, school)
    return run


def _merged(draft: Any, school: Any) -> int:
    """Learners of the school in the plan whose own UPN none of the lines gives."""
    names = {entry.row: {who.upn for who in entry.learners} for entry in draft.reading.entries}
    text = normalise("\n".join(str(cell) for _, cells in draft.sheet.rows for cell in cells if cell is not None))
    upns = dict(Learner.objects.filter(school=school).values_list("pk", "upn"))
    return sum(
        isinstance(place.learner, int)
        and (not any(upns[place.learner] in names.get(row, ()) for row in one.rows) or upns[place.learner] not in text)
        for one in draft.plan.provisions
        for place in one.places
    )


def _apply_map(run: Any, user: User) -> bool:
    for _ in range(ROUNDS):
        draft = maps.draft_of(run, today())
        if draft.plan.ready:
            maps.apply_upload(run=run, seen=draft.plan.fingerprint, now=timezone.now(), today=today(), by=user)
            return True
        before, plan = draft.choices, draft.plan
        who = {one.who.key: NEW if can_be_added(whole(one.who)) else OUT for one in plan.doubts}
        choices = maps.Choices(
            who={**before.who, **who}, area={"": "semh"}, tier={"": 2}, starts=before.starts, create=True,
            rows=before.rows | {one.row for one in plan.problems},
        )  # fmt: skip
        maps.decide(run=run, choices=choices, by=user)
        run.refresh_from_db()
    return False


def _pressed(reading: Reading, run: Any, user: User, apply: Callable[[Any, User], bool]) -> None:
    """Press "Import", have the database check all of it, and take it back: what a preview accepts can be written."""
    with transaction.atomic():
        with suppress(*SETTLED):
            reading.found["pressed"] = apply(run, user)
        connection.check_constraints()
        transaction.set_rollback(True)
