"""The week of the timetable, and its clashes, as pages."""

from datetime import date, time
from decimal import Decimal

import pytest
from django.urls import reverse

from interventions.models import Session, StaffAbsence, Trip
from interventions.week import code_of
from provisionmap.school.models import Closure, StaffHours
from provisionmap.school.roles import Role
from tests.factories import (
    AcademicYearFactory,
    AttendanceFactory,
    DelivererFactory,
    GroupFactory,
    LearnerFactory,
    PlacementFactory,
    ProvisionFactory,
    SessionFactory,
    SlotFactory,
    TermFactory,
    member,
)

pytestmark = pytest.mark.django_db
WEEK, CLASHES = reverse("interventions:timetable"), reverse("interventions:clashes")


@pytest.fixture
def school(senco):
    """A school with a term."""
    TermFactory(year=AcademicYearFactory(school=senco.school))
    return senco.school


def group(school, user=None, **slot):
    """A provision with a learner and a time, delivered by somebody."""
    provision = ProvisionFactory(school=school, place=slot.pop("place", "The Den"))
    if user:
        DelivererFactory(provision=provision, user=user)
    place = PlacementFactory(provision=provision, learner=slot.pop("learner", None) or LearnerFactory(school=school))
    SlotFactory(provision=provision, ends=None, **slot)
    return place


def shown(answer):
    """The sessions of a page: day, time, name, words."""
    return [
        (day.day.day, cell.at and f"{cell.at:%H:%M}", one.name, one.words)
        for day in answer.context["days"]
        for cell in day.cells
        for one in cell.sessions
    ]


def test_each_state_is_told_in_words(school, client):
    ta = member(Role.TEACHING_ASSISTANT, school)
    done, missed, unsaid, away, out, closed, planned = (
        group(school, weekday=day, at=time(hour), user=ta if hour == 11 else None)
        for day, hour in ((0, 9), (0, 10), (0, 8), (1, 11), (1, 12), (2, 9), (4, 9))
    )
    for place, state, reason in ((done, "delivered", ""), (missed, "missed", "room")):
        slot = place.provision.slots.get()
        SessionFactory(
            provision=place.provision, slot=slot, on=date(2026, 11, 23), at=slot.at, state=state, reason=reason
        )
    StaffAbsence.objects.create(school=school, user=ta, starts=date(2026, 11, 24), ends=date(2026, 11, 24))
    trip = Trip.objects.create(school=school, name="Museum", starts=date(2026, 11, 24), ends=date(2026, 11, 24))
    trip.learners.add(out.learner)
    Closure.objects.create(school=school, name="Training", starts=date(2026, 11, 25), ends=date(2026, 11, 25))

    answer = client.get(WEEK, {"week": "2026-11-25"})

    assert shown(answer) == [
        (23, "08:00", unsaid.provision.name, "Planned"), (23, "09:00", done.provision.name, "Delivered"),
        (23, "10:00", missed.provision.name, "Not delivered: no room"),
        (24, "11:00", away.provision.name, "Staff absent"), (24, "12:00", out.provision.name, "On a trip"),
        (25, "09:00", closed.provision.name, "School closed"), (27, "09:00", planned.provision.name, "Planned"),
    ]  # fmt: skip
    assert "Week B" in answer.text or "Week A" in answer.text
    before = client.get(WEEK, {"week": "2026-11-16"})
    assert (16, "08:00", unsaid.provision.name, "Nothing said yet") in shown(before)


def test_a_week_is_of_one_learner_one_adult_or_one_place(school, client):
    ta = member(Role.TEACHING_ASSISTANT, school)
    mine = group(school, user=ta, place="The Den")
    other = group(school, at=time(11), place="The Hall")

    def names(**asked):
        return {name for _, _, name, _ in shown(client.get(WEEK, asked))}

    assert names() == {mine.provision.name, other.provision.name}
    assert names(by="learner", who=other.learner_id) == {other.provision.name}
    assert names(by="staff", who=ta.pk) == {mine.provision.name}
    assert names(by="place", place=code_of("The Hall")) == {other.provision.name}
    assert names(by="class", who=GroupFactory(school=school).pk) == set()
    other.learner.group = GroupFactory(school=school)
    other.learner.save()
    assert names(by="class", who=other.learner.group_id) == {other.provision.name}
    assert names(by="learner") == set()
    assert names(by="staff", who="²") == set()


@pytest.mark.parametrize(
    ("by", "words"), [("class", "Choose a class"), ("learner", "Choose a learner"), ("place", "Choose a place")]
)
def test_while_nobody_is_chosen_the_page_says_so_and_nothing_of_the_week(school, client, by, words):
    group(school)

    page = client.get(WEEK, {"by": by}).text

    assert f'<option value="">{words}</option>' in page
    assert f"<h2>{words}</h2>" in page
    assert "No sessions in this week" not in page


def test_the_week_of_a_class_names_its_own_learners_alone(school, client):
    place = group(school)
    place.learner.group = GroupFactory(school=school)
    place.learner.save()
    other = PlacementFactory(provision=place.provision, learner=LearnerFactory(school=school, surname="Elsewhere"))

    page = client.get(WEEK, {"by": "class", "who": place.learner.group_id}).text

    assert place.learner.name in page
    assert other.learner.surname not in page


def test_a_teacher_who_takes_no_session_is_led_to_the_class(school, client):
    place, teacher = group(school), member(Role.CLASS_TEACHER, school)
    mine = GroupFactory(school=school, name="Kestrel")
    mine.teachers.add(teacher)
    place.learner.group = mine
    place.learner.save()
    client.force_login(teacher)

    page = client.get(WEEK).text

    assert f'href="?by=class&amp;who={mine.pk}">The week of Kestrel</a>' in page
    hidden = group(school, learner=place.learner)
    type(hidden).objects.filter(pk=hidden.pk).update(confidential=True)
    type(hidden.provision).objects.filter(pk=hidden.provision_id).update(confidential=True)
    page = client.get(WEEK, {"by": "class", "who": mine.pk}).text
    assert place.learner.name in page
    assert f"<b>{place.provision.name}</b>" in page
    assert hidden.provision.name not in page
    assert reverse("interventions:provision", args=[place.provision_id]) not in page


def test_once_no_learner_of_theirs_is_in_it_a_teacher_hears_no_more_of_a_provision(school, client):
    place, teacher = group(school), member(Role.CLASS_TEACHER, school)
    PlacementFactory(provision=place.provision, learner=LearnerFactory(school=school))
    place.learner.group = GroupFactory(school=school)
    place.learner.save()
    place.learner.group.teachers.add(teacher)
    client.force_login(teacher)
    assert place.provision.name in client.get(WEEK, {"by": "school"}).text

    place.ends = date(2026, 10, 1)
    place.save()

    assert place.provision.name not in client.get(WEEK, {"by": "school"}).text


def test_a_session_leads_to_what_was_said_of_it_or_to_its_card_or_its_provision(school, client):
    ta = member(Role.TEACHING_ASSISTANT, school)
    place = group(school, user=ta)
    other = group(school, at=time(11))
    slot, provision = place.provision.slots.get(), reverse("interventions:provision", args=[place.provision_id])
    said = SessionFactory(provision=place.provision, slot=slot, on=date(2026, 11, 16))

    def leads(week, provision):
        days = client.get(WEEK, {"by": "school", "week": week}).context["days"]
        return [
            one.address for day in days for cell in day.cells for one in cell.sessions if one.provision == provision.pk
        ]

    assert leads("2026-11-16", place.provision) == [reverse("interventions:session", args=[said.pk])]
    card = f"/today/?on=2026-11-23{{}}#card-slot-{slot.pk}-20261123"
    assert leads("2026-11-23", place.provision) == [card.format("&whose=all")]
    assert leads("2026-11-30", place.provision) == [provision]
    client.force_login(ta)
    assert leads("2026-11-23", place.provision) == [card.format("")]
    client.force_login(member(Role.HEAD, school))
    assert leads("2026-11-23", other.provision) == [reverse("interventions:provision", args=[other.provision_id])]


def test_staff_see_their_own_week_first_and_nobody_elses_learners(school, client):
    ta = member(Role.TEACHING_ASSISTANT, school)
    mine, other = group(school, user=ta), group(school)
    client.force_login(ta)

    answer = client.get(WEEK)

    assert (answer.context["by"], [name for _, _, name, _ in shown(answer)]) == ("staff", [mine.provision.name])
    whole = client.get(WEEK, {"by": "learner", "who": other.learner_id})
    assert shown(whole) == []
    assert other.learner.surname not in whole.text
    assert [name for _, _, name, _ in shown(client.get(WEEK, {"by": "school"}))] == [mine.provision.name]


def test_the_whole_school_is_told_without_names(school, client):
    place = group(school)

    assert place.learner.surname not in client.get(WEEK).text
    assert place.learner.name in client.get(WEEK, {"by": "place", "place": code_of("The Den")}).text


@pytest.mark.parametrize("asked", ["", "yesterday", "0001-01-01", "9999-12-31", "2026-13-01"])
def test_a_week_that_makes_no_sense_is_this_one(school, client, asked):
    answer = client.get(WEEK, {"week": asked})

    assert (answer.status_code, answer.context["monday"]) == (200, date(2026, 11, 23))


def test_the_weeks_before_and_after_are_one_click_away(school, client):
    answer = client.get(WEEK, {"by": "place", "week": "2026-12-01"})

    assert (answer.context["before"], answer.context["after"]) == ("2026-11-23", "2026-12-07")
    assert "This week" in answer.text


@pytest.mark.parametrize("by", ["school", "class", "staff", "learner"])
@pytest.mark.parametrize("many", [1, 30])
def test_a_week_asks_as_often_for_one_session_as_for_thirty(school, senco, client, django_assert_num_queries, many, by):
    for number in range(many):
        place = group(school, user=senco, at=time(8 + number // 10, number % 10 * 5), weekday=number % 5)
    kestrel = GroupFactory(school=school)
    type(place.learner).objects.update(group=kestrel)
    asked = {"by": by, "who": {"learner": place.learner_id, "class": kestrel.pk}.get(by, senco.pk)}
    client.get(WEEK, asked)

    with django_assert_num_queries(15 if by == "class" else 13):
        client.get(WEEK, asked)


def test_a_learner_and_an_adult_in_two_places_are_told_with_the_way_to_change_it(school, client):
    ta = member(Role.TEACHING_ASSISTANT, school, name="Keira Flynn")
    learner = LearnerFactory(school=school, forename="Maya", surname="Reid")
    one = group(school, user=ta, learner=learner)
    group(school, user=ta, learner=learner, at=time(9, 25))
    group(school, learner=learner, at=time(11))

    answer = client.get(CLASHES)

    found = answer.context
    assert [(row.name, row.meeting.day) for row in found["learners"]] == [("Maya Reid", date(2026, 11, 23))]
    assert [(row.name, row.meeting.day) for row in found["adults"]] == [("Keira Flynn", date(2026, 11, 23))]
    assert reverse("interventions:slot", args=[one.provision.slots.get().pk]) in answer.text


def test_weeks_a_and_b_and_who_has_left_do_not_clash(school, client):
    learner = LearnerFactory(school=school)
    group(school, learner=learner, week="A")
    group(school, learner=learner, week="B")
    over = group(school, learner=learner)
    type(over).objects.filter(pk=over.pk).update(ends=date(2026, 11, 20))

    assert client.get(CLASHES).context["learners"] == []


def test_an_adult_over_their_hours_is_told_to_who_leads(school, client):
    ta = member(Role.TEACHING_ASSISTANT, school)
    group(school, user=ta, minutes=40)
    group(school, user=ta, minutes=50, weekday=1)
    StaffHours.objects.create(school=school, user=ta, weekly=Decimal(1))

    [row] = client.get(CLASHES).context["hours"]
    assert (row.user, row.minutes, row.over) == (ta.pk, 90, 30)
    client.force_login(ta)
    assert client.get(CLASHES).context["hours"] == []


def test_a_learner_who_is_always_out_of_the_same_lesson_is_told(school, client):
    place = group(school)
    slot = place.provision.slots.get()
    for day in (2, 9, 16):
        session = SessionFactory(provision=place.provision, slot=slot, on=date(2026, 11, day))
        AttendanceFactory(placement=place, session=session)
    absent = Session.objects.first()

    [row] = client.get(CLASHES).context["always"]
    assert (row.name, row.minutes, [hour.weeks for hour in row.hours]) == (place.learner.name, 60, [3])
    absent.attendances.update(outcome="learner_absent", minutes=0)
    assert client.get(CLASHES).context["always"] == []


def test_who_is_out_longest_comes_first_and_all_but_ten_are_folded(school, client):
    for number in range(12):
        place = group(school)
        for day in (2, 9, 16):
            session = SessionFactory(
                provision=place.provision, slot=place.provision.slots.get(), on=date(2026, 11, day)
            )
            AttendanceFactory(placement=place, session=session, minutes=20)
        place.provision.slots.update(minutes=20 + number)
        Session.objects.filter(provision=place.provision).update(minutes=20 + number)

    answer = client.get(CLASHES)

    worst, rest = answer.context["always"], answer.context["rest"]
    assert [one.minutes for one in (*worst, *rest)] == [3 * (31 - number) for number in range(12)]
    assert (len(worst), len(rest)) == (10, 2)
    assert "2 more, with less time out" in answer.text
    assert "Mon 09:15, 3 of 6 weeks: " in answer.text


def test_clashes_are_told_among_what_one_sees(school, client):
    ta = member(Role.TEACHING_ASSISTANT, school)
    learner = LearnerFactory(school=school)
    group(school, user=ta, learner=learner)
    group(school, learner=learner)

    assert len(client.get(CLASHES).context["learners"]) == 1
    client.force_login(ta)
    assert client.get(CLASHES).context["learners"] == []


@pytest.mark.parametrize("many", [1, 30])
def test_clashes_ask_as_often_for_one_as_for_thirty(school, client, django_assert_num_queries, many):
    ta = member(Role.TEACHING_ASSISTANT, school)
    StaffHours.objects.create(school=school, user=ta, weekly=Decimal("0.25"))
    for number in range(many):
        learner = LearnerFactory(school=school)
        for _ in range(2):
            place = group(school, user=ta, learner=learner, at=time(8 + number // 12, number % 12 * 5), minutes=5)
        for day in (2, 9, 16):
            slot = place.provision.slots.get()
            session = SessionFactory(provision=place.provision, slot=slot, on=date(2026, 11, day))
            AttendanceFactory(placement=place, session=session)
    client.get(CLASHES)

    with django_assert_num_queries(12):
        assert client.get(CLASHES).context["counts"]["learners"] == many
