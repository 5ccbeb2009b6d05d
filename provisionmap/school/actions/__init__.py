"""Verbs of the ground floor that write, by noun."""

from provisionmap.school.actions.account import change_preferences
from provisionmap.school.actions.people import add_person
from provisionmap.school.actions.school import start_school

__all__ = ["add_person", "change_preferences", "start_school"]
