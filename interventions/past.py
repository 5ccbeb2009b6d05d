"""From history rows to acts: what changed on the map, as one person may see it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, Subquery
from django.utils import timezone

from interventions.acts import A_LEARNER, A_PROVISION, OF_PROVISIONS, Act, Record, counted, differences
from interventions.models import MapChange, Placement, Provision, Slot
from learners.models import Learner
from provisionmap.school.access import can, schools_where
from provisionmap.school.models import School, User
from provisionmap.school.roles import Capability

SET, UNDO_SET, UNDO = "set:", "undo-set:", "undo:"
EDIT = "edit"
DONE = {"+": "added", "~": "changed", "-": "removed"}
KINDS = [*MapChange.KINDS, (EDIT, "Changed one placement")]


def start_of(day: date) -> datetime:
    """The moment at which `day` begins at school."""
    return timezone.make_aware(datetime.combine(day, time.min))


def sees_all(user: User, school: School) -> bool:
    """Whether nothing of the map is hidden from this person."""
    return can(user, Capability.SEE_ALL_LEARNERS, school) and can(user, Capability.SEE_CONFIDENTIAL, school)


def seen_versions(user: User, school: School) -> Any:
    """Versions of placements, those of removed ones too, as far as this person may see the learner and them today.

    Confidential versions are for those who are cleared or named on the placement; of what was removed, nothing that
    was ever confidential is shown to others.
    """
    rows = Placement.history.filter(
        school=school, school__in=schools_where(user, Capability.SEE_MAP), learner__in=Learner.objects.visible_to(user)
    )
    if can(user, Capability.SEE_CONFIDENTIAL, school):
        return rows
    there = Placement.objects.filter(pk=OuterRef("id"))
    seen = Placement.objects.visible_to(user).filter(pk=OuterRef("id"))
    shared = Placement.shared_with.through.objects.filter(user=user.pk, placement=OuterRef("id"))
    hidden = Placement.history.filter(id=OuterRef("id"), confidential=True)
    closed = Provision.history.filter(id=OuterRef("provision_id"), confidential=True)
    gone = ~Exists(there) & ~Exists(hidden) & ~Exists(closed)
    return rows.filter(gone | Exists(seen) & (Q(confidential=False) | Exists(shared)))


def act_versions(user: User, school: School, *, told: bool) -> Any:
    """The versions that an act is told by: those seen, and for who sees everything those of learners who are gone.

    `told` is what `sees_all` says. An import that was taken back takes the learners it added with it: its placements
    still count.
    """
    seen = seen_versions(user, school)
    if not told:
        return seen
    gone = ~Exists(Learner.objects.filter(pk=OuterRef("learner_id")))
    return Placement.history.filter(Q(pk__in=seen.order_by().values("pk")) | gone, school=school)


def seen_provisions(user: User, school: School) -> Any:
    """Versions of provisions that this person may see today; of those that are gone, for who sees everything."""
    rows = Provision.history.filter(school=school)
    if sees_all(user, school):
        return rows
    return rows.filter(id__in=Provision.objects.visible_to(user).values("pk"))


def makers_of(user: User, school: School) -> Any:
    """People whose changes this person may see: for who sees everything, everybody who works here today."""
    if sees_all(user, school):
        return User.objects.at(school, timezone.localdate())
    versions, provisions = seen_versions(user, school), seen_provisions(user, school)
    made = MapChange.objects.filter(pk__in=_changes_in(versions) | _changes_in(provisions)).order_by()
    edited = single(versions).order_by().values("history_user")
    return User.objects.filter(Q(pk__in=made.values("by")) | Q(pk__in=edited)).order_by("name", "pk")


@dataclass(frozen=True)
class Asked:
    """What the history is narrowed to."""

    since: date
    person: int = 0
    kind: str = ""
    learner: int = 0
    provision: int = 0


def keys_of(user: User, school: School, asked: Asked) -> list[tuple[datetime, str]]:
    """When and which: every act that this person may see, newest first. Five queries at most."""
    begin = start_of(asked.since)
    versions, provisions = seen_versions(user, school), seen_provisions(user, school)
    if asked.learner:
        versions, provisions = versions.filter(learner=asked.learner), provisions.none()
    if asked.provision:
        versions, provisions = versions.filter(provision=asked.provision), provisions.filter(id=asked.provision)
    keys: list[tuple[datetime, str]] = []
    if asked.kind != EDIT:
        changes = MapChange.objects.filter(Q(at__gte=begin) | Q(undone_at__gte=begin), school=school)
        if asked.kind:
            changes = changes.filter(kind=asked.kind)
        if asked.person:
            changes = changes.filter(by=asked.person)
        if not sees_all(user, school) or asked.learner or asked.provision:
            slots = Slot.history.filter(provision_id__in=provisions.order_by().values("id"))
            changes = changes.filter(pk__in=_changes_in(versions) | _changes_in(provisions) | _changes_in(slots))
        keys += [(at, f"c{pk}") for pk, at in changes.values_list("pk", "at")]
    if asked.kind in ("", EDIT):
        edits = single(versions).filter(history_date__gte=begin)
        if asked.person:
            edits = edits.filter(history_user=asked.person)
        keys += [(at, f"e{pk}") for pk, at in edits.order_by().values_list("history_id", "history_date")]
    return sorted(keys, key=lambda one: (one[0], one[1][0], int(one[1][1:])), reverse=True)


def _changes_in(rows: Any) -> set[int]:
    reasons = rows.filter(history_change_reason__startswith=SET).order_by()
    return {int(reason[len(SET) :]) for reason in reasons.values_list("history_change_reason", flat=True).distinct()}


def single(versions: Any) -> Any:
    """Those of the versions that were made one at a time."""
    several = Q(history_change_reason__startswith=SET) | Q(history_change_reason__startswith=UNDO_SET)
    return versions.exclude(Q(history_change_reason__isnull=False) & several)


def acts_of(user: User, school: School, keys: Sequence[str]) -> list[Act]:
    """The acts named by `keys`, in their order: the same few queries, however many."""
    changes = [int(key[1:]) for key in keys if key.startswith("c")]
    edits = [int(key[1:]) for key in keys if key.startswith("e")]
    made = {act.key: act for act in (*_changes(user, school, changes), *_edits(user, school, edits))}
    return [made[key] for key in keys if key in made]


def _changes(user: User, school: School, pks: Sequence[int]) -> list[Act]:
    rows = list(MapChange.objects.filter(pk__in=pks).select_related("by", "undone_by"))
    reasons = [row.reason for row in rows]
    told = sees_all(user, school)  # the words count and name what others may not see
    places, provisions = (
        dict(
            seen.filter(history_change_reason__in=reasons)
            .order_by()
            .values_list("history_change_reason")
            .annotate(many=Count("id", distinct=True))
        )
        for seen in (act_versions(user, school, told=told), seen_provisions(user, school))
    )
    return [
        Act(
            key=f"c{row.pk}",
            at=row.at,
            who=row.by.name if row.by else "",
            words=row.words if told else row.get_kind_display(),
            kind=row.get_kind_display(),
            counted=counted([(places.get(row.reason, 0), "placement"), (provisions.get(row.reason, 0), "provision")]),
            taken_back=_by_and_when(row.undone_by, row.undone_at),
        )
        for row in rows
    ]


def _by_and_when(by: User | None, at: datetime | None) -> str:
    if at is None:
        return ""
    who = f"by {by.name} " if by else ""
    return f"{who}on {timezone.localtime(at):%d/%m/%Y}"


def with_before(rows: Any) -> Any:
    """Versions with the id of the version before each."""
    earlier = Placement.history.filter(id=OuterRef("id"), history_id__lt=OuterRef("history_id"))
    return rows.annotate(before=Subquery(earlier.order_by("-history_id").values("history_id")[:1]))


def _edits(user: User, school: School, pks: Sequence[int]) -> list[Act]:
    rows = list(with_before(seen_versions(user, school).filter(history_id__in=pks)).select_related("history_user"))
    undone = {
        int(row.history_change_reason[len(UNDO) :]): row
        for row in Placement.history.filter(history_change_reason__in=[f"{UNDO}{pk}" for pk in pks]).select_related(
            "history_user"
        )
    }
    records = records_of(rows)
    acts = []
    for row, record in zip(rows, records, strict=True):
        back = undone.get(row.history_id)
        took = (row.history_change_reason or "").startswith(UNDO)
        acts.append(
            Act(
                key=f"e{row.history_id}",
                at=row.history_date,
                who=row.history_user.name if row.history_user else "",
                words=("Took back: " if took else "") + f"{record.learner}: {record.provision}",
                kind=f"Placement {record.what}",
                taken_back=_by_and_when(back.history_user, back.history_date) if back else "",
                record=record,
            )
        )
    return acts


def records_of(rows: Iterable[Any]) -> list[Record]:
    """What became of each placement in `rows`, read by `with_before`: three queries."""
    rows = list(rows)
    before = Placement.history.in_bulk([row.before for row in rows if row.before], field_name="history_id")
    provisions = names_of({row.provision_id for row in (*rows, *before.values())})
    learners = Learner.objects.in_bulk({row.learner_id for row in rows})
    return [
        Record(
            what=DONE[row.history_type],
            provision=provisions.get(row.provision_id, A_PROVISION),
            learner=learners[row.learner_id].name if row.learner_id in learners else A_LEARNER,
            placement=row.id if row.learner_id in learners else 0,
            differences=differences(old, vars(row), names=provisions)
            if row.history_type == "~" and row.learner_id in learners
            else (),
        )
        for row in rows
        for old in [vars(before[row.before]) if row.before else None]
    ]


def names_of(provisions: set[int]) -> dict[int, str]:
    """Names of provisions; of those that are gone, the last they had."""
    names = dict(Provision.objects.filter(pk__in=provisions).values_list("pk", "name"))
    lost = provisions - set(names)
    gone = Provision.history.filter(id__in=lost).order_by("history_id").values_list("id", "name")
    return {**dict(gone), **names}


def records_in(user: User, school: School, change: MapChange) -> Any:
    """The last version that `change` made of each placement, as far as this person may see it, in order."""
    mine = act_versions(user, school, told=sees_all(user, school)).filter(history_change_reason=change.reason)
    later = Placement.history.filter(
        id=OuterRef("id"), history_change_reason=change.reason, history_id__gt=OuterRef("history_id")
    )
    first = Placement.history.filter(id=OuterRef("id"), history_change_reason=change.reason)
    earlier = Placement.history.filter(
        id=OuterRef("id"), history_id__lt=Subquery(first.order_by("history_id").values("history_id")[:1])
    )
    rows = mine.filter(~Exists(later)).order_by("provision_id", "history_id")
    return rows.annotate(before=Subquery(earlier.order_by("-history_id").values("history_id")[:1]))


def provisions_in(user: User, school: School, change: MapChange) -> list[Record]:
    """What `change` did to provisions this person may see. Two queries."""
    rows = list(
        seen_provisions(user, school).filter(history_change_reason=change.reason).order_by("name", "history_id")
    )
    touched = Provision.history.filter(id__in=[row.id for row in rows]).order_by("history_id")
    versions: dict[int, list[Any]] = {}
    for version in touched:
        versions.setdefault(version.id, []).append(version)
    records = []
    for row in rows:
        earlier = [one for one in versions[row.id] if one.history_id < row.history_id]
        old = vars(earlier[-1]) if earlier and row.history_type == "~" else None
        records.append(Record(DONE[row.history_type], row.name, differences=differences(old, vars(row), OF_PROVISIONS)))
    return records
