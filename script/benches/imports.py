"""A pupil list: read, previewed and applied, new and again, against the same reading and a bare bulk load."""

import io
import time
from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

from django.db import connection, transaction
from django.utils import timezone
from openpyxl import Workbook

from benches.race import race
from benches.report import Report
from learners.actions.importing import apply_list, columns_of, draft, read_list
from learners.models import Group, ImportRun, Learner, SenProvision
from learners.reading.gate import open_upload
from learners.upn import check_letter
from provisionmap.demo.names import child_names
from provisionmap.school.models import School
from provisionmap.school.today import today

ROWS, FEW = 1_500, 300  # at full size; at small
SHARE = 10  # one in ten is changed
RATIO_NEW, RATIO_AGAIN = 4, 8
# Headings as a management information system exports them; three of them are nothing we need.
HEADINGS = (
    "UPN", "Legal Surname", "Legal Forename", "Middle Names", "Preferred Forename", "Date of Birth", "Gender", "Year",
    "Reg Group", "SEN Status", "SEN Start Date", "Primary SEN Need", "Pupil Premium", "FSM Eligible", "EAL",
    "Date of Admission", "Admission Number", "House", "Attendance %",
)  # fmt: skip
COLUMNS = (
    "upn", "surname", "forename", "middle_names", "preferred_name", "date_of_birth", "sex", "nc_year", "reg_group",
    "sen_code", "sen_from", "need_1", "pupil_premium", "fsm", "eal", "joined",
)  # fmt: skip
BARE = "bench_pupils"
STAGED = "bench_staged"


def pupils(count: int) -> list[list[object]]:
    """The list of a secondary school, as the MIS has it."""
    rng = Random(7)
    names = child_names(rng)
    rows: list[list[object]] = []
    for place in range(count):
        forename, surname, sex = next(names)
        year = place % 5 + 7
        number = f"9994001{20 + place // 1000}{place % 1000:03}"
        born = date(2026 - year - 5, 9, 1) + timedelta(days=rng.randrange(365))
        code = rng.choices("NKE", weights=(82, 14, 4))[0]
        rows.append(
            [
                check_letter("A" + number) + number, surname, forename, rng.choice(("", "Jo", "Sam")), "", born, sex,
                f"Year {year}", f"{year}{'ABCDEFGHIJ'[place // 5 % 10]}", code,
                date(2024, 9, 2) if code != "N" else None, "SLCN" if code != "N" else "", rng.choice("YN"),
                rng.choice("YN"), rng.choice("YN"), date(2026 - year + 7, 9, 1), f"00{place}",
                rng.choice(("Oak", "Ash")), round(rng.uniform(80, 100), 1),
            ]
        )  # fmt: skip
    return rows


def workbook(rows: list[list[object]]) -> bytes:
    """The list as an .xlsx file."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Pupils")
    for row in (list(HEADINGS), *rows):
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def changed(rows: list[list[object]]) -> list[list[object]]:
    """The same list with a tenth of its pupils in another class, spread evenly."""
    return [[*row[:8], f"{row[8]}X", *row[9:]] if place % SHARE == 0 else row for place, row in enumerate(rows)]


def bring_in(school: School, data: bytes) -> tuple[int, int]:
    """The whole way of a list: read, columns guessed, previewed, applied. How many were added and changed."""
    sheet = read_list("pupils.xlsx", data, school)
    previewed = draft(sheet=sheet, mapping=columns_of(sheet, school), school=school, today=today())
    run = apply_list(school=school, drafted=previewed, now=timezone.now(), today=today(), by=None)
    return run.added, run.changed


def load(table: str, data: bytes) -> None:
    """The limit: the same reading, and the cells as they stand into a table by COPY (SQLite: one executemany)."""
    sheet = open_upload("pupils.xlsx", data)
    rows: Iterator[list[object]] = (cells[: len(COLUMNS)] for _, cells in sheet.rows)
    names = ", ".join(COLUMNS)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row([None if cell is None else str(cell) for cell in row])
        else:
            marks = ", ".join(["%s"] * len(COLUMNS))
            texts = [[None if cell is None else str(cell) for cell in row] for row in rows]
            cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", texts)


def merge(data: bytes) -> None:
    """The limit of a list that comes again: staged, and what differs written over."""
    load(STAGED, data)
    pairs = ", ".join(f"{name} = {STAGED}.{name}" for name in COLUMNS if name != "upn")
    statements(
        f"UPDATE {BARE} SET {pairs} FROM {STAGED} WHERE {STAGED}.upn = {BARE}.upn "
        f"AND {STAGED}.reg_group <> {BARE}.reg_group"
    )


def statements(*lines: str) -> None:
    """Run them, together."""
    with transaction.atomic(), connection.cursor() as cursor:
        for line in lines:
            cursor.execute(line)


def make_tables() -> None:
    """The bare table with the indexes that learners have, and the one that a merge comes from."""
    columns = ", ".join(f"{name} text" for name in COLUMNS)
    key = "id bigserial PRIMARY KEY" if connection.vendor == "postgresql" else "id integer PRIMARY KEY"
    statements(
        f"DROP TABLE IF EXISTS {BARE}",
        f"DROP TABLE IF EXISTS {STAGED}",
        f"CREATE TABLE {BARE} ({key}, {columns})",
        f"CREATE UNIQUE INDEX {BARE}_upn ON {BARE} (upn)",
        f"CREATE INDEX {BARE}_names ON {BARE} (surname, forename)",
        f"CREATE INDEX {BARE}_year ON {BARE} (nc_year)",
        f"CREATE TABLE {STAGED} ({columns})",
    )


def empty(school: School) -> None:
    """Nobody on the register any more, and no trace of them but in the trail, which keeps what it was told."""
    learners = Learner.objects.filter(school=school).values("pk")
    SenProvision.history.filter(learner__in=learners).delete()
    SenProvision.objects.filter(learner__in=learners)._raw_delete("default")
    Learner.objects.filter(school=school)._raw_delete("default")
    Learner.history.filter(school=school)._raw_delete("default")
    Group.objects.filter(school=school).delete()
    ImportRun.objects.filter(school=school).delete()


def timed(work: object, *given: object) -> float:
    """Seconds of one call."""
    began = time.perf_counter()
    work(*given)
    return time.perf_counter() - began


def imports(report: Report, school: School, rounds: int) -> None:
    """A list of new pupils, and the same list with a tenth of them changed, into a school with nobody in it."""
    count = ROWS if school.learners.count() > FEW else FEW
    own, _ = School.objects.get_or_create(name="Of the bench", defaults={"set_up_done": True})
    first = pupils(count)
    files = [workbook(first), workbook(changed(first))]
    make_tables()

    def ours_new() -> float:
        empty(own)
        return timed(bring_in, own, files[0])

    def limit_new() -> float:
        statements(f"DELETE FROM {BARE}")
        return timed(load, BARE, files[0])

    empty(own)
    if bring_in(own, files[0]) != (count, 0) or bring_in(own, files[1]) != (0, count // SHARE):
        raise SystemExit("The list was not read as it was made: bring script/benches/imports.py up to date.")
    turns = {"ours": 0, "limit": 0}

    def ours_again() -> float:
        turns["ours"] += 1
        return timed(bring_in, own, files[turns["ours"] % 2])

    def limit_again() -> float:
        turns["limit"] += 1
        statements(f"DELETE FROM {STAGED}")
        return timed(merge, files[turns["limit"] % 2])

    report.ratio(f"import, {count:,} new", race(ours_new, limit_new, rounds=rounds, each=1, warm_up=1), RATIO_NEW)
    again = race(ours_again, limit_again, rounds=rounds, each=2, warm_up=2)
    report.ratio(f"import again, {count // SHARE} changed", again, RATIO_AGAIN, rows=f"{count:,}")
    empty(own)
    own.delete()
