"""Signing in and out, and being slowed down."""

from concurrent.futures import ThreadPoolExecutor
from time import sleep

import pytest
from django.db import OperationalError, connection
from django.urls import reverse

from provisionmap.school import throttle
from provisionmap.school.middleware import PUBLIC
from provisionmap.school.models import SignInTries, User
from tests.factories import SchoolFactory
from tests.school.stepping import PASSWORD

SIGN_IN = reverse("account_login")


def attempt(client, password=PASSWORD, email="maya@oakfield.example", **more):
    return client.post(SIGN_IN, {"login": email, "password": password}, **more)


def test_with_nobody_there_the_first_run_page_is_shown(client, db):
    assert client.get(SIGN_IN).url == reverse("school:first-run")


def test_signing_in_leads_to_the_page_asked_for(client, maya):
    asked = client.get(reverse("learners:register"))
    assert asked.url == f"{SIGN_IN}?next=/learners/"
    assert 'name="next" value="/learners/"' in client.get(asked.url).text

    answer = client.post(SIGN_IN, {"login": "MAYA@oakfield.example", "password": PASSWORD, "next": "/learners/"})

    assert answer.url == "/learners/"
    assert client.get("/learners/").status_code == 200
    assert "shared" in client.session


def test_signing_in_never_leads_to_another_host(client, maya):
    answer = client.post(SIGN_IN, {"login": maya.email, "password": PASSWORD, "next": "https://evil.example/"})

    assert answer.url == reverse("home")


def test_a_wrong_password_an_unknown_address_and_a_leaver_hear_the_same(client, maya):
    wrong = attempt(client, "no")
    unknown = attempt(client, "no", "nobody@oakfield.example")
    User.objects.filter(pk=maya.pk).update(is_active=False)
    leaver = attempt(client)

    words = {str(answer.context["form"].non_field_errors()) for answer in (wrong, unknown, leaver)}
    assert len(words) == 1
    assert [answer.status_code for answer in (wrong, unknown, leaver)] == [422, 422, 422]


@pytest.mark.parametrize("email", ["maya@oakfield.example", "nobody@oakfield.example"])
def test_after_ten_wrong_tries_even_the_right_password_waits(client, maya, email):
    for _ in range(throttle.MOST_TRIES):
        assert attempt(client, "no", email).status_code == 422

    answer = attempt(client, PASSWORD, email)

    assert (answer.status_code, answer["Retry-After"]) == (429, "300")
    assert "Wait five minutes" in answer.text
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("email", ["maya@oakfield.example", "nobody@oakfield.example"])
def test_a_wrong_password_leaves_a_line_with_the_number_of_the_account(client, maya, caplog, email):
    attempt(client, "no", email)

    line = next(record for record in caplog.records if record.message == "a password was refused")
    assert line.user_id == (maya.pk if email == maya.email else 0)
    assert "oakfield.example" not in caplog.text


def test_somebody_guessing_elsewhere_does_not_lock_the_real_person_out(client, maya):
    for _ in range(throttle.MOST_TRIES + 1):
        attempt(client, "no", REMOTE_ADDR="10.0.0.66")

    assert attempt(client, REMOTE_ADDR="10.0.0.7").status_code == 302


def test_a_right_password_forgets_the_tries_before_it(client, maya):
    for _ in range(throttle.MOST_TRIES - 1):
        attempt(client, "no")
    assert attempt(client).status_code == 302
    client.logout()

    assert attempt(client, "no").status_code == 422
    assert attempt(client).status_code == 302


def test_the_count_runs_out(db):
    assert all(throttle.take_try("maya@oakfield.example", "10.0.0.1", seconds=0) for _ in range(30))


def test_the_count_holds_no_address(db):
    throttle.take_try("maya@oakfield.example", "10.0.0.1")

    kept = SignInTries.objects.get()
    assert (kept.count, len(kept.mark), str(kept)) == (1, 64, "1 tries until 10:05")
    assert ("oakfield" in kept.mark, "10.0.0.1" in kept.mark) == (False, False)


def test_tries_for_thousands_of_others_free_no_count(db):
    for _ in range(throttle.MOST_TRIES):
        assert throttle.take_try("maya@oakfield.example", "10.0.0.1")

    for number in range(1_000):
        throttle.take_try(f"{number}@oakfield.example", "10.0.0.1")

    assert not throttle.take_try("maya@oakfield.example", "10.0.0.1")


@pytest.mark.django_db(transaction=True)
def test_of_sixty_tries_at_once_ten_are_allowed():
    def guess(_):
        while True:
            try:
                return throttle.take_try("maya@oakfield.example", "10.0.0.1")
            except OperationalError:  # the database of tests in memory refuses where a file would wait
                sleep(0.01)
            finally:
                connection.close()

    with ThreadPoolExecutor(20) as pool:
        allowed = list(pool.map(guess, range(60)))

    assert (sum(allowed), SignInTries.objects.get().count) == (throttle.MOST_TRIES, 60)


def test_the_sender_is_the_one_our_own_proxy_saw(rf, settings):
    request = rf.get("/", headers={"X-Forwarded-For": "1.1.1.1, 9.9.9.9"}, REMOTE_ADDR="127.0.0.1")
    assert throttle.sender_of(request) == "127.0.0.1"

    settings.TRUSTED_PROXY_COUNT = 1
    assert throttle.sender_of(request) == "9.9.9.9"

    settings.TRUSTED_PROXY_COUNT = 3
    assert throttle.sender_of(request) == "127.0.0.1"


def test_signing_out_empties_the_browser_and_takes_a_post(client, senco):
    assert client.get(reverse("school:sign-out")).status_code == 405

    answer = client.post(reverse("school:sign-out"))

    assert answer["Clear-Site-Data"] == '"cache", "storage"'
    assert client.get(reverse("school:account")).status_code == 302


def test_somebody_signed_in_has_no_use_for_the_sign_in_page(client, senco):
    assert client.get(SIGN_IN).url == reverse("home")


def test_the_public_pages_are_exactly_these(client, db):
    steps = {"account_login", "mfa_authenticate", "mfa_login_webauthn", "school:forgotten", "school:session"}
    assert steps | {"interventions:feed", "school:first-run", "school:welcome", "health", "csp-report"} == PUBLIC


def test_every_other_page_asks_to_sign_in_even_one_that_does_not_exist(client, db):
    SchoolFactory()
    for address in ("/", "/no-such-page/", reverse("school:people"), reverse("school:set-up")):
        assert client.get(address).url == f"{SIGN_IN}?next={address}"


def test_a_part_of_a_page_asked_for_signed_out_leaves_the_page_as_it_is(client, db):
    answer = client.get(reverse("school:people"), headers={"HX-Request": "true"})

    assert (answer.status_code, answer.content, "HX-Redirect" in answer) == (401, b"", False)
