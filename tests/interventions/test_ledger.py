"""What was owed, delivered and is still owed: the worked figures, and what holds for any."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as some

from interventions.ledger import EXCUSED, REASONS, Ledger, ledger, share, total

MINUTES = some.integers(0, 5_000)
LEDGERS = some.builds(
    ledger,
    entitled=MINUTES,
    delivered=MINUTES,
    missed=some.dictionaries(some.sampled_from(sorted(REASONS)), MINUTES),
    planned=MINUTES,
)


def test_the_worked_year():
    year = ledger(entitled=38 * 30, delivered=26 * 30, missed={"learner_absent": 90, "staff_absent": 150, "closed": 30})

    assert (year.entitled, year.delivered, year.explained, year.accounted) == (1140, 780, 270, 1050)
    assert (year.unaccounted, year.remaining, year.owed, year.over) == (90, 360, 240, 0)
    assert (year.of_entitlement, year.of_possible) == (Decimal("68.4"), Decimal("76.5"))


@pytest.mark.parametrize(
    ("entitled", "delivered", "missed", "unaccounted", "owed", "over"),
    [
        (0, 0, {}, 0, 0, 0),
        (60, 0, {}, 60, 60, 0),
        (60, 0, {"closed": 60}, 0, 0, 0),
        (60, 0, {"staff_absent": 60}, 0, 60, 0),  # explained, and still to be caught up
        (60, 60, {}, 0, 0, 0),
        (60, 80, {}, 0, 0, 20),
        (60, 50, {"learner_absent": 30}, 0, 0, 20),  # more was explained than was owed
        (0, 15, {}, 0, 0, 15),  # an extra session of somebody without a dose
    ],
)
def test_figures(entitled, delivered, missed, unaccounted, owed, over):
    found = ledger(entitled=entitled, delivered=delivered, missed=missed)

    assert (found.unaccounted, found.owed, found.over) == (unaccounted, owed, over)


@given(LEDGERS)
def test_every_minute_that_was_owed_is_delivered_explained_or_unaccounted(one):
    assert one.delivered + one.explained + one.unaccounted >= one.entitled
    assert (one.unaccounted == 0) or one.delivered + one.explained + one.unaccounted == one.entitled
    assert one.owed == 0 or one.over == 0
    assert one.remaining >= one.owed
    assert one.excused == sum(minutes for reason, minutes in one.missed.items() if reason in EXCUSED)


@given(some.lists(LEDGERS, max_size=6))
def test_a_total_adds_each_figure_in_any_order(several):
    found = total(several)

    for name in ("entitled", "delivered", "planned", "unaccounted", "owed", "over", "explained", "excused"):
        assert getattr(found, name) == sum(getattr(one, name) for one in several)
    assert total(reversed(several)) == found


@given(LEDGERS, LEDGERS)
def test_what_one_learner_had_too_much_fills_no_gap_of_another(one, other):
    assert (one + other).owed == one.owed + other.owed


def test_nothing_owed_has_no_share():
    assert (Ledger().of_entitlement, ledger(entitled=30, delivered=0, missed={"closed": 30}).of_possible) == (
        None,
        None,
    )
    assert share(1, 3) == Decimal("33.3")


def test_what_makes_no_sense_is_refused():
    with pytest.raises(ValueError, match="not a reason"):
        ledger(entitled=0, delivered=0, missed={"rain": 5})
    with pytest.raises(ValueError, match="never less"):
        ledger(entitled=-1, delivered=0)
