"""Models of the ground floor, by noun."""

from provisionmap.school.models.alarm import Alarm
from provisionmap.school.models.audit import AuditEvent, AuditSeal
from provisionmap.school.models.calendar import AcademicYear, Closure, Term
from provisionmap.school.models.person import Membership, StaffHours, User
from provisionmap.school.models.review import AccessReview
from provisionmap.school.models.school import LAYERS, TIER_SETS, TIERS, WAVES, School, TierLabel
from provisionmap.school.models.tries import SignInTries

__all__ = [
    "LAYERS",
    "TIERS",
    "TIER_SETS",
    "WAVES",
    "AcademicYear",
    "AccessReview",
    "Alarm",
    "AuditEvent",
    "AuditSeal",
    "Closure",
    "Membership",
    "School",
    "SignInTries",
    "StaffHours",
    "Term",
    "TierLabel",
    "User",
]
