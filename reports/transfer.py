"""A learner as the file that goes with them to another school. Its fields are those of `transfer_file`."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder

from interventions.models import Placement
from learners.models import Contact, Learner, Passport, SenProvision
from reports.models import EarlierProvision
from reports.transfer_file import CONTACT, FORMAT, LEARNER, PASSPORT, PROVISION, VERSION

RESPONSIBLE = "Responsible teacher"


def _fields(row: Any, table: Any) -> dict[str, Any]:
    return {name: getattr(row, name) for name in table}


def _record(record: SenProvision, notes: bool) -> dict[str, Any]:
    kept = {name: getattr(record, name) for name in ("code", "needs", "types_awaited", "starts", "ends")}
    return {**kept, "note": record.note if notes else ""}


def _staff(placement: Placement) -> list[dict[str, str]]:
    """Who delivers it and who answers for it, each once."""
    provision = placement.provision
    people = [(str(one), one.get_role_display()) for one in provision.deliverers.all()]
    people += [(provision.answers, RESPONSIBLE)] * bool(provision.answers)
    return [{"name": name, "role": role} for name, role in sorted(set(people))]


def _placed(placement: Placement, tiers: dict[int, str], school: str, notes: bool) -> dict[str, Any]:
    provision, tier = placement.provision, vars(placement)["tier_then"]
    return {
        "school": school,
        "name": provision.name,
        "tier": tier,
        "tier_name": tiers.get(tier, f"Tier {tier}"),
        **{name: getattr(provision, name) for name in ("area", "subject", "place")},
        **{name: getattr(placement, name) for name in ("starts", "ends", "review_on", "outcome", "baseline", "target")},
        "minutes": placement.minutes or provision.minutes,
        "sessions": placement.sessions or provision.sessions,
        "staff": _staff(placement),
        "confidential": placement.confidential or provision.confidential,
        "note": provision.note if notes else "",
    }


def provision_of(learner: Learner, today: date, *, confidential: bool, notes: bool) -> list[dict[str, Any]]:
    """Every provision they were placed in, here and before, in a steady order."""
    names = learner.school.tier_names()
    rows = Placement.objects.filter(learner=learner).with_last_tier().select_related("provision__responsible")
    rows = rows.prefetch_related("provision__deliverers__user")
    school = learner.school.name
    found = [_placed(row, names.on(min(row.ends or today, today)), school, notes) for row in rows]
    for row in EarlierProvision.objects.filter(learner=learner):
        found.append(_fields(row, PROVISION) | ({} if notes else {"note": ""}))
    kept = [one for one in found if confidential or not one["confidential"]]
    return sorted(kept, key=lambda one: json.dumps([one["starts"], one], cls=DjangoJSONEncoder, sort_keys=True))


def tree_of(learner: Learner, today: date, *, confidential: bool, notes: bool) -> dict[str, Any]:
    """The file's content. Confidential provision and notes stay out unless they are asked for."""
    school = learner.school
    passport = Passport.objects.filter(learner=learner).first()
    return {
        "format": FORMAT,
        "version": VERSION,
        "from": {
            "school": school.name,
            "urn": school.urn,
            "la_code": school.la_code,
            "estab": school.estab,
            "joined": learner.joined,
            "left": learner.left,
            "made": today,
            "confidential": confidential,
            "notes": notes,
        },
        "learner": _fields(learner, LEARNER),
        "sen": [_record(one, notes) for one in learner.sen_provisions.order_by("starts", "pk")],
        "passport": _fields(passport, PASSPORT) if passport else None,
        "contacts": [_fields(one, CONTACT) for one in Contact.objects.filter(learner=learner)],
        "provision": provision_of(learner, today, confidential=confidential, notes=notes),
    }


def bytes_of(tree: dict[str, Any]) -> bytes:
    """The content as the file holds it."""
    return json.dumps(tree, cls=DjangoJSONEncoder, ensure_ascii=False, indent=1).encode()
