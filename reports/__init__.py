"""Reports: what is shown: packs, stories and charts (their issue comes later)."""
