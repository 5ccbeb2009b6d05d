"""The areas of need, and which type of need belongs to which. Pure.

Source: SEND Code of Practice 2015, 6.28–6.35; docs/domain.md, "Codes".
"""

AREAS: dict[str, str] = {
    "cognition": "Cognition and learning",
    "communication": "Communication and interaction",
    "semh": "Social, emotional and mental health",
    "sensory": "Sensory and/or physical",
    "other": "Other support (not SEND)",
}
AREA_CHOICES: list[tuple[str, str]] = list(AREAS.items())
