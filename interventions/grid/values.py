"""Plain values that views are made of: learners, their placements, and the provisions that run. Pure."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from interventions.dose import Dose
from interventions.grid.shown import USUAL, day_words

MOST_NAMES = 3  # of staff, before a cell says how many more


@dataclass(frozen=True)
class Item:
    """One placement as its cell shows it."""

    pk: int
    learner: int
    tier: int
    name: str
    dose: Dose
    people: tuple[str, ...] = ()
    starts: date | None = None
    ends: date | None = None
    outcome: str = ""
    target: str = ""
    confidential: bool = False
    editable: bool = False
    provision: int = 0
    review_on: date | None = None
    given: str = ""  # how much of what was owed this term, in words, where the view shows it
    share: int | None = None  # the same in per cent, 100 at most

    @property
    def dose_words(self) -> str:
        """Its dose as its tier says it, for templates."""
        return self.dose.words_at(self.tier)

    def about(self, shown: Collection[str] = USUAL) -> list[str]:
        """What stands under its name and dose, as far as `shown` lets it.

        >>> Item(1, 2, 2, "Phonics", Dose(3, 20), ("Jo Marsh",), ends=date(2026, 12, 18)).about()
        ['Jo Marsh', 'to 18 Dec 2026']
        """
        said = []
        if self.people and "staff" in shown:
            said.append(", ".join(self.people))
        if self.starts and "starts" in shown:
            said.append(f"from {day_words(self.starts)}")
        if self.ends and "ends" in shown:
            said.append(f"to {day_words(self.ends)}")
        if "outcome" in shown:
            said += [self.outcome] * bool(self.outcome) + [f"target {self.target}"] * bool(self.target)
        if self.review_on and "review" in shown:
            said.append(f"review {day_words(self.review_on)}")
        return said


@dataclass(frozen=True)
class Who:
    """One learner as the first column shows them."""

    pk: int
    name: str
    year: str = ""
    group: str = ""
    sen: str = ""
    needs: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Adult:
    """Somebody who delivers a provision; `user` is 0 for somebody from outside, and for who only answers for it."""

    name: str
    role: str = ""
    user: int = 0


@dataclass(frozen=True)
class Running:
    """A provision that runs on the day of the map.

    `group` and `year` are the class it is for, where it is for one; `opens` says that this person may open its page.
    """

    pk: int
    name: str
    tier: int
    area: str
    dose: Dose
    subject: str = ""
    people: tuple[Adult, ...] = ()
    group: str = ""
    year: str = ""
    starts: date | None = None
    ends: date | None = None
    confidential: bool = False
    opens: bool = False


@dataclass(frozen=True)
class Place:
    """One placement, as far as sums need it: whose, in what, how many minutes in a full week."""

    learner: int
    provision: int
    minutes: int = 0
    confidential: bool = False


@dataclass(frozen=True)
class Entry:
    """A provision as a cell lists it, together with those of the same name, tier, area and dose.

    `learners` are those seen under the filters; `minutes` is what all of them together are planned in a full week;
    `classes` are those that it is for as a whole; `provision` is 0 where it stands for several
    (`groups` of them) or its page does not open to this person; `like` is one of those it stands for.
    """

    name: str
    tier: int
    area: str
    dose: Dose
    learners: int = 0
    minutes: int = 0
    groups: int = 1
    people: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    starts: date | None = None
    ends: date | None = None
    confidential: bool = False
    provision: int = 0
    like: int = 0

    @property
    def size(self) -> str:
        """How many learners, in words; a whole class where nobody was placed by name.

        >>> Entry("Phonics", 2, "cognition", Dose(3, 20), 6, groups=2).size
        '6 learners in 2 groups'
        """
        if not self.learners:
            return f"whole class: {', '.join(self.classes)}" if self.classes else "no learners"
        words = f"{self.learners} learner{'' if self.learners == 1 else 's'}"
        return f"{words} in {self.groups} groups" if self.groups > 1 else words

    def about(self, shown: Collection[str] = USUAL) -> list[str]:
        """What stands under its name and dose: how many learners, then what `shown` asks for."""
        said = [self.size]
        if self.people and "staff" in shown:
            said.append(some(self.people))
        if self.starts and "starts" in shown:
            said.append(f"from {day_words(self.starts)}")
        if self.ends and "ends" in shown:
            said.append(f"to {day_words(self.ends)}")
        return said


def some(names: tuple[str, ...]) -> str:
    """The first names, and how many more.

    >>> some(("Ann", "Bo", "Cy", "Di", "Ed")), some(("Ann", "Bo"))
    ('Ann, Bo, Cy and 2 more', 'Ann, Bo')
    """
    shown = ", ".join(names[:MOST_NAMES])
    return f"{shown} and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else shown


def entries(running: Iterable[Running], places: Iterable[Place], *, by_dose: bool = True) -> tuple[Entry, ...]:
    """`running` with their `places`, one entry for those of one name, tier, area and dose, in reading order.

    Without `by_dose` those of other doses are in it too, and its dose is that of the first.

    >>> twice = [Running(pk, "Phonics", 2, "cognition", Dose(3, 20)) for pk in (7, 8)]
    >>> [(one.learners, one.minutes, one.groups) for one in entries(twice, [Place(1, 7, 60), Place(2, 8, 30)])]
    [(2, 90, 2)]
    """
    placed: dict[int, list[Place]] = {}
    for place in places:
        placed.setdefault(place.provision, []).append(place)
    same: dict[tuple[int, str, str, Dose | None], list[Running]] = {}
    for one in running:
        same.setdefault((one.tier, one.name, one.area, one.dose if by_dose else None), []).append(one)
    return tuple(
        _entry(together, [place for one in together for place in placed.get(one.pk, ())])
        for _, together in sorted(same.items(), key=lambda held: (held[0][0], held[0][1].casefold(), str(held[0][2:])))
    )


def _entry(together: list[Running], places: list[Place]) -> Entry:
    first = together[0]
    starts = [one.starts for one in together if one.starts]
    ends = [one.ends for one in together if one.ends]
    return Entry(
        name=first.name,
        tier=first.tier,
        area=first.area,
        dose=first.dose,
        learners=len({place.learner for place in places}),
        minutes=sum(place.minutes for place in places),
        groups=len(together),
        people=tuple(dict.fromkeys(adult.name for one in together for adult in one.people)),
        classes=tuple(dict.fromkeys(one.group for one in together if one.group)),
        starts=min(starts, default=None),
        ends=max(ends) if len(ends) == len(together) else None,
        confidential=any(one.confidential for one in together) or any(place.confidential for place in places),
        provision=first.pk if len(together) == 1 and first.opens else 0,
        like=first.pk,
    )
