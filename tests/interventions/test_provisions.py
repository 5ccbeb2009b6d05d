"""Starting, changing and ending provisions."""

import re
from datetime import date

import pytest

from interventions.actions import provisions as actions
from interventions.actions.provisions import Delivery, Plan
from interventions.models import Deliverer, Placement, Provision
from learners.models import Grant
from provisionmap.school.access import NotAllowed
from provisionmap.school.models import AuditEvent
from provisionmap.school.roles import Role
from provisionmap.school.stale import Stale
from tests.factories import (
    AcademicYearFactory,
    DelivererFactory,
    GroupFactory,
    InterventionFactory,
    LearnerFactory,
    PlacementFactory,
    ProvisionFactory,
    SchoolFactory,
    TermFactory,
    member,
)

pytestmark = pytest.mark.django_db
STARTS, ENDS = date(2026, 9, 7), date(2026, 12, 18)


@pytest.fixture
def by():
    return member(Role.SENCO)


def plan(**fields):
    return Plan(
        name="Reading booster",
        tier=2,
        area="cognition",
        starts=STARTS,
        ends=ENDS,
        **({"minutes": 20, "sessions": 3} | fields),
    )


def test_a_provision_starts_with_its_people_and_its_learners(by):
    ta = member(Role.TEACHING_ASSISTANT, by.school)
    learners = LearnerFactory.create_batch(3, school=by.school)

    provision = actions.start_provision(
        school=by.school,
        plan=plan(),
        deliverers=[Delivery(user=ta), Delivery(name="NHS therapist", role="therapist")],
        learners=learners,
        by=by,
    )

    assert [str(one) for one in provision.deliverers.all()] == [ta.name, "NHS therapist"]
    assert sorted(Placement.objects.values_list("learner", "starts", "ends", "minutes", "sessions")) == [
        (one.pk, STARTS, ENDS, 20, 3) for one in learners
    ]
    assert Placement.history.filter(history_user=by).count() == 3
    assert set(Grant.ever.values_list("user", "content_object")) == {(ta.pk, one.pk) for one in learners}
    assert list(AuditEvent.objects.order_by("pk").values_list("verb", flat=True)) == [
        "map.start",
        "provision.start",
        "provision.add-learners",
    ]


def test_a_learner_of_another_school_stops_the_whole_start(by):
    with pytest.raises(NotAllowed, match="different schools"):
        actions.start_provision(school=by.school, plan=plan(), deliverers=[], learners=[LearnerFactory()], by=by)

    assert Provision.objects.count() == 0


def test_adding_learners_twice_places_them_once(by):
    provision = ProvisionFactory(school=by.school)
    learner = LearnerFactory(school=by.school)

    first = actions.add_learners(provision=provision, learners=[learner], starts=date(2026, 11, 23), by=by)
    second = actions.add_learners(provision=provision, learners=[learner], starts=date(2026, 11, 23), by=by)

    assert (len(first), len(second), Placement.objects.count()) == (1, 0, 1)


def test_learners_are_added_from_the_first_day_of_a_provision_to_come(by):
    provision = ProvisionFactory(school=by.school, starts=date(2027, 1, 4))

    made = actions.add_learners(
        provision=provision, learners=[LearnerFactory(school=by.school)], starts=date(2026, 11, 23), by=by
    )

    assert made[0].starts == date(2027, 1, 4)


def test_a_new_dose_is_carried_to_placements_that_had_the_old_one(by):
    provision = ProvisionFactory(school=by.school)
    same = PlacementFactory(provision=provision, learner__school=by.school)
    own = PlacementFactory(provision=provision, learner__school=by.school, sessions=5)

    changed = actions.change_provision(
        provision=provision, changes={"sessions": 4, "minutes": 10}, deliverers=None, seen=1, by=by
    )

    same.refresh_from_db()
    own.refresh_from_db()
    assert (changed.version, changed.sessions) == (2, 4)
    assert [(same.sessions, same.version), (own.sessions, own.version)] == [(4, 2), (5, 1)]
    assert (same.history.count(), own.history.count()) == (2, 1)


def test_an_earlier_end_never_puts_a_placements_end_before_its_start(by):
    provision = ProvisionFactory(school=by.school)
    late = PlacementFactory(provision=provision, learner__school=by.school, starts=date(2027, 1, 4))
    early = PlacementFactory(provision=provision, learner__school=by.school)

    actions.change_provision(provision=provision, changes={"ends": date(2026, 12, 18)}, deliverers=None, seen=1, by=by)

    late.refresh_from_db()
    early.refresh_from_db()
    assert (late.ends, early.ends) == (date(2027, 1, 4), date(2026, 12, 18))


def test_new_people_replace_the_old_and_so_does_their_sight(by):
    old, new = member(Role.TEACHING_ASSISTANT, by.school), member(Role.TEACHING_ASSISTANT, by.school)
    provision = ProvisionFactory(school=by.school)
    DelivererFactory(provision=provision, user=old)
    PlacementFactory(provision=provision, learner__school=by.school)

    actions.change_provision(provision=provision, changes={}, deliverers=[Delivery(user=new)], seen=1, by=by)

    assert list(Deliverer.objects.values_list("user", "starts", "ends")) == [
        (old.pk, None, date(2026, 11, 22)),
        (new.pk, date(2026, 11, 23), None),
    ]
    assert list(Grant.ever.order_by("starts").values_list("user", "starts", "ends")) == [
        (old.pk, date(2026, 9, 7), date(2026, 11, 22)),
        (new.pk, date(2026, 11, 23), date(2027, 7, 20)),
    ]


def test_who_answers_for_a_provision_sees_its_learners(by):
    teacher = member(Role.CLASS_TEACHER, by.school)
    provision = ProvisionFactory(school=by.school)
    PlacementFactory(provision=provision, learner__school=by.school)

    actions.change_provision(provision=provision, changes={"responsible": teacher}, deliverers=None, seen=1, by=by)

    assert Grant.ever.get().user == teacher


def test_the_second_of_two_savers_is_refused(by):
    provision = ProvisionFactory(school=by.school)
    actions.change_provision(provision=provision, changes={"name": "New"}, deliverers=None, seen=1, by=by)

    with pytest.raises(Stale) as clash:
        actions.change_provision(provision=provision, changes={"name": "Mine"}, deliverers=None, seen=1, by=by)

    assert clash.value.current.name == "New"


def test_a_class_teacher_does_not_lift_a_provision_out_of_tier_1():
    by = member(Role.CLASS_TEACHER)
    provision = ProvisionFactory(school=by.school, tier=1)

    with pytest.raises(NotAllowed, match="Class teachers change tier 1 only"):
        actions.change_provision(provision=provision, changes={"tier": 2}, deliverers=None, seen=1, by=by)


def test_ending_a_provision_ends_what_would_have_run_longer(by):
    provision = ProvisionFactory(school=by.school)
    running = PlacementFactory(provision=provision, learner__school=by.school)
    longer = PlacementFactory(provision=provision, learner__school=by.school, ends=None)
    over = PlacementFactory(provision=provision, learner__school=by.school, ends=date(2026, 10, 2))

    ended = actions.end_provision(provision=provision, on=date(2026, 11, 23), seen=1, by=by)

    for one in (running, longer, over):
        one.refresh_from_db()
    assert ended.ends == date(2026, 11, 23)
    assert [running.ends, longer.ends, over.ends] == [date(2026, 11, 23), date(2026, 11, 23), date(2026, 10, 2)]


def test_a_provision_to_come_ends_on_its_first_day(by):
    provision = ProvisionFactory(school=by.school, starts=date(2027, 1, 4))

    assert actions.end_provision(provision=provision, on=date(2026, 11, 23), seen=1, by=by).ends == date(2027, 1, 4)


class TestThePages:
    """Starting one in the browser."""

    def start(self, client, **fields):
        sent = {
            "name": "Reading booster", "tier": "2", "area": "cognition", "dose": "3 x 20", "starts": "2026-11-23",
            "ends": "2026-12-18", "role": "ta",
        } | fields  # fmt: skip
        return client.post("/provisions/new/", sent)

    def test_learners_come_ticked_pasted_and_by_group_once_each(self, client, senco):
        group = GroupFactory(school=senco.school)
        ticked, pasted = LearnerFactory.create_batch(2, school=senco.school)
        LearnerFactory(school=senco.school, group=group)

        answer = self.start(client, learners=[ticked.pk], upns=f"{pasted.upn},\n{ticked.upn}", group=group.pk)

        provision = Provision.objects.get()
        assert answer.headers["Location"] == f"/provisions/{provision.pk}/"
        assert Placement.objects.filter(provision=provision).count() == 3

    def test_every_unknown_upn_is_named_at_once(self, client, senco):
        answer = self.start(client, upns="A000000000001 B000000000002")

        assert answer.status_code == 422
        assert "No learner here has A000000000001, B000000000002." in answer.text
        assert Provision.objects.count() == 0

    def test_more_than_two_hundred_upns_are_refused(self, client, senco):
        answer = self.start(client, upns=" ".join(f"A{n:012d}" for n in range(201)))

        assert "Paste at most 200 UPNs at a time." in answer.text

    @pytest.mark.parametrize(
        ("fields", "sentence"),
        [
            ({"dose": "lots"}, "Write sessions × minutes"),
            ({"ends": "2026-11-01"}, "The last day is before the first day."),
            ({"starts": "soon"}, "Write the date as 14/09/2026."),
        ],
    )
    def test_what_is_wrong_is_said_in_plain_words(self, client, senco, fields, sentence):
        answer = self.start(client, **fields)

        assert answer.status_code == 422
        assert sentence in answer.text

    def test_a_learner_nobody_may_see_here_cannot_be_ticked(self, client, senco):
        answer = self.start(client, learners=[LearnerFactory().pk])

        assert answer.status_code == 422
        assert Provision.objects.count() == 0

    def test_search_finds_learners_by_name_and_upn_of_this_school_only(self, client, senco):
        here = LearnerFactory(school=senco.school, surname="Okonkwo")
        LearnerFactory(school=SchoolFactory(), surname="Okonkwo")

        by_name = client.post("/provisions/find-learners/", {"find": "okon"}, headers={"HX-Request": "true"}).text
        by_upn = client.post("/provisions/find-learners/", {"find": here.upn}, headers={"HX-Request": "true"}).text
        one_letter = client.post("/provisions/find-learners/", {"find": "o"}, headers={"HX-Request": "true"}).text
        as_shown = {"find": f"{here.forename} {here.surname}"}
        in_full = client.post("/provisions/find-learners/", as_shown, headers={"HX-Request": "true"}).text

        assert [text.count("data-pick") for text in (by_name, by_upn, one_letter, in_full)] == [1, 1, 0, 1]

    def test_a_link_may_name_the_entry_and_who_is_ticked(self, client, senco):
        entry, one, two = InterventionFactory(school=senco.school), *LearnerFactory.create_batch(2, school=senco.school)

        text = client.get(f"/provisions/new/?from={entry.pk}&learner={one.pk}&learner={two.pk}&learner=x").text

        for learner in (one, two):
            assert f'name="learners" value="{learner.pk}" checked' in text

    def test_filling_in_from_the_library_keeps_what_was_typed_pasted_and_ticked(self, client, senco):
        entry = InterventionFactory(school=senco.school, name="Phonics boost", sessions=4, minutes=15, weeks=None)
        one, ta = LearnerFactory(school=senco.school), member(Role.TEACHING_ASSISTANT, senco.school)
        group = GroupFactory(school=senco.school)
        typed = {
            "fill": "1", "from": entry.pk, "name": "", "dose": "every lesson", "place": "Hall", "note": "Quiet",
            "outside": "NHS", "deliverer": ta.pk, "responsible": "x", "confidential": "on", "upns": "A1 B2",
            "group": group.pk, "learners": [one.pk], "starts": "2026-12-01", "role": "hlta", "subject": "maths",
        }  # fmt: skip

        answer = client.post("/provisions/new/", typed)

        assert answer.status_code == 200
        assert Provision.objects.count() == 0
        form, people = answer.context["form"], answer.context["people"]
        names = ("name", "tier", "place", "note", "outside", "starts", "role")
        assert {name: form[name].value() for name in names} == {
            "name": "Phonics boost", "tier": 2, "place": "Hall", "note": "Quiet", "outside": "NHS",
            "starts": "2026-12-01", "role": "hlta",
        }  # fmt: skip
        assert form["dose"].value() == "every lesson"
        assert (form.initial["deliverer"], form.initial["responsible"], form.initial["subject"]) == (ta, None, "maths")
        assert form.initial["confidential"] is True
        assert (people["upns"].value(), people["group"].value()) == ("A1 B2", str(group.pk))
        assert f'name="learners" value="{one.pk}" checked' in answer.text
        assert f'name="intervention" value="{entry.pk}"' in answer.text

    def test_another_entry_replaces_what_the_first_one_filled_in(self, client, senco):
        first, second = (InterventionFactory(school=senco.school, name=name, weeks=None) for name in ("One", "Two"))
        sent = {"fill": "1", "from": second.pk, "intervention": first.pk, "name": "One", "tier": "2",
                "area": "cognition", "dose": "4 x 20"}  # fmt: skip

        form = client.post("/provisions/new/", sent).context["form"]

        assert (form["name"].value(), form["dose"].value()) == ("Two", "4 x 20")

    def test_a_search_says_how_many_more_there_are(self, client, senco):
        LearnerFactory.create_batch(13, school=senco.school, surname="Okonkwo")

        text = client.post("/provisions/find-learners/", {"find": "okon"}, headers={"HX-Request": "true"}).text
        twelve = client.post(
            "/provisions/find-learners/", {"find": "okon", "learners": [senco.school.learners.first().pk]},
            headers={"HX-Request": "true"},
        ).text  # fmt: skip

        assert "The first 12 of 13: type more to narrow it." in text
        assert (text.count("data-pick"), twelve.count("data-pick"), "The first" in twelve) == (12, 12, False)

    def test_provisions_of_one_name_are_told_apart(self, client, senco):
        kestrel, heron = (GroupFactory(school=senco.school, name=name) for name in ("Kestrel", "Heron"))
        entry = InterventionFactory(school=senco.school)
        whole = ProvisionFactory(school=senco.school, name="Booster", group=kestrel, intervention=entry)
        DelivererFactory(provision=whole, user=None, name="Mr Now", starts=date(2026, 11, 1))
        DelivererFactory(provision=whole, user=None, name="Mrs Before", ends=date(2026, 10, 31))
        few = ProvisionFactory(school=senco.school, name="Booster", responsible=senco, intervention=entry)
        for group in (heron, kestrel, heron):
            PlacementFactory(provision=few, learner=LearnerFactory(school=senco.school, group=group))
        many = ProvisionFactory(school=senco.school, name="Booster", responsible_name="Mrs Moss", intervention=entry)
        for _ in range(4):
            PlacementFactory(
                provision=many, learner=LearnerFactory(school=senco.school, group=GroupFactory(school=senco.school))
            )
        ProvisionFactory(school=senco.school, name="Booster", intervention=entry)

        listed = client.get("/provisions/")
        entry_page = client.get(f"/library/{entry.pk}/")

        told = [(row.classes, row.people) for row in listed.context["page"]]
        assert told == [("Kestrel", "Mr Now"), ("Heron, Kestrel", senco.name), ("4 classes", "Mrs Moss"), ("", "")]
        assert listed.text.count("nobody yet") == 1
        assert [(row.classes, row.people) for row in entry_page.context["running"]] == told
        assert "Kestrel · Mr Now · 7 Sep 2026 to 20 Jul 2027" in entry_page.text

    def test_a_learner_found_by_name_joins_a_running_provision(self, client, senco):
        provision, one = ProvisionFactory(school=senco.school), LearnerFactory(school=senco.school)

        assert 'hx-post="/provisions/find-learners/"' in client.get(f"/provisions/{provision.pk}/").text
        client.post(f"/provisions/{provision.pk}/learners/", {"learners": [one.pk]})

        assert [place.learner for place in provision.placements.all()] == [one]

    def test_search_leaves_out_those_ticked_already(self, client, senco):
        here = LearnerFactory(school=senco.school, surname="Okonkwo")
        sent = {"find": "okon", "learners": [str(here.pk), "x"]}

        assert "data-pick" not in client.post("/provisions/find-learners/", sent, headers={"HX-Request": "true"}).text

    def test_editing_shows_both_versions_when_somebody_was_faster(self, client, senco):
        provision = ProvisionFactory(school=senco.school, version=2, place="Library")
        sent = {"name": provision.name, "tier": "2", "area": "cognition", "dose": "3 x 10", "starts": "2026-09-07",
                "ends": "2027-07-20", "role": "ta", "place": "Hall", "seen": "1"}  # fmt: skip

        clash = client.post(f"/provisions/{provision.pk}/edit/", sent)
        saved = client.post(f"/provisions/{provision.pk}/edit/", sent | {"seen": "2"})

        assert clash.status_code == 409
        assert "<td>Library</td><td>Hall</td>" in clash.text
        assert 'name="seen" value="2"' in clash.text
        assert saved.status_code == 302
        assert Provision.objects.get().place == "Hall"

    def test_ending_takes_a_day_and_refuses_nonsense(self, client, senco):
        provision = ProvisionFactory(school=senco.school)

        wrong = client.post(f"/provisions/{provision.pk}/end/", {"seen": "1", "on": "soon"}, follow=True)
        stale = client.post(f"/provisions/{provision.pk}/end/", {"seen": "7", "on": "2026-11-23"}, follow=True)
        right = client.post(f"/provisions/{provision.pk}/end/", {"seen": "1", "on": "2026-11-23"}, follow=True)

        assert "Write the date as 14/09/2026." in wrong.text
        assert "Somebody changed it meanwhile: look again." in stale.text
        assert "ends on 23/11/2026" in right.text

    def test_learners_are_added_on_the_provisions_page(self, client, senco):
        provision = ProvisionFactory(school=senco.school)
        learner = LearnerFactory(school=senco.school)

        right = client.post(f"/provisions/{provision.pk}/learners/", {"upns": learner.upn}, follow=True)
        wrong = client.post(f"/provisions/{provision.pk}/learners/", {"upns": "X1"}, follow=True)

        assert "1 learner added." in right.text
        assert "No learner here has X1." in wrong.text
        assert learner.name in right.text

    @pytest.mark.parametrize(("state", "shown"), [("", "Now"), ("planned", "Later"), ("ended", "Before")])
    def test_the_list_shows_what_runs_is_planned_or_has_ended(self, client, senco, state, shown):
        ProvisionFactory(school=senco.school, name="Now club")
        ProvisionFactory(school=senco.school, name="Later club", starts=date(2027, 1, 4))
        ProvisionFactory(school=senco.school, name="Before club", starts=date(2025, 9, 1), ends=date(2026, 7, 20))

        text = client.get(f"/provisions/?state={state}").text

        assert [name for name in ("Now", "Later", "Before") if f"{name} club" in text] == [shown]

    def test_the_list_is_narrowed_by_area_tier_and_words(self, client, senco):
        ProvisionFactory(school=senco.school, name="Maths club", tier=3, area="cognition")
        ProvisionFactory(school=senco.school, name="Nurture club", tier=2, area="semh")

        by_area = client.get("/provisions/?area=semh").text
        by_tier = client.get("/provisions/?tier=3").text
        by_word = client.post("/provisions/", {"text": "matHS"}, headers={"HX-Request": "true"}).text
        nothing = client.post("/provisions/", {"text": "zzz"}, headers={"HX-Request": "true"}).text

        found = [("Maths club" in text, "Nurture club" in text) for text in (by_area, by_tier, by_word, nothing)]
        assert found == [(False, True), (True, False), (True, False), (False, False)]
        assert "Nothing fits these filters." in nothing

    @pytest.mark.parametrize("rows", [1, 30])
    def test_the_number_of_queries_does_not_grow(self, client, senco, rows, django_assert_num_queries):
        for _ in range(rows):
            provision = ProvisionFactory(school=senco.school)
            DelivererFactory(provision=provision)
            PlacementFactory(provision=provision, learner__school=senco.school)

        with django_assert_num_queries(7):
            client.get("/provisions/")
        with django_assert_num_queries(10):
            client.get(f"/provisions/{Provision.objects.latest('pk').pk}/")

    def test_the_library_and_the_term_fill_in_what_they_can(self, client, senco):
        entry = InterventionFactory(school=senco.school, name="Phonics boost", tier=2, weeks=2, sessions=4, minutes=15)
        year = AcademicYearFactory(school=senco.school)
        TermFactory(year=year)
        one = LearnerFactory(school=senco.school, surname="Bell")

        text = client.get(f"/provisions/new/?from={entry.pk}&learner={one.pk}").text
        bare = client.get("/provisions/new/?tier=3").text

        for value in ("Phonics boost", "4 × 15 min", "2026-11-23", "2026-12-06"):
            assert f'value="{value}"' in text
        assert f'value="{one.pk}" checked' in text
        assert 'value="2026-12-18"' in bare
        assert '<option value="3" selected>' in bare

    def test_without_a_term_a_provision_starts_today_with_no_end(self, client, senco):
        entry = InterventionFactory(school=senco.school, weeks=None)

        text = client.get(f"/provisions/new/?from={entry.pk}").text

        assert re.search(r'<input[^>]*value="2026-11-23"[^>]*id="id_starts"', text)
        assert not re.search(r'<input[^>]*value="[^"]+"[^>]*id="id_ends"', text)

    def test_a_person_and_somebody_from_outside_deliver_together(self, client, senco):
        ta = member(Role.TEACHING_ASSISTANT, senco.school)

        self.start(client, deliverer=ta.pk, outside="NHS therapist")

        assert [(str(one), one.role) for one in Deliverer.objects.all()] == [
            (ta.name, "ta"), ("NHS therapist", "other"),
        ]  # fmt: skip

    def test_a_provision_that_ends_before_it_starts_is_refused_on_change(self, client, senco):
        provision = ProvisionFactory(school=senco.school)
        sent = {"name": "X", "tier": "2", "area": "cognition", "starts": "2026-09-07", "ends": "2026-09-01",
                "role": "ta", "seen": "1"}  # fmt: skip

        answer = client.post(f"/provisions/{provision.pk}/edit/", sent)

        assert answer.status_code == 422
        assert "The last day is before the first day." in answer.text
