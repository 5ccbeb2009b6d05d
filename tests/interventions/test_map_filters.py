"""What narrows the map: filters, a day, a search."""

import re
from datetime import date

import pytest

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
