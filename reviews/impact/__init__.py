"""What became of it, and how sure anybody can be: change, cohorts, trend, strength of evidence, the prompt. Pure."""
