"""One placement with the adults who deliver it, in one query."""

from datetime import date

import pytest

from interventions.models import Placement
from interventions.reading import deliverers_of, people_of, read_one, who_of
from learners.models import Learner
from tests.factories import (
    DelivererFactory,
    GroupFactory,
    LearnerFactory,
    PlacementFactory,
    SenProvisionFactory,
    UserFactory,
)

TODAY = date(2026, 11, 23)


@pytest.fixture
def placement(db):
    """A placement whose provision nobody delivers yet."""
    return PlacementFactory()


def test_adults_come_in_the_order_they_were_added_those_of_today_only(placement, django_assert_num_queries):
    named = {"provision": placement.provision}
    DelivererFactory(**named, user=UserFactory(name="Zoe Late"))
    DelivererFactory(**named, user=None, name="NHS therapist", starts=TODAY, ends=TODAY)
    DelivererFactory(**named, user=UserFactory(name="Ada Early"))
    DelivererFactory(**named, user=UserFactory(name="Gone"), ends=date(2026, 11, 22))
    DelivererFactory(**named, user=UserFactory(name="To come"), starts=date(2026, 11, 24))
    DelivererFactory()

    with django_assert_num_queries(1):
        found, people = read_one(Placement.objects.for_map(), placement.pk, TODAY)
        assert found.provision.name == placement.provision.name

    assert (found, people) == (placement, ("Zoe Late", "NHS therapist", "Ada Early"))
    assert people == deliverers_of([placement.provision_id], TODAY)[placement.provision_id]


@pytest.mark.parametrize("dates", [{}, {"ends": date(2026, 11, 22)}])
def test_a_placement_that_nobody_delivers_today_is_still_found(placement, dates):
    if dates:
        DelivererFactory(provision=placement.provision, **dates)

    assert read_one(Placement.objects.all(), placement.pk, TODAY) == (placement, ())


def test_what_the_queryset_leaves_out_is_not_there(placement):
    with pytest.raises(Placement.DoesNotExist):
        read_one(Placement.objects.none(), placement.pk, TODAY)


@pytest.mark.django_db
def test_learners_read_in_one_go_are_the_same_as_read_one_by_one(senco):
    group = GroupFactory(school=senco.school)
    fields = [{}, {"preferred_name": "May"}, {"group": group, "fsm": True, "service_child": True}]
    for more in fields:
        SenProvisionFactory(learner=LearnerFactory(school=senco.school, **more), need_2="SLCN")
    LearnerFactory(school=senco.school, nc_year="")

    together = people_of(Learner.objects.all())

    assert list(together.values()) == [who_of(one) for one in Learner.objects.for_register()]
