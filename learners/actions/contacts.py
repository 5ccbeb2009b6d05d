"""The adults around a learner."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from learners.models import Contact, Learner
from learners.permissions import check_can_edit
from provisionmap.school import audit
from provisionmap.school.models import User
from provisionmap.school.stale import Stale, claim


@transaction.atomic
def add_contact(*, learner: Learner, values: dict[str, Any], by: User) -> Contact:
    """Add an adult to a learner."""
    check_can_edit(learner, by)
    contact = Contact(learner=learner, **values)
    contact.full_clean()
    contact.save()
    audit.record("contact.add", by=by, target=contact, school=learner.school, new=values)
    return contact


def _claimed(contact: Contact, seen: int, by: User) -> Contact:
    """The contact as it now is, its learner taken by the caller; Stale when the learner moved on from `seen`."""
    check_can_edit(contact.learner, by)
    rows = Contact.objects.select_related("learner__school")
    try:
        claim(contact.learner, seen=seen)
    except Stale as clash:
        raise Stale(rows.filter(pk=contact.pk).first() or contact) from clash  # somebody may have removed it
    return rows.get(pk=contact.pk)


@transaction.atomic
def change_contact(*, contact: Contact, changes: dict[str, Any], seen: int, by: User) -> Contact:
    """Apply `changes` to a contact; `seen` is the version of the learner it was read with.

    Raises Stale, with the contact as it is now.
    """
    current = _claimed(contact, seen, by)
    old = {name: getattr(current, name) for name in changes}
    for name, value in changes.items():
        setattr(current, name, value)
    current.full_clean()
    current.save(update_fields=list(changes))
    audit.record("contact.change", by=by, target=current, school=current.learner.school, old=old, new=changes)
    return current


@transaction.atomic
def remove_contact(*, contact: Contact, seen: int, by: User) -> None:
    """Take an adult away from a learner that was read at version `seen`.

    Raises Stale, with the contact as it is now and nothing removed.
    """
    current = _claimed(contact, seen, by)
    audit.record("contact.remove", by=by, target=current, school=current.learner.school)
    current.delete()
