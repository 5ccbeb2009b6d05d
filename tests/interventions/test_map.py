"""The whole-school map: the page, its filters, editing in place, and what others changed."""

import json
import re
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from interventions.actions import placements as actions
from interventions.actions.provisions import add_learners
from interventions.models import Placement
from provisionmap.school.roles import Role
from provisionmap.school.stale import Stale
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

pytestmark = pytest.mark.django_db
HX = {"HX-Request": "true"}
CELL = {"dose": "5 x 15", "starts": "2026-09-07", "ends": "2027-07-20", "outcome": "Reads 60 words", "target": "60"}


def learner(school, **fields):
    return LearnerFactory(school=school, **fields)


def placed(school, one=None, **fields):
    one = one or learner(school)
    return PlacementFactory(learner=one, **fields)


def names(text):
    return re.findall(r'<a class="name"[^>]*>([^<]*)</a>', text)


def cell_of(text, placement):
    """The inside of the cell that holds `placement`, as the page shows it."""
    key = f"cell-{placement.learner_id}-{placement.provision.tier}"
    return re.search(rf'id="{key}">(.*?)</td>', text, re.DOTALL)[1]


def told(answer):
    return json.loads(answer.headers["HX-Trigger"])


class TestThePage:
    def test_rows_are_learners_and_cells_their_placements(self, client, senco):
        placement = placed(senco.school, provision__name="Phonics", outcome="Reads <60>", target="60 words")
        DelivererFactory(provision=placement.provision, user=UserFactory(name="Ann Bell"))

        text = client.get("/map/").text

        cell = cell_of(text, placement)
        assert "Phonics" in cell
        assert "3 × 10 min" in cell
        assert "Ann Bell · to 20 Jul 2027 · Reads &lt;60&gt; · target 60 words" in cell

    def test_an_empty_map_says_how_learners_get_on_it(self, client, senco):
        text = client.get("/map/").text

        assert "The map is empty" in text
        assert reverse("learners:import") in text

    def test_learners_with_sen_and_nothing_running_stand_on_it_too(self, client, senco):
        SenProvisionFactory(learner=learner(senco.school, surname="Needy"))
        learner(senco.school, surname="Other")
        placed(senco.school, learner(senco.school, surname="Placed"))

        assert [name.split()[-1] for name in names(client.get("/map/").text)] == ["Needy", "Placed"]

    def test_who_reads_only_sees_neither_editors_nor_undo(self, client):
        head = member(Role.HEAD)
        client.force_login(head)
        placed(head.school)

        text = client.get("/map/").text

        assert "data-edit" not in text
        assert "data-add" not in text
        assert 'id="undo"' not in text

    def test_a_class_teacher_adds_to_tier_1_only(self, client):
        teacher = member(Role.CLASS_TEACHER)
        client.force_login(teacher)
        group = GroupFactory(school=teacher.school)
        group.teachers.add(teacher)
        one = learner(teacher.school, group=group)
        placed(teacher.school, one, provision__school=teacher.school)

        text = client.get("/map/").text

        assert re.findall(r'href="/map/learners/\d+/tier/(\d)/add/"', text) == ["1"]

    def test_addresses_in_cells_are_the_real_ones(self, client, senco):
        placement = placed(senco.school)

        text = client.get("/map/").text

        for address in (
            reverse("interventions:placement", args=[placement.pk]),
            reverse("interventions:placement-add", args=[placement.learner_id, 2]),
            reverse("learners:learner", args=[placement.learner_id]),
        ):
            assert f'href="{address}"' in text

    @pytest.mark.parametrize("rows", [1, 30])
    def test_ten_queries_whatever_the_size(self, client, senco, rows, django_assert_num_queries):
        for _ in range(rows):
            placement = placed(senco.school, learner(senco.school, group=GroupFactory(school=senco.school)))
            SenProvisionFactory(learner=placement.learner)
            DelivererFactory(provision=placement.provision)

        with django_assert_num_queries(10):
            client.get("/map/")

    def test_fifty_rows_come_at_once_and_the_rest_on_demand(self, client, senco):
        provision = ProvisionFactory(school=senco.school)
        for _ in range(61):
            placed(senco.school, provision=provision)

        first = client.get("/map/?tier=2").text
        more = client.get("/map/?tier=2&page=2", headers=HX).text
        odd = client.get("/map/?page=x").text

        assert [len(names(text)) for text in (first, more, odd)] == [50, 11, 50]
        assert 'hx-get="?tier=2&amp;page=2"' in first
        assert "Show more" not in more
        assert "<html" not in more

    def test_totals_follow_the_filters(self, client, senco):
        placed(senco.school)
        placed(senco.school, provision__tier=3, sessions=1, minutes=45)
        placed(senco.school, provision__tier=3, sessions=None, minutes=None)

        every = client.get("/map/").text
        third = client.get("/map/?tier=3").text

        assert re.findall(r"<b>([^<]*)</b>", every) == ["3", "3", "1 h 15 min"]
        assert re.findall(r"<b>([^<]*)</b>", third) == ["2", "2", "45 min"]


class TestFilters:
    @pytest.fixture
    def school(self, senco):
        school = senco.school
        group = GroupFactory(school=school)
        one = learner(school, surname="One", nc_year="2", group=group, pupil_premium=True)
        two = learner(school, surname="Two", nc_year="5")
        SenProvisionFactory(learner=one, code="K", need_1="SPLD")
        SenProvisionFactory(learner=two, code="E", need_1="ASD")
        SenProvisionFactory(learner=learner(school, surname="Three", nc_year="6"), need_1="SLCN")
        placed(school, one, provision__tier=1, provision__area="cognition")
        ends = placed(school, two, provision__tier=3, provision__area="semh")
        self.adult = UserFactory(name="Ann Bell")
        DelivererFactory(provision=ends.provision, user=member(Role.TEACHING_ASSISTANT, school, name="Ann Bell"))
        school.group = group
        return school

    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            ("", ["One", "Three", "Two"]),
            ("year=2", ["One"]),
            ("area=semh", ["Two"]),
            ("tier=1", ["One"]),
            ("need=ASD", ["Two"]),
            ("sen=K", ["One", "Three"]),
            ("flag=pupil_premium", ["One"]),
            ("who=none", ["Three"]),
            ("year=2&tier=3", []),
            ("year=99", ["One", "Three", "Two"]),
            ("as_of=2026-09-01", ["One", "Three", "Two"]),
            ("as_of=nonsense", ["One", "Three", "Two"]),
            ("tier=x&area=%00", ["One", "Three", "Two"]),
        ],
    )
    def test_each_filter_narrows_the_map(self, client, school, query, expected):
        assert [name.split()[-1] for name in names(client.get(f"/map/?{query}").text)] == expected

    def test_every_learner_can_be_shown(self, client, school):
        learner(school, surname="Four")

        assert len(names(client.get("/map/?who=all").text)) == 4

    def test_a_group_and_a_member_of_staff_narrow_the_map(self, client, school):
        staff = re.search(r'<option value="(\d+)">Ann Bell', client.get("/map/").text)[1]

        by_group = names(client.get(f"/map/?group={school.group.pk}").text)
        by_staff = names(client.get(f"/map/?staff={staff}").text)

        assert [name.split()[-1] for name in by_group + by_staff] == ["One", "Two"]

    def test_filters_in_use_are_named_and_can_be_taken_away(self, client, school):
        text = client.get("/map/?year=2&tier=1&as_of=2026-10-01").text

        assert re.findall(r'<a class="pill" href="([^"]*)">([^<]*)', text) == [
            ("?tier=1&amp;as_of=2026-10-01", "Year: Year 2 "),
            ("?year=2&amp;as_of=2026-10-01", "Tier: Wave 1 "),
            ("?year=2&amp;tier=1", "As of: 1 October 2026 "),
        ]

    def test_another_day_is_read_and_not_changed(self, client, school):
        one = learner(school, surname="Past")
        placed(school, one, starts=date(2025, 9, 8), ends=date(2026, 7, 20), provision__starts=date(2025, 9, 8))
        SenProvisionFactory(learner=one, code="K", starts=date(2025, 9, 1), ends=date(2026, 8, 31))
        SenProvisionFactory(learner=one, code="N", need_1="", starts=date(2026, 9, 1))

        text = client.get("/map/?as_of=2026-03-02").text

        assert "It can be read, not changed." in text
        assert "data-edit" not in text
        row = re.search(rf'<tr role="row" id="learner-{one.pk}">(.*?)</tr>', text, re.DOTALL)[1]
        assert 'title="SEN support">K</span>' in row
        assert f'id="learner-{one.pk}"' not in client.get("/map/").text

    def test_a_search_travels_in_the_body_and_finds_learners_and_provisions(self, client, school):
        by_name = client.post("/map/", {"text": "two"}, headers=HX).text
        by_provision = client.post("/map/", {"text": "precision"}, headers=HX).text
        nobody = client.post("/map/", {"text": "zzz"}, headers=HX).text
        page = client.post("/map/", {"text": "two"}).text

        assert [len(names(text)) for text in (by_name, by_provision, nobody, page)] == [1, 2, 0, 1]
        assert "Nothing matches" in nobody
        assert 'value="two"' in page
        assert "text=" not in page

    def test_a_search_finds_a_learner_as_the_map_and_the_register_write_them(self, client, senco):
        here = placed(senco.school, learner(senco.school, forename="Gabriel", surname="Aldermere")).learner
        placed(senco.school, learner(senco.school, forename="Gabriel", surname="Other"))

        typed = ["Gabriel Aldermere", "aldermere, gab", here.upn]

        assert [len(names(client.post("/map/", {"text": text}, headers=HX).text)) for text in typed] == [1, 1, 1]

    def test_a_search_in_the_address_is_not_read(self, client, school):
        assert len(names(client.get("/map/?text=two").text)) == 3

    def test_a_search_that_finds_too_many_says_so(self, client, senco, monkeypatch):
        monkeypatch.setattr("interventions.views.map.FOUND", 2)
        for _ in range(3):
            placed(senco.school, learner(senco.school, surname="Bell"))

        text = client.post("/map/", {"text": "bell"}, headers=HX).text

        assert len(names(text)) == 2
        assert "Showing the first 2 learners that match" in text

    def test_totals_after_a_save_follow_the_search(self, client, school):
        text = client.post("/map/tally/", {"text": "two"}, headers=HX).text

        assert re.findall(r"<b>([^<]*)</b>", text) == ["1", "1", "30 min"]


class TestEditing:
    @pytest.fixture
    def placement(self, senco):
        return placed(senco.school, outcome="Reads")

    def test_the_editor_shows_what_stands_there(self, client, placement):
        text = client.get(f"/map/placements/{placement.pk}/", headers=HX).text

        assert 'value="3 × 10 min"' in text
        assert 'value="2026-09-07"' in text
        assert 'name="seen" value="1"' in text
        assert "<html" not in text

    def test_a_saved_cell_is_what_a_reload_would_show(self, client, placement):
        saved = client.post(f"/map/placements/{placement.pk}/", CELL | {"seen": 1}, headers=HX)

        page = client.get("/map/").text
        assert saved.status_code == 200
        assert told(saved) == {"said": "Saved", "changed": ""}
        assert saved.text.replace(" autofocus", "") in cell_of(page, placement)
        assert "5 × 15 min" in saved.text

    def test_six_queries_a_save(self, client, placement):
        with CaptureQueriesContext(connection) as done:
            client.post(f"/map/placements/{placement.pk}/", CELL | {"seen": 1}, headers=HX)

        assert len([one for one in done.captured_queries if "SAVEPOINT" not in one["sql"]]) == 6

    @pytest.mark.parametrize(("days", "queries"), [({"ends": "2026-12-18"}, 8), ({"starts": "2026-09-14"}, 8)])
    def test_eight_queries_a_save_that_shortens_its_days(self, client, placement, days, queries):
        """Two more than for a dose: who sees the learner, and for how long."""
        DelivererFactory.create_batch(3, provision=placement.provision)

        with CaptureQueriesContext(connection) as done:
            client.post(f"/map/placements/{placement.pk}/", CELL | days | {"seen": 1}, headers=HX)

        assert len([one for one in done.captured_queries if "SAVEPOINT" not in one["sql"]]) == queries

    def test_ten_queries_a_save_that_adds_days(self, client, senco):
        """As many again: the provision's own days, and the learner's other places in it."""
        placement = placed(senco.school, ends=date(2026, 12, 18))
        DelivererFactory.create_batch(3, provision=placement.provision)

        with CaptureQueriesContext(connection) as done:
            client.post(f"/map/placements/{placement.pk}/", CELL | {"seen": 1}, headers=HX)

        assert len([one for one in done.captured_queries if "SAVEPOINT" not in one["sql"]]) == 10

    def test_a_dose_that_cannot_be_read_is_said_beside_it(self, client, placement):
        answer = client.post(f"/map/placements/{placement.pk}/", CELL | {"seen": 1, "dose": "lots"}, headers=HX)

        assert answer.status_code == 422
        assert 'value="lots"' in answer.text
        assert "Write sessions × minutes, such as 3 × 10, or “every lesson”." in answer.text
        assert Placement.objects.get().sessions == 3

    @pytest.mark.parametrize(
        ("fields", "sentence"),
        [
            ({"ends": "2026-09-01"}, "The last day is before the first day."),
            ({"starts": "2026-09-01"}, "itself starts on 07/09/2026. Change its first day first."),
            ({"outcome": "x" * 301}, "at most 300 characters"),
            ({"seen": "two"}, ""),
        ],
    )
    def test_a_refused_save_keeps_what_was_typed(self, client, placement, fields, sentence):
        answer = client.post(
            f"/map/placements/{placement.pk}/", CELL | {"seen": 1, "target": "61"} | fields, headers=HX
        )

        assert answer.status_code == 422
        assert 'value="61"' in answer.text
        assert sentence in answer.text
        assert Placement.objects.get().version == 1

    def test_a_save_from_a_stale_cell_shows_both_values_and_writes_nothing(self, client, senco, placement):
        other = member(Role.SENCO, senco.school, name="Sam Okafor")
        actions.change_placement(placement=placement, changes={"sessions": 4}, seen=1, by=other)

        answer = client.post(f"/map/placements/{placement.pk}/", CELL | {"seen": 1}, headers=HX)

        assert answer.status_code == 409
        assert "You typed 5 × 15 min. Meanwhile Sam Okafor made it 4 × 10 min" in answer.text
        placement.refresh_from_db()
        assert (placement.sessions, placement.version) == (4, 2)

    def test_keeping_mine_saves_it_and_keeping_theirs_shows_it(self, client, senco, placement):
        other = member(Role.SENCO, senco.school)
        actions.change_placement(placement=placement, changes={"sessions": 4}, seen=1, by=other)
        clash = client.post(f"/map/placements/{placement.pk}/", CELL | {"seen": 1}, headers=HX).text
        sent = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', clash))

        theirs = client.get(f"/map/placements/{placement.pk}/?shown=1", headers=HX).text
        mine = client.post(f"/map/placements/{placement.pk}/", sent, headers=HX).text

        assert "4 × 10 min" in theirs
        assert "5 × 15 min" in mine
        assert Placement.objects.get().outcome == "Reads 60 words"

    def test_without_javascript_a_save_goes_back_to_the_map(self, client, placement):
        page = client.get(f"/map/placements/{placement.pk}/").text
        answer = client.post(f"/map/placements/{placement.pk}/", CELL | {"seen": 1}, follow=True)

        assert "<html" in page
        assert answer.redirect_chain == [("/map/", 302)]
        assert '<div class="notice success" role="status">Saved</div>' in answer.text

    def test_who_may_not_edit_a_tier_is_told_in_the_cell(self, client):
        teacher = member(Role.CLASS_TEACHER)
        client.force_login(teacher)
        group = GroupFactory(school=teacher.school)
        group.teachers.add(teacher)
        placement = placed(teacher.school, learner(teacher.school, group=group))

        shown = client.get(f"/map/placements/{placement.pk}/", headers=HX)
        sent = client.post(f"/map/placements/{placement.pk}/", CELL | {"seen": 1}, headers=HX)
        closed = client.get(f"/map/placements/{placement.pk}/?shown=1", headers=HX)

        ending = client.get(f"/map/placements/{placement.pk}/end/", headers=HX)

        assert [one.status_code for one in (shown, sent, closed, ending)] == [422, 422, 422, 422]
        assert "Class teachers change tier 1 only." in shown.text
        assert "Class teachers change tier 1 only." in sent.text
        assert "Class teachers change tier 1 only." in ending.text

    def test_a_placement_of_another_school_is_not_there(self, client, senco):
        assert client.get(f"/map/placements/{PlacementFactory().pk}/").status_code == 404

    def test_ending_empties_the_place_once_its_last_day_is_past(self, client, placement):
        asked = client.get(f"/map/placements/{placement.pk}/end/", headers=HX).text
        today = client.post(f"/map/placements/{placement.pk}/end/", {"seen": 1}, headers=HX)
        past = client.post(f"/map/placements/{placement.pk}/end/", {"seen": 2, "on": "2026-11-20"}, headers=HX)

        assert 'value="2026-11-23"' in asked
        assert told(today)["said"] == "Ends on 23/11/2026"
        assert "to 23 Nov 2026" in today.text
        assert past.text == ""

    @pytest.mark.parametrize(
        ("sent", "status", "sentence"),
        [
            ({"seen": 1, "on": "soon"}, 422, "Write the date as 14/09/2026."),
            ({"seen": 9, "on": "2026-11-23"}, 409, "Somebody changed this meanwhile."),
            ({"seen": "x", "on": "2026-11-23"}, 409, "Somebody changed this meanwhile."),
            ({"seen": 1, "on": "2030-01-01"}, 422, "itself ends on 20/07/2027"),
        ],
    )
    def test_an_ending_that_cannot_be_is_refused(self, client, placement, sent, status, sentence):
        answer = client.post(f"/map/placements/{placement.pk}/end/", sent, headers=HX)

        assert answer.status_code == status
        assert sentence in answer.text


class TestAdding:
    def test_an_added_placement_fills_the_cell_as_a_reload_would(self, client, senco):
        placement = placed(senco.school, provision__name="B club")
        other = ProvisionFactory(school=senco.school, name="A club")
        here = f"/map/learners/{placement.learner_id}/tier/2/add/"

        offered = client.get(here, headers=HX).text
        answer = client.post(here, {"provision": other.pk}, headers=HX)

        assert re.findall(r'<option value="\d+">([^<·]*?)(?: ·|<)', offered) == ["A club"]
        assert answer.text.replace(" autofocus", "") == cell_of(client.get("/map/").text, placement)
        assert told(answer)["said"] == "Added to A club"

    def test_two_provisions_of_one_name_are_told_apart_by_their_people_and_last_days(self, client, senco):
        one, until = learner(senco.school), date(2026, 12, 18)
        DelivererFactory(
            user=UserFactory(name="Keira Flynn"),
            provision=ProvisionFactory(school=senco.school, name="Club", ends=until),
        )
        ProvisionFactory(school=senco.school, name="Club", ends=until, responsible=UserFactory(name="Martin Hale"))

        offered = client.get(f"/map/learners/{one.pk}/tier/2/add/", headers=HX).text

        shown = re.findall(r'<option value="\d+">([^<]*)', offered)
        assert shown == ["Club · Keira Flynn · to 18 Dec 2026", "Club · Martin Hale · to 18 Dec 2026"]

    def test_choosing_nothing_keeps_the_form_with_a_sentence(self, client, senco):
        one = learner(senco.school)
        ProvisionFactory(school=senco.school)

        answer = client.post(f"/map/learners/{one.pk}/tier/2/add/", {"provision": ""}, headers=HX)

        assert answer.status_code == 422
        assert "Choose a provision from the list." in answer.text
        assert answer.headers["HX-Retarget"] == f"#adding-{one.pk}-2"

    def test_a_tier_with_nothing_running_says_so(self, client, senco):
        text = client.get(f"/map/learners/{learner(senco.school).pk}/tier/2/add/", headers=HX).text

        assert "No other provision of this tier is running." in text
        assert "?tier=2&amp;learner=" in text

    def test_without_javascript_adding_goes_back_to_the_map(self, client, senco):
        one, provision = learner(senco.school), ProvisionFactory(school=senco.school, name="A club")

        page = client.get(f"/map/learners/{one.pk}/tier/2/add/").text
        answer = client.post(f"/map/learners/{one.pk}/tier/2/add/", {"provision": provision.pk}, follow=True)

        assert "<html" in page
        assert "Added to A club" in answer.text

    def test_a_teacher_is_told_why_tier_2_is_closed(self, client):
        teacher = member(Role.CLASS_TEACHER)
        client.force_login(teacher)
        group = GroupFactory(school=teacher.school)
        group.teachers.add(teacher)
        one = learner(teacher.school, group=group)

        answer = client.get(f"/map/learners/{one.pk}/tier/2/add/", headers=HX)

        assert answer.status_code == 422
        assert "Class teachers change tier 1 only." in answer.text


class TestUndo:
    def test_the_last_change_is_taken_back_in_place(self, client, senco):
        placement = placed(senco.school)
        client.post(f"/map/placements/{placement.pk}/", CELL | {"seen": 1}, headers=HX)

        answer = client.post("/map/undo/", headers=HX)
        nothing = client.post("/map/undo/", headers=HX)

        words = f"Undone: {placement.provision.name} for {placement.learner.name} is 3 × 10 min, to 20/07/2027 again."
        assert told(answer) == {"said": words, "changed": "", "undone": placement.learner_id}
        assert told(nothing)["said"] == "There is nothing to undo from the last 24 hours."
        assert Placement.objects.get().sessions == 3

    def test_without_javascript_the_filters_stay_and_what_was_undone_is_named(self, client, senco):
        placement = placed(senco.school)
        client.post(f"/map/placements/{placement.pk}/", CELL | {"seen": 1}, headers=HX)

        answer = client.post("/map/undo/", {"query": "?tier=2"}, follow=True)

        assert answer.redirect_chain == [("/map/?tier=2", 302)]
        assert f"Undone: {placement.provision.name} for {placement.learner.name} is 3 × 10 min" in answer.text

    def test_a_change_of_many_is_taken_back_and_the_page_loaded_anew(self, client, senco):
        provision = ProvisionFactory(school=senco.school, name="Precision teaching")
        learners = LearnerFactory.create_batch(2, school=senco.school)
        add_learners(provision=provision, learners=learners, starts=date(2026, 11, 23), by=senco)

        answer = client.post("/map/undo/", headers=HX)

        assert (answer.status_code, answer.headers["HX-Refresh"]) == (204, "true")
        assert "Undone: Added 2 learners to Precision teaching." in client.get("/map/").text
        assert not Placement.objects.exists()

    def test_a_change_of_many_that_others_built_upon_is_left_alone(self, client, senco):
        provision = ProvisionFactory(school=senco.school)
        learners = LearnerFactory.create_batch(2, school=senco.school)
        made = add_learners(provision=provision, learners=learners, starts=date(2026, 11, 23), by=senco)
        other = member(Role.SENCO, senco.school)
        actions.change_placement(placement=made[0], changes={"sessions": 1}, seen=1, by=other)

        answer = client.post("/map/undo/", headers=HX)

        assert told(answer)["refused"].startswith(
            "Nothing was taken back: 1 record it touched was changed again since."
        )
        assert Placement.objects.count() == 2

    def test_what_somebody_changed_since_is_left_alone(self, client, senco):
        placement = placed(senco.school)
        client.post(f"/map/placements/{placement.pk}/", CELL | {"seen": 1}, headers=HX)
        placement.refresh_from_db()
        other = member(Role.SENCO, senco.school)
        actions.change_placement(placement=placement, changes={"sessions": 1}, seen=2, by=other)

        quick = client.post("/map/undo/", headers=HX)
        plain = client.post("/map/undo/")

        assert told(quick) == {"refused": "Somebody changed this after you, so it was left alone."}
        assert plain.status_code == 409
        with pytest.raises(Stale):
            actions.undo_last(school=senco.school, by=senco, now=timezone.now())

    def test_a_role_that_was_lost_cannot_undo(self, client):
        teacher = member(Role.CLASS_TEACHER)
        client.force_login(teacher)
        placement = placed(teacher.school, sessions=3)
        Placement.history.bulk_history_create([placement], update=True, default_user=teacher,
                                              default_change_reason="map")  # fmt: skip

        quick = client.post("/map/undo/", headers=HX)
        plain = client.post("/map/undo/", follow=True)

        assert told(quick)["refused"].startswith("Class teachers change tier 1 only.")
        assert "Class teachers change tier 1 only." in plain.text


class TestWhatOthersChanged:
    def changes(self, client, since):
        return client.get("/map/changes/", {"since": since}, headers=HX).json()

    def test_a_change_names_its_learner_to_maps_open_elsewhere(self, client, senco, clock):
        placement, quiet = placed(senco.school), placed(senco.school)
        clock.shift(timedelta(minutes=1))
        now = self.changes(client, "")["now"]
        clock.shift(timedelta(seconds=20))
        other = member(Role.SENCO, senco.school)
        actions.change_placement(placement=placement, changes={"sessions": 4}, seen=1, by=other)

        news = self.changes(client, now)
        fresh = client.get(f"/map/rows/?learner={placement.learner_id}&learner=x", headers=HX).text

        assert news["learners"] == [placement.learner_id]
        assert quiet.learner_id not in news["learners"]
        assert cell_of(fresh, placement) == cell_of(client.get("/map/").text, placement)

    def test_a_provision_renamed_names_all_its_learners(self, client, senco, clock):
        placement = placed(senco.school)
        clock.shift(timedelta(minutes=1))
        now = self.changes(client, "")["now"]
        clock.shift(timedelta(seconds=20))
        placement.provision.name = "New name"
        placement.provision.save()

        assert self.changes(client, now)["learners"] == [placement.learner_id]

    def test_learners_nobody_may_see_are_not_named(self, client, clock):
        ta = member(Role.TEACHING_ASSISTANT)
        client.force_login(ta)
        now = self.changes(client, "")["now"]
        placed(ta.school)

        assert self.changes(client, now)["learners"] == []

    @pytest.mark.parametrize("since", ["", "yesterday", "2026-11-23T10:00:00"])
    def test_a_time_that_makes_no_sense_names_nobody(self, client, senco, since):
        placed(senco.school)

        assert self.changes(client, since)["learners"] == []
