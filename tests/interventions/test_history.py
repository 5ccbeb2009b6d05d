"""The history of the map: what changed since a day, by whom, for whom to see, and taking it back."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse

from interventions.actions import changes, undoing
from interventions.actions.placements import change_placement, place, undo_last
from interventions.actions.provisions import Plan, add_learners, change_provision, end_provision, start_provision
from interventions.actions.restoring import check_can_take_back
from interventions.models import MapChange, Placement, Provision
from interventions.past import Asked, acts_of, keys_of, names_of, provisions_in, records_in, records_of, seen_versions
from learners.models import Grant
from provisionmap.school.access import NotAllowed
from provisionmap.school.roles import Role
from tests.factories import (
    LearnerFactory,
    PlacementFactory,
    ProvisionFactory,
    SchoolFactory,
    TermFactory,
    member,
)

pytestmark = pytest.mark.django_db
HISTORY = reverse("interventions:history")
TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
LONG_AGO = date(2026, 1, 1)


def placed(by, **fields):
    """A place that was given on the map."""
    provision = ProvisionFactory(school=by.school, **fields)
    learner = LearnerFactory(school=by.school)
    return place(provision=provision, learner=learner, starts=TODAY, ends=provision.ends, by=by)


def change(row, by, **values):
    return change_placement(placement=Placement.objects.get(pk=row.pk), changes=values, seen=row.version, by=by)


def started(by, learners=2, **fields):
    plan = Plan(**{"name": "Booster", "tier": 2, "area": "cognition", "starts": date(2026, 9, 7), **fields})
    rows = LearnerFactory.create_batch(learners, school=by.school)
    return start_provision(school=by.school, plan=plan, deliverers=[], learners=rows, by=by)


def acts(user, school=None, **asked):
    keys = keys_of(user, school or user.school, Asked(**{"since": LONG_AGO, **asked}))
    return acts_of(user, school or user.school, [key for _, key in keys])


def words(user, **asked):
    return [act.words for act in acts(user, **asked)]


def sight(user, learner):
    Grant.ever.create(content_object=learner, user=user, source="shared:1", starts=LONG_AGO)


def url(act, back=False):
    name = {(True, False): "history-act", (True, True): "history-take-back", (False, False): "history-edit"}
    return reverse(f"interventions:{name.get((act.is_change, back), 'edit-take-back')}", args=[act.pk])


class TestWhatIsTold:
    def test_newest_first_with_count_and_differences(self, senco, clock):
        started(senco, learners=3)
        clock.shift(60)
        row = placed(senco, name="Signing")
        clock.shift(60)
        change(row, senco, sessions=5, outcome="Signs ten words")

        told = acts(senco)

        assert [act.counted for act in told] == ["", "", "3 placements, 1 provision"]
        assert [act.words.split(": ")[-1] for act in told] == ["Signing", "Signing", "Started Booster for 3 learners"]
        assert [act.kind for act in told] == ["Placement changed", "Placement added", "Started a provision"]
        assert [(one.field, one.before, one.after) for one in told[0].record.differences] == [
            ("dose", "3 × 10 min", "5 × 10 min"), ("outcome", "–", "Signs ten words"),
        ]  # fmt: skip
        assert {act.who for act in told} == {senco.name}

    def test_since_by_kind_by_person_by_learner_and_by_provision(self, senco, clock):
        other = member(Role.SENCO_ASSISTANT, senco.school)
        booster = started(senco)
        clock.shift(86400)
        row = placed(other, name="Signing")

        assert len(words(senco, since=TODAY + timedelta(days=1))) == 1
        assert words(senco, since=TODAY + timedelta(days=2)) == []
        assert len(words(senco, kind="edit")) == 1
        assert words(senco, kind="start") == ["Started Booster for 2 learners"]
        assert words(senco, kind="end") == []
        assert len(words(senco, person=other.pk)) == len(words(senco, learner=row.learner_id)) == 1
        assert words(senco, provision=booster.pk) == words(senco, person=senco.pk)
        assert words(senco, learner=booster.placements.first().learner_id) == ["Started Booster for 2 learners"]

    def test_what_was_taken_back_is_marked_and_stands_where_it_was(self, senco, clock):
        row = placed(senco)
        clock.shift(60)
        change(row, senco, sessions=5)
        undo_last(school=senco.school, by=senco, now=NOW + timedelta(minutes=2))
        started(senco)
        undoing.undo_change(change=MapChange.objects.get(), by=senco)

        back = f"by {senco.name} on 23/11/2026"
        assert [act.taken_back for act in acts(senco)] == [back, "", back, ""]
        assert acts(senco)[1].words.startswith("Took back: ")

    def test_an_act_of_long_ago_taken_back_since_is_told(self, senco, clock):
        started(senco)
        clock.shift(10 * 86400)
        undoing.undo_change(change=MapChange.objects.get(), by=senco)

        assert words(senco, since=TODAY + timedelta(days=5)) == ["Started Booster for 2 learners"]

    def test_nobody_named_and_kept_before_anything_was_known(self, senco):
        PlacementFactory(learner__school=senco.school)
        MapChange.objects.create(school=senco.school, kind="bulk", words="Changed 2 placements")

        assert [(act.who, act.counted) for act in acts(senco)] == [("", ""), ("", "")]

    def test_a_provision_that_is_gone_keeps_its_last_name(self, senco):
        provision = started(senco)
        undoing.undo_change(change=MapChange.objects.get(), by=senco)

        assert names_of({provision.pk}) == {provision.pk: "Booster"}

    @pytest.mark.parametrize("many", [1, 30])
    def test_the_same_queries_for_one_and_for_thirty(self, client, senco, many, django_assert_num_queries):
        for _ in range(many // 3 + 1):
            started(senco)
            change(placed(senco), senco, sessions=5)

        with django_assert_num_queries(17):
            client.get(HISTORY)


class TestRecords:
    def test_each_record_before_and_after(self, senco):
        provision = started(senco, learners=2, ends=date(2027, 7, 20))
        end_provision(provision=provision, on=date(2026, 12, 18), seen=1, by=senco)
        ended, start = MapChange.objects.all()

        records = records_of(records_in(senco, senco.school, ended))
        about = provisions_in(senco, senco.school, ended)

        assert [[(one.field, one.before, one.after) for one in record.differences] for record in records] == [
            [("last day", "20/07/2027", "18/12/2026")]
        ] * 2
        assert [(one.field, one.before, one.after) for one in about[0].differences] == [
            ("last day", "20/07/2027", "18/12/2026")
        ]
        assert [record.what for record in records_of(records_in(senco, senco.school, start))] == ["added", "added"]
        assert [record.differences for record in provisions_in(senco, senco.school, start)] == [()]

    def test_a_placement_touched_twice_within_a_change_is_one_record(self, senco):
        provision = ProvisionFactory(school=senco.school)
        row = PlacementFactory(provision=provision, learner__school=senco.school, sessions=3)
        change = changes.open_change(school=senco.school, kind="bulk", words="Changed 1 placement", by=senco)
        for sessions in (4, 5):
            row.sessions = sessions
            changes.change_rows([row], ["sessions"], change=change)

        (record,) = records_of(records_in(senco, senco.school, change))

        assert [(one.before, one.after) for one in record.differences] == [("3 × 10 min", "5 × 10 min")]

    @pytest.mark.parametrize("many", [1, 30])
    def test_the_same_queries_however_many(self, client, senco, many, django_assert_num_queries):
        started(senco, learners=many)

        with django_assert_num_queries(59):
            client.get(url(acts(senco)[0]))


class TestWhoSeesWhat:
    def test_an_assistant_sees_only_their_learners_and_no_words_that_count_others(self, senco):
        assistant = member(Role.TEACHING_ASSISTANT, senco.school)
        provision = started(senco, learners=3)
        row = placed(senco)
        placed(senco)
        sight(assistant, provision.placements.first().learner)
        sight(assistant, row.learner)

        told = acts(assistant, school=senco.school)

        assert [(act.kind, act.counted) for act in told] == [
            ("Placement added", ""), ("Started a provision", "1 placement"),
        ]  # fmt: skip
        assert told[1].words == "Started a provision"

    def test_confidential_provision_is_hidden_in_counts_too(self, senco):
        head = member(Role.HEAD, senco.school)
        hidden = started(senco, learners=2, name="Counselling", confidential=True)
        open_to = started(senco, learners=1, name="Signing")
        several = changes.open_change(school=senco.school, kind="bulk", words="Ended 3 placements", by=senco)
        rows = list(Placement.objects.filter(provision__in=[hidden, open_to]))
        changes.change_rows(rows, ["ends"], change=several)

        told = acts(head, school=senco.school)

        assert [(act.words, act.counted) for act in told] == [
            ("Changed several", "1 placement"), ("Started a provision", "1 placement, 1 provision"),
        ]  # fmt: skip
        assert [act.counted for act in acts(senco)] == [
            "3 placements", "1 placement, 1 provision", "2 placements, 1 provision",
        ]  # fmt: skip

    def test_confidential_versions_are_for_who_is_named_on_them(self, senco):
        head = member(Role.HEAD, senco.school)
        row = change(placed(senco), senco, outcome="A secret", confidential=True)
        assert not seen_versions(head, senco.school).exists()
        change(row, senco, outcome="Open", confidential=False)

        assert set(seen_versions(head, senco.school).values_list("outcome", flat=True)) == {"", "Open"}
        row.shared_with.add(head)
        assert seen_versions(head, senco.school).count() == 3

    def test_what_was_removed_shows_to_others_unless_it_was_ever_confidential(self, senco):
        head = member(Role.HEAD, senco.school)
        plain, secret, closed = placed(senco), placed(senco), placed(senco, confidential=True)
        change(secret, senco, confidential=True)
        for row in (plain, secret, closed):
            Placement.objects.get(pk=row.pk).delete()

        assert set(seen_versions(head, senco.school).values_list("id", flat=True)) == {plain.pk}
        assert seen_versions(senco, senco.school).values("id").distinct().count() == 3

    def test_another_school_sees_nothing(self, senco):
        started(senco)
        placed(senco)
        other = member(Role.SENCO, SchoolFactory())

        assert acts(other) == []
        assert not seen_versions(other, senco.school).exists()

    def test_a_change_none_of_whose_records_one_sees_is_not_there(self, client, senco):
        started(senco, name="Counselling", confidential=True)
        address = url(acts(senco)[0])
        client.force_login(member(Role.HEAD, senco.school))

        assert client.get(address).status_code == 404

    def test_a_change_is_there_for_who_sees_one_record_or_only_its_provision(self, client, senco):
        started(senco, learners=0)
        address = url(acts(senco)[0])
        client.force_login(member(Role.HEAD, senco.school))

        assert client.get(address).status_code == 200


class TestThePage:
    def test_it_begins_with_the_half_term(self, client, senco):
        TermFactory(year__school=senco.school)

        shown = client.get(HISTORY)

        assert shown.context["asked"].since == date(2026, 10, 31)
        assert "the start of this half-term" in shown.text
        assert "Nothing changed" in shown.text

    def test_filters_that_make_no_sense_are_left_out(self, client, senco):
        placed(senco)

        shown = client.get(f"{HISTORY}?since=soon&person=999&kind=x&learner=a&provision=-1&page=zz")

        assert len(shown.context["acts"]) == 1
        assert shown.context["narrowed"] is False

    def test_learners_are_read_as_everywhere_in_the_order_of_surnames(self, client, senco):
        school = senco.school
        for one in (
            LearnerFactory(school=school, forename="Zoe", surname="Adder"),
            LearnerFactory(school=school, forename="Alexandra", preferred_name="Sasha", surname="Bell"),
        ):
            PlacementFactory(learner=one)

        learners = re.search(r'<select name="learner".*?</select>', client.get(HISTORY).text)[0]

        assert re.findall(r'value="\d+">([^<]*)<', learners) == ["Zoe Adder", "Sasha Bell"]

    def test_twenty_five_to_a_page(self, client, senco):
        provision = ProvisionFactory(school=senco.school)
        PlacementFactory.create_batch(27, provision=provision, learner__school=senco.school)

        pages = [len(client.get(f"{HISTORY}?since=2026-01-01&page={page}").context["acts"]) for page in (1, 2)]

        assert pages == [25, 2]

    def test_nothing_under_a_filter_says_so(self, client, senco):
        placed(senco)

        assert "Nothing fits these filters" in client.get(f"{HISTORY}?kind=import").text

    def test_a_change_is_looked_at_taken_back_and_marked(self, client, senco):
        provision = started(senco)
        act = acts(senco)[0]
        assert "Take it back" in client.get(url(act)).text
        assert "<html" not in client.get(url(act), headers={"HX-Request": "true"}).text

        done = client.post(url(act, back=True), follow=True)

        assert "Taken back. The map is as it was before." in done.text
        assert "This was taken back already." in done.text
        assert not Provision.objects.filter(pk=provision.pk).exists()
        assert client.get(url(act, back=True)).url == url(act)

    def test_what_moved_on_says_so_in_place_of_the_button(self, client, senco):
        started(senco, learners=1)
        act = acts(senco)[0]
        change(Placement.objects.get(), senco, sessions=5)

        shown = client.get(url(act)).text
        refused = client.post(url(act, back=True), follow=True).text

        why = "Nothing was taken back: 1 record it touched was changed again since."
        assert (why in shown, "Take it back" in shown, why in refused) == (True, False, True)
        assert Placement.objects.count() == 1

    def test_who_only_reads_is_told_whom_to_ask(self, client, senco):
        started(senco)
        client.force_login(member(Role.HEAD, senco.school))

        assert "Ask your SENCO to make the change." in client.get(url(acts(senco)[0])).text

    def test_one_placement_is_taken_back_by_somebody_else_days_later(self, client, senco, clock):
        assistant = member(Role.SENCO_ASSISTANT, senco.school)
        row = change(placed(senco), senco, sessions=5, outcome="Signs")
        clock.shift(3 * 86400)
        act = acts(senco)[0]
        client.force_login(assistant)
        assert "Take it back" in client.get(url(act)).text

        done = client.post(url(act, back=True), follow=True)

        row.refresh_from_db()
        assert (row.sessions, row.outcome, row.version) == (3, "", 3)
        assert "Taken back: " in done.text
        assert re.search("is 3 × 10 min, to 20/07/2027 again", done.text)
        assert acts(senco)[1].taken_back == f"by {assistant.name} on 26/11/2026"

    def test_an_added_placement_taken_back_is_removed(self, client, senco):
        row = placed(senco)

        client.post(url(acts(senco)[0], back=True))

        assert not Placement.objects.filter(pk=row.pk).exists()
        refused = client.post(url(acts(senco)[1], back=True), follow=True).text
        assert "This place was removed since." in refused

    def test_a_placement_changed_since_is_left_alone(self, client, senco):
        row = change(placed(senco), senco, sessions=5)
        act = acts(senco)[0]
        change(row, senco, sessions=4)

        assert "This placement was changed again since." in client.get(url(act)).text
        client.post(url(act, back=True))
        assert Placement.objects.get().sessions == 4
        assert client.get(url(act, back=True)).status_code == 302

    def test_a_class_teacher_takes_back_tier_1_only(self, client, senco):
        teacher = member(Role.CLASS_TEACHER, senco.school)
        rows = [placed(senco, tier=tier) for tier in (1, 2)]
        for row in rows:
            sight(teacher, row.learner)
        client.force_login(teacher)

        for act in acts(senco):
            client.post(url(act, back=True))

        assert list(Placement.objects.values_list("pk", flat=True)) == [rows[1].pk]


class TestSteps:
    def test_a_step_back_is_not_taken_back(self, senco):
        row = change(placed(senco), senco, sessions=5)
        undo_last(school=senco.school, by=senco, now=NOW)
        step = row.history.first()

        with pytest.raises(NotAllowed, match="itself a step back"):
            check_can_take_back(step, senco)

    def test_what_nobody_kept_the_beginning_of_is_left(self, senco):
        row = change(placed(senco), senco, sessions=5)
        row.history.filter(history_type="+").delete()

        with pytest.raises(NotAllowed, match="nothing to go back to"):
            check_can_take_back(row.history.get(), senco)

    def test_a_removal_is_not_taken_back_but_restored(self, senco):
        row = placed(senco)
        pk = row.pk
        row.delete()

        with pytest.raises(undoing.MovedOn, match="Its history can bring it back"):
            check_can_take_back(Placement.history.filter(id=pk).first(), senco)


def test_learners_added_and_provisions_changed_are_told_in_their_own_words(senco):
    provision = started(senco, learners=0)
    add_learners(provision=provision, learners=[LearnerFactory(school=senco.school)], starts=TODAY, by=senco)
    change_provision(provision=provision, changes={"place": "Hall"}, deliverers=None, seen=1, by=senco)

    assert words(senco) == ["Changed Booster", "Added 1 learner to Booster", "Started Booster for 0 learners"]


def test_the_filter_by_person_names_only_those_whose_changes_are_seen(client, senco):
    ada, ben = (member(Role.SENCO_ASSISTANT, senco.school, name=name) for name in ("Ada Hill", "Ben Reid"))
    visitor = member(Role.EXTERNAL, senco.school)
    row = placed(ada)
    hidden = placed(ben)
    change(hidden, ben, minutes=30)
    sight(visitor, row.learner)
    change(row, ada, minutes=25)

    def offered(user):
        client.force_login(user)
        return {name for _, name in client.get(HISTORY).context["form"].fields["person"].choices}

    assert offered(visitor) == {"Everybody", "Ada Hill"}
    assert offered(senco) >= {"Everybody", "Ada Hill", "Ben Reid", visitor.name}
