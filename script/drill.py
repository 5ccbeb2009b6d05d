"""script/drill: tries to break a promise, by name. Exits with 1 when it broke, or when a control noticed nothing."""

import argparse
import json
import sys
from collections.abc import Callable
from typing import Any

from benches import database, ground
from drills.bodies import drill_bodies
from drills.enumeration import enumeration
from drills.fuzz import fuzz
from drills.guessing import guessing
from drills.import_points import import_points
from drills.kills import kills
from drills.logs import logs
from drills.lost_updates import lost_updates
from drills.shared_cache import shared_cache

# What each drill runs, and its options with their usual values. It prints its figures unless asked for JSON, and gives
# them back with `held`.
JOBS: dict[str, tuple[Callable[[argparse.Namespace], dict[str, Any]], dict[str, Any]]] = {
    "lost-updates": (lost_updates, {"clients": 10, "edits": 500}),
    "fuzz": (fuzz, {"files": 10_000, "first": 0, "seed": 12, "lanes": 0, "real": ""}),
    "import-points": (import_points, {"points": 50, "rounds": 10, "seed": 12}),
    "guessing": (guessing, {"guesses": 10_000}),
    "enumeration": (enumeration, {"addresses": 200, "seed": 12}),
    "bodies": (drill_bodies, {"slow": 3, "many": 16, "proxied": 50, "seconds": 10}),
    "logs": (logs, {"learners": 20}),
    "kills": (kills, {"posts": 500, "clients": 20, "kills": 3, "seed": 12}),
    "shared-cache": (shared_cache, {"requests": 2_000}),
}


def asked() -> argparse.Namespace:
    """Which promise, and how hard to try."""
    parser = argparse.ArgumentParser(prog="script/drill", description=__doc__)
    names = parser.add_subparsers(dest="name", required=True)
    for name, (job, options) in JOBS.items():
        one = names.add_parser(name, description=job.__doc__, formatter_class=argparse.ArgumentDefaultsHelpFormatter)
        for option, usual in options.items():
            one.add_argument(f"--{option}", type=type(usual), default=usual, help=" ")
        one.add_argument("--json", action="store_true", help="figures for machines")
    return parser.parse_args()


def main() -> int:
    """Try, print what was counted, and say whether the promise held."""
    chosen = asked()
    database.empty()
    database.make()
    found = {"database": ground.database_name(), **JOBS[chosen.name][0](chosen)}
    if chosen.json:
        print(json.dumps(found, indent=2))
    return int(not found["held"])


if __name__ == "__main__":
    sys.exit(main())
