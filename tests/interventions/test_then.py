"""An earlier map as it was then recorded: what was written later is not in it."""

import re
from datetime import UTC, date, datetime

import pytest
from django.urls import reverse

from interventions.actions import undoing
from interventions.actions.grants import sync_grants
from interventions.actions.placements import change_placement
from interventions.actions.provisions import Delivery, change_provision
from interventions.actions.tiers import Choice, change_tier_set
from interventions.models import MapChange, Placement, Provision
from interventions.then import map_then
from interventions.tier_rules import seal
from interventions.tier_things import things_of
from provisionmap.school.actions.school import change_tiers
from provisionmap.school.models import LAYERS, WAVES, School
from provisionmap.school.roles import Role
from tests.factories import (
    DelivererFactory,
    GroupFactory,
    LearnerFactory,
    PlacementFactory,
    SenProvisionFactory,
    UserFactory,
    member,
)

pytestmark = pytest.mark.django_db
THEN = reverse("interventions:map-then")
FIRST, SECOND, THIRD = date(2026, 11, 23), date(2026, 11, 24), date(2026, 11, 25)


@pytest.fixture
def row(senco):
    """A learner's place in Wave 3, with an adult, as it was written on the first day."""
    learner = LearnerFactory(school=senco.school, surname="Okafor", forename="Maya", nc_year="3")
    SenProvisionFactory(learner=learner, code="K")
    made = PlacementFactory(learner=learner, provision__tier=3, provision__name="Catch-up", outcome="Reads")
    DelivererFactory(provision=made.provision, user=UserFactory(name="Ann Bell"))
    return made


def seen(user, day=FIRST, known=FIRST, **chosen):
    school = School.objects.get(pk=getattr(user, "school", user).pk)
    return map_then(school=school, user=user, day=day, known=known, chosen=chosen)


def change(row, by, **values):
    placement = Placement.objects.get(pk=row.pk)
    return change_placement(placement=placement, changes=values, seen=placement.version, by=by)


def go(by, to, rules, on):
    school = School.objects.get(pk=by.school.pk)
    sealed = seal(things_of(school, on))
    return change_tier_set(school=school, choice=Choice(to, on, rules), seen=sealed, today=on, by=by)


def test_names_dose_outcome_adults_and_needs_are_those_of_then(senco, row, clock):
    clock.shift(86400)
    change(row, senco, sessions=5, outcome="Reads 60 words")
    change_provision(
        provision=row.provision, changes={"name": "Booster", "tier": 2}, deliverers=[Delivery(name="Nia Rees")],
        seen=1, by=senco,
    )  # fmt: skip
    row.learner.surname, row.learner.nc_year = "Bright", "4"
    row.learner.save()
    record = row.learner.sen_provisions.get()
    record.need_1 = "SLCN"
    record.save()

    (then,), (now,) = seen(senco).items, seen(senco, SECOND, SECOND).items

    assert [(one.name, one.tier, one.dose.words, one.outcome, one.people) for one in (then, now)] == [
        ("Catch-up", 3, "3 × 10 min", "Reads", ("Ann Bell",)),
        ("Booster", 2, "5 × 10 min", "Reads 60 words", ("Nia Rees",)),
    ]
    children = [seen(senco, day, day).learners[0] for day in (FIRST, SECOND)]
    assert [(one.name, one.year, one.needs) for one in children] == [
        ("Maya Okafor", "3", ("SPLD",)), ("Maya Bright", "4", ("SLCN",)),
    ]  # fmt: skip


def test_a_day_read_from_the_records_of_another(senco, row, clock):
    clock.shift(86400)
    change(row, senco, ends=date(2026, 10, 16))

    assert [len(seen(senco, day, known).items) for day, known in (
        (FIRST, FIRST), (FIRST, SECOND), (date(2026, 10, 1), SECOND), (date(2026, 9, 1), SECOND),
    )] == [1, 0, 1, 0]  # fmt: skip


def test_what_was_removed_since_stands_and_what_came_since_does_not(senco, row, clock):
    clock.shift(86400)
    row.delete()
    PlacementFactory(learner__school=senco.school)

    assert [one.name for one in seen(senco).items] == ["Catch-up"]
    assert "Catch-up" not in [one.name for one in seen(senco, SECOND, SECOND).items]


def test_the_last_word_of_a_moment_counts(senco, row):
    change(row, senco, sessions=4)
    change(row, senco, sessions=5)
    Placement.history.update(history_date=datetime(2026, 11, 23, 12, tzinfo=UTC))

    assert [one.dose.sessions for one in seen(senco).items] == [5]


def test_somebody_from_outside_who_only_answers_for_it_is_named(senco):
    PlacementFactory(learner__school=senco.school, provision__responsible_name="Mrs Day")
    PlacementFactory(learner__school=senco.school)

    assert [one.people for one in seen(senco).items] == [("Mrs Day",), ()]


def test_a_placement_whose_provision_was_not_kept_is_passed_over(senco, row):
    row.provision.history.all().delete()

    assert seen(senco).items == []


class TestTiers:
    def test_tiers_and_names_are_those_that_were_recorded(self, senco, row, clock):
        clock.shift(86400)
        go(senco, "layers", {3: "4"}, SECOND)

        assert [(seen(senco, day, known).tiers, seen(senco, day, known).items[0].tier) for day, known in (
            (FIRST, FIRST), (FIRST, SECOND), (SECOND, SECOND), (SECOND, FIRST),
        )] == [(WAVES, 3), (WAVES, 3), (LAYERS, 4), (WAVES, 3)]  # fmt: skip

    def test_a_change_dated_back_is_not_in_what_was_known_before(self, senco, row, clock):
        clock.shift(86400)
        go(senco, "layers", {3: "4"}, date(2026, 10, 1))

        assert [(one.tiers, one.items[0].tier) for one in (seen(senco), seen(senco, FIRST, SECOND))] == [
            (WAVES, 3), (LAYERS, 4),
        ]  # fmt: skip

    def test_a_change_taken_back_was_known_while_it_stood(self, senco, row, clock):
        clock.shift(86400)
        go(senco, "layers", {3: "4"}, SECOND)
        clock.shift(86400)
        undoing.undo_change(change=MapChange.objects.get(kind="tiers"), by=senco)

        told = [seen(senco, day, day) for day in (FIRST, SECOND, THIRD)]

        assert [(one.tiers, one.items[0].tier) for one in told] == [(WAVES, 3), (LAYERS, 4), (WAVES, 3)]

    def test_the_first_move_after_the_day_says_what_it_was(self, senco, row, clock):
        for tier, version in ((2, 1), (1, 2)):
            clock.shift(86400)
            provision = Provision.objects.get()
            change_provision(provision=provision, changes={"tier": tier}, deliverers=None, seen=version, by=senco)

        assert [seen(senco, day, THIRD).items[0].tier for day in (FIRST, SECOND, THIRD)] == [3, 2, 1]

    def test_own_names_count_from_the_day_they_were_written(self, senco, row, clock):
        clock.shift(86400)
        change_tiers(school=senco.school, tier_set="waves", labels={1: "All"}, starts=FIRST, seen=1, by=senco)

        assert [seen(senco, FIRST, known).tiers[1] for known in (FIRST, SECOND)] == ["Wave 1", "All"]


class TestWhoSees:
    def test_only_learners_seen_today(self, senco, row):
        assistant = member(Role.TEACHING_ASSISTANT, senco.school)
        mine = PlacementFactory(learner__school=senco.school)
        DelivererFactory(provision=mine.provision, user=assistant)
        sync_grants([mine.provision_id])
        assistant.school = senco.school

        then = seen(assistant)

        assert [one.pk for one in then.items] == [mine.pk]
        assert [one.pk for one in then.learners] == [mine.learner_id]

    def test_confidential_provision_is_hidden_and_not_counted(self, client, senco, row):
        PlacementFactory(learner=row.learner, provision__name="Counselling", provision__confidential=True)
        PlacementFactory(learner=row.learner, provision__name="Talking", confidential=True)
        head = member(Role.HEAD, senco.school)

        assert [len(seen(one).items) for one in (senco, head)] == [3, 1]


class TestThePage:
    def test_it_says_which_of_both_is_shown(self, client, senco, row, clock):
        clock.shift(86400)
        client.force_login(senco)  # the session of yesterday has ended
        change(row, senco, sessions=5)

        shown = client.get(f"{THEN}?as_of=2026-11-23")

        assert "as it was then recorded" in shown.text
        assert "3 × 10 min" in shown.text
        assert f"{reverse('interventions:map')}?as_of=2026-11-23" in shown.text
        assert "data-edit" not in shown.text
        assert f"{THEN}?as_of=2026-11-23" in client.get("/map/?as_of=2026-11-23").text

    def test_by_filters_with_totals_that_follow(self, client, senco, row):
        group = GroupFactory(school=senco.school)
        other = PlacementFactory(
            learner__school=senco.school, learner__nc_year="5", learner__group=group, provision__area="semh"
        )
        sen = SenProvisionFactory(learner__school=senco.school, learner__surname="Needy").learner

        def totals(query):
            shown = client.get(f"{THEN}?as_of=2026-11-23{query}")
            return re.findall(r"<b>([^<]*)</b>", shown.text), [one.pk for one in shown.context["then"].learners]

        everybody = {row.learner_id, other.learner_id, sen.pk}
        assert totals("")[0] == ["3", "2", "1 h"]
        assert set(totals("")[1]) == everybody
        assert totals("&year=5") == (["1", "1", "30 min"], [other.learner_id])
        assert totals(f"&group={group.pk}") == (["1", "1", "30 min"], [other.learner_id])
        assert totals("&area=semh") == (["1", "1", "30 min"], [other.learner_id])
        assert totals("&tier=3") == (["1", "1", "30 min"], [row.learner_id])

    def test_a_tier_that_is_filtered_out_is_no_empty_column(self, client, senco, row):
        shown = client.get(f"{THEN}?as_of=2026-11-23&tier=3").text

        assert re.findall(r'role="columnheader" class="t\d">([^<]*)<', shown) == ["Wave 3"]
        assert re.findall(r'id="cell-\d+-(\d)"', shown) == ["3"]
        assert "Other provision is hidden by these filters." in shown

    def test_only_years_that_the_school_has_are_offered(self, client, senco):
        PlacementFactory(learner__school=senco.school, learner__nc_year="5")

        years = re.search(r'<select name="year".*?</select>', client.get(THEN).text)[0]

        assert re.findall(r'value="(\w+)"', years) == ["5"]

    @pytest.mark.parametrize(
        ("query", "day", "known"),
        [
            ("", date(2026, 11, 22), date(2026, 11, 22)),
            ("?as_of=x&known=y", date(2026, 11, 22), date(2026, 11, 22)),
            ("?known=2026-11-01", date(2026, 11, 1), date(2026, 11, 1)),
            ("?as_of=2026-11-01&known=2026-11-10", date(2026, 11, 1), date(2026, 11, 10)),
            ("?as_of=2027-01-01", date(2027, 1, 1), date(2026, 11, 23)),
        ],
    )
    def test_odd_days_are_the_nearest_that_make_sense(self, client, senco, query, day, known):
        then = client.get(f"{THEN}{query}").context["then"]

        assert (then.day, then.known) == (day, known)

    def test_nothing_recorded_says_so(self, client, senco):
        assert "Nothing was recorded" in client.get(THEN).text
        assert "fits these filters" in client.get(f"{THEN}?year=5").text

    @pytest.mark.parametrize("many", [1, 30])
    def test_the_same_queries_however_many(self, client, senco, row, many, django_assert_num_queries):
        for _ in range(many):
            one = PlacementFactory(learner__school=senco.school, learner__group=GroupFactory(school=senco.school))
            DelivererFactory(provision=one.provision)

        with django_assert_num_queries(14):
            client.get(f"{THEN}?as_of=2026-11-23")
