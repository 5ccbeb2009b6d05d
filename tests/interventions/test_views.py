"""The views of the map: areas, interventions, classes, staff; columns, groups and totals; and what they cost."""

import html
import re
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from interventions.frame import frame_for, table_of
from interventions.grid.shown import time_words
from provisionmap.school.roles import Role
from provisionmap.web.templatetags.web import minutes
from tests.factories import (
    DelivererFactory,
    GroupFactory,
    LearnerFactory,
    PlacementFactory,
    ProvisionFactory,
    SenProvisionFactory,
    UserFactory,
    member,
)
from tests.interventions.map_pages import HX, names, placed

pytestmark = pytest.mark.django_db
VIEWS = ("areas", "interventions", "groups", "groups&by=year", "groups&by=subject", "staff", "learners")


def rows_of(text):
    """The table of a view as words: a list a row, without the headings of columns."""
    body = re.search(r"<table class=\"table cards view\">.*?</thead>(.*)</table>", text, re.DOTALL)[1]
    plain = re.compile(r"<[^>]+>")
    return [
        [
            html.unescape(" ".join(plain.sub(" ", cell).split()))
            for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)
        ]
        for row in re.findall(r"<tr[^>]*>(.*?)</tr>", body, re.DOTALL)
    ]


@pytest.fixture
def phonics(senco):
    """Two learners of two classes in Phonics with Ann Bell, and a seat for a whole class."""
    school = senco.school
    kestrel, robin = GroupFactory(school=school, name="Kestrel"), GroupFactory(school=school, name="Robin", nc_year="2")
    provision = ProvisionFactory(school=school, name="Phonics", subject="phonics", sessions=3, minutes=20)
    for group in (kestrel, robin):
        one = LearnerFactory(school=school, group=group, nc_year=group.nc_year)
        PlacementFactory(learner=one, provision=provision, sessions=3, minutes=20)
    DelivererFactory(provision=provision, user=member(Role.TEACHING_ASSISTANT, school, name="Ann Bell"))
    ProvisionFactory(
        school=school, name="Planned seating", tier=1, area="sensory", sessions=None, minutes=None, group=robin
    )
    return provision


class TestAreas:
    def test_each_cell_lists_provisions_with_learners_dose_and_staff(self, client, phonics):
        rows = rows_of(client.get("/map/?view=areas").text)

        assert [row[0] for row in rows] == [
            "Cognition and learning",
            "Communication and interaction",
            "Social, emotional and mental health",
            "Sensory and/or physical",
        ]
        assert rows[0][2] == "Phonics 3 × 20 min 2 learners · Ann Bell · to 20 Jul 2027"

    @pytest.mark.parametrize("view", ["areas", "groups", "staff"])
    def test_a_day_on_which_nothing_runs_is_said_beside_how_many_learners_there_are(self, client, phonics, view):
        SenProvisionFactory(learner=phonics.placements.first().learner, code="K", starts=date(2026, 9, 1))

        ahead = client.get(f"/map/?view={view}&as_of=2030-01-01").text

        assert "No provision on this day</h2><p>Nothing is planned yet for this learner.</p>" in ahead
        assert "<b>1</b> learner<" in ahead
        assert "Nothing matches" not in ahead
        assert '<table class="table' not in ahead

    def test_a_provision_without_learners_appears_too(self, client, phonics):
        rows = rows_of(client.get("/map/?view=areas").text)

        assert rows[3][1] == "Planned seating every lesson whole class: Robin · to 20 Jul 2027"

    def test_a_filter_of_learners_keeps_only_their_provision_and_that_of_their_class(self, client, phonics):
        fourth = rows_of(client.get("/map/?view=areas&year=4").text)
        second = rows_of(client.get("/map/?view=areas&year=2").text)

        assert [fourth[0][2], fourth[3][1]] == ["Phonics 3 × 20 min 1 learner · Ann Bell · to 20 Jul 2027", ""]
        assert second[3][1].startswith("Planned seating")

    def test_filters_of_provision_hold_for_those_without_learners(self, client, phonics):
        assert "Planned seating" not in client.get("/map/?view=areas&tier=2").text
        assert "Planned seating" not in client.get("/map/?view=areas&subject=phonics").text

    def test_the_same_provision_with_other_people_is_one_entry(self, client, senco, phonics):
        again = placed(senco.school, provision__name="Phonics", provision__sessions=3, provision__minutes=20)
        DelivererFactory(provision=again.provision, user=UserFactory(name="Bo Carr"))

        rows = rows_of(client.get("/map/?view=areas").text)

        assert rows[0][2] == "Phonics 3 × 20 min 3 learners in 2 groups · Ann Bell, Bo Carr · to 20 Jul 2027"

    def cards(self, text):
        return re.findall(r'<a class="what" href="([^"]*)">([^<]*)<', html.unescape(text))

    def test_every_card_leads_somewhere(self, client, senco, phonics):
        again = placed(senco.school, provision__name="Phonics", provision__sessions=3, provision__minutes=20)
        other = placed(senco.school, provision__name="Phonics", provision__sessions=5, provision__minutes=15)
        ProvisionFactory(school=senco.school, name="Planned seating", tier=1, area="sensory", sessions=None,
                         minutes=None, group=GroupFactory(school=senco.school))  # fmt: skip

        text = client.get("/map/?view=areas&as_of=2026-11-23").text
        both = f"?as_of=2026-11-23&provision={phonics.pk}"

        assert self.cards(text) == [
            (both, "Phonics"),
            (f"/provisions/{other.provision_id}/", "Phonics"),
            ("/provisions/?state=&area=sensory&tier=1", "Planned seating"),
        ]
        opened = client.get(f"/map/{both}").text
        assert len(names(opened)) == 3
        assert again.learner.name in opened
        assert re.findall(r'id="cell-\d+-(\d)"', opened) == ["2"] * 3
        assert "Provision: Phonics, 3 × 20 min" in opened
        assert "Other provision is hidden by the filter Provision: Phonics, 3 × 20 min." in opened

    def test_without_doses_those_of_one_name_are_one_card(self, client, senco, phonics):
        placed(senco.school, provision__name="Phonics", provision__sessions=5, provision__minutes=15)

        text = client.get("/map/?view=areas&show=name&show=staff").text

        assert rows_of(text)[0][2] == "Phonics 3 learners in 2 groups · Ann Bell"
        address = f"?show=name&show=staff&provision={phonics.pk}-all"
        assert self.cards(text)[0] == (address, "Phonics")
        assert len(names(client.get(f"/map/{address}").text)) == 3

    def test_a_card_of_another_s_provision_leads_to_one_s_own_learners_in_it(self, client):
        assistant = member(Role.TEACHING_ASSISTANT)
        client.force_login(assistant)
        one = LearnerFactory(school=assistant.school)
        one.grants.create(user=assistant, source="provision:0", starts=date(2026, 9, 1))
        shared = placed(assistant.school, one, provision__name="Other").provision
        placed(assistant.school, provision=shared)
        hidden = placed(assistant.school, provision__name="Zqhidden").provision

        address = self.cards(client.get("/map/?view=areas").text)[0][0]

        assert address == f"?provision={shared.pk}"
        assert names(client.get(f"/map/{address}").text) == [one.name]
        assert "Zqhidden" not in client.get(f"/map/?provision={hidden.pk}").text

    @pytest.mark.parametrize("code", ["x", "999999999999999999999", "1-x", "-all"])
    def test_a_provision_that_is_none_is_left_out(self, client, phonics, code):
        assert len(names(client.get(f"/map/?provision={code}").text)) == 2

    def test_other_support_has_a_line_once_there_is_some(self, client, senco, phonics):
        placed(senco.school, provision__area="other")

        assert rows_of(client.get("/map/?view=areas").text)[-1][0] == "Other support (not SEND)"


class TestInterventions:
    def test_only_filled_cells_are_sent_and_each_says_its_column(self, client, senco):
        one = placed(senco.school, provision__name="Phonics", sessions=3, minutes=20)
        placed(senco.school, provision__name="Lego club", sessions=1, minutes=30)

        text = client.get("/map/?view=interventions").text

        assert re.findall(r'class="t2" aria-colindex="(\d)">([^<]*) <', text) == [("2", "Lego club"), ("3", "Phonics")]
        row = re.search(rf'id="learner-{one.learner_id}">(.*?)</tr>', text, re.DOTALL)[1]
        assert re.findall(r'<td role="cell" class="([^"]*)" aria-colindex="(\d)"', row) == [("k1 t2", "3")]
        assert ">3 × 20 min</a>" in row

    def test_many_columns_come_in_pages(self, client, senco):
        for number in range(12):
            placed(senco.school, provision__name=f"Club {number:02}")

        first = client.get("/map/?view=interventions").text
        second = client.get("/map/?view=interventions&across=2").text
        beyond = client.get("/map/?view=interventions&across=99").text

        assert "Columns 1 to 10 of 12, the fullest first." in first
        assert re.findall(r'scope="col"[^>]*>(Club \d+)', second) == ["Club 10", "Club 11"]
        assert "Columns 11 to 12 of 12, the fullest first." in beyond
        assert 'href="?view=interventions&amp;across=1"' in second

    def test_without_provision_there_are_no_columns(self, client, senco):
        SenProvisionFactory(learner=LearnerFactory(school=senco.school))

        assert "No provision runs for these learners" in client.get("/map/?view=interventions").text

    def test_the_rows_that_scrolling_asks_for_have_the_same_columns(self, client, senco):
        provision = ProvisionFactory(school=senco.school, name="Phonics")
        for _ in range(52):
            placed(senco.school, provision=provision)

        first = client.get("/map/?view=interventions").text
        [following] = re.findall(r'hx-get="([^"]*page=2[^"]*)"', html.unescape(first))
        more = client.get(f"/map/{following}", headers=HX).text

        assert len(names(more)) == 2
        assert more.count("k0 t2") == 2
        for _ in range(53):
            placed(senco.school, provision__name="Lego club")
        late = client.get(f"/map/{following}", headers=HX)
        assert (late.status_code, late.headers["HX-Refresh"]) == (204, "true")

    def test_the_fullest_columns_come_first(self, client, senco):
        for name, tier, count in (("Chunked tasks", 1, 1), ("Phonics", 3, 3), ("Lego club", 2, 2)):
            provision = ProvisionFactory(school=senco.school, name=name, tier=tier)
            for _ in range(count):
                placed(senco.school, provision=provision)

        text = client.get("/map/?view=interventions").text

        found = re.findall(r'class="t\d" aria-colindex="\d">([^<]*) <', text)
        assert found == ["Phonics", "Lego club", "Chunked tasks"]


class TestClasses:
    def test_each_class_has_its_provision_with_subtotals(self, client, phonics):
        rows = rows_of(client.get("/map/?view=groups").text)

        line = ["Phonics", "Wave 2", "Cognition and learning", "3 × 20 min", "Ann Bell", "1", "1", "60"]
        assert rows == [
            ["Kestrel"],
            line,
            ["Kestrel: in all", "", "", "", "", "1", "1", "60"],
            ["Robin"],
            ["Planned seating", "Wave 1", "Sensory and/or physical", "every lesson", "", "whole class: Robin", *"00"],
            line,
            ["Robin: in all", "", "", "", "", "1", "1", "60"],
            ["All together", "", "", "", "", "2", "2", "120"],
        ]  # fmt: skip

    def test_year_groups_stand_in_the_order_of_school(self, client, phonics):
        rows = rows_of(client.get("/map/?view=groups&by=year").text)

        assert [row[0] for row in rows if len(row) == 1] == ["Year 2", "Year 4"]

    def test_provision_is_put_under_its_subject(self, client, phonics):
        rows = rows_of(client.get("/map/?view=groups&by=subject").text)

        assert [row[0] for row in rows if len(row) == 1] == ["Phonics", "Across subjects"]
        assert rows[2] == ["Phonics: in all", "", "", "", "", "2", "2", "120"]


class TestStaff:
    def test_a_session_counts_once_however_many_learners_it_has(self, client, senco, phonics):
        outsider = placed(senco.school, provision__name="Therapy", provision__tier=3, provision__minutes=45)
        DelivererFactory(provision=outsider.provision, user=None, name="NHS therapist", role="therapist")

        rows = rows_of(client.get("/map/?view=staff").text)

        assert rows == [
            ["Ann Bell Teaching assistant", "Phonics 3 × 20 min Wave 2 · 2 learners · to 20 Jul 2027", "2", "60",
             "1 h"],
            ["NHS therapist Therapist", "Therapy 3 × 45 min Wave 3 · 1 learner · to 20 Jul 2027", "1", "135",
             "2 h 15 min"],
            ["Nobody yet", "Planned seating every lesson Wave 1 · whole class: Robin · to 20 Jul 2027", "0", "0",
             "0 min"],
        ]  # fmt: skip

    def test_two_adults_each_have_the_session_and_name_the_other(self, client, senco, phonics):
        DelivererFactory(provision=phonics, user=UserFactory(name="Bo Carr"), role="teacher")

        rows = rows_of(client.get("/map/?view=staff").text)

        assert rows[0][1] == "Phonics 3 × 20 min Wave 2 · 2 learners · with Bo Carr · to 20 Jul 2027"
        assert [row[3] for row in rows[:2]] == ["60", "60"]

    def test_who_answers_for_it_stands_where_nobody_is_named_to_deliver(self, client, senco):
        placed(senco.school, provision__responsible=member(Role.CLASS_TEACHER, senco.school, name="Cy Dale"))

        assert [row[0] for row in rows_of(client.get("/map/?view=staff").text)] == ["Cy Dale responsible"]

    def test_a_name_leads_to_that_person_s_learners_under_the_same_filters(self, client, phonics):
        text = client.get("/map/?view=staff&tier=2").text

        ann = phonics.deliverers.get().user_id
        assert f'<a href="?tier=2&amp;staff={ann}">Ann Bell</a>' in text


class TestColumnsAndGroups:
    def test_the_parts_chosen_stand_in_the_cells(self, client, senco):
        placed(senco.school, outcome="Reads", review_on=date(2026, 12, 1))

        text = client.get("/map/?show=name&show=review").text

        assert '<span class="out">review 1 Dec 2026</span>' in text
        assert '<span class="dose">' not in text

    @pytest.mark.parametrize(
        ("view", "offered"),
        [
            ("learners", ["Dose", "Staff", "First day", "Last day", "Outcome and target", "Review date",
                          "Delivered this term", "SEN provision and needs", "Flags"]),
            ("areas", ["Dose", "Staff", "First day", "Last day"]),
            ("staff", ["Dose", "Who else delivers it", "First day", "Last day"]),
        ],
    )  # fmt: skip
    def test_only_parts_that_the_view_shows_are_offered_and_the_others_stay_chosen(self, client, senco, view, offered):
        placed(senco.school)

        text = client.get(f"/map/?view={view}&show=name&show=dose&show=review").text

        form = re.search(r'<fieldset class="parts">.*?</fieldset>', text, re.DOTALL)[0]
        assert re.findall(r">\s*([A-Z][^<]*)</label>", form) == offered
        kept = re.findall(r'type="hidden" name="show" value="(\w+)"', form)
        assert kept == (["name"] if view == "learners" else ["name", "review"])

    def test_a_saved_cell_keeps_the_parts_of_the_map_it_stands_in(self, client, senco):
        one = placed(senco.school, review_on=date(2026, 12, 1))
        sent = {"dose": "5 x 15", "starts": "2026-09-07", "ends": "2027-07-20", "review_on": "2026-12-08", "seen": 1}

        saved = client.post(
            f"/map/placements/{one.pk}/",
            sent,
            headers=HX | {"HX-Current-URL": "http://testserver/map/?show=name&show=review"},
        ).text

        assert '<span class="out">review 8 Dec 2026</span>' in saved
        assert "5 × 15 min</span>" not in saved

    @pytest.mark.parametrize(
        ("by", "expected"),
        [
            ("year", ["Year 2 1 learner · 1 placement · 30 min a week",
                      "Year 4 2 learners · 2 placements · 1 h a week"]),
            ("sen", ["SEN support 1 learner · 1 placement · 30 min a week",
                     "Nothing recorded 2 learners · 2 placements · 1 h a week"]),
            ("need", ["Specific learning difficulty 1 learner · 1 placement · 30 min a week",
                      "No type of need 2 learners · 2 placements · 1 h a week"]),
            ("class", ["Kestrel 1 learner · 1 placement · 30 min a week",
                       "No class 2 learners · 2 placements · 1 h a week"]),
            ("wizard", []),
        ],
    )  # fmt: skip
    def test_learners_are_put_under_headings_with_their_totals(self, client, senco, by, expected):
        school = senco.school
        one = LearnerFactory(school=school, nc_year="2", group=GroupFactory(school=school, name="Kestrel"))
        SenProvisionFactory(learner=one)
        for learner in (one, LearnerFactory(school=school), LearnerFactory(school=school)):
            placed(school, learner)

        text = client.get(f"/map/?by={by}").text

        heads = re.findall(r'<tr role="row" class="section">(.*?)</tr>', text)
        assert [" ".join(re.sub(r"<[^>]+>", "", head).split()) for head in heads] == expected

    def test_totals_after_a_save_bring_those_of_the_sections(self, client, senco):
        placed(senco.school)

        text = client.get("/map/tally/?by=year").text

        assert 'id="sums-0" hx-swap-oob="true">1 learner · 1 placement · 30 min a week</span>' in text

    def test_what_is_empty_is_left_out_of_the_address(self, client, senco):
        answer = client.get("/map/?year=&view=areas&by=&show=&tier=2")

        assert (answer.status_code, answer.headers["Location"]) == (302, "/map/?view=areas&tier=2")
        assert client.get("/map/?year=").headers["Location"] == "/map/"

    def test_only_years_that_the_school_has_are_offered(self, client, senco):
        placed(senco.school, LearnerFactory(school=senco.school, nc_year="3"))

        def offered(query):
            years = re.search(r'<select name="year".*?</select>', client.get(f"/map/{query}").text)[0]
            return re.findall(r'value="(\w+)"', years)

        assert offered("") == ["3"]
        assert offered("?year=6") == ["3", "6"]

    def test_views_keep_the_filters_and_the_day(self, client, senco):
        placed(senco.school)

        text = client.get("/map/?tier=2&as_of=2026-10-01").text

        nav = re.search(r'<nav class="views"[^>]*>(.*?)</nav>', text)[1]
        assert re.findall(r'href="([^"]*)"', nav)[:2] == [
            "?tier=2&amp;as_of=2026-10-01",
            "?tier=2&amp;as_of=2026-10-01&amp;view=areas",
        ]


class TestWhoSeesWhat:
    @pytest.mark.parametrize("view", VIEWS)
    def test_confidential_provision_is_neither_shown_nor_counted(self, client, view):
        head = member(Role.HEAD)
        client.force_login(head)
        one = placed(head.school, provision__name="Open").learner
        placed(head.school, one, provision__name="Zqhidden", provision__confidential=True)
        placed(head.school, one, provision__name="Open too", confidential=True)

        text = client.get(f"/map/?view={view}").text

        tally = re.search(r'id="tally".*?</div>', text, re.DOTALL)[0]
        assert "Zqhidden" not in text
        assert re.findall(r"<b>([^<]*)</b>", tally) == ["1", "1", "30 min"]
        assert "Contains confidential provision" not in text

    def test_a_confidential_place_in_an_open_provision_is_not_counted_in_it(self, client):
        head = member(Role.HEAD)
        client.force_login(head)
        provision = ProvisionFactory(school=head.school, name="Phonics")
        placed(head.school, provision=provision)
        placed(head.school, provision=provision, confidential=True)

        assert rows_of(client.get("/map/?view=groups").text)[-1] == ["All together", "", "", "", "", "1", "1", "30"]

    @pytest.mark.parametrize("view", VIEWS)
    def test_paper_says_when_it_holds_confidential_provision(self, client, senco, view):
        placed(senco.school, provision__confidential=True)

        assert "Contains confidential provision" in client.get(f"/map/?view={view}").text

    def test_an_assistant_opens_only_provision_of_her_own(self, client):
        assistant = member(Role.TEACHING_ASSISTANT)
        client.force_login(assistant)
        one = LearnerFactory(school=assistant.school)
        one.grants.create(user=assistant, source="provision:0", starts=date(2026, 9, 1))
        own = placed(assistant.school, one, provision__name="Own").provision
        DelivererFactory(provision=own, user=assistant)
        placed(assistant.school, one, provision__name="Other")
        placed(assistant.school, provision__name="Zqhidden")

        text = client.get("/map/?view=areas").text

        assert re.findall(r'href="(/provisions/\d+/)">(\w+)<', text) == [(f"/provisions/{own.pk}/", "Own")]
        assert "Other" in text
        assert "Zqhidden" not in text


def test_times_are_written_one_way():
    assert all(time_words(number) == minutes(number) for number in (0, 5, 59, 60, 61, 205, 16945, 60000))


@pytest.mark.parametrize("view", [*VIEWS, "learners&by=need", "interventions&by=class"])
def test_as_many_queries_for_one_learner_as_for_thirty(client, senco, view):
    counted = []
    for rows in (1, 29):
        for number in range(rows):
            one = LearnerFactory(school=senco.school, group=GroupFactory(school=senco.school))
            SenProvisionFactory(learner=one)
            placement = placed(senco.school, one, provision__name=f"Club {number % 9}", provision__subject="maths")
            DelivererFactory(provision=placement.provision)
        with CaptureQueriesContext(connection) as seen:
            client.get(f"/map/?view={view}")
        counted.append(len(seen))

    assert counted[0] == counted[1] <= 13


@pytest.mark.parametrize("view", VIEWS)
def test_a_copy_holds_what_the_page_shows(client, senco, phonics, view, rf):
    request = rf.get(f"/map/?view={view}")

    table = table_of(frame_for(school=senco.school, user=senco, query=request.GET))

    cells = [thing for line in table.lines for cell in line.cells if isinstance(cell, tuple) for thing in cell]
    page = client.get(f"/map/?view={view}").text
    assert all(one.name in page for one in cells)
    assert all(line.head in html.unescape(page) for line in table.lines)
    assert table.confidential is False
