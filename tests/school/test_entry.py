"""Home, the switch between schools, how pages look, and nothing to see."""

import re

import pytest
from django.urls import reverse

from provisionmap.school.models import Membership, School
from provisionmap.school.roles import Role
from tests.factories import MembershipFactory, SchoolFactory, UserFactory, member

HOME = reverse("home")


@pytest.mark.parametrize(
    ("role", "where"),
    [
        (Role.SENCO, "interventions:map"),
        (Role.CLASS_TEACHER, "interventions:map"),
        (Role.TEACHING_ASSISTANT, "interventions:today"),
        (Role.EXTERNAL, "interventions:map"),
        (Role.ADMINISTRATOR, "learners:register"),
        (Role.GOVERNOR, "school:no-school"),
    ],
)
def test_each_role_starts_on_the_page_it_has(client, db, role, where):
    client.force_login(member(role))

    assert client.get(HOME).url == reverse(where)


def test_who_also_plans_provision_starts_on_the_map(client, db):
    assistant = member(Role.TEACHING_ASSISTANT)
    MembershipFactory(user=assistant, school=assistant.memberships.get().school, role=Role.SENCO)
    client.force_login(assistant)

    assert client.get(HOME).url == reverse("interventions:map")


@pytest.mark.parametrize(
    ("role", "where"),
    [
        (Role.SENCO, "school:set-up"),
        (Role.ADMINISTRATOR, "school:set-up"),
        (Role.CLASS_TEACHER, "interventions:map"),
    ],
)
def test_a_school_not_set_up_shows_the_path_to_those_who_can_walk_it(client, db, role, where):
    client.force_login(member(role, SchoolFactory(set_up_done=False)))

    assert client.get(HOME).url == reverse(where)


def test_home_takes_no_post(client, senco):
    assert client.post(HOME).status_code == 405


def test_somebody_whose_time_is_over_is_told_whom_to_ask(client, senco):
    Membership.objects.update(ends="2026-11-20")

    assert client.get(HOME).url == reverse("school:no-school")
    answer = client.get(reverse("school:no-school"))
    assert "You have no role at a school at the moment" in answer.text
    assert client.get(reverse("school:settings")).status_code == 403


def test_a_governor_is_told_that_there_is_nothing_yet(client, db):
    client.force_login(member(Role.GOVERNOR))

    page = client.get(HOME, follow=True).text

    assert "has no pages here yet" in page
    assert "There are none yet" in page
    main = page.split("<main")[1]
    assert reverse("school:account") in main
    assert f'action="{reverse("school:sign-out")}"' in main


def test_a_page_that_a_role_has_not_leads_to_the_start_page_and_the_account(client, db):
    client.force_login(member(Role.GOVERNOR))

    refused = client.get(reverse("interventions:map"))

    assert refused.status_code == 403
    assert re.findall(r'href="(/[^"]*)">(?:Go|Your)', refused.text) == ["/", reverse("school:account")]


def test_somebody_with_a_role_has_no_use_for_that_page(client, senco):
    assert client.get(reverse("school:no-school")).url == HOME


def test_two_schools_can_be_switched_between(client, senco):
    other = MembershipFactory(user=senco, school=SchoolFactory(name="Zebra Academy")).school

    page = client.get(reverse("school:settings"))
    assert page.context["school"] == senco.school
    assert "Zebra Academy" in page.text
    client.post(reverse("school:switch"), {"school": other.pk})

    assert client.get(reverse("school:settings")).context["school"] == other


@pytest.mark.parametrize("asked", ["0", "x", "", "9" * 30])
def test_nobody_switches_to_a_school_that_is_not_theirs(client, senco, asked):
    strange = SchoolFactory()

    assert client.post(reverse("school:switch"), {"school": asked}).status_code == 404
    assert client.post(reverse("school:switch"), {"school": strange.pk}).status_code == 404
    assert client.get(reverse("school:switch")).url == HOME
    assert client.get(reverse("school:settings")).context["school"] == senco.school


def test_a_school_left_since_is_not_the_current_one_any_more(client, senco):
    other = MembershipFactory(user=senco, school=SchoolFactory(name="Zebra Academy"))
    client.post(reverse("school:switch"), {"school": other.school_id})
    Membership.objects.filter(pk=other.pk).update(ends="2026-11-20")

    assert client.get(reverse("school:settings")).context["school"] == senco.school


def test_the_school_switch_is_shown_to_nobody_with_one_school(client, senco):
    assert 'id="switch-school"' not in client.get(reverse("school:settings")).text


def test_how_pages_look_is_kept_with_the_person(client, senco):
    answer = client.post(
        reverse("school:preferences"), {"theme": "dark", "easy_reading": "on", "next": reverse("school:settings")}
    )

    senco.refresh_from_db()
    assert (senco.theme, senco.easy_reading) == ("dark", True)
    assert answer.url == reverse("school:settings")
    page = client.get(reverse("school:settings")).text
    assert 'data-theme="dark"' in page
    assert 'data-easy="true"' in page


def test_a_colour_that_is_none_changes_nothing_and_a_strange_address_leads_home(client, senco):
    answer = client.post(reverse("school:preferences"), {"theme": "pink", "next": "https://evil.example/"})

    senco.refresh_from_db()
    assert senco.theme == ""
    assert answer.url == HOME
    assert client.get(reverse("school:preferences")).url == HOME


def test_rows_say_what_they_are(db):
    held = MembershipFactory(user=UserFactory(name="Ada"))

    assert str(held.user) == "Ada"
    assert str(held) == f"SENCO at {held.school_id}"
    assert str(School.objects.get()) == held.school.name
