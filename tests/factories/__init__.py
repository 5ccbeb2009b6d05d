"""Factories: each makes one valid thing; situations are traits."""

from tests.factories.interventions import (
    DelivererFactory,
    InterventionFactory,
    PlacementFactory,
    ProvisionFactory,
)
from tests.factories.learners import GroupFactory, LearnerFactory, SenProvisionFactory
from tests.factories.school import (
    AcademicYearFactory,
    MembershipFactory,
    SchoolFactory,
    TermFactory,
    UserFactory,
    member,
)

__all__ = [
    "AcademicYearFactory",
    "DelivererFactory",
    "GroupFactory",
    "InterventionFactory",
    "LearnerFactory",
    "MembershipFactory",
    "PlacementFactory",
    "ProvisionFactory",
    "SchoolFactory",
    "SenProvisionFactory",
    "TermFactory",
    "UserFactory",
    "member",
]
