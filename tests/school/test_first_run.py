"""The first day: one school, one administrator, and the path."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from django.db import OperationalError, connection
from django.urls import reverse

from provisionmap.school import steps
from provisionmap.school.access import NotAllowed
from provisionmap.school.actions.school import finish_set_up, start_school
from provisionmap.school.models import AuditEvent, Membership, School, User
from provisionmap.school.roles import Capability, Role
from tests.factories import (
    InterventionFactory,
    LearnerFactory,
    MembershipFactory,
    SchoolFactory,
    TermFactory,
    UserFactory,
    member,
)

FIRST_RUN = reverse("school:first-run")
SET_UP = reverse("school:set-up")
ANSWERS = {
    "school_name": "Oakfield Primary",
    "name": "Maya Okafor",
    "who": "senco",
    "email": "Maya@Oakfield.example",
    "password": "correct horse battery",
    "again": "correct horse battery",
}


@pytest.mark.parametrize(
    ("who", "roles"),
    [
        ("senco", {Role.SENCO}),
        ("administrator", {Role.ADMINISTRATOR}),
        ("both", {Role.SENCO, Role.ADMINISTRATOR}),
    ],
)
def test_the_first_person_makes_the_school_and_stands_on_the_path(client, db, who, roles):
    assert client.get(FIRST_RUN).status_code == 200

    answer = client.post(FIRST_RUN, {**ANSWERS, "who": who})

    assert answer.url == SET_UP
    user = User.objects.get()
    assert (user.email, user.check_password(ANSWERS["password"])) == ("maya@oakfield.example", True)
    assert set(Membership.objects.values_list("role", flat=True)) == roles
    assert client.get(SET_UP).context["school"] == School.objects.get()
    assert set(AuditEvent.objects.values_list("verb", flat=True)) == {"school.start", "account.sign_in"}


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("password", "short", "at least 12 characters"),
        ("password", "password1234", "too common"),
        ("password", "maya okafor!", "guessed first"),
        ("password", "oakfield primary 1", "school&#x27;s name"),
        ("password", "", "required"),
        ("again", "correct horse butter", "not the same"),
        ("email", "maya", "valid email"),
        ("school_name", "", "required"),
        ("who", "wizard", "valid choice"),
    ],
)
def test_an_answer_that_will_not_do_says_so_beside_its_field(client, db, field, value, words):
    answer = client.post(FIRST_RUN, {**ANSWERS, field: value})

    assert answer.status_code == 422
    assert words in str(answer.context["form"].errors[field])
    assert not User.objects.exists()


def test_once_somebody_is_there_the_page_is_closed(client, db):
    UserFactory()

    assert client.get(FIRST_RUN).url == reverse("home")
    assert client.post(FIRST_RUN, ANSWERS).url == reverse("home")
    assert client.post(FIRST_RUN, {**ANSWERS, "email": ""}).url == reverse("home")
    assert User.objects.count() == 1
    assert client.put(FIRST_RUN).status_code == 405


def test_a_second_start_is_refused(db):
    start = {"school_name": "A", "name": "B", "email": "b@a.example", "password": "x", "today": date(2026, 11, 23)}
    start_school(**start)

    with pytest.raises(NotAllowed, match="first administrator already"):
        start_school(**{**start, "email": "c@a.example"})
    assert School.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_posts_at_once_make_one_administrator():
    def start(number):
        try:
            start_school(
                school_name=f"School {number}",
                name="Somebody",
                email=f"person{number}@a.example",
                password="correct horse battery",
                today=date(2026, 11, 23),
            )
        except (NotAllowed, OperationalError):  # the database of tests in memory refuses where a file would wait
            return 0
        finally:
            connection.close()
        return 1

    with ThreadPoolExecutor(4) as pool:
        made = sum(pool.map(start, range(4)))

    assert (made, User.objects.count(), School.objects.count()) == (1, 1, 1)


def test_the_path_shows_what_is_done_and_what_comes_next(client, senco):
    School.objects.update(set_up_done=False)
    TermFactory(year__school=senco.school)

    shown = client.get(SET_UP).context

    assert [one.step.name for one in shown["steps"]] == ["terms", "staff", "learners", "library"]
    assert [one.done for one in shown["steps"]] == [True, False, False, False]
    assert [one.next for one in shown["steps"]] == [False, True, False, False]
    assert (shown["done"], shown["all"]) == (1, 4)


def test_a_school_with_everything_has_walked_the_path(client, senco):
    School.objects.update(set_up_done=False)
    TermFactory(year__school=senco.school)
    MembershipFactory(school=senco.school, role=Role.CLASS_TEACHER)
    LearnerFactory(school=senco.school)
    InterventionFactory(school=senco.school)

    answer = client.get(SET_UP)
    assert [one.summary for one in answer.context["steps"]] == [
        "1 term in the calendar.",
        "2 people with a role.",
        "1 on the register.",
        "1 in the library.",
    ]
    assert "Everything is in place" in answer.text
    assert client.post(SET_UP).url == reverse("home")

    assert School.objects.get().set_up_done
    assert client.get(reverse("home")).url == reverse("interventions:map")
    assert AuditEvent.objects.get().verb == "school.set_up"


def test_finishing_twice_does_no_harm(senco):
    finish_set_up(school=senco.school, by=senco)

    assert AuditEvent.objects.count() == 0


def test_only_who_has_a_step_to_do_says_that_it_is_done(senco):
    teacher = member(Role.CLASS_TEACHER, senco.school)

    for by in (teacher, member(Role.SENCO)):
        with pytest.raises(NotAllowed, match="Only people who set the school up can say that it is done"):
            finish_set_up(school=senco.school, by=by)


def test_an_administrator_sees_that_the_library_is_the_sencos(client, administrator):
    steps_seen = client.get(SET_UP).context["steps"]

    assert [one.mine for one in steps_seen] == [True, True, True, False]


def test_a_teacher_does_not_see_the_path(client, db):
    client.force_login(member(Role.CLASS_TEACHER, SchoolFactory(set_up_done=False)))

    assert client.get(SET_UP).status_code == 403


def test_a_step_without_a_capability_is_everybodys(senco, monkeypatch):
    monkeypatch.setattr(steps, "_steps", {})
    steps.register("b", "B", "Later.", "home", lambda school: (False, "no"), 2)
    steps.register("a", "A", "First.", "home", lambda school: (False, "no"), 1, capabilities=[Capability.SEE_COSTS])

    found = steps.progress_of(senco.school, frozenset())

    assert [(one.step.name, one.mine, one.next) for one in found] == [("a", False, False), ("b", True, True)]


@pytest.mark.parametrize("rows", [1, 30])
def test_the_path_takes_the_same_queries_however_large_the_school(client, senco, rows, django_assert_num_queries):
    for _ in range(rows):
        MembershipFactory(school=senco.school, role=Role.CLASS_TEACHER)
        LearnerFactory(school=senco.school)

    with django_assert_num_queries(6):
        client.get(SET_UP)
