"""A copy of the database for support in which nobody can be recognised.

Each model's `Privacy` says what is replaced: names and texts by made-up words, UPNs and addresses by made-up ones, days
of birth by others of the year. What has no words (sex, flags, needs, hours) is dealt out anew among the rows of its
model, so that totals stay true and no child has their own. Who may sign in, and every file, is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from random import SystemRandom
from typing import Any

from django.apps import apps
from django.db import models
from django.db.backends.sqlite3.base import DatabaseWrapper
from django.db.migrations.recorder import MigrationRecorder

from reports.made_up import MadeUp, words_of

COPY = "copy"  # the name of the database that is written
BATCH = 500
# Of no model of ours: tables whose rows are nobody's, and those that stay empty.
COPIED = frozenset({"contenttypes.ContentType", "auth.Permission", "auth.Group", "auth.Group_permissions"})
EMPTY = frozenset(
    {
        "sessions.Session", "mfa.Authenticator", "usersessions.UserSession", "account.EmailAddress",
        "account.EmailConfirmation", "socialaccount.SocialAccount", "socialaccount.SocialApp",
        "socialaccount.SocialToken", "school.SignInTries", "school.User_user_permissions",
        "guardian.UserObjectPermission", "guardian.GroupObjectPermission",  # grants of ours are rows of another table
    }
)  # fmt: skip
# Names of people, wherever they stand: these words are replaced in plain texts too.
NAMES = frozenset({"surname", "forename", "middle_names", "preferred_name", "responsible_name"})
NAMED = frozenset({"learners.contact", "school.user", "interventions.deliverer"})
# Plain texts that nobody types: codes, and words of the product.
CODES = frozenset(
    {
        "verb", "target_model", "request_id", "source", "kind", "shape", "field", "query", "starter_key", "hash",
        "history_change_reason", "urn", "la_code", "estab",
    }
)  # fmt: skip
UNUSABLE = "!"  # a password that fits nothing


class Unknown(Exception):
    """A model of which nobody said what to do with it; the text names it."""


def kept_model(model: Any) -> Any:
    """The model itself, or the one whose history it is."""
    return getattr(model, "instance_type", model)


def wanted() -> list[Any]:
    """Every model whose rows are copied. Raises Unknown for one that no rule covers."""
    found = []
    for model in apps.get_models(include_auto_created=True):
        label = model._meta.label
        if label in EMPTY:
            continue
        owner = model._meta.auto_created or kept_model(model)
        if label not in COPIED and not hasattr(owner, "Privacy"):
            raise Unknown(f"{label} is neither ours nor among those that are copied or left empty.")
        found.append(model)
    return found


def secret_fields(model: Any) -> list[Any]:
    """The columns of a model that its `Privacy` calls personal or special."""
    privacy = getattr(kept_model(model), "Privacy", None)
    names = {*privacy.personal, *privacy.special} if privacy else set()
    return [field for field in model._meta.concrete_fields if field.name in names]


def is_text(field: Any) -> bool:
    """Whether it holds words that somebody typed."""
    return isinstance(field, models.CharField | models.TextField) and not field.choices


def is_dealt(field: Any) -> bool:
    """Whether its values have no words, and go round among the rows."""
    others = (models.DateField, models.BinaryField, models.JSONField)
    return not is_text(field) and not isinstance(field, others)


def is_name(model: Any, field: Any) -> bool:
    """Whether it says what somebody is called."""
    return field.name in NAMES or (field.name == "name" and kept_model(model)._meta.label_lower in NAMED)


class Dealt:
    """Values without words, dealt out anew: every row of a model takes those of another one, whole."""

    def __init__(self, chance: Any) -> None:
        self._chance = chance
        self._hands: dict[Any, tuple[dict[int, int], list[tuple[Any, ...]]]] = {}

    def of(self, model: Any, pk: int, names: list[str]) -> tuple[Any, ...] | None:
        """What row `pk` of a model, or a version of it, is given; None where there is nothing to give."""
        if model not in self._hands:
            rows = list(model._base_manager.order_by("pk").values_list("pk", *names))
            turn = self._chance.randrange(1, len(rows)) if len(rows) > 1 else 0
            hands = [tuple(values) for _, *values in rows]
            self._hands[model] = {row[0]: at for at, row in enumerate(rows)}, hands[turn:] + hands[:turn]
        places, hands = self._hands[model]
        return hands[places.get(pk, pk % len(hands))] if hands else None


class Copier:
    """One copy: what is real is read first, so that nothing made up happens to be it."""

    def __init__(self, copy: DatabaseWrapper) -> None:
        self.copy, self.models = copy, wanted()
        chance = SystemRandom()
        words, days, self.names = self._real()
        self.made = MadeUp(words, days, chance)
        self.dealt = Dealt(chance)

    def _real(self) -> tuple[set[str], set[date], set[str]]:
        """Words and days of all personal and special fields, and the words of names among them."""
        words: set[str] = set()
        names: set[str] = set()
        days: set[date] = set()
        for model in self.models:
            for field in secret_fields(model):
                values = model._base_manager.order_by().values_list(field.name, flat=True).distinct()
                if is_text(field):
                    found = set().union(*(words_of(value) for value in values.iterator() if value))
                    words |= found | {value.casefold() for value in values if value}
                    names |= {one for one in found if len(one) > 1} if is_name(model, field) else set()
                elif isinstance(field, models.DateField):
                    days |= {value for value in values if value}
        return words, days, names

    def run(self) -> int:
        """Write every row; how many. The tables are there and empty."""
        count = 0
        with self.copy.cursor() as cursor:
            for model in self.models:
                fields = model._meta.concrete_fields
                quoted = [self.copy.ops.quote_name(field.column) for field in fields]
                marks = ", ".join(["%s"] * len(fields))
                into = f"{self.copy.ops.quote_name(model._meta.db_table)} ({', '.join(quoted)})"
                for rows in self._batches(model, fields):
                    cursor.executemany(" ".join(["INSERT INTO", into, "VALUES", f"({marks})"]), rows)
                    count += len(rows)
        return count

    def _batches(self, model: Any, fields: Any) -> Iterator[list[list[Any]]]:
        """Rows as they go into the copy, some at a time."""
        change = self._changes(model)
        batch = []
        rows = model._base_manager.order_by("pk").values_list(*(field.attname for field in fields))
        for values in rows.iterator(chunk_size=BATCH):
            row = dict(zip((field.name for field in fields), values, strict=True))
            new = change(row)
            batch.append([field.get_db_prep_save(new[field.name], connection=self.copy) for field in fields])
            if len(batch) >= BATCH:
                yield batch
                batch = []
        if batch:
            yield batch

    def _changes(self, model: Any) -> Callable[[dict[str, Any]], dict[str, Any]]:
        """How a row of a model is written anew."""
        owner = kept_model(model)
        secret = secret_fields(model)
        going_round = [field.name for field in secret if is_dealt(field)]
        worded = [field for field in secret if not is_dealt(field)]
        names = {field.name for field in secret}
        plain = [field for field in model._meta.concrete_fields if field.name not in names | CODES]
        typed = [field for field in plain if is_text(field) or isinstance(field, models.JSONField)]
        ours = hasattr(owner, "Privacy") and not model._meta.auto_created
        key = "id" if model is not owner else model._meta.pk.name

        def change(row: dict[str, Any]) -> dict[str, Any]:
            new = dict(row)
            for field in worded:
                new[field.name] = self._worded(field, row[field.name])
            given = self.dealt.of(owner, row[key], going_round) if going_round else None
            if given is not None:
                new |= dict(zip(going_round, given, strict=True))
            for field in typed if ours else ():
                new[field.name] = self._without_names(row[field.name])
            return new

        return change

    def _worded(self, field: Any, value: Any) -> Any:
        """A personal or special value that is a text, a day, a file or a list of things."""
        if isinstance(field, models.BinaryField):
            return None
        if isinstance(field, models.JSONField):
            return field.get_default()
        if field.name == "password":
            return UNUSABLE
        if value in (None, ""):
            return value
        if isinstance(field, models.DateField):
            return self.made.birthday(value)
        if isinstance(field, models.EmailField):
            return self.made.email(value)
        made = {"upn": self.made.upn, "former_upn": self.made.upn, "phone": self.made.phone}
        return made.get(field.name, self.made.text)(value)

    def _without_names(self, value: Any) -> Any:
        """A plain text, or the texts in a plain list, with the names of people replaced."""
        if isinstance(value, str):
            return self.made.only(value, self.names)
        if isinstance(value, list):
            return [self._without_names(one) for one in value]
        if isinstance(value, dict):
            return {key: self._without_names(one) for key, one in value.items()}
        return value


def _settings(path: Path) -> dict[str, Any]:
    """A database of its own, in one file."""
    return {
        "ENGINE": "django.db.backends.sqlite3", "NAME": str(path), "ATOMIC_REQUESTS": False, "AUTOCOMMIT": True,
        "CONN_MAX_AGE": 0, "CONN_HEALTH_CHECKS": False, "OPTIONS": {}, "TIME_ZONE": None, "HOST": "", "PORT": "",
        "USER": "", "PASSWORD": "", "TEST": {"CHARSET": None, "COLLATION": None, "MIGRATE": False, "MIRROR": None,
                                             "NAME": None},
    }  # fmt: skip


def write_copy(path: Path, guard: Callable[[Any], None]) -> int:
    """Make the copy in the empty file `path`; how many rows it holds.

    `guard` makes what the database itself holds to (the trail's triggers). The copy is no database of the settings, so
    nothing can be sent to it by mistake, nor to the database in use, which is only read.
    """
    copy = DatabaseWrapper(_settings(path), alias=COPY)
    try:
        with copy.schema_editor(atomic=False) as editor:
            for model in (MigrationRecorder.Migration, *apps.get_models()):
                editor.create_model(model)
        copy.disable_constraint_checking()
        with copy.cursor() as cursor:
            cursor.execute("BEGIN")
            _copy_migrations(cursor)
            count = Copier(copy).run()
            cursor.execute("COMMIT")
        copy.check_constraints()
        with copy.schema_editor(atomic=False) as editor:
            guard(editor)
        return count
    finally:
        copy.close()


def _copy_migrations(cursor: Any) -> None:
    """Which migrations the tables stand at, so that a later version can take the copy further."""
    rows = MigrationRecorder.Migration.objects.order_by("id").values_list("app", "name", "applied")
    into = "INSERT INTO django_migrations (app, name, applied) VALUES (%s, %s, %s)"
    cursor.executemany(into, [(app, name, str(applied)) for app, name, applied in rows])
