"""What the map is narrowed to. Its state lives in the address, so it holds codes and ids, never names."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from django import forms
from django.db.models import Exists, OuterRef, Q, QuerySet

from interventions.areas import AREA_CHOICES
from interventions.models import Deliverer, Placement
from learners.census import NEED_CHOICES, PROVISION_CHOICES, YEAR_CHOICES
from learners.filters import named
from learners.models import Learner, SenProvision
from provisionmap.school.models import School, User
from provisionmap.web.forms import PlainSelect

WHO = [("", "On the map"), ("none", "SEN but nothing on the map"), ("all", "Every learner")]
FLAGS = [(field, label) for field, label in Learner.FLAGS.items()]


def _any(label: str, choices: list[tuple[Any, str]]) -> list[tuple[Any, str]]:
    return [("", label), *choices]


def _names(rows: QuerySet[Any]) -> list[tuple[str, str]]:
    """Ids and names, and nothing else, of what there is to choose from."""
    return [(str(pk), name) for pk, name in rows.values_list("pk", "name")]


choice = partial(forms.ChoiceField, required=False, widget=PlainSelect)


class MapFilter(forms.Form):
    """The filters of the map; a value that makes no sense is left out, never an error page."""

    year = choice(choices=_any("All years", YEAR_CHOICES))
    group = choice()
    area = choice(label="Area of need", choices=_any("All areas", AREA_CHOICES))
    need = choice(label="Type of need", choices=_any("All types", NEED_CHOICES))
    sen = choice(label="SEN provision", choices=_any("All", PROVISION_CHOICES))
    tier = choice()
    staff = choice(label="Delivered by")
    flag = choice(choices=_any("All", FLAGS))
    who = choice(label="Learners", choices=WHO)
    as_of = forms.DateField(
        label="As of",
        required=False,
        input_formats=["%Y-%m-%d"],
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def __init__(self, *args: Any, groups: Any, staff: Any, tiers: dict[int, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["group"].choices = _any("All groups", _names(groups))
        self.fields["staff"].choices = _any("Everybody", _names(staff))
        self.fields["tier"].choices = _any("All tiers", [(str(code), label) for code, label in tiers.items()])

    @property
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


@dataclass(frozen=True)
class Selection:
    """The learners and placements that a filter leaves, for one person, on one day."""

    learners: QuerySet[Learner]
    placements: QuerySet[Placement]


def select(*, school: School, user: User, day: date, chosen: dict[str, Any], text: str = "") -> Selection:
    """Apply the filters; `text` is typed by a person and never reaches an address or a log."""
    placements = Placement.objects.visible_to(user).filter(school=school).on(day)
    learners = Learner.objects.visible_to(user).filter(school=school).on_roll(day)
    record = SenProvision.objects.on(day).filter(learner=OuterRef("pk"))
    if chosen.get("area"):
        placements = placements.filter(provision__area=chosen["area"])
    if chosen.get("tier"):
        placements = placements.filter(provision__tier=int(chosen["tier"]))
    if chosen.get("staff"):
        person = int(chosen["staff"])
        delivered = Deliverer.objects.on(day).filter(user=person).values("provision")
        placements = placements.filter(Q(provision__in=delivered) | Q(provision__responsible=person))
    if chosen.get("year"):
        learners = learners.filter(nc_year=chosen["year"])
    if chosen.get("group"):
        learners = learners.filter(group=int(chosen["group"]))
    if chosen.get("need"):
        learners = learners.filter(Exists(record.with_need(chosen["need"])))
    if chosen.get("sen"):
        learners = learners.filter(Exists(record.filter(code=chosen["sen"])))
    if chosen.get("flag"):
        learners = learners.filter(**{chosen["flag"]: True})
    running = Exists(placements.filter(learner=OuterRef("pk")))
    has_sen = Exists(record.filter(code__in=["K", "E"]))
    if chosen.get("who") == "none":
        learners = learners.filter(has_sen).exclude(running)
    elif chosen.get("area") or chosen.get("tier") or chosen.get("staff"):
        learners = learners.filter(running)
    elif chosen.get("who") != "all":
        learners = learners.filter(running | has_sen)
    if text:
        learners = learners.filter(
            named(text) | Exists(placements.filter(learner=OuterRef("pk"), provision__name__icontains=text))
        )
    return Selection(learners, placements)
