"""Keeping, renaming and removing a person's own views of the map."""

from __future__ import annotations

from django.db import IntegrityError, transaction

from interventions.models import SavedView
from provisionmap.school import audit
from provisionmap.school.access import NotAllowed, can
from provisionmap.school.models import School, User
from provisionmap.school.roles import Capability

MOST = 50  # views of one person at one school: more cannot be told apart in a list
TAKEN = "You have a view of this name already: choose another name, or rename that one first."


def save_view(*, school: School, name: str, query: str, by: User) -> SavedView:
    """Keep `query`, an address that holds codes and ids only, under `name`.

    Raises NotAllowed for a name that is taken, for too many views, and for those who may not see the map.
    """
    if not can(by, Capability.SEE_MAP, school):
        raise NotAllowed("Your role does not include the map.")
    with transaction.atomic():
        if SavedView.objects.visible_to(by).filter(school=school).count() >= MOST:
            raise NotAllowed(f"You have {MOST} views. Delete one that you no longer need first.")
        return _written(SavedView(school=school, user=by, name=name, query=query), "view.save", by)


def rename_view(*, view: SavedView, name: str, by: User) -> SavedView:
    """Call one's own view `name`. Raises NotAllowed for somebody else's, and for a name that is taken."""
    _check_own(view, by)
    view.name = name
    with transaction.atomic():
        return _written(view, "view.rename", by)


def delete_view(*, view: SavedView, by: User) -> None:
    """Remove one's own view; the map it shows stays. Raises NotAllowed for somebody else's."""
    _check_own(view, by)
    with transaction.atomic():
        audit.record("view.delete", by=by, target=view)
        view.delete()


def _check_own(view: SavedView, by: User) -> None:
    if view.user_id != by.pk:
        raise NotAllowed("This view is somebody else's.")


def _written(view: SavedView, verb: str, by: User) -> SavedView:
    try:
        with transaction.atomic():
            view.save()
    except IntegrityError:
        raise NotAllowed(TAKEN) from None
    audit.record(verb, by=by, target=view)
    return view
