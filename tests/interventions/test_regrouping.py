"""Splitting a group and merging groups."""

import html
import re
from datetime import date

import pytest

from interventions.actions.placements import change_placement
from interventions.actions.previewed import Moved
from interventions.actions.provisions import Delivery
from interventions.actions.regrouping import NewGroup, merge_provisions, running, split_provision
from interventions.actions.undoing import undo_change
from interventions.models import Deliverer, MapChange, Placement, Provision
from learners.models import Grant
from provisionmap.school.access import NotAllowed
from provisionmap.school.models import AuditEvent
from provisionmap.school.roles import Role
from tests.factories import (
    DelivererFactory,
    GroupFactory,
    InterventionFactory,
    LearnerFactory,
    PlacementFactory,
    ProvisionFactory,
    member,
)

pytestmark = pytest.mark.django_db
DAY, BEFORE, END = date(2026, 11, 30), date(2026, 11, 29), date(2027, 7, 20)


@pytest.fixture
def by(senco):
    return senco


def group_of(by, learners=3, **fields):
    provision = ProvisionFactory(school=by.school, **({"name": "Booster"} | fields))
    for _ in range(learners):
        PlacementFactory(
            provision=provision, learner__school=by.school, outcome="Reads CVC words", baseline="4", target="12 of 20",
            review_on=date(2027, 2, 12),
        )  # fmt: skip
    return provision


def token(provision):
    return running(provision, list(provision.placements.order_by("pk"))).token


def new_group(**fields):
    return NewGroup(**({"name": "Booster B", "on": DAY, "sessions": 2, "minutes": 20} | fields))


def divided(by, provision, chosen, **fields):
    return split_provision(
        provision=provision, group=new_group(**fields), chosen={one.pk for one in chosen}, seen=token(provision), by=by
    )


def joined(by, into, *others):
    seen = {one.pk: token(one) for one in (into, *others)}
    return merge_provisions(school=by.school, into=into.pk, others=[one.pk for one in others], on=DAY, seen=seen, by=by)


def held(provision):
    return list(provision.placements.order_by("pk").values_list("learner", "starts", "ends"))


class TestSplitting:
    def test_those_chosen_go_on_in_the_new_group_with_what_they_are_there_for(self, by):
        ta = member(Role.TEACHING_ASSISTANT, by.school)
        old = group_of(by, group=GroupFactory(school=by.school), place="Library", responsible=by)
        DelivererFactory(provision=old, user=ta, role="hlta", adults=2)
        DelivererFactory(provision=old, user=None, name="Left", ends=date(2026, 11, 1))
        stays, goes, goes_too = old.placements.order_by("pk")

        new, change = divided(by, old, [goes, goes_too], place="Hall", responsible=by)

        same = ("tier", "area", "group", "intervention", "subject", "note", "confidential", "ends", "school")
        assert [getattr(new, name) for name in same] == [
            getattr(Provision.objects.get(pk=old.pk), name) for name in same
        ]
        assert (new.name, new.starts, new.sessions, new.minutes, new.place) == ("Booster B", DAY, 2, 20, "Hall")
        assert new.responsible == by
        assert list(new.deliverers.values_list("user", "role", "adults")) == [(ta.pk, "hlta", 2)]
        assert held(old) == [(stays.learner_id, stays.starts, END)] + [
            (one.learner_id, one.starts, BEFORE) for one in (goes, goes_too)
        ]
        assert held(new) == [(one.learner_id, DAY, END) for one in (goes, goes_too)]
        kept = ("outcome", "baseline", "target", "review_on", "sessions", "minutes")
        assert set(new.placements.values_list(*kept)) == {
            ("Reads CVC words", "4", "12 of 20", date(2027, 2, 12), 2, 20)
        }
        assert change.words == "Split Booster: 2 places to Booster B on 30/11/2026"
        assert AuditEvent.objects.filter(verb="provision.split", target_id=old.pk).count() == 1
        assert Grant.ever.filter(user=ta, content_object=goes.learner).count() == 2

    def test_a_dose_of_their_own_and_who_it_is_shared_with_stay_theirs(self, by):
        old = group_of(by, 2)
        row = old.placements.latest("pk")
        row.sessions, row.confidential = 5, True
        row.save()
        row.shared_with.add(by)

        new, _ = divided(by, old, [row])

        again = new.placements.get()
        assert (again.sessions, again.minutes, again.confidential, list(again.shared_with.all())) == (5, 10, True, [by])

    def test_other_people_may_deliver_the_new_group(self, by):
        old = group_of(by, 2)
        DelivererFactory(provision=old)

        new, _ = divided(
            by, old, [old.placements.latest("pk")], staff=[Delivery(name="NHS therapist", role="therapist")]
        )

        assert list(new.deliverers.values_list("user", "name", "role")) == [(None, "NHS therapist", "therapist")]

    def test_a_place_to_come_moves_whole(self, by):
        old = group_of(by, 1)
        later = PlacementFactory(provision=old, learner__school=by.school, starts=date(2027, 1, 4))

        new, _ = divided(by, old, [later])

        later.refresh_from_db()
        assert (later.provision, later.starts, later.ends, later.sessions) == (new, date(2027, 1, 4), END, 2)

    @pytest.mark.parametrize("later", [False, True])
    def test_it_is_taken_back_in_one_step_with_everybodys_sight(self, by, later):
        ta, other = member(Role.TEACHING_ASSISTANT, by.school), member(Role.TEACHING_ASSISTANT, by.school)
        old = group_of(by, 1)
        row = PlacementFactory(
            provision=old, learner__school=by.school, starts=date(2027, 1, 4) if later else date(2026, 9, 7)
        )
        DelivererFactory(provision=old, user=ta)
        before = sorted(held(old))
        _, change = divided(by, old, [row], staff=[Delivery(user=other)])

        undo_change(change=change, by=by)

        assert sorted(held(old)) == before
        assert (Provision.objects.count(), Deliverer.objects.count()) == (1, 1)
        assert set(Grant.ever.values_list("user", "content_object")) == {(ta.pk, learner) for learner, _, _ in before}

    def test_what_makes_no_sense_is_refused(self, by):
        old = group_of(by, 1)

        with pytest.raises(NotAllowed, match="Somebody has to stay"):
            divided(by, old, old.placements.all())

        assert Provision.objects.count() == 1

    def test_a_stale_preview_writes_nothing(self, by):
        old = group_of(by, 2)
        seen = token(old)
        row = old.placements.latest("pk")
        change_placement(placement=row, changes={"outcome": "Reads"}, seen=1, by=by)

        with pytest.raises(Moved) as clash:
            split_provision(provision=old, group=new_group(), chosen={row.pk}, seen=seen, by=by)

        assert clash.value.moved == ["Booster: who has a place in it was changed."]
        assert not MapChange.objects.exists()

    def test_who_may_not_change_the_map_splits_nothing(self, by):
        old = group_of(by, 2)

        with pytest.raises(NotAllowed):
            divided(member(Role.HEAD, by.school), old, [old.placements.latest("pk")])


class TestMerging:
    def test_everybody_goes_on_in_one_group_and_the_others_end(self, by):
        ta = member(Role.TEACHING_ASSISTANT, by.school)
        into = group_of(by, 1, ends=date(2026, 12, 18), minutes=20)
        into.placements.update(ends=date(2026, 12, 18))
        other = group_of(by, 1, name="Booster B")
        DelivererFactory(provision=into, user=ta)
        twice = PlacementFactory(provision=other, learner=into.placements.get().learner, ends=date(2026, 12, 18))
        only = other.placements.order_by("pk")[0]

        change = joined(by, into, other)

        into.refresh_from_db()
        other.refresh_from_db()
        assert (into.ends, other.ends) == (END, BEFORE)
        assert held(into) == [
            (twice.learner_id, date(2026, 9, 7), date(2026, 12, 18)), (only.learner_id, DAY, END),
        ]  # fmt: skip
        assert {ends for _, _, ends in held(other)} == {BEFORE}
        new = into.placements.latest("pk")
        assert (new.sessions, new.minutes, new.outcome, new.review_on) == (3, 20, "Reads CVC words", date(2027, 2, 12))
        assert change.words == "Merged 1 group into Booster on 30/11/2026"
        assert set(Grant.ever.filter(user=ta).values_list("content_object", flat=True)) == {
            only.learner_id,
            twice.learner_id,
        }
        assert AuditEvent.objects.filter(verb="provision.merge", target_id=into.pk).count() == 1

    def test_what_was_confidential_stays_so_among_others(self, by):
        into, other = group_of(by, 1), group_of(by, 1, confidential=True)

        joined(by, into, other)

        assert into.placements.latest("pk").confidential

    def test_places_to_come_move_or_vanish(self, by):
        into, other = group_of(by, 1), group_of(by, 0)
        moves = PlacementFactory(provision=other, learner__school=by.school, starts=date(2027, 1, 4))
        PlacementFactory(provision=other, learner=into.placements.get().learner, starts=date(2027, 1, 4))

        joined(by, into, other)

        assert {one.pk for one in Placement.objects.all()} == {into.placements.order_by("pk")[0].pk, moves.pk}
        assert not other.placements.exists()

    def test_it_is_taken_back_in_one_step(self, by):
        into, other = group_of(by, 2), group_of(by, 2, ends=date(2026, 12, 18))
        PlacementFactory(provision=other, learner=into.placements.latest("pk").learner, starts=date(2026, 12, 7))
        DelivererFactory(provision=other, user=member(Role.TEACHING_ASSISTANT, by.school))
        before = held(into), held(other)

        undo_change(change=joined(by, into, other), by=by)

        into.refresh_from_db()
        other.refresh_from_db()
        assert (held(into), held(other)) == before
        assert (into.ends, other.ends) == (END, date(2026, 12, 18))
        assert Grant.ever.count() == 3

    def test_what_makes_no_sense_is_refused(self, by):
        into, late = group_of(by), group_of(by, starts=date(2026, 12, 1))

        with pytest.raises(NotAllowed, match="Booster starts on 01/12/2026: choose a later day"):
            joined(by, into, late)

    def test_groups_of_two_schools_stay_apart(self, by):
        stranger = group_of(member(Role.SENCO))

        with pytest.raises(NotAllowed, match="different schools"):
            joined(by, group_of(by), stranger)

    def test_a_stale_preview_writes_nothing(self, by):
        into, other, gone = group_of(by), group_of(by), group_of(by)
        seen = {one.pk: token(one) for one in (into, other, gone)}
        PlacementFactory(provision=other, learner__school=by.school)
        pks = [other.pk, gone.pk]
        gone.delete()

        with pytest.raises(Moved) as clash:
            merge_provisions(school=by.school, into=into.pk, others=pks, on=DAY, seen=seen, by=by)

        assert clash.value.moved == [
            "One of the groups is no longer there.", "Booster: who has a place in it was changed.",
        ]  # fmt: skip


def carried(text):
    """What the hidden fields of a preview send again, as a browser would: all values under each name, in order."""
    sent = {}
    for name, value in re.findall(r'<input type="hidden" name="(\w+)"(?: value="([^"]*)")?', text):
        sent.setdefault(name, []).append(html.unescape(value))
    return sent


class TestThePages:
    def sent(self, provision, do, chosen, **fields):
        return {
            "name": "Booster B", "on": "2026-11-30", "dose": "2 x 20", "role": "ta", "do": do,
            "goes": [one.pk for one in chosen], **fields,
        }  # fmt: skip

    def test_the_way_through_a_split(self, client, senco):
        old = group_of(senco)
        goes = old.placements.latest("pk")
        url = f"/provisions/{old.pk}/split/"

        choose = client.get(url)
        look = client.post(url, self.sent(old, "preview", [goes]))
        done = client.post(url, self.sent(old, "apply", [goes], seen=look.context["seen"]), follow=True)

        assert 'value="Booster B"' in choose.text
        assert "Booster B starts on 30 November 2026 with 1 learner" in look.text
        assert "Split Booster: 1 place to Booster B on 30/11/2026" in done.text
        assert Provision.objects.latest("pk").name == "Booster B"

    def test_the_new_group_meets_in_the_place_that_was_typed(self, client, senco):
        old = group_of(senco, place="Library")
        goes = old.placements.latest("pk")
        url = f"/provisions/{old.pk}/split/"

        look = client.post(url, self.sent(old, "preview", [goes], place="Hall")).text
        client.post(url, carried(look) | {"do": "apply"})

        assert "2 × 20 min, Hall, to 20 July 2027." in " ".join(look.split())
        assert Provision.objects.latest("pk").place == "Hall"

    def test_a_split_by_somebody_from_the_school_and_from_outside(self, client, senco):
        old = group_of(senco)
        url, ta = f"/provisions/{old.pk}/split/", member(Role.TEACHING_ASSISTANT, senco.school)
        people = {"deliverer": ta.pk, "outside": "NHS therapist"}

        look = client.post(url, self.sent(old, "preview", [old.placements.latest("pk")], **people))

        assert f"Delivered by {ta.name}, NHS therapist." in look.text

    def test_a_stale_split_is_a_clash_that_can_be_confirmed(self, client, senco):
        old = group_of(senco)
        goes = old.placements.latest("pk")
        url = f"/provisions/{old.pk}/split/"

        clash = client.post(url, self.sent(old, "apply", [goes], seen=f"{old.pk}|d1;p"))
        done = client.post(url, self.sent(old, "apply", [goes], seen=clash.context["seen"]))

        assert (clash.status_code, done.status_code) == (409, 302)
        assert "Booster: who has a place in it was changed." in clash.text

    def hidden_from(self, client, senco, *provisions):
        """A SENCO assistant, signed in, from whom a place in each of `provisions` is hidden; the places."""
        client.force_login(member(Role.SENCO_ASSISTANT, senco.school))
        return [PlacementFactory(provision=one, learner__school=senco.school, confidential=True) for one in provisions]

    def test_the_page_of_a_split_tells_nothing_of_places_that_are_hidden(self, client, senco):
        old = group_of(senco)
        goes = old.placements.latest("pk")
        url = f"/provisions/{old.pk}/split/"
        client.force_login(member(Role.SENCO_ASSISTANT, senco.school))
        without = client.post(url, self.sent(old, "preview", [goes])).context["seen"]
        [hidden] = self.hidden_from(client, senco, old)

        look = client.post(url, self.sent(old, "preview", [goes]))
        change_placement(placement=hidden, changes={"outcome": "Sleeps"}, seen=1, by=senco)
        done = client.post(url, self.sent(old, "apply", [goes], seen=look.context["seen"]))

        assert look.context["seen"] == without
        assert (done.status_code, Provision.objects.count()) == (302, 2)

    def test_the_page_of_a_merge_tells_nothing_of_places_that_are_hidden_and_takes_them_along(self, client, senco):
        entry = InterventionFactory(school=senco.school)
        into, other = group_of(senco, 1, intervention=entry), group_of(senco, 1, intervention=entry)
        client.force_login(member(Role.SENCO_ASSISTANT, senco.school))
        without = client.post("/provisions/merge/", self.merge_of("preview", into, [other])).context["seen"]
        _, hidden = self.hidden_from(client, senco, into, other)

        look = client.post("/provisions/merge/", self.merge_of("preview", into, [other]))
        done = client.post("/provisions/merge/", self.merge_of("apply", into, [other], seen=look.context["seen"]))

        assert look.context["seen"] == without
        assert done.status_code == 302
        hidden.refresh_from_db()
        assert hidden.ends == BEFORE
        assert into.placements.filter(learner=hidden.learner, starts=DAY, confidential=True).count() == 1

    def test_a_stale_split_of_nobody_left_says_both(self, client, senco):
        old = group_of(senco)

        clash = client.post(f"/provisions/{old.pk}/split/", self.sent(old, "apply", []))

        assert clash.status_code == 409
        assert "Tick at least one learner" in clash.text

    @pytest.mark.parametrize("do", ["preview", "apply"])
    def test_a_split_of_everybody_is_refused_in_words(self, client, senco, do):
        old = group_of(senco)
        look = client.post(f"/provisions/{old.pk}/split/", self.sent(old, "preview", old.placements.all()[:1]))

        answer = client.post(
            f"/provisions/{old.pk}/split/",
            self.sent(old, do, old.placements.all(), seen=look.context["seen"]),
        )

        assert answer.status_code == 422
        assert "Somebody has to stay." in answer.text

    def test_a_form_that_is_wrong_keeps_what_was_ticked(self, client, senco):
        old = group_of(senco)
        goes = old.placements.latest("pk")

        answer = client.post(f"/provisions/{old.pk}/split/", self.sent(old, "preview", [goes], dose="lots"))

        assert answer.status_code == 422
        assert f'name="goes" value="{goes.pk}" checked' in answer.text
        assert "Write sessions × minutes" in answer.text

    def test_going_back_keeps_what_was_typed(self, client, senco):
        old = group_of(senco)

        answer = client.post(f"/provisions/{old.pk}/split/", self.sent(old, "", [], name="Second sitting"))

        assert 'value="Second sitting"' in answer.text

    def test_a_provision_that_is_over_has_nobody_to_move(self, client, senco):
        old = ProvisionFactory(school=senco.school, ends=date(2026, 10, 2))

        assert "Nobody to move" in client.get(f"/provisions/{old.pk}/split/").text

    def merge_of(self, do, into, others, **fields):
        return {
            "provision": [into.pk, *(one.pk for one in others)],
            "into": into.pk,
            "on": "2026-11-30",
            "do": do,
            **fields,
        }

    def test_the_way_through_a_merge(self, client, senco):
        entry = InterventionFactory(school=senco.school)
        into, other = (
            group_of(senco, 1, intervention=entry, group=GroupFactory(school=senco.school)) for _ in range(2)
        )
        PlacementFactory(provision=other, learner=into.placements.get().learner)

        choose = client.get("/provisions/merge/", {"provision": into.pk})
        look = client.post("/provisions/merge/", self.merge_of("preview", into, [other]))
        done = client.post(
            "/provisions/merge/", self.merge_of("apply", into, [other], seen=look.context["seen"]), follow=True
        )

        assert choose.text.count('name="into"') == 2
        assert "Is in Booster already: gets no second place" in look.text
        assert "Merged 1 group into Booster on 30/11/2026" in done.text

    def test_a_stale_merge_is_a_clash_that_can_be_confirmed(self, client, senco):
        into, other = group_of(senco), group_of(senco)

        clash = client.post("/provisions/merge/", self.merge_of("apply", into, [other]))
        done = client.post("/provisions/merge/", self.merge_of("apply", into, [other], seen=clash.context["seen"]))

        assert (clash.status_code, done.status_code) == (409, 302)

    def test_a_merge_with_nobody_else_is_refused_in_words(self, client, senco):
        into, _ = group_of(senco), group_of(senco)

        for do in ("preview", "apply"):
            answer = client.post("/provisions/merge/", self.merge_of(do, into, [], seen=f"{into.pk}|{token(into)}"))
            assert answer.status_code == 422
            assert "Tick at least two groups" in answer.text

    @pytest.mark.parametrize(
        ("fields", "sentence"),
        [
            ({"into": "999"}, "The group that takes the others in has to be ticked as well."),
            ({"into": ""}, "Choose the group that takes the others in."),
            ({"on": "soon"}, "Write the date as 14/09/2026."),
        ],
    )
    def test_a_merge_that_is_filled_in_wrongly_says_so(self, client, senco, fields, sentence):
        into, other = group_of(senco), group_of(senco)

        answer = client.post("/provisions/merge/", self.merge_of("preview", into, [other]) | fields)

        assert answer.status_code == 422
        assert sentence in answer.text

    def test_without_a_choice_it_asks_of_which_intervention(self, client, senco):
        entry = InterventionFactory(school=senco.school)
        for _ in range(2):
            group_of(senco, intervention=entry)
        group_of(senco, name="Alone")

        text = client.get("/provisions/merge/").text

        assert "2 groups running" in text
        assert "Alone" not in text
        assert (
            "Only one group of Alone runs"
            in client.get(f"/provisions/merge/?provision={Provision.objects.get(name='Alone').pk}").text
        )

    def test_a_school_without_groups_is_told_when_there_are_some(self, client, senco):
        assert "No groups to merge" in client.get("/provisions/merge/").text

    @pytest.mark.parametrize("rows", [1, 30])
    def test_the_number_of_queries_does_not_grow(self, client, senco, rows, django_assert_num_queries):
        into, other = group_of(senco, 1), group_of(senco, rows)
        DelivererFactory(provision=other)
        PlacementFactory(provision=other, learner=LearnerFactory(school=senco.school))
        split_url = f"/provisions/{other.pk}/split/"
        goes = list(other.placements.all()[:rows])
        seen = client.post("/provisions/merge/", self.merge_of("preview", into, [other])).context["seen"]

        with django_assert_num_queries(SPLIT_CHOOSE):
            client.get(split_url)
        with django_assert_num_queries(SPLIT_LOOK):
            client.post(split_url, self.sent(other, "preview", goes))
        with django_assert_num_queries(MERGE_CHOOSE):
            client.get("/provisions/merge/", {"provision": into.pk})
        with django_assert_num_queries(MERGE_APPLY):
            client.post("/provisions/merge/", self.merge_of("apply", into, [other], seen=seen))


SPLIT_CHOOSE, SPLIT_LOOK, MERGE_CHOOSE, MERGE_APPLY = 7, 5, 7, 33
