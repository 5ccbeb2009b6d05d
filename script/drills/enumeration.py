"""Known and unknown addresses: is the answer the same to the letter, and does it take as long?"""

import argparse
import random
import re
import statistics
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any
from unittest.mock import patch

from benches import ground
from django.test import Client, override_settings
from django.urls import reverse

from drills.ranks import mann_whitney
from provisionmap.school.models import Membership, School, SignInTries, User
from provisionmap.school.roles import Role
from provisionmap.school.sign_in.people import People
from provisionmap.school.today import today

BAR = 0.01  # below this, a difference is taken for one
CHANCE = re.compile(r'(nonce="|name="csrfmiddlewaretoken" value="|name="csrf-token" content=")[^"]*')
FORMS = {
    "sign in": (lambda: reverse("account_login"), lambda email: {"login": email, "password": "not the password"}),
    "forgotten password": (lambda: reverse("school:forgotten"), lambda email: {"email": email}),
}
Sent = tuple[float, int, str]  # seconds, status, what the page said


def known(number: int) -> list[str]:
    """People with a password; of each ten one has left and one never came."""
    school = School.objects.create(name="Asking Primary", set_up_done=True)
    start = today() - timedelta(days=30)
    pattern = User(email="nobody", name="Nobody")
    pattern.set_password("kettle orbit marmalade")
    emails = [f"person{place:03d}@asking.example" for place in range(number)]
    users = User.objects.bulk_create(
        User(email=email, name="Somebody", password="!" if place % 10 == 1 else pattern.password)
        for place, email in enumerate(emails)
    )
    Membership.objects.bulk_create(
        Membership(
            user=user, school=school, role=Role.SENCO, starts=start, ends=start if place % 10 == 2 else None,
        )
        for place, user in enumerate(users)
    )  # fmt: skip
    return emails


def said(text: str, email: str) -> str:
    """What a page says beside the address that was typed and what is new in every answer."""
    return CHANCE.sub("", text).replace(email, "")


def ask_all(form: str, emails: Sequence[str], rng: random.Random) -> dict[str, Sent]:
    """Ask about every address once, in any order, each from a place of its own."""
    path, fields = FORMS[form][0](), FORMS[form][1]
    SignInTries.objects.all().delete()
    found = {}
    for place, email in enumerate(rng.sample(list(emails), len(emails))):
        client, sender = Client(SERVER_NAME="127.0.0.1"), f"10.{place // 62500}.{place // 250 % 250}.{place % 250 + 1}"
        began = time.perf_counter()
        answer = client.post(path, fields(email), REMOTE_ADDR=sender)
        found[email] = (time.perf_counter() - began, answer.status_code, said(answer.text, email))
    return found


def compared(form: str, here: Sequence[str], nowhere: Sequence[str], rng: random.Random) -> dict[str, Any]:
    """The figures of one form."""
    found = ask_all(form, [*here, *nowhere], rng)
    times = [[found[email][0] for email in lot] for lot in (here, nowhere)]
    return {
        "addresses asked": len(found),
        "different answers": len({answer[1:] for answer in found.values()}) - 1,
        "median known, ms": round(statistics.median(times[0]) * 1000, 2),
        "median unknown, ms": round(statistics.median(times[1]) * 1000, 2),
        "p by chance": round(mann_whitney(*times), 4),
    }


def hasty(self: People, request: Any, username: str | None = None, password: str | None = None, **given: Any) -> Any:
    """The control: whoever is unknown is refused without hashing anything."""
    email = username or given.get("email")
    user = User.objects.filter(email=email).first()
    return user if user and user.check_password(password or "") else None


def rounds(number: int, seed: int, forms: Sequence[str] = tuple(FORMS)) -> dict[str, dict[str, Any]]:
    """Every form as it is, and signing in with a leak."""
    rng = random.Random(seed)
    here = known(number)
    nowhere = [email.replace("person", "nobody") for email in here]
    mail: Callable[..., Any] = override_settings(
        SENDS_MAIL=True, EMAIL_BACKEND="django.core.mail.backends.dummy.EmailBackend"
    )
    with mail:
        for form in forms:
            ask_all(form, nowhere[:5], rng)  # what is made once is made
        found = {form: compared(form, here, nowhere, rng) for form in forms}
        with patch.object(People, "authenticate", hasty):
            found["control"] = compared("sign in", here, nowhere, rng)
    return found


def enumeration(asked: argparse.Namespace) -> dict[str, Any]:
    """Known and unknown addresses on every form that takes one without a sign-in."""
    found = rounds(asked.addresses, asked.seed)
    if not asked.json:
        print(f"\nAsking who is known, on {ground.database_name()}: {asked.addresses} known, as many unknown")
        print(f"  {'':<24}" + "".join(f"{name:>22}" for name in found))
        for key in next(iter(found.values())):
            print(f"  {key:<24}" + "".join(f"{one[key]:>22}" for one in found.values()))
    ours = [one for name, one in found.items() if name != "control"]
    same = all(not one["different answers"] and one["p by chance"] > BAR for one in ours)
    return {"forms": found, "held": same and found["control"]["p by chance"] < BAR}
