"""What a password may be, how it is asked for, and what it is kept as."""

import gzip
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth import password_validation
from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.forms import PasswordInput
from django.test import Client
from django.urls import reverse

from provisionmap.school.forms.entry import ChangePasswordForm, NewPasswordForm
from provisionmap.school.forms.sign_in import ForgottenForm, SignInForm
from provisionmap.school.models import User
from tests.factories import UserFactory
from tests.school.conftest import PASSWORD

LISTS = Path(password_validation.__file__).resolve().parent / "common-passwords.txt.gz"
LONG_ENOUGH = [word for word in gzip.decompress(LISTS.read_bytes()).decode().split() if len(word) >= 12]


def refusals(password):
    """Why a new password is not taken, by code."""
    try:
        password_validation.validate_password(password)
    except ValidationError as refused:
        return [one.code for one in refused.error_list]
    return []


def test_eleven_characters_are_too_few_and_twelve_are_enough():
    assert refusals("vqxjzkwtbmg") == ["password_too_short"]
    assert refusals("vqxjzkwtbmgh") == []


@pytest.mark.parametrize(
    "password",
    ["saucer meadow trombone", "739164028517346", "ŵŷ ÄÖß éñøåæ 漢字", "🦊 hedge 🐢 lantern", "\"';--<>&%\\/|~`^"],
)
def test_no_kind_of_character_is_asked_for_or_refused(password):
    assert refusals(password) == []


def test_what_is_on_the_list_of_leaked_ones_is_refused():
    assert len(LONG_ENOUGH) > 100
    assert [word for word in LONG_ENOUGH if not refusals(word)] == []


@pytest.mark.parametrize("name", ["Adaobi Clovermere", "Marie Kettleborough", "Orla Bittermead"])
def test_words_that_have_nothing_to_do_with_a_name_are_taken(name):
    person = User(name=name, email=f"{name.split()[0].lower()}@oakfield.example")

    password_validation.validate_password("kettle orbit marmalade", person)


@pytest.mark.parametrize(
    "password",
    ["Clovermere-Adaobi", "adaobiclovermere", "adaobi.clovermere1", "AdaobiClovermeer", "clovermere 2026",
     "clove@oakfield.example", "Cl0vermere1234", "c.clovermere@oakfield"],
)  # fmt: skip
def test_a_password_made_of_the_persons_own_name_or_address_is_refused(password):
    person = User(name="Adaobi Clovermere", email="clove@oakfield.example")

    with pytest.raises(ValidationError):
        password_validation.validate_password(password, person)


def test_a_password_is_kept_to_its_last_character_and_no_letter_of_it_is_changed(client, maya, settings):
    settings.SECOND_STEP_OPTIONAL = True
    client.force_login(maya)
    chosen = ("Saucer Meadow Trombone Kettle " * 5)[:127] + " "
    sent = {"what": "password", "current": PASSWORD, "password": chosen, "again": chosen}

    assert client.post(reverse("school:account"), sent).status_code == 302

    tried = (chosen[:-1], chosen.lower(), chosen)
    answers = [Client().post(reverse("account_login"), {"login": maya.email, "password": one}) for one in tried]
    assert (len(chosen), [answer.status_code for answer in answers]) == (128, [422, 422, 302])


def test_a_password_does_not_run_out(client, maya, clock):
    clock.shift(3 * 365 * 86_400)

    answer = client.post(reverse("account_login"), {"login": maya.email, "password": PASSWORD, "next": "/learners/"})

    assert answer.url == "/learners/"


def test_passwords_are_masked_and_managers_may_fill_them_in(db):
    forms = [SignInForm(), NewPasswordForm(user=UserFactory()), ChangePasswordForm(user=UserFactory())]

    fields = [(name, field) for form in forms for name, field in form.fields.items() if name not in {"login", "shared"}]

    assert len(fields) == 6
    for name, field in fields:
        assert isinstance(field.widget, PasswordInput), name
        assert field.widget.attrs["autocomplete"] in {"current-password", "new-password"}
        assert [word for word in field.widget.attrs if word.startswith("on")] == []
    scripts = (Path(settings.BASE_DIR) / "static" / "js").glob("*.js")
    assert [path.name for path in scripts if '"paste"' in path.read_text(encoding="utf-8")] == []


def test_no_hint_and_no_question_stands_in_for_a_password(db):
    assert set(SignInForm().fields) == {"login", "password", "shared"}
    assert set(ForgottenForm().fields) == {"email"}


def test_it_is_kept_as_argon2id_with_settings_that_cost():
    ours = [one for one in settings.PASSWORD_HASHERS if "MD5" not in one]  # that one is for the tests alone

    assert ours[0].endswith("Argon2PasswordHasher")
    assert make_password("x", hasher="argon2").startswith("argon2$argon2id$v=19$m=102400,t=2,p=8$")
