"""Who can sign in to the demo: one of each role, one password for all, and how that is printed."""

from dataclasses import dataclass

from provisionmap.school.roles import LABELS, Role

PASSWORD = "oakfield-is-not-real"  # noqa: S105 - printed for everybody: the school is fictional
DOMAIN = "oakfield.example"


@dataclass(frozen=True)
class SignIn:
    """One person of the demo whose sign-in is printed."""

    role: Role
    name: str
    sees: str


SIGN_INS = (
    SignIn(Role.SENCO, "Priya Nair", "everything; edits the map, the library, learners and settings"),
    SignIn(Role.SENCO_ASSISTANT, "Joss Amberwick", "edits the map and learners, imports pupil lists"),
    SignIn(Role.CLASS_TEACHER, "Martin Hale", "own class; edits tier 1 on the map"),
    SignIn(Role.TEACHING_ASSISTANT, "Keira Flynn", "learners of the groups she runs"),
    SignIn(Role.HEAD, "Adaobi Clovermere", "reads every learner and the costs, less what is confidential"),
    SignIn(Role.GOVERNOR, "Walter Reedholme", "no names; reports come later"),
    SignIn(Role.EXTERNAL, "Dr Selin Tanseyvale", "specialist teacher: learners shared with her"),
    SignIn(Role.ADMINISTRATOR, "Bethan Copperfold", "people, terms and imports"),
)


def email_of(word: str, school: int) -> str:
    """The address of `word` at the school of that number; the first school has the short domain."""
    return f"{word.replace('_', '-')}@{DOMAIN if school == 1 else f'school{school}.{DOMAIN}'}"


def announcement(address: str, schools: list[str]) -> str:
    """What the demo prints: who can sign in, with which password, and where."""
    rows = [(LABELS[one.role], email_of(one.role.value, 1), one.sees) for one in SIGN_INS]
    first, second = (max(len(row[column]) for row in rows) + 2 for column in (0, 1))
    people = [f"  {role:<{first}}{email:<{second}}{sees}" for role, email, sees in rows]
    more = [f"  The other schools sign in as senco@school2.{DOMAIN} and so on."] if len(schools) > 1 else []
    return "\n".join(
        [
            "",
            *(f"  {line}" for line in schools),
            "",
            *people,
            *more,
            "",
            f"  Password for all   {PASSWORD}",
            f"  Address            {address}",
            "",
        ]
    )
