"""Editing, ending and adding in the map's cells."""

import re
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from interventions.actions import placements as actions
from interventions.models import Placement
from provisionmap.school.roles import Role
from tests.factories import (
    DelivererFactory,
    GroupFactory,
    PlacementFactory,
    ProvisionFactory,
    UserFactory,
    member,
)
from tests.interventions.map_pages import CELL, HX, cell_of, learner, placed, told

pytestmark = pytest.mark.django_db


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

    @pytest.mark.parametrize(("days", "queries"), [({"ends": "2026-12-18"}, 9), ({"starts": "2026-09-14"}, 9)])
    def test_nine_queries_a_save_that_shortens_its_days(self, client, placement, days, queries):
        """Three more than for a dose: the provision is held, and who sees the learner, and for how long."""
        DelivererFactory.create_batch(3, provision=placement.provision)

        with CaptureQueriesContext(connection) as done:
            client.post(f"/map/placements/{placement.pk}/", CELL | days | {"seen": 1}, headers=HX)

        assert len([one for one in done.captured_queries if "SAVEPOINT" not in one["sql"]]) == queries

    def test_ten_queries_a_save_that_adds_days(self, client, senco):
        """One more: the learner's other places in it."""
        placement = placed(senco.school, ends=date(2026, 12, 18))
        DelivererFactory.create_batch(3, provision=placement.provision)

        with CaptureQueriesContext(connection) as done:
            client.post(f"/map/placements/{placement.pk}/", CELL | {"seen": 1}, headers=HX)

        assert len([one for one in done.captured_queries if "SAVEPOINT" not in one["sql"]]) == 10

    def test_a_dose_that_cannot_be_read_is_said_beside_it(self, client, placement):
        answer = client.post(f"/map/placements/{placement.pk}/", CELL | {"seen": 1, "dose": "lots"}, headers=HX)

        assert answer.status_code == 422
        assert 'value="lots"' in answer.text
        assert "Write sessions × minutes, such as 3 × 10." in answer.text
        assert Placement.objects.get().sessions == 3

    def test_every_lesson_above_tier_1_is_refused_beside_it_and_wipes_nothing(self, client, placement):
        form = client.get(f"/map/placements/{placement.pk}/", headers=HX).text

        answer = client.post(f"/map/placements/{placement.pk}/", CELL | {"seen": 1, "dose": "Every lesson"}, headers=HX)

        assert "every lesson" not in form
        assert answer.status_code == 422
        assert "“Every lesson” is for everyday teaching only. Here write sessions × minutes" in answer.text
        assert Placement.objects.get().sessions == 3

    def test_every_lesson_is_kept_at_tier_1_and_stands_in_its_field(self, client, senco):
        placement = placed(senco.school, provision__tier=1)

        client.post(f"/map/placements/{placement.pk}/", CELL | {"seen": 1, "dose": "every lesson"}, headers=HX)

        form = client.get(f"/map/placements/{placement.pk}/", headers=HX).text
        assert 'value="every lesson"' in form
        assert "or “every lesson”." in form
        assert Placement.objects.get().sessions is None

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

    @pytest.mark.parametrize(("fields", "led"), [({"ends": "2027-08-01"}, True), ({"ends": "2026-09-01"}, False)])
    def test_days_past_the_provisions_own_lead_to_where_those_are_changed(self, client, placement, fields, led):
        answer = client.post(f"/map/placements/{placement.pk}/", CELL | {"seen": 1} | fields, headers=HX)

        assert answer.status_code == 422
        assert (f'href="/provisions/{placement.provision_id}/edit/">Change the days of' in answer.text) is led

    def test_a_save_from_a_stale_cell_shows_both_values_and_writes_nothing(self, client, senco, placement):
        other = member(Role.SENCO, senco.school, name="Sam Okafor")
        actions.change_placement(placement=placement, changes={"sessions": 4}, seen=1, by=other)

        answer = client.post(f"/map/placements/{placement.pk}/", CELL | {"seen": 1}, headers=HX)

        assert answer.status_code == 409
        assert "You typed 5 × 15 min. Meanwhile Sam Okafor made it 4 × 10 min" in answer.text
        placement.refresh_from_db()
        assert (placement.sessions, placement.version) == (4, 2)

    def test_a_clash_shows_both_of_every_field_that_differs_and_no_other(self, client, senco, placement):
        other = member(Role.SENCO, senco.school, name="Sam Okafor")
        theirs = {"sessions": 5, "minutes": 15, "outcome": "Reads 40 words", "review_on": date(2026, 12, 1)}
        actions.change_placement(placement=placement, changes=theirs, seen=1, by=other)

        answer = client.post(f"/map/placements/{placement.pk}/", CELL | {"seen": 1}, headers=HX)

        shown = " ".join(re.sub(r"<form.*?</form>|<[^>]+>", " ", answer.text, flags=re.S).split())
        assert answer.status_code == 409
        assert shown == (
            f"{placement.provision.name} Somebody changed this while you were typing. Meanwhile Sam Okafor saved it. "
            "Outcome Theirs, saved: Reads 40 words Yours: Reads 60 words "
            "Target Theirs, saved: – Yours: 60 Review date Theirs, saved: 1 December 2026 Yours: –"
        )

    def test_who_typed_the_same_as_was_saved_meanwhile_is_told_so(self, client, senco, placement):
        other = member(Role.SENCO, senco.school, name="Sam Okafor")
        actions.change_placement(placement=placement, changes={"sessions": 4, "minutes": 10}, seen=1, by=other)
        fields = client.get(f"/map/placements/{placement.pk}/", headers=HX).text
        sent = dict(re.findall(r'name="(\w+)" value="([^"]*)"', fields))

        answer = client.post(f"/map/placements/{placement.pk}/", sent | {"seen": 1}, headers=HX)

        assert answer.status_code == 409
        assert "Meanwhile Sam Okafor saved the same as you typed." in answer.text

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
