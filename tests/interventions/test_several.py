"""Changing several placements at once: selected, previewed, written as one change, taken back in one step."""

import re
from datetime import date

import pytest
from django.urls import reverse

from interventions.actions import several as actions
from interventions.actions.grants import sync_grants
from interventions.actions.placements import change_placement
from interventions.actions.previewed import Moved
from interventions.actions.provisions import Delivery
from interventions.actions.several import ground_of, plan_of
from interventions.actions.several_acts import AddTo, ChangeDates, ChangeDose, ChangeStaff, End, Move, SetReview
from interventions.actions.undoing import undo_change
from interventions.dose import ONLY_EVERYDAY, Dose
from interventions.models import Deliverer, MapChange, Placement, Provision
from interventions.several import NOT_THERE
from learners.models import Grant
from provisionmap.school.access import NotAllowed
from provisionmap.school.models import AuditEvent
from provisionmap.school.roles import Role
from tests.factories import (
    DelivererFactory,
    GroupFactory,
    LearnerFactory,
    PlacementFactory,
    ProvisionFactory,
    SchoolFactory,
    member,
)

pytestmark = pytest.mark.django_db
TODAY, END, LAST = date(2026, 11, 23), date(2026, 12, 18), date(2027, 7, 20)
URL = "interventions:several"


@pytest.fixture
def placed(senco):
    """Three learners in one provision."""
    provision = ProvisionFactory(school=senco.school, name="Phonics")
    return [PlacementFactory(provision=provision, learner=LearnerFactory(school=senco.school)) for _ in range(3)]


def token(act, placements, by, learners=()):
    ground = ground_of(
        school=by.school, user=by, placements=[one.pk for one in placements], learners=learners, into=act.into
    )
    return plan_of(act, ground).token


def done(act, placements, by, learners=(), seen=None):
    return actions.do_several(
        act=act, school=by.school, placements=[one.pk for one in placements], learners=learners,
        seen=token(act, placements, by, learners) if seen is None else seen, by=by,
    )  # fmt: skip


def rows(act, placements, by, learners=()):
    ground = ground_of(
        school=by.school, user=by, placements=[one.pk for one in placements], learners=learners, into=act.into
    )
    return plan_of(act, ground)


def state():
    """Everything that an act may touch, without versions."""
    fields = ("pk", "provision", "learner", "starts", "ends", "minutes", "sessions", "review_on", "outcome")
    return (
        list(Placement.objects.order_by("pk").values_list(*fields)),
        list(Provision.objects.order_by("pk").values_list("pk", "starts", "ends", "responsible")),
        list(Deliverer.objects.order_by("pk").values_list("provision", "user", "name", "role", "starts", "ends")),
        sorted(Grant.ever.values_list("content_object", "user", "source", "starts", "ends"), key=str),
    )


class TestActs:
    def test_ending(self, senco, placed):
        ta = member(Role.TEACHING_ASSISTANT, senco.school)
        DelivererFactory(provision=placed[0].provision, user=ta)
        over = PlacementFactory(learner__school=senco.school, ends=date(2026, 10, 1))

        change = done(End(TODAY), [*placed[:2], over], senco)

        assert [Placement.objects.get(pk=one.pk).ends for one in placed] == [TODAY, TODAY, LAST]
        assert [Placement.objects.get(pk=one.pk).version for one in placed] == [2, 2, 1]
        assert change.words == "Ended 2 placements on 23/11/2026"
        assert Grant.ever.filter(user=ta, ends=TODAY).count() == 2
        assert AuditEvent.objects.get(verb="map.several").target_id == change.pk
        assert placed[0].history.latest().history_change_reason == change.reason

    @pytest.mark.parametrize(
        ("act", "after", "words"),
        [
            (ChangeDates(None, END), {"ends": END}, "Changed the days of 3 placements: to 18/12/2026"),
            (
                ChangeDates(TODAY, END), {"starts": TODAY, "ends": END},
                "Changed the days of 3 placements: from 23/11/2026 to 18/12/2026",
            ),
            (ChangeDose(Dose(5, 15)), {"sessions": 5, "minutes": 15}, "Changed the dose of 3 placements to 5 × 15 min"),
            (
                SetReview(END, only_empty=True), {"review_on": END},
                "Set the review date of 3 placements to 18/12/2026",
            ),
        ],
    )  # fmt: skip
    def test_new_values_and_back(self, senco, placed, act, after, words):
        before = state()

        change = done(act, placed, senco)

        for one in placed:
            one.refresh_from_db()
            assert {name: getattr(one, name) for name in after} == after
        assert change.words == words
        undo_change(change=change, by=senco)
        assert state() == before

    def test_every_lesson_is_refused_above_tier_1_by_name_and_kept_at_it(self, senco, placed):
        everyday = PlacementFactory(
            provision__tier=1, provision__school=senco.school, learner__school=senco.school, sessions=2, minutes=5
        )
        act = ChangeDose(Dose(None, None), always=True)

        plan = rows(act, [placed[0], everyday], senco)
        change = done(act, [placed[0], everyday], senco)

        notes = {row.name: (row.then, row.note) for row in plan.rows}
        assert notes["Phonics"] == ("", ONLY_EVERYDAY)
        assert notes[everyday.provision.name] == ("every lesson", "")
        assert plan.count == 1
        assert change.words == "Changed the dose of 1 placement to every lesson"
        placed[0].refresh_from_db()
        everyday.refresh_from_db()
        assert (placed[0].sessions, everyday.sessions) == (3, None)

    def test_moving_to_another_group_and_back(self, senco, placed):
        other = ProvisionFactory(school=senco.school, name="Phonics B", sessions=2, minutes=20, ends=END)
        ta = member(Role.TEACHING_ASSISTANT, senco.school)
        DelivererFactory(provision=other, user=ta)
        PlacementFactory(provision=other, learner=placed[1].learner, ends=END)
        placed[0].outcome, placed[0].sessions = "Reads CVC words", 5
        placed[0].save()
        placed[0].shared_with.add(senco)
        later = PlacementFactory(learner__school=senco.school, starts=date(2026, 12, 1), provision__name="Other")
        twice = PlacementFactory(learner=placed[1].learner, starts=date(2026, 12, 1), provision=later.provision)
        twice.ends = END
        twice.save()
        DelivererFactory(provision=later.provision, user=ta)
        sync_grants({other.pk, placed[0].provision_id, later.provision_id})
        before = state()

        plan = rows(Move(other.pk, TODAY), [*placed[:2], later, twice], senco)
        change = done(Move(other.pk, TODAY), [*placed[:2], later, twice], senco)

        assert plan.told == "2 move, 1 ends, 1 is taken off"

        assert [Placement.objects.get(pk=one.pk).ends for one in placed] == [date(2026, 11, 22)] * 2 + [LAST]
        new = other.placements.get(learner=placed[0].learner)
        assert (new.starts, new.ends, new.outcome) == (TODAY, END, "Reads CVC words")
        assert (new.sessions, new.minutes, list(new.shared_with.all())) == (5, 10, [senco])
        assert other.placements.filter(learner=placed[1].learner).count() == 1
        assert Grant.ever.filter(user=ta, content_object=placed[0].learner, starts=TODAY).exists()
        assert change.words == "Moved 2 placements to Phonics B on 23/11/2026; 1 ends, 1 is taken off"
        later.refresh_from_db()
        assert (later.provision, later.starts, later.ends) == (other, date(2026, 12, 1), END)
        assert not Placement.objects.filter(pk=twice.pk).exists()
        undo_change(change=change, by=senco)
        assert state() == before

    def test_three_places_of_one_learner_become_one_and_both_pages_say_so(self, client, senco, placed):
        other = ProvisionFactory(school=senco.school, name="Phonics B")
        theirs = [PlacementFactory(learner=placed[0].learner, provision__school=senco.school) for _ in range(2)]
        sent = {
            "act": "move", "do": "preview", "into": other.pk, "on": "2026-11-23", "learners": "",
            "placements": ",".join(str(one.pk) for one in [placed[0], *theirs]),
        }  # fmt: skip

        look = client.post(reverse(URL), sent)
        seen = re.search(r'name="seen" value="([^"]*)"', look.text)[1]
        client.post(reverse(URL), sent | {"do": "apply", "seen": seen})

        assert "Move to another group: 1 moves, 2 end</h2>" in look.text
        assert MapChange.objects.get().words == "Moved 1 placement to Phonics B on 23/11/2026; 2 end"
        assert other.placements.count() == 1

    def test_other_staff_from_today_and_back(self, senco, placed):
        old, new = (member(Role.TEACHING_ASSISTANT, senco.school) for _ in range(2))
        DelivererFactory(provision=placed[0].provision, user=old)
        sync_grants({placed[0].provision_id})
        before = state()

        change = done(ChangeStaff([Delivery(new)], beside=False, responsible=senco), placed[:1], senco)

        people = Deliverer.objects.filter(provision=placed[0].provision).order_by("pk")
        assert list(people.values_list("user", "starts", "ends")) == [
            (old.pk, None, date(2026, 11, 22)), (new.pk, TODAY, None),
        ]  # fmt: skip
        assert Provision.objects.get(pk=placed[0].provision_id).responsible == senco
        assert change.words == "Changed the staff of 1 provision from 23/11/2026"
        undo_change(change=change, by=senco)
        assert state() == before

    def test_staff_beside_those_who_are_there(self, senco, placed):
        DelivererFactory(provision=placed[0].provision, user=None, name="NHS therapist")

        plan = rows(ChangeStaff([Delivery(senco)], beside=True, responsible=None), placed[:1], senco)
        done(ChangeStaff([Delivery(senco)], beside=True, responsible=None), placed, senco)

        assert [(row.now, row.then, row.note) for row in plan.rows] == [
            (
                "NHS therapist (Teaching assistant)",
                f"{senco.name} (Teaching assistant), NHS therapist (Teaching assistant)",
                "Counts for 2 learners you did not select as well.",
            )
        ]
        assert Deliverer.objects.on(TODAY).filter(provision=placed[0].provision).count() == 2
        again = rows(ChangeStaff([Delivery(senco)], beside=True, responsible=None), placed, senco)
        assert (again.count, again.rows[0].note) == (0, "Has these people already.")

    def test_another_role_of_somebody_who_is_there(self, senco, placed):
        DelivererFactory(provision=placed[0].provision, user=senco, role="ta")

        plan = rows(ChangeStaff([Delivery(senco, role="specialist")], beside=True, responsible=None), placed, senco)
        done(ChangeStaff([Delivery(senco, role="specialist")], beside=True, responsible=None), placed, senco)

        assert plan.count == 1
        assert list(Deliverer.objects.values_list("user", "role")) == [(senco.pk, "specialist")]

    def test_the_same_few_questions_for_one_provision_and_for_ten(self, senco, django_assert_max_num_queries):
        new = member(Role.TEACHING_ASSISTANT, senco.school)
        counts = []
        for many in (1, 10):
            chosen = [PlacementFactory(learner=LearnerFactory(school=senco.school)) for _ in range(many)]
            for one in chosen:
                DelivererFactory(provision=one.provision, user=None, name="Ann")
            seen = token(ChangeStaff([Delivery(new)], beside=False, responsible=senco), chosen, senco)
            with django_assert_max_num_queries(80) as asked:
                done(ChangeStaff([Delivery(new)], beside=False, responsible=senco), chosen, senco, seen=seen)
            counts.append(len(asked))
        assert counts[0] == counts[1]

    def test_only_the_responsible_teacher_and_nothing_of_what_is_over(self, senco, placed):
        over = ProvisionFactory(school=senco.school, ends=date(2026, 10, 1), name="Past")
        past = PlacementFactory(provision=over, learner=placed[0].learner, ends=date(2026, 10, 1))
        DelivererFactory(provision=placed[0].provision, user=None, name="NHS therapist")

        plan = rows(ChangeStaff([], beside=False, responsible=senco), [placed[0], past], senco)
        done(ChangeStaff([], beside=False, responsible=senco), [placed[0], past], senco)

        assert [(row.then, row.note) for row in plan.rows if not row.then] == [("", "Ended on 1 October 2026.")]
        assert plan.staying == 1
        assert Provision.objects.get(pk=over.pk).responsible is None
        assert Deliverer.objects.get().name == "NHS therapist"

    def test_adding_learners_to_a_provision_and_back(self, senco, placed):
        other = ProvisionFactory(school=senco.school, name="Booster", starts=date(2026, 12, 1), ends=LAST)
        PlacementFactory(provision=other, learner=placed[1].learner, starts=date(2026, 12, 1))
        alone, leaver = LearnerFactory(school=senco.school), LearnerFactory(school=senco.school, left=TODAY)
        before = state()
        act = AddTo(other.pk, TODAY)

        plan = rows(act, placed[:2], senco, [alone.pk, leaver.pk])
        change = done(act, placed[:2], senco, [alone.pk, leaver.pk])

        assert {row.learner.pk: row.note for row in plan.rows} == {
            placed[0].learner_id: "", placed[1].learner_id: "Has a place in it then already.", alone.pk: "",
            leaver.pk: "Left on 23 November 2026.",
        }  # fmt: skip
        new = other.placements.exclude(learner=placed[1].learner)
        assert set(new.values_list("learner", "starts", "ends", "sessions")) == {
            (pk, date(2026, 12, 1), LAST, 3) for pk in (placed[0].learner_id, alone.pk)
        }
        assert change.words == "Added 2 learners to Booster from 01/12/2026"
        undo_change(change=change, by=senco)
        assert state() == before

    def test_a_learner_who_leaves_gets_a_place_until_then(self, senco):
        learner = LearnerFactory(school=senco.school, left=date(2026, 12, 4))
        provision = ProvisionFactory(school=senco.school, name="Booster", ends=LAST)

        plan = rows(AddTo(provision.pk, TODAY), [], senco, [learner.pk])
        done(AddTo(provision.pk, TODAY), [], senco, [learner.pk])

        assert plan.rows[0].then == "23 Nov 2026 to 4 Dec 2026, 3 × 10 min"
        assert Placement.objects.get().ends == date(2026, 12, 4)

    @pytest.mark.parametrize("make", [lambda pk: Move(pk, TODAY), lambda pk: AddTo(pk, TODAY)])
    def test_a_group_that_is_over_or_gone_takes_nobody(self, senco, placed, make):
        over = ProvisionFactory(school=senco.school, name="Past", ends=date(2026, 10, 1))
        far = ProvisionFactory(school=SchoolFactory())

        assert "ends on 1 October 2026" in rows(make(over.pk), placed, senco).refused
        assert "no longer there" in rows(make(far.pk), placed, senco).refused
        with pytest.raises(NotAllowed, match="ends on"):
            done(make(over.pk), placed, senco)


class TestTwoPeople:
    def test_what_was_changed_meanwhile_is_named_and_nothing_is_written(self, senco, placed):
        act = ChangeDose(Dose(5, 15))
        seen = token(act, placed, senco)
        other = member(Role.SENCO_ASSISTANT, senco.school)
        change_placement(placement=placed[0], changes={"sessions": 2}, seen=1, by=other)
        before = state()

        with pytest.raises(Moved) as clash:
            done(act, placed, senco, seen=seen)

        assert clash.value.moved == [f"{placed[0].learner.name}, Phonics: changed by {other.name}."]
        assert state() == before
        assert not MapChange.objects.exists()

    def test_two_overlapping_selections_never_overwrite_each_other(self, senco, placed):
        other = member(Role.SENCO_ASSISTANT, senco.school)
        mine, theirs = ChangeDose(Dose(5, 15)), End(TODAY)
        seen_by_me, seen_by_them = token(mine, placed[:2], senco), token(theirs, placed[1:], other)

        done(theirs, placed[1:], other, seen=seen_by_them)
        with pytest.raises(Moved):
            done(mine, placed[:2], senco, seen=seen_by_me)
        done(mine, placed[:2], senco)  # looked at again

        after = [(one.sessions, one.ends) for one in Placement.objects.order_by("pk")]
        assert after == [(5, LAST), (5, TODAY), (3, TODAY)]

    def test_a_provision_or_a_placement_that_went(self, senco, placed):
        act = ChangeDates(None, END)
        seen = token(act, placed, senco)
        Provision.objects.filter(pk=placed[0].provision_id).update(version=7)
        Placement.objects.filter(pk__in=[one.pk for one in placed[1:]]).delete()

        with pytest.raises(Moved) as clash:
            done(act, placed, senco, seen=seen)

        assert clash.value.moved == [
            "2 placements you selected are no longer there.", "Phonics: the provision itself was changed.",
        ]  # fmt: skip

    def test_somebody_placed_the_learner_meanwhile(self, senco, placed):
        other = ProvisionFactory(school=senco.school, name="Booster")
        act = AddTo(other.pk, TODAY)
        seen = token(act, placed, senco)
        PlacementFactory(provision=other, learner=placed[0].learner)

        with pytest.raises(Moved) as clash:
            done(act, placed, senco, seen=seen)

        assert clash.value.moved == [
            "What would be written is no longer the same: somebody placed or moved learners meanwhile."
        ]


class TestWhoMay:
    def test_what_a_person_does_not_see_is_not_touched(self, senco, placed):
        elsewhere = PlacementFactory(learner__school=SchoolFactory())
        hidden = PlacementFactory(learner=placed[0].learner, confidential=True)
        assistant = member(Role.SENCO_ASSISTANT, senco.school)

        for strange in (elsewhere, hidden):
            with pytest.raises(NotAllowed, match="so nothing was changed"):
                done(End(TODAY), [placed[0], strange], assistant)

        assert [Placement.objects.get(pk=one.pk).ends for one in (placed[0], elsewhere, hidden)] == [LAST] * 3

    def test_of_a_place_they_do_not_see_nothing_is_told_and_nothing_moves(self, senco, placed):
        assistant = member(Role.SENCO_ASSISTANT, senco.school)
        group = ProvisionFactory(school=senco.school, name="Counselling")
        PlacementFactory(provision=group, learner=placed[0].learner, confidential=True)

        move = rows(Move(group.pk, TODAY), placed[:1], assistant)
        add = rows(AddTo(group.pk, TODAY), [], assistant, [placed[0].learner_id])
        beside = PlacementFactory(provision=group, learner=placed[1].learner)
        staff = rows(ChangeStaff([Delivery(senco)], beside=False, responsible=None), [beside], assistant)

        assert [(plan.count, plan.rows[0].note) for plan in (move, add)] == [(0, NOT_THERE)] * 2
        assert (staff.count, staff.rows[0].note) == (1, "")

    def test_a_provision_that_is_not_open_keeps_its_staff(self, senco, placed):
        secret = ProvisionFactory(school=senco.school, confidential=True)
        assistant = member(Role.SENCO_ASSISTANT, senco.school)
        shared = PlacementFactory(provision=secret, learner=placed[0].learner)
        shared.shared_with.add(assistant)

        plan = rows(ChangeStaff([Delivery(senco)], beside=False, responsible=None), [shared], assistant)

        assert (plan.count, plan.rows[0].note) == (0, "Not open to you: ask your SENCO.")

    def test_the_action_itself_refuses_who_may_not_change_a_tier(self, senco, placed):
        teacher = member(Role.CLASS_TEACHER, senco.school)
        group = GroupFactory(school=senco.school)
        group.teachers.add(teacher)
        placed[0].learner.group = group
        placed[0].learner.save()

        with pytest.raises(NotAllowed, match="tier 1 only"):
            done(End(TODAY), placed[:1], teacher)

    def test_too_many_and_nothing(self, senco, placed, monkeypatch):
        with pytest.raises(NotAllowed, match=r"Nothing would change\."):
            done(End(LAST), placed, senco)
        monkeypatch.setattr(actions, "MOST", 2)
        with pytest.raises(NotAllowed, match="more than 2 placements"):
            done(End(TODAY), placed, senco)
        with pytest.raises(NotAllowed, match="more than 2 learners"):
            done(AddTo(placed[0].provision_id, TODAY), [], senco, [one.learner_id for one in placed])


class TestPages:
    def post(self, client, query="", **sent):
        return client.post(reverse(URL) + query, sent)

    def test_from_the_map_to_the_change_and_its_undo(self, client, senco, placed):
        page = client.get(reverse("interventions:map"), {"select": "1"}).content.decode()
        assert f'name="placement" value="{placed[0].pk}"' in page
        assert "+ add" not in page

        first = self.post(client, act="dose", placement=[placed[0].pk, placed[1].pk])
        assert first.status_code == 200
        assert "<b>2</b> placements of <b>2</b> learners" in first.content.decode()
        kept = {"placements": f"{placed[0].pk},{placed[1].pk}", "learners": "", "act": "dose", "dose": "5 x 15"}
        look = self.post(client, do="preview", **kept).content.decode()
        assert "2 would change" in look
        assert "5 × 15 min" in look
        seen = re.search(r'name="seen" value="([^"]+)"', look)[1]
        answer = self.post(client, "?tier=2", do="apply", seen=seen, **kept)
        assert answer.status_code == 302
        assert answer.url == reverse("interventions:map") + "?tier=2"
        assert Placement.objects.filter(sessions=5).count() == 2

        client.post(reverse("interventions:undo"))
        assert not Placement.objects.filter(sessions=5).exists()

    def test_a_stale_preview_shows_what_moved_and_the_new_one(self, client, senco, placed):
        kept = {"placements": str(placed[0].pk), "learners": "", "act": "end", "on": "2026-11-23"}
        look = self.post(client, do="preview", **kept).content.decode()
        seen = re.search(r'name="seen" value="([^"]+)"', look)[1]
        Placement.objects.filter(pk=placed[0].pk).update(version=5)

        answer = self.post(client, do="apply", seen=seen, **kept)

        assert answer.status_code == 409
        page = answer.content.decode()
        assert "Somebody changed the map while you were looking" in page
        assert re.search(r'name="seen" value="([^"]+)"', page)[1] != seen
        assert Placement.objects.get(pk=placed[0].pk).ends == LAST

    def test_all_that_match_are_those_of_the_address_and_the_search(self, client, senco, placed):
        PlacementFactory(learner=placed[0].learner, provision__tier=3, provision__name="Therapy")

        everything = self.post(client, act="end", all="1")
        filtered = self.post(client, "?tier=3", act="end", all="1")
        found = self.post(client, act="end", all="1", text=placed[1].learner.surname)

        assert [f"<b>{count}</b> placement" in one.content.decode() for one, count in
                ((everything, 4), (filtered, 1))] == [True, True]  # fmt: skip
        assert found.context["places"] == Placement.objects.filter(learner__surname=placed[1].learner.surname).count()

    def test_all_that_match_less_what_was_taken_out_again(self, client, senco, placed):
        second = PlacementFactory(learner=placed[0].learner, provision__name="Therapy")
        out = {"but": str(placed[0].pk), "but_learners": str(placed[0].learner_id)}

        whole = self.post(client, act="end", all="1", **out)
        columns = self.post(client, "?view=interventions", act="end", all="1", **out)

        others = [placed[1].pk, placed[2].pk]
        assert [set(map(int, one.context["placements"].split(","))) for one in (whole, columns)] == [
            {second.pk, *others}, set(others),
        ]  # fmt: skip
        assert str(placed[0].learner_id) not in whole.context["learners"].split(",")

    @pytest.mark.parametrize("name", ["placements", "learners", "also", "also_learners"])
    def test_a_selection_that_is_far_too_long_is_refused_in_words(self, client, senco, placed, name):
        fixed = {} if name.startswith("also") else {"placements": ""}
        answer = self.post(client, act="add", **fixed | {name: ",".join(map(str, range(1, 3000)))})

        assert answer.status_code == 422
        assert "That is more than 2,000" in answer.content.decode()

    def test_a_learner_stands_for_all_their_placements_and_rows_that_are_gone_come_along(self, client, senco, placed):
        alone = LearnerFactory(school=senco.school)

        page = self.post(
            client, act="add", learner=[placed[0].learner_id], also=f"{placed[1].pk},x", also_learners=f"{alone.pk}"
        )

        assert page.context["placements"] == f"{placed[0].pk},{placed[1].pk}"
        assert page.context["count"] == 3

    @pytest.mark.parametrize(
        ("act", "sent", "said"),
        [
            ("end", {"on": "soon"}, "Write the date as 14/09/2026."),
            ("dates", {}, "Write a first day, a last day, or both."),
            ("dates", {"starts": "2026-12-01", "ends": "2026-11-01"}, "The last day is before the first day."),
            ("dose", {"dose": ""}, "Write a dose, such as"),
            ("dose", {"dose": "often"}, "often"),
            ("review", {"on": ""}, "This field is required."),
            ("review", {"on": "2026-11-22"}, "That day is over. Choose today or a later one."),
            ("move", {"into": "9999", "on": "2026-11-23"}, "Select a valid choice"),
            ("staff", {"role": "ta", "how": "instead"}, "Choose who delivers it, or who is responsible."),
            ("add", {"into": "", "on": "2026-11-23"}, "This field is required."),
        ],
    )
    def test_what_is_wrong_is_said_beside_it(self, client, senco, placed, act, sent, said):
        answer = self.post(client, act=act, do="preview", placements=str(placed[0].pk), learners="", **sent)

        assert answer.status_code == 422
        assert said in answer.content.decode()

    def test_refusals_are_sentences(self, client, senco, placed, monkeypatch):
        past = ProvisionFactory(school=senco.school, name="Later", starts=date(2026, 12, 1))
        kept = {"placements": str(placed[0].pk), "learners": ""}

        early = self.post(client, act="move", do="preview", into=past.pk, on="2026-11-24", **kept)
        assert early.status_code == 422
        assert "choose that day or a later one" in early.content.decode()
        same = self.post(client, act="end", do="preview", on="2027-07-20", **kept)
        assert "Nothing would change." in same.content.decode()
        seen = re.search(r'name="seen" value="([^"]+)"', same.content.decode())[1]
        assert self.post(client, act="end", do="apply", on="2027-07-20", seen=seen, **kept).status_code == 422
        monkeypatch.setattr(actions, "MOST", 0)
        many = self.post(client, act="end", **kept)
        assert many.status_code == 422
        assert "Filter the map" in many.content.decode()

    def test_people_from_outside_and_review_dates_for_all(self, client, senco, placed):
        kept = {"placements": str(placed[0].pk), "learners": ""}

        look = self.post(
            client,
            act="staff",
            do="preview",
            deliverer=senco.pk,
            outside="NHS therapist",
            role="ta",
            how="beside",
            **kept,
        )
        assert "NHS therapist" in look.content.decode()
        only = self.post(client, act="staff", do="preview", outside="Ann", role="ta", how="instead", **kept)
        assert "Ann" in only.content.decode()
        placed[0].review_on = END
        placed[0].save()
        stays = self.post(client, act="review", do="preview", on="2026-12-01", **kept)
        assert "Keeps its review on 18 December 2026." in stays.content.decode()
        moves = self.post(client, act="review", do="preview", on="2026-12-01", all_of_them="on", **kept)
        assert "1 would change" in moves.content.decode()

    def test_what_was_typed_is_there_when_choosing_again(self, client, senco, placed):
        again = self.post(client, act="dose", do="again", dose="5 x 15", placements=str(placed[0].pk), learners="")

        assert 'value="5 x 15"' in again.content.decode()

    def test_days_past_the_provisions_own_lead_to_where_those_are_changed(self, client, senco, placed):
        sent = {"act": "dates", "do": "preview", "ends": "2027-08-01", "learners": "", "placements": str(placed[0].pk)}

        look = client.post(reverse(URL), sent).text

        assert "Phonics itself ends on" in look
        assert f'href="/provisions/{placed[0].provision_id}/edit/">Change its days' in look

    @pytest.mark.parametrize("sent", [{}, {"placements": "x,²,99999999999999999999", "learners": "0"}])
    def test_nothing_selected(self, client, senco, sent):
        assert "Nothing is selected" in self.post(client, act="nonsense", **sent).content.decode()
        assert "Nothing is selected" in client.get(reverse(URL)).content.decode()

    def test_a_learner_without_placements_can_only_be_added(self, client, senco, placed):
        alone = LearnerFactory(school=senco.school)

        page = self.post(client, act="end", learner=[alone.pk])

        assert "add them to a provision" in page.content.decode()
        assert 'value="end"' not in page.content.decode()
        assert self.post(client, act="add", learner=[alone.pk]).context["form"]

    def test_who_changes_one_tier_only_selects_nothing(self, client, senco, placed):
        teacher = member(Role.CLASS_TEACHER, senco.school)
        client.force_login(teacher)

        page = client.get(reverse("interventions:map"), {"select": "1"}).content.decode()

        assert 'class="pick"' not in page
        assert "Select several" not in page

    @pytest.mark.parametrize("query", ["?select=1", "?select=1&view=interventions"])
    def test_the_questions_do_not_grow_with_the_rows(self, client, senco, placed, query, django_assert_max_num_queries):
        client.get(reverse("interventions:map") + query)
        with django_assert_max_num_queries(20) as few:
            client.get(reverse("interventions:map") + query)
        for _ in range(4):
            PlacementFactory(provision=placed[0].provision, learner__school=senco.school)
        with django_assert_max_num_queries(len(few)):
            page = client.get(reverse("interventions:map") + query)
        assert page.content.decode().count('name="placement"') == 7

    @pytest.mark.parametrize("do", ["preview", "apply"])
    def test_nor_do_those_of_the_act(self, client, senco, placed, do, django_assert_max_num_queries):
        act = ChangeDates(None, END)
        counts = []
        for upto in (2, 3):
            chosen = placed[:upto]
            sent = {"act": "dates", "do": do, "ends": "2026-12-18", "learners": ""}
            sent |= {"placements": ",".join(str(one.pk) for one in chosen), "seen": token(act, chosen, senco)}
            with django_assert_max_num_queries(60) as asked:
                assert self.post(client, **sent).status_code in (200, 302)
            counts.append(len(asked))
            Placement.objects.update(ends=LAST)
        assert counts[0] == counts[1]
