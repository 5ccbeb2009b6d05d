"""Next year: learners move up, leavers leave, their places end, and all of it can be taken back."""

from datetime import date

import pytest

from interventions.actions.placements import change_placement
from interventions.actions.previewed import Moved
from interventions.actions.undoing import undo_change
from interventions.actions.years import Asked, begin_year, ending, places_after
from interventions.models import MapChange, Placement
from learners.actions.learners import change_learner
from learners.actions.years import pupil_of, roll_of
from learners.models import Grant, Learner
from learners.moving_up import STAY, Turn, steps_of, token_of
from provisionmap.school.access import NotAllowed
from provisionmap.school.models import AuditEvent
from provisionmap.school.roles import Role
from tests.factories import (
    AcademicYearFactory,
    DelivererFactory,
    GroupFactory,
    LearnerFactory,
    PlacementFactory,
    ProvisionFactory,
    TermFactory,
    member,
)

pytestmark = pytest.mark.django_db
TODAY, LAST_DAY = date(2026, 11, 23), date(2027, 7, 16)
TURN = Turn("2027/28", date(2027, 9, 1), "6", LAST_DAY)
URL = "/learners/next-year/"


def token(by, asked):
    steps = steps_of(map(pupil_of, roll_of(by.school, by, TODAY)), asked.turn, asked.by_hand)
    return token_of((one.pupil for one in steps), places_after(ending(steps, asked.turn), by))


def moved_up(by, **fields):
    asked = Asked(TURN, **fields)
    return begin_year(school=by.school, asked=asked, seen=token(by, asked), today=TODAY, by=by)


def year_of(*learners):
    return [Learner.objects.get(pk=one.pk).nc_year for one in learners]


def test_learners_move_up_and_the_last_year_leaves(senco):
    four, six = LearnerFactory(school=senco.school), LearnerFactory(school=senco.school, nc_year="6")
    gone = LearnerFactory(school=senco.school, left=date(2026, 7, 20))
    elsewhere = LearnerFactory()

    change = moved_up(senco)

    assert year_of(four, six, gone, elsewhere) == ["5", "6", "4", "4"]
    assert list(Learner.objects.filter(pk__in=[four.pk, six.pk]).order_by("pk").values_list("left", "version")) == [
        (None, 2), (LAST_DAY, 2),
    ]  # fmt: skip
    assert change.words == "Moved into 2027/28: 1 up, 0 stay, 1 leaver, 0 places ended"
    assert Learner.history.filter(history_change_reason=change.reason, history_user=senco).count() == 2
    assert AuditEvent.objects.filter(verb="map.next-year", target_id=change.pk).count() == 1


def test_the_places_of_leavers_end_on_their_last_day_and_what_would_begin_later_goes(senco):
    six, four = LearnerFactory(school=senco.school, nc_year="6"), LearnerFactory(school=senco.school)
    club = ProvisionFactory(school=senco.school, ends=None)
    ta = member(Role.TEACHING_ASSISTANT, senco.school)
    DelivererFactory(provision=club, user=ta)
    ends = PlacementFactory(learner=six, provision=club, ends=None)
    over = PlacementFactory(learner=six, provision=ProvisionFactory(school=senco.school), ends=date(2026, 10, 2))
    later = PlacementFactory(
        learner=six, provision=ProvisionFactory(school=senco.school, ends=None), starts=date(2027, 9, 6), ends=None
    )
    stays = PlacementFactory(learner=four, provision=club, ends=None)

    moved_up(senco)

    assert dict(Placement.objects.values_list("pk", "ends")) == {
        ends.pk: LAST_DAY, over.pk: date(2026, 10, 2), stays.pk: None,
    }  # fmt: skip
    assert not Placement.objects.filter(pk=later.pk).exists()
    assert list(Grant.ever.filter(content_object=six).values_list("user", "ends")) == [(ta.pk, LAST_DAY)]


def test_classes_go_where_they_are_sent(senco):
    old, new, other = GroupFactory.create_batch(3, school=senco.school)
    stranger = GroupFactory()
    up, stays, loose, alone = (LearnerFactory(school=senco.school, group=group) for group in (old, old, other, None))

    moved_up(senco, by_hand={stays.pk: STAY}, rooms={old.pk: new.pk, other.pk: None, 0: stranger.pk})

    groups = [Learner.objects.get(pk=one.pk).group for one in (up, stays, loose, alone)]
    assert groups == [new, old, None, None]


def test_a_class_of_another_school_takes_nobody_in(senco):
    old, stranger = GroupFactory(school=senco.school), GroupFactory()
    one = LearnerFactory(school=senco.school, group=old)

    moved_up(senco, rooms={old.pk: stranger.pk})

    assert Learner.objects.get(pk=one.pk).group == old


def test_all_of_it_is_taken_back_in_one_step(senco):
    group, new = GroupFactory.create_batch(2, school=senco.school)
    four, six = LearnerFactory(school=senco.school, group=group), LearnerFactory(school=senco.school, nc_year="6")
    club = ProvisionFactory(school=senco.school, ends=None)
    PlacementFactory(learner=six, provision=club, ends=None)
    later = PlacementFactory(learner=six, provision=club, starts=date(2027, 9, 6), ends=None)
    change = moved_up(senco, rooms={group.pk: new.pk})

    undo_change(change=change, by=senco)

    assert year_of(four, six) == ["4", "6"]
    assert set(Learner.objects.values_list("left", flat=True)) == {None}
    assert Learner.objects.get(pk=four.pk).group == group
    assert list(Placement.objects.values_list("ends", flat=True)) == [None, None]
    assert Placement.objects.filter(pk=later.pk).exists()


def test_a_learner_changed_since_keeps_the_year_from_going_back(senco):
    one = LearnerFactory(school=senco.school)
    change = moved_up(senco)
    change_learner(learner=Learner.objects.get(pk=one.pk), changes={"nc_year": "7"}, seen=2, by=senco)

    with pytest.raises(Exception, match="1 record it touched was changed again since"):
        undo_change(change=change, by=senco)

    assert year_of(one) == ["7"]


def test_a_year_begins_once_unless_somebody_means_it(senco):
    one = LearnerFactory(school=senco.school)
    first = moved_up(senco)

    with pytest.raises(NotAllowed, match="Learners moved into 2027/28 already, on 23/11/2026"):
        moved_up(senco)
    moved_up(senco, again=True)

    assert year_of(one) == ["6"]
    assert MapChange.objects.standing().filter(kind="year").count() == 2
    assert first.pk


def test_a_year_taken_back_may_begin_again(senco):
    one = LearnerFactory(school=senco.school)
    undo_change(change=moved_up(senco), by=senco)

    moved_up(senco)

    assert year_of(one) == ["5"]


def test_nobody_to_move_is_said(senco):
    LearnerFactory(school=senco.school, nc_year="X")

    with pytest.raises(NotAllowed, match="Nobody would change"):
        moved_up(senco)

    assert not MapChange.objects.exists()


@pytest.mark.parametrize("role", [Role.HEAD, Role.ADMINISTRATOR, Role.CLASS_TEACHER])
def test_who_may_not_change_the_map_and_the_register_begins_no_year(senco, role):
    LearnerFactory(school=senco.school)

    with pytest.raises(NotAllowed):
        begin_year(school=senco.school, asked=Asked(TURN), seen="", today=TODAY, by=member(role, senco.school))


def test_what_moved_since_the_preview_is_said_and_nothing_is_written(senco):
    changed = LearnerFactory.create_batch(12, school=senco.school)
    six, gone = LearnerFactory(school=senco.school, nc_year="6"), LearnerFactory(school=senco.school)
    asked = Asked(TURN)
    seen = token(senco, asked)
    for one in changed:
        change_learner(learner=one, changes={"nc_year": "3"}, seen=1, by=senco)
    gone.delete()
    LearnerFactory.create_batch(2, school=senco.school)
    PlacementFactory(learner=six)

    with pytest.raises(Moved) as clash:
        begin_year(school=senco.school, asked=asked, seen=seen, today=TODAY, by=senco)

    assert len(clash.value.moved) == 14
    assert clash.value.moved[-4:] == [
        "So were 2 more.", "2 learners came to the register.", "1 learner went from the register.",
        "The places of those who leave were changed.",
    ]  # fmt: skip
    assert clash.value.moved[0].endswith(" was changed.")
    assert set(year_of(*changed)) == {"3"}


def test_who_does_not_see_every_place_is_told_of_none_that_is_hidden(client, senco):
    assistant = member(Role.SENCO_ASSISTANT, senco.school)
    six = LearnerFactory(school=senco.school, nc_year="6")
    PlacementFactory(learner=six, ends=None)
    without = token(assistant, Asked(TURN))
    hidden = PlacementFactory(learner=six, ends=None, confidential=True)
    client.force_login(assistant)

    look = client.post(URL, TestThePage().sent("preview"))
    change_placement(placement=hidden, changes={"outcome": "Sleeps"}, seen=1, by=senco)
    done = client.post(URL, TestThePage().sent("apply", seen=look.context["seen"]), follow=True)

    assert look.context["seen"] == without
    assert "Moved into 2027/28: 0 up, 0 stay, 1 leaver, whose places end" in done.text
    assert "places ended" not in done.text
    assert set(Placement.objects.values_list("ends", flat=True)) == {LAST_DAY}


class TestThePage:
    def sent(self, do, **fields):
        return {
            "year": "2027/28", "seen_year": "2027/28", "last_year": "6", "last_day": "2027-07-16", "do": do, **fields,
        }  # fmt: skip

    def test_the_way_from_choosing_to_the_map(self, client, senco):
        group, new = (
            GroupFactory(school=senco.school, name="4A"),
            GroupFactory(school=senco.school, name="5A", nc_year="5"),
        )
        one = LearnerFactory(school=senco.school, group=group)
        six = LearnerFactory(school=senco.school, nc_year="6", date_of_birth=date(2016, 1, 15))
        stays = LearnerFactory(school=senco.school, group=group)
        PlacementFactory(learner=six, ends=None)
        TermFactory(year=AcademicYearFactory(school=senco.school), starts=date(2027, 4, 12), ends=date(2027, 7, 23),
                    half_term_starts=None, half_term_ends=None)  # fmt: skip

        choose = client.get(URL)
        look = client.post(URL, self.sent("preview", **{f"step-{stays.pk}": "stay"}))
        kept = dict(look.context["kept"])
        done = client.post(URL, self.sent("apply", seen=look.context["seen"], **kept), follow=True)

        assert 'value="2027-07-23"' in choose.text
        assert f'<option value="{new.pk}" selected>' in choose.text
        assert look.context["years"][0] == {
            "name": "Year 4", "up": 1, "stay": 1, "leave": 0, "ended": 0, "code": "4",
        }  # fmt: skip
        assert [row["ended"] for row in look.context["years"]] == [0, 1]
        assert "Moved into 2027/28: 1 up, 1 stay, 1 leaver, 1 place ended" in done.text
        assert year_of(one, stays, six) == ["5", "4", "6"]
        assert Learner.objects.get(pk=one.pk).group == new

    def test_learners_who_will_have_no_class_are_counted_before_the_last_click(self, client, senco):
        group = GroupFactory(school=senco.school, name="Heron", nc_year="4")
        next_ones = [GroupFactory(school=senco.school, name=name, nc_year="5") for name in ("Egret", "Osprey")]
        LearnerFactory.create_batch(2, school=senco.school, group=group)

        choose = client.get(URL, self.sent("")).text
        look = client.post(URL, self.sent("preview")).text
        chosen = client.post(URL, self.sent("preview", **{f"room-{group.pk}": next_ones[0].pk})).text

        assert "Nothing tells where 2 learners go: choose." in choose
        assert "2 learners will have no class." in look
        assert "will have no class" not in chosen

    def test_it_says_when_the_year_is_not_over(self, client, senco, clock):
        LearnerFactory(school=senco.school)

        early = client.get(URL).text
        clock.move_to("2027-08-25T10:00:00Z")
        client.force_login(senco)
        late = client.get(URL, self.sent("")).text

        assert ("The school year is not over." in early, "The school year is not over." in late) == (True, False)

    def test_those_to_look_at_come_first(self, client, senco):
        odd = LearnerFactory(school=senco.school, nc_year="")
        LearnerFactory(school=senco.school)

        answer = client.get(URL)

        assert [line["learner"] for line in answer.context["doubtful"]] == [odd]
        assert [part["name"] for part in answer.context["parts"]] == ["Year 4"]

    def test_a_school_larger_than_a_form_chooses_only_for_those(self, client, senco, monkeypatch):
        odd, _ = LearnerFactory(school=senco.school, nc_year=""), LearnerFactory(school=senco.school)
        monkeypatch.setattr("interventions.views.years.MOST_CHOICES", 1)

        answer = client.get(URL)

        assert [line["learner"] for line in answer.context["doubtful"]] == [odd]
        assert answer.context["parts"] == []

    def test_a_stale_preview_is_a_clash_that_can_be_confirmed(self, client, senco):
        one = LearnerFactory(school=senco.school, forename="Maya", surname="Moss")
        look = client.post(URL, self.sent("preview"))
        change_learner(learner=one, changes={"nc_year": "3"}, seen=1, by=senco)

        clash = client.post(URL, self.sent("apply", seen=look.context["seen"]))
        done = client.post(URL, self.sent("apply", seen=clash.context["seen"]))

        assert (clash.status_code, done.status_code) == (409, 302)
        assert "Maya Moss was changed." in clash.text
        assert year_of(one) == ["4"]

    def test_a_second_time_asks_whether_it_is_meant(self, client, senco):
        one = LearnerFactory(school=senco.school)
        moved_up(senco)

        look = client.post(URL, self.sent("preview"))
        refused = client.post(URL, self.sent("apply", seen=look.context["seen"]))
        sure = client.post(URL, self.sent("preview", again="1"))
        done = client.post(URL, self.sent("apply", seen=sure.context["seen"], again="1"))

        assert refused.status_code == 422
        assert "I mean it: move them once more" in refused.text
        assert (done.status_code, year_of(one)) == (302, ["6"])

    @pytest.mark.parametrize(
        ("fields", "sentence"),
        [
            ({"last_day": "2027-09-01"}, "2027/28 begins on 01/09/2027: choose an earlier day."),
            ({"last_day": "soon"}, "Write the date as 14/09/2026."),
        ],
    )
    def test_a_last_day_that_makes_no_sense_is_refused(self, client, senco, fields, sentence):
        LearnerFactory(school=senco.school)

        answer = client.post(URL, self.sent("preview") | fields)

        assert answer.status_code == 422
        assert sentence in answer.text

    def test_another_year_brings_its_own_last_day(self, client, senco):
        LearnerFactory(school=senco.school)

        answer = client.get(URL, self.sent("") | {"year": "2026/27"})

        assert answer.context["turn"].last_day == date(2026, 8, 31)

    def test_a_school_without_learners_is_told_what_to_do(self, client, senco):
        assert "Nobody is on roll" in client.get(URL).text

    @pytest.mark.parametrize("rows", [1, 30])
    def test_the_number_of_queries_does_not_grow(self, client, senco, rows, django_assert_num_queries):
        for _ in range(rows):
            group = GroupFactory(school=senco.school)
            PlacementFactory(learner=LearnerFactory(school=senco.school, nc_year="6", group=group), ends=None)
        seen = client.post(URL, self.sent("preview")).context["seen"]

        with django_assert_num_queries(CHOOSE):
            client.get(URL)
        with django_assert_num_queries(LOOK):
            client.post(URL, self.sent("preview"))
        with django_assert_num_queries(APPLY):
            client.post(URL, self.sent("apply", seen=seen))


CHOOSE, LOOK, APPLY = 8, 9, 33
