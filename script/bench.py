"""script/bench: ours ÷ the limit, by name. Exits with 1 when a ratio or a count is over its bar."""

import argparse
import json
import sys

from benches import database, ground
from benches.audit import audit_trail
from benches.browser import browser
from benches.cell import cell
from benches.export import export, paper
from benches.imports import imports
from benches.ledger import bulk, ledger
from benches.log import log
from benches.map import first_rows, whole_map
from benches.map_imports import map_imports
from benches.report import Report
from benches.start import start
from benches.today import today
from benches.views import views

JOBS = {
    "map": first_rows,
    "map --all": whole_map,
    "map --browser": browser,
    "views": views,
    "cell": cell,
    "audit": audit_trail,
    "import": imports,
    "import --map": map_imports,
    "export": export,
    "print": paper,
    "start": start,
    "ledger": ledger,
    "log": log,
    "log --bulk": bulk,
    "today": today,
}
ROUNDS = 9
FEWEST_ROUNDS = 7
LEARNERS = 500
SMALL = 60


def asked() -> argparse.Namespace:
    """What to measure."""
    parser = argparse.ArgumentParser(prog="script/bench", description=__doc__)
    parser.add_argument(
        "name",
        nargs="?",
        choices=["map", "views", "cell", "audit", "import", "export", "print", "start", "ledger", "log", "today"],
    )
    parser.add_argument("--all", action="store_true", help="map: all rows, not the first fifty")
    parser.add_argument("--browser", action="store_true", help="map: in headless Chromium")
    parser.add_argument("--map", action="store_true", help="import: a provision map, not a pupil list")
    parser.add_argument("--bulk", action="store_true", help="log: a year's history at once")
    parser.add_argument("--rounds", type=int, help=f"default {ROUNDS}, at least {FEWEST_ROUNDS}")
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    if (chosen.all or chosen.browser) and chosen.name != "map":
        parser.error("--all and --browser go with map")
    if chosen.map and chosen.name != "import":
        parser.error("--map goes with import")
    if chosen.bulk and chosen.name != "log":
        parser.error("--bulk goes with log")
    chosen.rounds = max(FEWEST_ROUNDS, chosen.rounds or (ROUNDS if chosen.name else FEWEST_ROUNDS))
    return chosen


def main() -> int:
    """Measure and print; the exit code says whether every bar was met."""
    chosen = asked()
    database.make()
    small = chosen.name is None
    report = Report(chosen.json, small)
    learners = SMALL if small else LEARNERS
    school = ground.school_of(learners)
    report.heading(f"{ground.database_name()}; {learners} learners on the map, {4 * learners:,} placements")
    extras = [f"--{extra}" for extra in ("all", "browser", "map", "bulk") if getattr(chosen, extra)]
    for name in list(JOBS) if small else [" ".join([chosen.name, *extras])]:
        JOBS[name](report, school, chosen.rounds)
    if chosen.json:
        print(json.dumps(report.found, indent=2))
    elif small:
        print("\nThis was small size, for a look. script/bench NAME measures at full size, where the bars are.")
    return int(report.missed and not small)


if __name__ == "__main__":
    sys.exit(main())
