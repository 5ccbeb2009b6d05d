"""What an address of the map asks for, read for one person: day, filters, view, columns, groups; and its table.

The page, its copies and its jobs all begin here, so that they show the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.db.models import Count
from django.http import QueryDict

from interventions.delivery_bars import PART, with_delivery
from interventions.filters import ANY_DOSE, Alike, MapFilter, Selection, select, year_choices
from interventions.grid import (
    Item,
    Place,
    Row,
    Sums,
    Table,
    Who,
    areas,
    arrange,
    groups,
    learners,
    matrix,
    sections,
    staff,
)
from interventions.grid.learners import tier_column
from interventions.grid.sections import Heading, Key, in_sections, sums_of
from interventions.grid.shown import NOTHING, OF_PROVISIONS, PARTS, USUAL, chosen
from interventions.models import TierPlan
from interventions.permissions import can_edit
from interventions.reading import items_of, keys_of, places_of, running_of
from interventions.reading import people_of as read_people
from learners.models import Group, Learner
from provisionmap.school.access import can
from provisionmap.school.models import School, User
from provisionmap.school.roles import Capability
from provisionmap.school.today import today
from provisionmap.web import typed

# Codes of the address and what the page calls them; the first is the one that needs no code.
VIEWS: dict[str, str] = {
    "learners": "Learners",
    "areas": "Areas",
    "interventions": "Interventions",
    "groups": "Classes",
    "staff": "Staff",
}
USUAL_VIEW = "learners"
ROWED = frozenset({USUAL_VIEW, "interventions"})  # views that have a row a learner
TITLES = {
    "learners": "Learners by tier",
    "areas": "Areas of need by tier",
    "interventions": "Learners by intervention",
    "groups": "Provision",
    "staff": "Members of staff",
}
BY: dict[str, dict[str, str]] = {
    "learners": sections.BY,
    "interventions": sections.BY,
    "groups": groups.BY,
    "areas": {},
    "staff": {},
}
USUAL_BY = {"groups": "class"}
# What a dense view shows beside names unless somebody chose.
SPARE = frozenset({"dose", "needs"})


@dataclass
class Frame:
    """What every answer about the map needs to know first."""

    school: School
    user: User
    filter: MapFilter
    day: date
    tiers: dict[int, str]
    editable: frozenset[int]
    selection: Selection
    view: str = USUAL_VIEW
    by: str = ""
    shown: frozenset[str] = USUAL
    chose: bool = False  # the parts stand in the address
    across: int = 1  # which columns of the interventions
    flags: bool = True  # whether this person may see learners' flags
    picking: bool = False  # placements are being selected, to change several at once

    @property
    def picks(self) -> bool:
        """Whether its placements can be selected: by those who may change every tier of today's map."""
        return self.view in ROWED and set(self.tiers) == self.editable

    @property
    def columns(self) -> dict[int, str]:
        """The tiers that are columns: where one is filtered to, the others would look as if they held nothing."""
        alike = self.filter.alike
        only = {int(self.filter.cleaned_data.get("tier") or 0), alike.tier if alike else 0} - {0}
        kept = {tier_column(tier, list(self.tiers)) for tier in only} or set(self.tiers)
        return {code: label for code, label in self.tiers.items() if code in kept}

    @property
    def past(self) -> date | None:
        """The day of an earlier or later map; None for today's."""
        return self.day if self.filter.cleaned_data.get("as_of") else None

    @property
    def ahead(self) -> bool:
        """Whether it is the map of a day to come, of which there are plans and no records."""
        return self.day > today()

    @property
    def tiers_coming(self) -> date | None:
        """The day up to this map's on which all tiers are to change; only a day to come asks for it."""
        if not self.ahead:
            return None
        plans = TierPlan.objects.planned().filter(school=self.school, on__lte=self.day)
        return plans.values_list("on", flat=True).first()

    @property
    def views(self) -> list[tuple[str, str, bool]]:
        """The views: what the address says for each, its words, whether it is this one."""
        return [("" if code == USUAL_VIEW else code, words, code == self.view) for code, words in VIEWS.items()]

    @property
    def bys(self) -> dict[str, str]:
        """What this view can be put under."""
        return BY[self.view]

    @property
    def by_links(self) -> list[tuple[str, str, bool]]:
        """The groups: what the address says for each, its words, whether it is this one."""
        usual = USUAL_BY.get(self.view, "")
        return [("" if code == usual else code, words, code == self.by) for code, words in self.bys.items()]

    @property
    def parts(self) -> list[tuple[str, str, bool]]:
        """The parts that this view can show: code, words, whether it does."""
        words = PARTS | {"staff": "Who else delivers it"} if self.view == "staff" else PARTS
        offered = [code for code in (PARTS if self.view in ROWED else OF_PROVISIONS) if self.flags or code != "flags"]
        return [(code, words[code], code in self.shown) for code in offered]

    @property
    def parts_elsewhere(self) -> list[str]:
        """The parts that are chosen and only other views show: they stay chosen."""
        return [] if self.view in ROWED else [code for code in PARTS if code in self.shown - set(OF_PROVISIONS)]

    @property
    def filters_kept(self) -> list[tuple[str, str]]:
        """The filters in use, as an address holds them."""
        return [(name, self.filter.data[name]) for name, _, _ in self.filter.active]

    @property
    def view_kept(self) -> list[tuple[str, str]]:
        """The view, as an address holds it: the usual one needs no word."""
        return [("view", self.view)] if self.view != USUAL_VIEW else []

    @property
    def by_kept(self) -> list[tuple[str, str]]:
        """The groups, as an address holds them."""
        return [("by", self.by)] if self.by != USUAL_BY.get(self.view, "") else []

    @property
    def parts_kept(self) -> list[tuple[str, str]]:
        """The chosen columns, as an address holds them."""
        if not self.chose:
            return []
        return [("show", NOTHING), *(("show", code) for code in PARTS if code in self.shown)]

    @property
    def looks_kept(self) -> list[tuple[str, str]]:
        """How the map looks, as an address holds it: view, groups, columns."""
        return [*self.view_kept, *self.by_kept, *self.parts_kept]

    @property
    def plain_kept(self) -> list[tuple[str, str]]:
        """The view and the filters, with its usual columns and groups."""
        return [*self.view_kept, *self.filters_kept]

    @property
    def all_kept(self) -> list[tuple[str, str]]:
        """All of it."""
        return [*self.looks_kept, *self.filters_kept]

    @property
    def title(self) -> str:
        """What the view is called on paper."""
        by = self.bys.get(self.by)
        return f"{TITLES[self.view]}{f', by {by.lower()}' if by else ''}"

    @property
    def query(self) -> str:
        """The address of this view: codes and ids that made sense, and no other key. Never a search."""
        return _query(self.all_kept)

    @property
    def staff_address(self) -> str:
        """Where a member of staff leads to: their learners under the same filters, "{}" standing for their id."""
        return self._address("staff", [])

    @property
    def learners_address(self) -> str:
        """Where a card of the areas leads to: its learners under the same filters, "{}" standing for its id."""
        return self._address("provision", self.parts_kept) + f"-{ANY_DOSE}" * ("dose" not in self.shown)

    def _address(self, name: str, looks: list[tuple[str, str]]) -> str:
        kept = [*looks, *((key, value) for key, value in self.filters_kept if key != name)]
        return f"?{_query(kept)}{'&' * bool(kept)}{name}={{}}"


def _query(pairs: Iterable[tuple[str, str]]) -> str:
    kept = QueryDict(mutable=True)
    for name, value in pairs:
        kept.appendlist(name, value)
    return kept.urlencode()


def frame_for(*, school: School, user: User, query: QueryDict, text: str = "") -> Frame:
    """The day, the tiers of that day, what this person may change, and the filtered rows.

    What makes no sense in `query` is left out; `text` is typed by a person and stands in no address. Four queries,
    and one more for the provision of a card.
    """
    try:
        day = MapFilter.base_fields["as_of"].clean(query.get("as_of", "")) or today()
    except ValidationError:
        day = today()
    tiers = school.tiers_on(day)
    flags = can(user, Capability.SEE_FLAGS, school)
    asked = query.get("provision", "")
    alike = Alike.read(asked, school=school, user=user, day=day) if asked else None
    state = MapFilter(
        query,
        groups=Group.objects.visible_to(user).filter(school=school),
        staff=User.objects.at(school, today()),
        tiers=tiers,
        years=year_choices(school, query.get("year")),
        alike=alike,
        flags=flags,
    )
    state.is_valid()
    view = query.get("view", "") if query.get("view") in VIEWS else USUAL_VIEW
    by = query.get("by", "") if query.get("by") in BY[view] else USUAL_BY.get(view, "")
    parts = query.getlist("show")
    chose = any(part in PARTS or part == NOTHING for part in parts) and chosen(parts) != USUAL
    frame = Frame(
        school,
        user,
        state,
        day,
        tiers,
        frozenset(tier for tier in tiers if can_edit(school, tier, user)) if day == today() else frozenset(),
        select(school=school, user=user, day=day, chosen=state.cleaned_data, text=text, alike=alike),
        view,
        by,
        (SPARE if view == "interventions" and not chose else chosen(parts)) - (set() if flags else {"flags"}),
        chose,
        max(1, typed.number(query.get("across", "1")[:4])),
        flags,
    )
    frame.picking = frame.picks and query.get("select") == "1"
    return frame


def tidied(query: QueryDict) -> str | None:
    """The same address without its empty parameters; None where it has none."""
    if all(value for values in dict(query.lists()).values() for value in values):
        return None
    kept = QueryDict(mutable=True)
    for name, values in query.lists():
        kept.setlist(name, [value for value in values if value])
    return kept.urlencode()


def shown_at(address: str | None) -> frozenset[str]:
    """The parts that the map at `address` shows: where a saved cell is going back to."""
    return chosen(QueryDict(urlsplit(address or "").query).getlist("show"))


def everybody(frame: Frame) -> list[Key]:
    """The learners the filters leave, in reading order: found once, and named to whatever else is asked.

    Asked again inside each question, the filters cost more than the answers.
    """
    return keys_of(frame.selection.learners, frame.by, frame.past)


def recorded_later(frame: Frame, keys: Sequence[Key]) -> int:
    """Of how many of these learners an earlier day's map shows today's class: of none by then. One query, if at all."""
    if frame.past is None or frame.day >= today():
        return 0
    return Learner.objects.filter(pk__in=[one.pk for one in keys]).recorded_later(frame.day).count()


def whole(frame: Frame, keys: Sequence[Key]) -> Table:
    """The table of a view that is not drawn learner by learner: areas, groups or staff."""
    pks = [one.pk for one in keys]
    places = places_of(frame.selection.placements, pks)
    running = running_of(frame.selection.offered_to(pks), places, frame.user, frame.day)
    if frame.view == "areas":
        return areas.table(running, places, frame.columns, by_dose="dose" in frame.shown)
    if frame.view == "groups":
        return groups.table(keys, running, places, frame.tiers, frame.by)
    return staff.table(running, places, by_dose="dose" in frame.shown)


def in_parts(frame: Frame, keys: Sequence[Key]) -> list[tuple[Heading, list[int], Sums]]:
    """The learners under their headings with the sums of each; no query where there are no headings."""
    parts = in_sections(keys, frame.by)
    if not frame.by:
        return [(heading, pks, Sums()) for heading, pks in parts]
    placed: dict[int, list[Place]] = {}
    for place in places_of(frame.selection.placements, [one.pk for one in keys]):
        placed.setdefault(place.learner, []).append(place)
    return [(heading, pks, sums_of(pks, placed)) for heading, pks in parts]


def heads_of(frame: Frame, pks: Sequence[int]) -> matrix.Heads:
    """The columns of the interventions view: the names that run for these learners, fullest first. One query."""
    shown = frame.selection.placements.filter(learner__in=pks).with_tier(frame.day).order_by()
    counted = shown.values_list("provision__name", "tier_then").annotate(places=Count("pk"))
    return matrix.heads({(name, tier): places for name, tier, places in counted}, frame.across)


def people_of(frame: Frame, pks: Iterable[int]) -> dict[int, Who]:
    """The learners as the first column shows them, by id. One query."""
    return read_people(Learner.objects.filter(pk__in=list(pks)), frame.past)


def items_for(frame: Frame, pks: Sequence[int], names: Iterable[str] | None = None) -> list[Item]:
    """The placements of these learners, of provisions of these names. Two queries."""
    shown = frame.selection.placements
    if names is not None:
        shown = shown.filter(provision__name__in=list(names))
    items = items_of(shown, pks, frame.day, frame.editable)
    if PART in frame.shown and not frame.past:
        return with_delivery(items, frame.school, frame.day)
    return items


def table_of(frame: Frame) -> Table:
    """The whole table of the view, all rows and all columns, for copies."""
    keys = everybody(frame)
    if frame.view not in (USUAL_VIEW, "interventions"):
        return whole(frame, keys)
    pks = [one.pk for one in keys]
    who = people_of(frame, pks)
    items = items_for(frame, pks)
    parts = in_parts(frame, keys)
    if frame.view == "interventions":
        names = sorted({(one.name, one.tier) for one in items}, key=matrix.order)
        grouped = [(heading.label, [who[pk] for pk in held], sums) for heading, held, sums in parts]
        return matrix.table(grouped, matrix.cells(items, names), names)
    rows: dict[int, Row] = {row.who.pk: row for row in arrange(who.values(), items, list(frame.columns))}
    return learners.table(
        [(heading.label, [rows[pk] for pk in held], sums) for heading, held, sums in parts], frame.columns
    )
