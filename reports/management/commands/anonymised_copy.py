"""An anonymised copy of the database, for somebody who helps: one SQLite file."""

from __future__ import annotations

import os
from importlib import import_module
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import IntegrityError, connection

from reports.anonymising import Unknown, write_copy

TRIGGERS = "provisionmap.school.migrations.0007_audit_chain"


class Command(BaseCommand):
    """`manage.py anonymised_copy --to FILE`"""

    help = "Write a copy of the database in which nobody can be recognised. The database in use is only read."

    def add_arguments(self, parser: Any) -> None:
        """Where to."""
        parser.add_argument("--to", required=True, metavar="FILE", help="a file that is not there yet")

    def handle(self, *args: Any, to: str, **options: Any) -> None:
        """Written beside its place and moved there when it is whole."""
        path = Path(to).expanduser().absolute()
        check_target(path)
        part = path.with_name(f"{path.name}.part")
        part.unlink(missing_ok=True)
        try:
            os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
            count = write_copy(part, lambda editor: import_module(TRIGGERS).make_triggers(None, editor))
            os.link(part, path)  # fails where something has come there meanwhile
        except IntegrityError as error:
            raise CommandError(
                "No copy was made: somebody was saving meanwhile. Try again when it is quiet."
            ) from error
        except (Unknown, OSError) as error:
            raise CommandError(f"No copy was made. {error}") from error
        finally:
            part.unlink(missing_ok=True)
        self.stdout.write(f"{count} rows are in {path}. Look into it before you give it away.")


def check_target(path: Path) -> None:
    """Raises CommandError for the database in use, for anything that is there, and for a folder that is not."""
    name = str(connection.settings_dict["NAME"])
    if connection.vendor == "sqlite" and path.resolve() == Path(name).resolve():
        raise CommandError("This is the database in use: a copy never goes there. Name a new file.")
    if path.exists() or path.is_symlink():
        raise CommandError(f"{path} is there already: name a new file.")
    if not path.parent.is_dir():
        raise CommandError(f"There is no folder {path.parent}: make it first.")
