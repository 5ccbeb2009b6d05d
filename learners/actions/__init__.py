"""Verbs of the learners app, by noun."""
