"""Screens of the learners app."""
