"""Many people on a few cells at once: is anything lost that was acknowledged? With a control that must lose."""

import argparse
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

from benches import ground
from benches.client import Link
from django.db import connection

from drills.acts import FAILED, Note, Person
from drills.history import Trail
from interventions.actions.provisions import Delivery, Plan, start_provision
from interventions.models import Provision
from provisionmap.demo.build import Size, build
from provisionmap.demo.sign_ins import email_of
from provisionmap.demo.stages import Stage
from provisionmap.school.models import Membership, School, User
from provisionmap.school.roles import Role
from provisionmap.school.today import today

CELLS = 5
USERS = 5  # every other one works on two computers
LEARNERS = 10
NOTHING = "saved, but not in the history"  # from here on every figure must be 0
LOST = (NOTHING, "saved, overwritten unseen")
ROUNDS = {"as it is": "provisionmap.wsgi", "control": "drills.unchecked"}


def people_of(school: School, word: str) -> list[User]:
    """New people who may edit the map: nobody's last change is from another round."""
    users = [
        User.objects.create(email=email_of(f"{word}{number}", 1), name=f"Editor {number}") for number in range(USERS)
    ]
    since = today() - timedelta(days=30)
    Membership.objects.bulk_create(
        [Membership(user=user, school=school, role=Role.SENCO_ASSISTANT, starts=since) for user in users]
    )
    return users


def provision_of(school: School, word: str) -> Provision:
    """A running provision with five learners in it, delivered by one of the school's people."""
    plan = Plan(
        name=f"Drill {word}", tier=2, area="cognition", minutes=15, sessions=3,
        starts=today() - timedelta(days=20), ends=today() + timedelta(days=90),
    )  # fmt: skip
    learners = list(school.learners.order_by("pk")[:CELLS])
    helper = Delivery(user=User.objects.get(email=email_of("teaching_assistant", 1)))
    return start_provision(
        school=school, plan=plan, deliverers=[helper], learners=learners, by=ground.senco()
    )  # fmt: skip


def fight(app: str, people: Sequence[tuple[User, str]], provision: Provision, edits: int) -> tuple[list[Note], float]:
    """Everybody at once against `app`; what they were told, and in how many seconds."""
    cells = list(provision.placements.values_list("pk", flat=True))
    with ground.serving(app, "/map/", people[0][1]) as port, ThreadPoolExecutor(len(people)) as pool:
        clients = [
            Person(number, user.pk, Link(port, cookie), cells, provision.pk)
            for number, (user, cookie) in enumerate(people)
        ]
        began = time.monotonic()
        list(pool.map(lambda one: one.work(edits), clients))
        took = time.monotonic() - began
        for one in clients:
            one.link.link.close()  # a server that stops waits for who is still connected
    return [note for one in clients for note in one.notes], took


def one_round(school: School, name: str, app: str, asked: argparse.Namespace) -> dict[str, Any]:
    """The figures of a round on cells of its own."""
    word = "checked" if app == ROUNDS["as it is"] else "unchecked"
    users, provision = people_of(school, word), provision_of(school, word)
    people = [(user, ground.signed_in(user)[1]) for user in (users[place % USERS] for place in range(asked.clients))]
    connection.close()  # the server is about to write: nothing of ours stays open meanwhile
    notes, took = fight(app, people, provision, asked.edits)
    cells = list(provision.placements.values_list("pk", flat=True))
    for note in [note for note in notes if note.ended == FAILED][:5]:
        print(f"{name}: {note.act}: {note.words}", file=sys.stderr)
    figures = Trail(cells=cells, provision=provision.pk, users=users, notes=notes).count()
    return {"edits tried": asked.clients * asked.edits, **figures, "seconds": round(took, 1)}


def show(database: str, asked: argparse.Namespace, found: dict[str, dict[str, Any]]) -> None:
    """The table."""
    print(f"\nLost updates on {database}: {asked.clients} people at once, {asked.edits} edits each, on {CELLS} cells")
    print(f"  {'':<50}" + "".join(f"{name:>12}" for name in found))
    for key in next(iter(found.values())):
        print(f"  {key:<50}" + "".join(f"{one[key]:>12,}" for one in found.values()))


def lost_updates(asked: argparse.Namespace) -> dict[str, Any]:
    """As it is, then without the version check. It held when the first lost nothing and the second did."""
    school = build(size=Size(LEARNERS, LEARNERS, Stage.AUTUMN), number=1, seed=7, today=today())
    found = {name: one_round(school, name, app, asked) for name, app in ROUNDS.items()}
    ours, control = found.values()
    must = list(ours)[list(ours).index(NOTHING) : -1]
    held = not any(ours[key] for key in must) and ours["edits saved (200)"] == ours["edits in the history"] > 0
    seen = any(control[key] for key in LOST)
    if not asked.json:
        show(ground.database_name(), asked, found)
        print("  As it is:", "nothing was lost." if held else "NOT HELD.")
        print("  Control:", "it lost, and the drill saw it." if seen else "NOTHING LOST: this drill proves nothing.")
    return {"clients": asked.clients, "edits": asked.edits, "rounds": found, "held": held and seen}
