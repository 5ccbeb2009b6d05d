"""Taking back, and what others changed meanwhile."""

from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from interventions.actions import placements as actions
from interventions.actions.provisions import add_learners
from interventions.actions.undoing import undo_change
from interventions.models import MapChange, MapImport, Placement
from interventions.past import acts_of
from interventions.views import map as views
from provisionmap.school.roles import Role
from provisionmap.school.stale import Stale
from tests.factories import (
    GroupFactory,
    LearnerFactory,
    ProvisionFactory,
    member,
)
from tests.interventions.map_pages import CELL, HX, cell_of, placed, told

pytestmark = pytest.mark.django_db


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
        group = GroupFactory(school=teacher.school)
        group.teachers.add(teacher)
        placement = placed(teacher.school, LearnerFactory(school=teacher.school, group=group), sessions=3)
        Placement.history.bulk_history_create([placement], update=True, default_user=teacher,
                                              default_change_reason="map")  # fmt: skip

        quick = client.post("/map/undo/", headers=HX)
        plain = client.post("/map/undo/", follow=True)

        assert told(quick)["refused"].startswith("Class teachers change tier 1 only.")
        assert "Class teachers change tier 1 only." in plain.text

    def test_a_learner_whom_they_no_longer_see_is_neither_changed_nor_named(self, client):
        teacher = member(Role.CLASS_TEACHER)
        client.force_login(teacher)
        placement = placed(teacher.school, provision__tier=1, sessions=4)
        Placement.history.bulk_history_create([placement], update=True, default_user=teacher,
                                              default_change_reason="map")  # fmt: skip

        answer = client.post("/map/undo/", follow=True)

        assert "There is nothing to undo" in answer.text
        assert placement.learner.name not in answer.text
        assert Placement.objects.get().sessions == 4


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

    def test_a_confidential_placement_that_changed_is_not_told_to_who_may_not_see_it(self, client, clock):
        teacher = member(Role.CLASS_TEACHER)
        client.force_login(teacher)
        group = GroupFactory(school=teacher.school)
        group.teachers.add(teacher)
        mine, hidden, gone = (LearnerFactory(school=teacher.school, group=group) for _ in range(3))
        now = self.changes(client, "")["now"]
        clock.shift(timedelta(seconds=20))
        placed(teacher.school, mine, provision__tier=1)
        placed(teacher.school, hidden, confidential=True)
        placed(teacher.school, hidden, provision__confidential=True)
        placed(teacher.school, gone).delete()

        assert self.changes(client, now)["learners"] == [mine.pk, gone.pk]

    def test_when_more_changed_than_are_named_the_map_draws_all_it_shows(self, client, senco, clock, monkeypatch):
        monkeypatch.setattr(views, "MOST_TOLD", 2)
        now = self.changes(client, "")["now"]
        clock.shift(timedelta(seconds=20))
        for _ in range(3):
            placed(senco.school)

        news = self.changes(client, now)

        assert (len(news["learners"]), news["many"]) == (2, True)

    @pytest.mark.parametrize(
        "since",
        [
            "", "yesterday", "2026-11-23T10:00:00", "2026-02-30T00:00:00+00:00", "0001-01-01T00:00:00+14:00",
            "9999-12-31T23:59:59-14:00", "2026-11-21T10:00:00+00:00",
        ],
    )  # fmt: skip
    def test_a_time_that_makes_no_sense_names_nobody(self, client, senco, since):
        placed(senco.school)

        assert self.changes(client, since)["learners"] == []


def test_the_history_of_an_import_that_was_taken_back_counts_the_placements_of_learners_it_added(client, senco):
    LearnerFactory(school=senco.school, surname="Bee", forename="Ada", upn="R201100018042")
    text = b"UPN,Surname,Forename,Wave 2,Area\nR201100018042,Bee,Ada,Nessy,SEMH\nP207000016049,Cee,Ben,Nessy,SEMH\n"
    client.post(reverse("interventions:map-import"), {"file": SimpleUploadedFile("map.csv", text)})
    run = MapImport.objects.get()
    days = {"starts": "2026-09-07", "ends": "2026-12-18", "create": "1"}
    client.post(reverse("interventions:map-import-check", args=[run.pk]), days)
    page = client.get(reverse("interventions:map-import-check", args=[run.pk]))
    client.post(reverse("interventions:map-import-apply", args=[run.pk]), {"seen": page.context["plan"].fingerprint})
    change = MapChange.objects.get()
    address = reverse("interventions:history-act", args=[change.pk])
    before = client.get(address)

    undo_change(change=change, by=senco)
    after = client.get(address)

    assert change.words == "Imported a map: 1 provision, 2 placements"
    assert [each.context["act"].counted for each in (before, after)] == ["2 placements, 1 provision"] * 2
    assert sorted(one.learner for one in after.context["records"]) == [
        "A learner who is no longer on the register", "Ada Bee",
    ]  # fmt: skip
    assert after.text.count("All versions") == 1
    assert "Cee" not in after.text
    teacher = member(Role.CLASS_TEACHER, senco.school)
    assert [act.counted for act in acts_of(teacher, senco.school, [f"c{change.pk}"])] == [""]
