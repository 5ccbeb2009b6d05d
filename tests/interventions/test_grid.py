"""Arranging placements into rows and cells, and their HTML."""

import random
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from interventions.cells import cell_html, placement_html, rows_html
from interventions.dose import Dose
from interventions.grid import Item, Row, Who, arrange


def item(pk, learner=1, tier=2, **fields):
    return Item(pk=pk, learner=learner, tier=tier, name="Precision teaching", dose=Dose(3, 10), **fields)


@given(st.lists(st.tuples(st.integers(1, 5), st.integers(1, 4)), max_size=30))
def test_every_placement_of_a_learner_shown_stands_in_one_cell(places):
    items = [item(pk, learner, tier) for pk, (learner, tier) in enumerate(places)]

    rows = arrange([Who(n, f"Learner {n}") for n in range(1, 5)], items, [1, 2, 3])

    shown = sorted(one.pk for row in rows for cell in row.cells.values() for one in cell)
    assert shown == [one.pk for one in items if one.learner < 5]


def test_a_cell_keeps_the_order_of_its_placements():
    items = [item(pk) for pk in random.Random(7).sample(range(100), 10)]

    rows = arrange([Who(1, "Maya")], items, [1, 2, 3])

    assert rows == [Row(Who(1, "Maya"), {1: (), 2: tuple(items), 3: ()})]


def test_a_tier_below_every_tier_of_the_school_goes_into_the_first():
    rows = arrange([Who(1, "Maya")], [item(5, tier=1)], [2, 3])

    assert [one.pk for one in rows[0].cells[2]] == [5]


def test_what_people_wrote_is_escaped():
    who = Who(1, "<b>Maya</b>", "4", "<i>Kestrel</i>", "K", ("SPLD",), ("PP",))
    bad = item(
        7, people=("<u>Ann</u>",), outcome="<s>reads</s>", target="<q>20</q>", ends=date(2026, 12, 18), editable=True
    )

    html = rows_html(arrange([who], [bad], [1, 2]), {1: "Wave <1>", 2: "Wave 2"}, frozenset({1}))

    for tag in ("<b>", "<i>", "<u>", "<s>", "<q>", "<1>"):
        assert tag not in html
    assert "&lt;u&gt;Ann&lt;/u&gt; · to 18 Dec 2026 · &lt;s&gt;reads&lt;/s&gt; · target &lt;q&gt;20&lt;/q&gt;" in html


def test_only_what_may_be_changed_links_to_its_editor():
    assert "<a " not in placement_html(item(7))
    assert 'href="/map/placements/7/" data-edit aria-label' in placement_html(item(7, editable=True))
    assert 'href="/map/placements/7/" data-edit autofocus' in placement_html(item(7, editable=True), focus=True)


def test_a_confidential_placement_says_so():
    assert "Confidential" in placement_html(item(7, confidential=True))
    assert "Confidential" not in placement_html(item(7))


def test_a_cell_offers_adding_only_to_those_who_may():
    row = arrange([Who(1, "Maya")], [], [2])[0]

    assert cell_html(row, 2, "Wave 2", may_add=False) == ""
    assert 'href="/map/learners/1/tier/2/add/"' in cell_html(row, 2, "Wave 2", may_add=True)


def test_a_learner_without_sen_or_class_shows_only_a_name():
    html = rows_html(arrange([Who(3, "Ada Bell", sen="N")], [], [1]), {1: "Wave 1"}, frozenset())

    assert "tag" not in html
    assert 'id="learner-3"' in html
    assert "Ada Bell" in html
