"""What the adults of the fictional school write when they log a session."""

GROUP_NOTES = (
    "Good session. They remembered last week's words.",
    "Slow start after PE; all finished the first half.",
    "Shorter today: assembly ran over.",
    "Played the matching game first, then the sheet. That order works better.",
    "Two asked to do it again. Next step tomorrow.",
    "Noisy corridor. The other room would suit us better.",
    "Everybody tried the harder step with one prompt.",
    "Needed the visual steps on the table again.",
)
LEARNER_NOTES = (
    "Read every card without help.",
    "Tired; needed a break half-way.",
    "Explained it to the others.",
    "Unsure at first, then joined in.",
    "Upset after lunch. Sat beside me and listened.",
    "Three right in a row for the first time.",
    "Asked for help in a full sentence.",
    "Wanted to finish the page before going back.",
    "Lost focus with the noise outside.",
)
OTHER_REASONS = ("Whole-school rehearsal.", "Class photographs.", "Fire drill took the session.")
ROOM_REASONS = ("The room was in use for a meeting.", "Dentist's visit in our room.")
CATCH_UP = "Instead of the one that fell out."

# Maya's, in the order of time: of the group first, then of the specialist teacher's lessons.
MAYA = {
    "precision-teaching": (
        (2, "b and d go round when she hurries. 18 a minute."),
        (3, "19 a minute. Knows the word when she hears it."),
        (3, "21 a minute, from cream paper. Five errors, all b or d."),
        (4, "Colour cues for b and d from today. Two errors."),
        (4, "26 a minute. Corrects herself with the cue card."),
        (5, "29 a minute and very proud of it."),
        (4, "31 a minute. Now without the cue card for d."),
        (5, "34 a minute. Keeps last term's words."),
        (5, "37 a minute; asked to take the cards home."),
    ),
    "structured-phonics": (
        (3, "Closed syllables: blends well, spelling needs the tiles."),
        (4, "Spelled 7 of 10 with tiles, 4 of 10 in writing."),
        (4, "Read a whole page. Tracking with the cream overlay."),
        (5, "9 of 10 with tiles. Wrote two sentences by herself."),
        (4, "New: ch and sh. Mixed up at speed, sure when slow."),
        (5, "Read to me without stopping. Chose the next book."),
    ),
}
