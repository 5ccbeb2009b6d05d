"""The whole-school map: the page and its totals."""

import re

import pytest
from django.urls import reverse

from provisionmap.school.roles import Role
from tests.factories import (
    DelivererFactory,
    GroupFactory,
    ProvisionFactory,
    SenProvisionFactory,
    UserFactory,
    member,
)
from tests.interventions.map_pages import HX, cell_of, learner, names, placed

pytestmark = pytest.mark.django_db


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
    def test_eleven_queries_whatever_the_size(self, client, senco, rows, django_assert_num_queries):
        for _ in range(rows):
            placement = placed(senco.school, learner(senco.school, group=GroupFactory(school=senco.school)))
            SenProvisionFactory(learner=placement.learner)
            DelivererFactory(provision=placement.provision)

        with django_assert_num_queries(11):
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
