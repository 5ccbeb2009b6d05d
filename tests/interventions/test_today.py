"""Today: one card a session, and what a card says is kept once, with or without a script."""

from datetime import UTC, date, datetime, time, timedelta
from uuid import uuid4

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from interventions.actions.grants import sync_grants
from interventions.actions.logging import Target
from interventions.models import Answer, Attendance, Entry, Session, StaffAbsence, Trip
from interventions.occurrences import initials_of
from interventions.owed import unsaid
from provisionmap.school.models import Closure
from provisionmap.school.roles import Role
from tests.factories import (
    AcademicYearFactory,
    DelivererFactory,
    PlacementFactory,
    ProvisionFactory,
    SlotFactory,
    TermFactory,
    member,
)

MONDAY, BEFORE = date(2026, 11, 23), date(2026, 11, 16)  # today, and a week ago
JSON = {"HTTP_ACCEPT": "application/json", "HTTP_HX_REQUEST": "true"}
TODAY, LOG = reverse("interventions:today"), reverse("interventions:today-log")


@pytest.fixture
def group(db):
    """A provision on Mondays with two learners, in a school that has its terms."""
    provision = ProvisionFactory(name="Reading group", minutes=20, sessions=1)
    TermFactory(year=AcademicYearFactory(school=provision.school))
    rows = [PlacementFactory(learner__school=provision.school, provision=provision) for _ in range(2)]
    slot = SlotFactory(provision=provision)
    assistant = member(Role.TEACHING_ASSISTANT, provision.school)
    DelivererFactory(provision=provision, user=assistant)
    sync_grants([provision.pk])
    return provision, rows, slot, assistant


def sent(group, on=MONDAY, here=None, **fields):
    rows = group[1]
    return {
        "key": Target("slot", group[2].pk, on).key, "client": str(uuid4()), "state": "delivered",
        "who": [one.pk for one in rows], "here": [one.pk for one in (rows if here is None else here)],
    } | fields  # fmt: skip


def words(answer):
    return " ".join(answer.content.decode().split())


def test_a_day_shows_its_sessions_and_first_those_nobody_said_anything_about(client, group):
    client.force_login(group[3])

    page = words(client.get(TODAY))

    assert "{#" not in page
    assert page.count('data-card="slot-') == 3  # today, and two Mondays before
    assert page.index("Still to log") < page.index("Monday 16 November") < page.index('id="day"')
    assert group[1][0].learner.name in page
    assert "All present, as planned" in page


def test_yesterday_s_gaps_stand_open_and_older_ones_behind_one_line_where_today_has_sessions(client, group):
    SlotFactory(provision=group[0], weekday=4)
    client.force_login(group[3])

    page, kept = words(client.get(TODAY)), words(client.get(reverse("interventions:today-kept")))

    for shown in (page, kept):
        assert 'Still to log <span class="soft small" data-still="0">4</span></h2>' in shown
        order = ("Friday 20 November", '<details class="earlier">', ">3</span> from earlier days</summary>",
                 "Monday 16 November", "Friday 13 November", "Monday 9 November", 'id="day"')  # fmt: skip
        assert [shown.index(one) for one in order] == sorted(shown.index(one) for one in order)
    group[2].delete()
    assert '<details class="earlier" open>' in words(client.get(TODAY))


def test_more_gaps_than_a_page_shows_are_counted_in_its_line(client, group):
    for weekday in range(1, 5):
        SlotFactory(provision=group[0], weekday=weekday)
        SlotFactory(provision=group[0], weekday=weekday, at="11:00")
    client.force_login(group[3])

    page = words(client.get(TODAY))

    assert 'data-still="6">18</span></h2>' in page
    assert 'data-still="6">16</span> from earlier days</summary>' in page
    assert "6 earlier ones are shown once these are logged." in page


def test_another_s_sessions_are_not_on_it_and_a_senco_may_ask_for_everybody_s(client, group):
    client.force_login(member(Role.TEACHING_ASSISTANT, group[0].school))
    assert "Nothing you deliver is planned" in words(client.get(TODAY))

    client.force_login(member(Role.SENCO, group[0].school))
    assert words(client.get(TODAY)).count('<article class="card') == 0
    assert words(client.get(TODAY, {"whose": "all"})).count('<article class="card') == 1


def test_everybody_s_sessions_say_who_takes_them(client, group):
    client.force_login(group[3])
    assert 'class="takes"' not in words(client.get(TODAY))

    client.force_login(member(Role.SENCO, group[0].school))
    assert f'<span class="takes">{group[3].name}</span>' in words(client.get(TODAY, {"whose": "all"}))
    group[0].deliverers.all().delete()
    assert '<span class="takes">Nobody takes it</span>' in words(client.get(TODAY, {"whose": "all"}))


def test_closures_trips_and_absence_take_effect_by_themselves(client, group):
    client.force_login(group[3])
    Closure.objects.create(school=group[0].school, name="Snow", starts=BEFORE, ends=BEFORE)
    StaffAbsence.objects.create(school=group[0].school, user=group[3], starts=date(2026, 11, 9), ends=date(2026, 11, 9))
    trip = Trip.objects.create(school=group[0].school, name="Farm", starts=MONDAY, ends=MONDAY)
    trip.learners.add(group[1][0].learner)

    page = words(client.get(TODAY))

    assert "Still to log" not in page
    assert "Log: 1 of 2 present" in page
    assert "School closed" in words(client.get(TODAY, {"on": "2026-11-16"}))


def early(page):
    """Whether the page's first card of today offers nothing but to call it off."""
    card = page[page.index('id="day"') :]
    return "data-opens=" in card[: card.index(">", card.index("<article"))]


@pytest.mark.parametrize(("at", "soon"), [("10:16", True), ("10:15", False), ("09:00", False)])
def test_a_session_that_has_not_begun_says_when_it_does_and_is_only_called_off(client, group, at, soon):
    group[2].at = at
    group[2].save()
    client.force_login(group[3])

    page, kept = words(client.get(TODAY)), words(client.get(reverse("interventions:today-kept")))

    for shown in (page, kept):
        assert early(shown) is soon
        assert (f"Begins at <b>{at}</b>" in shown) is soon
        assert ("It will not take place" in shown) is soon
        assert ("data-button disabled>All present" in shown) is soon
    assert ('data-opens="2026-11-23T10:01:00+00:00"' in page) is soon
    assert client.post(LOG, sent(group), **JSON).status_code == (422 if soon else 200)
    assert client.post(LOG, sent(group, state="missed", reason="room"), **JSON).status_code == (200 if soon else 409)


def test_a_day_to_come_is_opened_until_the_end_of_next_week_to_call_sessions_off(client, group):
    client.force_login(group[3])
    monday = date(2026, 11, 30)

    page = words(client.get(TODAY, {"on": "2026-11-30"}))

    assert "<h1>Monday 30 November</h1>" in page
    assert 'max="2026-12-06"' in page
    assert page.count('<article class="card') == 1
    assert early(page)
    assert "Begins on Monday 30 November at <b>" in page
    assert "Add a session" not in page
    answer = client.post(LOG, sent(group, on=monday, state="missed", reason="room"), follow=True)
    assert answer.redirect_chain == [(f"{TODAY}?on=2026-11-30", 302)]
    assert "Not delivered: " in words(answer)
    assert client.post(LOG, sent(group, on=monday), **JSON).status_code == 422
    assert "<h1>Sunday 6 December</h1>" in words(client.get(TODAY, {"on": "2026-12-07"}))
    assert 'value="2026-11-23" max="2026-11-23"' in words(
        client.get(reverse("interventions:today-add"), {"on": "2026-11-30"})
    )


def test_one_tap_logs_a_session_and_the_page_says_so(client, group):
    client.force_login(group[3])

    answer = client.post(LOG, sent(group), follow=True)

    assert answer.redirect_chain == [(f"{TODAY}?on=2026-11-23", 302)]
    assert "Delivered, 2 of 2 present" in words(answer)
    assert Attendance.objects.filter(outcome="present", minutes=20).count() == 2


def test_a_note_about_the_group_says_who_reads_it(client, group):
    client.force_login(group[3])

    page = words(client.get(TODAY))

    said = "Others who see one of these learners read this: name no learner."
    assert page.count(said) == page.count("Note about the group")


def test_the_button_says_as_planned_only_while_no_minutes_are_typed_and_stands_below_them_as_well(client, group):
    client.force_login(group[3])
    page = words(client.get(TODAY))
    card = page[page.index('id="day"') :]
    assert card.count('value="delivered"') == 2
    assert card.index("All present, as planned") < card.index("Minutes it took") < card.index(">Log with this</button>")

    client.post(LOG, sent(group, actual="15"), **JSON)

    page = words(client.get(TODAY))
    card = page[page.index('id="day"') :]
    assert ">All present</button>" in card
    assert "as planned" not in card


def test_a_session_that_is_added_today_began_just_now(client, group, clock):
    clock.shift(timedelta(minutes=13))
    add = reverse("interventions:today-add")
    client.force_login(group[3])

    assert 'name="at" value="10:10" required data-now="2026-11-23"' in words(client.get(TODAY))
    assert 'name="at" value="10:10"' in words(client.get(add, {"provision": group[0].pk}))
    page = words(client.get(add, {"provision": group[0].pk, "on": "2026-11-16"}))
    assert 'name="at" value="" required >' in page
    assert '<details class="log" open>' in page


def test_a_device_gets_few_words_and_the_id_to_amend(client, group):
    client.force_login(group[3])
    form = sent(group, here=group[1][:1], made="2026-11-23T09:41:00.000Z")

    answer = client.post(LOG, form, **JSON)

    assert answer.json() == {"words": "Delivered, 1 of 2 present", "after": form["client"]}
    assert Entry.objects.get().made_at.isoformat() == "2026-11-23T09:41:00+00:00"
    assert client.post(LOG, form, **JSON).json() == answer.json()
    assert Entry.objects.count() == 1


def test_a_log_post_for_six_learners_takes_twelve_queries(client, group):
    rows = group[1] + [PlacementFactory(learner__school=group[0].school, provision=group[0]) for _ in range(4)]
    sync_grants([group[0].pk])
    client.force_login(group[3])
    client.post(LOG, sent(group, on=date(2026, 11, 16)), **JSON)
    client.post(LOG, sent(group, on=date(2026, 11, 9)), **JSON)
    form = sent((group[0], rows, *group[2:]))
    client.post(LOG, sent(group, on=date(2026, 11, 23), state="missed", reason="room"), **JSON)
    Session.objects.filter(on=MONDAY).delete()

    with CaptureQueriesContext(connection) as asked:
        assert client.post(LOG, form, **JSON).status_code == 200
    own = [one["sql"] for one in asked if not one["sql"].startswith(("BEGIN", "SAVEPOINT", "RELEASE", "COMMIT"))]
    assert len(own) == 12, "\n".join(own)


def test_the_page_takes_the_same_queries_with_thirty_sessions(client, group):
    client.force_login(group[3])
    client.post(LOG, sent(group), **JSON)
    client.get(TODAY)
    with CaptureQueriesContext(connection) as few:
        client.get(TODAY)
    for place in range(30):
        provision = ProvisionFactory(school=group[0].school, name=f"Group {place}")
        PlacementFactory(learner__school=group[0].school, provision=provision)
        SlotFactory(provision=provision, at=f"{8 + place // 6:02}:{place % 6 * 10:02}")
        DelivererFactory(provision=provision, user=group[3])
        sync_grants([provision.pk])

    with CaptureQueriesContext(connection) as many:
        assert words(client.get(TODAY)).count('<article class="card') > 30

    assert len(many) == len(few)


def test_what_is_wrong_is_said_in_its_card_with_what_was_typed(client, group):
    client.force_login(group[3])

    answer = client.post(LOG, sent(group, here=group[1][:1], actual="900", note="Two were late"))

    assert answer.status_code == 422
    assert "Minutes are a whole number from 1 to 600." in words(answer)
    assert "Two were late" in words(answer)
    assert 'value="900"' in words(answer)
    assert client.post(LOG, sent(group, state="missed"), **JSON).json()["errors"] == {
        "reason": "Say why it was not delivered."
    }
    assert not Session.objects.exists()


def test_a_missing_reason_is_asked_for_beside_the_reasons_and_they_have_the_focus(client, group):
    client.force_login(group[3])

    page = words(client.post(LOG, sent(group, state="missed")))

    assert page.count("Say why it was not delivered.") == 1
    why = page[page.index('<details class="more missed" open>') :]
    assert why.index("Why not</legend>") < why.index("Say why it was not") < why.index('type="radio"')
    assert why.index("autofocus") < why.index('type="radio"', why.index('type="radio"') + 1)
    assert page.count("autofocus") == 1
    assert '<details class="more">' in page


@pytest.mark.parametrize(
    "wrong", [{"client": "x"}, {"state": "maybe"}, {"key": "slot.1.20261123~no"}, {"reason": "x", "state": "missed"},
              {"who": ["x"]}, {"who": ["1"] * 61}, {"key": ""}],
)  # fmt: skip
def test_a_card_that_is_none_of_ours_is_refused_in_words(client, group, wrong):
    client.force_login(group[3])

    assert client.post(LOG, sent(group) | wrong, **JSON).status_code == 422
    assert client.post(LOG, sent(group) | wrong).status_code == 422
    assert not Session.objects.exists()


@pytest.mark.parametrize(
    "made", ["0001-01-01T00:00:00Z", "0001-01-01T00:00:00+05:00", "9999-12-31T23:59:00-05:00", "2029-01-01T00:00:00Z",
             "2026-11-31", ""],
)  # fmt: skip
def test_a_device_whose_clock_is_years_out_logs_with_the_server_s(client, group, made):
    client.force_login(group[3])

    assert client.post(LOG, sent(group, made=made), **JSON).status_code == 200

    assert f"{Entry.objects.get().made_at:%Y-%m-%d %H:%M}" == "2026-11-23 10:00"
    assert client.get(TODAY).status_code == 200


@pytest.mark.parametrize(("typed", "status"), [("00000999", 422), ("9" * 60, 422), ("00000015", 200)])
def test_minutes_with_many_digits_are_read_whole(client, group, typed, status):
    client.force_login(group[3])

    answer = client.post(LOG, sent(group, **{f"minutes-{group[1][0].pk}": typed}), **JSON)

    assert answer.status_code == status


def test_who_says_otherwise_gets_both_versions_on_the_page_and_on_the_device(client, group):
    client.force_login(group[3])
    first = sent(group)
    client.post(LOG, first, **JSON)
    client.force_login(member(Role.SENCO, group[0].school))
    mine = sent(group, here=[])

    told = client.post(LOG, mine, **JSON)

    assert told.status_code == 409
    assert told.json()["theirs"] == {
        "by": group[3].name, "words": "Delivered, 2 of 2 present", "after": first["client"], "at": "10:00",
        "mine": "Nobody was there",
    }  # fmt: skip
    again = client.post(LOG, mine | {"after": first["client"]}, **JSON)
    assert again.json()["words"] == "Nobody was there"


def test_a_plain_form_shows_both_versions_in_its_card(client, group):
    DelivererFactory(provision=group[0], user=(other := member(Role.TEACHING_ASSISTANT, group[0].school)))
    sync_grants([group[0].pk])
    client.force_login(group[3])
    first = sent(group)
    client.post(LOG, first, **JSON)
    client.force_login(other)

    answer = client.post(LOG, sent(group, here=[]))

    assert answer.status_code == 409
    assert f"{group[3].name} logged this at 10:00: delivered, 2 of 2 present." in words(answer)
    assert f'name="after" value="{first["client"]}"' in words(answer)


def test_a_senco_s_plain_form_for_a_colleague_gets_both_versions_and_every_word_back(client, group):
    client.force_login(group[3])
    first = sent(group)
    client.post(LOG, first, **JSON)
    client.force_login(member(Role.SENCO, group[0].school))
    absent = group[1][1].pk
    form = sent(group, here=group[1][:1]) | {
        "note": "Zqgroup", f"note-{absent}": "Zqone", f"why-{absent}": "trip",
        f"minutes-{group[1][0].pk}": "15", f"engaged-{group[1][0].pk}": "4", "actual": "25",
    }  # fmt: skip

    page = words(client.post(f"{LOG}?whose=all", form))

    assert page.count('<article class="card') == 1
    assert f"{group[3].name} logged this at 10:00: delivered, 2 of 2 present." in page
    assert f'name="after" value="{first["client"]}"' in page
    for typed in (
        "Zqgroup",
        'value="Zqone"',
        '<option value="trip" selected',
        '<option value="4" selected',
        'value="15"',
        'name="actual"',
        'value="25"',
        "?whose=all",
    ):
        assert typed in page, typed
    assert page.count(" checked") == 1
    answer = client.post(f"{LOG}?whose=all", form | {"after": first["client"], "client": str(uuid4())})
    assert answer["Location"] == f"{TODAY}?on=2026-11-23&whose=all"


def test_a_new_session_without_a_time_comes_back_with_every_word(client, group):
    client.force_login(group[3])
    form = sent(group, key=Target("new", group[0].pk, MONDAY).key, at="", length="35", note="Zqgroup")

    answer = client.post(LOG, form)

    assert answer.status_code == 422
    assert "Say when it was, as in 09:15." in words(answer)
    assert "Zqgroup" in words(answer)
    assert 'name="length" value="35"' in words(answer)
    answer = client.post(LOG, form | {"at": "10:30", "length": "900"})
    assert 'name="at" value="10:30"' in words(answer)
    assert "Minutes are a whole number from 1 to 600." in words(answer)


def test_minutes_of_one_learner_that_no_session_has_come_back_in_their_line(client, group):
    client.force_login(group[3])

    answer = client.post(LOG, sent(group, **{f"minutes-{group[1][0].pk}": "over an hour", "after": "Zqafter"}))

    assert answer.status_code == 422
    assert 'value="over an hour"' in words(answer)
    assert words(answer).count("Minutes of a learner are a whole number from 0 to 600.") == 2
    assert 'name="after" value="Zqafter"' in words(answer)


def test_what_was_typed_about_somebody_who_left_the_card_is_shown(client, group):
    client.force_login(group[3])
    form = sent(group, **{f"note-{group[1][1].pk}": "Zqone"})
    group[1][1].delete()

    page = words(client.post(LOG, form))

    assert "Somebody on this card has no place in this provision" in page
    assert "Typed about somebody who is not on this card any more:</p> <p>Zqone" in page


@pytest.mark.parametrize("kind", ["slot", "new"])
def test_who_can_t_see_a_session_any_more_gets_the_reason_and_their_notes(client, group, kind):
    client.force_login(member(Role.TEACHING_ASSISTANT, group[0].school))
    key = Target(kind, group[2].pk if kind == "slot" else group[0].pk, MONDAY).key

    page = words(client.post(LOG, sent(group, key=key, at="09:15", length="20", note="Zqgroup")))

    assert "You can&#x27;t see this session any more." in page
    assert "Zqgroup" in page
    assert group[1][0].learner.name not in page


def test_another_entry_under_the_same_id_is_told_from_a_contradiction(client, group):
    client.force_login(group[3])
    form = sent(group)
    client.post(LOG, form, **JSON)

    told = client.post(LOG, form | {"note": "else"}, **JSON)

    assert told.status_code == 409
    assert told.json() == {
        "errors": {"form": "This entry can't be told from another one. Open Today again and log it anew."},
        "theirs": None, "same_id": True,
    }  # fmt: skip
    client.force_login(member(Role.SENCO, group[0].school))
    assert client.post(LOG, sent(group, here=[]), **JSON).json()["same_id"] is False


def test_an_amendment_that_comes_too_early_waits(client, group):
    client.force_login(group[3])

    assert client.post(LOG, sent(group, after=str(uuid4())), **JSON).status_code == 425


def answered(session, by, text="It carried over."):
    return Answer.objects.create(school=session.school, session=session, by=by, at=timezone.now(), text=text)


def test_an_answer_to_a_session_one_took_is_told_on_today_and_on_no_device(client, group):
    teacher = member(Role.CLASS_TEACHER, group[0].school)
    client.force_login(group[3])
    client.post(LOG, sent(group), **JSON)
    session = Session.objects.get()
    answered(session, group[3])
    assert "to read" not in words(client.get(TODAY))

    answered(session, teacher)
    page = words(client.get(TODAY))
    assert f'<a href="{reverse("interventions:session", args=[session.pk])}">1 answer to read</a>' in page
    assert "to read" not in words(client.get(reverse("interventions:today-kept")))
    assert "to read" not in words(client.get(TODAY, {"on": "2026-11-16"}))
    client.post(LOG, sent(group, on=BEFORE), **JSON)
    other = Session.objects.get(on=BEFORE)
    answered(other, teacher)
    answered(other, teacher)
    page = words(client.get(TODAY))
    assert f'<a href="{reverse("interventions:sessions")}?state=answered">3 answers to read</a>' in page


def test_what_a_device_keeps_names_nobody(client, group):
    client.force_login(group[3])
    client.post(LOG, sent(group, **{"note": "Zqnote"}), **JSON)

    page = words(client.get(reverse("interventions:today-kept")))

    assert page.count('data-card="slot-') == 3
    assert page.count('data-card="new-') == 1
    for row in group[1]:
        assert row.learner.surname not in page
        assert f"{row.learner.forename[0]}.{row.learner.surname[0]}." in page
    assert "Zqnote" not in page
    assert "<html" not in page


def test_a_session_has_a_key_of_its_own_and_a_shared_computer_none(client, group):
    client.force_login(group[3])
    first = client.get(reverse("interventions:today-key")).json()
    client.logout()
    client.force_login(group[3])
    second = client.get(reverse("interventions:today-key")).json()

    assert first["user"] == second["user"] == group[3].pk
    assert first["key"] != second["key"]
    session = client.session
    session["shared"] = True
    session.save()
    assert client.get(reverse("interventions:today-key")).json()["key"] == ""


def test_the_frame_that_a_device_keeps_holds_nothing_of_anybody(client, group):
    client.force_login(group[3])

    frame, worker = client.get(reverse("interventions:today-offline")), client.get("/today/worker.js")

    for text in (words(frame), words(worker)):
        assert group[3].name not in text
        assert group[0].school.name not in text
    assert worker["Content-Type"] == "text/javascript; charset=utf-8"


def test_a_session_the_timetable_does_not_plan_is_added(client, group):
    client.force_login(group[3])
    page = words(client.get(reverse("interventions:today-add"), {"provision": group[0].pk}))
    assert "Present" in page or "All present" in page

    form = sent(group, key=Target("new", group[0].pk, MONDAY).key, at="09:50", length="15")
    assert client.post(LOG, form, **JSON).status_code == 200
    assert client.post(LOG, form | {"client": str(uuid4()), "at": "soon"}, **JSON).json()["errors"] == {
        "at": "Say when it was, as in 09:15."
    }

    made = Session.objects.get()
    assert (made.extra, str(made.at), made.minutes) == (True, "09:50:00", 15)
    assert "09:50" in words(client.get(TODAY))


def test_today_and_what_a_device_keeps_of_it_have_a_card_to_add_a_session_of_what_one_delivers(client, group):
    school, assistant = group[0].school, group[3]
    answered = ProvisionFactory(school=school, name="Zqsecret", confidential=True, responsible=assistant)
    PlacementFactory(learner__school=school, provision=answered)
    for name in ("Nobody in it", "Not mine"):
        other = ProvisionFactory(school=school, name=name)
        if name == "Not mine":
            PlacementFactory(learner__school=school, provision=other)
        else:
            DelivererFactory(provision=other, user=assistant)
    sync_grants([answered.pk])
    client.force_login(assistant)

    page, kept = words(client.get(TODAY)), words(client.get(reverse("interventions:today-kept")))

    for shown in (page, kept):
        assert shown.count('data-card="new-') == 2
        assert shown.index("Add a session") < shown.index('data-card="new-') < shown.index("Still to log")
        assert "Nobody in it" not in shown
        assert "Not mine" not in shown
    assert '<h3 id="name-new-' in page
    assert "Zqsecret" in page
    assert "Zqsecret" not in kept
    for path in (f"{TODAY}?on=2026-11-16", f"{TODAY}?whose=all&on=2026-11-16"):
        assert 'data-card="new-' not in words(client.get(path))


def test_pages_with_cards_keep_entries_unless_others_use_the_computer_and_today_alone_keeps_the_page(client, group):
    client.force_login(group[3])
    add, earlier = reverse("interventions:today-add"), f"{TODAY}?on=2026-11-16"

    for path in (TODAY, earlier, f"{add}?provision={group[0].pk}"):
        page = words(client.get(path))
        assert 'data-key="/today/key/"' in page
        assert ("data-kept" in page) is (path == TODAY)
        assert "js/today.js" in page
    session = client.session
    session["shared"] = True
    session.save()
    for path in (TODAY, earlier, add):
        assert "data-key" not in words(client.get(path))
        assert "data-shared" in words(client.get(path))


def test_who_does_not_deliver_a_provision_can_t_add_to_it(client, group):
    teacher = member(Role.CLASS_TEACHER, group[0].school)
    client.force_login(teacher)

    assert client.get(reverse("interventions:today-add"), {"provision": group[0].pk}).status_code == 404


def test_a_plain_form_sent_twice_counts_once(client, group, clock):
    client.force_login(group[3])
    form = sent(group)
    client.post(LOG, form)
    clock.shift(5)

    assert client.post(LOG, form).status_code == 302
    assert Entry.objects.count() == 1


def test_who_took_a_session_logs_it_next_morning_though_they_see_its_learners_no_more(client, group):
    provision, placements, _, assistant = group
    provision.deliverers.update(ends=BEFORE)
    sync_grants([provision.pk])
    client.force_login(assistant)

    page = client.get(TODAY).text
    assert page.count('<article class="card') == 2
    assert all(one.learner.name not in page for one in placements)
    assert initials_of(placements[0].learner.forename, placements[0].learner.surname) in page

    assert client.post(LOG, sent(group, on=BEFORE), **JSON).status_code == 200
    assert Session.objects.get().delivered_by == assistant
    assert client.get(reverse("learners:learner", args=[placements[0].learner_id])).status_code == 404


def test_what_somebody_took_before_the_fortnight_is_not_theirs_to_log(client, group, clock):
    provision, _, _, assistant = group
    provision.deliverers.update(ends=BEFORE)
    sync_grants([provision.pk])
    clock.shift(timedelta(days=8))
    client.force_login(assistant)

    assert client.get(TODAY).text.count('<article class="card') == 0
    assert client.post(LOG, sent(group, on=BEFORE), **JSON).status_code == 422


def test_sessions_before_the_fortnight_are_not_shown_to_who_left(client, group):
    provision, _, _, assistant = group
    provision.deliverers.update(ends=BEFORE)
    sync_grants([provision.pk])
    client.force_login(assistant)

    assert client.get(TODAY, {"on": "2026-09-14"}).text.count('<article class="card') == 0
    gaps = unsaid(school=provision.school, user=assistant, day=MONDAY, weeks=13, own=True)
    assert [one.day for one in gaps] == [date(2026, 11, 9), BEFORE]


def test_what_nobody_said_yet_is_for_whoever_answers_for_it_now(client, group):
    provision = group[0]
    provision.deliverers.all().delete()
    first, second = (member(Role.CLASS_TEACHER, provision.school) for _ in range(2))
    for teacher, day in ((first, date(2026, 9, 1)), (second, date(2026, 11, 20))):
        provision.responsible = teacher
        with time_machine.travel(datetime.combine(day, time(12), tzinfo=UTC)):
            provision.save()
    group[1][0].learner.school.learners.update(group=provision.school.groups.create(name="Kestrel", nc_year="4"))
    provision.school.groups.get().teachers.add(second)

    late = {"school": provision.school, "day": MONDAY, "own": True}
    assert [one.day for one in unsaid(user=second, **late)][-1] == BEFORE
    assert unsaid(user=first, **late) == []
    client.force_login(second)
    assert client.post(LOG, sent(group, on=BEFORE), **JSON).status_code == 200
