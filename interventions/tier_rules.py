"""From one set of tiers to the other: where each provision and library entry goes, and that the totals agree. Pure.

The layers are no fourth step after the third: Specialist tells who gives the support and how, so that nothing follows
from "Wave 3" alone. Source: docs/domain.md, "Tiers".
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

SUGGESTED = "suggested"  # a rule that looks at each one by itself
EXPERTS = {"specialist": "a specialist teacher", "therapist": "a therapist"}  # roles of deliverers, with their words
LAYERS, WAVES = "layers", "waves"
# Tier of the set left to tier of the set entered, where it goes without saying.
USUAL: dict[str, dict[int, int]] = {LAYERS: {1: 1, 2: 2}, WAVES: {1: 1, 2: 2, 3: 3, 4: 3}}
TARGETED_PLUS, SPECIALIST = 3, 4


@dataclass(frozen=True)
class Thing:
    """A provision or a library entry, as the change of tiers looks at it.

    `key` is "p12" for a provision and "e7" for an entry, `places` are the learners placed on the day, one for each
    placement, `roles` are of its deliverers, `most` is the largest group of its entry. `rests`: an ended provision or
    an archived entry, which goes by the rules and is not asked about.
    """

    key: str
    name: str
    tier: int
    version: int = 1
    places: tuple[int, ...] = ()
    roles: frozenset[str] = frozenset()
    most: int | None = None
    rests: bool = False
    told: str = ""  # who delivers it: provisions may share a name

    @property
    def is_entry(self) -> bool:
        """Whether it stands in the library."""
        return self.key.startswith("e")

    @property
    def pk(self) -> int:
        """Its id."""
        return int(self.key[1:])


def reason_for_specialist(thing: Thing) -> str:
    """Why `thing` of Wave 3 looks like Specialist, in words; "" when it looks like Targeted Plus.

    >>> reason_for_specialist(Thing("p1", "Speech therapy", 3, places=(7, 8), roles=frozenset({"therapist"})))
    'delivered by a therapist'
    >>> reason_for_specialist(Thing("p2", "Catch-up", 3, places=(7, 8, 9), roles=frozenset({"ta"}), most=4))
    ''
    """
    for role, words in EXPERTS.items():
        if role in thing.roles:
            return f"delivered by {words}"
    alone = thing.most == 1 if thing.most is not None else len(thing.places) == 1
    return "one-to-one" if alone else ""


def lands_on(thing: Thing, rules: Mapping[int, str], by_hand: Mapping[str, int]) -> int:
    """The tier that `thing` goes to: the one chosen for it by hand, else by the rule of its present tier.

    A tier without a rule stays what it is.

    >>> lands_on(Thing("p1", "Signing", 3, places=(7,)), {3: SUGGESTED}, {})
    4
    >>> lands_on(Thing("p1", "Signing", 3, places=(7,)), {3: SUGGESTED}, {"p1": 3})
    3
    """
    if thing.key in by_hand:
        return by_hand[thing.key]
    rule = rules.get(thing.tier, str(thing.tier))
    if rule == SUGGESTED:
        return SPECIALIST if reason_for_specialist(thing) else TARGETED_PLUS
    return int(rule)


@dataclass(frozen=True)
class Tally:
    """What stands in a tier: provisions in use, placements on the day, and learners, each counted once."""

    provisions: int = 0
    placements: int = 0
    learners: int = 0


def tally(things: Iterable[Thing]) -> Tally:
    """What `things` amount to; library entries and provisions that ended count for nothing."""
    running = [thing for thing in things if not thing.is_entry and not thing.rests]
    places = [learner for thing in running for learner in thing.places]
    return Tally(len(running), len(places), len(set(places)))


def tally_by(things: Sequence[Thing], tier_of: Mapping[str, int], tiers: Iterable[int]) -> dict[int, Tally]:
    """The tally of each of `tiers`, under the tier that `tier_of` gives each thing."""
    return {tier: tally(thing for thing in things if tier_of[thing.key] == tier) for tier in tiers}


def flow(things: Iterable[Thing], after: Mapping[str, int]) -> dict[tuple[int, int], int]:
    """How many placements go from which tier to which: its rows sum to the old totals, its columns to the new.

    >>> flow([Thing("p1", "A", 3, places=(1, 2)), Thing("p2", "B", 3, places=(1,))], {"p1": 3, "p2": 4})
    {(3, 3): 2, (3, 4): 1}
    """
    counts: Counter[tuple[int, int]] = Counter()
    for thing in things:
        if thing.places:
            counts[thing.tier, after[thing.key]] += len(thing.places)
    return dict(counts)


def doubles(things: Iterable[Thing], after: Mapping[str, int]) -> list[str]:
    """Names of library entries that two would share in one tier: each name stands once in a tier.

    >>> doubles([Thing("e1", "Phonics", 3), Thing("e2", "Phonics", 4)], {"e1": 3, "e2": 3})
    ['Phonics']
    """
    counts = Counter((thing.name, after[thing.key]) for thing in things if thing.is_entry and not thing.rests)
    return sorted({name for (name, _), many in counts.items() if many > 1})


def seal(things: Iterable[Thing]) -> str:
    """What was read, for a form to carry until it is sent back: each key with its version.

    >>> seal([Thing("p2", "B", 1, version=3), Thing("e1", "A", 1)])
    'e1:1 p2:3'
    """
    return " ".join(sorted(f"{thing.key}:{thing.version}" for thing in things))


def moved_since(seen: str, things: Iterable[Thing]) -> list[str]:
    """What is not as it was when `seen` was sealed: names of what changed or came, and how many went.

    >>> moved_since("e1:1 p2:3 p9:1", [Thing("e1", "A", 1), Thing("p2", "B", 1, version=4)])
    ['B', '1 that is gone']
    """
    known = dict(part.partition(":")[::2] for part in seen.split())
    now = {thing.key: thing for thing in things}
    names = sorted({thing.name for key, thing in now.items() if known.get(key) != str(thing.version)})
    gone = len(set(known) - set(now))
    return names + ([f"{gone} that {'is' if gone == 1 else 'are'} gone"] if gone else [])
