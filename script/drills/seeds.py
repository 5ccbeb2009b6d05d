"""Honest pupil lists, transfer files and provision maps of an invented school: what a drill of imports begins with."""

import csv
import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from random import Random

from interventions.sheet import HEADINGS as OWN
from learners.upn import check_letter
from provisionmap.demo.names import child_names

ON_REGISTER = 24  # the school has these children; the others it does not know
LARGEST = 200_000  # bytes of a real file that is used as a seed
Table = list[list[str]]


@dataclass(frozen=True)
class Child:
    """Somebody invented."""

    upn: str
    surname: str
    forename: str
    born: date
    year: str
    group: str


def children(count: int = 40) -> list[Child]:
    """The same children each time; the first of them are on the register."""
    rng, found = Random(12), []
    names = child_names(rng)
    for place in range(count):
        forename, surname, _ = next(names)
        year = place % 6 + 1
        born = date(2026 - year - 5, 9, 1) + timedelta(days=rng.randrange(365))
        found.append(Child(upn_of(place), surname, forename, born, str(year), f"{year}{'AB'[place % 2]}"))
    return found


def upn_of(place: int) -> str:
    """A well-formed number that stands in nobody's list."""
    number = f"9994001{20 + place // 1000}{place % 1000:03}"
    return check_letter("A" + number) + number


CHILDREN = children()


def some(rng: Random, at_least: int = 3) -> list[tuple[str, Child]]:
    """Children as a list might name them, each with the UPN it gives: their own, another's shape, or none.

    Most names are of children on the register, so that a reader which trusts a name is found out.
    """
    found = []
    for child in rng.sample(CHILDREN, rng.randrange(at_least, 10)):
        given = rng.choices(
            (child.upn, upn_of(rng.randrange(5000, 9000)), "", child.upn.lower()), weights=(5, 3, 1, 1)
        )[0]
        found.append((given, child))
    return found


def pupil_list(rng: Random) -> Table:
    """A list under one of the sets of headings that systems write."""
    rows = some(rng)
    day = rng.choice(("%d/%m/%Y", "%Y-%m-%d", "%d %b %Y"))
    sen = [rng.choice((("N", ""), ("K", "SLCN"), ("K", "SPLD"), ("E", "ASD"), ("", ""))) for _ in rows]
    joined = f"{date(2022, 9, 1):{day}}"
    shapes: list[Callable[[], Table]] = [
        lambda: [
            ["UPN", "Legal Surname", "Legal Forename", "Date of Birth", "Gender", "Year", "Reg Group", "SEN Status",
             "Primary SEN Need", "Pupil Premium", "Date of Admission", "House"],
            *[[upn, c.surname, c.forename, f"{c.born:{day}}", rng.choice("FM"), f"Year {c.year}", c.group, code, need,
               rng.choice("YN"), joined, "Oak"] for (upn, c), (code, need) in zip(rows, sen, strict=True)],
        ],
        lambda: [
            ["Surname", "Forename", "Middle name(s)", "Date of birth", "Sex", "UPN"],
            *[[c.surname, c.forename, "Jo", f"{c.born:{day}}", rng.choice("fM"), upn] for upn, c in rows],
        ],
        lambda: [
            ["Name", "DOB", "UPN", "Former UPN", "NC Year", "SEN"],
            *[[f"{c.surname}, {c.forename}", f"{c.born:{day}}", upn, rng.choice(("", c.upn)), c.year, code]
              for (upn, c), (code, _) in zip(rows, sen, strict=True)],
        ],
    ]  # fmt: skip
    return rng.choice(shapes)()


def provision_map(rng: Random) -> Table:
    """A map in one of the shapes that schools draw, or as our own export writes it."""
    rows = some(rng)
    acts = ("Nessy 3 x 20 mins TA", "Seating plan", "Lego therapy 20-30 mins", "Talk group, weekly", "SALT 2 x 30",
            "Precision teaching 3 x 10 mins; Word mats", "Booster 15mins x4 per week", "")  # fmt: skip
    shapes: list[Callable[[], Table]] = [
        lambda: [
            ["UPN", "Pupil", "Year", "Primary need", "Wave 1", "Wave 2", "Wave 3"],
            *[[upn, f"{c.surname}, {c.forename}", f"Year {c.year}", "SLCN", *rng.choices(acts, k=3)]
              for upn, c in rows],
        ],
        lambda: [
            ["Pupil", "Class", "Intervention", "Wave", "Time", "Start", "End", "Staff", "Outcome", "Area"],
            *[[f"{c.forename} {c.surname}", c.group, rng.choice(("Nessy", "Lego", "Talk")), rng.choice("123"),
               rng.choice(("3 x 20 mins", "20-30 mins", "daily", "")), "07/09/2026", "18/12/2026",
               rng.choice(("TA", "Mrs Hill (TA)", "")), "Reads 30 words", "Cognition and learning"] for _, c in rows],
        ],
        lambda: [
            ["Area of need", "Wave 1", "Wave 2", "Wave 3"],
            *[[area, *rng.choices(acts, k=3)] for area in ("Cognition and learning", "SEMH", "Sensory")],
        ],
        lambda: [
            ["Provision", "Tier", "Area", "Pupils", "Sessions a week", "Minutes a session"],
            *[[rng.choice(("Nessy", "Lego")), rng.choice("123"), "SEMH", f"{c.forename} {c.surname}; {upn}", "3", "20"]
              for upn, c in rows],
        ],
        lambda: own_sheet(rows, rng),
    ]  # fmt: skip
    return rng.choice(shapes)()


def own_sheet(rows: list[tuple[str, Child]], rng: Random) -> Table:
    """What our own export writes."""
    table = [list(OWN)]
    for place, (upn, child) in enumerate(rows):
        held = {
            "UPN": upn, "Surname": child.surname, "Forename": child.forename, "Year group": f"Year {child.year}",
            "Class": child.group, "SEN provision": "K", "Needs": "SLCN", "Provision no.": str(place // 2 + 1),
            "Provision": f"Talk {place // 2}", "Tier": "2", "Area of need": "Cognition and learning",
            "Sessions a week": "3", "Minutes a session": "20", "From": "07/09/2026", "To": "18/12/2026",
            "Delivered by": "Mrs Hill (Teaching assistant)", "Outcome": "Speaks", "Provision from": "07/09/2026",
            "Provision to": "18/12/2026", "Confidential": rng.choice(("", "Provision")), "Note": "=1+1",
        }  # fmt: skip
        table.append([held.get(heading, "") for heading in OWN])
    return table


def transfer_file(rng: Random) -> str:
    """A Common Transfer File, or a census return."""
    pupils = "".join(_pupil(upn, child, rng) for upn, child in some(rng))
    if rng.random() < 0.25:
        pupils = pupils.replace("Pupil>", "PupilOnRoll>")
        return f"<Message><PupilsOnRoll>{pupils}</PupilsOnRoll></Message>"
    head = "<Header><DocumentName>Common Transfer File</DocumentName><CTFversion>25.0</CTFversion></Header>"
    declaration = '<?xml version="1.0" encoding="utf-8"?>\n'
    return f"{declaration}<CTfile>{head}\n<CTFpupilData>\n{pupils}</CTFpupilData></CTfile>\n"


def _pupil(upn: str, child: Child, rng: Random) -> str:
    return (
        f"<Pupil><UPN>{upn}</UPN><Surname>{child.surname}</Surname><Forename>{child.forename}</Forename>"
        f"<DOB>{child.born}</DOB><Sex>{rng.choice('FM')}</Sex><BasicDetails><FormerUPN></FormerUPN>"
        f"<NCyearActual>{child.year}</NCyearActual><Languages><Type><LanguageType>F</LanguageType>"
        "<Language>PAN</Language></Type></Languages></BasicDetails><SENhistory><SEN><StartDate>2024-09-01</StartDate>"
        "<SENprovision>K</SENprovision></SEN><SENneeds><SENneed><SENtypeRank>1</SENtypeRank><SENtype>SLCN</SENtype>"
        "</SENneed></SENneeds></SENhistory><Contacts><Contact><Title>Mrs</Title>"
        f"<Surname>{child.surname}</Surname><Forename>Ann</Forename><Relationship>PAM</Relationship>"
        "<Email>ann@home.example</Email></Contact></Contacts></Pupil>\n"
    )


def as_json(table: Table) -> str:
    """A list as programs hand it on."""
    return json.dumps({"pupils": [dict(zip(table[0], row, strict=False)) for row in table[1:]]}, ensure_ascii=False)


@dataclass
class RealFiles:
    """Files of a folder, as further seeds: tables and transfer files of other people's systems."""

    tables: list[Table]
    texts: list[str]

    @staticmethod
    def under(folder: Path | None) -> "RealFiles":
        """Whatever table or XML stands under `folder`; none without one."""
        found = RealFiles([], [])
        for path in sorted(folder.rglob("*")) if folder else ():
            if not path.is_file() or path.stat().st_size > LARGEST:
                continue
            text = path.read_text("utf-8-sig", "replace")
            if path.suffix == ".xml":
                found.texts.append(text)
            elif path.suffix in (".csv", ".tsv"):
                separator = "\t" if path.suffix == ".tsv" else ","
                found.tables.append(list(csv.reader(io.StringIO(text), delimiter=separator))[:200])
        found.tables = [table for table in found.tables if table]
        return found
