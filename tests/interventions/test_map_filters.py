"""What narrows the map: filters, a day, a search."""

import re
from datetime import date

import pytest

from interventions.frame import frame_for, table_of
from provisionmap.school.roles import Role
from tests.factories import (
    DelivererFactory,
    GroupFactory,
    SenProvisionFactory,
    UserFactory,
    member,
)
from tests.interventions.map_pages import HX, learner, names, placed

pytestmark = pytest.mark.django_db


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
        assert "No learner and no provision on the map has what you typed." in nobody
        assert "filters" not in nobody.split('class="empty"')[1].split("</div>")[0]
        both = client.post("/map/?tier=2", {"text": "zzz"}, headers=HX).text
        assert "No learner you can see fits your search and these filters on this day." in both
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

    def columns(self, text):
        return re.findall(r'<th scope="col" role="columnheader" class="t\d">([^<]*)<', text)

    def test_a_tier_that_is_filtered_out_is_no_empty_column(self, client, school):
        whole, narrow = client.get("/map/").text, client.get("/map/?tier=3").text

        assert self.columns(whole) == ["Wave 1", "Wave 2", "Wave 3"]
        assert self.columns(narrow) == ["Wave 3"]
        assert re.findall(r'id="cell-\d+-(\d)"', narrow) == ["3"]
        assert "/tier/1/add/" not in narrow
        areas = client.get("/map/?tier=3&view=areas").text
        assert re.findall(r'<th scope="col" class="t\d">([^<]*)<', areas) == ["Wave 3"]

    @pytest.mark.parametrize(
        ("query", "words"),
        [
            ("tier=1", "Other provision is hidden by the filter Tier: Wave 1."),
            ("area=cognition", "Other provision is hidden by the filter Area of need: Cognition and learning."),
            ("tier=1&area=cognition", "Other provision is hidden by the filters Area of need: Cognition and learning "
                                      "and Tier: Wave 1."),
            ("gap=no-review", "Other provision is hidden by the filter Gap or overlap: No review date."),
            ("gap=nothing", ""),
            ("year=5", ""),
        ],
    )  # fmt: skip
    def test_the_map_says_when_other_provision_of_its_learners_is_hidden(self, client, school, query, words):
        text = " ".join(client.get(f"/map/?{query}").text.split())

        assert re.findall(r"Other provision is hidden[^<]*", text) == [words] * bool(words)

    def test_a_copy_leaves_the_same_columns_out(self, senco, school, rf):
        frame = frame_for(school=school, user=senco, query=rf.get("/map/?tier=3").GET)

        assert [column.label for column in table_of(frame).columns] == ["Wave 3"]

    def test_a_day_to_come_is_planned_and_has_no_record(self, client, school):
        ahead, behind = (client.get(f"/map/?as_of={day}").text for day in ("2027-01-20", "2026-10-01"))

        assert "It shows what is planned for that day" in ahead
        assert "/map/then/?as_of" not in ahead
        assert "as it was then recorded" not in ahead
        assert "/map/then/?as_of=2026-10-01" in behind
        assert "planned" not in behind
