"""By member of staff: who delivers what, to how many, for how long in a full week. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from interventions.grid.tables import Column, Line, Section, Table
from interventions.grid.values import Adult, Place, Running, entries

COLUMNS = (
    Column("Provision", "listed"),
    Column("Learners", "count"),
    Column("Minutes a week", "minutes"),
    Column("Hours a week", "hours"),
)
NOBODY = "Nobody yet"


@dataclass
class _Held:
    name: str
    user: int = 0
    roles: dict[str, None] = field(default_factory=dict)
    running: list[Running] = field(default_factory=list)


def table(running: Iterable[Running], places: Iterable[Place], *, by_dose: bool = True) -> Table:
    """A line a person, in order of name, people from outside among them; what nobody delivers comes last.

    Minutes are the adult's own: a session of a group counts once, however many learners it has. Hours are the same
    minutes once more; `tables.hours` turns them. Without `by_dose` doses tell no entries apart.
    """
    placed: dict[int, list[Place]] = {}
    for place in places:
        placed.setdefault(place.provision, []).append(place)
    held: dict[tuple[int, int, str], _Held] = {}
    for one in running:
        for adult in dict.fromkeys(one.people) or (None,):
            own = held.setdefault(_who(adult), _Held(adult.name, adult.user) if adult else _Held(NOBODY))
            if adult:
                own.roles[adult.role or "responsible"] = None
            if one not in own.running:
                own.running.append(one)
    lines = tuple(_line(own, placed, by_dose) for _, own in sorted(held.items(), key=lambda pair: _order(*pair)))
    return Table("By member of staff", "Member of staff", COLUMNS, (Section("", lines),))


def _who(adult: Adult | None) -> tuple[int, int, str]:
    if adult is None:
        return (1, 0, "")
    return (0, adult.user, "" if adult.user else adult.name.casefold())


def _order(key: tuple[int, int, str], held: _Held) -> tuple[int, str, int]:
    return (key[0], held.name.casefold(), key[1])


def _line(held: _Held, placed: dict[int, list[Place]], by_dose: bool) -> Line:
    places = [place for one in held.running for place in placed.get(one.pk, ())]
    minutes = sum(sessions_of(one, placed.get(one.pk, [])) for one in held.running)
    learners = len({place.learner for place in places})
    alone = [
        replace(one, people=tuple(adult for adult in one.people if adult.name != held.name)) for one in held.running
    ]
    listed = tuple(
        replace(one, people=tuple(f"with {name}" for name in one.people))
        for one in entries(alone, places, by_dose=by_dose)
    )
    cells = (listed, learners, minutes, minutes)
    return Line(held.name, cells, under=", ".join(held.roles), person=held.user)


def sessions_of(one: Running, places: list[Place]) -> int:
    """Minutes a week that a provision takes an adult: its own dose, or else the longest of its placements'.

    >>> from interventions.dose import Dose
    >>> sessions_of(Running(1, "Phonics", 2, "cognition", Dose(3, 20)), [Place(1, 1, 60), Place(2, 1, 60)])
    60
    """
    return one.dose.minutes_a_week or max((place.minutes for place in places), default=0)
