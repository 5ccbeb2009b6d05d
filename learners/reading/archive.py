"""The ZIP archive that a workbook is, measured before anything in it is opened. Pure.

A file of 300 kB may unpack to gigabytes: what the archive says about itself is held against the limits, and a
part is never read beyond the size it claims.
"""

import io
import lzma
import struct
import zipfile
import zlib
from pathlib import PurePosixPath

from provisionmap.web.text_file import Refused

MOST_PARTS = 200
MOST_UNPACKED = 50_000_000
MOST_RATIO = 100
MOST_MIMETYPE = 200  # bytes of the part that names the kind
TINY = 1_000_000  # a small part may pack very well
SAVE_AGAIN = 'Open it in a spreadsheet, choose "Save as", Excel workbook (.xlsx) or CSV, and upload the new file.'
DAMAGED = ("This workbook is damaged, or of a kind we do not read.", SAVE_AGAIN)
PASSWORD = ("This file is protected with a password.", "Save a copy without the password and upload that.")
MACROS = ("This workbook holds macros.", "Save it as an Excel workbook without macros (.xlsx), or as CSV.")
LINKS = ("This workbook draws values from other workbooks.", "Save the list as CSV and upload that.")
OPENDOCUMENT = "application/vnd.oasis.opendocument.spreadsheet"
# What the archive library raises for broken, truncated or oddly packed archives.
UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    OSError,
    EOFError,
    ValueError,
    RuntimeError,
    IndexError,
    KeyError,
)


def open_archive(data: bytes) -> zipfile.ZipFile:
    """`data` as an archive. Raises Refused unless it is a workbook of sane size without anything that acts."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        parts = archive.infolist()
        _check_listing(parts)
        names = {part.filename.lower() for part in parts}
        if {"mimetype", "content.xml"} <= names:
            _check_opendocument(archive, names)
        else:
            _check_kind(names)
        for part in parts:
            with archive.open(part) as stream:
                if stream.read(4) == b"PK\x03\x04":
                    raise Refused("This file holds another archive.", SAVE_AGAIN)
    except UNREADABLE as error:
        raise Refused(*DAMAGED) from error
    return archive


def _check_listing(parts: list[zipfile.ZipInfo]) -> None:
    """What the archive says about itself."""
    unpacked = sum(part.file_size for part in parts)
    packed = sum(part.compress_size for part in parts)
    if len(parts) > MOST_PARTS:
        raise Refused(f"This file holds more than {MOST_PARTS} parts.", SAVE_AGAIN)
    if unpacked > MOST_UNPACKED or (unpacked > TINY and unpacked > MOST_RATIO * packed):
        raise Refused("This file unpacks to far more than a pupil list needs.", SAVE_AGAIN)
    names = [part.filename for part in parts]
    if len(set(names)) < len(names) or any(_strays(name) for name in names):
        raise Refused("The parts of this file are named in a way that is not safe to open.", SAVE_AGAIN)
    if any(part.flag_bits & 1 for part in parts):
        raise Refused(*PASSWORD)


def _strays(name: str) -> bool:
    """Whether a part's name points outside the archive."""
    return name.startswith("/") or "\\" in name or ":" in name or ".." in PurePosixPath(name).parts


def _mimetype(archive: zipfile.ZipFile) -> str:
    """What an OpenDocument file says it is; "" for any other archive."""
    if "mimetype" not in archive.namelist():
        return ""
    with archive.open("mimetype") as stream:
        return stream.read(MOST_MIMETYPE).decode("ascii", "replace").strip()


def is_opendocument(archive: zipfile.ZipFile) -> bool:
    """Whether an archive that passed is an OpenDocument spreadsheet; else it is an Excel workbook."""
    return _mimetype(archive) == OPENDOCUMENT


def _check_opendocument(archive: zipfile.ZipFile, names: set[str]) -> None:
    """Whether this is a spreadsheet, and one without macros; what acts inside its content is the reader's to refuse."""
    if not is_opendocument(archive):
        raise Refused("This is an OpenDocument file, but not a spreadsheet.", SAVE_AGAIN)
    if any(name.startswith(("basic/", "scripts/")) for name in names):
        raise Refused(*MACROS)


def _check_kind(names: set[str]) -> None:
    """Whether this is an Excel workbook, and one without macros and links."""
    if "word/document.xml" in names:
        raise Refused("This is a Word document, not a pupil list.", "Export the list from your MIS as CSV or Excel.")
    if "xl/workbook.bin" in names:
        raise Refused("This is a binary Excel workbook (.xlsb).", SAVE_AGAIN)
    if any(name.endswith("vbaproject.bin") or "/macrosheets/" in name for name in names):
        raise Refused(*MACROS)
    if any("externallinks/" in name for name in names):
        raise Refused(*LINKS)
    if "[content_types].xml" not in names or not any(name.startswith("xl/") for name in names):
        raise Refused("This is an archive (ZIP), not a pupil list.", "Unpack it and upload the list inside.")
