"""What is said twice in one request: a field, the length of the body. Both sides must read the same of it."""

import pytest
from django.urls import reverse
from gunicorn.config import Config
from gunicorn.http.errors import InvalidHeader
from gunicorn.http.parser import RequestParser

from provisionmap.school.models import Membership, User
from provisionmap.school.roles import Role
from tests.factories import LearnerFactory, member

START = b"POST /sign-in/ HTTP/1.1\r\nHost: map.example\r\n"
HIDDEN = b"0\r\n\r\nGET /learners/ HTTP/1.1\r\nHost: map.example\r\n\r\n"


@pytest.mark.django_db
@pytest.mark.parametrize("roles", [["senco", "class_teacher"], ["class_teacher", "senco"]])
def test_of_a_field_that_is_sent_twice_the_one_that_was_checked_counts(client, senco, roles):
    """A school administrator may make a class teacher, and no second SENCO."""
    client.force_login(member(Role.ADMINISTRATOR, senco.school))
    sent = {"name": "Ada Moss", "email": "ada@oakfield.example", "role": roles, "starts": "2026-11-23"}

    answer = client.post(reverse("school:person-add"), sent)

    given = list(Membership.objects.filter(user__email="ada@oakfield.example").values_list("role", flat=True))
    assert (answer.status_code, given) in [(302, ["class_teacher"]), (422, [])]
    assert (answer.status_code == 302) == (roles[-1] == "class_teacher")


@pytest.mark.django_db
def test_a_field_of_a_form_is_never_taken_from_the_address(client, senco):
    page = f"{reverse('school:person-add')}?email=ada@oakfield.example&role=class_teacher&starts=2026-11-23"

    answer = client.post(page, {"name": "Ada"})

    assert answer.status_code == 422
    assert not User.objects.filter(email="ada@oakfield.example").exists()


@pytest.mark.django_db
def test_a_filter_that_is_sent_twice_shows_what_it_says_it_shows(client, senco):
    seen, other = (LearnerFactory(school=senco.school, surname=name) for name in ("Moss", "Reid"))

    page = client.get(f"{reverse('learners:audit')}?learner={other.pk}&learner={seen.pk}")

    assert page.status_code == 200
    assert page.context["asked"].learner == seen.pk


def read(data):
    """The requests that our web server finds in `data`, as it is set up by itself."""
    return list(RequestParser(Config(), iter([data]), ("127.0.0.1", 50000)))


@pytest.mark.parametrize(
    "lengths",
    [
        b"Content-Length: 5\r\nContent-Length: 60\r\n",
        b"Content-Length: 5, 60\r\n",
        b"Content-Length: +5\r\n",
        b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
        b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
        b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
        b"Transfer-Encoding: chunked, identity\r\n",
    ],
)
def test_a_request_with_two_lengths_is_refused_by_the_web_server(lengths):
    with pytest.raises(InvalidHeader):
        read(START + lengths + b"\r\n" + HIDDEN)


def test_one_length_is_one_request():
    (found,) = read(START + b"Content-Length: 5\r\n\r\nlogin")

    assert (found.method, found.path) == ("POST", "/sign-in/")
