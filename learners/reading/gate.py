"""The one gate every upload passes: size, then what the bytes are (never what the name says). Pure.

Source: docs/decisions/2026-11-23-upload-gate.md; limits are the owner's.
"""

import re

from learners.mapping import guess
from learners.reading.csv_file import read_csv
from learners.reading.ctf import read_ctf
from learners.reading.header import Known
from learners.reading.json_file import read_json, tree_of
from learners.reading.sheet import Clock, Sheet
from learners.reading.workbook import read_workbook
from provisionmap.web.text_file import Refused, decode

MOST_BYTES = 10 * 1024 * 1024
EXPORT = "Export the list as CSV, Excel (.xlsx) or OpenDocument (.ods); a pupil list also as a transfer file (.xml)."
OLD_EXCEL = "Open it in Excel, remove a password if it has one, and save it as Excel workbook (.xlsx)."
# The first bytes of files that are sent by mistake, and what to say.
NOT_LISTS = [
    (b"%PDF", "This is a PDF, whatever its name says.", EXPORT),
    (b"\xd0\xcf\x11\xe0", "This is an old Excel file (.xls) or a workbook with a password.", OLD_EXCEL),
    (b"\x89PNG", "This is a picture, not a list.", EXPORT),
    (b"\xff\xd8\xff", "This is a picture, not a list.", EXPORT),
    (b"GIF8", "This is a picture, not a list.", EXPORT),
    (b"{\\rtf", "This is a text document, not a list.", EXPORT),
    (b"\x1f\x8b", "This is a packed file (gzip).", "Unpack it and upload the file inside."),
    (b"7z\xbc\xaf", "This is a packed file (7z).", "Unpack it and upload the file inside."),
    (b"Rar!", "This is a packed file (RAR).", "Unpack it and upload the file inside."),
]
ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")  # a heading may begin with PK, too
WEB_PAGE = re.compile(r"\s*<(?:!doctype\s+html|html|head|body|table|meta)\b", re.IGNORECASE)
JSON = re.compile(r"\s*[\[{]")


def _check(data: bytes) -> None:
    """Raises Refused for what is too large, empty, or another kind of file."""
    if len(data) > MOST_BYTES:
        raise Refused("This file is larger than 10 MB.", "Export only the columns that are needed, or split it.")
    if not data.strip(b"\0 \t\r\n\xef\xbb\xbf\xff\xfe"):
        raise Refused("This file is empty.", EXPORT)
    for start, message, remedy in NOT_LISTS:
        if data.startswith(start):
            raise Refused(message, remedy)


def open_tree(data: bytes, remedy: str) -> object:
    """What stands in an upload that has to be JSON; numbers stay the words they were. Raises Refused.

    >>> open_tree(b'{"version": 1}', "Ask for it again.")
    {'version': '1'}
    """
    _check(data)
    text = "" if data.startswith(ZIP) else decode(data)
    if not JSON.match(text):
        raise Refused("This is no JSON file, whatever its name says.", remedy)
    return tree_of(text, remedy)


def open_upload(name: str, data: bytes, known: Known = guess, *, choices: bool = False) -> Sheet:
    """The pupil list in an upload.

    `name` is shown by pages and decides nothing here. Raises Refused, and nothing else, for a file that
    cannot be taken. `known` says which headings the list may have; only pupil lists come as XML or JSON.
    `choices`: the other sheets of a workbook are wanted as well.

    >>> open_upload("list.csv", b"UPN,DOB\\nA1,1/9/2015\\n").headers
    ['UPN', 'DOB']
    """
    del name
    clock = Clock()
    _check(data)
    if data.startswith(ZIP):
        return read_workbook(data, clock, known, choices=choices)
    text = decode(data)
    if WEB_PAGE.match(text):
        raise Refused("This is a web page, whatever its name says.", "Open it in Excel and save it as .xlsx or CSV.")
    if text.lstrip().startswith("<"):
        return read_ctf(text.lstrip(), clock)
    if JSON.match(text):
        return read_json(text, clock)
    return read_csv(text, clock, known)
