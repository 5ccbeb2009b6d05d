"""Days and versions that no school has: slips of the keyboard, damaged calendars, made-up forms."""

import pytest
from django.urls import reverse

from provisionmap.school.models import AcademicYear, Closure, School, Term, TierLabel
from provisionmap.school.stale import Stale, claim
from provisionmap.school.term_dates import read_term_dates
from provisionmap.web.text_file import Refused

CALENDAR = "BEGIN:VCALENDAR\nVERSION:2.0\nBEGIN:VEVENT\nSUMMARY:INSET\nDTSTART{}\nEND:VEVENT\nEND:VCALENDAR\n"
CHECK = "Check the year: it has to lie between 2000 and 2099."


@pytest.mark.parametrize(
    ("start", "problems", "left_out"),
    [
        (";VALUE=DATE:20261023", [], []),
        (":20260901T000000Z\nDURATION:P99999999999D", [], []),  # no duration at all to the library
        (";VALUE=DATE:00010101\nDTEND;VALUE=DATE:00010102", [], ["An event outside the years 2000 to 2099."]),
        (";VALUE=DATE:20260901\nDTEND;VALUE=DATE:99991231", [], ["An event outside the years 2000 to 2099."]),
        (":20260901T000000Z\nDURATION:P999999999D", ["DTSTART"], []),
        (";TZID=Asia/Tokyo:00010101T000000", ["DTSTART"], []),
    ],
)
def test_events_of_years_that_no_school_plans_are_told_and_not_taken(start, problems, left_out):
    found = read_term_dates(CALENDAR.format(start).encode())

    assert [problem.column for problem in found.problems] == problems
    assert [why for _, _, why in found.left_out] == left_out
    assert len(found.closures) == (0 if problems or left_out else 1)


def test_a_bank_holiday_of_the_year_1_is_refused():
    with pytest.raises(Refused, match="holds a date that can't be read"):
        read_term_dates(b'{"england-and-wales": {"events": [{"title": "New Year", "date": "0001-01-01"}]}}')


@pytest.mark.parametrize(
    ("page", "sent"),
    [
        ("year-add", {"name": "x", "with_terms": "on"}),
        ("term-add", {"name": "x"}),
        ("closure-add", {"name": "x", "kind": "inset"}),
    ],
)
@pytest.mark.parametrize("days", [("0001-01-01", "0001-03-01"), ("9999-10-01", "9999-12-31")])
def test_the_calendar_takes_no_day_outside_this_century(client, senco, page, sent, days):
    answer = client.post(reverse(f"school:{page}"), sent | dict(zip(("starts", "ends"), days, strict=True)))

    assert answer.status_code == 422
    assert [answer.context["form"].errors[name] for name in ("starts", "ends")] == [[CHECK], [CHECK]]
    assert [model.objects.count() for model in (AcademicYear, Term, Closure)] == [0, 0, 0]


def test_tiers_are_not_renamed_from_the_year_1_on(client, senco):
    sent = {"tier_set": "waves", "starts": "0001-01-01", "seen": senco.school.version}

    answer = client.post(reverse("school:tiers"), sent)

    assert (answer.status_code, answer.context["form"].errors["starts"]) == (422, [CHECK])
    assert TierLabel.objects.count() == 0


@pytest.mark.parametrize("seen", [-1, 2**31 - 1, 2**63 - 1, 10**30])
def test_a_version_that_no_column_holds_is_a_stale_one(senco, seen):
    with pytest.raises(Stale):
        claim(senco.school, seen=seen)

    assert School.objects.get().version == senco.school.version
