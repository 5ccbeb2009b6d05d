"""What a learner's page says of their provision, and to whom."""

from datetime import date

import pytest
from django.urls import reverse

from interventions.panels import provision
from provisionmap.school.models import TierLabel
from provisionmap.school.roles import Role
from tests.factories import DelivererFactory, LearnerFactory, PlacementFactory, ProvisionFactory, UserFactory, member

TODAY = date(2026, 11, 23)


def names(lines):
    """What the lines of a part of the panel are about."""
    return [line["item"].name for line in lines]


def place(learner, name, starts, ends, **fields):
    """A placement of `learner` in a provision of that name."""
    held = ProvisionFactory(school=learner.school, name=name, starts=starts, ends=ends, **fields)
    return PlacementFactory(learner=learner, provision=held, starts=starts, ends=ends)


def test_placements_stand_under_now_to_come_and_before(client, senco):
    maya = LearnerFactory(school=senco.school)
    place(maya, "Running", date(2026, 9, 7), TODAY)
    place(maya, "Open", date(2026, 9, 7), None)
    place(maya, "Next", date(2026, 11, 24), None)
    place(maya, "First", date(2025, 9, 7), date(2025, 12, 18))
    place(maya, "Second", date(2026, 1, 7), date(2026, 11, 22))
    place(LearnerFactory(school=senco.school), "Somebody else's", date(2026, 9, 7), None)

    _, shown = provision(maya, senco, TODAY)

    assert names(shown["now"]) == ["Open", "Running"]
    assert names(shown["later"]) == ["Next"]
    assert names(shown["before"]) == ["Second", "First"]
    page = client.get(reverse("learners:learner", args=[maya.pk])).text
    assert "To come" in page
    assert "Before: 2" in page


def test_a_line_says_tier_dose_people_and_dates(client, senco):
    maya = LearnerFactory(school=senco.school)
    TierLabel.objects.create(school=senco.school, code=2, label="Targeted", starts=date(2026, 9, 1))
    placed = place(maya, "Precision teaching", date(2026, 9, 7), date(2026, 12, 18))
    DelivererFactory(provision=placed.provision, user=UserFactory(name="Keira Flynn"))

    page = client.get(reverse("learners:learner", args=[maya.pk])).text

    assert '<span class="tier t2">Targeted</span>' in page
    assert "3 × 10 min" in page
    assert "Keira Flynn · 7 Sep 2026 to 18 Dec 2026" in page
    assert reverse("interventions:provision", args=[placed.provision_id]) in page


def test_a_tier_the_school_gave_up_is_still_named(senco):
    maya = LearnerFactory(school=senco.school)
    place(maya, "Old", date(2026, 9, 7), None, tier=4)

    _, shown = provision(maya, senco, TODAY)

    assert [line["tier"] for line in shown["now"]] == ["Tier 4"]


def test_a_learner_without_provision_is_said_in_words(client, senco):
    maya = LearnerFactory(school=senco.school)
    address = reverse("learners:learner", args=[maya.pk])

    assert "No provision is running and none ran before." in client.get(address).text
    place(maya, "First", date(2025, 9, 7), date(2025, 12, 18))
    assert "No provision is running today." in client.get(address).text


def test_those_who_may_not_see_the_map_see_no_panel(db):
    administrator = member(Role.ADMINISTRATOR)

    assert provision(LearnerFactory(school=administrator.school), administrator, TODAY) is None


@pytest.mark.parametrize(
    ("role", "confidential", "seen", "opens"),
    [
        (Role.SENCO, True, True, True),
        (Role.HEAD, False, True, True),
        (Role.HEAD, True, False, False),
        (Role.TEACHING_ASSISTANT, False, True, False),
        (Role.TEACHING_ASSISTANT, True, False, False),
    ],
)
def test_confidential_provision_is_for_those_cleared_and_links_open_for_those_who_see_it(
    db, role, confidential, seen, opens
):
    user = member(role)
    maya = LearnerFactory(school=user.school)
    maya.grants.create(user=user, source="provision:0", starts=date(2026, 9, 1))
    place(maya, "Talking", date(2026, 9, 7), None, confidential=confidential)

    _, shown = provision(maya, user, TODAY)

    assert names(shown["now"]) == (["Talking"] if seen else [])
    assert [bool(line["provision"]) for line in shown["now"]] == ([opens] if seen else [])


def test_a_confidential_placement_shared_with_somebody_is_shown_without_a_link(db):
    head = member(Role.HEAD)
    placed = place(LearnerFactory(school=head.school), "Talking", date(2026, 9, 7), None, confidential=True)
    placed.shared_with.add(head)

    _, shown = provision(placed.learner, head, TODAY)

    assert [(line["item"].name, line["provision"]) for line in shown["now"]] == [("Talking", None)]


@pytest.mark.parametrize("rows", [1, 30])
def test_the_number_of_queries_does_not_grow_with_the_placements(senco, rows, django_assert_num_queries):
    maya = LearnerFactory(school=senco.school)
    for number in range(rows):
        placed = place(maya, f"Number {number}", date(2026, 9, 7), None)
        DelivererFactory(provision=placed.provision)

    with django_assert_num_queries(4):  # the roles, which a request already holds; placements; people; tiers
        provision(maya, senco, TODAY)
