"""A provision map: read, its doubts settled, applied whole, against the bounded reading of the same file alone."""

import io
import time

from openpyxl import Workbook

from benches.imports import empty, pupils
from benches.race import race
from benches.report import Report
from interventions.actions.importing import apply_file, read_file
from interventions.map_reading.columns import guess
from interventions.map_reading.plan import Choices
from interventions.models import Deliverer, MapChange, Placement, Provision
from learners.models import Learner
from learners.reading.gate import open_upload
from provisionmap.school.models import School
from provisionmap.school.today import today

ROWS, FEW = 400, 80  # at full size; at small
RATIO = 10
HEADINGS = ("UPN", "Pupil", "Year", "Primary need", "Wave 1", "Wave 2", "Wave 3")
WAVES = (
    ("Seating plan\nVisual timetable", "Nessy 3 x 20 mins TA\nLego therapy 1 x 45 mins", ""),
    ("Now and next board", "Booster 15mins x4 per week", "1:1 reading 5 x 10 mins TA"),
    ("Coloured overlay\nWord mats", "Precision teaching 3 x 10 mins; Talk group, weekly", "SALT programme 2 x 30 mins"),
)


def workbook(rows: list[list[object]]) -> bytes:
    """A map with a learner a row, as an .xlsx file."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Provision map")
    sheet.append(["Provision map, autumn term"])
    sheet.append(list(HEADINGS))
    for place, row in enumerate(rows):
        sheet.append([row[0], f"{row[1]}, {row[2]}", row[7], "SLCN", *WAVES[place % len(WAVES)]])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def clear(school: School) -> None:
    """No provision any more, and no trace of it."""
    provisions = Provision.objects.filter(school=school).values("pk")
    Deliverer.history.filter(provision__in=provisions)._raw_delete("default")
    Deliverer.objects.filter(provision__in=provisions)._raw_delete("default")
    for model in (Placement, Provision):
        model.history.filter(school=school)._raw_delete("default")
        model.objects.filter(school=school)._raw_delete("default")
    MapChange.objects.filter(school=school)._raw_delete("default")


def map_imports(report: Report, school: School, rounds: int) -> None:
    """The map of a school whose learners are on the register, into a map with nothing on it."""
    count = ROWS if school.learners.count() > 300 else FEW
    own, _ = School.objects.get_or_create(name="Of the bench", defaults={"set_up_done": True})
    empty(own)
    rows = pupils(count)
    Learner.objects.bulk_create(
        [Learner(school=own, upn=str(row[0]), surname=str(row[1]), forename=str(row[2])) for row in rows]
    )
    file = workbook(rows)

    def ours() -> float:
        clear(own)
        began = time.perf_counter()
        sheet, mapping = read_file("map.xlsx", file, own)
        apply_file(school=own, sheet=sheet, mapping=mapping, choices=Choices(), today=today())
        return time.perf_counter() - began

    def limit() -> float:
        began = time.perf_counter()
        open_upload("map.xlsx", file, guess)
        return time.perf_counter() - began

    ours()
    made = Placement.objects.filter(school=own).count()
    if made < 3 * count:
        raise SystemExit("The map was not read as it was made: bring script/benches/map_imports.py up to date.")
    timed = race(ours, limit, rounds=rounds, each=1, warm_up=1)
    report.ratio(f"map import, {count:,} rows", timed, RATIO, placements=f"{made:,}")
    clear(own)
    empty(own)
    own.delete()
