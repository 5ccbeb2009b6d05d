"""The reports app."""

from django.apps import AppConfig


class ReportsConfig(AppConfig):
    """What is shown to others: everything held about a learner, and the file that goes with them to another school."""

    name = "reports"
