"""One placement through its versions, side by side, and restoring one; also of a placement that was removed."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from interventions.actions.restoring import restore_version
from interventions.acts import A_PROVISION, values_of
from interventions.models import Placement
from interventions.past import DONE, names_of, seen_versions
from interventions.permissions import can_edit
from interventions.views.placements import EDITORS
from learners.models import Learner
from provisionmap.school.access import NotAllowed, require
from provisionmap.school.roles import Capability
from provisionmap.school.seen import saw
from provisionmap.school.stale import Stale
from provisionmap.web import typed

MOST = 30  # versions side by side; what is older is in the history of the map


def _versions(request: Any, pk: int) -> Any:
    return seen_versions(request.user, request.school).filter(id=pk).order_by("-history_id")


def _page(request: Any, pk: int, *, moved: bool = False) -> HttpResponse:
    # Before its versions: who saves between the two is then shown, and restoring meets them (409), never the other way.
    current = Placement.objects.filter(pk=pk).select_related("provision").first()
    versions = list(_versions(request, pk).select_related("history_user")[: MOST + 1])
    if not versions:
        raise Http404
    newest = versions[0]
    saw(request, newest.learner_id)
    shown = versions[:MOST]
    names = names_of({version.provision_id for version in shown})
    values = [values_of(vars(version), names=names) for version in shown]
    heads = [
        {
            "version": version,
            "what": DONE[version.history_type],
            "restores": version.history_type != "-"
            and not (current and (values[at] == values[0] or version.provision_id != current.provision_id)),
        }
        for at, version in enumerate(shown)
    ]
    rows = [
        (label, [(cells[label], at + 1 < len(values) and cells[label] != values[at + 1][label])
                 for at, cells in enumerate(values)])
        for label in values[0]
    ]  # fmt: skip
    for at, head in enumerate(heads):  # on a phone a version is a card
        head["lines"] = [(label, *cells[at]) for label, cells in rows]
    tier = current.provision.tier if current else None
    context = {
        "section": "map", "pk": pk, "heads": heads, "rows": rows, "current": current, "moved": moved,
        "learner": Learner.objects.get(pk=newest.learner_id),
        "provision": names.get(newest.provision_id, A_PROVISION),
        "more": len(versions) > MOST,
        "may": can_edit(request.school, tier or 1, request.user),
    }  # fmt: skip
    return render(request, "interventions/versions.html", context, status=409 if moved else 200)


@require(Capability.SEE_MAP)
def show(request: Any, pk: int) -> HttpResponse:
    """All versions of a placement, with who and when."""
    return _page(request, pk)


@require(*EDITORS, writes=["POST"])
def restore(request: Any, pk: int) -> HttpResponse:
    """Make the placement what one of its versions was; when it changed meanwhile, its versions are shown anew (409)."""
    versions = _versions(request, pk)
    if not versions.exists():
        raise Http404
    if request.method == "POST":
        chosen = versions.exclude(history_type="-").filter(history_id=typed.number(request.POST.get("version")))
        seen = typed.number(request.POST.get("seen"))
        try:
            restored = restore_version(version=get_object_or_404(chosen), seen=seen, by=request.user)
        except Stale:
            return _page(request, pk, moved=True)
        except NotAllowed as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, f"Restored in {restored.provision.name}. “Undo the last change” takes it back.")
    return redirect("interventions:placement-history", pk)
