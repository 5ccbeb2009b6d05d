"""The reviews app."""

from django.apps import AppConfig


class ReviewsConfig(AppConfig):
    """Whether: measures, outcomes, cycles and reviews (their issue comes later)."""

    name = "reviews"
