"""Row 1 beside the matrix: forged forms, fields nobody asked for, ids of others in forms and queries."""

import pytest
import time_machine
from django.apps import apps
from django.urls import reverse

from interventions.models import Placement
from learners.models import Learner
from provisionmap.school.models import Membership, User
from tests.attacks.walking import OURS, addresses, browser, everything
from tests.conftest import NOW
from tests.factories import LearnerFactory, PlacementFactory
from tests.matrix.test_matrix import put_back
from tests.matrix.world import COLLEAGUE, ELSEWHERE
from tests.walls import take_down

EXEMPT = {"csp-report"}  # browsers send it without a token, and it writes nothing
# Fields of our models that no form of ours offers to the person who sends these.
EXTRA = {
    "is_superuser": "1", "is_staff": "1", "is_active": "0", "password": "x", "id": "1", "pk": "1", "version": "99",
    "school_id": "0", "created_at": "2001-01-01", "by": "1", "by_id": "1", "user_id": "1", "state": "done",
    "history_user": "1", "confidential_cleared": "1", "_connector": "OR", "_method": "DELETE",
}  # fmt: skip
# By which names ids travel in our forms and queries.
LEARNERS = ("learner", "learners", "leavers", "also", "but", "rows", "pick")


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}], ids=["page", "fragment"])
def test_no_form_is_taken_without_its_token(world, headers):
    before, answers = everything(), {}
    for name, address, body, route in addresses(world):
        if route.post != 405 and name not in EXEMPT:
            answers[name] = browser(world, enforce_csrf_checks=True).post(address, body, headers=headers).status_code

    assert len(answers) > 70
    assert {name: status for name, status in answers.items() if status != 403} == {}
    assert everything() == before


def written_by(world, address, body):
    """Who and what there is after a form was sent, but for numbers that the database hands out."""
    with put_back(), time_machine.travel(NOW, tick=False):
        browser(world).post(address, body)
        people = sorted(User.objects.values_list("email", "is_superuser", "is_active", "password"))
        people = [(*one, word if word[:1] != "!" else "!") for *one, word in people]  # unusable ones are drawn by lot
        roles = sorted(Membership.objects.values_list("user__email", "school", "role", "starts", "ends"), key=str)
        learners = sorted(Learner.objects.values_list("upn", "surname", "school", "version"), key=str)
        places = sorted(Placement.objects.values_list("learner__upn", "school", "version", "starts", "ends"), key=str)
        return people, roles, learners, places


def test_fields_that_nobody_asked_for_change_nothing(world):
    different = []
    for name, address, body, route in addresses(world):
        if route.post != 405 and not route.public and name != "school:account":
            extra = {key: value for key, value in EXTRA.items() if key not in body}
            if written_by(world, address, body) != written_by(world, address, {**extra, **body}):
                different.append(name)

    assert different == []


def foreign(world):
    """Ids of the second school's things, by the names that ours travel under."""
    things = {noun: owned["elsewhere"] for noun, owned in world.things.items() if "elsewhere" in owned}
    learner, placement = things["learner"][0], things["placement"][0]
    return dict.fromkeys(LEARNERS, learner) | {
        "placement": placement, "placements": placement, "provision": things["provision"][0],
        "provisions": things["provision"][0], "group": things["group"][0], "groups": things["group"][0],
        "intervention": things["entry"][0], "from": things["entry"][0], "version": things["edit"][0],
        "change": things["change"][0], "year": things["year"][0], "term": things["term"][0],
        "teachers": things["person"][0], "staff": things["person"][0], "responsible": things["person"][0],
        "user": things["person"][0], "who": things["person"][0], "view": things["view"][0],
        "contact": things["contact"][1],
    }  # fmt: skip


def crossings():
    """Rows of ours that name something of another school."""
    found = []
    for label in OURS:
        for model in apps.get_app_config(label).get_models():
            names = {field.name for field in model._meta.fields}
            if "school" not in names or model.__name__.startswith("Historical"):
                continue
            for field in model._meta.fields:
                if field.is_relation and field.name != "school" and hasattr(field.related_model, "school_id"):
                    rows = model._default_manager.filter(**{f"{field.name}__isnull": False})
                    ids = rows.values_list("school", f"{field.name}__school")
                    found += [model.__name__ for ours, theirs in ids if ours != theirs]
    return found


def test_an_id_of_another_school_in_a_form_or_a_query_reaches_nothing(world):
    ids, wrong = foreign(world), []
    theirs = list(Learner.objects.exclude(school=world.school).order_by("pk").values_list())
    for name, address, body, route in addresses(world):
        for method in ("get", "post"):
            if method == "post" and route.post == 405:
                continue
            with put_back():
                if method == "get":
                    answer = browser(world).get(address, ids)
                else:
                    answer = browser(world).post(f"{address}", {**body, **ids})
                text = "" if answer.streaming else answer.content.decode(errors="replace")
                if answer.status_code >= 500 or ELSEWHERE in text or COLLEAGUE in text:
                    wrong.append(f"{method} {name}: {answer.status_code}")
                if (
                    crossings()
                    or list(Learner.objects.exclude(school=world.school).order_by("pk").values_list()) != theirs
                ):
                    wrong.append(f"{method} {name}: writes across schools")

    assert wrong == []


def test_a_row_that_names_another_school_would_be_seen(world):
    with put_back():
        other = world.things["learner"]["elsewhere"][0]
        assert crossings() == []
        take_down("interventions_placement")
        Placement.objects.filter(pk=world.own.placement.pk).update(learner=other)
        assert crossings() == ["Placement"]


@pytest.fixture
def nine(world):
    """Nine learners of the first school, each with a place."""
    return [
        PlacementFactory(learner=LearnerFactory(school=world.school, group=world.own.group)) for _ in range(9)
    ]  # fmt: skip


def test_one_placement_of_another_school_among_ten_stops_all(world, nine):
    strange = world.things["placement"]["elsewhere"][0]
    address, ours = reverse("interventions:several"), [one.pk for one in nine]
    sent = {"act": "end", "on": "2026-11-23", "placement": ours}
    token = browser(world).post(address, sent | {"do": "preview"}).context["plan"].token
    before = everything()

    answer = browser(world).post(address, sent | {"placement": [*ours, strange], "do": "apply", "seen": token})
    with put_back():
        control = browser(world).post(address, sent | {"do": "apply", "seen": token}).status_code

    assert control == 302
    assert answer.status_code == 422
    assert ELSEWHERE not in answer.text
    assert everything() == before


@pytest.mark.parametrize(
    ("name", "thing"), [("learners:group-learners", "group"), ("interventions:provision-learners", "provision")]
)
def test_one_learner_of_another_school_among_ten_joins_nothing(world, nine, name, thing):
    strange = world.things["learner"]["elsewhere"][0]
    learners = [*(one.learner_id for one in nine), strange]
    address = reverse(name, args=world.things[thing]["own"])

    answer = browser(world).post(address, {"learners": learners, "seen": ",".join(f"{one}:1" for one in learners)})

    assert ELSEWHERE not in answer.text
    assert crossings() == []
    assert Learner.objects.get(pk=strange).group_id != world.things["group"]["own"][0]
    assert not Placement.objects.filter(learner=strange, provision__school=world.school).exists()
