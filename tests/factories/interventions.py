"""Interventions, provisions and placements for tests; one school throughout."""

from datetime import date, time

import factory
from factory.django import DjangoModelFactory

from interventions.models import (
    Attendance,
    Deliverer,
    Intervention,
    InterventionArea,
    Placement,
    Provision,
    Session,
    Slot,
)
from tests.factories.learners import LearnerFactory
from tests.factories.school import SchoolFactory, UserFactory


class InterventionFactory(DjangoModelFactory):
    class Meta:
        model = Intervention
        skip_postgeneration_save = True

    school = factory.SubFactory(SchoolFactory)
    name = factory.Sequence(lambda n: f"Precision teaching {n}")
    tier = 2
    minutes = 10
    sessions = 3
    weeks = 12
    area = factory.PostGeneration(
        lambda entry, create, given, **kwargs: InterventionArea.objects.create(
            intervention=entry, area=given or "cognition"
        )
    )


class ProvisionFactory(DjangoModelFactory):
    class Meta:
        model = Provision

    school = factory.SubFactory(SchoolFactory)
    name = factory.Sequence(lambda n: f"Precision teaching {n}")
    tier = 2
    area = "cognition"
    starts = date(2026, 9, 7)
    ends = date(2027, 7, 20)
    minutes = 10
    sessions = 3


class DelivererFactory(DjangoModelFactory):
    class Meta:
        model = Deliverer

    provision = factory.SubFactory(ProvisionFactory)
    user = factory.SubFactory(UserFactory)
    role = "ta"


class PlacementFactory(DjangoModelFactory):
    class Meta:
        model = Placement

    school = factory.SelfAttribute("learner.school")
    learner = factory.SubFactory(LearnerFactory)
    provision = factory.SubFactory(ProvisionFactory, school=factory.SelfAttribute("..learner.school"))
    starts = date(2026, 9, 7)
    ends = date(2027, 7, 20)
    minutes = 10
    sessions = 3


class SlotFactory(DjangoModelFactory):
    """Mondays at 9:15."""

    class Meta:
        model = Slot

    school = factory.SelfAttribute("provision.school")
    provision = factory.SubFactory(ProvisionFactory)
    weekday = 0
    at = time(9, 15)
    minutes = 20
    starts = date(2026, 9, 7)
    ends = date(2027, 7, 20)


class SessionFactory(DjangoModelFactory):
    """One that was delivered, on a Monday."""

    class Meta:
        model = Session

    school = factory.SelfAttribute("provision.school")
    provision = factory.SubFactory(ProvisionFactory)
    slot = factory.SubFactory(SlotFactory, provision=factory.SelfAttribute("..provision"))
    on = date(2026, 11, 16)
    at = time(9, 15)
    minutes = 20
    state = "delivered"
    tier = 2
    area = "cognition"


class AttendanceFactory(DjangoModelFactory):
    class Meta:
        model = Attendance

    school = factory.SelfAttribute("placement.school")
    placement = factory.SubFactory(PlacementFactory)
    learner = factory.SelfAttribute("placement.learner")
    session = factory.SubFactory(SessionFactory, provision=factory.SelfAttribute("..placement.provision"))
    on = factory.SelfAttribute("session.on")
    outcome = "present"
    planned = 20
    minutes = 20
