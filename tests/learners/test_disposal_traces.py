"""After a disposal nothing anywhere holds a word of the learner, and nothing of anybody else has changed."""

import logging
from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone

from interventions.models import MapChange, Provision
from learners import tasks
from learners.actions import disposing
from learners.holdings import Disposal as What
from learners.holdings import declared
from learners.models import Disposal, ImportRun, Learner
from provisionmap.celery import app
from provisionmap.school import anchors
from provisionmap.school.models import AuditEvent
from provisionmap.school.sealing import seal
from provisionmap.school.verifying import verify
from tests.learners.disposal_ground import checksums, everything, leaver, neighbour, with_word, world

pytestmark = pytest.mark.django_db
# Long enough that no key or hash, which chance makes, holds one of them.
WORDS = [
    "Zqword", "Zqokafor", "Zqmay", "Zqmiddle", "Zqearlier", "Zqundo", "Zqgone", "Zqold", "Z80120000100", "1990-05-17",
]  # fmt: skip
TODAY = date(2026, 11, 23)


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    """Where the anchors of this test go."""
    settings.AUDIT_ANCHOR_DIR = tmp_path / "anchors"


@pytest.fixture
def queued(monkeypatch):
    """What was put into the queue."""
    sent = []
    assert app.tasks  # made first: the queue is asked through it
    monkeypatch.setattr(tasks.dispose_records, "delay", lambda *args: sent.append(args))
    return sent


def disposed(learners, by, texts=()):
    """The disposal of these learners, confirmed and worked through."""
    school = by.school
    made = disposing.choose(school=school, learners=[one.pk for one in learners], today=TODAY, by=by)
    disposing.confirm(disposal=made, count=len(learners), texts=texts, now=timezone.now(), by=by)
    tasks.dispose_records(made.pk)
    made.refresh_from_db()
    return made


def test_the_ground_has_a_row_and_a_word_in_everything_that_goes(senco):
    learner, _ = world(senco.school, senco)

    empty = [one.title for one in declared() if one.disposal == What.DELETE and not one.rows(learner.pk).exists()]
    assert empty == []
    assert [one.title for one in declared() if one.disposal == What.REWRITE and not one.rows(learner.pk)] == []
    assert len(with_word(everything(), WORDS)) > 30


def test_no_cell_of_any_table_holds_a_word_of_the_learner(
    senco, client, queued, caplog, django_capture_on_commit_callbacks
):
    learner, other = world(senco.school, senco)
    client.get(reverse("learners:learner", args=[learner.pk]))
    Learner.objects.filter(pk=other.pk).update(date_of_birth=date(1990, 5, 18))  # the same day would be found too
    Learner.history.filter(id=other.pk).update(date_of_birth=date(1990, 5, 18))
    kept = checksums(other)
    caplog.set_level(logging.DEBUG)

    client.post(reverse("learners:disposal-choose"), {"learner": [learner.pk]})
    draft = Disposal.objects.get()
    check = reverse("learners:disposal-check", args=[draft.pk])
    assert "Zqokafor" in client.get(check).text
    with django_capture_on_commit_callbacks(execute=True):
        client.post(check, {"count": 1})
    tasks.dispose_records(*queued[0])
    page = client.get(reverse("learners:disposal", args=[draft.pk])).text

    assert with_word(everything(), WORDS) == []
    assert checksums(other) == kept
    assert queued == [(draft.pk,)]
    assert [word for word in WORDS if word in caplog.text + page] == []
    assert f"{draft.pk}-1" in page
    assert not Learner.objects.filter(pk=learner.pk).exists()


def test_what_stays_is_written_without_the_learner(senco):
    learner, _ = world(senco.school, senco)
    disposed([learner], senco)

    run = ImportRun.objects.get(state="applied")
    assert (run.before["added"], run.before["changed"]) == ([], {})
    assert MapChange.objects.get().shares == [[0, senco.pk]]
    notes = list(Provision.history.exclude(note="").order_by("history_id").values_list("note", flat=True))
    assert notes == ["Begun for [removed]", "Now for [removed] and UPN [removed]"]
    assert Provision.objects.exclude(note="").get().note == notes[-1]


def test_the_trail_keeps_numbers_and_still_verifies(senco):
    learner, _ = world(senco.school, senco)
    seal()
    anchors.write_anchor()
    number = learner.pk

    done = disposed([learner], senco)
    seal()

    assert verify().wrong == []
    event = AuditEvent.objects.get(verb="record.dispose")
    assert (event.learner_id, event.user_id) == (number, senco.pk)
    assert event.changes == {"disposal": [None, done.pk], "rule": [None, "sen"]}
    assert AuditEvent.objects.filter(learner_id=number, verb="learner.change").exists()


def test_the_log_says_how_many_by_whom_and_under_which_rule_and_no_birthday(senco, client):
    learner, _ = world(senco.school, senco)

    done = disposed([learner], senco)
    pages = (
        client.get(reverse("learners:disposal-log")).text
        + client.get(reverse("learners:disposal", args=[done.pk])).text
    )

    assert (done.state, done.by, done.sen_years, done.pupil_years) == ("done", senco, 31, 25)
    assert [(one.rule, one.state, str(one)) for one in done.items.all()] == [("sen", "gone", f"Record {done.pk}-1")]
    assert "1 disposed of" in pages
    assert [word for word in ("1990", "2021", *WORDS) if word in pages] == []


def test_working_through_it_twice_changes_nothing(senco):
    learner, _ = world(senco.school, senco)
    done = disposed([learner], senco)
    before = everything()

    tasks.dispose_records(done.pk)

    assert everything() == before


def test_one_that_was_killed_between_two_learners_goes_on(senco, clock, monkeypatch, queued):
    first, second = leaver(senco.school), neighbour(senco.school, senco)
    made = disposing.choose(school=senco.school, learners=[first.pk, second.pk], today=TODAY, by=senco)
    disposing.confirm(disposal=made, count=2, texts=[], now=timezone.now(), by=senco)
    real, calls = disposing.dispose_next, []

    def killed(*args, **kwargs):
        calls.append(args)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return real(*args, **kwargs)

    monkeypatch.setattr(disposing, "dispose_next", killed)
    with pytest.raises(KeyboardInterrupt):
        tasks.dispose_records(made.pk)
    assert sorted(made.items.values_list("state", flat=True)) == ["gone", "waiting"]
    monkeypatch.setattr(disposing, "dispose_next", real)

    tasks.dispose_records(made.pk)  # still in hands that may be alive
    assert made.items.filter(state="waiting").count() == 1
    clock.shift(disposing.PATIENCE + disposing.PATIENCE)
    tasks.look_after_disposals()
    assert queued == [(made.pk,)]
    tasks.dispose_records(made.pk)

    made.refresh_from_db()
    assert made.state == "done"
    assert made.items.filter(state="gone").count() == 2
    assert AuditEvent.objects.filter(verb="record.dispose").count() == 2


def test_one_that_takes_long_is_handed_on(senco, monkeypatch, queued):
    learners = [leaver(senco.school), neighbour(senco.school, senco)]
    made = disposing.choose(school=senco.school, learners=[one.pk for one in learners], today=TODAY, by=senco)
    disposing.confirm(disposal=made, count=2, texts=[], now=timezone.now(), by=senco)
    monkeypatch.setattr(tasks, "AT_A_STRETCH", timezone.timedelta(0))

    tasks.dispose_records(made.pk)
    made.refresh_from_db()
    assert (made.state, queued, made.items.filter(state="gone").count()) == ("waiting", [(made.pk,)], 1)
    tasks.dispose_records(made.pk)
    tasks.dispose_records(made.pk)

    made.refresh_from_db()
    assert (made.state, made.items.filter(state="gone").count()) == ("done", 2)


def test_an_error_half_way_through_a_learner_leaves_the_learner_whole(senco, monkeypatch):
    learner, _ = world(senco.school, senco)
    before = checksums(learner)
    made = disposing.choose(school=senco.school, learners=[learner.pk], today=TODAY, by=senco)
    disposing.confirm(disposal=made, count=1, texts=[], now=timezone.now(), by=senco)
    monkeypatch.setattr("learners.actions.forgetting.end_sessions_naming", lambda names: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        tasks.dispose_records(made.pk)

    assert checksums(learner) == before
    assert list(made.items.values_list("state", flat=True)) == ["waiting"]
