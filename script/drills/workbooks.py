"""Workbooks for a drill: honest ones, mistaken ones, and the hostile ones that readers have died of."""

import io
import random
import re
import struct
import zipfile
from collections.abc import Callable
from datetime import date
from random import Random
from xml.sax.saxutils import escape

from drills.seeds import Table

MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = 'xmlns="http://schemas.openxmlformats.org/package/2006/relationships"'
SHEET, STRINGS, BOOK, STYLES = (
    "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/workbook.xml", "xl/styles.xml",
)  # fmt: skip
DAY = re.compile(r"(\d\d)/(\d\d)/(\d{4})", re.ASCII)
DOCTYPE = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]>'
LAUGHS = (
    '<!DOCTYPE x [<!ENTITY a0 "ha">' + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10)) + "]>"
)
# What stands in a cell's markup, and what no spreadsheet program writes there.
ODD_CELLS = (
    (r'r="[A-Z]+\d+"', ('r="XFD1048576"', 'r="A0"', 'r="ZZZZ1"', 'r=""', 'r="1A"', 'r="a1"')),
    (r't="s"', ('t="b"', 't="e"', 't="n"', 't="d"', 't="str"', 't=""', 't="x"')),
    (r"<v>\d+</v>", ("<v>-1</v>", "<v>99999999999</v>", "<v>1e400</v>", "<v>NaN</v>", "<v/>", "<v>٣</v>",
                     "<v>1E-400</v>", "<v> 1 </v>", "<v>1_0</v>", "<f>1+1</f>", "<f>A1</f><v>5</v>")),
    (r's="1"', ('s="-1"', 's="9999999"', 's="x"', 's="٣"')),
    (r'<row r="\d+"', ('<row r="1"', '<row r="1048576"', '<row r="-3"', '<row r="x"', '<row r="²"', "<row")),
)  # fmt: skip
Parts = dict[str, bytes | str]


def column_name(place: int) -> str:
    """What a column is called, from 0."""
    name = ""
    place += 1
    while place:
        place, letter = divmod(place - 1, 26)
        name = chr(65 + letter) + name
    return name


def parts_of(table: Table, rng: Random) -> Parts:
    """The parts of a workbook that holds `table`: days as days now and then, texts shared or not."""
    shared: dict[str, int] = {}
    as_days, share, placed = rng.random() < 0.5, rng.random() < 0.5, rng.random() < 0.9
    rows = []
    for number, row in enumerate(table, start=1):
        cells = []
        for place, text in enumerate(row):
            at = f' r="{column_name(place)}{number}"' if placed else ""
            day = DAY.fullmatch(text)
            if as_days and day and (serial := _serial(day)):
                cells.append(f'<c{at} s="1"><v>{serial}</v></c>')
            elif text.isascii() and text.isdecimal() and len(text) < 12 and rng.random() < 0.7:
                cells.append(f"<c{at}><v>{text}</v></c>")
            elif share:
                cells.append(f'<c{at} t="s"><v>{shared.setdefault(text, len(shared))}</v></c>')
            else:
                cells.append(f'<c{at} t="inlineStr"><is><t>{_xml(text)}</t></is></c>')
        rows.append(f'<row r="{number}">{"".join(cells)}</row>')
    texts = "".join(f"<si><t>{_xml(text)}</t></si>" for text in shared)
    kinds = ("worksheet", "worksheets/sheet1.xml"), ("sharedStrings", "sharedStrings.xml"), ("styles", "styles.xml")
    links = "".join(
        f'<Relationship Id="rId{number}" Type="{RELATIONS}/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(kinds, start=1)
    )
    return {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
        "_rels/.rels": f'<Relationships {PACKAGE}><Relationship Id="rId1" Type="{RELATIONS}/officeDocument" '
        'Target="xl/workbook.xml"/></Relationships>',
        BOOK: f'<workbook {MAIN} xmlns:r="{RELATIONS}"><sheets><sheet name="Pupils" sheetId="1" r:id="rId1"/>'
        "</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f"<Relationships {PACKAGE}>{links}</Relationships>",
        SHEET: f"<worksheet {MAIN}><sheetData>{''.join(rows)}</sheetData></worksheet>",
        STRINGS: f"<sst {MAIN}>{texts}</sst>",
        STYLES: f'<styleSheet {MAIN}><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>',
    }


def _serial(day: re.Match[str]) -> int:
    try:
        return (date(int(day[3]), int(day[2]), int(day[1])) - date(1899, 12, 30)).days
    except ValueError:
        return 0


def _xml(text: str) -> str:
    return escape(re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]", "?", text))


def archive(parts: Parts, packing: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A ZIP of `parts`."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", packing) as packed:
        for name, data in parts.items():
            packed.writestr(name, data.encode("utf-8", "replace") if isinstance(data, str) else data)
    return stream.getvalue()


def _change(parts: Parts, name: str, old: str, new: str, count: int = -1) -> Parts:
    text = parts.get(name, "")
    return {**parts, name: text.replace(old, new, count) if isinstance(text, str) else text}


def _numbers(count: int, around: str) -> str:
    numbers = random.Random(7)
    return "".join(around.format(numbers.randrange(10**6)) for _ in range(count))


def broken_markup(parts: Parts, rng: Random) -> Parts:
    """Letters of one part changed, lost or doubled, under a correct checksum."""
    name = rng.choice(list(parts))
    text = parts[name]
    signs = list(text if isinstance(text, str) else text.decode("latin-1"))
    for _ in range(rng.randrange(1, 6)):
        if signs:
            place = rng.randrange(len(signs))
            sign = rng.choice(("", "<", ">", "&", '"', "&#0;", "&#xD800;", "\x00", "9"))
            signs[place : place + rng.randrange(3)] = sign
    return {**parts, name: "".join(signs)}


def odd_cells(parts: Parts, rng: Random) -> Parts:
    """References, kinds, styles and numbers that no spreadsheet program writes."""
    text = str(parts[SHEET])
    for _ in range(rng.randrange(1, 6)):
        pattern, odd = rng.choice(ODD_CELLS)
        what = rng.choice(odd)
        places = list(re.finditer(pattern, text))
        if places:
            start, end = rng.choice(places).span()
            text = text[:start] + what + text[end:]
    return {**parts, SHEET: text}


def odd_parts(parts: Parts, rng: Random) -> Parts:
    """A part that is missing, or points to nothing, to itself, or elsewhere."""
    how = rng.randrange(7)
    links = "xl/_rels/workbook.xml.rels"
    if how == 0:
        gone = rng.choice(list(parts))
        return {name: data for name, data in parts.items() if name != gone}
    if how == 1:
        elsewhere = (
            "worksheets/none.xml", "workbook.xml", "/xl/worksheets/sheet1.xml", "../../etc/passwd",
            "http://127.0.0.1/x", "",
        )  # fmt: skip
        return _change(parts, links, "worksheets/sheet1.xml", rng.choice(elsewhere))
    if how == 2:
        elsewhere = ("xl/none.xml", STRINGS, "/", "_rels/.rels")
        return _change(parts, "_rels/.rels", "xl/workbook.xml", rng.choice(elsewhere))
    if how == 3:
        more = "".join(f'<sheet name="s{n}" sheetId="{n}" r:id="rId{rng.choice((1, 9))}"/>' for n in range(2, 60))
        return _change(parts, BOOK, "</sheets>", f"{more}</sheets>")
    if how == 4:
        return _change(parts, BOOK, "<sheet ", f'<sheet state="{rng.choice(("hidden", "veryHidden", "x"))}" ')
    if how == 5:
        return _change(parts, BOOK, "<sheets>", '<workbookPr date1904="1"/><sheets>')
    areas = "".join(
        f'<mergeCell ref="{ref}"/>' for ref in ("A2:A9", "A1:XFD1048576", "B3:B1048576", "A9:A2", "x", "C2:C2:C3", "")
    )
    return _change(parts, SHEET, "</sheetData>", f"</sheetData><mergeCells>{areas}</mergeCells>")


def declared(parts: Parts, rng: Random) -> Parts:
    """A document type or entities in one of the parts."""
    name = rng.choice((SHEET, STRINGS, BOOK, STYLES, "_rels/.rels"))
    head = rng.choice((DOCTYPE, LAUGHS, '<!DOCTYPE x SYSTEM "file:///etc/passwd">'))
    return {**parts, name: head + str(parts.get(name, ""))}


PARTS: dict[str, Callable[[Parts, Random], Parts]] = {
    "broken markup in a part": broken_markup,
    "odd cells": odd_cells,
    "odd parts": odd_parts,
    "document types in a part": declared,
}


def far_cell(parts: Parts, rng: Random) -> bytes:
    """A second cell in the last corner there is."""
    far = rng.choice(("XFD1048576", "A1048576", "XFD2", "ZZZ9999999"))
    cell = f'<row r="{re.sub("[A-Z]", "", far)}"><c r="{far}"><v>1</v></c></row></sheetData>'
    return archive(_change(parts, SHEET, "</sheetData>", cell))


def ratio_bomb(parts: Parts, rng: Random) -> bytes:
    """Much out of little: in a part nobody asks for, or in the sheet itself, as blanks or as rows."""
    size = rng.choice((2_000_000, 49_000_000, 200_000_000))
    where, filling = rng.choice((("xl/media/a.bin", "0"), (SHEET, " "), (SHEET, "<row><c><v>1</v></c></row>")))
    begins, _, ends = str(parts[SHEET]).partition("</sheetData>") if where == SHEET else ("", "", "")
    chunk = (filling * (1_000_000 // len(filling))).encode()
    stream = io.BytesIO(archive({name: data for name, data in parts.items() if name != where}))
    with zipfile.ZipFile(stream, "a", zipfile.ZIP_DEFLATED, compresslevel=1) as packed, packed.open(where, "w") as part:
        part.write(begins.encode())
        for _ in range(size // len(chunk)):
            part.write(chunk)
        part.write(f"</sheetData>{ends}".encode() if where == SHEET else b"")
    return stream.getvalue()


def count_bomb(parts: Parts, rng: Random) -> bytes:
    """Very many parts."""
    return archive({**parts, **{f"xl/{n}.xml": "" for n in range(rng.choice((150, 250, 20_000)))}}, zipfile.ZIP_STORED)


def nested(parts: Parts, rng: Random) -> bytes:
    """Archives in archives, as a quine unpacks for ever."""
    inner = archive(parts)
    for _ in range(rng.randrange(1, 12)):
        inner = archive({**parts, rng.choice(("xl/a.xlsx", "a.zip", SHEET)): inner}, zipfile.ZIP_STORED)
    return inner


def lying(parts: Parts, rng: Random) -> bytes:
    """An archive whose listing says something else than what stands in it."""
    data = bytearray(archive({**parts, "xl/a.bin": b"0" * 3_000_000}))
    at = data.rindex(b"PK\x01\x02")
    how = rng.randrange(5)
    if how == 0:
        data[at + 24 : at + 28] = struct.pack("<I", rng.choice((0, 10, 0xFFFFFFFF)))  # unpacked size
    elif how == 1:
        data[at + 8] |= 1  # a password
    elif how == 2:
        data[at + 10 : at + 12] = struct.pack("<H", rng.choice((1, 6, 9, 12, 14, 93, 99)))  # way of packing
    elif how == 3:
        data[at + 42 : at + 46] = struct.pack("<I", rng.choice((0, 0xFFFFFFFE)))  # where it begins: overlapping
    else:
        end = data.rindex(b"PK\x05\x06")
        data[end + 8 : end + 12] = struct.pack("<HH", 0xFFFF, 0xFFFF)  # how many there are
    return bytes(data)


def other_packing(parts: Parts, rng: Random) -> bytes:
    """Packed in a way that spreadsheet programs don't use."""
    return archive(parts, rng.choice((zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA, zipfile.ZIP_STORED)))


def acting(parts: Parts, rng: Random) -> bytes:
    """Macros, links to other workbooks, names that lead out of the archive, and other kinds of document."""
    name = rng.choice((
        "xl/vbaProject.bin", "xl/VBAPROJECT.BIN", "xl/macrosheets/sheet1.xml", "xl/externalLinks/externalLink1.xml",
        "../a.xml", "/etc/a", "C:\\a", "xl/\udc80.xml", "a" * 5000, "xl/workbook.bin", "mimetype", "word/document.xml",
    ))  # fmt: skip
    more: Parts = {name.encode("utf-8", "replace").decode(): "x"}
    return archive({**parts, **more, **({"content.xml": "x"} if name == "mimetype" else {})})


def costly(parts: Parts, rng: Random) -> bytes:
    """Within every size, and yet made to take long."""
    row = '<row><c t="inlineStr"><is><t>UPN</t></is></c></row>'
    body = rng.choice((
        lambda: row + f"<row>{_numbers(600_000, '<c><v>{}</v></c>')}</row>",
        lambda: row + _numbers(20_000, "<row><c><v>{}</v></c><c><v>1</v></c></row>"),
        lambda: row + "<a>" * 200_000,
        lambda: row + f"<a {' '.join(f'a{n * 7919}={chr(34)}1{chr(34)}' for n in range(30_000))}/>",
        lambda: row + _numbers(19_000, "<row><c><v>{}</v></c></row>") + _numbers(50_000, '<mergeCell ref="A2:A{}"/>'),
    ))()  # fmt: skip
    sheet = f"<worksheet {MAIN}><sheetData>{body}</sheetData></worksheet>"
    which = rng.randrange(3)
    if which == 0:
        return archive({**parts, STRINGS: f"<sst {MAIN}>{_numbers(300_000, '<si><t>{}</t></si>')}</sst>"})
    if which == 1:
        styles = '<numFmts><numFmt numFmtId="200" formatCode="' + "a" * 200_000 + '"/></numFmts><cellXfs>'
        styles += '<xf numFmtId="200"/>' * 30_000
        return archive({**parts, STYLES: f"<styleSheet {MAIN}>{styles}</cellXfs></styleSheet>"})
    return archive({**parts, SHEET: sheet})


HOSTILE: dict[str, Callable[[Parts, Random], bytes]] = {
    "a cell in the last corner": far_cell,
    "much out of little": ratio_bomb,
    "very many parts": count_bomb,
    "archives in archives": nested,
    "a lying listing": lying,
    "other ways of packing": other_packing,
    "macros, links, paths": acting,
    "made to take long": costly,
}
