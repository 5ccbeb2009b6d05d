"""The second step: needed by everybody, set up once, each code good once, and what a session may do before it."""

import json
from html import unescape

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from allauth.mfa.webauthn.forms import LoginWebAuthnForm
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from provisionmap.school import throttle
from provisionmap.school.actions.account import tokens
from provisionmap.school.forms.sign_in import NO_MATCH
from provisionmap.school.models import AuditEvent, User
from tests.school.stepping import ASK, PASSWORD, SECRET, SET_UP, SIGN_IN, by_password, code_now, opened, signed_in

pytestmark = pytest.mark.usefixtures("really")


def test_who_has_no_second_step_sets_one_up_before_anything_else(client, maya):
    assert by_password(client).url == "/learners/"

    for address in ("/learners/", "/map/", "/settings/people/", "/account/"):
        assert client.get(address).url == SET_UP
        assert client.post(address, headers={"HX-Request": "true"}).status_code == 401
    assert "everybody here has a second step" in client.get(SET_UP).text
    assert client.get(reverse("mfa_activate_totp")).status_code == 200
    assert client.post(reverse("school:sign-out")).status_code == 302


def test_the_pages_that_set_it_up_offer_nothing_that_does_not_open(client, maya):
    by_password(client)

    for address in (SET_UP, reverse("mfa_activate_totp")):
        page = client.get(address).text
        assert 'aria-label="Main"' not in page
        for closed in ("/map/", "/learners/", "/settings/", '/account/"'):
            assert f'href="{closed}' not in page
        assert reverse("school:sign-out") in page


def test_where_the_school_relaxed_it_a_password_is_enough(client, maya, settings):
    settings.SECOND_STEP_OPTIONAL = True

    assert by_password(client).url == "/learners/"
    assert client.get("/learners/").status_code == 200


@pytest.mark.django_db(transaction=True)
def test_setting_up_an_app_opens_the_product_and_shows_codes_once(client, maya, monkeypatch):
    by_password(client)
    monkeypatch.setattr("allauth.mfa.totp.internal.auth.get_totp_secret", lambda regenerate=False: SECRET)
    activate = reverse("mfa_activate_totp")

    assert "Wait for the next one" in client.post(activate, {"code": "000000"}).text
    answer = client.post(activate, {"code": code_now()})

    assert answer.url == reverse("mfa_view_recovery_codes")
    assert "they are not shown again" in client.get(answer.url).text
    assert client.get("/learners/").status_code == 200
    assert AuditEvent.objects.filter(verb="account.second_step_add", user_id=maya.pk).exists()


def test_the_code_comes_after_the_password_and_only_then_is_somebody_signed_in(client, maya, app):
    assert by_password(client).url == ASK
    assert not signed_in(client)
    assert client.get("/learners/").url == f"{SIGN_IN}?next=/learners/"

    wrong = client.post(ASK, {"code": "123456"})
    assert (wrong.status_code, signed_in(client)) == (422, False)
    right = client.post(ASK, {"code": code_now()})

    assert (right.url, signed_in(client)) == ("/learners/", True)
    assert client.get("/learners/").status_code == 200


def test_a_code_opens_once_and_an_old_one_never(client, maya, app):
    code = code_now()
    by_password(client)
    client.post(ASK, {"code": code})
    client.post(reverse("school:sign-out"))

    by_password(client)
    for tried in (code, code_now(back=4)):
        assert client.post(ASK, {"code": tried}).status_code == 422
    assert not signed_in(client)


@pytest.mark.parametrize("ahead", [-1, 0, 1])
def test_a_code_opens_once_for_as_long_as_it_is_accepted(client, maya, app, clock, ahead):
    code = code_now(back=-ahead)
    by_password(client)
    client.post(ASK, {"code": code})
    assert signed_in(client)
    client.post(reverse("school:sign-out"))

    cache.clear()
    for typed in (code, f"{code[:3]} {code[3:]}") * 4:
        clock.shift(11)
        by_password(client)
        assert client.post(ASK, {"code": typed}).status_code == 422

    assert not signed_in(client)


def test_a_code_that_opened_shows_nobody_again_and_one_that_was_shown_opens_nothing(client, maya, app, clock):
    code = code_now()
    by_password(client)
    client.post(ASK, {"code": code})
    clock.shift(31)
    assert client.post(reverse("mfa_reauthenticate"), {"code": code}).status_code == 422

    shown = code_now()
    assert client.post(reverse("mfa_reauthenticate"), {"code": shown}).status_code == 302
    client.post(reverse("school:sign-out"))
    clock.shift(31)
    by_password(client)

    assert client.post(ASK, {"code": shown}).status_code == 422


def test_the_code_that_set_an_app_up_opens_nothing_any_more(client, maya, monkeypatch):
    monkeypatch.setattr("allauth.mfa.totp.internal.auth.get_totp_secret", lambda regenerate=False: SECRET)
    code = code_now()
    by_password(client)
    assert client.post(reverse("mfa_activate_totp"), {"code": code}).url == reverse("mfa_view_recovery_codes")

    by_password(other := Client())

    assert other.post(ASK, {"code": code}).status_code == 422
    assert not signed_in(other)


def test_a_recovery_code_opens_once(client, maya, app):
    code = RecoveryCodes.activate(maya).get_unused_codes()[0]
    for opens in (True, False):
        by_password(client)
        client.post(ASK, {"code": code})
        assert signed_in(client) is opens
        client.post(reverse("school:sign-out"))


def test_ten_wrong_codes_and_even_the_right_one_waits_wherever_it_comes_from(client, maya, app):
    by_password(client)
    for number in range(throttle.MOST_TRIES):
        assert client.post(ASK, {"code": f"{number:06}"}).status_code == 422

    answer = client.post(ASK, {"code": code_now()})

    assert (answer.status_code, signed_in(client)) == (429, False)
    elsewhere = client.post(ASK, {"code": code_now()}, REMOTE_ADDR="10.9.9.9")
    assert (elsewhere.status_code, signed_in(client)) == (429, False)


def test_codes_shown_again_are_counted_for_the_account_and_no_password_begins_the_count_anew(client, maya, app, clock):
    opened(client)
    clock.shift(31)
    password, code = reverse("account_reauthenticate"), reverse("mfa_reauthenticate")
    assert "Type your password instead" in client.get(code).text
    for number in range(throttle.MOST_TRIES):
        assert client.post(password, {"password": PASSWORD}).status_code == 302
        assert client.post(code, {"code": f"{number:06}"}).status_code == 422

    assert client.post(code, {"code": code_now()}, REMOTE_ADDR="10.9.9.9").status_code == 429
    by_password(other := Client())
    assert other.post(ASK, {"code": code_now()}).status_code == 429
    assert client.post(password, {"password": PASSWORD}).status_code == 302


@pytest.fixture
def early(client, maya):
    """A session opened with the password alone, before its owner set a second step up elsewhere."""
    by_password(client)
    assert client.get("/learners/").url == SET_UP
    TOTP.activate(maya, SECRET)
    return client


@pytest.mark.parametrize(
    "name",
    ["mfa_add_webauthn", "mfa_activate_totp", "mfa_view_recovery_codes", "mfa_generate_recovery_codes", "mfa_index",
     "account_reauthenticate", "school:account", "school:hide"],
)  # fmt: skip
def test_a_session_from_before_the_second_step_may_only_show_it(early, maya, name):
    codes = RecoveryCodes.activate(maya).get_unused_codes()

    seen, sent = early.get(reverse(name)), early.post(reverse(name), {"password": PASSWORD})

    assert (seen.url, sent.url) == (SET_UP, SET_UP)
    assert "Show your second step" in early.get(SET_UP).text
    assert "Type your password instead" not in early.get(reverse("mfa_reauthenticate")).text
    assert not RecoveryCodes(Authenticator.objects.get(type="recovery_codes")).did_view
    assert early.get("/learners/").url == SET_UP
    assert early.post(reverse("mfa_reauthenticate"), {"code": codes[0]}).status_code == 302
    assert early.get("/learners/").status_code == 200


def test_a_session_from_before_the_second_step_can_be_left(early, maya):
    assert early.post(reverse("school:sign-out"))["Clear-Site-Data"] == '"cache", "storage"'
    assert not signed_in(early)


def test_a_form_kept_from_before_the_second_step_adds_nothing_after_it(client, maya, clock):
    by_password(client)
    clock.shift(301)
    again = client.post(reverse("mfa_activate_totp"), {"code": "000000"})  # kept until the password is typed again
    assert again.url.startswith(reverse("account_reauthenticate"))
    TOTP.activate(maya, SECRET)

    assert client.post(again.url, {"password": PASSWORD}).url == SET_UP


def test_a_hidden_screen_from_before_the_second_step_asks_for_it(early, maya):
    session = early.session
    session["hidden"] = True
    session.save()

    assert early.get("/learners/").url == SET_UP
    assert early.get(reverse("account_reauthenticate")).url == SET_UP
    assert early.post(reverse("mfa_reauthenticate"), {"code": code_now()}).status_code == 302
    assert early.get("/learners/").status_code == 200


def test_guesses_in_a_session_from_before_the_second_step_come_to_an_end(early):
    for number in range(throttle.MOST_TRIES):
        early.post(reverse("account_reauthenticate"), {"password": PASSWORD})
        assert early.post(reverse("mfa_reauthenticate"), {"code": f"{number:06}"}).status_code == 422

    assert early.post(reverse("mfa_reauthenticate"), {"code": code_now()}).status_code == 429


def test_a_session_from_before_the_step_was_needed_shows_it_now(client, maya, app):
    client.force_login(maya)

    assert client.get("/learners/").url == SET_UP
    assert "Show your second step" in client.get(SET_UP).text
    answer = client.post(reverse("mfa_reauthenticate"), {"code": code_now()})

    assert answer.status_code == 302
    assert client.get("/learners/").status_code == 200
    assert client.get(SET_UP).url == reverse("mfa_index")


def test_the_only_second_step_is_not_offered_for_removal(client, maya, app):
    opened(client)
    remove = reverse("mfa_deactivate_totp")
    assert remove not in client.get(reverse("mfa_index")).text

    key = Authenticator.objects.create(user=maya, type="webauthn", data={"name": "Key", "credential": {}})
    away = reverse("mfa_remove_webauthn", args=[key.pk])
    assert remove in client.get(reverse("mfa_index")).text
    assert away in client.get(reverse("mfa_list_webauthn")).text
    app.instance.delete()
    assert away not in client.get(reverse("mfa_list_webauthn")).text


def test_the_last_second_step_stays_until_there_is_another(client, maya, app, settings):
    by_password(client)
    client.post(ASK, {"code": code_now()})
    remove = reverse("mfa_deactivate_totp")

    assert "your only second step" in client.post(remove).text
    key = Authenticator.objects.create(user=maya, type="webauthn", data={"name": "Key", "credential": {}})
    assert client.post(remove).status_code == 302
    away = reverse("mfa_remove_webauthn", args=[key.pk])
    assert (client.get(away).status_code, client.post(away).status_code) == (200, 422)
    settings.SECOND_STEP_OPTIONAL = True
    assert client.post(away).status_code == 302
    assert not Authenticator.objects.filter(type="webauthn").exists()


def test_a_one_time_link_does_not_go_round_the_second_step(client, maya, app):
    link = reverse("school:welcome", args=[maya.pk, tokens.make_token(maya)])
    chosen = {"password": "saucer meadow trombone", "again": "saucer meadow trombone"}

    assert client.post(link, chosen).url == ASK
    assert not signed_in(client)


def test_the_passkey_door_gives_a_challenge_and_no_names(client, maya):
    answer = client.get(reverse("mfa_login_webauthn"), headers={"Accept": "application/json"})
    options = answer.json()["request_options"]["publicKey"]

    assert (options["userVerification"], options.get("allowCredentials", [])) == ("required", [])
    assert "maya" not in json.dumps(answer.json()).casefold()


@pytest.fixture
def key(maya, monkeypatch):
    """Her passkey, which was just unlocked; what it signs is tried with a browser."""
    held = Authenticator.objects.create(user=maya, type="webauthn", data={"name": "Key", "credential": {}})
    monkeypatch.setattr(LoginWebAuthnForm, "clean_credential", lambda form: Authenticator.objects.get(pk=held.pk))


@pytest.mark.parametrize(("sent", "shared"), [({"shared": "on"}, True), ({}, False)])
def test_a_passkey_opens_on_a_shared_computer_too(client, maya, key, sent, shared):
    assert client.post(reverse("mfa_login_webauthn"), {"credential": "[1]"} | sent).url == reverse("home")

    assert client.session["shared"] is shared
    assert client.get("/learners/").status_code == 200


def test_somebody_switched_off_hears_the_same_with_a_passkey(client, maya, key):
    User.objects.filter(pk=maya.pk).update(is_active=False)

    answer = client.post(reverse("mfa_login_webauthn"), {"credential": "[1]"})

    assert answer.url == SIGN_IN
    assert NO_MATCH in unescape(client.get(SIGN_IN).text)
    assert not signed_in(client)


def test_the_switch_is_off_unless_somebody_turns_it(settings):
    assert settings.SECOND_STEP_OPTIONAL is False
