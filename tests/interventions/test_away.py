"""Who is away: absences of staff, without a reason, and trips, whose learners are fixed when they are entered."""

from datetime import date

import pytest
from django.urls import reverse

from interventions.actions import away as actions
from interventions.actions.away import Outing
from interventions.models import StaffAbsence, Trip
from provisionmap.school.access import NotAllowed
from provisionmap.school.models import AuditEvent
from provisionmap.school.roles import Role
from provisionmap.school.stale import Stale
from tests.factories import GroupFactory, LearnerFactory, PlacementFactory, member

pytestmark = pytest.mark.django_db
TODAY, TOMORROW = date(2026, 11, 23), date(2026, 11, 24)
AWAY = reverse("interventions:away")


def verbs():
    """What the trail says was done."""
    return list(AuditEvent.objects.order_by("pk").values_list("verb", flat=True))


def away(senco, **more):
    """A colleague who is away today."""
    fields = {"school": senco.school, "starts": TODAY, "ends": TODAY, "by": senco} | more
    return actions.add_absence(user=more.pop("user", None) or member(Role.TEACHING_ASSISTANT, senco.school), **{
        name: value for name, value in fields.items() if name != "user"
    })  # fmt: skip


def test_an_absence_is_entered_moved_and_removed(senco):
    row = away(senco)
    actions.change_absence(absence=row, starts=TODAY, ends=TOMORROW, seen=1, by=senco)
    row.refresh_from_db()
    assert (row.ends, row.version) == (TOMORROW, 2)
    actions.remove_absence(absence=row, seen=2, by=senco)

    assert StaffAbsence.objects.count() == 0
    assert verbs() == ["absence.add", "absence.change", "absence.remove"]


def test_an_absence_keeps_no_reason():
    kept = {field.name for field in StaffAbsence._meta.fields}

    assert kept == {"id", "school", "user", "starts", "ends", "version"}


def test_one_is_away_once_on_a_day_and_days_are_in_order(senco):
    row = away(senco)

    with pytest.raises(NotAllowed, match="is away from 23/11/2026"):
        away(senco, user=row.user, ends=TOMORROW)
    with pytest.raises(NotAllowed, match="before the first day"):
        away(senco, starts=TOMORROW)
    with pytest.raises(NotAllowed, match="longer than a year"):
        away(senco, ends=date(2028, 1, 1))


def test_a_member_of_staff_tells_of_themselves_alone(senco):
    ta = member(Role.TEACHING_ASSISTANT, senco.school)

    with pytest.raises(NotAllowed, match="ask your SENCO"):
        away(senco, by=ta)
    assert away(senco, user=ta, by=ta).user == ta
    with pytest.raises(NotAllowed, match="does not arrange"):
        actions.add_trip(school=senco.school, outing=Outing("Zoo", TODAY, TODAY, [LearnerFactory()]), by=ta)


def test_two_people_one_absence(senco):
    row = away(senco)
    actions.change_absence(absence=row, starts=TODAY, ends=TOMORROW, seen=1, by=senco)

    with pytest.raises(Stale):
        actions.remove_absence(absence=row, seen=1, by=senco)


def test_who_goes_on_a_trip_is_fixed_when_it_is_entered(senco):
    group = GroupFactory(school=senco.school)
    here = [LearnerFactory(school=senco.school, group=group) for _ in range(2)]

    row = actions.add_trip(school=senco.school, outing=Outing("Zoo", TODAY, TODAY, here), by=senco)
    LearnerFactory(school=senco.school, group=group)
    assert set(row.learners.all()) == set(here)
    actions.change_trip(trip=row, outing=Outing("Farm", TODAY, TOMORROW, here[:1]), seen=1, by=senco)
    row.refresh_from_db()
    assert (row.name, row.ends, list(row.learners.all())) == ("Farm", TOMORROW, here[:1])
    actions.remove_trip(trip=row, seen=2, by=senco)

    assert Trip.objects.count() == 0
    assert verbs() == ["trip.add", "trip.change", "trip.remove"]


def test_a_trip_needs_somebody_of_this_school(senco):
    with pytest.raises(NotAllowed, match="Say who goes"):
        actions.add_trip(school=senco.school, outing=Outing("Zoo", TODAY, TODAY, []), by=senco)
    with pytest.raises(NotAllowed, match="different schools"):
        actions.add_trip(school=senco.school, outing=Outing("Zoo", TODAY, TODAY, [LearnerFactory()]), by=senco)


@pytest.mark.parametrize("how", ["whole", "years", "groups", "learners"])
def test_a_trip_is_for_the_school_a_year_a_class_or_single_learners(senco, client, how):
    group = GroupFactory(school=senco.school)
    goes = LearnerFactory(school=senco.school, group=group, nc_year="4")
    stays = LearnerFactory(school=senco.school, nc_year="5")
    sent = {"whole": "on", "years": ["4"], "groups": [group.pk], "learners": [goes.pk]}[how]

    answer = client.post(reverse("interventions:trip-add"), {"name": "Zoo", "starts": "2026-11-24", how: sent})

    assert answer.status_code == 302
    assert set(Trip.objects.get().learners.all()) == ({goes, stays} if how == "whole" else {goes})


def test_changing_a_trip_keeps_those_who_went_and_have_left_since(senco, client):
    stays, left, late = (LearnerFactory(school=senco.school) for _ in range(3))
    trip = actions.add_trip(school=senco.school, outing=Outing("Zoo", TODAY, TODAY, [stays, left]), by=senco)
    type(left).objects.filter(pk__in=[left.pk, late.pk]).update(left=date(2026, 11, 20))
    page = reverse("interventions:trip", args=[trip.pk])

    shown = [one.pk for one in client.get(page).context["picked"]]
    sent = {"name": "Farm", "starts": "2026-11-23", "seen": 1, "whole": "on", "learners": shown}
    assert client.post(page, {**sent, "learners": [late.pk]}).status_code == 422  # who has left does not join
    assert client.post(page, sent).status_code == 302

    trip.refresh_from_db()
    assert (trip.name, set(trip.learners.all())) == ("Farm", {stays, left})


def test_the_list_is_of_all_for_the_senco_and_of_oneself_for_others(senco, client):
    away(senco, user=member(Role.TEACHING_ASSISTANT, senco.school, name="Keira Flynn"))
    ta = member(Role.TEACHING_ASSISTANT, senco.school, name="Ben Ash")
    away(senco, user=ta)

    page = client.get(AWAY).text
    assert "Keira Flynn" in page
    assert "Ben Ash" in page
    client.force_login(ta)
    page = client.get(AWAY).text
    assert "Keira Flynn" not in page
    assert "I am away" in page


def test_a_member_of_staff_says_so_on_the_page_and_for_nobody_else(senco, client):
    ta = member(Role.TEACHING_ASSISTANT, senco.school)
    client.force_login(ta)

    answer = client.post(reverse("interventions:absence-add"), {"user": senco.pk, "starts": "2026-11-24"})

    assert (answer.status_code, answer.url) == (302, AWAY)
    assert StaffAbsence.objects.get().user == ta


def test_a_stale_form_shows_what_was_saved_meanwhile(senco, client):
    row = away(senco)
    actions.change_absence(absence=row, starts=TODAY, ends=TOMORROW, seen=1, by=senco)

    answer = client.post(
        reverse("interventions:absence", args=[row.pk]), {"starts": "2026-11-23", "ends": "2026-11-27", "seen": 1}
    )

    assert answer.status_code == 409
    assert "Saved now: 23 November 2026 to 24 November 2026" in answer.text


@pytest.mark.parametrize("many", [1, 30])
def test_the_list_asks_as_often_for_one_as_for_thirty(senco, client, django_assert_num_queries, many):
    for _ in range(many):
        away(senco)
        learner = PlacementFactory(learner__school=senco.school).learner
        actions.add_trip(school=senco.school, outing=Outing("Zoo", TODAY, TODAY, [learner]), by=senco)
    client.get(AWAY)

    with django_assert_num_queries(4):
        client.get(AWAY)


def test_who_neither_arranges_nor_takes_sessions_is_not_told_that_they_are_here(senco, client):
    away(senco)
    said = {}
    for role in (Role.HEAD, Role.TEACHING_ASSISTANT):
        client.force_login(member(role, senco.school))
        said[role] = client.get(reverse("interventions:away")).text

    assert "Absences of staff are told to those who arrange cover." in said[Role.HEAD]
    assert "You are not away today or later." in said[Role.TEACHING_ASSISTANT]


@pytest.mark.parametrize("what", ["absence", "trip"])
def test_days_are_moved_refused_in_words_and_of_two_people_the_second_sees_both(senco, client, what):
    if what == "absence":
        row, more = away(senco), {}
    else:
        going = LearnerFactory(school=senco.school)
        row = actions.add_trip(school=senco.school, outing=Outing("Zoo", TODAY, TODAY, [going]), by=senco)
        more = {"name": "Zoo", "learners": [going.pk]}
    page = reverse(f"interventions:{what}", args=[row.pk])
    form = {"starts": TODAY, "ends": TOMORROW, "seen": row.version} | more

    saved = client.post(page, form, follow=True)
    stale = client.post(page, form | {"ends": TODAY})
    refused = client.post(page, form | {"ends": date(2028, 1, 1), "seen": row.version + 1})
    again = client.post(page, form | {"ends": TODAY, "seen": row.version + 1})

    assert "Saved." in saved.text
    assert (stale.status_code, "Somebody changed this while you were typing." in stale.text) == (409, True)
    assert f'name="seen" value="{row.version + 1}"' in stale.text
    assert refused.status_code == 422
    assert again.status_code == 302
    row.refresh_from_db()
    assert row.ends == TODAY
