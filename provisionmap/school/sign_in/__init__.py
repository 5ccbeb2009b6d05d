"""Signing in: who a session belongs to, the second step, and when a session ends."""
