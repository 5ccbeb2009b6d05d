"""The audit trail: added to only, sealed in order, anchored outside, and every tampering found by name."""

import json
import logging
from datetime import timedelta
from functools import partial
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from drills.trail import run, unguarded

from provisionmap.school import anchors, audit, sealing, tasks, verifying
from provisionmap.school.anchors import Broken, read_anchors, write_anchor
from provisionmap.school.models import AuditEvent, AuditSeal
from provisionmap.school.sealing import behind, seal
from provisionmap.school.verifying import verify
from tests.factories import LearnerFactory, SchoolFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    """Where the anchors of this test go."""
    settings.AUDIT_ANCHOR_DIR = tmp_path / "anchors"
    return settings.AUDIT_ANCHOR_DIR


@pytest.fixture
def trail(folder):
    """Six sealed events and an anchor of them; the ids of the events."""
    school = SchoolFactory()
    for number in range(6):
        audit.record(
            "school.change", by=None, target=school, school=school, old={"name": ""}, new={"name": f"{number}"}
        )
    seal()
    write_anchor()
    return list(AuditEvent.objects.order_by("pk").values_list("pk", flat=True))


def kinds():
    return [(kind, event) for kind, event, _ in verify().wrong]


def tamper(*statements):
    with unguarded():
        run(*statements)


def test_a_trail_that_nobody_touched_verifies(trail):
    found = verify()

    assert (found.seals, found.waiting, found.anchors, found.wrong) == (6, 0, 1, [])


def test_an_event_that_was_changed_is_named(trail):
    tamper(f"UPDATE school_auditevent SET user_id = 99 WHERE id = {trail[2]}")

    assert kinds() == [("changed", trail[2])]


def test_changed_values_are_found_as_well(trail):
    tamper(f'UPDATE school_auditevent SET changes = \'{{"name": ["", "x"]}}\' WHERE id = {trail[4]}')

    assert kinds() == [("changed", trail[4])]


def test_an_event_that_was_deleted_is_named(trail):
    tamper(f"DELETE FROM school_auditevent WHERE id = {trail[1]}")

    assert kinds() == [("deleted", trail[1])]


def test_seals_that_were_deleted_with_their_events_are_missed(trail):
    tamper(
        f"DELETE FROM school_auditevent WHERE id IN ({trail[1]}, {trail[2]})",
        "DELETE FROM school_auditseal WHERE number IN (2, 3)",
    )

    assert [words for _, _, words in verify().wrong] == ["Seals 2 to 3 are gone."]


def test_one_seal_that_was_deleted_leaves_an_event_alone(trail):
    tamper("DELETE FROM school_auditseal WHERE number = 3", f"DELETE FROM school_auditevent WHERE id = {trail[2]}")

    assert [words for _, _, words in verify().wrong] == ["Seal 3 is gone."]


def test_an_event_that_was_inserted_is_named(trail, clock):
    run(
        "INSERT INTO school_auditevent (id, at, verb, target_model, changes, request_id) "
        "VALUES (-5, '2026-11-20 08:00:00', 'learner.add', '', '{}', '')"
    )

    assert kinds() == [("inserted", -5)]


def test_an_event_that_was_inserted_and_sealed_is_named(trail, clock):
    clock.shift(timedelta(minutes=1))
    audit.record("school.change", by=None)
    seal()
    run(
        f"INSERT INTO school_auditevent (id, at, verb, target_model, changes, request_id) "
        f"VALUES ({trail[-1] + 50}, '2026-11-20 08:00:00', 'learner.add', '', '{{}}', '')"
    )
    seal()

    assert kinds() == [("inserted", trail[-1] + 50)]


def test_events_that_changed_places_are_named(trail):
    tamper(
        f"UPDATE school_auditseal SET event_id = -1 WHERE event_id = {trail[1]}",
        f"UPDATE school_auditseal SET event_id = {trail[1]} WHERE event_id = {trail[3]}",
        f"UPDATE school_auditseal SET event_id = {trail[3]} WHERE event_id = -1",
    )

    assert kinds() == [("changed", trail[3]), ("changed", trail[1])]


def test_seals_out_of_time_are_named(trail):
    tamper("UPDATE school_auditseal SET at = '2026-11-23 09:00:00' WHERE number = 4")

    assert ("reordered", trail[3]) in kinds()


def test_a_tail_that_was_cut_off_is_found_by_the_anchor(trail):
    tamper(
        f"DELETE FROM school_auditevent WHERE id > {trail[3]}",
        "DELETE FROM school_auditseal WHERE number > 4",
    )

    assert [(kind, words) for kind, _, words in verify().wrong] == [
        ("cut", "The end is cut off: on 2026-11-23 there were 6 seals, now there are 4.")
    ]
    with pytest.raises(Broken, match="The end is cut off"):
        write_anchor()


def test_a_chain_that_was_written_anew_is_found_by_the_anchor(trail):
    tamper(f"UPDATE school_auditevent SET user_id = 99 WHERE id = {trail[2]}", "DELETE FROM school_auditseal")
    seal()

    (found,) = verify().wrong
    assert found[2] == "Seal 6 is not the one that was anchored on 2026-11-23: the chain was written anew."


def test_an_anchor_that_was_changed_is_found(trail, folder):
    path = folder / "2026-11-23.json"
    path.write_text(path.read_text().replace('"number": 6', '"number": 4'))

    with pytest.raises(Broken, match=r"2026-11-23\.json was changed"):
        read_anchors()
    assert kinds() == [("anchor", None)]


@pytest.mark.parametrize("text", ["", "[]", '{"at": 1}', '{"signature": "x", "other": 2}'])
def test_an_anchor_that_is_none_is_found(trail, folder, text):
    (folder / "2026-11-23.json").write_text(text)

    with pytest.raises(Broken, match="cannot be read"):
        read_anchors()


def test_a_key_may_be_replaced_as_long_as_the_old_one_is_named(trail, settings):
    settings.AUDIT_KEYS = ["new", settings.SECRET_KEY]
    assert verify().wrong == []

    settings.AUDIT_KEYS = ["new"]
    assert [kind for kind, _ in kinds()] == ["anchor"]


def test_a_schedule_that_stands_still_is_told(trail, clock):
    clock.shift(timedelta(hours=27))

    assert [words for _, _, words in verify().wrong] == [
        "No anchor was written since 23/11/2026, 10:00: is the schedule running?"
    ]


def test_a_trail_that_was_never_anchored_is_told_after_a_day(folder, clock):
    audit.record("school.change", by=None)
    seal()
    assert verify().wrong == []

    clock.shift(timedelta(hours=27))
    assert [kind for kind, _ in kinds()] == ["anchor"]


def test_an_empty_trail_is_well_and_needs_no_anchor(folder):
    assert write_anchor() is None
    assert verify().wrong == []


def test_an_event_that_stays_unsealed_is_told(trail, clock):
    audit.record("school.change", by=None)
    clock.shift(timedelta(minutes=11))

    assert behind() > timedelta(minutes=10)
    assert [kind for kind, _ in kinds()] == ["unsealed"]


def test_a_long_trail_is_read_piece_by_piece(trail, monkeypatch):
    monkeypatch.setattr(verifying, "CHUNK", 2)
    audit.record("school.change", by=None)
    audit.record("school.change", by=None)

    found = verify()

    assert (found.seals, found.waiting, found.wrong) == (6, 2, [])


def test_no_more_than_a_hundred_findings_are_told(trail, monkeypatch):
    monkeypatch.setattr(verifying, "MOST_TOLD", 2)
    tamper("UPDATE school_auditevent SET user_id = 99")

    assert len(verify().wrong) == 2


def test_triggers_that_are_gone_are_told(trail):
    with unguarded():
        assert [kind for kind, _ in kinds()] == ["open"]


@pytest.mark.parametrize("table", ["school_auditevent", "school_auditseal"])
@pytest.mark.parametrize("words", ["UPDATE {} SET at = at", "DELETE FROM {}"])
def test_the_database_itself_refuses_changes(trail, table, words):
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        run(words.format(table))

    assert verify().wrong == []


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no TRUNCATE")
def test_the_database_refuses_to_empty_the_trail(trail):
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        run("TRUNCATE school_auditevent")


def test_the_models_refuse_changes_as_well(trail):
    event, held = AuditEvent.objects.first(), AuditSeal.objects.first()

    for row in (event, held):
        rows = type(row).objects.all()
        for change in (row.save, row.delete, rows.delete, partial(rows.update, at=None)):
            with pytest.raises(TypeError, match="append-only"):
                change()


def test_a_seal_says_its_place(trail):
    assert str(AuditSeal.objects.first()) == f"1: event {trail[0]}"


def test_nothing_new_needs_no_seal_and_twice_is_harmless(trail):
    assert (seal(), seal(everywhere=True)) == (0, 0)


def test_many_events_are_sealed_in_batches_in_their_order(monkeypatch, folder):
    monkeypatch.setattr(sealing, "BATCH", 4)
    for _ in range(10):
        audit.record("school.change", by=None)

    assert seal() == 10

    ids = list(AuditSeal.objects.values_list("event_id", flat=True))
    assert ids == sorted(ids)
    assert list(AuditSeal.objects.values_list("number", flat=True)) == list(range(1, 11))


def test_events_that_waited_long_for_their_seals_are_no_insertions(monkeypatch, folder, clock):
    monkeypatch.setattr(sealing, "BATCH", 4)
    for _ in range(10):
        audit.record("school.change", by=None)
    clock.shift(timedelta(hours=1))

    seal()

    assert kinds() == []


def test_a_run_ends_after_its_batches_and_the_next_goes_on(monkeypatch, folder):
    monkeypatch.setattr(sealing, "BATCH", 1)
    monkeypatch.setattr(sealing, "MOST_BATCHES", 2)
    for _ in range(3):
        audit.record("school.change", by=None)

    assert (seal(), seal()) == (2, 1)


def test_what_a_long_transaction_commits_late_is_sealed_after_the_rest(trail):
    words = "INSERT INTO school_auditevent (id, at, verb, target_model, changes, request_id) "
    run(f"{words} VALUES ({trail[-1] + 9}, '2026-11-23 09:59:30', 'year.add', '', '{{}}', '')")
    seal()
    run(f"{words} VALUES ({trail[-1] + 5}, '2026-11-23 09:59:00', 'learners.import', '', '{{}}', '')")

    assert seal() == 1

    assert AuditSeal.objects.last().event_id == trail[-1] + 5
    assert verify().wrong == []


def test_a_clock_that_is_set_back_turns_no_order_round(trail, clock):
    clock.shift(-timedelta(minutes=5))
    audit.record("school.change", by=None)
    seal()
    clock.shift(timedelta(minutes=5))

    assert verify().wrong == []


def test_in_summer_nothing_is_an_hour_late(folder, clock):
    clock.move_to("2026-07-01T10:00:00+00:00")
    audit.record("school.change", by=None)
    seal()
    clock.shift(timedelta(minutes=1))
    audit.record("school.change", by=None)
    seal()
    audit.record("school.change", by=None)

    assert verify().wrong == []
    assert behind() < timedelta(minutes=1)


def test_the_job_seals_and_says_when_it_cannot_keep_up(trail, caplog, clock, monkeypatch):
    audit.record("school.change", by=None)
    tasks.seal_audit()
    assert (AuditSeal.objects.count(), caplog.records) == (7, [])

    monkeypatch.setattr(sealing, "MOST_BATCHES", 0)
    audit.record("school.change", by=None)
    clock.shift(timedelta(minutes=11))
    with caplog.at_level(logging.ERROR):
        tasks.seal_audit()

    assert [record.message for record in caplog.records] == ["the audit trail waits for its seals"]


def test_the_job_of_the_hour_anchors_and_refuses_to_sign_what_was_cut(trail, caplog):
    tasks.anchor_audit()
    assert [anchor.number for anchor in read_anchors()] == [6]

    tamper("DELETE FROM school_auditseal WHERE number > 2", f"DELETE FROM school_auditevent WHERE id > {trail[1]}")
    tasks.anchor_audit()

    assert [record.reason for record in caplog.records] == ["anchor"]
    assert [anchor.number for anchor in read_anchors()] == [6]


def test_each_day_has_its_anchor_and_all_are_compared(trail, clock, folder):
    clock.shift(timedelta(days=1))
    audit.record("school.change", by=None)
    seal()
    write_anchor(now=timezone.now())

    assert sorted(path.name for path in folder.iterdir()) == ["2026-11-23.json", "2026-11-24.json"]
    assert verify().anchors == 2


def test_the_command_tells_in_words_and_in_json(trail):
    out = StringIO()
    call_command("verify_audit", stdout=out)
    assert out.getvalue() == ("6 sealed events, 0 waiting for their seal, 1 anchors. All is as it was written.\n")

    tamper(f"UPDATE school_auditevent SET user_id = 99 WHERE id = {trail[2]}")
    out, told = StringIO(), StringIO()
    with pytest.raises(SystemExit, match="1"):
        call_command("verify_audit", stdout=out)
    with pytest.raises(SystemExit, match="1"):
        call_command("verify_audit", "--json", stdout=told)

    assert out.getvalue().startswith(f"Event {trail[2]} (seal 3) is not what was sealed")
    assert json.loads(told.getvalue())["wrong"][0]["event"] == trail[2]


def test_a_record_of_a_child_names_the_child():
    learner = LearnerFactory()

    audit.record("learner.add", by=None, target=learner)

    assert AuditEvent.objects.get().learner_id == learner.pk


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one lock for all")
@pytest.mark.django_db(transaction=True)
def test_one_sealer_at_a_time(folder):
    audit.record("school.change", by=None)
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [sealing.LOCK])
        assert seal() == 0
    other.close()

    assert seal() == 1


def test_signing_needs_no_key_but_the_products_own(trail, settings):
    assert len(anchors._keys()) == 1
