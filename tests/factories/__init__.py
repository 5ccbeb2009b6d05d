"""Factories: each makes one valid thing; situations are traits."""

from tests.factories.interventions import (
    AttendanceFactory,
    DelivererFactory,
    InterventionFactory,
    PlacementFactory,
    ProvisionFactory,
    SessionFactory,
    SlotFactory,
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
    "AttendanceFactory",
    "DelivererFactory",
    "GroupFactory",
    "InterventionFactory",
    "LearnerFactory",
    "MembershipFactory",
    "PlacementFactory",
    "ProvisionFactory",
    "SchoolFactory",
    "SenProvisionFactory",
    "SessionFactory",
    "SlotFactory",
    "TermFactory",
    "UserFactory",
    "member",
]
