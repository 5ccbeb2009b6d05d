"""Reading the map's pages in tests, and what a cell's form sends."""

import json
import re

from interventions.export.rows import sheet_rows
from interventions.filters import select
from learners.models import Learner
from provisionmap.school.today import today
from tests.factories import LearnerFactory, PlacementFactory

HX = {"HX-Request": "true"}
CELL = {"dose": "5 x 15", "starts": "2026-09-07", "ends": "2027-07-20", "outcome": "Reads 60 words", "target": "60"}


def learner(school, **fields):
    return LearnerFactory(school=school, **fields)


def placed(school, one=None, **fields):
    one = one or learner(school)
    return PlacementFactory(learner=one, **fields)


def names(text):
    return re.findall(r'<a class="name"[^>]*>([^<]*)</a>', text)


def cell_of(text, placement):
    """The inside of the cell that holds `placement`, as the page shows it."""
    key = f"cell-{placement.learner_id}-{placement.provision.tier}"
    return re.search(rf'id="{key}">(.*?)</td>', text, re.DOTALL)[1]


def told(answer):
    return json.loads(answer.headers["HX-Trigger"])


def rows_of(school, user):
    """The rows of "Placements" that `user` would export of the whole school."""
    learners = list(Learner.objects.filter(school=school).order_by("pk").values_list("pk", flat=True))
    selection = select(school=school, user=user, day=today(), chosen={"who": "all"})
    return sheet_rows(
        school=school,
        user=user,
        day=today(),
        selection=selection,
        learners=learners,
        labels=school.tiers_on(today()),
        past=None,
    )
