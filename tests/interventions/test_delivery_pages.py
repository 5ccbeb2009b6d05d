"""The pages and the panel of delivery: what they say, to whom, in how many queries."""

import re
from datetime import date, time

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from interventions import shorter as shorter_rows
from interventions.actions.weeks import recount
from interventions.delivery_panel import company, delivery
from interventions.models import Attendance, DeliveryWeek, Session
from interventions.tasks import recount_weeks
from interventions.views import delivery as views
from provisionmap.school.calendar import Span
from provisionmap.school.roles import Role
from tests.factories import DelivererFactory, LearnerFactory, PlacementFactory, ProvisionFactory, member
from tests.factories.interventions import AttendanceFactory, SessionFactory, SlotFactory

TODAY = date(2026, 11, 23)
PAGE = "interventions:delivery"

pytestmark = pytest.mark.django_db


@pytest.fixture
def term(senco):
    """The autumn term, with its half-term."""
    year = senco.school.years.create(name="2026/27", starts=date(2026, 9, 1), ends=date(2027, 8, 31))
    return senco.school.terms.create(
        year=year, name="Autumn", starts=date(2026, 9, 7), ends=date(2026, 12, 18),
        half_term_starts=date(2026, 10, 26), half_term_ends=date(2026, 10, 30),
    )  # fmt: skip


def logged(school, name, *, minutes=20, on=date(2026, 11, 16), provision=None, role="ta"):
    """A learner with a dose of 30 minutes a week, and one session that was logged."""
    provision = provision or ProvisionFactory(school=school, name=name)
    learner = LearnerFactory(school=school, surname=name)
    placement = PlacementFactory(learner=learner, provision=provision)
    slot = provision.slots.first() or SlotFactory(provision=provision, at=time(9))
    session = Session.objects.filter(slot=slot, on=on).first() or SessionFactory(
        provision=provision, slot=slot, on=on, role=role
    )
    AttendanceFactory(placement=placement, session=session, minutes=minutes, on=on)
    return placement


def test_the_half_term_by_provision(client, senco, term):
    logged(senco.school, "Zebra")

    page = client.get(reverse(PAGE)).text

    assert "Zebra" in page
    assert "22.2 %" in page  # 20 of 3 weeks of 30 since 2 November
    assert "By provision, this half-term: 2 Nov 2026 to 20 Nov 2026" in page


@pytest.mark.parametrize("by", ["learner", "provision", "area", "tier", "year", "staff"])
@pytest.mark.parametrize("rows", [1, 30])
def test_the_same_queries_for_one_row_and_for_thirty(client, senco, term, by, rows, django_assert_max_num_queries):
    for number in range(rows):
        logged(senco.school, f"Row {number}")

    with django_assert_max_num_queries(25 if by == "provision" else 21):
        page = client.get(reverse(PAGE), {"by": by})

    assert page.status_code == 200
    assert "All together" in page.text or "For planning" in page.text


def test_a_total_narrows_to_its_learners(client, senco, term):
    logged(senco.school, "Zebra")

    page = client.get(reverse(PAGE), {"by": "learner", "tier": "3"}).text

    assert "Zebra" not in page
    assert "Zebra" in client.get(reverse(PAGE), {"by": "learner", "tier": "2"}).text


def test_what_was_never_logged_cannot_be_judged(client, senco, term):
    PlacementFactory(learner=LearnerFactory(school=senco.school), provision__name="Silent")

    page = client.get(reverse(PAGE)).text

    assert "No timetable and nothing logged: this can’t be judged." in page.replace("&#x27;", "’")


def test_without_a_finished_week_the_page_says_so(client, senco):
    assert "No week is over yet" in client.get(reverse(PAGE)).text
    assert client.get(reverse("interventions:delivery-csv")).status_code == 200


def test_the_file_holds_the_same_figures_and_guards_formulas(client, senco, term):
    logged(senco.school, "=HYPERLINK(1)")

    answer = client.get(reverse("interventions:delivery-csv"), {"by": "provision"})

    text = answer.content.decode("utf-8-sig")
    assert "'=HYPERLINK(1)" in text
    headings, row = text.splitlines()
    assert headings.startswith('Provision,"Given by, class, times, dates",From,To,Owed (min),Delivered (min),')
    assert ",2026-11-02,2026-11-20,90,20,0," in row
    assert "delivery-by-provision-2026-11-02-to-2026-11-20.csv" in answer["Content-Disposition"]
    by_tier = client.get(reverse("interventions:delivery-csv"), {"by": "tier"}).content.decode("utf-8-sig")
    assert by_tier.startswith("Tier,From,To,")


def test_what_is_missing_of_sessions_that_were_logged_is_told_from_what_nobody_logged(client, senco, term):
    placement = logged(senco.school, "Zebra", minutes=15)

    page = " ".join(client.get(reverse(PAGE)).text.split())
    panel = client.get(reverse("learners:learner", args=[placement.learner_id])).text

    assert '1 h 15 min</span> <span class="soft small">of this 5 min in shorter sessions' in page
    assert "sessions nobody logged, logged ones that were shorter than planned" in page
    assert "of this 5 min in sessions that were shorter than planned" in panel
    assert "Nothing said" not in page + panel


@pytest.mark.parametrize("few", [0, 200])
def test_only_sessions_that_were_given_and_in_the_dose_can_be_shorter(senco, term, monkeypatch, few):
    monkeypatch.setattr(shorter_rows, "FEW", few)
    rows = {name: logged(senco.school, name, minutes=15) for name in ("Short", "Longer", "Added", "Other")}
    AttendanceFactory(placement=rows["Longer"], minutes=30)
    Attendance.objects.filter(placement=rows["Added"]).update(extra=True)
    wanted = [rows[name].pk for name in ("Short", "Longer", "Added")]

    found = shorter_rows.shorter(senco.school, wanted, Span(date(2026, 11, 1), TODAY))

    assert found == {rows["Short"].pk: 5}


def test_provisions_of_one_name_are_told_apart(client, senco, term):
    for number, name in enumerate(("Jo Marsh", "Ada Moss")):
        provision = ProvisionFactory(school=senco.school, name="Bricks", ends=date(2026, 12, 18))
        DelivererFactory(provision=provision, user=member(Role.TEACHING_ASSISTANT, senco.school, name=name))
        SlotFactory(provision=provision, weekday=3, at=time(9 + number))
        SlotFactory(provision=provision, at=time(9))
        logged(senco.school, "Zebra", provision=provision)

    page = client.get(reverse(PAGE)).text

    assert "Jo Marsh · Mon, Thu 09:00 · 7 Sep 2026 to 18 Dec 2026" in page
    assert "Ada Moss · Mon 09:00; Thu 10:00 · 7 Sep 2026 to 18 Dec 2026" in page


def test_the_total_comes_first_and_says_why_it_does_not_add_up(client, senco, term):
    provision = ProvisionFactory(school=senco.school, name="Zebra")
    logged(senco.school, "Little", provision=provision, minutes=20)
    logged(senco.school, "Much", provision=provision, minutes=100)

    page = client.get(reverse(PAGE), {"by": "learner"}).text

    assert page.index("All together") < page.index("Little")
    assert "These parts come to 10 min more than was owed" in page
    assert "111.1 %" in page
    assert "more than the dose" in page


def test_long_lists_come_in_pages_with_the_total_on_each(client, senco, term, monkeypatch):
    monkeypatch.setattr(views, "A_PAGE", 1)
    for name in ("Ant", "Zebra"):
        logged(senco.school, name)

    pages = [client.get(reverse(PAGE), {"page": number}).text for number in (1, 2)]
    whole = client.get(reverse(PAGE), {"all": "yes"}).text

    assert [("Ant" in page, "Zebra" in page, "All together" in page) for page in (*pages, whole)] == [
        (True, False, True), (False, True, True), (True, True, True),
    ]  # fmt: skip
    assert "All 2 on one page" in pages[0]


def test_days_before_anybody_logged_are_not_judged(client, senco, term):
    logged(senco.school, "Zebra", on=date(2026, 11, 9))

    during, before = (client.get(reverse(PAGE), {"over": over}).text for over in ("half-term", "last-half-term"))

    assert "Logging began on 9 November 2026; nothing is known before." in during
    assert "22.2 %" in during
    assert "These days are all before it." in before
    assert "Nothing was logged yet: this is not known." in before
    assert "<meter" not in before
    assert 'data-label="To catch up">–' in before
    assert "Logging began" not in client.get(reverse(PAGE), {"over": "week"}).text


def test_one_provision_s_ledger_is_reached_by_its_number_as_far_as_it_is_seen(client, senco, term):
    mine = logged(senco.school, "Mine").provision
    logged(senco.school, "Other")
    hidden = logged(ProvisionFactory(name="Elsewhere").school, "Elsewhere").provision

    page = client.get(reverse(PAGE), {"by": "learner", "provision": mine.pk}).text

    assert '<span class="tag">Mine</span>' in page
    assert "Other" not in page
    assert "Elsewhere" not in client.get(reverse(PAGE), {"provision": hidden.pk}).text


def test_others_see_their_own_learners_only_and_no_list_of_staff(client, senco, term):
    mine = logged(senco.school, "Mine")
    logged(senco.school, "Theirs")
    teacher = member(Role.CLASS_TEACHER, senco.school)
    group = senco.school.groups.create(name="Kestrel", nc_year="4")
    group.teachers.add(teacher)
    mine.learner.group = group
    mine.learner.save()
    client.force_login(teacher)

    page = client.get(reverse(PAGE), {"by": "learner"}).text

    assert "Mine" in page
    assert "Theirs" not in page
    assert "Staff, for planning" not in page
    assert "Somebody from outside" not in client.get(reverse(PAGE), {"by": "staff"}).text


def test_a_session_that_nobody_attended_is_nobody_s_time_with_learners(client, senco, term):
    there, absent = logged(senco.school, "There"), logged(senco.school, "Absent")
    absent.attendances.update(outcome="learner_absent", minutes=0)

    page = " ".join(client.get(reverse(PAGE), {"by": "staff"}).text.split())

    assert 'data-label="Sessions">1<' in page
    there.attendances.update(outcome="learner_absent", minutes=0)
    assert 'data-label="Sessions">' not in " ".join(client.get(reverse(PAGE), {"by": "staff"}).text.split())


def test_a_governor_sees_nothing_of_it(client, senco, term):
    client.force_login(member(Role.GOVERNOR, senco.school))

    assert client.get(reverse(PAGE)).status_code == 403


def test_the_panel_says_it_in_words_week_by_week_and_with_whom(client, senco, term):
    placement = logged(senco.school, "Zebra")
    logged(senco.school, "Other", provision=placement.provision)

    page = client.get(reverse("learners:learner", args=[placement.learner_id])).text

    assert "Week by week" in page
    assert "a bar for each week from 7 Sep to the one of 16 Nov; the full height is 30 min" in page
    assert "In minutes</caption>" in page
    assert "With whom" in page
    assert "Who teaches the class is not written down" in page
    found = company([placement.pk], Span(date(2026, 9, 1), TODAY))
    assert (found.assistants, found.group, found.alone, found.missed, found.all) == (20, 20, 0, None, 20)


@pytest.mark.parametrize(
    ("taken_by", "words"),
    [
        ("somebody else", "Up to 20 min with the class teacher missed"),
        ("the teacher", "No time with the class teacher"),
    ],
)
def test_the_panel_says_how_much_time_with_the_class_teacher_was_missed(client, senco, term, taken_by, words):
    placement = logged(senco.school, "Zebra")
    teacher = member(Role.CLASS_TEACHER, senco.school)
    group = senco.school.groups.create(name="Kestrel", nc_year="4")
    group.teachers.add(teacher)
    placement.learner.group = group
    placement.learner.save()
    if taken_by == "the teacher":
        Session.objects.update(delivered_by=teacher, role="teacher")

    page = client.get(reverse("learners:learner", args=[placement.learner_id])).text

    assert words in page


def test_the_panel_is_not_there_without_delivery_or_sight(senco, term):
    placement = logged(senco.school, "Zebra")

    assert delivery(LearnerFactory(school=senco.school), senco, TODAY) is None
    assert delivery(placement.learner, member(Role.GOVERNOR, senco.school), TODAY) is None
    term.delete()
    assert delivery(placement.learner, senco, TODAY) is None


@pytest.mark.parametrize("rows", [1, 30])
def test_the_panel_asks_the_same_however_much_there_is(senco, term, rows, django_assert_num_queries):
    learner = logged(senco.school, "Zebra").learner
    for _ in range(rows - 1):
        placement = PlacementFactory(learner=learner, provision__school=senco.school)
        AttendanceFactory(placement=placement)

    with django_assert_num_queries(18):
        delivery(learner, senco, TODAY)


def test_the_nightly_job_mends_the_weeks_and_says_how_many(senco, caplog):
    logged(senco.school, "Zebra")
    recount(senco.school)
    DeliveryWeek.objects.update(delivered=5)

    recount_weeks()
    recount_weeks()

    assert DeliveryWeek.objects.get().delivered == 20
    assert [row.count for row in caplog.records if row.message == "weeks of delivery put right"] == [1]


class TestTheMap:
    """A small bar in each cell, where the view shows it."""

    def test_a_cell_says_how_much_of_what_was_owed_was_delivered(self, client, senco, term):
        logged(senco.school, "Reading")
        PlacementFactory(learner=LearnerFactory(school=senco.school, surname="Unlogged"))
        client.force_login(senco)

        page = client.get("/map/?show=name&show=dose&show=delivery").text

        assert "% of what was owed this term" in page
        assert "Nothing logged this term" in page
        assert page.count("<meter") == 1
        assert "of what was owed" not in client.get("/map/").text

    def test_it_takes_the_same_queries_with_thirty_placements(self, client, senco, term):
        logged(senco.school, "Reading")
        client.force_login(senco)
        address = "/map/?show=name&show=delivery"
        client.get(address)
        with CaptureQueriesContext(connection) as few:
            client.get(address)
        for place in range(30):
            logged(senco.school, f"Group {place}")

        with CaptureQueriesContext(connection) as many:
            client.get(address)

        assert len(many) == len(few)

    def test_a_saved_cell_shows_what_a_reload_would(self, client, senco, term):
        placement = logged(senco.school, "Reading")
        client.force_login(senco)
        address = "http://testserver/map/?show=name&show=dose&show=delivery"
        sent = {"dose": "2 × 10", "starts": placement.starts, "ends": placement.ends, "outcome": "", "baseline": "",
                "target": "", "seen": placement.version}  # fmt: skip

        answer = client.post(
            reverse("interventions:placement", args=[placement.pk]), sent,
            headers={"HX-Request": "true", "HX-Current-URL": address},
        )  # fmt: skip

        given = re.search(r'<span class="given">.*?</span>', answer.text)
        assert given
        assert given[0] in client.get(address).text
