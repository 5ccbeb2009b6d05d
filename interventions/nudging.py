"""The mail that asks a colleague to log sessions: how many and on which days, and no learner."""

from __future__ import annotations

from datetime import date

from interventions.origin import link_to
from interventions.owed import unsaid
from interventions.unsaid import by_person, days_in_words
from provisionmap.school.models import School, User
from provisionmap.school.sending import send

MAIL = (
    "Somebody who looks after provision at {school} asks you to say how these sessions went: {sessions} of yours "
    "that nobody has logged.\n\n{days}\n\nOne tap each, if all went as planned: open Today{link}.\n\n"
    "If a session did not take place, say so and why: that counts as logged, too.\n"
)


def counted(sessions: int) -> str:
    """How many, in words.

    >>> counted(1), counted(2)
    ('1 session', '2 sessions')
    """
    return f"{sessions} session{'' if sessions == 1 else 's'}"


def write_nudge(school: School, user: User, origin: str, day: date) -> bool:
    """Mail `user` what of theirs is still to be logged; False where that is nothing, or the mail was held back."""
    held = unsaid(school=school, user=user, day=day, own=True)
    gap = next((one for one in by_person(held) if one.pk == user.pk), None)
    if gap is None:
        return False
    link = link_to("interventions:today", origin)
    words = MAIL.format(
        school=school.name, sessions=counted(gap.sessions), days=days_in_words(gap.days),
        link=f" at {link}" if link else "",
    )  # fmt: skip
    return send(f"{counted(gap.sessions)} to log", words, user.email)
