"""The panels that the learners app itself puts on the learner page."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.urls import reverse

from learners.keeping import periods_of, standing_of, with_keeping
from learners.models import Learner, Passport
from learners.panels import register
from learners.views.tags import FLAG_WORDS, need_tags, sen_tag
from provisionmap.school.access import can, capabilities_at
from provisionmap.school.models import User
from provisionmap.school.roles import Capability

Drawn = tuple[str, dict[str, Any]] | None


def sen(learner: Learner, user: User, today: date) -> Drawn:
    """SEN provision and needs through time, newest first."""
    notes = can(user, Capability.SEE_NOTES, learner.school)
    records = [
        {
            "record": record,
            "sen": sen_tag(record.code),
            "needs": need_tags(record.needs),
            "note": record.note if notes else "",
        }
        for record in learner.sen_provisions.order_by("-starts", "-pk")
    ]
    return "learners/panels/sen.html", {"records": records}


def passport(learner: Learner, user: User, today: date) -> Drawn:
    """The first things the passport says; nothing for those who may not read it."""
    held = capabilities_at(user, learner.school)
    if Capability.SEE_NOTES not in held:
        return None
    record = Passport.objects.filter(learner=learner).first()
    said = [
        {"title": title, "text": text}
        for name, title in Passport.SECTIONS.items()
        if record and (text := getattr(record, name))
    ]
    return "learners/panels/passport.html", {"said": said, "passport": record}


def contacts(learner: Learner, user: User, today: date) -> Drawn:
    """The adults to speak to, in order; nothing for those who have no need to reach them."""
    if not can(user, Capability.SEE_CONTACTS, learner.school):
        return None
    return "learners/panels/contacts.html", {"contacts": list(learner.contacts.all())}


def details(learner: Learner, user: User, today: date) -> Drawn:
    """Names, numbers and dates."""
    return "learners/panels/details.html", {}


def flags(learner: Learner, user: User, today: date) -> Drawn:
    """Flags in words; nothing for those whose work needs none."""
    if not can(user, Capability.SEE_FLAGS, learner.school):
        return None
    words = [(tag, FLAG_WORDS[name]) for name, tag in Learner.FLAGS.items() if getattr(learner, name)]
    return "learners/panels/flags.html", {"flags": words}


def keeping(learner: Learner, user: User, today: date) -> Drawn:
    """How long the record is kept, for those who may dispose of it, and the hold that stands for them."""
    if not can(user, Capability.DISPOSE_RECORDS, learner.school):
        return None
    known = with_keeping(Learner.objects.filter(pk=learner.pk)).get()
    hold = learner.holds.standing().select_related("by").first() if vars(known)["held"] else None
    shown = {
        "hold": hold,
        "standing": standing_of(known, periods_of(learner.school), today),
        "address": reverse("learners:hold", args=[learner.pk]),
    }
    return "learners/panels/keeping.html", shown


register("sen", "SEN provision and needs", sen, order=10)
register("passport", "Passport", passport, order=20)
register("flags", "Flags", flags, order=50)
register("contacts", "Contacts", contacts, order=60)
register("details", "Details", details, order=70)
register("keeping", "How long this is kept", keeping, order=80)
