"""Gaps and overlaps: what is told, to whom, and what puts it right."""

import re
from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from interventions.gaps import GAPS, Finder, Load
from interventions.models import Placement
from learners.models import Grant
from provisionmap.school.models import StaffHours
from provisionmap.school.roles import Role
from tests.factories import (
    DelivererFactory,
    GroupFactory,
    LearnerFactory,
    PlacementFactory,
    ProvisionFactory,
    SenProvisionFactory,
    member,
)

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 23)
PAGE = reverse("interventions:gaps")


def find(user, key):
    finder = Finder(school=user.school, user=user, day=TODAY)
    return list(finder.rows(next(gap for gap in GAPS if gap.key == key)))


def placed(school, tier=2, one=None, **fields):
    one = one or LearnerFactory(school=school)
    provision = ProvisionFactory(school=school, tier=tier, **fields.pop("provision", {}))
    return PlacementFactory(learner=one, provision=provision, **fields)


def test_a_learner_with_support_and_nothing_today_is_told(senco):
    nothing, over = (SenProvisionFactory(learner__school=senco.school, code=code).learner for code in ("K", "E"))
    none = LearnerFactory(school=senco.school)
    placed(senco.school, one=over, ends=date(2026, 11, 22))
    placed(senco.school, one=SenProvisionFactory(learner__school=senco.school, code="K").learner)

    assert set(find(senco, "nothing")) == {nothing, over}
    assert none not in find(senco, "nothing")


def test_tier_3_without_anything_in_the_classroom_is_told(senco):
    group = GroupFactory(school=senco.school)
    bare = placed(senco.school, tier=3).learner
    own = placed(senco.school, tier=3).learner
    placed(senco.school, tier=1, one=own)
    taught = placed(senco.school, tier=4, one=LearnerFactory(school=senco.school, group=group)).learner
    ProvisionFactory(school=senco.school, tier=1, group=group)
    placed(senco.school, tier=2)

    assert find(senco, "no-universal") == [bare]
    assert taught.group == group


def test_two_provisions_for_the_same_need_at_one_tier_are_told_together(senco):
    one = LearnerFactory(school=senco.school)
    twins = [placed(senco.school, one=one), placed(senco.school, one=one)]
    placed(senco.school, one=one, provision={"area": "semh"})
    placed(senco.school, one=one, tier=3)
    placed(senco.school, one=one, ends=date(2026, 10, 1))
    placed(senco.school, tier=1, one=one)
    placed(senco.school, tier=1, one=one)

    assert set(find(senco, "doubled")) == set(twins)


@pytest.mark.parametrize(
    ("ends", "left", "next_one", "told"),
    [
        (date(2026, 11, 20), None, None, True),
        (date(2026, 11, 23), None, None, False),
        (date(2026, 10, 12), None, None, True),
        (date(2026, 10, 11), None, None, False),
        (date(2026, 11, 20), date(2026, 11, 1), None, False),
        (date(2026, 11, 20), None, {"starts": date(2026, 11, 23)}, False),
        (date(2026, 11, 20), None, {"starts": date(2026, 11, 23), "name": "Another"}, True),
    ],
)
def test_a_provision_that_ended_is_told_until_something_follows(senco, ends, left, next_one, told):
    row = placed(senco.school, provision={"ends": ends, "name": "Booster"}, ends=left or ends)
    if next_one:
        ProvisionFactory(school=senco.school, **({"name": "Booster"} | next_one))

    assert find(senco, "ended") == ([row.provision] if told else [])


def test_what_targeted_support_lacks_is_told(senco):
    bare = placed(senco.school)
    full = placed(senco.school, outcome="Reads 60 words", review_on=date(2026, 11, 23))
    late = placed(senco.school, outcome="Reads 60 words", review_on=date(2026, 11, 22))
    placed(senco.school, tier=1)

    assert find(senco, "no-outcome") == [bare]
    assert find(senco, "no-review") == [bare]
    assert find(senco, "review-due") == [late]
    assert full.review_on == TODAY


def test_a_provision_that_nobody_answers_for_is_told(senco):
    bare = ProvisionFactory(school=senco.school)
    ProvisionFactory(school=senco.school, responsible=senco)
    ProvisionFactory(school=senco.school, responsible_name="Mr Hill")
    ProvisionFactory(school=senco.school, ends=date(2026, 11, 22))

    assert find(senco, "no-teacher") == [bare]


def hours(user, weekly):
    StaffHours.objects.create(school=user.school, user=user, weekly=Decimal(weekly))


def test_people_planned_for_more_than_their_week_are_told_the_furthest_over_first(senco):
    over, more, fits, unknown = (member(Role.TEACHING_ASSISTANT, senco.school) for _ in range(4))
    for one, weekly in ((over, "1"), (more, "1"), (fits, "2")):
        hours(one, weekly)
    for one in (over, more, fits, unknown):
        provision = ProvisionFactory(school=senco.school, sessions=5, minutes=20)
        DelivererFactory(provision=provision, user=one, preparation_minutes=2 if one == more else 0)
    DelivererFactory(provision=ProvisionFactory(school=senco.school, sessions=None, minutes=None), user=over)
    DelivererFactory(provision=ProvisionFactory(school=senco.school, ends=date(2026, 11, 1)), user=fits)
    DelivererFactory(provision=ProvisionFactory(school=senco.school), user=None, name="Therapist")

    loads = find(senco, "over-hours")

    assert [(load.user, load.minutes, load.over) for load in loads] == [(more.pk, 110, 50), (over.pk, 100, 40)]
    assert loads[0] == Load(more.pk, more.name, 110, Decimal("1.00"))


def test_a_teaching_assistant_is_told_of_their_own_learners_only_and_of_nobodys_hours(client, senco):
    ta = member(Role.TEACHING_ASSISTANT, senco.school)
    mine, other = placed(senco.school), placed(senco.school)
    Grant.objects.create(learner=mine.learner, user=ta, source="shared:1", starts=date(2026, 9, 7))
    hidden = placed(senco.school, one=mine.learner, confidential=True)
    client.force_login(ta)

    overview, listed = client.get(PAGE).text, client.get(reverse("interventions:gap", args=["no-outcome"])).text

    assert "Staff over their hours" not in overview
    assert mine.learner.name in listed
    assert other.learner.name not in listed
    assert hidden.provision.name not in listed
    assert "Write the outcome" not in listed
    assert client.get(reverse("interventions:gap", args=["over-hours"])).status_code == 404
    assert 'id="learner-' not in client.get("/map/?gap=over-hours").text


@pytest.mark.parametrize("gap", GAPS, ids=lambda gap: gap.key)
def test_each_gap_is_counted_listed_with_its_remedy_and_found_on_the_map(client, senco, gap):
    one = SenProvisionFactory(learner__school=senco.school, code="K", learner__surname="Nothing").learner
    doubled = LearnerFactory(school=senco.school, surname="Doubled")
    for _ in range(2):
        row = placed(senco.school, one=doubled, tier=3, review_on=None)
    placed(senco.school, review_on=date(2026, 11, 2))
    placed(senco.school, provision={"ends": date(2026, 11, 20)}, ends=date(2026, 11, 20))
    hours(senco, "0.25")
    DelivererFactory(provision=row.provision, user=senco)
    finder = Finder(school=senco.school, user=senco, day=TODAY)

    count = finder.counts()[gap.key]
    listed = client.get(reverse("interventions:gap", args=[gap.key]))
    overview = client.get(PAGE).text

    assert count == len(listed.context["rows"]) > 0
    assert listed.text.count(f">{gap.remedy}<span") == count
    assert gap.title in overview
    shown = set(re.findall(r'<tr[^>]*id="learner-(\d+)"', client.get("/map/", {"gap": gap.key}).text))
    assert shown == {str(pk) for pk in finder.learners_of(gap).values_list("pk", flat=True)} != set()
    assert one.surname == "Nothing"


def test_a_school_without_gaps_is_told_so(client, senco):
    assert "Nothing is missing, doubled or overdue." in client.get(PAGE).text
    assert "None today" in client.get(reverse("interventions:gap", args=["doubled"])).text
    assert client.get(reverse("interventions:gap", args=["anything"])).status_code == 404


@pytest.mark.parametrize("rows", [1, 30])
def test_the_number_of_queries_does_not_grow(client, senco, rows, django_assert_num_queries):
    for _ in range(rows):
        one = SenProvisionFactory(learner__school=senco.school, code="K").learner
        placed(senco.school, one=one)
        placed(senco.school, one=one)
        SenProvisionFactory(learner__school=senco.school, code="K")
        DelivererFactory(provision=ProvisionFactory(school=senco.school), user=senco)
    client.get(PAGE)

    with django_assert_num_queries(12):
        client.get(PAGE)
    for key, queries in (("nothing", 5), ("doubled", 5), ("no-teacher", 7)):
        with django_assert_num_queries(queries):
            client.get(reverse("interventions:gap", args=[key]))
    assert Placement.objects.count() == 2 * rows
