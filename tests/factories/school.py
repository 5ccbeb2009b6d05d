"""Schools, people and calendars for tests. All dates lie round the autumn term of 2026."""

from datetime import date

import factory
from factory.django import DjangoModelFactory

from provisionmap.school.models import AcademicYear, Membership, School, Term, User
from provisionmap.school.roles import Role


class SchoolFactory(DjangoModelFactory):
    class Meta:
        model = School

    name = factory.Sequence(lambda n: f"Oakfield Primary {n}")
    set_up_done = True


class UserFactory(DjangoModelFactory):
    class Meta:
        model = User

    email = factory.Sequence(lambda n: f"person{n}@oakfield.example")
    name = factory.Sequence(lambda n: f"Adult Number{n}")


class MembershipFactory(DjangoModelFactory):
    class Meta:
        model = Membership

    user = factory.SubFactory(UserFactory)
    school = factory.SubFactory(SchoolFactory)
    role = Role.SENCO
    starts = date(2020, 9, 1)


def member(role: Role, school: School | None = None, **fields: object) -> User:
    """Somebody who holds `role` at `school` (a new one by default); `.school` is that school."""
    held = MembershipFactory(role=role, school=school or SchoolFactory(), user=UserFactory(**fields))
    held.user.school = held.school
    return held.user


class AcademicYearFactory(DjangoModelFactory):
    class Meta:
        model = AcademicYear

    school = factory.SubFactory(SchoolFactory)
    name = "2026/27"
    starts = date(2026, 9, 1)
    ends = date(2027, 8, 31)


class TermFactory(DjangoModelFactory):
    class Meta:
        model = Term

    year = factory.SubFactory(AcademicYearFactory)
    school = factory.SelfAttribute("year.school")
    name = "Autumn term 2026"
    starts = date(2026, 9, 2)
    ends = date(2026, 12, 18)
    half_term_starts = date(2026, 10, 26)
    half_term_ends = date(2026, 10, 30)
