"""Subjects of the national curriculum, and what else a timetable holds. Pure.

Source: National curriculum in England, framework document, 3.7 (subjects by key stage), with phonics, reading
and writing apart from English because support is planned for them apart.
"""

SUBJECTS: dict[str, str] = {
    "reading": "Reading",
    "phonics": "Phonics",
    "writing": "Writing and spelling",
    "english": "English",
    "maths": "Mathematics",
    "science": "Science",
    "languages": "Languages",
    "humanities": "History and geography",
    "re": "Religious education",
    "arts": "Art, design and music",
    "computing": "Computing",
    "dt": "Design and technology",
    "pe": "Physical education",
    "pshe": "PSHE and relationships education",
}
SUBJECT_CHOICES: list[tuple[str, str]] = list(SUBJECTS.items())
