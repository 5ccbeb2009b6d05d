"""The ground floor: schools, people, roles, calendar and audit."""

from django.apps import AppConfig


class SchoolConfig(AppConfig):
    """School, people, calendar, roles and audit."""

    name = "provisionmap.school"
    label = "school"
