"""Verbs of the interventions app that write, by noun."""
