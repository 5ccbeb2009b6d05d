"""Is the audit trail as it was written?"""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from provisionmap.school.verifying import verify


class Command(BaseCommand):
    """`verify_audit [--json]`. Exit code 0 when all is well, 1 with the findings, the first one first."""

    help = "Read the audit trail with its seals and anchors, and name what was changed, deleted, inserted or cut off."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What may follow the command."""
        parser.add_argument("--json", action="store_true", help="answer in JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        """Read and tell."""
        found = verify()
        if options["json"]:
            wrong = [{"kind": kind, "event": event, "words": words} for kind, event, words in found.wrong]
            told = {"seals": found.seals, "waiting": found.waiting, "anchors": found.anchors, "wrong": wrong}
            self.stdout.write(json.dumps(told))
        else:
            for _, _, words in found.wrong:
                self.stdout.write(words)
            end = "Something is wrong with it." if found.wrong else "All is as it was written."
            self.stdout.write(
                f"{found.seals:,} sealed events, {found.waiting} waiting for their seal, {found.anchors} anchors. {end}"
            )
        if found.wrong:
            raise SystemExit(1)
