"""Text in files that spreadsheet programs open: nothing that they would run, nothing that they cannot hold. Pure."""

import re
import unicodedata

_LIVE = frozenset("=+-@\t\r\n\0＝＋－＠")


def is_live(text: str) -> bool:
    """Whether a spreadsheet program could take `text` for a formula, behind quotes and what cannot be seen.

    >>> [is_live(text) for text in ("=1+1", "'=1+1", "\\u200b-2", "3 + 4", "")]
    [True, True, True, False, False]
    """
    if text[:1].isalnum():
        return False
    for letter in text.lstrip("'"):
        if letter in _LIVE:
            return True
        if not letter.isspace() and unicodedata.category(letter) not in ("Cf", "Cc"):
            return False
    return False


def guarded(text: str) -> str:
    """`text` as a file of plain text may carry it: a single quote before what could be taken for a formula.

    A text that has such a quote already gets one more, so that `unguarded` always gives back what was there.
    Source: OWASP ASVS 5.0, 1.2.10.

    >>> guarded("=1+1"), guarded("'=1+1"), guarded("'tis")
    ("'=1+1", "''=1+1", "'tis")
    """
    return f"'{text}" if is_live(text) else text


def unguarded(text: str) -> str:
    """What `guarded` was given.

    >>> unguarded("'=1+1"), unguarded("'tis"), unguarded("=1+1")
    ('=1+1', "'tis", '=1+1')
    """
    return text[1:] if text.startswith("'") and is_live(text[1:]) else text


_UNWRITABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")


def writable(text: str) -> str:
    """`text` with line ends as LF and without the characters that no spreadsheet file can hold.

    >>> writable("one\\r\\ntwo\\x07")
    'one\\ntwo'
    """
    if text.isprintable():
        return text
    return _UNWRITABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
