"""The file that goes with a learner to another school, and its receipt."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from learners.models import Learner
from learners.views.learner import learner_here
from provisionmap.school.access import require
from provisionmap.school.roles import Capability
from provisionmap.school.stale import Stale
from provisionmap.school.today import today
from reports.actions import transfers as actions
from reports.forms.transfer import ReceiptForm, SendForm
from reports.models import Transfer
from reports.views.again import shown_again

MEANWHILE = "Somebody else noted a receipt meanwhile: this is how it stands now."


def _page(request: Any, child: Learner, form: SendForm, receipt: ReceiptForm | None = None) -> HttpResponse:
    sent = Transfer.objects.filter(learner=child).select_related("by")
    shown = {"section": "learners", "learner": child, "form": form, "sent": sent, "receipt": receipt, "day": today()}
    failed = form.errors or (receipt and receipt.errors)
    return render(request, "reports/transfer.html", shown, status=422 if failed else 200)


@require(Capability.EXPORT_RECORD, writes=["POST"])
@shown_again
def transfer(request: Any, pk: int) -> HttpResponse:
    """What the file would hold; on POST the file."""
    child = learner_here(request, pk)
    form = SendForm(request.POST or None)
    if not form.is_valid():
        return _page(request, child, form)
    made, file = actions.send(learner=child, today=today(), by=request.user, **form.cleaned_data)
    headers = {"Content-Disposition": f'attachment; filename="transfer-{made.pk}.json"'}
    return HttpResponse(file, content_type="application/json", headers=headers)


@require(Capability.EXPORT_RECORD, writes=["POST"])
def received(request: Any, pk: int, transfer_pk: int) -> HttpResponse:
    """Note who received a file, and when."""
    child = learner_here(request, pk)
    sent = get_object_or_404(Transfer.objects.filter(learner=child).select_related("learner__school"), pk=transfer_pk)
    if request.method != "POST":
        return redirect("reports:transfer", child.pk)
    form = ReceiptForm(request.POST, today=today())
    if not form.is_valid():
        return _page(request, child, SendForm(), form)
    try:
        actions.note_receipt(transfer=sent, by=request.user, **form.cleaned_data)
        messages.success(request, "The receipt is kept.")
    except Stale:
        messages.warning(request, MEANWHILE)
    return redirect("reports:transfer", child.pk)
