"""A copy for support: nobody's words stand in it, it holds together, and the database in use is never written."""

import os
import sqlite3
import stat
import subprocess
import sys
from datetime import date
from pathlib import Path
from random import Random

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from interventions.models import Provision
from learners.models import Contact, Learner, SenProvision
from learners.upn import doubts
from provisionmap.school.models import User
from reports import anonymising, made_up
from reports.anonymising import COPIED, EMPTY, Unknown, is_dealt, is_text, secret_fields, wanted
from reports.made_up import MadeUp
from tests.factories import LearnerFactory, PlacementFactory, SenProvisionFactory
from tests.learners.disposal_ground import world

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def real(senco):
    """A school with two leavers, three learners on roll, and everything that is kept of them."""
    world(senco.school, senco)
    for number, need in enumerate(("SEMH", "SLCN", "ASD")):
        child = LearnerFactory(
            school=senco.school, upn=f"H80120000101{number}", sex="F", fsm=number == 1, preferred_name="Zqash"
        )
        SenProvisionFactory(learner=child, need_1=need)
        PlacementFactory(learner=child, outcome=f"Zqash reads {60 + number} words")
        Contact.objects.create(learner=child, name="Zqada Moss", phone="0161 496 0123", email=f"a{number}@zq.example")
    Provision.objects.filter(note="").update(name="One to one with Zqash")
    return senco


@pytest.fixture
def copied(real, tmp_path):
    """The copy, opened."""
    call_command("anonymised_copy", to=str(tmp_path / "copy.sqlite3"))
    opened = sqlite3.connect(tmp_path / "copy.sqlite3")
    yield opened
    opened.close()


def rows_of(copied, model, *names):
    columns = ", ".join(model._meta.get_field(name).column for name in names)
    return copied.execute(f"SELECT {columns} FROM {model._meta.db_table} ORDER BY id").fetchall()


def cells(opened):
    """Every cell of the copy as text."""
    for (table,) in opened.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
        for row in opened.execute(f'SELECT * FROM "{table}"'):
            yield from (value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value) for value in row)


def secrets():
    """Every personal or special value of more than three characters that people typed, and every birthday."""
    for model in wanted():
        for field in secret_fields(model):
            if not is_dealt(field):
                for value in model._base_manager.values_list(field.name, flat=True):
                    if isinstance(value, str | date) and len(str(value)) > 3:
                        yield str(value)


def test_no_personal_or_special_value_stands_in_the_copy(copied):
    values = set(secrets())
    whole = "\n".join(cells(copied))

    assert len(values) > 50
    assert sorted(value for value in values if value in whole) == []
    assert "Zq" not in whole
    assert "zq.example" not in whole


def test_the_same_name_becomes_the_same_name_everywhere(copied):
    preferred = {name for (name,) in rows_of(copied, Learner, "preferred_name") if name}
    placements = [text for (text,) in copied.execute("SELECT outcome FROM interventions_placement") if "," not in text]
    provisions = [name for (name,) in rows_of(copied, Provision, "name") if name.startswith("One to one with ")]

    (made,) = {name.removeprefix("One to one with ") for name in provisions}
    assert made in preferred
    assert sum(text.startswith(f"{made} ") for text in placements) == 3


def test_birthdays_move_within_their_year_and_history_goes_along(copied):
    before = dict(Learner.objects.values_list("pk", "date_of_birth"))
    after = {pk: date.fromisoformat(day) for pk, day in rows_of(copied, Learner, "id", "date_of_birth")}
    kept = copied.execute("SELECT DISTINCT id, date_of_birth FROM learners_historicallearner").fetchall()

    assert {pk: day.year for pk, day in after.items()} == {pk: day.year for pk, day in before.items()}
    assert all(after[pk] != before[pk] for pk in before)
    assert {(pk, date.fromisoformat(day)) for pk, day in kept} == set(after.items())


def test_numbers_are_valid_and_addresses_lead_nowhere(copied):
    numbers = [upn for (upn,) in rows_of(copied, Learner, "upn")]
    people = rows_of(copied, User, "email", "password")

    assert [upn for upn in numbers if doubts(upn)] == []
    assert len(set(numbers)) == len(numbers)
    assert all(email.endswith("@school.example") and password == "!" for email, password in people)
    assert len({email for email, _ in people}) == User.objects.count()


def test_what_has_no_words_goes_round_and_totals_stay(copied):
    real = list(SenProvision.objects.order_by("pk").values_list("pk", "code", "need_1"))
    made = rows_of(copied, SenProvision, "id", "code", "need_1")

    assert sorted(row[1:] for row in made) == sorted(row[1:] for row in real)
    assert made != real


def test_whoever_signs_in_and_every_file_is_left_out(copied):
    empty = ("django_session", "mfa_authenticator", "usersessions_usersession", "account_emailaddress")
    files = {
        "learners_importrun": ("upload",), "interventions_mapimport": ("upload",), "interventions_mapexport": ("file",)
    }  # fmt: skip

    assert [copied.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in empty] == [0] * 4
    for table, columns in files.items():
        for column in columns:
            assert copied.execute(f"SELECT count({column}) FROM {table}").fetchone()[0] == 0


def test_every_row_is_there_and_every_constraint_holds(copied):
    counts = {model: model._base_manager.count() for model in wanted()}

    for model, count in counts.items():
        assert copied.execute(f'SELECT count(*) FROM "{model._meta.db_table}"').fetchone()[0] == count, model
    assert copied.execute("PRAGMA foreign_key_check").fetchall() == []
    assert copied.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
    assert copied.execute("SELECT count(*) FROM sqlite_master WHERE type = 'trigger'").fetchone()[0] == 4
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        copied.execute("DELETE FROM school_auditevent")


def test_it_opens_the_map(real, tmp_path):
    path = tmp_path / "copy.sqlite3"
    call_command("anonymised_copy", to=str(path))
    asks = (
        "import django; django.setup()\n"
        "from django.test import Client\n"
        "from provisionmap.school.models import User\n"
        "client = Client(SERVER_NAME='localhost')\n"
        f"client.force_login(User.objects.get(pk={real.pk}))\n"
        "answer = client.get('/map/?everybody=on&show=all')\n"
        "print(answer.status_code, 'school.example' in answer.text)\n"
    )
    kept = {key: value for key, value in os.environ.items() if key not in ("DATABASE_URL", "REDIS_URL")}
    env = {
        **kept, "DATABASE_URL": f"sqlite:///{path}", "DATA_DIR": str(tmp_path / "data"),
        "SECOND_STEP_OPTIONAL": "true", "DJANGO_SETTINGS_MODULE": "provisionmap.settings", "DEBUG": "true",
    }  # fmt: skip

    said = subprocess.run(
        [sys.executable, "-c", asks], cwd=ROOT, env=env, capture_output=True, text=True, timeout=60, check=False
    )
    checked = subprocess.run(
        [sys.executable, "manage.py", "migrate", "--check"],
        cwd=ROOT,
        env=env,
        capture_output=True,
        timeout=60,
        check=False,
    )

    assert said.stdout.split()[:1] == ["200"], said.stderr[-2000:]
    assert checked.returncode == 0


@pytest.mark.django_db
def test_the_database_in_use_is_never_the_target(monkeypatch, tmp_path):
    own = tmp_path / "provision-map.sqlite3"
    own.write_bytes(b"the school's")
    monkeypatch.setitem(connection.settings_dict, "NAME", str(own))
    (tmp_path / "link").symlink_to(own)
    os.link(own, tmp_path / "hard")

    for name in ("provision-map.sqlite3", "link", "hard", "nowhere/copy.sqlite3"):
        with pytest.raises(CommandError):
            call_command("anonymised_copy", to=str(tmp_path / name))

    assert own.read_bytes() == b"the school's"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["hard", "link", "provision-map.sqlite3"]


@pytest.mark.django_db
def test_a_copy_is_for_its_owner_alone_and_one_that_failed_leaves_nothing(real, monkeypatch, tmp_path):
    call_command("anonymised_copy", to=str(tmp_path / "copy"))
    assert stat.S_IMODE((tmp_path / "copy").stat().st_mode) == 0o600

    monkeypatch.setattr(anonymising, "COPIED", frozenset())
    with pytest.raises(CommandError, match="neither ours"):
        call_command("anonymised_copy", to=str(tmp_path / "other"))

    assert sorted(path.name for path in tmp_path.iterdir()) == ["copy"]


def test_every_model_has_its_rule():
    labels = {model._meta.label for model in apps.get_models(include_auto_created=True)}

    assert {model._meta.label for model in wanted()} | (EMPTY & labels) == labels
    assert labels >= COPIED


def test_a_model_without_a_rule_is_refused(monkeypatch):
    monkeypatch.setattr(anonymising, "EMPTY", EMPTY - {"sessions.Session"})

    with pytest.raises(Unknown, match=r"sessions\.Session"):
        wanted()


@given(real=st.text(max_size=60), seed=st.integers(0, 9))
def test_a_made_up_text_is_as_long_and_keeps_no_long_word(real, seed):
    taken = made_up.words_of(real)

    made = MadeUp(taken, set(), Random(seed)).text(real)

    assert len(made) == len(real) or any(len(one.casefold()) != len(one) for one in real)
    assert {one for one in made_up.words_of(made) & taken if len(one) > 3} == set()


def test_text_fields_are_told_from_codes():
    fields = {field.name for field in secret_fields(SenProvision) if is_text(field)}

    assert fields == {"note"}
