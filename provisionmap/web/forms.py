"""How forms are drawn: our own field template, so that labels, help and errors belong to their field."""

from typing import Any

from django.forms import Select
from django.forms.renderers import TemplatesSetting
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString


class Renderer(TemplatesSetting):
    """Django's forms through our templates."""

    form_template_name = "web/form.html"
    field_template_name = "web/field.html"


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
