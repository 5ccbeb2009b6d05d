"""Fills an empty database with fictional schools to try the product with, or to measure it."""

from __future__ import annotations

import os
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from interventions.models import Placement
from learners.models import Learner
from provisionmap.demo.build import Size, build, fictional, real, remove, take_stock
from provisionmap.demo.sign_ins import announcement
from provisionmap.demo.stages import Stage
from provisionmap.school.models import School
from provisionmap.school.today import today


class Command(BaseCommand):
    """The fictional schools; run again, it makes them anew."""

    help = "Makes fictional schools with learners, provision and history, and prints who can sign in."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """How large, how old, and what to do when they are there already."""
        parser.add_argument("--once", action="store_true", help="leave demo schools that are there as they are")
        parser.add_argument("--learners", type=int, default=420, help="learners in each school (default 420)")
        parser.add_argument("--on-map", type=int, help="learners with support (default: about a fifth)")
        parser.add_argument("--schools", type=int, default=1, help="how many schools (default 1)")
        parser.add_argument("--stage", choices=[one.value for one in Stage], default="summer",
                            help="how long the map has been kept: one, two or three terms up to today")  # fmt: skip
        parser.add_argument("--logs", type=int, help="rows of attendance logged since the map was begun "
                            "(default: what such a school would have; 0: no timetable and no log)")  # fmt: skip
        parser.add_argument("--seed", type=int, default=7, help="the same seed makes the same schools (default 7)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Refuse beside a real school; else make what is missing and print the sign-ins."""
        if settings.PRODUCTION:
            raise CommandError("The demo has a password that everybody knows, so it is not for PRODUCTION.")
        self.prepare()
        if real().exists():
            raise CommandError(
                "This database holds a school that is not the demo's. Set DATA_DIR or DATABASE_URL to an empty one."
            )
        if options["learners"] < 20 or options["schools"] < 1:
            raise CommandError("A demo school has at least 20 learners, and there is at least one school.")
        if options["logs"] is not None and options["logs"] < 0:
            raise CommandError("There is no log with less than no rows.")
        if not (options["once"] and fictional().exists()):
            self.make(options)
        address = f"http://127.0.0.1:{os.environ.get('PORT', '8000')}"
        self.stdout.write(announcement(address, [self.line_of(school) for school in fictional()]))

    @staticmethod
    def prepare() -> None:
        """Make the tables where they are not there yet, so that an empty database will do."""
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            call_command("migrate", verbosity=0)

    def make(self, options: dict[str, Any]) -> None:
        """The schools, in place of the demo's earlier ones."""
        remove()
        size = Size(options["learners"], options["on_map"], Stage(options["stage"]), logs=options["logs"])
        for number in range(1, options["schools"] + 1):
            self.stderr.write(f"Making fictional school {number} of {options['schools']} …")
            build(size=size, number=number, seed=options["seed"], today=today())
        take_stock()

    @staticmethod
    def line_of(school: School) -> str:
        """One school in a line."""
        learners = Learner.objects.filter(school=school).count()
        running = Placement.objects.filter(school=school).on(today())
        mapped = running.values("learner").distinct().count()
        return (
            f"{school.name} (fictional): {learners} learners, {mapped} with support today, "
            f"{running.count()} placements running and {Placement.objects.filter(school=school).count()} kept"
        )
