"""Filters of the register. Codes and ids only: they stand in the address, names never do."""

from __future__ import annotations

from datetime import date
from typing import Any

import django_filters as filters
from django.db.models import Case, IntegerField, Q, QuerySet, Value, When

from learners.census import NEED_CHOICES, PROVISION_CHOICES, YEAR_CHOICES, YEAR_ORDER
from learners.models import Group, Learner, SenProvision

FLAG_CHOICES = [
    (name, f"{tag} · {str(Learner._meta.get_field(name).verbose_name).capitalize()}")
    for name, tag in Learner.FLAGS.items()
]
ROLL_CHOICES = [("left", "Left"), ("all", "On roll and left")]
# Key of the address to what the database sorts by; names always break ties.
SORTS: dict[str, tuple[str, ...]] = {
    "name": (),
    "year": ("year_order",),
    "group": ("group__name",),
    "sen": ("sen_code", "sen_need_1"),
}


def year_order() -> Case:
    """Year groups in the order children pass through them; a year that is not set comes last."""
    cases = [When(nc_year=code, then=Value(place)) for code, place in YEAR_ORDER.items()]
    return Case(*cases, default=Value(len(YEAR_ORDER)), output_field=IntegerField())


def sort_key(text: str) -> str:
    """`text` if it names a column, with or without a minus; otherwise the reading order."""
    return text if text.removeprefix("-") in SORTS else "name"


def in_order(rows: QuerySet[Any], key: str) -> QuerySet[Any]:
    """`rows` in the order of `sort_key`; names and ids break ties, so that pages never overlap."""
    down = "-" if key.startswith("-") else ""
    names = [f"{down if key.endswith('name') else ''}{field}" for field in ("surname", "forename")]
    columns = [f"{down}{field}" for field in SORTS[key.removeprefix("-")]]
    return rows.annotate(year_order=year_order()).order_by(*columns, *names, "pk")


def _groups_here(request: Any) -> QuerySet[Any]:
    """The groups somebody may choose from."""
    return Group.objects.visible_to(request.user).filter(school=request.school)


class RegisterFilter(filters.FilterSet):
    """What the register can be narrowed to. `today` decides who is on roll."""

    year = filters.ChoiceFilter(field_name="nc_year", label="Year", choices=YEAR_CHOICES, empty_label="All years")
    group = filters.ModelChoiceFilter(label="Group", queryset=_groups_here, empty_label="All groups")
    sen = filters.ChoiceFilter(
        label="SEN provision",
        choices=[*PROVISION_CHOICES, ("none", "Nothing recorded")],
        empty_label="All",
        method="with_sen",
    )
    need = filters.ChoiceFilter(label="Need", choices=NEED_CHOICES, empty_label="All needs", method="with_need")
    flag = filters.ChoiceFilter(label="Flag", choices=FLAG_CHOICES, empty_label="All", method="with_flag")
    roll = filters.ChoiceFilter(label="Roll", choices=ROLL_CHOICES, empty_label="On roll", method="by_roll")

    class Meta:
        model = Learner
        fields: tuple[str, ...] = ()

    def __init__(self, *args: Any, today: date, flags: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not flags:  # a list narrowed by what may not be seen would tell it
            del self.filters["flag"]
        self.today = today

    @property
    def chosen(self) -> dict[str, str]:
        """The filters that narrow the list, as they stand in an address."""
        self.form.is_valid()  # fills cleaned_data; what is not a choice is left out
        return {name: self.data[name] for name, value in self.form.cleaned_data.items() if value}

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Those on roll unless somebody asked for leavers."""
        rows = super().filter_queryset(queryset)
        if not self.form.cleaned_data.get("roll"):
            rows = rows.on_roll(self.today)
        return rows

    def with_sen(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """By the code in force; "none" is nothing recorded, which is not N."""
        return rows.filter(sen_code=None) if value == "none" else rows.filter(sen_code=value)

    def with_need(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """By a type of need at any rank of the record in force."""
        return rows.filter(pk__in=SenProvision.objects.filter(ends=None).with_need(value).values("learner"))

    def with_flag(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """By a flag that is set; the choices are the allow-list."""
        return rows.filter(Q((value, True)))

    def by_roll(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Leavers only, or everyone."""
        return rows.filter(left__lt=self.today) if value == "left" else rows


def named(text: str) -> Q:
    """Learners of whom every word of `text` stands in a name or begins a UPN, with or without the register's comma."""
    found = Q()
    for word in text.replace(",", " ").split():
        found &= (
            Q(surname__icontains=word)
            | Q(forename__icontains=word)
            | Q(preferred_name__icontains=word)
            | Q(upn__istartswith=word)
            | Q(former_upn__istartswith=word)
        )
    return found


def matching(rows: QuerySet[Any], text: str) -> QuerySet[Any]:
    """`rows` whose names or UPNs hold every word of `text`."""
    return rows.filter(named(text))
