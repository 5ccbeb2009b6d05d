"""What the check page of a map's import asks and proposes, and what becomes of the answers."""

import pytest

from interventions.models import Provision
from tests.factories import InterventionFactory
from tests.interventions.test_map_check import ada, apply, keep, line, started

pytestmark = pytest.mark.django_db
__all__ = ["ada"]  # a fixture


def test_a_line_parted_at_a_comma_is_shown_and_can_be_kept_together(client, senco, ada):
    InterventionFactory(school=senco.school, name="sensory diet")
    text = f'UPN,Wave 2,Area\n{ada.upn},"Pre-teaching 4x10 (AR), Nurture group - 2 hrs weekly",SEMH\n'
    text += f'{ada.upn},"Wobble cushion, sensory diet",SEMH\n'
    run, page = started(client, text)
    first, second = page.context["parted"]

    one = keep(client, run, page, **{f"parted-{first['mark']}": "1"})
    two = keep(client, run, one, **{f"parted-{first['mark']}": ""})
    apply(client, run, keep(client, run, two, **{f"out-{line(two, 'Wobble cushion')['mark']}": "1"}))

    assert "Lines parted at commas (2)" in page.text
    assert [each["one"].pieces for each in (first, second)] == [
        ("Pre-teaching 4x10 (AR)", "Nurture group - 2 hrs weekly"), ("Wobble cushion", "sensory diet"),
    ]  # fmt: skip
    assert (first["rows"], one.context["parted"][0]["one"].kept) == ("row 2", True)
    assert sorted(each["one"].name for each in one.context["lines"]) == [
        "Pre-teaching", "Wobble cushion", "sensory diet",
    ]  # fmt: skip
    assert sorted(Provision.objects.values_list("name", "sessions", "minutes")) == [
        ("Nurture group", 1, 120), ("Pre-teaching", 4, 10), ("sensory diet", None, None),
    ]  # fmt: skip
