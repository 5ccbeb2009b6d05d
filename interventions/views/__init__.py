"""Screens of the interventions app."""
