"""Every address as the SENCO of the first school would ask for it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.test import Client
from django.urls import reverse

from tests.matrix.expectations import ROUTES, Route
from tests.matrix.world import ACTORS, World

SENCO = next(actor for actor in ACTORS if actor.name == "senco")
OURS = ("school", "learners", "interventions", "reviews", "ehcp", "reports")
# The web's own bookkeeping; everything else is the school's.
NOT_COUNTED = {"SignInTries"}


def addresses(world: World) -> Iterator[tuple[str, str, dict[str, Any], Route]]:
    """Name, address, a valid form and the line of each address; the things in it are her own."""
    for name, route in ROUTES.items():
        args = world.args(route.kind, SENCO)["own"]
        yield name, reverse(name, args=args), route.body(world, args), route


def browser(world: World, **options: Any) -> Client:
    """Her browser."""
    client = Client(raise_request_exception=False, **options)
    client.cookies.load(world.cookies["senco"])
    return client


def everything() -> dict[str, list[Any]]:
    """Each row of each table of ours, by table; what a refused request must leave as it was."""
    return {
        model._meta.label: list(model._default_manager.order_by("pk").values_list())
        for label in OURS
        for model in apps.get_app_config(label).get_models()
        if model.__name__ not in NOT_COUNTED
    }
