"""How many years from birth a school keeps its learners' records, and within which bounds it may choose. Pure.

Source: docs/retention.md, "The rule".
"""

SEN_YEARS, PUPIL_YEARS = 31, 25  # what the guidance for schools says
LEAST_YEARS, MOST_YEARS = 25, 40
