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


def test_the_doses_that_are_counted_and_those_that_are_listed_add_up(client, senco):
    text = "Provision,Wave,Area,Dose\n" + "".join(
        f"{name},2,SEMH,{dose}\n"
        for name, dose in [
            ("Nessy", "3 x 20 mins"), ("Lego", "twice a week"), ("Talk", "20-30 mins"), ("Toast", "20-30 mins"),
            ("Walk", "TBC"), ("Sing", "daily 10 mins"), ("Rest", "as and when"),
        ]
    )  # fmt: skip
    run, page = started(client, text)

    typed = keep(client, run, page, **{f"dose-{page.context['unread'][1]['mark']}": "2 x 25"})
    one = line(typed, "Lego")
    left = keep(client, run, typed, **{f"out-{one['mark']}": "1"})

    shown = [(one["words"], one["lines"], one["rows"]) for one in page.context["unread"]]
    assert shown == [("twice a week", 1, "row 3"), ("20-30 mins", 2, "rows 4, 5"), ("as and when", 1, "row 8")]
    assert [(each.context["worded"], each.context["whole"]) for each in (page, typed, left)] == [(6, 2), (6, 4), (5, 4)]
    assert "<b>2 of 6</b> doses read whole" in page.text
    assert "Doses that were not read whole (4)" in page.text
