"""Text that people upload: its encoding, and the separator of a table in it. Pure.

Both are found here and not with the library's sniffer, which crafted input stalls.
"""

import codecs
from collections import Counter

SEPARATORS = ",;\t|"
LOOK_AT = 4096
BOMS = [
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
]
SAVE_AGAIN = 'Open it in a spreadsheet and save it as "CSV UTF-8".'


class Refused(Exception):
    """A file that cannot be taken: why, and what to do. Never holds a value from the file."""

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy


def decode(data: bytes) -> str:
    """The text in `data`: UTF-8, UTF-16 with or without its mark, else Windows-1252.

    Raises Refused for bytes that are no text.

    >>> decode("Zoë".encode("cp1252")), decode("Zoë".encode("utf-16")), decode("Zoë".encode("utf-16-be"))
    ('Zoë', 'Zoë', 'Zoë')
    """
    for mark, encoding in BOMS:
        if data.startswith(mark):
            return _decoded(data[len(mark) :], encoding)
    start = data[:LOOK_AT]
    odd, even = start[1::2].count(0), start[0::2].count(0)
    if max(odd, even) > len(start) // 8:  # a stray zero is no sign of UTF-16
        return _decoded(data, "utf-16-le" if odd > even else "utf-16-be")
    try:
        return _decoded(data, "utf-8")
    except Refused:
        return _checked(data.decode("cp1252", "replace"))


def _decoded(data: bytes, encoding: str) -> str:
    try:
        return _checked(data.decode(encoding))
    except UnicodeDecodeError as error:
        raise Refused("The text of this file cannot be read.", SAVE_AGAIN) from error


def _checked(text: str) -> str:
    if "\0" in text:
        raise Refused("This file holds bytes that are no text.", SAVE_AGAIN)
    return text


def find_separator(text: str) -> str:
    """The separator of the table in `text`: the one that stands equally often in most of its first lines.

    Only what is outside quotes counts. Commas inside notes vary from line to line; separators do not.

    >>> find_separator('"Smith, Ada";Year 4;F')
    ';'
    >>> find_separator("Name;Notes\\nAda;a, b, c\\nBen;d")
    ';'
    """
    lines = [line for line in "".join(text[:LOOK_AT].split('"')[0::2]).splitlines() if line.strip()]

    def steadiness(separator: str) -> tuple[int, int]:
        counts = Counter(found for line in lines if (found := line.count(separator)))
        number, lines_with_it = max(counts.items(), key=lambda pair: (pair[1], pair[0]), default=(0, 0))
        return lines_with_it, number

    return max(SEPARATORS, key=steadiness)
