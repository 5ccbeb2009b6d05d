"""Reviews: whether: measures, outcomes, cycles and reviews (their issue comes later)."""
