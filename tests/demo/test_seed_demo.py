"""The command: what it prints, what it leaves alone, what it refuses."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from learners.models import Learner
from provisionmap.demo.sign_ins import PASSWORD, SIGN_INS, email_of
from provisionmap.school.models import Membership, School
from provisionmap.school.roles import LABELS

pytestmark = pytest.mark.django_db


def seed(**options):
    out = StringIO()
    call_command("seed_demo", stdout=out, stderr=StringIO(), **{"learners": 20, "stage": "autumn"} | options)
    return out.getvalue()


def test_it_prints_a_sign_in_of_each_role_with_the_password_and_the_address(monkeypatch):
    monkeypatch.setenv("PORT", "8123")

    said = seed()

    for sign_in in SIGN_INS:
        assert LABELS[sign_in.role] in said
        assert email_of(sign_in.role.value, 1) in said
    assert PASSWORD in said
    assert "http://127.0.0.1:8123" in said


def test_each_role_can_sign_in_with_what_was_printed(client):
    seed()

    for sign_in in SIGN_INS:
        email = email_of(sign_in.role.value, 1)
        assert client.login(username=email, password=PASSWORD), email
        assert client.get("/").status_code in (200, 302)
        roles = Membership.objects.filter(user__email=email).values_list("role", flat=True)
        assert list(roles) == [sign_in.role.value]


def test_once_leaves_the_school_that_is_there_and_still_prints_the_sign_ins():
    seed(once=True)
    before = list(Learner.objects.order_by("pk").values_list("pk", flat=True))

    said = seed(once=True, learners=30)

    assert list(Learner.objects.order_by("pk").values_list("pk", flat=True)) == before
    assert PASSWORD in said


def test_again_makes_the_school_anew():
    seed()

    seed(learners=30)

    assert School.objects.count() == 1
    assert Learner.objects.count() == 30


def test_several_schools_have_their_own_people_and_children():
    said = seed(schools=2)

    assert list(School.objects.order_by("pk").values_list("name", flat=True)) == [
        "Oakfield Primary School",
        "Fallowmere Primary School",
    ]
    assert "senco@school2.oakfield.example" in said
    assert Learner.objects.count() == 40


def test_it_refuses_beside_a_school_that_is_not_its_own():
    School.objects.create(name="A school that somebody keeps")

    with pytest.raises(CommandError, match="not the demo's"):
        seed()

    assert School.objects.count() == 1


def test_it_refuses_in_production(settings):
    settings.PRODUCTION = True

    with pytest.raises(CommandError, match="not for PRODUCTION"):
        seed()


@pytest.mark.parametrize("options", [{"learners": 19}, {"schools": 0}])
def test_it_refuses_a_school_of_nobody(options):
    with pytest.raises(CommandError, match="at least"):
        seed(**options)
