"""Verbs of the reports app that write."""
