"""The interventions app."""

from django.apps import AppConfig


class InterventionsConfig(AppConfig):
    """What: the library, provisions, placements and the map."""

    name = "interventions"
