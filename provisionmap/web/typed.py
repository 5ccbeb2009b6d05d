"""What arrives outside a form: numbers and words that may be anything. Pure."""

MOST_DIGITS = 18  # what a database's whole number holds


def number(text: str | None) -> int:
    """The whole number in `text`; 0, which no record has, for anything else.

    >>> number("12"), number("²"), number("-1"), number("9" * 30), number(None)
    (12, 0, 0, 0, 0)
    """
    text = text or ""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS else 0


def words(text: str | None, most: int = 80) -> str:
    """What was typed into a search, cut to `most` characters; PostgreSQL takes no NUL.

    >>> words("  Ada\\0 B ", 3), words(None)
    ('Ada', '')
    """
    return (text or "").replace("\0", "").strip()[:most]
