"""Which records are due, choosing them, the last look, and everything that stops a disposal."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from learners import mentions, tasks
from learners.actions import disposing, holds
from learners.keeping import SHOWN, in_state, periods_of, standing_of, with_keeping
from learners.models import Disposal, DisposalItem, Hold, Learner, Passport
from provisionmap.celery import app
from provisionmap.school.access import NotAllowed
from provisionmap.school.models import AuditEvent, School
from provisionmap.school.roles import Role
from tests.factories import (
    LearnerFactory,
    PlacementFactory,
    ProvisionFactory,
    SchoolFactory,
    SenProvisionFactory,
    member,
)
from tests.learners.disposal_ground import BORN, LEFT, leaver

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 23)
DUE, CHOOSE, LOG = (reverse(f"learners:{name}") for name in ("due", "disposal-choose", "disposal-log"))


@pytest.fixture
def queued(monkeypatch):
    sent = []
    assert app.tasks  # made first: the queue is asked through it
    monkeypatch.setattr(tasks.dispose_records, "delay", sent.append)
    return sent


@pytest.fixture
def maya(senco):
    return leaver(senco.school)


def old(school, **details):
    """A leaver without SEN whose record is due."""
    return LearnerFactory(school=school, **{"date_of_birth": BORN, "joined": date(2000, 9, 1), "left": LEFT} | details)


def chosen(senco, *learners):
    return disposing.choose(school=senco.school, learners=[one.pk for one in learners], today=TODAY, by=senco)


def confirmed(senco, *learners, texts=()):
    made = chosen(senco, *learners)
    return disposing.confirm(disposal=made, count=len(learners), texts=texts, now=timezone.now(), by=senco)


def check(disposal):
    return reverse("learners:disposal-check", args=[disposal.pk])


days = st.none() | st.dates(date(1985, 1, 1), date(2026, 12, 31))


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    born=days,
    left=days,
    sen=st.sampled_from(["", "N", "K", "E", "passport"]),
    held=st.booleans(),
    years=st.tuples(st.integers(25, 40), st.integers(25, 40)),
    day=st.dates(date(2015, 1, 1), date(2040, 1, 1)),
)
def test_the_list_holds_exactly_what_the_rule_says(senco, born, left, sen, held, years, day):
    Learner.objects.all().delete()
    School.objects.filter(pk=senco.school.pk).update(sen_years=years[0], pupil_years=years[1])
    school = School.objects.get(pk=senco.school.pk)
    child = LearnerFactory(school=school, date_of_birth=born, joined=None, left=left)
    if sen == "passport":
        Passport.objects.create(learner=child)
    elif sen:
        SenProvisionFactory(learner=child, code=sen, need_1="" if sen == "N" else "SPLD", starts=date(2000, 1, 1))
    if held:
        Hold.objects.create(learner=child, reason="A claim", since=TODAY)
    Hold.objects.create(learner=child, reason="Lifted", since=TODAY, lifted=TODAY)

    state = standing_of(with_keeping(Learner.objects.all()).get(), periods_of(school), day).state
    for part in SHOWN:
        assert in_state(Learner.objects.all(), part, periods_of(school), day).exists() == (state is part)


class TestTheList:
    def test_each_part_shows_its_own_and_says_why(self, client, senco, maya):
        SenProvisionFactory(learner=maya, starts=date(2000, 9, 1))
        held = old(senco.school, surname="Zqheld")
        Hold.objects.create(learner=held, reason="A claim", since=TODAY)
        old(senco.school, surname="Zqnobirth", date_of_birth=None)
        old(senco.school, surname="Zqnoleaving", left=None)
        LearnerFactory(school=senco.school, surname="Zqhere")
        old(SchoolFactory(), surname="Zqelsewhere")

        due, on_hold, unknown = (client.get(f"{DUE}?show={part}").text for part in ("due", "held", "unknown"))

        assert [name for name in ("Zqokafor", "Zqheld", "Zqno", "Zqhere", "Zqelsewhere") if name in due] == ["Zqokafor"]
        assert "SEN: 31 years from birth, since 17 May 2021" in due
        assert "Zqheld" in on_hold
        assert "No SEN: 25 years from birth, since 17 May 2015" in on_hold
        assert "No date of birth" in unknown
        assert "No last day" in unknown
        assert "Zqhere" not in due + on_hold + unknown

    def test_a_search_is_posted_and_narrows(self, client, senco, maya):
        old(senco.school, surname="Brook")

        text = client.post(DUE, {"q": "Brook"}).text

        assert ("Brook" in text, "Zqokafor" in text) == (True, False)

    def test_tick_all_works_without_a_script(self, client, senco, maya):
        assert client.get(f"{DUE}?ticked=all").text.count(" checked>") == 1

    @pytest.mark.parametrize("rows", [1, 30])
    def test_as_many_queries_for_one_as_for_thirty(self, client, senco, rows, django_assert_num_queries):
        for _ in range(rows):
            old(senco.school)
        client.get(DUE)

        with django_assert_num_queries(9):
            client.get(DUE)


class TestChoosing:
    def test_only_what_is_due_at_this_school_is_chosen(self, senco, maya):
        here, away = LearnerFactory(school=senco.school), old(SchoolFactory())

        made = chosen(senco, maya, here, away)

        assert list(made.items.values_list("record", "rule")) == [(maya.pk, "pupil")]

    def test_nothing_due_is_refused(self, client, senco):
        with pytest.raises(NotAllowed, match="Tick at least one record"):
            chosen(senco, LearnerFactory(school=senco.school))
        assert "Tick at least one record" in client.post(CHOOSE, follow=True).text

    def test_more_than_can_be_looked_through_is_refused(self, senco, maya, monkeypatch):
        monkeypatch.setattr(disposing, "MOST", 0)

        with pytest.raises(NotAllowed, match="0 records at a time"):
            chosen(senco, maya)

    def test_a_second_choice_lets_the_first_go_and_an_hour_lets_any_go(self, client, senco, maya, clock):
        first = chosen(senco, maya)
        second = chosen(senco, maya)
        assert list(Disposal.objects.all()) == [second]
        assert client.get(check(first)).status_code == 404

        clock.shift(timedelta(minutes=61))
        with pytest.raises(NotAllowed, match="choose again"):
            disposing.confirm(disposal=second, count=1, texts=[], now=timezone.now(), by=senco)
        tasks.look_after_disposals()
        assert not Disposal.objects.exists()

    @pytest.mark.parametrize("role", [Role.SENCO_ASSISTANT, Role.HEAD, Role.ADMINISTRATOR])
    def test_nobody_but_a_senco(self, senco, maya, role):
        with pytest.raises(NotAllowed, match="Only a SENCO"):
            disposing.choose(school=senco.school, learners=[maya.pk], today=TODAY, by=member(role, senco.school))


class TestTheLastLook:
    def test_it_counts_what_will_be_gone(self, client, senco, maya):
        PlacementFactory(learner=maya, starts=date(2005, 9, 1), ends=LEFT)
        PlacementFactory(learner=maya, starts=date(2004, 9, 1), ends=LEFT)

        text = client.get(check(chosen(senco, maya))).text

        assert "<dt>Placements</dt><dd>2</dd>" in text
        assert list(dict(mentions.parts_of([maya.pk])).values())[:2] == [1, 3]  # the details and their versions
        assert "This cannot be undone" in text

    def test_somebody_else_s_choice_is_not_there(self, client, senco, maya):
        made = disposing.choose(
            school=senco.school, learners=[maya.pk], today=TODAY, by=member(Role.SENCO, senco.school)
        )

        assert client.get(check(made)).status_code == 404

    def test_who_they_are_is_asked_once_more(self, client, senco, maya, clock):
        made = chosen(senco, maya)
        clock.shift(timedelta(minutes=6))

        for answer in (client.get(check(made)), client.post(check(made), {"count": 1})):
            assert answer["Location"].startswith(reverse("account_reauthenticate"))
        made.refresh_from_db()
        assert made.state == "draft"

    @pytest.mark.parametrize("typed", ["", "2", "one", "-1"])
    def test_a_wrong_number_confirms_nothing(self, client, senco, maya, queued, typed):
        made = chosen(senco, maya)

        assert client.post(check(made), {"count": typed}).status_code == 422
        with pytest.raises(NotAllowed, match="Type 1, the number"):
            disposing.confirm(disposal=made, count=2, texts=[], now=timezone.now(), by=senco)
        made.refresh_from_db()
        assert (made.state, queued) == ("draft", [])

    def test_keeping_all_of_them_disposes_of_nothing(self, client, senco, maya):
        made = chosen(senco, maya)

        client.post(reverse("learners:disposal-cancel", args=[made.pk]))

        assert not Disposal.objects.exists()
        assert Learner.objects.filter(pk=maya.pk).exists()

    def test_confirmed_it_is_handed_to_a_worker_and_told(
        self, client, senco, maya, queued, django_capture_on_commit_callbacks
    ):
        made = chosen(senco, maya)

        with django_capture_on_commit_callbacks(execute=True):
            answer = client.post(check(made), {"count": "1"}, follow=True)

        assert queued == [made.pk]
        assert "Waiting for its turn" in answer.text
        assert "still going on" in client.get(LOG).text
        assert AuditEvent.objects.get(verb="records.confirm").changes == {
            "records": [None, 1], "sen_years": [None, 31], "pupil_years": [None, 25]
        }  # fmt: skip

    def test_one_that_was_confirmed_elsewhere_is_not_confirmed_twice(self, client, senco, maya):
        made = confirmed(senco, maya)

        with pytest.raises(NotAllowed, match="choose again"):
            disposing.confirm(disposal=made, count=1, texts=[], now=timezone.now(), by=senco)
        disposing.cancel(disposal=made, by=senco)
        assert Disposal.objects.filter(pk=made.pk).exists()

    def test_as_many_queries_for_thirty_as_for_one(self, client, senco):
        counts = []
        for rows in (1, 30):
            made = chosen(senco, *(old(senco.school) for _ in range(rows)))
            client.get(check(made))
            with CaptureQueriesContext(connection) as asked:
                client.get(check(made))
            counts.append(len(asked))

        # Not a number of its own: each model with texts adds one, and each that goes with a learner.
        assert counts[0] == counts[1]


class TestWhatStopsIt:
    def run(self, made):
        tasks.dispose_records(made.pk)
        return list(DisposalItem.objects.filter(disposal=made).values_list("state", "why"))

    def test_a_hold(self, senco, maya):
        made = confirmed(senco, maya)
        holds.set_hold(learner=maya, reason="A claim", seen=maya.version, day=TODAY, by=senco)

        assert self.run(made) == [("kept", "held")]
        assert Learner.objects.filter(pk=maya.pk).exists()

    def test_a_learner_who_is_back(self, client, senco, maya):
        made = confirmed(senco, maya)
        Learner.objects.filter(pk=maya.pk).update(left=None)

        assert self.run(made) == [("kept", "unknown")]
        assert "A day is missing" in client.get(reverse("learners:disposal", args=[made.pk])).text

    def test_a_longer_period(self, senco, maya):
        made = confirmed(senco, maya)
        School.objects.filter(pk=senco.school.pk).update(pupil_years=40)

        assert self.run(made) == [("kept", "kept")]

    def test_a_learner_who_is_gone(self, senco, maya):
        made = confirmed(senco, maya)
        maya.delete()

        assert self.run(made) == [("kept", "missing")]
        made.refresh_from_db()
        assert (made.state, str(made)) == ("done", f"Disposal {made.pk}")


class TestTexts:
    def test_a_lone_name_is_shown_to_a_person_and_goes_only_where_ticked(self, client, senco, maya):
        ticked = ProvisionFactory(school=senco.school, note="Begun for Zqmaya")
        kept = ProvisionFactory(school=senco.school, note="Zqmaya is another child's name")
        made = chosen(senco, maya)
        text = client.get(check(made)).text
        marks = [f"interventions.provision:{one.pk}:note" for one in (ticked, kept)]
        assert [f'value="{mark}"' in text for mark in marks] == [True, True]

        client.post(check(made), {"count": 1, "text": [marks[0], "school.user:1:name"]})
        tasks.dispose_records(made.pk)

        notes = {one.pk: one.note for one in type(ticked).objects.all()}
        assert notes == {ticked.pk: "Begun for [removed]", kept.pk: "Zqmaya is another child's name"}
        assert {one.note for one in type(ticked).history.filter(id=ticked.pk)} == {"Begun for [removed]"}
        ticked.refresh_from_db()
        assert ticked.version == 2

    def test_another_learner_s_own_record_is_changed_only_where_ticked(self, senco, maya):
        other = PlacementFactory(learner=old(senco.school), outcome="Reads to Zqmaya Zqokafor", starts=LEFT, ends=LEFT)
        (found,) = mentions.mentions_of([maya], 10)
        assert (found.certain, found.goes, found.key) == (True, False, ("interventions.placement", other.pk, "outcome"))

        tasks.dispose_records(confirmed(senco, maya).pk)

        other.refresh_from_db()
        assert other.outcome == "Reads to Zqmaya Zqokafor"

    def test_a_namesake_keeps_a_full_name_from_going_by_itself(self, senco, maya):
        LearnerFactory(school=senco.school, forename="zqmaya", surname="ZQOKAFOR")
        provision = ProvisionFactory(school=senco.school, note="Zqmaya Zqokafor, UPN Z801200001001")

        tasks.dispose_records(confirmed(senco, maya).pk)

        provision.refresh_from_db()
        assert provision.note == "Zqmaya Zqokafor, UPN [removed]"

    def test_names_of_letters_that_the_database_knows_no_capitals_of(self, senco):
        child = old(senco.school, forename="Élodie", surname="Ñúñez", upn="", former_upn="")
        provision = ProvisionFactory(school=senco.school, note="For ÉLODIE ÑÚÑEZ")

        tasks.dispose_records(confirmed(senco, child).pk)

        provision.refresh_from_db()
        assert provision.note == "For [removed]"

    def test_two_views_that_only_the_name_told_apart_stay_two(self, senco, maya):
        for name in ("For Zqmaya Zqokafor", "For Zqokafor, Zqmaya"):
            senco.saved_views.create(school=senco.school, name=name)

        tasks.dispose_records(confirmed(senco, maya).pk)

        names = list(senco.saved_views.order_by("pk").values_list("name", flat=True))
        assert names[0] == "For [removed]"
        assert names[1].startswith("For [removed] ")

    def test_another_school_s_texts_are_its_own(self, senco, maya):
        away = ProvisionFactory(note="Zqmaya Zqokafor")
        assert mentions.mentions_of([maya], 10) == []

        tasks.dispose_records(confirmed(senco, maya).pk)

        away.refresh_from_db()
        assert away.note == "Zqmaya Zqokafor"

    def test_no_more_are_shown_than_a_person_can_read(self, client, senco, maya, monkeypatch):
        for _ in range(3):
            ProvisionFactory(school=senco.school, note="Zqmaya Zqokafor")

        assert len(mentions.mentions_of([maya], 2)) == 2
        monkeypatch.setattr("learners.views.disposal.MOST_MENTIONS", 2)
        assert "There are more" in client.get(check(chosen(senco, maya))).text


def test_the_part_of_those_on_hold_says_whom_it_counts(client, senco):
    Hold.objects.create(learner=LearnerFactory(school=senco.school), reason="A claim", since=date(2026, 11, 2))

    page = client.get(f"{reverse('learners:due')}?show=held").text

    assert "Time is over, but on hold (0)" in page
    assert "1 more learner is on hold whose time is not over yet" in page
    assert "more learner" not in client.get(reverse("learners:due")).text
