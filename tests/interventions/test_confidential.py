"""Confidential provision: for those cleared and those it is shared with, the same in a request and outside one."""

import pytest

from interventions.models import Placement
from provisionmap.school.access import capabilities_at
from provisionmap.school.models import User
from provisionmap.school.roles import Role
from tests.factories import (
    DelivererFactory,
    LearnerFactory,
    MembershipFactory,
    PlacementFactory,
    ProvisionFactory,
    SchoolFactory,
    member,
)


@pytest.fixture
def school(db):
    """One open placement, one confidential placement, one placement in a confidential provision."""
    school = SchoolFactory()
    child = LearnerFactory(school=school)
    PlacementFactory(learner=child, outcome="open")
    PlacementFactory(learner=child, outcome="own", confidential=True)
    PlacementFactory(learner=child, outcome="whole", provision=ProvisionFactory(school=school, confidential=True))
    return school


def seen_by(user, *, within_a_request):
    user = User.objects.get(pk=user.pk)
    if within_a_request:  # as the middleware does
        user.held = {row.school_id: capabilities_at(user, row.school) for row in user.memberships.all()}
    return sorted(Placement.objects.visible_to(user).values_list("outcome", flat=True))


@pytest.mark.parametrize("within_a_request", [True, False])
@pytest.mark.parametrize(
    ("role", "outcomes"),
    [
        (Role.SENCO, ["open", "own", "whole"]),
        (Role.HEAD, ["open"]),
        (Role.SENCO_ASSISTANT, ["open"]),
        (Role.GOVERNOR, []),
    ],
)
def test_the_senco_is_cleared_and_others_are_not(school, role, outcomes, within_a_request):
    assert seen_by(member(role, school), within_a_request=within_a_request) == outcomes


@pytest.mark.parametrize("within_a_request", [True, False])
def test_what_is_shared_or_delivered_is_seen_without_clearance(school, within_a_request):
    head = member(Role.HEAD, school)
    Placement.objects.get(outcome="own").shared_with.add(head)
    DelivererFactory(provision=Placement.objects.get(outcome="whole").provision, user=head)

    assert seen_by(head, within_a_request=within_a_request) == ["open", "own", "whole"]


@pytest.mark.parametrize("within_a_request", [True, False])
def test_clearance_at_one_school_is_none_at_another(school, within_a_request):
    both = member(Role.SENCO)
    MembershipFactory(user=both, school=school, role=Role.HEAD)
    PlacementFactory(learner=LearnerFactory(school=both.school), outcome="there", confidential=True)

    assert seen_by(both, within_a_request=within_a_request) == ["open", "there"]
