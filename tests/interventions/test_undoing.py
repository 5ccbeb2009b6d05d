"""Taking a change of several back: what comes back must fit, nothing written since is lost, nothing unseen moves."""

from datetime import date

import pytest

from interventions.actions import changes, undoing
from interventions.actions.placements import place
from interventions.actions.provisions import change_provision
from interventions.models import MapChange, Placement, Provision
from learners.models import Contact, Learner, SenProvision
from provisionmap.school.access import NotAllowed
from provisionmap.school.roles import Role
from tests.factories import (
    GroupFactory,
    LearnerFactory,
    PlacementFactory,
    ProvisionFactory,
    SenProvisionFactory,
    member,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def by():
    return member(Role.SENCO)


class TestWhatComesBackFits:
    """Since the change something else was planned: taking it back must not break the rules of the map."""

    TODAY, DECEMBER, JANUARY = date(2026, 11, 23), date(2026, 12, 18), date(2027, 1, 4)

    @pytest.fixture
    def row(self, by):
        return PlacementFactory(
            provision=ProvisionFactory(school=by.school, ends=None), learner=LearnerFactory(school=by.school), ends=None
        )

    def dated(self, row, by, **days):
        change = changes.open_change(school=by.school, kind="bulk", words="Changed 1 placement", by=by)
        for name, day in days.items():
            setattr(row, name, day)
        changes.change_rows([row], days, change=change)
        return change

    def refused(self, change, by, words):
        with pytest.raises(undoing.MovedOn, match=words):
            undoing.check_can_undo(change, by)
        with pytest.raises(undoing.MovedOn, match=words):
            undoing.undo_change(change=change, by=by)

    def test_a_place_that_was_given_again_stands_in_the_way(self, by, row):
        change = self.dated(row, by, ends=self.DECEMBER)
        place(provision=row.provision, learner=row.learner, starts=self.JANUARY, ends=None, by=by)

        self.refused(change, by, "1 place would meet another of the same learner")

    def test_so_does_one_with_the_first_day_it_would_have_again(self, by, row):
        old = row.starts
        change = self.dated(row, by, starts=date(2026, 9, 21))
        place(provision=row.provision, learner=row.learner, starts=old, ends=date(2026, 9, 11), by=by)

        self.refused(change, by, "1 place would meet another of the same learner")

    def test_so_does_a_provision_that_has_ended_since(self, by, row):
        change = self.dated(row, by, ends=self.DECEMBER)
        provision = Provision.objects.get()
        change_provision(provision=provision, changes={"ends": date(2027, 1, 8)}, deliverers=None, seen=1, by=by)

        self.refused(change, by, "or leave the days of the provision")

    def test_what_was_apart_before_and_is_so_again_goes_back(self, by, row):
        change = self.dated(row, by, ends=self.DECEMBER)
        place(provision=row.provision, learner=LearnerFactory(school=by.school), starts=self.JANUARY, ends=None, by=by)

        undoing.undo_change(change=change, by=by)

        row.refresh_from_db()
        assert row.ends is None

    def test_a_class_that_is_gone_by_now_stands_in_the_way(self, by):
        old, new = GroupFactory(school=by.school), GroupFactory(school=by.school)
        provision = ProvisionFactory(school=by.school, group=old)
        change_provision(provision=provision, changes={"group": new}, deliverers=None, seen=1, by=by)
        old.delete()

        self.refused(MapChange.objects.get(), by, "a class, a person or a provision that it would go back to is gone")

    def test_what_was_written_about_a_learner_since_is_not_lost_with_them(self, by):
        change = changes.open_change(school=by.school, kind="import", words="Imported a map", by=by)
        learner = changes.add_rows([LearnerFactory.build(school=by.school)], change=change)[0]
        changes.add_rows([SenProvisionFactory.build(learner=learner)], change=change)
        Contact.objects.create(learner=learner, name="Ngozi Ashe")

        self.refused(change, by, "1 record was added to what it made")

    def test_what_comes_with_a_learner_goes_with_them(self, by):
        change = changes.open_change(school=by.school, kind="import", words="Imported a map", by=by)
        learner = changes.add_rows([LearnerFactory.build(school=by.school)], change=change)[0]
        changes.add_rows([SenProvisionFactory.build(learner=learner)], change=change)

        undoing.undo_change(change=change, by=by)

        assert (Learner.objects.count(), SenProvision.objects.count()) == (0, 0)

    def test_those_with_whom_a_removed_place_was_shared_see_it_again(self, by, row):
        assistant, gone = (member(Role.SENCO_ASSISTANT, by.school) for _ in range(2))
        Placement.objects.filter(pk=row.pk).update(confidential=True)
        row.refresh_from_db()
        Placement.history.bulk_history_create([row], update=True)
        row.shared_with.set([assistant, gone])
        change = changes.open_change(school=by.school, kind="bulk", words="Took 1 placement off", by=by)
        changes.remove_rows([row], change=change)
        gone.delete()

        undoing.undo_change(change=change, by=by)

        assert list(Placement.objects.get().shared_with.all()) == [assistant]


class TestWhoSeesAPartOnly:
    """What somebody does not see, they do not move by taking back what they do see."""

    def test_an_assistant_does_not_move_what_is_confidential(self, by):
        assistant = member(Role.SENCO_ASSISTANT, by.school)
        rows = [PlacementFactory(learner=LearnerFactory(school=by.school), confidential=hidden) for hidden in (0, 1)]
        change = changes.open_change(school=by.school, kind="bulk", words="Ended 2 placements", by=by)
        for row in rows:
            Placement.history.bulk_history_create([row])
            row.ends = date(2026, 12, 18)
        changes.change_rows(rows, ["ends"], change=change)

        with pytest.raises(NotAllowed, match="learners or provision that you do not see"):
            undoing.undo_change(change=change, by=assistant)

        undoing.undo_change(change=change, by=by)
        assert set(Placement.objects.values_list("ends", flat=True)) == {date(2027, 7, 20)}

    def test_a_class_teacher_does_not_take_back_the_year_of_the_whole_school(self, by):
        teacher = member(Role.CLASS_TEACHER, by.school)
        change = changes.open_change(school=by.school, kind="year", words="Next year", by=by)
        Learner.history.bulk_history_create([LearnerFactory(school=by.school)], default_change_reason=change.reason)
        provision = ProvisionFactory(school=by.school, tier=1, responsible=teacher)
        Provision.history.bulk_history_create([provision], update=True, default_change_reason=change.reason)

        with pytest.raises(NotAllowed, match="changed learners' own details"):
            undoing.check_can_undo(change, teacher)
