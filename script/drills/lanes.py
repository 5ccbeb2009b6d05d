"""Work in child processes that are watched: one that dies or hangs is noticed, told, and another goes on after it."""

import json
import os
import resource
import selectors
import signal
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from django.db import connections

Work = Callable[[int], Any]
MOST_MEMORY = 3 << 30  # bytes of a child: a drill that goes wrong should not take the machine with it


class Lane:
    """One child after another over its share of the numbers."""

    def __init__(self, numbers: Sequence[int], begin: Callable[[], Work], patience: float) -> None:
        self.left, self.begin, self.patience = list(numbers), begin, patience
        self.found: dict[int, Any] = {}
        self.pid = self.pipe = 0
        self.rest = b""
        self.since = 0.0
        self.start()

    def start(self) -> None:
        """A child for what is left."""
        connections.close_all()  # a connection that two processes share belongs to neither
        reading, writing = os.pipe()
        self.pid = os.fork()
        if not self.pid:
            os.close(reading)
            _child(self.left, self.begin, writing)
        os.close(writing)
        self.pipe, self.rest, self.since = reading, b"", time.monotonic()

    def read(self) -> bool:
        """Take what the child says; whether it is still there."""
        said = os.read(self.pipe, 1 << 20)
        *lines, self.rest = (self.rest + said).split(b"\n")
        for line in lines:
            number, found = json.loads(line)
            self.found[number], self.since = found, time.monotonic()
            self.left.remove(number)
        return bool(said)

    def overdue(self) -> bool:
        """Whether the child has said nothing for too long."""
        return time.monotonic() - self.since > self.patience

    def end(self, why: str = "") -> bool:
        """Let the child go; what it was at is lost. Whether there is more to do."""
        if why:
            with suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)
        _, status = os.waitpid(self.pid, 0)
        os.close(self.pipe)
        if self.left:
            self.found[self.left.pop(0)] = {"lost": why or f"ended by itself, {_ending(status)}"}
        if self.left:
            self.start()
            return True
        return False


def _ending(status: int) -> str:
    return f"signal {os.WTERMSIG(status)}" if os.WIFSIGNALED(status) else f"code {os.WEXITSTATUS(status)}"


def _child(numbers: Sequence[int], begin: Callable[[], Work], writing: int) -> None:
    """All the life of a child: it never returns."""
    code = 1
    try:
        resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        work = begin()
        for number in numbers:
            os.write(writing, json.dumps([number, work(number)]).encode() + b"\n")
        connections.close_all()
        code = 0
    finally:
        os._exit(code)


def watched(
    shares: Sequence[tuple[Sequence[int], Callable[[], Work]]],
    *,
    patience: float = 90,
    told: Callable[[int], None] = lambda done: None,
) -> dict[int, Any]:
    """The work done for each number; for one at which a child ended or hung, {"lost": how}.

    Each share is done in a process of its own: `begin` is called there once and gives the work.
    """
    lanes = [Lane(numbers, begin, patience) for numbers, begin in shares if numbers]
    running = list(lanes)
    while running:
        with selectors.DefaultSelector() as selector:
            for lane in running:
                selector.register(lane.pipe, selectors.EVENT_READ, lane)
            ready = {key.data for key, _ in selector.select(timeout=1)}
        for lane in list(running):
            gone = lane in ready and not lane.read()
            late = lane.overdue()
            if (gone or late) and not lane.end(f"no answer in {patience:g} s" if late and not gone else ""):
                running.remove(lane)
        told(sum(len(lane.found) for lane in lanes))
    return {number: found for lane in lanes for number, found in lane.found.items()}
