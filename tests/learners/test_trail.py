"""The audit trail's pages: in plain words, for who may read them, about whom the reader may see."""

import ast
import csv
import io
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.urls import reverse

from interventions.actions.placements import place
from interventions.models import MapExport
from learners.actions.trail import record_export
from learners.models import TrailExport
from learners.tasks import forget_export_reasons
from learners.trail import Asked, events_of, lines_of
from learners.trail_words import ACTS, DONE, KINDS, THINGS, done
from learners.views import trail as views
from provisionmap.school import audit
from provisionmap.school.access import NotAllowed
from provisionmap.school.models import AuditEvent
from provisionmap.school.roles import Role
from provisionmap.school.sealing import seal
from provisionmap.school.tasks import watch
from tests.factories import LearnerFactory, MembershipFactory, ProvisionFactory, member

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[2]
AUDIT = reverse("learners:audit")
TODAY = date(2026, 11, 23)
WEEK = Asked(since=date(2026, 11, 16), until=TODAY)


def look(learner, by, page="learners:learner", verb="learner.view"):
    return AuditEvent.objects.create(
        verb=verb, user_id=by.pk, school_id=by.school.pk, learner_id=learner.pk, target_model="learners.learner",
        target_id=learner.pk, changes={"page": page},
    )  # fmt: skip


@pytest.fixture
def learner(senco):
    return LearnerFactory(school=senco.school, forename="Ada", surname="Moss")


def words(user, asked=WEEK):
    lines = lines_of(user, user.school, list(events_of(user, user.school, asked)))
    return [(line.what, line.about.name if line.about else None) for line in lines]


def test_the_trail_says_who_did_what_about_whom(client, senco, learner):
    look(learner, senco, "learners:passport-pdf")
    audit.record("learner.change", by=senco, target=learner, old={"nc_year": "3", "surname": "A"},
                 new={"nc_year": "4", "surname": "B"})  # fmt: skip

    page = client.get(AUDIT).text

    assert "Looked at the passport for printing" in page
    assert "Changed a learner" in page
    assert "nc year: 3 → 4" in page
    assert f'<a href="{reverse("learners:access-log", args=[learner.pk])}">Ada Moss</a>' in page


def test_it_is_narrowed_by_person_kind_learner_and_days(client, senco, learner, clock):
    other, head = LearnerFactory(school=senco.school), member(Role.HEAD, senco.school)
    look(learner, senco)
    look(other, head, "learners:passport")
    audit.record("learner.add", by=head, target=other)

    def shown(**asked):
        return [what for what, _ in words(senco, Asked(**{"since": WEEK.since, "until": TODAY, **asked}))]

    assert shown() == ["Added a learner", "Looked at the passport", "Looked at the record"]
    assert shown(person=head.pk) == ["Added a learner", "Looked at the passport"]
    assert shown(learner=learner.pk) == ["Looked at the record"]
    assert shown(kind="looks") == ["Looked at the passport", "Looked at the record"]
    assert shown(since=TODAY + timedelta(days=1), until=TODAY + timedelta(days=2)) == []
    assert shown(until=TODAY - timedelta(days=1)) == []


def test_a_day_begins_and_ends_at_midnight_in_london(senco, clock):
    clock.move_to("2026-07-01T22:59:59+00:00")
    audit.record("school.change", by=senco, school=senco.school)
    clock.move_to("2026-07-01T23:00:01+00:00")
    audit.record("school.set_up", by=senco, school=senco.school)

    first, second = date(2026, 7, 1), date(2026, 7, 2)

    assert words(senco, Asked(since=first, until=first)) == [("Changed the school's details", None)]
    assert words(senco, Asked(since=second, until=second)) == [("Finished setting up", None)]


def test_another_schools_trail_is_not_shown(senco):
    stranger = member(Role.SENCO)
    audit.record("school.change", by=stranger, school=stranger.school)

    assert words(senco) == []


def test_what_a_colleague_did_to_their_account_is_shown_and_a_strangers_is_not(senco):
    audit.record("account.password", by=senco, target=senco)
    stranger = member(Role.SENCO)
    audit.record("account.password", by=stranger, target=stranger)

    assert words(senco) == [("Changed their password", None)]


def test_what_a_former_colleague_does_to_their_account_is_shown_no_more(senco):
    former = member(Role.SENCO)
    MembershipFactory(
        user=former, school=senco.school, role=Role.HEAD, starts=date(2020, 9, 1), ends=date(2026, 11, 22)
    )
    audit.record("account.password", by=former, target=former)

    assert words(senco) == []
    former.memberships.filter(school=senco.school).update(ends=TODAY)
    assert words(senco) == [("Changed their password", None)]


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.SENCO, Role.ADMINISTRATOR}))
def test_nobody_else_reads_the_trail(senco, learner, role):
    look(learner, senco)
    user = member(role, senco.school)

    assert words(user) == []
    with pytest.raises(NotAllowed, match="Your role does not include the audit trail"):
        record_export(school=senco.school, asked=WEEK, rows=0, by=user)


def test_the_office_reads_of_no_provision(client, senco, learner):
    provision = ProvisionFactory(school=senco.school, confidential=True, name="Bereavement")
    place(provision=provision, learner=learner, starts=TODAY, ends=provision.ends, by=senco)
    office = member(Role.ADMINISTRATOR, senco.school)

    assert words(senco) == [("Added a placement", "Ada Moss")]
    assert words(office) == [("Added a placement", None)]
    assert words(office, Asked(WEEK.since, TODAY, learner=learner.pk)) == []
    assert lines_of(office, office.school, list(events_of(office, office.school, WEEK)))[0].details == ()


def test_what_nobody_did_and_what_somebody_unknown_did(senco):
    audit.record("school.change", by=None, school=senco.school)
    AuditEvent.objects.create(verb="school.change", user_id=999_999, school_id=senco.school.pk)

    lines = lines_of(senco, senco.school, list(events_of(senco, senco.school, WEEK)))

    assert [line.who for line in lines] == ["Somebody who is no longer known", "The product itself"]


def test_nothing_found_says_what_to_try(client, senco):
    assert "Choose an earlier day." in client.get(f"{AUDIT}?since=2026-11-01&until=2026-11-02").text
    assert "or clear the filters" in client.get(f"{AUDIT}?kind=library").text


ODD = [
    "since=x", "since=0001-01-01", "until=9999-12-31", "since=2026-12-01&until=2026-11-01", "person=x", "kind=x",
    "learner=999999999999999999999", "page=x", "page=-1", "page=99999999",
]  # fmt: skip


@pytest.mark.parametrize("odd", ODD)
def test_an_odd_address_shows_what_makes_sense(client, senco, odd):
    assert client.get(f"{AUDIT}?{odd}").status_code == 200


def test_fifty_lines_a_page_and_no_count(client, senco, learner):
    for _ in range(51):
        look(learner, senco)

    first, second = client.get(AUDIT), client.get(f"{AUDIT}?page=2")

    assert (first.text.count("<time"), second.text.count("<time")) == (50, 1)
    assert 'rel="next" href="?page=2"' in first.text
    assert 'rel="prev" href="?page=1"' in second.text


def test_pages_end_somewhere_and_say_so(client, senco, learner, monkeypatch):
    monkeypatch.setattr(views, "MOST_PAGES", 1)
    for _ in range(51):
        look(learner, senco)

    page = client.get(AUDIT).text

    assert "choose fewer days to see what is older" in page
    assert 'rel="next"' not in page


@pytest.mark.parametrize("rows", [1, 30])
def test_the_queries_are_the_same_for_one_line_and_thirty(client, senco, rows, django_assert_num_queries):
    seal()
    for _ in range(rows):
        look(LearnerFactory(school=senco.school), senco)
    seal()

    with django_assert_num_queries(9):
        client.get(AUDIT)


@pytest.mark.parametrize("rows", [1, 30])
def test_the_log_of_one_learner_takes_no_more_for_thirty(client, senco, learner, rows, django_assert_num_queries):
    for _ in range(rows):
        look(learner, member(Role.HEAD, senco.school))

    with django_assert_num_queries(10):
        client.get(reverse("learners:access-log", args=[learner.pk]))


def test_the_log_of_one_learner_says_who_looked_how_often_and_who_was_turned_away(client, senco, learner):
    head = member(Role.HEAD, senco.school, name="Grace Hopper")
    look(learner, head)
    look(learner, head, "learners:passport")
    look(learner, senco, verb="access.refused")
    audit.record("learner.change", by=senco, target=learner)

    page = client.get(reverse("learners:access-log", args=[learner.pk])).text

    assert "<strong>Grace Hopper</strong>: 2 looks, last on 23 November 2026, 10:00" in page
    assert "Was turned away" in page
    assert "Changed a learner" not in page


def test_a_record_that_nobody_opened_says_so(client, senco, learner):
    assert "Nobody opened this record" in client.get(reverse("learners:access-log", args=[learner.pk])).text


def test_the_learners_page_leads_there_for_who_may(client, senco, learner):
    there = reverse("learners:access-log", args=[learner.pk])
    page = reverse("learners:learner", args=[learner.pk])
    assert there in client.get(page).text

    client.force_login(member(Role.HEAD, senco.school))
    assert there not in client.get(page).text


def test_what_is_shown_is_taken_out_as_a_file_and_that_is_kept(client, senco):
    learner = LearnerFactory(school=senco.school, forename="=HYPERLINK(1)", surname="Moss")
    look(learner, senco)
    audit.record("school.change", by=senco, school=senco.school)

    answer = client.post(f"{AUDIT}?kind=looks")

    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows[0] == ["When", "Who", "What", "About", "Details"]
    assert rows[1:] == [["2026-11-23 10:00:00", senco.name, "Looked at the record", "'=HYPERLINK(1) Moss", ""]]
    assert answer["Content-Disposition"] == 'attachment; filename="audit-trail-2026-11-16-2026-11-23.csv"'
    kept = AuditEvent.objects.get(verb="audit.export")
    assert kept.changes == {
        "since": [None, "2026-11-16"],
        "until": [None, "2026-11-23"],
        "rows": [None, 1],
        "learners": [None, 1],
    }


@pytest.fixture
def three(senco, monkeypatch):
    """One learner more looked at than a file holds without a reason."""
    for number in range(3):
        look(LearnerFactory(school=senco.school, surname=f"Moss{number}"), senco)
    monkeypatch.setattr(views, "MANY", 2)


def test_a_file_needs_to_know_who_asks(client, senco, clock, three):
    clock.shift(timedelta(minutes=15))

    assert client.post(AUDIT).url.startswith(reverse("account_reauthenticate"))
    assert not AuditEvent.objects.filter(verb="audit.export").exists()


def test_a_file_of_many_children_asks_why_and_then_is_made(client, senco, three):
    asked = client.post(f"{AUDIT}?kind=looks")
    empty = client.post(f"{AUDIT}?kind=looks", {"reason": ""})
    taken = client.post(f"{AUDIT}?kind=looks", {"reason": "Complaint to the governors"})

    assert (asked.status_code, empty.status_code, taken.status_code) == (422, 422, 200)
    assert "The file names 3 learners" in asked.text
    assert "This field is required" not in asked.text
    assert "This field is required" in empty.text
    assert taken["Content-Type"].startswith("text/csv")
    assert "reason" not in AuditEvent.objects.get(verb="audit.export").changes


def test_a_file_of_more_than_five_hundred_children_is_not_made(client, senco, three, monkeypatch):
    monkeypatch.setattr(views, "MOST", 2)

    page = client.post(AUDIT, {"reason": "All"}, follow=True)

    assert "The file would name 3 learners, 2 at most" in page.text
    assert not AuditEvent.objects.filter(verb="audit.export").exists()


def test_the_reason_of_a_large_file_stands_in_the_trail_for_half_a_year(client, senco, three, clock):
    client.post(AUDIT, {"reason": "Complaint to the governors"})
    taken_map = MapExport.objects.create(school=senco.school, by=senco, format="csv", reason="Annual return")
    audit.record("map.export", by=senco, target=taken_map, new={"format": "csv"})

    page = client.get(f"{AUDIT}?kind=taken").text
    assert "reason given: Complaint to the governors" in page
    assert "reason given: Annual return" in page

    clock.shift(timedelta(days=182))
    forget_export_reasons()
    kept = TrailExport.objects.get()
    assert kept.reason == "Complaint to the governors"
    assert str(kept) == f"Export of the trail {kept.pk}"  # what the trail calls it names nobody
    clock.shift(timedelta(days=2))
    forget_export_reasons()
    forget_export_reasons()
    assert (TrailExport.objects.get().reason, MapExport.objects.get().reason) == ("", "")


def test_a_large_file_of_the_trail_raises_an_alarm_that_leads_to_its_reason(client, senco, monkeypatch):
    record_export(school=senco.school, asked=WEEK, rows=400, learners=101, reason="Complaint", by=senco)
    watch()

    page = client.get(reverse("school:alarms")).text

    assert "took more than 100 learners out in one file (101)" in page
    there = f"{AUDIT}?since=2026-11-23&amp;until=2026-11-23&amp;kind=taken&amp;person={senco.pk}"
    assert there in page
    assert "reason given: Complaint" in client.get(there.replace("&amp;", "&")).text


def test_events_that_wait_too_long_for_their_seal_are_said(client, senco, clock):
    audit.record("school.change", by=senco, school=senco.school)
    assert "not sealed yet" not in client.get(AUDIT).text

    clock.shift(timedelta(minutes=11))
    assert "not sealed yet" in client.get(AUDIT).text


def verbs():
    """Every verb that the product's code names; of those put together, the whole of it that is fixed."""
    for folder in ("provisionmap", "learners", "interventions"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                called = isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "record" and node.args
                if called and isinstance(node.args[0], ast.Constant):
                    yield node.args[0].value


def test_every_verb_has_plain_words_and_a_kind():
    named = set(verbs())
    assert {"learner.add", "placement.change", "map.export"} <= named

    for verb in named:
        thing, _, act = verb.partition(".")
        assert verb in DONE or thing == "map" or (thing in THINGS and act in ACTS), verb
        assert any(verb.startswith(begin) for _, begins in KINDS.values() for begin in begins), verb


def test_a_verb_of_an_older_version_is_said_as_it_stands():
    assert done("plan.sign", {}) == "plan sign"
    assert done("list.view", {"page": "reports:packs"}) == "Looked at a page of reports"


def test_days_the_wrong_way_round_are_said_and_the_last_one_is_shown(client, senco, learner):
    look(learner, senco)
    turned = "?since=2026-11-25&until=2026-11-23"

    for page in (AUDIT, reverse("learners:access-log", args=[learner.pk])):
        answer = client.get(page + turned)
        assert "“From” lies after “To”." in answer.text
        assert "Only 23 November 2026 is shown" in answer.text
        assert "lies after" not in client.get(page).text
