"""A proxy that keeps pages, before two people of two schools: does either ever read what is the other's?

The proxy is nginx with a cache for everything. It keeps what the headers of the product let it keep. In the control it
is told to pay no heed to them, and must hand the children of one school to the other.
"""

import argparse
from typing import Any

from benches import ground
from benches.client import Link
from django.urls import reverse

from drills.proxy import proxied
from learners.models import Learner
from provisionmap.school.models import Membership, School, User
from provisionmap.school.roles import Role
from provisionmap.school.today import today

KEEPS = "proxy_cache kept; proxy_cache_key $request_uri; proxy_cache_valid any 5m;"
HEEDLESS = f"{KEEPS} proxy_ignore_headers Cache-Control Expires Set-Cookie Vary X-Accel-Expires;"


def school_with(name: str, surname: str) -> User:
    """A school of its own, a SENCO and a child with a name that is nowhere else."""
    school = School.objects.create(name=f"{name} Primary", set_up_done=True)
    user = User.objects.create(email=f"senco@{name.lower()}.example", name=f"Senco of {name}")
    Membership.objects.create(user=user, school=school, role=Role.SENCO, starts=today())
    Learner.objects.create(school=school, surname=surname, forename="Ada")
    return user


def crossings(links: list[Link], words: list[str], asked: int) -> tuple[int, int]:
    """How often one read the other's word when both ask in turn, and how often their own."""
    pages = [reverse(name) for name in ("learners:register", "interventions:map", "school:account", "learners:audit")]
    crossed = own = 0
    for number in range(asked):
        at = number % 2
        headers = {"HX-Request": "true"} if number % 7 == 0 else {}
        text = links[at].get(pages[number // 2 % len(pages)], **headers).decode(errors="replace")
        crossed += words[1 - at] in text
        own += words[at] in text
    return crossed, own


def shared_cache(options: argparse.Namespace) -> dict[str, Any]:
    """Two people of two schools ask in turn through a proxy that keeps what it may."""
    words = ["Quillfeather", "Thistledown"]
    people = [school_with(name, word) for name, word in zip(("Ash", "Birch"), words, strict=True)]
    cookies = [ground.signed_in(user)[1] for user in people]
    rounds = {}
    port = ground.free_port()
    server = ground.start_server("provisionmap.wsgi", port=port)
    try:
        ground.wait_for(port, reverse("health"))
        for name, more, asked in (("with our headers", KEEPS, options.requests), ("control", HEEDLESS, 40)):
            with proxied(port, more) as before:
                links = [Link(before, cookie) for cookie in cookies]
                crossed, own = crossings(links, words, asked)
                rounds[name] = {"asked": asked, "of one's own school": own, "of the other school": crossed}
    finally:
        server.terminate()
        server.wait(10)
    ours, control = rounds.values()
    held = ours["of the other school"] == 0 and ours["of one's own school"] > 0 and control["of the other school"] > 0
    if not options.json:
        for name, figures in rounds.items():
            print(name, *(f"{key}: {value:,}" for key, value in figures.items()), sep="; ")
    return {"rounds": rounds, "held": held}
