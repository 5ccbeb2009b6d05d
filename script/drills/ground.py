"""The school that drills of imports are made on: children with UPNs, their SEN, a few groups, and who may import."""

from datetime import timedelta
from typing import Any

from drills.seeds import CHILDREN, ON_REGISTER
from learners.models import Group, Learner, SenProvision
from provisionmap.school.models import Membership, School, User
from provisionmap.school.roles import Role
from provisionmap.school.today import today


def school_of_the_drill() -> tuple[User, Any]:
    """A SENCO and her school, with the first of the invented children on its register; made anew."""
    school = School.objects.create(name="Drill Primary", set_up_done=True)
    groups = {name: Group.objects.create(school=school, name=name) for name in ("1A", "2B", "3A")}
    learners = Learner.objects.bulk_create(
        Learner(
            school=school, upn=child.upn, surname=child.surname, forename=child.forename, date_of_birth=child.born,
            nc_year=child.year, group=groups.get(child.group),
        )
        for child in CHILDREN[:ON_REGISTER]
    )  # fmt: skip
    SenProvision.objects.bulk_create(
        SenProvision(learner=learner, code="K", need_1="SLCN", starts=today() - timedelta(days=400))
        for learner in learners[::3]
    )
    return senco_of(school, 1), school


def senco_of(school: Any, number: int) -> User:
    """Somebody who may import."""
    user = User.objects.create(email=f"senco{number}@drill.example", name=f"Senco {number}")
    starts = today() - timedelta(days=400)
    Membership.objects.create(user=user, school=school, role=Role.SENCO, starts=starts)
    return user
