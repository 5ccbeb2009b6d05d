"""Staff as a person pastes them: a line each with name, e-mail address and role, in any order. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from provisionmap.school.roles import LABELS, Role

MOST_LINES = 200
SEPARATORS = re.compile(r"[,;\t|]")
# One "@" with something on both sides and a dot behind it: the form's own check is stricter, this one finds.
EMAIL = re.compile(r"[^@\s<>]+@[^@\s<>]+\.[^@\s<>]+")
OTHER_WORDS: dict[str, Role] = {
    "sendco": Role.SENCO,
    "assistant senco": Role.SENCO_ASSISTANT,
    "deputy senco": Role.SENCO_ASSISTANT,
    "teacher": Role.CLASS_TEACHER,
    "subject teacher": Role.CLASS_TEACHER,
    "ta": Role.TEACHING_ASSISTANT,
    "hlta": Role.TEACHING_ASSISTANT,
    "lsa": Role.TEACHING_ASSISTANT,
    "learning support assistant": Role.TEACHING_ASSISTANT,
    "head": Role.HEAD,
    "headteacher": Role.HEAD,
    "head teacher": Role.HEAD,
    "deputy head": Role.HEAD,
    "slt": Role.HEAD,
    "senior leader": Role.HEAD,
    "external": Role.EXTERNAL,
    "educational psychologist": Role.EXTERNAL,
    "speech and language therapist": Role.EXTERNAL,
    "admin": Role.ADMINISTRATOR,
    "administrator": Role.ADMINISTRATOR,
    "office": Role.ADMINISTRATOR,
}
ROLE_WORDS = {label.casefold(): role for role, label in LABELS.items()} | OTHER_WORDS
NO_ROLE = "Name a role, such as class teacher, teaching assistant or SENCO."
HEADINGS = {"name", "email", "e-mail", "e-mail address", "email address", "role"}


@dataclass(frozen=True)
class StaffLine:
    """One line that can be read."""

    number: int
    name: str
    email: str
    role: Role


@dataclass(frozen=True)
class BadLine:
    """One line that can't: which, what stands there, and what to do."""

    number: int
    value: str
    remedy: str


def read_staff(text: str) -> tuple[list[StaffLine], list[BadLine]]:
    """The lines of a pasted staff list; blank lines and one of headings are passed over.

    >>> read_staff("Ada Hill, ada@school.example, TA")[0]
    [StaffLine(number=1, name='Ada Hill', email='ada@school.example', role=<Role.TEACHING_ASSISTANT: \
'teaching_assistant'>)]
    >>> read_staff("Hill; Ada; ADA@school.example; wizard")[1][0].remedy
    'Name a role, such as class teacher, teaching assistant or SENCO.'
    """
    good: list[StaffLine] = []
    bad: list[BadLine] = []
    seen: dict[str, int] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        parts = [" ".join(part.split()).strip("\"'") for part in SEPARATORS.split(line)]
        parts = [part for part in parts if part]
        if not parts or {part.casefold() for part in parts} <= HEADINGS:
            continue
        if len(good) + len(bad) >= MOST_LINES:
            bad.append(BadLine(number, "", f"Paste at most {MOST_LINES} lines at once."))
            break
        read = _read(number, parts)
        if isinstance(read, StaffLine) and read.email in seen:
            read = BadLine(
                number, read.email, f"This e-mail address stands in line {seen[read.email]} too. Remove one."
            )
        if isinstance(read, StaffLine):
            seen[read.email] = number
            good.append(read)
        else:
            bad.append(read)
    return good, bad


def _read(number: int, parts: list[str]) -> StaffLine | BadLine:
    email = next((found[0] for part in parts if (found := EMAIL.search(part))), "")
    role = next((ROLE_WORDS[part.casefold()] for part in parts if part.casefold() in ROLE_WORDS), None)
    rest = [part for part in parts if "@" not in part]
    if not email:
        return BadLine(number, ", ".join(parts), "Give a whole e-mail address, such as name@school.sch.uk.")
    if role is None:
        return BadLine(
            number, rest[-1] if rest else "", "Name a role, such as class teacher, teaching assistant or SENCO."
        )
    names = [part for part in rest if part.casefold() not in ROLE_WORDS]
    # "Hill, Ada" is how registers write Ada Hill.
    name = " ".join(reversed(names)) if len(names) == 2 else " ".join(names)
    if not name:
        return BadLine(number, email, "Give the person's name as well.")
    if len(name) > 120 or len(email) > 254:
        return BadLine(number, email[:60], "This name or e-mail address is too long. Check the line.")
    return StaffLine(number, name, email.casefold(), role)
