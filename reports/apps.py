"""The reports app."""

from django.apps import AppConfig


class ReportsConfig(AppConfig):
    """What is shown: packs, stories and charts (their issue comes later)."""

    name = "reports"
