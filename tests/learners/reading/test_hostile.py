"""What hostile files cost: seconds and memory, measured in a process of its own."""

import random
import subprocess
import sys
from pathlib import Path

import pytest

from tests.learners.reading.files import MAIN, WORKBOOK, archive, parts_of, text_cell
from tests.learners.reading.ods_files import blank, row, said, spreadsheet, table

ROOT = Path(__file__).parents[3]
MOST_SECONDS = 5
MOST_MEGABYTES = 300
READ = """
import re, sys, time
from learners.reading.gate import open_upload
from provisionmap.web.text_file import Refused
data = sys.stdin.buffer.read()
began = time.process_time()
try:
    answer = f"{len(open_upload('x', data).rows)} rows"
except Refused as refused:
    answer = refused.message
peak = int(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1]) // 1024
print(f"{time.process_time() - began:.2f}|{peak}|{answer}")
"""
HEADING = f"<row>{text_cell('A1', 'UPN')}</row>"


def _numbers(count: int, around: str) -> str:
    numbers = random.Random(7)
    return "".join(around.format(numbers.randrange(10**7)) for _ in range(count))


def _long_row() -> bytes:
    return archive(parts_of(f"{HEADING}<row>{_numbers(1_000_000, '<c><v>{}</v></c>')}</row>"))


def _same_sheet_often() -> bytes:
    rows = _numbers(60_000, "<row><c><v>{}</v></c></row>")
    sheets = "".join(f'<sheet name="s{n}" sheetId="{n}" r:id="rId1"/>' for n in range(2, 199))
    return archive({**parts_of(HEADING + rows), "xl/workbook.xml": WORKBOOK.replace("</sheets>", sheets + "</sheets>")})


def _strings() -> bytes:
    return archive(parts_of(HEADING, strings=f"<sst {MAIN}>{_numbers(500_000, '<si><t>{}</t></si>')}</sst>"))


def _styles() -> bytes:
    styles = _numbers(400_000, "<xf numFmtId='{}'/>")
    return archive(parts_of(HEADING, styles=f"<styleSheet {MAIN}><cellXfs>{styles}</cellXfs></styleSheet>"))


def _long_format() -> bytes:
    styles = f'<numFmts><numFmt numFmtId="200" formatCode="{"a" * 200_000}"/></numFmts><cellXfs>'
    styles += '<xf numFmtId="200"/>' * 30_000
    return archive(parts_of(HEADING, styles=f"<styleSheet {MAIN}>{styles}</cellXfs></styleSheet>"))


def _merged() -> bytes:
    rows = _numbers(19_000, "<row><c><v>{}</v></c></row>")
    return archive(parts_of(HEADING + rows + _numbers(100_000, "<mergeCell ref='A2:A{}'/>")))


def _repeated() -> bytes:
    full = row(said("x", number_columns_repeated="16384"), repeated=1_048_576)
    return spreadsheet("".join(table(row(said("UPN")), full, name=str(at)) for at in range(100)))


def _spanned() -> bytes:
    rows = "".join(row(said(str(at), number_rows_spanned="1048576")) for at in range(19_000))
    return spreadsheet(table(row(said("UPN")), rows))


def _spaces() -> bytes:
    return spreadsheet(table(row(said("UPN")), row(*[said("<text:s text:c='32000'/>a")] * 20_000)))


def _blanks() -> bytes:
    return spreadsheet(table(row(said("UPN")), *[row(*[blank(16_384)] * 10, repeated=1_048_576)] * 30_000))


FILES = {
    "a hundred sheets that say they are full": _repeated,
    "19,000 cells that reach down to the end": _spanned,
    "twenty thousand cells of spaces": _spaces,
    "blanks that are repeated 300,000 times": _blanks,
    "one row of a million cells": _long_row,
    "one sheet named 200 times": _same_sheet_often,
    "half a million strings": _strings,
    "many styles": _styles,
    "one long format for many styles": _long_format,
    "merged all over": _merged,
    "ten megabytes of commas": lambda: b"," * 10_000_000,
    "ten megabytes of quotes": lambda: b'"",' * 3_300_000,
    "ten megabytes of empty tags": lambda: b"<CTfile>" + b"<a/>" * 2_400_000 + b"</CTfile>",
    "a tag of nine megabytes": lambda: b"<CTfile " + b" ".join(b'a%d="1"' % n for n in range(750_000)) + b"/>",
    "20,000 rows of 150 cells": lambda: b",".join([b"UPN"] * 150) + b"\n" + (b",".join([b"1"] * 150) + b"\n") * 19_999,
}


@pytest.mark.parametrize("name", FILES)
def test_a_hostile_file_costs_little(name):
    ran = subprocess.run(
        [sys.executable, "-c", READ], input=FILES[name](), capture_output=True, cwd=ROOT, timeout=60, check=True
    )
    seconds, megabytes, answer = ran.stdout.decode().strip().split("|")

    assert float(seconds) <= MOST_SECONDS, answer
    assert int(megabytes) <= MOST_MEGABYTES, answer
