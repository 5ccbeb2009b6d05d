"""An earlier map from what was recorded by then: names, doses, adults and tiers as the records said at that time.

The map's own "as of" shows today's records that ran on a day; this shows what the records were. Ten queries, however
many learners. Who sees what is decided by today: nobody sees in the past what they may not see now.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import OuterRef, Q, Subquery

from interventions.dose import Dose
from interventions.grid import Item, Who
from interventions.models import Deliverer, Provision, TierMove, TierPlan
from interventions.past import seen_versions, start_of
from learners.models import Learner, SenProvision
from provisionmap.school.access import can
from provisionmap.school.models import TIER_SETS, School, TierLabel, User
from provisionmap.school.roles import Capability

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Then:
    """The map of `day` as it was recorded by the end of `known`, learners in reading order."""

    day: date
    known: date
    tiers: dict[int, str]
    learners: list[Who] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)

    @property
    def minutes(self) -> int:
        """Minutes planned in a full week."""
        return sum(item.dose.minutes_a_week for item in self.items)


def as_at(rows: Any, moment: datetime) -> Any:
    """The last version of each record before `moment`, among `rows` of a history; records that were gone are not."""
    history = rows.model.objects
    last = history.filter(id=OuterRef("id"), history_date__lt=moment).order_by("-history_date", "-history_id")
    return rows.filter(history_id=Subquery(last.values("history_id")[:1])).exclude(history_type="-")


def running(rows: Any, day: date) -> Any:
    """Versions whose own days hold `day`."""
    return rows.filter(Q(ends=None) | Q(ends__gte=day), Q(starts=None) | Q(starts__lte=day))


def tiers_then(school: School, day: date, moment: datetime) -> dict[int, str]:
    """What the tiers of `day` were called, as the records said before `moment`."""
    plans = TierPlan.objects.filter(school=school).exclude(change=None)
    times = [at for pair in plans.values_list("change__at", "change__undone_at") for at in pair if at]
    turned = sum(at >= moment for at in times) % 2  # each change since, and each taking back, turned to the other set
    others = [name for name in TIER_SETS if name != school.tier_set]
    labels = dict(TIER_SETS[others[0] if turned else school.tier_set])
    rows = as_at(TierLabel.history.filter(school=school), moment).filter(starts__lte=day).order_by("starts", "id")
    labels.update(rows.values_list("code", "label"))
    return {code: label for code, label in sorted(labels.items()) if label}


def map_then(*, school: School, user: User, day: date, known: date, chosen: Mapping[str, Any]) -> Then:
    """The map of `day` as recorded by the end of the day `known`, narrowed to what was `chosen`."""
    moment = start_of(known + DAY)
    tiers = tiers_then(school, day, moment)
    children = _children(user, school, day, moment)
    items = _items(user, school, day, moment)
    if chosen.get("area"):
        items = [(item, area) for item, area in items if area == chosen["area"]]
    if chosen.get("tier"):
        items = [(item, area) for item, area in items if item.tier == int(chosen["tier"])]
    placed = {item.learner for item, _ in items}
    asked = bool(chosen.get("area") or chosen.get("tier"))
    learners = [
        who
        for who, group in children
        if (who.pk in placed or (who.sen in ("K", "E") and not asked))
        and (not chosen.get("year") or who.year == chosen["year"])
        and (not chosen.get("group") or group == int(chosen["group"]))
    ]
    shown = {who.pk for who in learners}
    return Then(day, known, tiers, learners, [item for item, _ in items if item.learner in shown])


def _children(user: User, school: School, day: date, moment: datetime) -> list[tuple[Who, int | None]]:
    """The learners on roll that day, with the id of their group, as recorded then."""
    seen = Learner.objects.visible_to(user).filter(school=school).values("pk")
    rows = as_at(Learner.history.filter(id__in=seen), moment).filter(
        Q(joined=None) | Q(joined__lte=day), Q(left=None) | Q(left__gte=day)
    )
    needs = {}
    records = running(as_at(SenProvision.history.filter(learner__in=seen), moment), day).order_by("starts")
    for row in records.values_list("learner_id", "code", "need_1", "need_2", "need_3", "need_4"):
        needs[row[0]] = row[1], tuple(code for code in row[2:] if code)
    fields = ("id", "forename", "preferred_name", "surname", "nc_year", "group_id", "group__name", *Learner.FLAGS)
    told = can(user, Capability.SEE_FLAGS, school)
    children = []
    for row in rows.order_by("surname", "forename", "id").values_list(*fields):
        pk, forename, preferred, surname, year, group, name = row[:7]
        code, types = needs.get(pk, ("", ()))
        flags = tuple(tag for tag, held in zip(Learner.FLAGS.values(), row[7:], strict=True) if held and told)
        children.append((Who(pk, f"{preferred or forename} {surname}", year, name or "", code, types, flags), group))
    return children


def _items(user: User, school: School, day: date, moment: datetime) -> list[tuple[Item, str]]:
    """What ran that day, with the area of each, as recorded then, by tier and name."""
    rows = list(running(as_at(seen_versions(user, school), moment), day))
    provisions = _provisions({row.provision_id for row in rows}, moment)
    tiers = _moves(provisions, day, moment)
    people = _people(provisions, day, moment)
    found = []
    for row in rows:
        of = provisions.get(row.provision_id)
        if of is None:  # nobody kept what it was in by then
            continue
        answers = of["responsible__name"] or of["responsible_name"]
        item = Item(
            pk=row.id,
            learner=row.learner_id,
            tier=tiers.get(row.provision_id, of["tier"]),
            name=of["name"],
            dose=Dose(row.sessions, row.minutes),
            people=people.get(row.provision_id, ()) or ((answers,) if answers else ()),
            starts=row.starts,
            ends=row.ends,
            outcome=row.outcome,
            target=row.target,
            confidential=row.confidential or of["confidential"],
            provision=row.provision_id,
            review_on=row.review_on,
        )
        found.append((item, of["area"]))
    return sorted(found, key=lambda one: (one[0].tier, one[0].name, one[0].pk))


def _provisions(pks: Iterable[int], moment: datetime) -> dict[int, dict[str, Any]]:
    fields = ("id", "name", "tier", "area", "confidential", "responsible__name", "responsible_name")
    rows = as_at(Provision.history.filter(id__in=pks), moment).values(*fields)
    return {row["id"]: row for row in rows}


def _moves(provisions: Iterable[int], day: date, moment: datetime) -> dict[int, int]:
    """The tier that each provision had on `day` where it moved later, as far as that was recorded."""
    moves = as_at(TierMove.history.filter(provision__in=list(provisions), on__gt=day), moment).order_by("-on", "-id")
    return dict(moves.values_list("provision_id", "old"))  # the first move after the day comes last, and stays


def _people(provisions: Iterable[int], day: date, moment: datetime) -> dict[int, tuple[str, ...]]:
    rows = running(as_at(Deliverer.history.filter(provision__in=list(provisions)), moment), day).order_by("id")
    found: dict[int, list[str]] = {}
    for provision, person, outsider in rows.values_list("provision_id", "user__name", "name"):
        found.setdefault(provision, []).append(person or outsider)
    return {provision: tuple(names) for provision, names in found.items()}
