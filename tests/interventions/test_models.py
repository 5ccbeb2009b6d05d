"""How interventions, provisions and placements name themselves, and what the database refuses."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from tests.factories import DelivererFactory, InterventionFactory, PlacementFactory, ProvisionFactory

pytestmark = pytest.mark.django_db


def test_each_is_named_without_naming_a_learner():
    placement = PlacementFactory()

    assert str(placement) == f"Placement {placement.pk}"
    assert str(ProvisionFactory(name="Phonics")) == "Phonics"
    assert str(InterventionFactory(name="Phonics")) == "Phonics"
    assert str(DelivererFactory(user=None, name="NHS therapist")) == "NHS therapist"


@pytest.mark.parametrize(
    ("factory", "fields"),
    [
        (PlacementFactory, {"ends": date(2026, 9, 1)}),
        (PlacementFactory, {"minutes": 0}),
        (PlacementFactory, {"sessions": 36}),
        (ProvisionFactory, {"ends": date(2026, 9, 1)}),
        (ProvisionFactory, {"minutes": 601}),
        (ProvisionFactory, {"sessions": 0}),
        (ProvisionFactory, {"tier": 5}),
        (InterventionFactory, {"tier": 0}),
        (InterventionFactory, {"group_min": 6, "group_max": 3}),
        (DelivererFactory, {"user": None}),
    ],
)
def test_the_database_refuses_what_cannot_be(factory, fields):
    with pytest.raises(IntegrityError), transaction.atomic():
        factory(**fields)


def test_a_learner_starts_in_a_provision_once_a_day():
    placement = PlacementFactory()

    with pytest.raises(IntegrityError), transaction.atomic():
        PlacementFactory(provision=placement.provision, learner=placement.learner)


def test_a_name_is_used_once_a_tier_among_the_entries_in_use():
    entry = InterventionFactory()
    InterventionFactory(school=entry.school, name=entry.name, archived_at=date(2026, 9, 1))

    with pytest.raises(IntegrityError), transaction.atomic():
        InterventionFactory(school=entry.school, name=entry.name)
