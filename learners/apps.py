"""The learners app."""

from django.apps import AppConfig


class LearnersConfig(AppConfig):
    """Who: learners, groups, SEN provision and passports."""

    name = "learners"
