"""Learners for tests, with invented names."""

from datetime import date

import factory
from factory.django import DjangoModelFactory

from learners.models import Group, Learner, SenProvision
from tests.factories.school import SchoolFactory


class GroupFactory(DjangoModelFactory):
    class Meta:
        model = Group

    school = factory.SubFactory(SchoolFactory)
    name = factory.Sequence(lambda n: f"Kestrel {n}")
    nc_year = "4"


class LearnerFactory(DjangoModelFactory):
    class Meta:
        model = Learner

    school = factory.SubFactory(SchoolFactory)
    upn = factory.Sequence(lambda n: f"A{n:012d}")
    surname = factory.Sequence(lambda n: f"Okafor{n}")
    forename = factory.Sequence(lambda n: f"Maya{n}")
    date_of_birth = date(2018, 1, 15)
    nc_year = "4"
    joined = date(2022, 9, 1)


class SenProvisionFactory(DjangoModelFactory):
    class Meta:
        model = SenProvision

    learner = factory.SubFactory(LearnerFactory)
    code = "K"
    need_1 = "SPLD"
    starts = date(2025, 10, 1)
