"""Ten thousand guesses at one account: how many are looked at, does the right password open, and who is locked out?"""

import argparse
import itertools
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

from benches import ground
from django.contrib.auth.signals import user_login_failed
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import timezone

from provisionmap.school import throttle
from provisionmap.school.models import Membership, School, SignInTries, User
from provisionmap.school.roles import Role
from provisionmap.school.today import today

PASSWORD = "kettle orbit marmalade"  # noqa: S105 (of somebody who was made up)
ADDRESSES = 500
STAFF = 60
OWNER = "10.99.0.1"
# Hashing is slow on purpose. Which guesses are looked at does not depend on it, and it would take an hour.
QUICK = ["django.contrib.auth.hashers.MD5PasswordHasher"]
LOOKED_AT, OPENED, WAITS = "guesses looked at", "of them opened the account", "told to wait"


def people(number: int) -> list[User]:
    """Colleagues with a password, the first of them guessed at."""
    school = School.objects.create(name="Guessing Primary", set_up_done=True)
    since = today() - timedelta(days=30)
    made = []
    for place in range(number):
        user = User(email=f"person{place}@guessing.example", name=f"Person {place}")
        user.set_password(PASSWORD)
        user.save()
        Membership.objects.create(user=user, school=school, role=Role.SENCO, starts=since)
        made.append(user)
    return made


def try_one(email: str, password: str, sender: str, forwarded: str = "") -> int:
    """One try from a browser that is new; its status."""
    more = {"HTTP_X_FORWARDED_FOR": forwarded} if forwarded else {}
    sent = {"login": email, "password": password}
    return int(
        Client(SERVER_NAME="127.0.0.1").post(reverse("account_login"), sent, REMOTE_ADDR=sender, **more).status_code
    )


@contextmanager
def failures() -> Iterator[list[int]]:
    """Counts passwords that were compared and found wrong."""
    counted = [0]

    def one_more(**given: Any) -> None:
        counted[0] += 1

    user_login_failed.connect(one_more)
    try:
        yield counted
    finally:
        user_login_failed.disconnect(one_more)


def senders(way: str, number: int) -> Iterator[tuple[str, str]]:
    """Where each guess comes from, and what it says it was forwarded for."""
    for at in range(number):
        forged = f"192.0.2.{at % 250}"
        yield {
            "one address": ("10.0.0.1", ""),
            "many addresses": (f"10.1.{at % ADDRESSES // 250}.{at % ADDRESSES % 250 + 1}", ""),
            "forged, no proxy": ("10.2.0.1", forged),
            "forged, behind our proxy": ("127.0.0.1", f"{forged}, 10.3.0.1"),
            "control": ("10.4.0.1", ""),
        }[way]


def one_round(way: str, owner: User, number: int) -> dict[str, int]:
    """All guesses of one kind. From each place the eleventh is the right password, and so is every one after it."""
    SignInTries.objects.all().delete()
    told: Counter[int] = Counter()
    before: Counter[str] = Counter()
    # All within one moment: on a slow machine the guesses would last for several counts of five minutes.
    moment = timezone.now()
    still = patch.object(throttle, "timezone", SimpleNamespace(now=lambda: moment))
    with override_settings(TRUSTED_PROXY_COUNT=int("our proxy" in way)), still, failures() as wrong:
        for at, (sender, forwarded) in enumerate(senders(way, number)):
            place = "one" if "forged" in way else sender
            before[place] += 1
            right = before[place] > throttle.MOST_TRIES
            told[try_one(owner.email, PASSWORD if right else f"wrong guess {at}", sender, forwarded)] += 1
    looked_at = wrong[0] + told[302]
    return {
        "guesses": number,
        LOOKED_AT: looked_at,
        OPENED: told[302],
        WAITS: told[429],
        "the owner elsewhere gets in": int(try_one(owner.email, PASSWORD, OWNER) == 302),
    }


def rounds(owner: User, number: int) -> dict[str, dict[str, int]]:
    """Every way, and one with the counting taken away."""
    few = max(4 * throttle.MOST_TRIES, number // 10)
    found = {way: one_round(way, owner, number) for way in ("one address", "many addresses")}
    found |= {way: one_round(way, owner, few) for way in ("forged, no proxy", "forged, behind our proxy")}
    with patch.object(throttle, "take_try", lambda *given, **named: True):
        found["control"] = one_round("control", owner, 4 * throttle.MOST_TRIES)
    return found


def everybody_gets_in(users: list[User]) -> int:
    """How many of a school's staff get in within a minute, all behind one address, each after one slip."""
    SignInTries.objects.all().delete()
    tries = itertools.product(users, ("a slip of the finger", PASSWORD))
    return sum(try_one(user.email, password, "10.5.0.1") == 302 for user, password in tries)


def held(found: dict[str, dict[str, int]], number: int) -> bool:
    """Ten guesses a place and no more, none opened, and nobody locked out; the control opened it."""
    most = dict.fromkeys(found, throttle.MOST_TRIES) | {"many addresses": throttle.MOST_TRIES * min(number, ADDRESSES)}
    ours = {way: one for way, one in found.items() if way != "control"}
    kept = all(one[LOOKED_AT] <= most[way] and not one[OPENED] for way, one in ours.items())
    return kept and all(one["the owner elsewhere gets in"] for one in found.values()) and found["control"][OPENED] > 0


def guessing(asked: argparse.Namespace) -> dict[str, Any]:
    """Guesses at one account from one place, from five hundred, and with forged addresses."""
    with override_settings(PASSWORD_HASHERS=QUICK):
        users = people(STAFF)
        found = rounds(users[0], asked.guesses)
        staff = everybody_gets_in(users)
    if not asked.json:
        print(f"\nGuessing on {ground.database_name()}: {asked.guesses:,} guesses, five minutes' worth")
        print(f"  {'':<30}" + "".join(f"{name:>26}" for name in found))
        for key in next(iter(found.values())):
            print(f"  {key:<30}" + "".join(f"{one[key]:>26,}" for one in found.values()))
        print(f"  Of {STAFF} colleagues behind one address {staff} get in, each after one slip.")
    return {"rounds": found, "staff": staff, "held": held(found, asked.guesses) and staff == STAFF}
