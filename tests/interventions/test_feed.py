"""A timetable behind a secret address: whose, how long, what it tells, and what it never does."""

import json
from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.core.cache import cache
from django.urls import reverse
from icalendar import Calendar

from interventions.actions.feeds import end_feed, renew_feed
from interventions.actions.grants import sync_grants
from interventions.calendar_file import Entry, calendar_of
from interventions.feeds import digest_of
from interventions.models import Feed, Session, StaffAbsence
from interventions.views.calendar import MOST
from provisionmap.school.access import NotAllowed
from provisionmap.school.models import AuditEvent, Closure
from provisionmap.school.roles import Role
from provisionmap.web.log import JsonFormatter
from tests.factories import (
    AcademicYearFactory,
    DelivererFactory,
    PlacementFactory,
    ProvisionFactory,
    SlotFactory,
    TermFactory,
    member,
)

OWN = reverse("interventions:calendar")
NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)


@pytest.fixture(autouse=True)
def empty():
    """Nobody has asked for a feed before."""
    cache.clear()


@pytest.fixture
def group(db):
    """A provision on Mondays at 9:15 in the library, and the assistant who delivers it."""
    provision = ProvisionFactory(name="Reading group", place="Library")
    TermFactory(year=AcademicYearFactory(school=provision.school))
    PlacementFactory(learner__school=provision.school, provision=provision, learner__surname="Okafor")
    slot = SlotFactory(provision=provision)
    assistant = member(Role.TEACHING_ASSISTANT, provision.school)
    DelivererFactory(provision=provision, user=assistant)
    sync_grants([provision.pk])
    return provision, assistant, slot


def address(secret):
    return reverse("interventions:feed", args=[secret])


def fetched(client, group):
    return client.get(address(renew_feed(school=group[0].school, now=NOW, by=group[1])))


def events(answer):
    return {event["dtstart"].dt.date(): event for event in Calendar.from_ical(answer.content).walk("VEVENT")}


def test_a_calendar_is_told_times_places_and_titles_and_no_learner(client, group):
    answer = fetched(client, group)

    found = events(answer)
    assert [min(found), max(found)] == [date(2026, 11, 9), date(2026, 12, 14)]  # term ends; none is planned after it
    assert [str(found[date(2026, 11, 23)][name]) for name in ("summary", "location", "status")] == [
        "Reading group", "Library", "CONFIRMED",
    ]  # fmt: skip
    assert found[date(2026, 11, 23)]["dtstart"].dt == datetime(2026, 11, 23, 9, 15, tzinfo=UTC)
    assert "Okafor" not in answer.text
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer.headers["Cache-Control"] == "private, no-store"


def test_of_confidential_provision_it_is_told_a_session_and_nothing_else(client, group):
    group[0].confidential = True
    group[0].save()

    answer = fetched(client, group)

    assert {str(one["summary"]) for one in events(answer).values()} == {"Session"}
    assert [word for word in ("Reading", "Library") if word in answer.text] == []


def test_closures_and_absence_cancel_and_who_stands_in_has_it_in_place_of_the_other(client, group):
    provision, assistant, slot = group
    other = member(Role.TEACHING_ASSISTANT, provision.school)
    DelivererFactory(provision=provision, user=other)
    slot.deliverer = assistant
    slot.save()
    Closure.objects.create(school=provision.school, name="Snow", starts=date(2026, 11, 16), ends=date(2026, 11, 16))
    StaffAbsence.objects.create(
        school=provision.school, user=assistant, starts=date(2026, 11, 30), ends=date(2026, 11, 30)
    )
    before = events(fetched(client, group))
    Session.objects.create(school=provision.school, provision=provision, slot=slot, on=date(2026, 11, 30), minutes=20,
                           at=time(9, 15), tier=2, area="cognition", cover=other)  # fmt: skip

    after, theirs = events(fetched(client, group)), events(fetched(client, (provision, other, slot)))

    off = [day for day, event in before.items() if event["status"] == "CANCELLED"]
    assert off == [date(2026, 11, 16), date(2026, 11, 30)]
    assert str(before[off[0]]["summary"]) == "Cancelled: Reading group"
    assert set(before) - set(after) == {date(2026, 11, 30)}
    assert list(theirs) == [date(2026, 11, 30)]
    assert theirs[date(2026, 11, 30)]["uid"] == before[date(2026, 11, 30)]["uid"]


@pytest.mark.parametrize(
    ("day", "hour"),
    [(date(2026, 10, 23), 8), (date(2026, 10, 26), 9), (date(2027, 3, 26), 9), (date(2027, 3, 29), 8)],
    ids=str,
)
def test_a_session_stays_at_the_same_time_on_the_wall_when_the_clocks_change(day, hour):
    written = calendar_of([Entry("slot-1", day, time(9, 15), 20, "Reading")], NOW)

    (event,) = Calendar.from_ical(written).walk("VEVENT")
    assert event["dtstart"].dt == datetime.combine(day, time(hour, 15), UTC)
    assert event["dtend"].dt - event["dtstart"].dt == timedelta(minutes=20)


def test_a_session_without_a_time_takes_its_day(client, group):
    provision = group[0]
    Session.objects.create(school=provision.school, provision=provision, on=date(2026, 11, 25), minutes=20, extra=True,
                           tier=2, area="cognition")  # fmt: skip

    answer = fetched(client, group)

    assert "DTSTART;VALUE=DATE:20261125" in answer.text


def test_titles_can_break_out_of_nothing():
    written = calendar_of([Entry("a", date(2026, 11, 23), None, 20, "Reading\r\nEND:VEVENT;x,y")], NOW)

    assert len(Calendar.from_ical(written).walk("VEVENT")) == 1
    assert written.decode().count("\r\nEND:VEVENT\r\n") == 1


def test_only_the_digest_is_kept_and_the_address_is_shown_once(client, group):
    client.force_login(group[1])
    assert "Off: nothing can be fetched." in client.get(OWN).text

    answer = client.post(OWN, {"do": "renew"})

    shown = answer.context["address"]
    secret = shown.rpartition("/")[2].removesuffix(".ics")
    assert len(secret) >= 43  # 32 bytes
    assert shown in answer.text
    assert shown not in client.get(OWN).text
    assert Feed.objects.get().digest == digest_of(secret) != secret
    assert client.get(shown).status_code == 200
    assert secret not in json.dumps([event.changes for event in AuditEvent.objects.all()])


def test_a_new_address_ends_the_old_one_and_switching_off_ends_both(client, group):
    old, new = (renew_feed(school=group[0].school, now=NOW, by=group[1]) for _ in range(2))

    assert [client.get(address(one)).status_code for one in (old, new)] == [404, 200]
    client.force_login(group[1])
    for _ in range(2):
        assert client.post(OWN, {"do": "off"}).status_code == 302
    assert client.get(address(new)).status_code == 404
    verbs = AuditEvent.objects.order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["feed.renew", "feed.renew", "feed.end"]
    end_feed(school=group[0].school, by=group[1])


def test_it_ends_with_the_role_and_with_the_account(client, group):
    secret = renew_feed(school=group[0].school, now=NOW, by=group[1])

    group[1].memberships.update(ends=date(2026, 11, 22))
    assert client.get(address(secret)).status_code == 404
    group[1].memberships.update(ends=None, role="governor")
    assert client.get(address(secret)).status_code == 404
    group[1].memberships.update(role="teaching_assistant")
    assert client.get(address(secret)).status_code == 200
    group[1].is_active = False
    group[1].save()
    assert client.get(address(secret)).status_code == 404


def test_who_takes_no_sessions_has_no_address(group):
    with pytest.raises(NotAllowed, match="takes no sessions"):
        renew_feed(school=group[0].school, now=NOW, by=member(Role.HEAD, group[0].school))


def test_no_line_of_the_log_holds_the_secret(client, group, caplog):
    secret = renew_feed(school=group[0].school, now=NOW, by=group[1])
    with caplog.at_level("DEBUG"):
        for asked in (secret, "not-one-of-ours"):
            client.get(address(asked))
            client.post(address(asked))

    lines = [JsonFormatter().format(record) for record in caplog.records if record.name != "django.db.backends"]
    assert any('"interventions:feed"' in line for line in lines)
    assert [line for line in lines if secret in line or "not-one-of-ours" in line] == []


def test_whoever_asks_too_often_is_told_to_wait(client, group):
    asked = address(renew_feed(school=group[0].school, now=NOW, by=group[1]))

    statuses = [client.get(asked).status_code for _ in range(MOST + 1)]

    assert statuses == [200] * MOST + [429]
    assert client.get(asked, REMOTE_ADDR="10.0.0.9").status_code == 200


@pytest.mark.parametrize("many", [1, 30])
def test_the_queries_do_not_grow_with_the_sessions(client, group, many, django_assert_num_queries):
    for _ in range(many):
        provision = ProvisionFactory(school=group[0].school)
        SlotFactory(provision=provision)
        PlacementFactory(provision=provision, learner__school=group[0].school)
        DelivererFactory(provision=provision, user=group[1])
        sync_grants([provision.pk])
    secret = renew_feed(school=group[0].school, now=NOW, by=group[1])

    with django_assert_num_queries(10):
        client.get(address(secret))
