"""The files of a drill: file `number` of a seed is the same each time, honest work spoiled in a named way."""

import codecs
import csv
import io
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from drills import markup, seeds, tables, workbooks
from drills.seeds import RealFiles, Table

# Of ten files five are text with separators, three are workbooks, two are XML (one in five of those JSON).
KINDS = ("csv", "xlsx", "csv", "xml", "csv", "xlsx", "csv", "xlsx", "csv", "xml")
ENCODINGS = (
    "utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "utf-32", "latin-1", "mac-roman", "cp437",
    "utf-7",
)  # fmt: skip
NAMES = (
    "list.csv", "list.xlsx", "list.xml", "list", "=cmd.csv", "../../etc/passwd", "a" * 300 + ".csv", "\u202ecsv.exe",
    "Ó Brien & Co <b>.csv", "list.csv.exe", "CON", "'; DROP TABLE.csv",
)  # fmt: skip
WRONG = (
    b"%PDF-1.7\n1 0 obj", b"<!DOCTYPE html><html><body><table><tr><td>UPN</td></tr></table>", b"\x89PNG\r\n\x1a\n",
    b"\xff\xd8\xff\xe0JFIF", b"{\\rtf1 UPN}", b"\x1f\x8b\x08\x00", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    b"7z\xbc\xaf\x27\x1c",
    b"PK\x03\x04", b"PK\x05\x06" + b"\0" * 18, b"PK,UPN\r\n1,2\r\n", b"", b"\n\n \t", b"\0" * 5000, b"\xef\xbb\xbf",
    b"\xff\xfe", b"MZ\x90\x00", b"GIF89a", b"BEGIN:VCALENDAR\r\nEND:VCALENDAR", b"#!/bin/sh\nrm -rf", b"SELECT 1;",
)  # fmt: skip
FOREIGN = (
    b"\0", b"\0\0\0", codecs.BOM_UTF8, codecs.BOM_UTF16_LE, b"\xed\xa0\x80", b"\xc3", b"\x80\x81\x8d", b"\r", b"\x1a",
    *WRONG[:6],
)  # fmt: skip
MOST_SENT = 12_000_000  # bytes; more never gets past the server to a reader
Bytes = Callable[[bytes, Random], bytes]


@dataclass(frozen=True)
class File:
    """One file, and what was done to it."""

    number: int
    kind: str
    name: str
    data: bytes
    done: tuple[str, ...]


def flips(data: bytes, rng: Random) -> bytes:
    """Single bits turned over."""
    out = bytearray(data)
    for _ in range(rng.choice((1, 2, 8, 64))):
        if out:
            out[rng.randrange(len(out))] ^= 1 << rng.randrange(8)
    return bytes(out)


def cut(data: bytes, rng: Random) -> bytes:
    """Cut short, or without its beginning."""
    place = rng.randrange(len(data) + 1)
    return data[:place] if rng.random() < 0.7 else data[place:]


def doubled(data: bytes, rng: Random) -> bytes:
    """A piece of it once more, somewhere else."""
    start = rng.randrange(len(data) + 1)
    piece, at = data[start : start + rng.randrange(1, 400)], rng.randrange(len(data) + 1)
    return data[:at] + piece + data[at:]


def foreign(data: bytes, rng: Random) -> bytes:
    """Bytes in the middle that mean nothing there: zeros, marks of encodings, halves of characters, other files."""
    at = rng.randrange(len(data) + 1)
    return data[:at] + rng.choice(FOREIGN) + data[at:]


def quotes(data: bytes, rng: Random) -> bytes:
    """Quotation marks that open and never close."""
    places = [place for place, byte in enumerate(data) if byte in b',;\n"'] or [0]
    out = data
    for place in sorted(rng.choices(places, k=rng.randrange(1, 4)), reverse=True):
        out = out[: place + 1] + b'"' + out[place + 1 :]
    return out


BYTES: dict[str, Bytes] = {"bit flips": flips, "cut short": cut, "a piece twice": doubled, "foreign bytes": foreign}


def huge(data: bytes, rng: Random) -> bytes:
    """As much as may be sent, or a little more, of what readers stumble over."""
    return rng.choice((
        lambda: b"," * 10_000_000,
        lambda: b'"",' * 3_300_000,
        lambda: b"UPN,Surname\n" + b"," * 1_000_000,
        lambda: data.split(b"\n")[0] + b"\n" * 10_000_000,
        lambda: b"x" * (10 * 1024 * 1024 + 1),
        lambda: b",".join([b"UPN"] * 150) + b"\n" + (b",".join([b"1"] * 150) + b"\n") * 19_999,
        lambda: b"UPN;Wave 1\n" + b'"' * 9_000_000,
        lambda: b"Pupil,Wave 1\n" + b"a,3 x 20 mins\n" * 19_000,
        lambda: b"UPN,Name\n" + b"1:" * 16_000 + b",x\n",
    ))()  # fmt: skip


def as_csv(table: Table, rng: Random) -> bytes:
    """`table` as text, in some encoding, with some separator."""
    out = io.StringIO()
    ending = rng.choice(("\r\n", "\n", "\r"))
    quoting = rng.choice((csv.QUOTE_MINIMAL, csv.QUOTE_ALL))
    csv.writer(out, delimiter=rng.choice(",,,;\t|"), lineterminator=ending, quoting=quoting).writerows(table)
    return encoded(out.getvalue(), rng)


def encoded(text: str, rng: Random) -> bytes:
    """`text` in one of many encodings; most often the usual one."""
    return text.encode(rng.choice(ENCODINGS) if rng.random() < 0.4 else "utf-8", "replace")


class Maker:
    """Makes the files of one seed."""

    def __init__(self, seed: int, real: RealFiles | None = None) -> None:
        self.seed = seed
        self.real = real or RealFiles([], [])

    def file(self, number: int) -> File:
        """File `number`: the kinds in turn, and of each kind every way of spoiling in turn."""
        rng = Random(f"{self.seed}:{number}")
        kind = KINDS[number % len(KINDS)]
        turns, place = divmod(number, len(KINDS))
        turn = turns * KINDS.count(kind) + KINDS[:place].count(kind)
        data, done = {"csv": self._csv, "xlsx": self._workbook, "xml": self._xml}[kind](turn, rng)
        return File(number, kind, rng.choice(NAMES), data[:MOST_SENT], tuple(done))

    def _table(self, rng: Random) -> Table:
        if self.real.tables and rng.random() < 0.4:
            return [list(row) for row in rng.choice(self.real.tables)]
        return rng.choice((seeds.pupil_list, seeds.provision_map))(rng)

    def _spoiled_table(self, first: str, rng: Random) -> tuple[Table, list[str]]:
        """A table spoiled in the way `first` says, if it is one, and up to two more."""
        done = [first] if first in tables.MUTATIONS else []
        usual = [name for name in tables.MUTATIONS if name not in tables.SLOW]
        done += rng.choices(usual, k=rng.choice((0, 0, 1, 2)))
        table = self._table(rng)
        for name in done:
            table = tables.MUTATIONS[name](table, rng)
        return table, done

    def _csv(self, turn: int, rng: Random) -> tuple[bytes, list[str]]:
        more = ["open quotes"] * 3 + ["encodings"] * 2 + ["wrong kind", "very large"]
        ways = [*_thrice(tables.MUTATIONS), *_thrice(BYTES), *more]
        first = ways[turn * 7 % len(ways)]
        table, done = self._spoiled_table(first, rng)
        data = as_csv(table, rng)
        if first == "wrong kind":
            return rng.choice(WRONG) + rng.choice((b"", data)), [first]
        if first == "very large":
            return huge(data, rng), [first]
        if first == "open quotes":
            return quotes(data, rng), [*done, first]
        return self._bytes(first, data, done, rng)

    def _bytes(self, first: str, data: bytes, done: list[str], rng: Random) -> tuple[bytes, list[str]]:
        ways = [first] if first in BYTES else rng.choices(list(BYTES), k=rng.choice((0, 0, 0, 1)))
        for name in ways:
            data = BYTES[name](data, rng)
        return data, [*done, *ways] or ["as it should be"]

    def _workbook(self, turn: int, rng: Random) -> tuple[bytes, list[str]]:
        ours = [*_thrice(workbooks.PARTS), *workbooks.HOSTILE]
        ways = [*_thrice(tables.MUTATIONS), *ours, *_thrice(BYTES), "wrong kind"]
        first = ways[turn * 7 % len(ways)]
        table, done = self._spoiled_table(first, rng)
        parts = workbooks.parts_of(table, rng)
        if first in workbooks.HOSTILE:
            return workbooks.HOSTILE[first](parts, rng), [*done, first]
        if first == "wrong kind":
            return rng.choice(WRONG), [first]
        if first in workbooks.PARTS:
            parts, done = workbooks.PARTS[first](parts, rng), [*done, first]
        return self._bytes(first, workbooks.archive(parts), done, rng)

    def _xml(self, turn: int, rng: Random) -> tuple[bytes, list[str]]:
        ways = [*_thrice(markup.MUTATIONS), *markup.HOSTILE, *_thrice(BYTES), *["JSON"] * 6]
        first = ways[turn * 7 % len(ways)]
        if first == "JSON":
            table, done = self._spoiled_table("", rng)
            text = markup.spoiled_json(seeds.as_json(table or [["UPN"]]), rng)
            return self._bytes("", encoded(text, rng), [*done, first], rng)
        real = self.real.texts and rng.random() < 0.3
        text = rng.choice(self.real.texts) if real else seeds.transfer_file(rng)
        if first in markup.HOSTILE:
            return encoded(markup.HOSTILE[first](text, rng), rng), [first]
        done = [first] if first in markup.MUTATIONS else []
        done += rng.choices(list(markup.MUTATIONS), k=rng.choice((0, 0, 1, 2)))
        for name in done:
            text = markup.MUTATIONS[name](text, rng)
        return self._bytes(first, encoded(text, rng), done, rng)


def _thrice(names: object) -> list[str]:
    """Each name three times: what costs much comes less often than what costs little."""
    return [name for name in names for _ in range(3)]  # type: ignore[attr-defined]
