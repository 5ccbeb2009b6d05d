"""What people do in the drill, as a browser does it: read a page, send its form, keep note of the answer."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from http.client import HTTPException
from random import Random

from benches.client import Answer, Link

from drills.pages import Page
from provisionmap.school.today import today

HX = {"HX-Request": "true"}
KEPT = 3  # how often somebody says "Keep mine" before they give in
SAVED, CLASH, REFUSED, FAILED = "saved", "clash", "refused", "failed"


@dataclass(frozen=True)
class Note:
    """One answer to one act. `seen` is the version of `record` that the form carried, `words` what a refusal showed.

    `value` is the text that was sent, or of an act on several the token of its preview.
    """

    act: str
    ended: str
    by: int
    record: int = 0
    seen: int = 0
    value: str = ""
    words: str = ""
    now: int = 0  # the version that a refusal showed


@dataclass
class Person:
    """Somebody at a browser. Two may share an account, as people do on two computers."""

    number: int
    user: int
    link: Link
    cells: list[int]
    provision: int
    notes: list[Note] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.chance = Random(self.number)

    def work(self, edits: int) -> None:
        """Edit so many cells without a pause, other acts between."""
        for turn in range(1, edits + 1):
            self.do(edit, f"client-{self.number} edit-{turn}", turn)
            other = OTHERS.get((turn + 7 * self.number) % ROUND)
            if other:
                self.do(other, f"client-{self.number} act-{turn}", turn)

    def do(self, act: "Act", value: str, turn: int) -> None:
        """One act; what goes wrong is noted, never passed over."""
        try:
            act(self, value, turn)
        except (OSError, HTTPException, LookupError, ValueError) as error:
            self.note(act.__name__, FAILED, words=repr(error))

    def note(self, act: str, ended: str, **more: object) -> None:
        """Keep what came of an act."""
        self.notes.append(Note(act, ended, self.user, **more))

    def page(self, path: str, **headers: str) -> Page:
        """A page that must be there."""
        answer = self.link.ask("GET", path, **headers)
        if answer.status != 200:
            raise ValueError(f"GET {path} answered {answer.status}")
        return Page(answer.text)

    def told(self, answer: Answer) -> str:
        """What the page says to which an answer leads."""
        if answer.status != 302:
            raise ValueError(f"a form answered {answer.status}: {Page(answer.text).words[:200]}")
        return self.page(answer.headers["Location"]).words


Act = Callable[[Person, str, int], None]


def edit(person: Person, value: str, turn: int) -> None:
    """Write a new outcome into a cell; whoever is refused keeps theirs or, like the button, sends it again."""
    cell = person.chance.choice(person.cells)
    path = f"/map/placements/{cell}/"
    fields = person.page(path, **HX).forms_with("seen")[0].fields | {"outcome": value}
    if turn % 7 == 0:  # shorter and longer: these also move what others may see, and lock the provision
        fields["ends"] = str(today() + timedelta(days=40 + turn % 2))
    for _ in range(KEPT):
        answer = person.link.ask("POST", path, fields, **HX)
        seen = int(fields["seen"])
        said = json.loads(answer.headers.get("HX-Trigger", "{}")).get("said")
        if (answer.status, said) == (200, "Saved"):
            return person.note("edit", SAVED, record=cell, seen=seen, value=value)
        shown = Page(answer.text)
        if answer.status != 409:
            told = answer.status == 422 and "Change its last day first." in shown.words  # the provision ended earlier
            return person.note("edit", REFUSED if told else FAILED, words=f"{answer.status}: {shown.words[:200]}")
        fields = shown.forms_with("seen")[0].fields
        now = int(fields["seen"])
        person.note("edit", CLASH, record=cell, seen=seen, value=value, words=shown.words, now=now)
        if person.chance.random() < 0.5:
            return None
    return None


def undo(person: Person, value: str, turn: int) -> None:
    """Take back the last change, whatever that was."""
    answer = person.link.ask("POST", "/map/undo/", **HX)
    told = json.loads(answer.headers.get("HX-Trigger", "{}"))
    if answer.status != 204:
        person.note("undo", FAILED, words=f"{answer.status}: {Page(answer.text).words[:200]}")
    elif "HX-Refresh" in answer.headers:
        person.note("undo several", SAVED)
    elif str(told.get("said", "")).startswith("Undone:"):
        person.note("undo", SAVED)
    else:
        person.note("undo", REFUSED, words=str(told))


def take_back(person: Person, value: str, turn: int) -> None:
    """Take back an edit, perhaps somebody else's, from the history page."""
    answer = person.link.ask("GET", "/map/history/")
    found = re.findall(r'href="(/map/history/edits/\d+/)"', answer.text)
    if not found:
        return
    path = person.chance.choice(found[:5])
    words = person.told(person.link.ask("POST", f"{path}take-back/"))
    person.note("undo", SAVED if "Taken back:" in words else REFUSED, words=words[:200])


def restore(person: Person, value: str, turn: int) -> None:
    """Make a placement what an earlier version was."""
    cell = person.chance.choice(person.cells)
    forms = person.page(f"/map/placements/{cell}/history/").forms_with("version")
    if not forms:
        return
    fields = person.chance.choice(forms).fields
    seen = int(fields["seen"])
    answer = person.link.ask("POST", f"/map/placements/{cell}/restore/", fields)
    if answer.status == 409:
        shown = Page(answer.text)
        there = "Somebody changed this placement while you were looking" in shown.words
        person.note("restore", CLASH if there else FAILED, record=cell, seen=seen, words=shown.words[:500])
        return
    ended = SAVED if "Restored in" in person.told(answer) else REFUSED
    person.note("restore", ended, record=cell, seen=seen)


def change_provision(person: Person, value: str, turn: int) -> None:
    """Give the provision another dose and last day, which are carried to its placements."""
    path = f"/provisions/{person.provision}/edit/"
    days = timedelta(days=100 + person.chance.randrange(50))
    dose = f"{person.chance.randrange(1, 6)} × {person.chance.randrange(10, 40)}"
    fields = person.page(path).forms_with("seen")[0].fields | {"note": value, "dose": dose, "ends": str(today() + days)}
    answer = person.link.ask("POST", path, fields)
    noted = {"record": person.provision, "seen": int(fields["seen"]), "value": value}
    if answer.status == 409:
        shown = Page(answer.text)
        now = int(shown.forms_with("seen")[0].fields["seen"])
        return person.note("change", CLASH, **noted, words=shown.words, now=now)
    return person.note("change", SAVED if "Saved." in person.told(answer) else REFUSED, **noted)


def end_provision(person: Person, value: str, turn: int) -> None:
    """End the provision earlier, and its placements with it."""
    path = f"/provisions/{person.provision}/"
    on = today() + timedelta(days=50 + person.chance.randrange(40))
    fields = person.page(path).forms_with("seen")[0].fields | {"on": str(on)}
    noted = {"record": person.provision, "seen": int(fields["seen"])}
    words = person.told(person.link.ask("POST", f"{path}end/", fields))
    saved, clash = f"ends on {on:%d/%m/%Y}" in words, "Somebody changed it meanwhile: look again." in words
    person.note("end", SAVED if saved else REFUSED if clash else FAILED, **noted, words="" if saved else words[:200])


def several(person: Person, value: str, turn: int) -> None:
    """Change three placements at once: look at what would come, then do that."""
    day = today() + timedelta(days=45 + person.chance.randrange(20))
    what = person.chance.choice(SEVERAL) | {"placements": ",".join(map(str, person.chance.sample(person.cells, 3)))}
    preview = person.link.ask("POST", "/map/several/", {"on": day, "ends": day} | what | {"do": "preview"})
    forms = Page(preview.text).forms_with("seen")
    if preview.status != 200 or not forms:
        raise ValueError(f"a preview answered {preview.status}: {Page(preview.text).words[:300]}")
    fields = forms[0].fields | {"do": "apply"}
    answer = person.link.ask("POST", "/map/several/", fields)
    shown = Page(answer.text).words
    if answer.status == 302:
        person.note("bulk", SAVED, value=fields["seen"])
    elif answer.status == 409 and any(words in shown for words in MOVED):
        person.note("bulk", CLASH, words=shown[:500])
    else:
        told = answer.status == 422 and "Nothing would change." in shown
        person.note("bulk", REFUSED if told else FAILED, words=f"{answer.status}: {shown[:300]}")


SEVERAL: list[dict[str, str]] = [
    {"act": "dose", "dose": "2 × 25"},
    {"act": "dose", "dose": "4 × 10"},
    {"act": "review", "all_of_them": "on"},
    {"act": "dates"},
    {"act": "end"},
]
MOVED = ("changed by", "the provision itself was changed", "somebody placed or moved learners meanwhile")

# Which other act follows an edit, by its place in a round of fifty; a person's own number moves them all along.
# A new one joins here: it notes what it saved, and drills.history.CARRIES says what it may change in a placement.
ROUND = 50
OTHERS: dict[int, Act] = {
    3: several,
    6: end_provision,
    12: change_provision,
    16: several,
    19: restore,
    25: undo,
    31: take_back,
    35: several,
    37: change_provision,
    44: several,
    0: undo,
}
