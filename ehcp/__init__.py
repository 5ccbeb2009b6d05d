"""Ehcp: what the law owes: plans, Section F and the clocks (their issue comes later)."""
