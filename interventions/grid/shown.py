"""The parts of a placement and of a learner that a view may show or leave out. Pure."""

from collections.abc import Iterable
from datetime import date

# Codes of the address, in the order they are offered, and what the page calls them.
PARTS: dict[str, str] = {  # of a view with a row a learner; fewer of one whose cells hold provisions
    "dose": "Dose",
    "staff": "Staff",
    "starts": "First day",
    "ends": "Last day",
    "outcome": "Outcome and target",
    "review": "Review date",
    "delivery": "Delivered this term",
    "needs": "SEN provision and needs",
    "flags": "Flags",
}
OF_PROVISIONS = ("dose", "staff", "starts", "ends")
USUAL = frozenset({"dose", "staff", "ends", "outcome", "needs", "flags"})
NOTHING = "name"  # in an address: the names alone, as no part at all would mean the usual ones


def chosen(codes: Iterable[str]) -> frozenset[str]:
    """The parts that `codes` of an address name; the usual ones where it names none.

    >>> sorted(chosen(["dose", "wizard"])), chosen(["name"]), chosen([]) == USUAL
    (['dose'], frozenset(), True)
    """
    known = {code for code in codes if code in PARTS or code == NOTHING}
    return frozenset(known - {NOTHING}) if known else USUAL


def time_words(minutes: int) -> str:
    """Minutes as the map writes them: the filter `minutes` of pages says the same.

    >>> time_words(205), time_words(120), time_words(45), time_words(0)
    ('3 h 25 min', '2 h', '45 min', '0 min')
    """
    hours, rest = divmod(minutes, 60)
    return " ".join([*[f"{hours:,} h"] * bool(hours), *[f"{rest} min"] * bool(rest or not hours)])


def day_words(day: date) -> str:
    """A day as the map writes it.

    >>> day_words(date(2026, 9, 3))
    '3 Sep 2026'
    """
    return f"{day.day} {day:%b %Y}"
