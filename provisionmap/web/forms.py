"""How forms are drawn: our own field template, so that labels, help and errors belong to their field."""

from django.forms.renderers import TemplatesSetting


class Renderer(TemplatesSetting):
    """Django's forms through our templates."""

    form_template_name = "web/form.html"
    field_template_name = "web/field.html"
