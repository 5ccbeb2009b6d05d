"""How forms are drawn: our own field template, so that labels, help and errors belong to their field."""

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.forms import ModelMultipleChoiceField, Select
from django.forms.renderers import TemplatesSetting
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from provisionmap.web import typed

YEARS = range(2000, 2100)  # of everything a school plans; beyond them lie slips of the keyboard


class Renderer(TemplatesSetting):
    """Django's forms through our templates."""

    form_template_name = "web/form.html"
    field_template_name = "web/field.html"


def check_year(day: date) -> None:
    """Raises ValidationError for a day that no school plans."""
    if day.year not in YEARS:
        raise ValidationError(f"Check the year: it has to lie between {YEARS[0]} and {YEARS[-1]}.")


class TickedField(ModelMultipleChoiceField):
    """Ticked records; a number that no database holds is nobody's."""

    def clean(self, value: Any) -> Any:
        """The records; the error says which choice is not one."""
        return super().clean([typed.number(str(one)) for one in value or ()])


class PlainSelect(Select):
    """A flat list of choices drawn by string: Django's own renders a template for every option.

    Ten lists of filters cost the map's page more than its rows did (docs/performance.md).
    """

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> SafeString:
        """The same HTML, give or take white space."""
        chosen = set(self.format_value(value))
        options = ((key, SafeString(" selected") if str(key) in chosen else "", words) for key, words in self.choices)
        inside = format_html_join("", '<option value="{}"{}>{}</option>', options)
        return format_html(
            '<select name="{}"{}>{}</select>', name, flatatt(self.build_attrs(self.attrs, attrs)), inside
        )
