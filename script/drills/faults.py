"""Stopping an act of the product at one exact point: with an error, by ending its process, or without transactions."""

import os
import random
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from django.db import connection, connections, transaction
from django.db.utils import OperationalError

from drills.checksum import checksum, copy, put_back, shape, statements

COMMIT = "commit"
WAITED = 20  # seconds until a server has let go of a client that is gone
SLOWER = 3  # times as long as in a warm process, an act may take in a new one


class Stopped(OperationalError):
    """What a database says when the line is cut; the product must not take it for anything else."""


@dataclass(frozen=True)
class Point:
    """Before or after statement `at` of an act, counted from 0; or its commit."""

    at: int | str
    after: bool

    @property
    def committed(self) -> bool:
        """Whether everything was written for good when this point is reached."""
        return self.at == COMMIT and self.after


@dataclass(frozen=True)
class Act:
    """Something the product does in one go. `ready` makes what it needs; what it gives is handed to `do`."""

    name: str
    ready: Callable[[], Any]
    do: Callable[[Any], Any]


@contextmanager
def stopping(point: Point, stop: Callable[[], None]) -> Iterator[None]:
    """Call `stop` when `point` is reached."""
    seen = 0

    def at_statement(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        nonlocal seen
        here, seen = seen == point.at, seen + 1
        if here and not point.after:
            stop()
        answer = execute(sql, params, many, context)
        if here:
            stop()
        return answer

    commit = connection._commit

    def at_commit() -> None:
        if point.at == COMMIT and not point.after:
            stop()
        commit()
        if point.at == COMMIT:
            stop()

    connection._commit = at_commit
    try:
        with connection.execute_wrapper(at_statement):
            yield
    finally:
        connection._commit = commit


def cut_line() -> None:
    """An error, as from a database that is gone."""
    raise Stopped("the drill stopped it here")


def end_process() -> None:
    """As a power cut: nothing is tidied up."""
    os.kill(os.getpid(), signal.SIGKILL)


@contextmanager
def without_transactions() -> Iterator[None]:
    """The control: each statement for itself."""
    enter, leave = transaction.Atomic.__enter__, transaction.Atomic.__exit__
    locks = connection.features.has_select_for_update
    transaction.Atomic.__enter__ = lambda self: None  # type: ignore[method-assign]
    transaction.Atomic.__exit__ = lambda self, *error: None  # type: ignore[method-assign,assignment]
    connection.features.has_select_for_update = False
    try:
        yield
    finally:
        transaction.Atomic.__enter__, transaction.Atomic.__exit__ = enter, leave  # type: ignore[method-assign]
        connection.features.has_select_for_update = locks


class Trial:
    """One act on one state of the database, stopped again and again."""

    def __init__(self, act: Act) -> None:
        self.act = act
        self.given = act.ready()
        self.kept, self.before = copy(), checksum()
        for _ in range(2):  # the first time, things are asked that the process then remembers
            seen: list[str] = []
            began = time.monotonic()
            with statements(seen):
                act.do(self.given)
            self.seconds = time.monotonic() - began
            self.statements, self.whole = len(seen), shape()
            put_back(self.kept)
        if checksum() != self.before:
            raise SystemExit(f"{act.name}: the drill could not put the database back; it proves nothing so.")

    def points(self, many: int) -> list[Point]:
        """`many` points spread over the act, its commit among them; fewer where it has no more."""
        every = [Point(at, after) for at in [*range(self.statements), COMMIT] for after in (False, True)]
        if len(every) <= many:
            return every
        inner = every[:-2]
        step = len(inner) / (many - 2)
        return [*(inner[int(place * step)] for place in range(many - 2)), *every[-2:]]

    def state(self) -> str:
        """What the database holds of the act: none, all, or half."""
        if checksum() == self.before:
            return "none"
        return "all" if shape() == self.whole else "half"

    def stopped(self, points: Sequence[Point], run: Callable[["Trial", Point], None]) -> dict[str, int]:
        """How often none, all and half of it stood there after a stop; "wrong" counts none or all at the wrong time."""
        found = {"none": 0, "all": 0, "half": 0, "wrong": 0}
        for point in points:
            run(self, point)
            state = self.state()
            found[state] += 1
            found["wrong"] += state != ("all" if point.committed else "none")
            if state != "none":
                put_back(self.kept)
        return found

    def goes_through(self) -> bool:
        """Whether the act, asked again after all those stops, does all of it."""
        self.act.do(self.given)
        done = self.state() == "all"
        put_back(self.kept)
        return done


def with_error(trial: Trial, point: Point) -> None:
    """Stop by an error."""
    with suppress(Stopped), stopping(point, cut_line):
        trial.act.do(trial.given)
    connection.close()  # the line is cut: what it had begun is the database's to undo


def with_error_and_no_transaction(trial: Trial, point: Point) -> None:
    """The control."""
    with without_transactions(), suppress(Stopped), stopping(point, cut_line):
        trial.act.do(trial.given)


def with_kill(trial: Trial, point: Point) -> None:
    """Stop by ending the process that does it."""
    _in_child(lambda: _until(trial, point))


def _until(trial: Trial, point: Point) -> None:
    with stopping(point, end_process):
        trial.act.do(trial.given)


def at_any_time(trial: Trial, times: int, seed: int) -> dict[str, int]:
    """End the process from outside, at random moments of its work."""
    rng, found = random.Random(seed), {"none": 0, "all": 0, "half": 0}
    for _ in range(times):
        _in_child(lambda: trial.act.do(trial.given), ended_after=rng.uniform(0, trial.seconds * SLOWER))
        state = trial.state()
        found[state] += 1
        if state != "none":
            put_back(trial.kept)
    return found


def _in_child(work: Callable[[], None], ended_after: float | None = None) -> None:
    """Do `work` in a process of its own, and wait until it is gone and the database has noticed."""
    connections.close_all()
    pid = os.fork()
    if not pid:
        try:
            work()
        finally:
            os._exit(0)
    if ended_after is not None:
        time.sleep(ended_after)
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    _wait_for_the_server()


def _wait_for_the_server() -> None:
    """PostgreSQL ends the work of a client that is gone when it next looks."""
    if connection.vendor != "postgresql":
        return
    until = time.monotonic() + WAITED
    while time.monotonic() < until:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
                " AND backend_type = 'client backend'"
            )
            if not cursor.fetchone()[0]:
                return
        time.sleep(0.005)
    raise SystemExit("PostgreSQL still works for a process that is gone.")
