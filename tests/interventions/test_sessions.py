"""How sessions went: the list, one with everything said of it, answers, and the panel of a learner."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from django.urls import reverse

from interventions.actions import answers
from interventions.actions.grants import sync_grants
from interventions.actions.logging import Target, log_session
from interventions.models import Answer, Placement, Session
from interventions.said import Heard, Said
from interventions.session_panel import sessions as panel
from provisionmap.school.access import NotAllowed
from provisionmap.school.models import AuditEvent
from provisionmap.school.roles import Role
from tests.factories import (
    AcademicYearFactory,
    AttendanceFactory,
    DelivererFactory,
    GroupFactory,
    PlacementFactory,
    ProvisionFactory,
    SlotFactory,
    TermFactory,
    member,
)

MONDAY, NOW = date(2026, 11, 16), datetime(2026, 11, 23, 10, tzinfo=UTC)
LIST = reverse("interventions:sessions")


@pytest.fixture
def group(db):
    """A reading group of two classes, whose assistant has logged a Monday; a teacher of one of the two."""
    provision = ProvisionFactory(name="Reading group")
    TermFactory(year=AcademicYearFactory(school=provision.school))
    classes = [GroupFactory(school=provision.school) for _ in range(2)]
    rows = [
        PlacementFactory(
            learner__school=provision.school, provision=provision, learner__group=one, learner__surname=name
        )
        for one, name in zip(classes, ("Okafor", "Reid"), strict=True)
    ]
    slot = SlotFactory(provision=provision)
    assistant = member(Role.TEACHING_ASSISTANT, provision.school, name="Jo Marsh")
    teacher = member(Role.CLASS_TEACHER, provision.school, name="Ada Moss")
    classes[0].teachers.add(teacher)
    DelivererFactory(provision=provision, user=assistant)
    sync_grants([provision.pk])
    session = log(slot, rows, assistant, note="Calm").session
    return session, rows, assistant, teacher, slot


def log(slot, rows, by, after=None, **fields):
    heard = {row.pk: Heard(note=f"Note {row.learner.surname}", engagement=4) for row in rows}
    said = Said(client=uuid4(), made_at=NOW, learners=heard, after=after, **fields)
    return log_session(school=slot.school, target=Target("slot", slot.pk, MONDAY), said=said, by=by, now=NOW)


def words(answer):
    return " ".join(answer.content.decode().split())


def page(session):
    return reverse("interventions:session", args=[session.pk])


def test_a_class_teacher_reads_what_was_said_of_their_learner_and_of_no_other(client, group):
    client.force_login(group[3])

    listed, shown = words(client.get(LIST)), words(client.get(page(group[0])))

    assert "Reading group" in listed
    assert group[1][0].learner.name in listed
    assert group[1][0].learner.name in shown
    assert "Note Okafor" in shown
    assert "And 1 learner outside your view." in shown
    assert [word for word in ("Reid", "Note Reid") if word in listed + shown] == []


def test_who_does_not_see_the_whole_group_reads_no_note_about_it_and_counts_whom_they_see(client, group):
    session, rows, assistant, teacher, slot = group
    log(slot, rows, assistant, after=session.standing, note="Zqgroup", actual=15)

    client.force_login(teacher)
    shown = words(client.get(page(session)))
    assert "Zqgroup" not in shown
    assert "Calm" not in shown
    assert "Note Okafor" in shown
    assert "Delivered, 15 minutes, 1 of 1 present" in shown
    assert "Delivered, 1 of 1 present, 15 minutes" in shown
    assert "of 2 present" not in shown
    assert shown.count("And 1 learner outside your view.") == 2

    client.force_login(assistant)
    shown = words(client.get(page(session)))
    assert shown.count("Zqgroup") == 2
    assert "Calm" in shown
    assert "outside your view" not in shown


def test_whoever_wrote_a_note_reads_it_though_they_see_the_group_no_more(client, group):
    session, rows, assistant, _, _ = group
    rows[1].attendances.all().delete()
    rows[1].delete()
    client.force_login(assistant)

    assert "Calm" in words(client.get(page(session)))


def test_a_teacher_of_nobody_there_finds_nothing(client, group):
    client.force_login(member(Role.CLASS_TEACHER, group[0].school))

    assert client.get(page(group[0])).status_code == 404
    assert "Nobody has said how a session went yet." in words(client.get(LIST))


def test_what_stands_comes_first_and_what_was_said_before_below(client, group):
    session, rows, assistant, _, slot = group
    log(slot, rows, assistant, after=session.standing, actual=15, note="Shorter")
    client.force_login(assistant)

    shown = words(client.get(page(session)))

    assert shown.index("Counts now.") < shown.index("Shorter</p>") < shown.index("Amended on 23 Nov 2026, 10:00 by")
    assert shown.index("by Jo Marsh; before:") < shown.index("Calm</p>")
    assert "Delivered, 2 of 2 present, 15 minutes" in shown


def test_a_session_where_everybody_was_absent_is_not_said_to_be_delivered(client, group):
    session, rows, assistant, teacher, slot = group
    absent = {row.pk: Heard("learner_absent") for row in rows}
    said = Said(client=uuid4(), made_at=NOW, learners=absent, after=session.standing)
    log_session(school=slot.school, target=Target("slot", slot.pk, MONDAY), said=said, by=assistant, now=NOW)

    for reader in (assistant, teacher):
        client.force_login(reader)
        for shown in (words(client.get(LIST)), words(client.get(page(session)))):
            assert "Nobody was there" in shown
            assert "Delivered, 0 of" not in shown
        assert "Learner absent" in words(client.get(page(session)))
        assert "Nobody was there</td>" in words(client.get(LIST, {"state": "nobody"}))
        assert "Nobody was there</td>" not in words(client.get(LIST, {"state": "delivered"}))
    client.force_login(assistant)
    week = words(client.get(reverse("interventions:timetable"), {"week": "2026-11-16"}))
    assert "</span> Nobody was there" in week
    assert "</span> Delivered" not in week


def test_whose_learner_alone_was_absent_is_not_told_that_nobody_was_there(client, group):
    session, rows, assistant, teacher, slot = group
    heard = {rows[0].pk: Heard("learner_absent"), rows[1].pk: Heard()}
    said = Said(client=uuid4(), made_at=NOW, learners=heard, after=session.standing)
    log_session(school=slot.school, target=Target("slot", slot.pk, MONDAY), said=said, by=assistant, now=NOW)
    client.force_login(teacher)

    assert "Nobody was there</td>" not in words(client.get(LIST))
    assert "minutes, 0 of 1 present" in words(client.get(LIST))
    assert "Reading group" in words(client.get(LIST, {"state": "delivered"}))


def test_a_session_of_confidential_provision_does_not_exist_for_others(client, group):
    session = group[0]
    session.provision.confidential = True
    session.provision.save()

    client.force_login(group[3])
    assert client.get(page(session)).status_code == 404
    client.force_login(member(Role.SENCO, session.school))
    assert client.get(page(session)).status_code == 200


def test_an_answer_is_kept_once_however_often_it_is_sent_and_the_deliverer_is_told(client, group):
    session, _, assistant, teacher, _ = group
    client.force_login(teacher)

    for _ in range(2):
        assert client.post(page(session), {"text": "Read aloud today!"}).url == page(session)

    kept = Answer.objects.get()
    assert (kept.by, kept.text, kept.session) == (teacher, "Read aloud today!", session)
    assert AuditEvent.objects.filter(verb="answer.add").count() == 1
    client.force_login(assistant)
    assert "1 new answer to sessions you took" in words(client.get(LIST))
    assert '<span class="tag">New</span>' in words(client.get(LIST))
    assert "Read aloud today!" in words(client.get(page(session)))


def test_an_answer_of_nothing_or_too_much_is_refused_beside_the_field(client, group):
    client.force_login(group[3])

    for text, said in ((" ", "Write what you want to answer."), ("x" * 501, "An answer has at most 500 characters.")):
        answer = client.post(page(group[0]), {"text": text})
        assert (answer.status_code, said in words(answer)) == (422, True)
    assert Answer.objects.count() == 0


def test_one_s_own_answer_is_taken_back_within_a_quarter_of_an_hour(client, group, clock):
    session, _, assistant, teacher, _ = group
    kept = answers.answer_session(session=session, text="Well done", now=NOW, by=teacher)
    away = reverse("interventions:answer-remove", args=[session.pk, kept.pk])

    client.force_login(assistant)
    assert "Take it back" not in words(client.get(page(session)))
    client.post(away)
    assert Answer.objects.count() == 1

    client.force_login(teacher)
    assert "Take it back" in words(client.get(page(session)))
    clock.shift(901)
    assert "fifteen minutes" in words(client.post(away, follow=True))
    assert Answer.objects.count() == 1
    clock.shift(-600)
    for _ in range(2):
        assert client.post(away).status_code == 302
    assert Answer.objects.count() == 0
    assert AuditEvent.objects.filter(verb="answer.remove").count() == 1


def test_answers_are_refused_in_words(group):
    session, _, assistant, teacher, _ = group
    now = {"now": NOW, "text": "Well"}
    with pytest.raises(NotAllowed, match="does not read notes"):
        answers.answer_session(session=session, by=member(Role.GOVERNOR, session.school), **now)
    with pytest.raises(NotAllowed, match="can't see this session"):
        answers.answer_session(session=session, by=member(Role.CLASS_TEACHER, session.school), **now)
    kept = answers.answer_session(session=session, by=teacher, **now)
    with pytest.raises(NotAllowed, match="Only whoever wrote"):
        answers.remove_answer(answer=kept, now=NOW, by=assistant)
    with pytest.raises(NotAllowed, match="fifteen minutes"):
        answers.remove_answer(answer=kept, now=NOW + timedelta(minutes=15), by=teacher)
    answers.remove_answer(answer=kept, now=NOW, by=teacher)
    answers.remove_answer(answer=kept, now=NOW, by=teacher)
    Session.objects.filter(pk=session.pk).update(state="open")
    with pytest.raises(NotAllowed, match="nothing to answer"):
        answers.answer_session(session=session, by=teacher, **now)


def test_the_list_is_narrowed_by_ids_and_searched_by_a_form(client, group):
    session, rows, assistant, _, _ = group
    other = AttendanceFactory(
        placement=PlacementFactory(learner__school=session.school, provision__name="Maths")
    ).session
    client.force_login(member(Role.SENCO, session.school))

    def found(answer):
        return {name for name in ("Reading group", "Maths") if f"{name}</td>" in words(answer)}

    assert found(client.get(LIST)) == {"Reading group", "Maths"}
    for name, value in (
        ("learner", rows[1].learner_id), ("provision", session.provision_id), ("group", rows[0].learner.group_id),
        ("person", assistant.pk),
    ):  # fmt: skip
        assert found(client.get(LIST, {name: value})) == {"Reading group"}
    assert found(client.get(LIST, {"week": "2026-11-18"})) == {"Reading group", "Maths"}
    assert found(client.get(LIST, {"week": "2026-11-11"})) == set()
    for nowhere in ("9999-12-31", "0001-01-01", "2026-13-01", "soon"):  # no year a school plans, or no day: all weeks
        assert found(client.get(LIST, {"week": nowhere})) == {"Reading group", "Maths"}
    assert found(client.get(LIST, {"state": "missed"})) == set()
    assert found(client.get(LIST, {"state": "answered"})) == set()
    assert found(client.post(LIST, {"text": "reid"})) == {"Reading group"}
    assert found(client.post(LIST, {"text": "reid math"})) == set()
    assert found(client.post(LIST, {"text": "math"}, headers={"HX-Request": "true"})) == {"Maths"}
    Session.objects.filter(pk=other.pk).update(state="missed", reason="room")
    assert found(client.get(LIST, {"state": "missed"})) == {"Maths"}
    assert "Not delivered: no room" in words(client.get(LIST))


@pytest.mark.parametrize("many", [1, 30])
def test_the_queries_do_not_grow_with_the_sessions(client, group, django_assert_num_queries, many):
    session = group[0]
    for number in range(many):
        row = AttendanceFactory(
            placement=Placement.objects.get(pk=group[1][0].pk), session__slot=SlotFactory(provision=session.provision),
            on=MONDAY - timedelta(days=7 * (number % 5)),
        )  # fmt: skip
        Answer.objects.create(school=session.school, session=row.session, by=group[3], at=NOW, text="Well")
    client.force_login(group[2])
    client.get(LIST)

    with django_assert_num_queries(LISTED):
        client.get(LIST)
    with django_assert_num_queries(ONE):
        client.get(page(session))
    with django_assert_num_queries(3):
        panel(group[1][0].learner, group[2], date(2026, 11, 23))


LISTED, ONE = 14, 9


def test_the_filter_offers_provisions_with_sessions_to_read_and_tells_them_apart(client, group):
    session, rows, *_ = group
    bare = ProvisionFactory(school=session.school, name="Never logged")
    SlotFactory(provision=bare)
    client.force_login(group[3])

    def offered(**query):
        return [name for _, name, marks in client.get(LIST, query).context["provisions"]]

    assert offered() == ["Reading group"]  # of which she sees one learner and no more
    client.force_login(member(Role.SENCO, session.school))
    assert offered() == ["Reading group"]
    assert offered(provision=bare.pk) == ["Never logged", "Reading group"]
    shown = words(client.get(LIST))
    classes = ", ".join(sorted(row.learner.group.name for row in rows))
    assert f">Reading group: Jo Marsh · {classes} · Mon 09:15</option>" in shown
    session.provision.ends = date(2026, 11, 20)
    session.provision.save()
    assert "until 20 Nov 2026</option>" in words(client.get(LIST))


def test_the_panel_of_a_learner_shows_the_last_sessions_that_somebody_may_see(client, group):
    client.force_login(group[3])
    mine, other = (reverse("learners:learner", args=[row.learner_id]) for row in group[1])

    shown = words(client.get(mine))

    assert "Present, 20 minutes" in shown
    assert "Note Okafor" in shown
    assert page(group[0]) in shown
    assert client.get(other).status_code == 404
    assert panel(group[1][0].learner, member(Role.ADMINISTRATOR, group[0].school), MONDAY) is None
