"""What the map is narrowed to. Its state lives in the address, so it holds codes and ids, never names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property, partial
from typing import Any

from django import forms
from django.db.models import Exists, OuterRef, Q, QuerySet

from interventions.areas import AREA_CHOICES
from interventions.dose import Dose
from interventions.gaps import BY_KEY, GAPS, Finder
from interventions.models import Deliverer, Placement, Provision, of_tier
from interventions.subjects import SUBJECT_CHOICES
from learners.census import NEED_CHOICES, PROVISION_CHOICES, YEAR_CHOICES
from learners.filters import named
from learners.models import Learner, SenProvision
from provisionmap.school.models import School, User
from provisionmap.school.today import today
from provisionmap.web import typed
from provisionmap.web.forms import PlainSelect

ANY_DOSE = "all"
WHO = [("", "On the map"), ("none", "SEN but nothing on the map"), ("all", "Every learner")]
FLAGS = [(field, label) for field, label in Learner.FLAGS.items()]


def _any(label: str, choices: list[tuple[Any, str]]) -> list[tuple[Any, str]]:
    return [("", label), *choices]


def _names(rows: QuerySet[Any]) -> list[tuple[str, str]]:
    """Ids and names, and nothing else, of what there is to choose from."""
    return [(str(pk), name) for pk, name in rows.values_list("pk", "name")]


def year_choices(school: School, asked: str | None) -> list[tuple[str, str]]:
    """The year groups the school has; a link to one that has emptied still says so. One query."""
    here = {*school.learners.order_by().values_list("nc_year", flat=True).distinct(), asked}
    return _any("All years", [(code, label) for code, label in YEAR_CHOICES if code in here])


choice = partial(forms.ChoiceField, required=False, widget=PlainSelect)


@dataclass(frozen=True)
class Alike:
    """Provisions that a card of the areas stands for: those like one of them, of any dose or of its own.

    `code` is what an address says: its id, with ANY_DOSE behind it where cards show no doses to tell them apart by.
    """

    code: str
    words: str
    tier: int
    same: Q

    @classmethod
    def read(cls, code: str, *, school: School, user: User, day: date) -> Alike | None:
        """What `code` means on `day` for this person: what they see running, or see a learner in. One query."""
        pk, _, rest = code.partition("-")
        if rest not in ("", ANY_DOSE):
            return None
        placed = Placement.objects.visible_to(user).on(day).filter(provision=OuterRef("pk"))
        seen = Q(pk__in=Provision.objects.visible_to(user).values("pk")) | Exists(placed)
        rows = Provision.objects.filter(seen, school=school, pk=typed.number(pk)).with_tier(day)
        one = rows.values("name", "area", "tier_then", "sessions", "minutes").first()
        if one is None:
            return None
        same = Q(name=one["name"], area=one["area"]) & of_tier(one["tier_then"], day)
        if rest:
            return cls(code, one["name"], one["tier_then"], same)
        dose = Dose(one["sessions"], one["minutes"])
        same &= Q(sessions=dose.sessions, minutes=dose.minutes)
        return cls(code, f"{one['name']}, {dose.words_at(one['tier_then'])}", one["tier_then"], same)


class MapFilter(forms.Form):
    """The filters of the map; a value that makes no sense is left out, never an error page."""

    year = choice()
    group = choice()
    area = choice(label="Area of need", choices=_any("All areas", AREA_CHOICES))
    need = choice(label="Type of need", choices=_any("All types", NEED_CHOICES))
    sen = choice(label="SEN provision", choices=_any("All", PROVISION_CHOICES))
    tier = choice()
    subject = choice(choices=_any("All subjects", SUBJECT_CHOICES))
    staff = choice(label="Delivered by")
    provision = choice()  # only where the address asks for one: a school has too many to choose from
    flag = choice(choices=_any("All", FLAGS))
    who = choice(label="Learners", choices=WHO)
    gap = choice(label="Gap or overlap", choices=_any("Any", [(gap.key, gap.title) for gap in GAPS]))
    as_of = forms.DateField(
        label="As of",
        required=False,
        input_formats=["%Y-%m-%d"],
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def __init__(
        self,
        *args: Any,
        groups: Any,
        staff: Any,
        tiers: dict[int, str],
        years: list[tuple[str, str]],
        alike: Alike | None = None,
        flags: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        if not flags:  # a map narrowed by what may not be seen would tell it
            del self.fields["flag"]
        self.fields["year"].choices = years
        self.alike = alike
        if alike:
            self.fields["provision"].choices = _any("All provision", [(alike.code, alike.words)])
        else:
            del self.fields["provision"]
        self.fields["group"].choices = _any("All groups", _names(groups))
        self.fields["staff"].choices = _any("Everybody", _names(staff))
        self.fields["tier"].choices = _any("All tiers", [(str(code), label) for code, label in tiers.items()])

    @cached_property
    def active(self) -> list[tuple[str, str, str]]:
        """What is set: field, its label and the words of its value."""
        found = []
        for name in self.cleaned_data:
            value = self.cleaned_data[name]
            if value:
                words = dict(getattr(self.fields[name], "choices", [])).get(value, value)
                if isinstance(words, date):
                    words = f"{words.day} {words:%B %Y}"
                found.append((name, self[name].label, words))
        return found

    @property
    def hiding(self) -> str:
        """The filters that hide other provision of the learners shown, in words; "" where none does."""
        gap = BY_KEY.get(self.cleaned_data.get("gap", ""))
        hides = {*OF_PROVISION, *["gap"] * bool(gap and gap.runs)}
        said = [f"{label}: {words}" for name, label, words in self.active if name in hides]
        return f"filter{'s' * (len(said) > 1)} {' and '.join(said)}" if said else ""


OF_LEARNERS = ("year", "group", "need", "sen", "flag")
OF_PROVISION = ("area", "tier", "subject", "staff", "provision")


@dataclass(frozen=True)
class Selection:
    """What a filter leaves, for one person, on one day: learners, placements, and provisions with or without them.

    `narrowed` says that the learners are not all of them, so that a provision which none of them has a part in is
    not what was asked for.
    """

    school: School
    user: User
    day: date
    learners: QuerySet[Learner]
    placements: QuerySet[Placement]
    about: Q | None  # what was asked of provisions
    narrowed: bool

    def placed(self, learners: Sequence[int]) -> QuerySet[Placement]:
        """The placements of `learners`, who are all that the filters leave.

        Where nothing narrows them, whoever has a placement is among them: the database then finds those on roll
        faster than it takes five hundred numbers.
        """
        roll = Learner.objects.filter(school=self.school).on_roll(self.day)
        return self.placements.filter(learner__in=learners if self.narrowed else roll)

    def offered_to(self, learners: Sequence[int]) -> QuerySet[Provision]:
        """Provisions that need no placement to be listed: all, or those of the classes of narrowed `learners`."""
        found = Provision.objects.visible_to(self.user).filter(school=self.school).on(self.day)
        if self.about is not None:
            found = found.filter(self.about)
        if not self.narrowed:
            return found
        return found.filter(group__in=Learner.objects.filter(pk__in=learners).values("group"))


def _about_provision(day: date, chosen: dict[str, Any], alike: Alike | None) -> Q:
    """The filters that ask about the provision itself."""
    wanted = alike.same if alike else Q()
    wanted &= Q(**{name: chosen[name] for name in ("area", "subject") if chosen.get(name)})
    if chosen.get("tier"):
        wanted &= of_tier(int(chosen["tier"]), day)
    if chosen.get("staff"):
        person = int(chosen["staff"])
        wanted &= Q(pk__in=Deliverer.objects.on(day).filter(user=person).values("provision")) | Q(responsible=person)
    return wanted


def _in_class_then(school: School, day: date, chosen: dict[str, Any]) -> Any:
    """The learners who were in the chosen year group and class on an earlier day."""
    found = Learner.objects.filter(school=school).with_class(day)
    if chosen.get("year"):
        found = found.filter(year_then=chosen["year"])
    return found.filter(group_then=int(chosen["group"])) if chosen.get("group") else found


def select(
    *, school: School, user: User, day: date, chosen: dict[str, Any], text: str = "", alike: Alike | None = None
) -> Selection:
    """Apply the filters; `text` is typed by a person and never reaches an address or a log."""
    placements = Placement.objects.visible_to(user).filter(school=school).on(day)
    learners = Learner.objects.visible_to(user).filter(school=school).on_roll(day)
    record = SenProvision.objects.on(day).filter(learner=OuterRef("pk"))
    about = _about_provision(day, chosen, alike) if any(chosen.get(name) for name in OF_PROVISION) else None
    if about is not None:
        placements = placements.filter(provision__in=Provision.objects.filter(about, school=school).values("pk"))
    if day < today() and (chosen.get("year") or chosen.get("group")):
        learners = learners.filter(pk__in=_in_class_then(school, day, chosen).values("pk"))
    elif chosen.get("year") or chosen.get("group"):
        wanted = {"nc_year": chosen.get("year"), "group": chosen.get("group")}
        learners = learners.filter(**{name: value for name, value in wanted.items() if value})
    if chosen.get("need"):
        learners = learners.filter(Exists(record.with_need(chosen["need"])))
    if chosen.get("sen"):
        learners = learners.filter(Exists(record.filter(code=chosen["sen"])))
    if chosen.get("flag"):
        learners = learners.filter(**{chosen["flag"]: True})
    offered, gap = about, BY_KEY.get(chosen.get("gap", ""))
    shown = None
    if gap:
        finder = Finder(school=school, user=user, day=day)
        learners = learners.filter(pk__in=finder.learners_of(gap).values("pk"))
        shown = finder.placements_of(gap)
        if shown is not None:  # the gap's own rows, so that what is counted, and changed at once, are they alone
            placements = placements.filter(pk__in=shown.values("pk"))
            offered = (about or Q()) & Q(pk__in=finder.provisions_of(gap).values("pk"))
    running = Exists(placements.filter(learner=OuterRef("pk")))
    has_sen = Exists(record.filter(code__in=["K", "E"]))
    if chosen.get("who") == "none":
        learners = learners.filter(has_sen).exclude(running)
    elif about is not None:
        learners = learners.filter(running)
    elif chosen.get("who") != "all" and not gap:
        learners = learners.filter(running | has_sen)
    if text:
        learners = learners.filter(
            named(text) | Exists(placements.filter(learner=OuterRef("pk"), provision__name__icontains=text))
        )
    narrowed = bool(text) or chosen.get("who") == "none" or any(chosen.get(name) for name in OF_LEARNERS)
    narrowed = narrowed or (gap is not None and shown is None)
    return Selection(school, user, day, learners, placements, offered, narrowed)
