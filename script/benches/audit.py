"""The audit trail: pages and saves with it, against the same without it; the trail's own reading is in verify_audit."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import cycle
from types import SimpleNamespace
from unittest.mock import patch

from benches import ground
from benches.cell import Editor
from benches.race import race
from benches.report import Report
from interventions.models import Placement
from learners.models import Learner
from provisionmap.school import audit, seen
from provisionmap.school.models import School

RATIO = 1.10


@contextmanager
def untold() -> Iterator[None]:
    """The product without its trail."""
    with patch.object(seen, "_events", lambda request, answer: []), patch.object(audit, "record", lambda *a, **k: None):
        yield


def audit_trail(report: Report, school: School, rounds: int) -> None:
    """A record opened for the first time, which is the dearest look, the map again, and a save. One process, no net."""
    client, _ = ground.signed_in()
    learners = cycle(Learner.objects.filter(school=school).values_list("pk", flat=True)[:40])
    row = Placement.objects.filter(school=school).exclude(minutes=None).order_by("pk")[0]
    link = SimpleNamespace(post=lambda path, **fields: client.post(path, fields, HTTP_HX_REQUEST="true"))
    editor = Editor(link, row)

    def first_look() -> None:
        seen.looks.until.clear()
        client.get(f"/learners/{next(learners)}/")

    def without(call):
        def bare() -> None:
            with untold():
                call()

        return bare

    for name, call in (
        ("a record, opened for the first time", first_look),
        ("the map, opened again", lambda: client.get("/map/")),
        ("a save on the map", editor.ours),
    ):
        report.ratio(f"{name}: with the trail ÷ without", race(call, without(call), rounds=rounds, each=10), RATIO)
