"""What this app holds about a learner."""

from __future__ import annotations

from learners.holdings import Disposal, declare
from reports.models import Arrival, EarlierProvision, RecordExport, Transfer

declare(
    EarlierProvision,
    "Provision at earlier schools",
    lambda pk: EarlierProvision.objects.filter(learner=pk),
    others=("staff",),
)
declare(
    RecordExport,
    "Requests for everything held",
    lambda pk: RecordExport.objects.filter(learner=pk).order_by("pk"),
    others=("asked_by",),
)
declare(
    Transfer,
    "Transfer files made",
    lambda pk: Transfer.objects.filter(learner=pk).order_by("pk"),
    others=("received_by",),
)
declare(
    Arrival,
    "Transfer files taken in",
    lambda pk: Arrival.objects.filter(learner=pk).order_by("pk"),
    Disposal.DELETE,
)
