"""How lists of choices are drawn."""

import re

import pytest
from django import forms

from provisionmap.web.forms import PlainSelect

CHOICES = [("", "All years"), ("1", "Year 1"), (2, "<b>Year 2</b>"), ('"', "Quote & more")]


def squeezed(html):
    """White space between tags means nothing."""
    return re.sub(r"\s*\n\s*", "", html)


@pytest.mark.parametrize("value", ["", "1", 2, '"', None, "nothing of these"])
def test_a_list_is_drawn_as_django_draws_it(value):
    ours, theirs = (kind(choices=CHOICES, attrs={"class": 'a"b'}) for kind in (PlainSelect, forms.Select))

    drawn = ours.render("year", value, attrs={"id": "id_year", "disabled": True})

    assert squeezed(drawn) == squeezed(theirs.render("year", value, attrs={"id": "id_year", "disabled": True}))
    assert "<b>" not in drawn
