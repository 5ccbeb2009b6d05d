"""Thousands of spoiled files through both imports: no error page, no early write, no silent merge. With controls."""

import argparse
import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import count, islice
from pathlib import Path
from typing import Any

from django.db import connection

from drills import weakened
from drills.checksum import checksum
from drills.files import KINDS, Maker
from drills.ground import school_of_the_drill, senco_of
from drills.lanes import watched
from drills.page_reading import signed_in, through_pages
from drills.reading import judge
from drills.seeds import RealFiles
from provisionmap.school.models import User

MOST_SECONDS, MOST_MEGABYTES = 5, 300
EVERY = 20  # of so many files one goes through the pages, too
UPLOADS = ("learners_importrun", "interventions_mapimport")  # where an upload waits
TRIED_BY_CONTROLS = 200  # files; of the hostile ones fewer, which are all a control without bounds needs
HOSTILE = 30
PATIENCE, CONTROL_PATIENCE = 120, 15  # seconds without a word
# What must be 0, and how it is told from what one import did with one file.
FAULTS: dict[str, Callable[[dict[str, Any]], int]] = {
    "answers that would be an error page": lambda one: bool(one.get("crash")),
    "files that ended or stopped the process": lambda one: "lost" in one,
    "imports that wrote before “Import”": lambda one: bool(one.get("written")),
    "refusals or problems without why and what to do": lambda one: one.get("mute", 0),
    "bad rows told without their row or column": lambda one: one.get("unplaced", 0),
    "learners matched on a name alone": lambda one: one.get("merged", 0),
    f"over {MOST_SECONDS} s of processor time": lambda one: one.get("seconds", 0) > MOST_SECONDS,
    f"over {MOST_MEGABYTES} MB": lambda one: one.get("megabytes", 0) > MOST_MEGABYTES,
}
ERRORS, ENDED, EARLY, MUTE, UNPLACED, MERGED, SLOW, LARGE = FAULTS
# The control, and which of the faults it must cause.
CONTROLS: dict[str, tuple[Callable[[], None], tuple[str, ...]]] = {
    "bounds off": (weakened.no_bounds, (ENDED, SLOW, LARGE)),
    "errors of libraries let through": (weakened.errors_let_through, (ERRORS,)),
    "names trusted": (weakened.names_trusted, (MERGED,)),
    "a preview that writes": (weakened.written_early, (EARLY,)),
    "remedies kept back": (weakened.remedies_kept_back, (MUTE,)),
    "rows kept back": (weakened.rows_kept_back, (UNPLACED,)),
}
DATABASE = "database not as it was"
COSTLY = {"made to take long", "much out of little", "very large", "very deep", "very wide", "entities"}


class Ground:
    """The school, its people and the files: what every lane works with."""

    def __init__(self, seed: int, real: Path | None, lanes: int) -> None:
        senco, self.school = school_of_the_drill()
        self.people = [senco, *(senco_of(self.school, number) for number in range(2, lanes + 1))]
        self.clients = {user.pk: signed_in(user) for user in self.people}
        self.maker = Maker(seed, RealFiles.under(real))

    def shares(self, numbers: Sequence[int], weaken: Callable[[], None] | None = None) -> list[Any]:
        """The numbers in turn for each person, and the work that is done in their lane."""
        lanes = len(self.people)
        begin = [lambda user=user: self.work(user, weaken) for user in self.people]
        # Kinds stand at the same place of each ten: so every lane gets its share of each.
        return [([n for n in numbers if (n + n // 10) % lanes == place], one) for place, one in enumerate(begin)]

    def work(self, user: User, weaken: Callable[[], None] | None) -> Callable[[int], list[dict[str, Any]]]:
        """What is done with one file, in this process."""
        if weaken:
            weaken()
        client = self.clients[user.pk]

        def one(number: int) -> list[dict[str, Any]]:
            file = self.maker.file(number)
            found = judge(file, user, self.school, press=True)
            return found + (through_pages(file, client) if number % EVERY == number // 10 % EVERY else [])

        return one

    def hostile(self) -> list[int]:
        """The first files that are made to do harm."""
        found = (number for number in count() if COSTLY & set(self.maker.file(number).done))
        return list(islice(found, HOSTILE))


def counted(found: dict[int, Any]) -> dict[str, Any]:
    """The figures of a run."""
    every = [one for answer in found.values() for one in (answer if isinstance(answer, list) else [answer])]
    ended = Counter((one["import"], one["ended"]) for one in every if "ended" in one and "pages" not in one)
    pressed = Counter(one["import"] for one in every if one.get("pressed"))
    kinds = Counter(KINDS[number % len(KINDS)] for number in found)
    figures: dict[str, Any] = {"files": len(found), **{f"of them {kind}": kinds[kind] for kind in sorted(kinds)}}
    for which, name in (("list", "pupil list"), ("map", "map")):
        figures[f"{name}: refused"] = ended[which, "refused"]
        figures[f"{name}: previewed"] = ended[which, "preview"]
        figures[f"{name}: and then written whole"] = pressed[which]
    figures["walks through the pages"] = sum("pages" in one for one in every)
    figures["bad rows told"] = sum(one.get("problems", 0) for one in every)
    figures["longest to read and preview, s"] = max((one.get("seconds", 0) for one in every), default=0)
    figures["longest to write all of it, s"] = max((one.get("to write", 0) for one in every), default=0)
    figures["most memory, MB"] = max((one.get("megabytes", 0) for one in every), default=0)
    return figures | {name: int(sum(map(fault, every))) for name, fault in FAULTS.items()}


def examples(found: dict[int, Any], limit: int = 10) -> list[str]:
    """The first faults, by the number of the file, which makes it again."""
    lines = []
    for number, answer in sorted(found.items()):
        for one in answer if isinstance(answer, list) else [answer]:
            if faults := [name for name, fault in FAULTS.items() if fault(one)]:
                about = one.get("lost") or one.get("crash") or one.get("written") or one.get("seconds")
                which = f"file {number}, {one.get('import', '')} {one.get('done', '')}"
                lines.append(f"{which}: {', '.join(faults)}: {about}")
    return lines[:limit]


def tried(ground: Ground, numbers: Sequence[int]) -> dict[str, Any]:
    """The figures of the product as it is."""
    before, began = checksum(without=UPLOADS), time.monotonic()

    def told(done: int) -> None:
        if sys.stderr.isatty():
            print(f"\r{done:,} of {len(numbers):,} files", end="", file=sys.stderr)

    found = watched(ground.shares(numbers), patience=PATIENCE, told=told)
    slow = [number for number, answer in found.items() if isinstance(answer, list) and any(map(FAULTS[SLOW], answer))]
    found |= watched([(slow, lambda: ground.work(ground.people[0], None))], patience=PATIENCE)  # by themselves
    for line in examples(found):
        print(line, file=sys.stderr)
    figures = counted(found) | {DATABASE: int(checksum(without=UPLOADS) != before)}
    return figures | {"measured again by themselves": len(slow), "seconds": round(time.monotonic() - began)}


def controls(ground: Ground, numbers: Sequence[int]) -> dict[str, int]:
    """How often the drill caught each weakened import."""
    caught = {}
    for name, (weaken, expected) in CONTROLS.items():
        chosen = ground.hostile() if name == "bounds off" else list(numbers[:TRIED_BY_CONTROLS])
        found = watched(ground.shares(chosen, weaken), patience=CONTROL_PATIENCE)
        figures = counted(found)
        caught[name] = sum(figures[fault] for fault in expected)
    return caught


def shown(figures: dict[str, Any], caught: dict[str, int], seed: int) -> None:
    """The table."""
    print(f"\nFuzzed imports on {connection.vendor}, seed {seed}")
    for name, figure in figures.items():
        print(f"  {name:<50}{figure:>12,}")
    print("  Controls, and how often each was caught:")
    for name, figure in caught.items():
        print(f"    {name:<48}{figure:>12,}")


def fuzz(asked: argparse.Namespace) -> dict[str, Any]:
    """As it is, then weakened in six ways. It held when the first shows no fault and each of the others does."""
    ground = Ground(asked.seed, Path(asked.real) if asked.real else None, asked.lanes or os.cpu_count() or 1)
    numbers = range(asked.first, asked.first + asked.files)
    figures = tried(ground, numbers)
    caught = controls(ground, numbers)
    clean = not any(figures[name] for name in (*FAULTS, DATABASE))
    held = clean and all(caught.values()) and figures["files"] == asked.files
    if not asked.json:
        shown(figures, caught, asked.seed)
        print("  As it is:", "held." if clean else "NOT HELD.")
        print("  Controls:", "each was caught." if all(caught.values()) else "NOT ALL CAUGHT.")
    return {"seed": asked.seed, "figures": figures, "controls": caught, "held": held}
