"""Reports: what is shown to others: a learner's whole record, and their transfer file. Packs and charts come later."""
