"""Whatever is sent, the answer is a page or a refusal in words, never a crash."""

import pytest

from tests.factories import InterventionFactory, LearnerFactory, PlacementFactory, ProvisionFactory

pytestmark = pytest.mark.django_db
ODD = ["²", "-1", "9" * 30, "x", "\0", "1\0"]


@pytest.mark.parametrize("odd", ODD)
def test_odd_numbers_in_addresses_are_nobodys(client, senco, odd):
    for address in (
        "/map/",
        "/map/rows/",
        "/map/changes/",
        "/provisions/",
        "/provisions/new/",
        "/library/",
        "/learners/",
    ):
        names = ("page", "learner", "from", "tier", "group", "staff", "year", "as_of", "since", "area", "state", "sort")
        assert client.get(address, dict.fromkeys(names, odd)).status_code == 200


@pytest.mark.parametrize("odd", ODD)
def test_odd_words_and_versions_are_no_crash(client, senco, odd):
    entry, provision = InterventionFactory(school=senco.school), ProvisionFactory(school=senco.school)
    placement = PlacementFactory(learner__school=senco.school)
    learner = LearnerFactory(school=senco.school)
    names = (
        "text",
        "find",
        "seen",
        "on",
        "provision",
        "learners",
        "upns",
        "group",
        "dose",
        "starts",
        "ends",
        "outcome",
    )
    sent = dict.fromkeys(names, odd)

    for address in (
        "/map/", "/map/tally/", "/map/rows/", "/provisions/", "/provisions/new/", "/provisions/find-learners/",
        "/library/", f"/library/{entry.pk}/archive/", f"/provisions/{provision.pk}/end/",
        f"/provisions/{provision.pk}/learners/", f"/provisions/{provision.pk}/edit/",
        f"/map/placements/{placement.pk}/", f"/map/placements/{placement.pk}/end/",
        f"/map/learners/{learner.pk}/tier/2/add/", "/learners/",
    ):  # fmt: skip
        assert client.post(address, sent).status_code in (200, 302, 409, 422), address
