"""Who holds which rows: acts that come at once wait in one order, and never for each other. PostgreSQL only."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from django.db import OperationalError, connection, transaction

from interventions.actions import copying, importing, library, tiers, years
from interventions.models import MapChange, Placement, Provision
from interventions.terms import ground_of
from interventions.tier_rules import seal
from interventions.tier_things import things_of
from learners.actions import groups
from learners.actions import importing as lists
from learners.actions.learners import add_learner, change_learner
from learners.actions.years import pupil_of, roll_of
from learners.models import Grant, Learner
from learners.moving_up import Turn, steps_of, token_of
from provisionmap.school.actions import calendar, people
from provisionmap.school.roles import Role
from tests.factories import (
    AcademicYearFactory,
    GroupFactory,
    LearnerFactory,
    PlacementFactory,
    ProvisionFactory,
    TermFactory,
    member,
)

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one write at a time, and locks no row"),
]
TODAY, OLD_END, FIRST, END = date(2026, 11, 23), date(2026, 12, 18), date(2027, 1, 4), date(2027, 3, 26)


@pytest.fixture
def by():
    return member(Role.SENCO)


def gets_through(act):
    """Whether somebody else writes `act` while this transaction is open; False where they would wait for it."""

    def write():
        try:
            with transaction.atomic():
                with connection.cursor() as cursor:
                    cursor.execute("SET LOCAL lock_timeout = '200ms'")
                act()
        except OperationalError:
            return False
        else:
            return True
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(write).result()


def held(row):
    """Whether this transaction holds `row` against whoever wants to hold it too."""
    return not gets_through(lambda: type(row).objects.select_for_update(no_key=True).get(pk=row.pk))


def copied(by):
    year = AcademicYearFactory(school=by.school)
    old, new = TermFactory(year=year), TermFactory(year=year, name="Spring", starts=FIRST, ends=END,
                                                   half_term_starts=None, half_term_ends=None)  # fmt: skip
    before = ProvisionFactory(school=by.school, name="Booster", ends=OLD_END)
    there = ProvisionFactory(school=by.school, name="booster", starts=FIRST, ends=END)
    placed = PlacementFactory(provision=before, learner__school=by.school, ends=OLD_END)
    PlacementFactory(provision=before, learner__school=by.school, ends=OLD_END)
    PlacementFactory(provision=there, learner=placed.learner, starts=FIRST, ends=END)
    rows = ground_of(school=by.school, user=by, old=old, new=new, first=FIRST).rows
    asked = copying.Asked(old, new, FIRST, {before.pk}, set(Placement.objects.values_list("pk", flat=True)))
    seen = {row.held.pk: row.token for row in rows}
    return there, lambda: copying.copy_term(school=by.school, asked=asked, seen=seen, by=by)


def begun(by):
    six = LearnerFactory(school=by.school, nc_year="6")
    place = PlacementFactory(learner=six, ends=None, provision=ProvisionFactory(school=by.school, ends=None))
    turn = Turn("2027/28", date(2027, 9, 1), "6", date(2027, 7, 16))
    steps = steps_of(map(pupil_of, roll_of(by.school, by, TODAY)), turn, {})
    seen = token_of((one.pupil for one in steps), years.places_after(years.ending(steps, turn), by))
    asked = years.Asked(turn)
    return place, lambda: years.begin_year(school=by.school, asked=asked, seen=seen, today=TODAY, by=by)


def retiered(by):
    choice = tiers.Choice("layers", TODAY)
    seen = seal(things_of(by.school, TODAY))
    return tiers.change_tier_set(school=by.school, choice=choice, seen=seen, today=TODAY, by=by)


HOLDERS = {
    "a map import": lambda by: importing._lock(by.school),
    "a list import": lambda by: lists._lock(by.school),
    "a copy of a term": lambda by: copied(by)[1](),
    "next year": lambda by: begun(by)[1](),
    "other tiers": retiered,
    "a stocked library": lambda by: library.stock(school=by.school, by=by),
    "a group": lambda by: groups._lock(by.school),
    "a new learner": lambda by: add_learner(school=by.school, values={"surname": "Bee", "forename": "Ada"}, by=by),
    "a changed learner": lambda by: change_learner(
        learner=LearnerFactory(school=by.school), changes={"nc_year": "5"}, seen=1, by=by
    ),
    "the calendar": lambda by: calendar._lock(by.school),
    "people": lambda by: people._lock(by.school),
}


@pytest.mark.parametrize("holder", HOLDERS)
def test_whoever_holds_a_school_lets_others_write_rows_that_belong_to_it(by, holder):
    with transaction.atomic():
        HOLDERS[holder](by)

        assert held(by.school)
        assert gets_through(lambda: MapChange.objects.create(school=by.school, kind="bulk", words="Ended 1 placement"))


def test_a_list_import_and_the_turn_of_the_year_let_others_write_rows_that_belong_to_a_learner(by):
    learner = LearnerFactory(school=by.school)

    for hold in (lambda: lists._lock(by.school), lambda: roll_of(by.school, by, TODAY, locked=True)):
        with transaction.atomic():
            hold()

            assert held(learner)
            assert gets_through(
                lambda: Grant.ever.create(content_object=learner, user=by, source="shared:1", starts=TODAY)
            )


def test_a_group_that_is_changed_lets_a_learner_join_it(by):
    group, learner = GroupFactory(school=by.school, name="4A"), LearnerFactory(school=by.school)

    with transaction.atomic():
        groups.change_group(group=group, name="4A", nc_year="5", teachers=[], seen=groups.state_of(group), by=by)

        assert held(group)
        assert gets_through(lambda: Learner.objects.filter(pk=learner.pk).update(group=group))


def test_a_copy_of_a_term_holds_the_provision_it_joins(by):
    there, copy = copied(by)
    other = ProvisionFactory(school=by.school, name="Another", starts=FIRST, ends=END)

    with transaction.atomic():
        copy()

        assert (held(there), held(other)) == (True, False)


def test_the_turn_of_the_year_waits_for_whoever_holds_a_provision_and_then_holds_it(by):
    place, begin = begun(by)

    with transaction.atomic():
        Provision.objects.select_for_update().get(pk=place.provision_id)

        assert not gets_through(begin)

    with transaction.atomic():
        begin()

        assert held(place.provision)
