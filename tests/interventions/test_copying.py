"""Copying a term's map into another."""

from datetime import date

import pytest

from interventions.actions import copying
from interventions.actions.copying import Asked, copy_term
from interventions.actions.placements import change_placement
from interventions.actions.previewed import Moved
from interventions.actions.provisions import Delivery, change_provision
from interventions.actions.undoing import undo_change
from interventions.models import Deliverer, MapChange, Placement, Provision
from interventions.terms import ground_of
from learners.models import Grant
from provisionmap.school.access import NotAllowed
from provisionmap.school.models import AuditEvent, Membership
from provisionmap.school.roles import Role
from tests.factories import (
    AcademicYearFactory,
    DelivererFactory,
    GroupFactory,
    InterventionFactory,
    PlacementFactory,
    ProvisionFactory,
    TermFactory,
    member,
)

pytestmark = pytest.mark.django_db
OLD_END, FIRST, END = date(2026, 12, 18), date(2027, 1, 4), date(2027, 3, 26)
URL = "/map/copy/"


@pytest.fixture
def terms(senco):
    year = AcademicYearFactory(school=senco.school)
    spring = {"name": "Spring term 2027", "starts": FIRST, "ends": END}
    half = {"half_term_starts": date(2027, 2, 15), "half_term_ends": date(2027, 2, 19)}
    return TermFactory(year=year), TermFactory(year=year, **spring, **half)


def ending(school, learners=1, **fields):
    provision = ProvisionFactory(school=school, **({"ends": OLD_END, "name": "Booster"} | fields))
    for _ in range(learners):
        PlacementFactory(
            provision=provision, learner__school=school, ends=OLD_END, outcome="Reads CVC words", baseline="4",
            target="12 of 20",
        )  # fmt: skip
    return provision


def asked(terms, **fields):
    return Asked(
        *terms, FIRST, set(Provision.objects.filter(ends__lt=FIRST).values_list("pk", flat=True)),
        set(Placement.objects.values_list("pk", flat=True)), **fields,
    )  # fmt: skip


def tokens(user, terms):
    ground = ground_of(school=user.school, user=user, old=terms[0], new=terms[1], first=FIRST)
    return {row.held.pk: row.token for row in ground.rows}


def copied(user, terms, **fields):
    return copy_term(school=user.school, asked=asked(terms, **fields), seen=tokens(user, terms), by=user)


def test_a_provision_starts_again_with_its_people_its_learners_and_what_it_is(senco, terms):
    group, entry = GroupFactory(school=senco.school), InterventionFactory(school=senco.school, weeks=6)
    ta = member(Role.TEACHING_ASSISTANT, senco.school)
    old = ending(senco.school, 2, group=group, intervention=entry, place="Library", subject="reading", note="Quiet",
                 responsible=senco, responsible_name="Mrs Moss")  # fmt: skip
    DelivererFactory(provision=old, user=ta, role="hlta", adults=2, preparation_minutes=15)
    DelivererFactory(provision=old, user=None, name="NHS therapist", role="therapist")

    change = copied(senco, terms)

    new = Provision.objects.latest("pk")
    same = ("name", "tier", "area", "minutes", "sessions", "group", "intervention", "place", "subject", "note",
            "responsible", "responsible_name", "confidential")  # fmt: skip
    assert [getattr(new, name) for name in same] == [getattr(old, name) for name in same]
    assert (new.starts, new.ends) == (FIRST, date(2027, 2, 12))
    assert list(new.deliverers.values_list("user", "name", "role", "adults", "preparation_minutes")) == [
        (ta.pk, "", "hlta", 2, 15), (None, "NHS therapist", "therapist", 1, 0),
    ]  # fmt: skip
    assert set(new.placements.values_list("starts", "ends", "outcome", "baseline", "target", "review_on")) == {
        (FIRST, date(2027, 2, 12), "Reads CVC words", "", "12 of 20", date(2027, 2, 12))
    }
    assert set(new.placements.values_list("learner", flat=True)) == set(
        old.placements.values_list("learner", flat=True)
    )
    assert Grant.ever.filter(user=ta, starts=FIRST, ends=date(2027, 2, 12)).count() == 2
    assert change.words == "Copied 1 provision with 2 places from Autumn term 2026 to Spring term 2027"
    assert AuditEvent.objects.filter(verb="map.copy-term", target_id=change.pk).count() == 1


@pytest.mark.parametrize(
    ("outcomes", "review", "kept"),
    [
        (copying.ALL, True, ("Reads CVC words", "4", "12 of 20", date(2027, 2, 12))),
        (copying.AIMS, False, ("Reads CVC words", "", "12 of 20", None)),
        (copying.NOTHING, False, ("", "", "", None)),
    ],
)
def test_outcomes_go_along_as_they_are_or_not_at_all(senco, terms, outcomes, review, kept):
    ending(senco.school)

    copied(senco, terms, outcomes=outcomes, review=review)

    new = Placement.objects.latest("pk")
    assert (new.outcome, new.baseline, new.target, new.review_on) == kept


def test_a_dose_of_their_own_and_who_it_is_shared_with_go_along(senco, terms):
    old = ending(senco.school).placements.get()
    old.sessions, old.confidential = 5, True
    old.save()
    old.shared_with.add(senco)

    copied(senco, terms)

    new = Placement.objects.latest("pk")
    assert (new.pk != old.pk, new.sessions, new.confidential, list(new.shared_with.all())) == (True, 5, True, [senco])


def test_people_who_have_left_or_stopped_are_not_carried_and_it_is_said(senco, terms, client):
    gone, stopped, teacher = (
        member(role, senco.school) for role in (Role.TEACHING_ASSISTANT,) * 2 + (Role.CLASS_TEACHER,)
    )
    Membership.objects.filter(user__in=[gone, teacher]).update(ends=OLD_END)
    old = ending(senco.school, responsible=teacher)
    DelivererFactory(provision=old, user=gone)
    DelivererFactory(provision=old, user=stopped, ends=date(2026, 11, 6))

    text = client.get(URL).text
    copied(senco, terms)

    new = Provision.objects.latest("pk")
    assert (list(new.deliverers.all()), new.responsible) == ([], None)
    for words in (f"{gone} has no role here then", f"{stopped} stopped on 6 November 2026",
                  f"{teacher} (responsible) has no role here then"):  # fmt: skip
        assert f"Not carried: {words}." in text


def test_copying_is_taken_back_in_one_step(senco, terms):
    old = ending(senco.school, 2)
    DelivererFactory(provision=old, user=member(Role.TEACHING_ASSISTANT, senco.school))
    change = copied(senco, terms)

    undo_change(change=change, by=senco)

    counts = [model.objects.count() for model in (Provision, Deliverer, Placement, Grant)]
    assert counts == [1, 1, 2, 0]


def test_a_second_copy_writes_nothing(senco, terms):
    ending(senco.school, 2)
    copied(senco, terms)

    with pytest.raises(NotAllowed, match="Nothing would be copied"):
        copied(senco, terms)

    assert Provision.objects.count() == 2


def test_who_was_left_out_joins_the_copy_that_is_there(senco, terms):
    old = ending(senco.school, 2)
    first, second = old.placements.order_by("pk")
    copy_term(
        school=senco.school, asked=Asked(*terms, FIRST, {old.pk}, {first.pk}), seen=tokens(senco, terms), by=senco
    )

    copy_term(
        school=senco.school, asked=Asked(*terms, FIRST, {old.pk}, {second.pk}), seen=tokens(senco, terms), by=senco
    )

    new = Provision.objects.exclude(pk=old.pk).get()
    assert set(new.placements.values_list("learner", flat=True)) == {first.learner_id, second.learner_id}
    assert new.deliverers.count() == 0


def test_what_moved_since_the_preview_is_said_and_nothing_is_written(senco, terms):
    one, two, gone = ending(senco.school), ending(senco.school, name="Club"), ending(senco.school, name="Old")
    seen = tokens(senco, terms)
    wanted = asked(terms)
    change_provision(
        provision=one, changes={"place": "Hall"}, deliverers=[Delivery(name="Therapist")], seen=1, by=senco
    )
    change_placement(placement=two.placements.get(), changes={"ends": date(2026, 11, 6)}, seen=1, by=senco)
    gone.delete()

    with pytest.raises(Moved) as clash:
        copy_term(school=senco.school, asked=wanted, seen=seen, by=senco)

    assert clash.value.moved == [
        "Booster: its details were changed, who delivers it was changed.",
        "Club: who has a place in it was changed.",
        "A provision you ticked is no longer there, or no longer in this term.",
    ]
    assert not MapChange.objects.filter(kind="copy").exists()


def test_who_may_not_change_the_map_copies_nothing(senco, terms):
    ending(senco.school)
    seen, head = tokens(senco, terms), member(Role.HEAD, senco.school)

    with pytest.raises(NotAllowed, match="Your role reads the map"):
        copy_term(school=senco.school, asked=asked(terms), seen=seen, by=head)


def joined(school, learners, **fields):
    """The copy of a provision that is there already, with the first of `learners`."""
    there = ProvisionFactory(school=school, name="booster ", starts=FIRST, ends=END)
    PlacementFactory(provision=there, learner=learners[0], starts=FIRST, ends=END)
    return there


@pytest.mark.parametrize("days", [(FIRST, END), (date(2027, 2, 1), END), (date(2027, 1, 11), None)])
def test_who_has_a_place_that_one_may_not_see_is_not_placed_twice(client, senco, terms, days):
    assistant = member(Role.SENCO_ASSISTANT, senco.school)
    old = ending(senco.school, 2)
    first, second = (one.learner for one in old.placements.order_by("pk"))
    there = joined(senco.school, [first])
    PlacementFactory(provision=there, learner=second, starts=days[0], ends=days[1], confidential=True)
    client.force_login(assistant)
    sent = TestThePage().chosen(
        terms, "apply", seen=[f"{old.pk}|{tokens(assistant, terms)[old.pk]}"], provision=[old.pk]
    )

    answer = client.post(URL, sent)

    assert answer.status_code == 422
    assert f"{second.name} cannot be placed there: ask your SENCO." in answer.text
    assert (there.placements.count(), MapChange.objects.count()) == (2, 0)


def test_a_hidden_place_on_other_days_stands_in_nobodys_way(senco, terms):
    assistant = member(Role.SENCO_ASSISTANT, senco.school)
    old = ending(senco.school, 2)
    first, second = (one.learner for one in old.placements.order_by("pk"))
    there = ProvisionFactory(school=senco.school, name="Booster", starts=FIRST, ends=None)
    PlacementFactory(provision=there, learner=first, starts=FIRST, ends=END)
    PlacementFactory(provision=there, learner=second, starts=date(2027, 4, 12), ends=None, confidential=True)

    copied(assistant, terms)

    assert list(there.placements.filter(learner=second).order_by("starts").values_list("starts", "ends")) == [
        (FIRST, END), (date(2027, 4, 12), None),
    ]  # fmt: skip


class TestThePage:
    """Choosing, looking, copying."""

    def chosen(self, terms, do, **fields):
        return {
            "source": terms[0].pk, "target": terms[1].pk, "first": "2027-01-04", "outcomes": "aims", "review": "half",
            "provision": list(Provision.objects.values_list("pk", flat=True)),
            "place": list(Placement.objects.values_list("pk", flat=True)), "do": do, **fields,
        }  # fmt: skip

    def test_the_way_from_choosing_to_the_map(self, client, senco, terms):
        old = ending(senco.school, 2)

        choose = client.get(URL)
        look = client.post(URL, self.chosen(terms, "preview"))
        done = client.post(URL, self.chosen(terms, "apply", seen=look.context["seen"]), follow=True)

        assert (choose.status_code, look.status_code) == (200, 200)
        assert f'name="provision" value="{old.pk}" checked' in choose.text
        assert "1 new provision with 2 places in Spring term 2027" in look.text
        assert "Copied 1 provision with 2 places" in done.text
        assert Provision.objects.count() == 2

    def test_a_stale_preview_is_a_clash_that_shows_how_it_is_now(self, client, senco, terms):
        old = ending(senco.school)
        look = client.post(URL, self.chosen(terms, "preview"))
        change_provision(provision=old, changes={"place": "Hall"}, deliverers=None, seen=1, by=senco)

        clash = client.post(URL, self.chosen(terms, "apply", seen=look.context["seen"]))
        done = client.post(URL, self.chosen(terms, "apply", seen=clash.context["seen"]))

        assert clash.status_code == 409
        assert "Booster: its details were changed." in clash.text
        assert done.status_code == 302

    def test_nothing_ticked_is_said(self, client, senco, terms):
        ending(senco.school)

        look = client.post(URL, self.chosen(terms, "preview", provision=[]))
        apply = client.post(URL, self.chosen(terms, "apply", provision=["x"]))

        assert (look.status_code, apply.status_code) == (422, 422)
        assert "Tick at least one provision with a learner in it." in look.text
        assert "Nothing would be copied" in apply.text

    def test_a_ticked_provision_without_a_ticked_learner_is_left_out_and_named(self, client, senco, terms):
        ending(senco.school)
        ending(senco.school, 0, name="Club")

        look = client.post(URL, self.chosen(terms, "preview", place=[]))

        assert "Left out, because no learner of theirs is ticked: Booster." in look.text

    @pytest.mark.parametrize(("do", "checked"), [("all-2", True), ("none-2", False), ("all-3", False)])
    def test_a_tier_is_ticked_and_cleared_without_javascript(self, client, senco, terms, do, checked):
        old = ending(senco.school)

        text = client.post(URL, self.chosen(terms, do, provision=[])).text

        assert (f'name="provision" value="{old.pk}" checked' in text) is checked

    def test_what_runs_on_and_what_is_there_are_said(self, client, senco, terms):
        ending(senco.school)
        copied(senco, terms)
        ProvisionFactory(school=senco.school, name="Nurture", ends=None)

        text = client.get(URL).text

        assert "1 run on by themselves and need no copy" in text
        assert "1 in the new term already" in text
        assert "Nothing to copy here" in text

    def test_one_tier_at_a_time(self, client, senco, terms):
        ending(senco.school, name="Two", tier=2)
        ending(senco.school, name="Three", tier=3)

        sections = client.get(URL, {"tier": "3"}).context["sections"]

        assert [one["provision"].name for lines in sections.values() for one in lines] == ["Three"]

    def test_more_than_a_form_carries_is_copied_a_tier_at_a_time(self, client, senco, terms, monkeypatch):
        ending(senco.school, name="Two", tier=2)
        ending(senco.school, name="Three", tier=3)
        monkeypatch.setattr("interventions.views.copying.MOST_TICKS", 3)

        answer = client.get(URL)

        assert list(answer.context["sections"]) == [2]
        assert "copy it a tier at a time" in answer.text

    @pytest.mark.parametrize(
        ("fields", "sentence"),
        [
            ({"target": 0}, "Choose a term that comes after the one you copy from."),
            ({"first": "2027-04-01"}, "Spring term 2027 runs from 04/01/2027 to 26/03/2027: choose a day in it."),
            ({"first": "soon"}, "Write the date as 14/09/2026."),
        ],
    )
    def test_terms_and_days_that_make_no_sense_are_refused(self, client, senco, terms, fields, sentence):
        sent = {"source": terms[0].pk, "target": terms[1].pk, "first": ""} | fields
        sent["target"] = sent["target"] or terms[0].pk

        answer = client.get(URL, sent)

        assert answer.status_code == 422
        assert sentence in answer.text

    def test_a_school_without_two_terms_is_told_what_to_do(self, client, senco):
        assert "The calendar has fewer than two terms" in client.get(URL).text

    @pytest.mark.parametrize("rows", [1, 30])
    def test_the_number_of_queries_does_not_grow(self, client, senco, terms, rows, django_assert_num_queries):
        for number in range(rows):
            DelivererFactory(provision=ending(senco.school, name=f"Club {number}"))
        look = client.post(URL, self.chosen(terms, "preview"))

        with django_assert_num_queries(QUERIES_CHOOSE):
            client.get(URL)
        with django_assert_num_queries(QUERIES_LOOK):
            client.post(URL, self.chosen(terms, "preview"))
        with django_assert_num_queries(QUERIES_COPY):
            client.post(URL, self.chosen(terms, "apply", seen=look.context["seen"]))


QUERIES_CHOOSE, QUERIES_LOOK, QUERIES_COPY = 16, 14, 42
