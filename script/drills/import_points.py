"""Imports stopped at fifty points, made twice, by two people at once, and taken back: whole or not at all."""

import argparse
import threading
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from django.db import connection, connections
from django.test import Client
from django.urls import reverse

from drills import import_acts as importing
from drills.checksum import checksum, copy, put_back, shape
from drills.faults import Trial, at_any_time, with_error, with_error_and_no_transaction, with_kill
from drills.ground import school_of_the_drill, senco_of
from drills.page_reading import signed_in
from interventions.actions import importing as maps
from interventions.actions.undoing import undo_change
from interventions.models import MapImport
from learners.actions import importing as lists
from learners.actions.undoing import undo_import
from learners.models import ImportRun

ROUNDS = 10  # of each way of two at once
RANDOM_KILLS = 20  # of each act
# What an import leaves beside the records: that it was made, and its trail. Taking it back adds to them.
TRAIL = ("school_auditevent", "learners_importrun", "interventions_mapimport", "interventions_mapchange")
UPLOADS = ("learners_importrun", "interventions_mapimport")
Given = dict[str, Any]
Works = list[Callable[[], Any]]
Together = Callable[[Works], list[Any]]


def trail_tables() -> list[str]:
    """The tables that keep what was, which nothing takes back."""
    return [*TRAIL, *(table for table in connection.introspection.table_names() if "_historical" in table)]


def records() -> str:
    """A number for all that people work with, keys included; versions only ever rise."""
    return checksum(without=trail_tables(), columns_left_out=["version"])


def in_turn(works: Works) -> list[Any]:
    """Do one after the other; what each gave or raised."""
    answers = []
    for work in works:
        try:
            answers.append(work())
        except Exception as error:
            answers.append(error)
    return answers


def at_once(works: Works) -> list[Any]:
    """Do all of it at the same moment, each in a thread of its own; what each gave or raised."""
    barrier, answers = threading.Barrier(len(works)), [None] * len(works)

    def one(place: int, work: Callable[[], Any]) -> None:
        barrier.wait()
        answers[place] = in_turn([work])[0]
        connections.close_all()

    threads = [threading.Thread(target=one, args=each) for each in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


class Kind:
    """One of the two imports, as the drill of many hands needs it."""

    def __init__(self, name: str, waits: Any, write: Any, file: Any, page: str, nothing: Any) -> None:
        self.name, self.waits, self.write, self.file, self.page, self.nothing = name, waits, write, file, page, nothing

    def press(self, client: Client, given: Given) -> int:
        """What the page answers to "Import"."""
        sent = {"seen": given["seen"], "leavers": given.get("leavers", []), "last_day": "", "ticked": "on"}
        return client.post(reverse(self.page, args=[given["run"].pk]), sent).status_code


KINDS = (
    Kind("pupil list", importing.list_waits, importing.write_list, importing.transfer_file, "learners:import-apply",
         lists.NothingToDo),
    Kind("map", importing.map_waits, importing.write_map, importing.map_file, "interventions:map-import-apply",
         maps.NothingToDo),
)  # fmt: skip


class Hands:
    """Two people, two clicks, two lists: what stands in the end must be one of the imports, whole."""

    def __init__(self, kind: Kind, people: list[Any], school: Any) -> None:
        self.kind, self.people, self.school = kind, people, school
        self.clients = [signed_in(user) for user in people]
        self.kept = copy()
        self.found: Counter[str] = Counter()

    def alone(self, data: bytes | None = None, person: int = 0) -> str:
        """What one import by itself makes of the school."""
        given = self.kind.waits(self.people[person], self.school, data)
        self.kind.press(self.clients[person], given | {"leavers": []})
        made = self.made()
        put_back(self.kept)
        return made

    def made(self) -> str:
        """What the school holds, whoever brought it in."""
        return shape(without=UPLOADS)

    def meet(self, name: str, expected: set[str], given: list[tuple[int, Given]]) -> None:
        """Press all at once; one of `expected` must stand there, and no answer may be an error page."""
        press, clients = self.kind.press, self.clients
        answers = at_once([lambda who=who, one=one: press(clients[who], one | {"leavers": []}) for who, one in given])
        made = self.made()
        self.found[name] += 1
        self.found["not one import, whole"] += made not in expected
        self.found["answers that are error pages"] += sum(answer not in (200, 302, 409, 422) for answer in answers)
        put_back(self.kept)

    def run(self, rounds: int) -> dict[str, int]:
        """Every way, `rounds` times."""
        other = self.kind.file("x")
        mine, theirs = self.alone(), self.alone(other, 1)
        for _ in range(rounds):
            given = self.kind.waits(self.people[0], self.school)
            self.meet("clicked twice", {mine}, [(0, given), (0, given)])
            both = [(who, self.kind.waits(self.people[who], self.school)) for who in (0, 1)]
            self.meet("two people, one file", {mine}, both)
            both = [(0, self.kind.waits(self.people[0], self.school)),
                    (1, self.kind.waits(self.people[1], self.school, other))]  # fmt: skip
            self.meet("two people, two files", {mine, theirs}, both)
        self.again_and_back()
        return dict(self.found)

    def again_and_back(self, both: Together = at_once) -> None:
        """The same file a second time changes nothing; taken back by two clicks, everything is as it was."""
        user, before = self.people[0], records()
        first = self.kind.waits(user, self.school)
        self.kind.write(first)
        again = self.kind.waits(user, self.school)
        standing = checksum(without=UPLOADS)
        with suppress(self.kind.nothing):
            self.kind.write(again | ({"leavers": []} if "leavers" in again else {}))
        self.found["changed by the same file again"] += checksum(without=UPLOADS) != standing
        if self.kind.name == "map":
            change = MapImport.objects.get(pk=first["run"].pk).change
            undo = [lambda: undo_change(change=change, by=user)] * 2
        else:
            run = ImportRun.objects.get(pk=first["run"].pk)
            undo = [lambda: undo_import(run=run, by=user)] * 2
        refused = sum(isinstance(answer, Exception) for answer in both(undo))
        self.found["undone"] += 1
        self.found["undone twice or not at all"] += refused != 1
        self.found["not as before after undo"] += records() != before
        put_back(self.kept)


def import_points(asked: argparse.Namespace) -> dict[str, Any]:
    """Stopped as it is, then without transactions. It held when the first is never half and the second is."""
    user, school = school_of_the_drill()
    people = [user, senco_of(school, 2)]
    rows, control = {}, {}
    for act in importing.acts(user, school):
        start = copy()
        trial = Trial(act)
        points = trial.points(asked.points)
        rows[act.name] = {
            "statements": trial.statements, "points": len(points), "error": trial.stopped(points, with_error),
            "kill": trial.stopped(points, with_kill),
            "killed at any time": at_any_time(trial, RANDOM_KILLS, asked.seed),
            "then done whole": trial.goes_through(),
        }  # fmt: skip
        control[act.name] = trial.stopped(points, with_error_and_no_transaction)["half"]
        put_back(start)
    hands = {kind.name: Hands(kind, people, school).run(asked.rounds) for kind in KINDS}
    held = whole(rows, hands)
    if not asked.json:
        show(rows, control, hands)
        print("  As it is:", "whole or not at all." if held else "NOT HELD.")
        print("  Control:", "half imports, and the drill saw them." if all(control.values()) else "NOTHING SEEN.")
    return {"points": rows, "control": control, "hands": hands, "held": held and all(control.values())}


FAULTS = (
    "not one import, whole", "answers that are error pages", "changed by the same file again",
    "undone twice or not at all", "not as before after undo",
)  # fmt: skip


def whole(rows: dict[str, Any], hands: dict[str, dict[str, int]]) -> bool:
    """Whether nothing was ever half."""
    stops = all(
        not row[way]["half"] and not row[way].get("wrong") for row in rows.values()
        for way in ("error", "kill", "killed at any time")
    )  # fmt: skip
    return stops and all(row["then done whole"] for row in rows.values()) and not any(
        found[fault] for found in hands.values() for fault in FAULTS
    )  # fmt: skip


def show(rows: dict[str, Any], control: dict[str, int], hands: dict[str, dict[str, int]]) -> None:
    """The tables."""
    print(f"\nImports stopped on {connection.vendor}: none / all / half of it there afterwards")
    for name, row in rows.items():
        print(f"  {name}: {row['statements']} statements, {row['points']} points")
        for way in ("error", "kill", "killed at any time"):
            told = " / ".join(str(row[way][state]) for state in ("none", "all", "half"))
            print(f"    {way:<30}{told:>16}   at the wrong point: {row[way].get('wrong', '–')}")
        print(f"    {'half of it without transactions':<30}{control[name]:>16}")
    print("Two at once, twice, and back")
    names = list(dict.fromkeys(name for found in hands.values() for name in found))
    print(f"  {'':<40}" + "".join(f"{name:>14}" for name in hands))
    for name in names:
        print(f"  {name:<40}" + "".join(f"{found[name]:>14,}" for found in hands.values()))
