"""How pages are made: no models, nothing of ours imported."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    """Fragments, paging, error pages, logs and the form renderer."""

    name = "provisionmap.web"
    label = "web"
