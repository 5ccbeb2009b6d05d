"""Who is who: the learners that a map names, and those of the school. Pure.

A UPN decides, a name only proposes. Source: docs/imports.md, "Who is who".
"""

from collections import defaultdict
from collections.abc import Iterable

from interventions.map_reading.entries import Entry
from interventions.map_reading.people import BEHIND, Named, may_be_added, whole
from interventions.map_reading.plan import NEW, OUT, Choices, Doubt, Known, MapPlan, Pupil

MOST_CANDIDATES = 10


def settle(entries: Iterable[Entry], known: Known, choices: Choices, plan: MapPlan) -> dict[str, int | str]:
    """The learner of each key: an id, the key itself for a new one, OUT for one who is left out or in doubt.

    Doubts, what a person decided about them, and new learners are put on `plan`.
    """
    return _Matcher(known, choices, plan).settle(entries)


class _Matcher:
    """Looks for each learner once, however many lines name them."""

    def __init__(self, known: Known, choices: Choices, plan: MapPlan) -> None:
        self.known, self.choices, self.plan = known, choices, plan
        self.by_upn = {pupil.upn: pupil for pupil in known.pupils if pupil.upn}
        self.ids = {pupil.id for pupil in known.pupils}
        self.names: defaultdict[str, list[Pupil]] = defaultdict(list)
        for pupil in known.pupils:
            for first in {pupil.forename, pupil.preferred} - {""}:
                self.names[f"{first} {pupil.surname}".casefold()].append(pupil)

    def settle(self, entries: Iterable[Entry]) -> dict[str, int | str]:
        """Everybody whom the lines name."""
        rows: defaultdict[str, list[int]] = defaultdict(list)
        named: dict[str, Named] = {}
        for entry in entries:
            for who in entry.learners:
                rows[who.key].append(entry.row)
                named[who.key] = who
        return {key: self._one(key, who, tuple(dict.fromkeys(rows[key]))) for key, who in named.items()}

    def _one(self, key: str, who: Named, rows: tuple[int, ...]) -> int | str:
        if who.upn in self.by_upn:
            return self.by_upn[who.upn].id
        chosen = self.choices.who.get(key)
        doubt = Doubt(who, rows, self._candidates(who), self._exact(who), chosen)
        if chosen == OUT or (isinstance(chosen, int) and chosen in self.ids):
            self.plan.settled.append(doubt)
            return chosen
        if chosen == NEW or (self.choices.create and who.upn and who.surname and who.forename):
            new = whole(who)
            if may_be_added(who):
                self.plan.learners[key] = new
                if chosen == NEW:
                    self.plan.settled.append(doubt)
                return key
        self.plan.doubts.append(doubt)
        return OUT

    def _candidates(self, who: Named) -> tuple[Pupil, ...]:
        """Those whom a name may mean: the whole name, else a forename alone; of the same year or class first."""
        words = _name(who)
        if not words:
            return ()
        swapped = " ".join(reversed(words.split(" ", 1)))
        found = self.names.get(words) or self.names.get(swapped)
        if not found:
            first = words.split(" ")[0]
            rest = words[len(first) :].strip(" .")
            found = [
                pupil for pupil in self.known.pupils
                if first in (pupil.forename.casefold(), pupil.preferred.casefold())
                and (not rest or pupil.surname.casefold().startswith(rest))
            ]  # fmt: skip
        near = [pupil for pupil in found if _near(who, pupil)]
        return tuple((near or found)[:MOST_CANDIDATES])

    def _exact(self, who: Named) -> Pupil | None:
        """The one learner of that whole name with whom nothing disagrees that the file says of year and class.

        A UPN that nobody here has speaks against everybody here. It is a proposal: a person accepts it.
        """
        if who.upn:
            return None
        agreeing = [pupil for pupil in self.names.get(_name(who), ()) if _agrees(who, pupil)]
        return agreeing[0] if len(agreeing) == 1 else None


def _name(who: Named) -> str:
    return " ".join((BEHIND.sub("", who.words) or f"{who.forename} {who.surname}").split()).casefold()


def _near(who: Named, pupil: Pupil) -> bool:
    """Whether year or class of a learner is what the file says."""
    return bool((who.year and pupil.year == who.year) or (who.group and pupil.group.casefold() == who.group.casefold()))


def _agrees(who: Named, pupil: Pupil) -> bool:
    """Whether nothing that the file says of year and class is otherwise here."""
    return who.year in ("", pupil.year) and who.group.casefold() in ("", pupil.group.casefold())
