"""What is done to an honest table before it is written: the mistakes and the malice of its maker."""

from collections.abc import Callable
from datetime import date
from random import Random

from drills.seeds import CHILDREN, Table, upn_of

# Values that some reader, somewhere, has stumbled over.
ODD = (
    "42000", "43831.5", "1e999", "-1e400", "9" * 400, "NaN", "Infinity", "-0", "0x10", "1_000", "١٢٣", "²", "½", "Ⅷ",
    "=1+1", "=cmd|' /C calc'!A0", "@SUM(1)", "+44 1234", "-1", "\t", "\r", "\n", "a\nb", "a\r\nb", '"', '""', "'",
    "31/02/2015", "00/00/0000", "29/02/2100", "2015-13-45", "1/1/1", "99999999", "20150312", "12.03.15", "3/20/05",
    "0001-01-01", "9999-12-31", "10000-01-01", "31/12/9999", "#N/A", "#REF!", "NULL", "None", "TRUE", "false", "Y",
    "🦊",
    "\u202eevil", "\u200b", "\ufeff", "\x00", "\x1b[31m", "\x85", "\u2028", "é" * 3, "e\u0301", "İ", "ß", "ﬁ", "Ǆ",
    "\ud800",
    "{{ 7*7 }}", "{% include 'x' %}", "<script>alert(1)</script>", "%s%n", "${7*7}", "../../etc/passwd",
    "Robert'); --",
    "A" * 81, "B" * 121, "C" * 255, "D" * 1001, "E" * 4001, "K", "E", "N", "S", "Year 99", "Year R", "-5", "N2",
    "K,K,K",
    "3 x 20", "0 x 0", "99999999999 x 99999999999", "3 x 20 x 40", "20-30 mins", "1:1", "6 pupils", "whole class",
    ",", ", ,",
    "1:1:1:1", "9999 weeks", "999999999 weeks", "3 x 1e9 mins", "daily", "2147483648", "32768", "-32769", "1.5",
    "1,5", " ",
)  # fmt: skip


def _place(table: Table, rng: Random) -> tuple[int, int] | None:
    """A cell under the headings; None where there is none."""
    rows = [number for number in range(1, len(table)) if table[number]]
    return (number, rng.randrange(len(table[number]))) if rows and (number := rng.choice(rows)) else None


def odd_values(table: Table, rng: Random) -> Table:
    """Values that no list should hold."""
    for _ in range(rng.randrange(1, 8)):
        if at := _place(table, rng):
            table[at[0]][at[1]] = rng.choice(ODD)
    return table


def odd_column(table: Table, rng: Random) -> Table:
    """One column of nothing but odd values: what it is read as, it is not."""
    width = max(map(len, table), default=0)
    place = rng.randrange(width) if width else 0
    for row in table[1:]:
        if place < len(row):
            row[place] = rng.choice(ODD)
    return table


def serial_dates(table: Table, rng: Random) -> Table:
    """Days as the numbers that spreadsheets keep."""
    for row in table[1:]:
        for place, text in enumerate(row):
            if text.count("/") == 2 or (text.count("-") == 2 and text[:2] == "20"):
                row[place] = str(rng.choice((42000, 41000.25, 60, 61, 0, -1, 2958466)))
    return table


def upn_twice(table: Table, rng: Random) -> Table:
    """A row a second time, with other values."""
    if len(table) > 1:
        again = list(rng.choice(table[1:]))
        if again:
            again[rng.randrange(len(again))] = rng.choice(ODD)
        table.insert(rng.randrange(1, len(table) + 1), again)
    return table


def upn_in_other_letters(table: Table, rng: Random) -> Table:
    """UPNs of children on the register: in small letters, with spaces, hyphens, or letters that look alike."""
    change: list[Callable[[str], str]] = [
        str.lower, lambda upn: f" {upn[:4]} {upn[4:]} ", lambda upn: f"{upn[:5]}-{upn[5:]}", lambda upn: upn + "\u200b",
        lambda upn: upn.replace("0", "O"), lambda upn: upn[:-1], lambda upn: upn + "0", lambda upn: f"'{upn}",
        lambda upn: "".join(chr(ord(sign) + 0xFEE0) for sign in upn), lambda upn: upn[0] + upn[:0:-1],
    ]  # fmt: skip
    own = {child.upn for child in CHILDREN}
    for row in table[1:]:
        for place, text in enumerate(row):
            if text in own and rng.random() < 0.6:
                row[place] = rng.choice(change)(text)
    return table


def namesakes(table: Table, rng: Random) -> Table:
    """Every child on the register becomes somebody else of the same name: another UPN, or none at all."""
    own = {child.upn for child in CHILDREN}
    for row in table[1:]:
        for place, text in enumerate(row):
            if text.upper() in own:
                row[place] = rng.choice(("", upn_of(rng.randrange(5000, 9000))))
    return table


def swapped_headings(table: Table, rng: Random) -> Table:
    """Two headings exchanged, so that the columns hold something else."""
    if table and len(table[0]) > 1:
        one, other = rng.sample(range(len(table[0])), 2)
        table[0][one], table[0][other] = table[0][other], table[0][one]
    return table


def heading_twice(table: Table, rng: Random) -> Table:
    """A heading that stands over two columns."""
    if table and len(table[0]) > 1:
        one, other = rng.sample(range(len(table[0])), 2)
        table[0][one] = table[0][other]
    return table


def no_column(table: Table, rng: Random) -> Table:
    """A column less."""
    place = rng.randrange(len(table[0])) if table and table[0] else 0
    return [row[:place] + row[place + 1 :] for row in table]


def shuffled(table: Table, rng: Random) -> Table:
    """The columns in another order."""
    order = list(range(max(map(len, table), default=0)))
    rng.shuffle(order)
    return [[row[place] if place < len(row) else "" for place in order] for row in table]


def no_headings(table: Table, rng: Random) -> Table:
    """Values only, or headings only, or nothing."""
    return rng.choice((table[1:], table[:1], [], [[]], [[""] * 3]))


def titles(table: Table, rng: Random) -> Table:
    """Titles, blank rows and notes above, between and below."""
    for _ in range(rng.randrange(1, 20)):
        row = rng.choice(([], [""] * 4, ["Pupil list, autumn term"], ["Total", "12"], list(table[0]) if table else []))
        table.insert(rng.randrange(len(table) + 1), list(row))
    return table


def ragged(table: Table, rng: Random) -> Table:
    """Rows that are longer or shorter than the headings."""
    for row in table:
        if rng.random() < 0.3:
            row += rng.choices(ODD, k=rng.randrange(1, 4))
        elif rng.random() < 0.3:
            del row[rng.randrange(len(row) + 1) :]
    return table


def long_cell(table: Table, rng: Random) -> Table:
    """A cell as long as a workbook allows, a little longer, or much longer; in words or in one."""
    if at := _place(table, rng):
        length = rng.choice((1000, 32_767, 32_768, 200_000))
        table[at[0]][at[1]] = (rng.choice(("x", "ab ", "3 x 20 mins ", "Ada Bee, ", "1:")) * length)[:length]
    return table


def many_columns(table: Table, rng: Random) -> Table:
    """More columns than are read."""
    more = rng.choice((150, 201, 2000, 16_384))
    filling = rng.choice(("", "UPN", "x", "Wave 2"))
    return [[*row, *[filling] * more] for row in table[:6]]


def many_rows(table: Table, rng: Random) -> Table:
    """As many rows as a list may have, and a few more."""
    most = rng.choice((400, 3000, 5100, 20_050))
    if len(table) < 2:
        return table
    head, body = table[0], table[1:]
    out = [head]
    for number in range(most):
        row = list(body[number % len(body)])
        for place, text in enumerate(row):
            if len(text) == 13 and text[1:12].isdigit():
                row[place] = upn_of(10_000 + number)
        out.append(row)
    return out


def months_first(table: Table, rng: Random) -> Table:
    """Days with the month first, and with two figures for the year."""
    style = rng.choice(("%m/%d/%Y", "%m/%d/%y", "%-d.%-m.%y", "%A %d %B %Y", "%d-%b-%y", "%Y%m%d"))
    for row in table[1:]:
        for place, text in enumerate(row):
            parts = text.split("/")
            if [len(part) for part in parts] == [2, 2, 4] and text.replace("/", "").isdecimal() and parts[2] > "1900":
                row[place] = f"{date(int(parts[2]), int(parts[1]) % 12 + 1, int(parts[0]) % 28 + 1):{style}}"
    return table


MUTATIONS: dict[str, Callable[[Table, Random], Table]] = {
    "odd values": odd_values,
    "an odd column": odd_column,
    "serial dates": serial_dates,
    "dates written otherwise": months_first,
    "a UPN twice": upn_twice,
    "UPNs in other letters": upn_in_other_letters,
    "namesakes": namesakes,
    "headings exchanged": swapped_headings,
    "a heading twice": heading_twice,
    "a column less": no_column,
    "columns in another order": shuffled,
    "no headings or no rows": no_headings,
    "titles and blank rows": titles,
    "rows too long or too short": ragged,
    "a very long cell": long_cell,
    "very many columns": many_columns,
    "very many rows": many_rows,
}
SLOW = ("very many rows", "very many columns")
