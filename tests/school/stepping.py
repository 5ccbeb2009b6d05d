"""Signing in step by step, as tests of it do: the password, the app's code, who is taken to have passed them."""

from contextlib import contextmanager

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.contrib.auth.signals import user_logged_in
from django.test import Client
from django.urls import reverse

from provisionmap.school.roles import Role
from tests.conftest import passed_every_step
from tests.factories import member

PASSWORD = "kettle orbit marmalade"
SIGN_IN, ASK = reverse("account_login"), reverse("mfa_authenticate")
SET_UP = reverse("school:second-step")
PHONE = {"User-Agent": "Mozilla/5.0 (iPhone) Safari/604.1"}
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@contextmanager
def every_step():
    """Whoever is signed in inside has passed them all."""
    user_logged_in.connect(passed_every_step)
    yield
    user_logged_in.disconnect(passed_every_step)


def code_now(back=0):
    """What her app shows, or showed `back` codes ago."""
    near = sorted(yield_hotp_counters_from_time())
    counter = near[len(near) // 2]
    return format_hotp_value(hotp_value(SECRET, counter - back))


def by_password(client, where="/learners/", email="maya@oakfield.example"):
    return client.post(SIGN_IN, {"login": email, "password": PASSWORD, "next": where})


def opened(client, email="maya@oakfield.example"):
    """Every step of signing in, with the password and the app."""
    by_password(client, email=email)
    assert client.post(ASK, {"code": code_now()}).status_code == 302
    return client


def signed_in(client):
    return "_auth_user_id" in client.session


def reset(person):
    """The office takes the second step of `person` away."""
    office = Client()
    with every_step():
        office.force_login(member(Role.SENCO, person.school))
    page = reverse("school:person-second-step", args=[person.pk])
    assert "sets up a new second step" in office.post(page, follow=True).text
