"""Term dates as files give them: tables, copied pages, calendars, lists of bank holidays."""

import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provisionmap.school.calendar import Span
from provisionmap.school.term_dates import MOST_BYTES, MOST_EVENTS, read_term_dates
from provisionmap.school.term_events import kind_of, trimmed
from provisionmap.school.term_tables import MOST_ROWS
from provisionmap.school.written_days import WRITE_IT, Unreadable, find_days, is_month_first, without_days
from provisionmap.web.text_file import Refused, decode, find_separator

YEAR = Span(date(2026, 9, 1), date(2027, 8, 31))
AUTUMN = ("Autumn term 2026", "2026-09-02", "2026-12-18", "2026-10-26", "2026-10-30")
SPRING = ("Spring term 2027", "2027-01-04", "2027-03-25", "2027-02-15", "2027-02-19")
SUMMER = ("Summer term 2027", "2027-04-12", "2027-07-21", "2027-05-31", "2027-06-04")


def terms(text, **options):
    reading = read_term_dates(text if isinstance(text, bytes) else text.encode(), **options)
    assert reading.problems == []
    return [
        (
            term.name,
            str(term.starts),
            str(term.ends),
            *((str(term.half_term.starts), str(term.half_term.ends)) if term.half_term else ()),
        )
        for term in reading.terms
    ]


def problems(text):
    found = read_term_dates(text.encode()).problems
    return [(one.row, one.column, one.value, one.remedy) for one in found]


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("1/9/26", ["2026-09-01"]),
        ("2026-09-01", ["2026-09-01"]),
        ("2026-09-02T00:00:00Z", ["2026-09-02"]),
        ("20260901", ["2026-09-01"]),
        ("Tuesday 1 September 2026", ["2026-09-01"]),
        ("Tuesday, 1st of September 2026", ["2026-09-01"]),
        ("September 2nd, 2026", ["2026-09-02"]),
        ("02-Sep-26", ["2026-09-02"]),
        ("Mon 4th Jan", ["2027-01-04"]),
        ("12 - 20 February 2026", ["2026-02-12", "2026-02-20"]),
        ("Monday 26 to Friday 30 October 2026", ["2026-10-26", "2026-10-30"]),
        ("2 Sep-23 Oct 2026", ["2026-09-02", "2026-10-23"]),
        ("21 December to 1 January 2027", ["2026-12-21", "2027-01-01"]),
        ("21 December 2026 to 1 January", ["2026-12-21", "2027-01-01"]),
        ("2nd and 3rd September 2026", ["2026-09-02", "2026-09-03"]),
        ("2026-09-01;2026-10-23", ["2026-09-01", "2026-10-23"]),
        ("Wednesday 2 September 2026 8.40am", ["2026-09-02"]),
        ("Academic year 2026-27, Term 1", []),
        ("tbc", []),
    ],
)
def test_days_are_read_as_people_write_them(text, days):
    assert [str(found.day) for found in find_days(text, year=YEAR)] == days


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("16th February 20256", "four digits"),
        ("1/9/126", "four digits"),
        ("31/11/2026", "no such day"),
        ("32 October 2026", "no such day"),
        ("2 September", "year is missing"),
    ],
)
def test_what_looks_like_a_day_and_is_none_is_said(text, words):
    with pytest.raises(Unreadable, match=words):
        find_days(text)


def test_a_weekday_that_does_not_fit_its_date_is_doubted():
    assert find_days("Monday 17th July 2026")[0].doubt == "17/07/2026 is a Friday, not a Monday."
    assert find_days("Friday 17th July 2026")[0].doubt == ""


def test_the_order_of_day_and_month_is_decided_for_the_file():
    assert is_month_first(["9/1/2026", "10/23/2026"])
    assert not is_month_first(["1/9/2026", "23/10/2026", "10/23/2026"])
    assert [str(found.day) for found in find_days("09/02/2026", month_first=True)] == ["2026-09-02"]


def test_words_remain_when_days_are_taken_out():
    assert without_days("INSET days: 1 September 2026, 4 January 2027") == "INSET days"
    assert without_days("Sports day") == "Sports day"


@given(st.text(max_size=60))
def test_no_text_breaks_the_reading_of_days(text):
    try:
        found = find_days(text, year=YEAR)
    except Unreadable:
        return
    assert all(date(2000, 1, 1) <= one.day < date(2100, 1, 1) for one in found)


@given(st.binary(max_size=300))
def test_no_bytes_break_the_reading_of_files(data):
    try:
        reading = read_term_dates(b"Term,Start,End\n" + data)
    except Refused:
        return
    assert reading.kind == "csv"


ONE_A_ROW = """Term,First day,Half term starts,Half term ends,Last day
Autumn,02/09/2026,26/10/2026,30/10/2026,18/12/2026
Spring,04/01/2027,15/02/2027,19/02/2027,25/03/2027
Summer,12/04/2027,31/05/2027,04/06/2027,21/07/2027
"""
COPIED = """Term dates 2026 to 2027
Autumn Term 2026
Term starts: Wednesday 2 September 2026
Half term: Monday 26 October 2026 to Friday 30 October 2026
Term ends: Friday 18 December 2026
Spring Term 2027
"Term starts: Monday, 4 January"
Half term: Monday 15 – Friday 19 February 2027
Term ends: Thursday 25th March 2027
Summer Term 2027
12 April 2027 to 28 May 2027
7 June 2027 to 21 July 2027
"""
SIX = """Period,From,To
Term 1,Wednesday 2 September 2026,Friday 23 October 2026
Term 2,Monday 2 November 2026,Friday 18 December 2026
Term 3,Monday 4 January 2027,Friday 12 February 2027
Term 4,Monday 22 February 2027,Thursday 25 March 2027
Term 5,Monday 12 April 2027,Friday 28 May 2027
Term 6,Monday 7 June 2027,Wednesday 21 July 2027
"""
TURNED = """2026/27,Autumn,Spring,Summer
Starts,2 September,4 January,12 April
Half term,26 - 30 October,15 - 19 February,31 May - 4 June
Ends,18 December,25 March,21 July
"""
NO_YEARS = """Academic year;2026/27;;
Term;Starts;Half-term;Ends
Autumn;Wed 2 Sept;26 Oct - 30 Oct;Fri 18 Dec
Spring;Mon 4 Jan;15 Feb - 19 Feb;Thu 25 Mar
Summer;Mon 12 Apr;31 May - 4 Jun;Wed 21 Jul
"""
CLOSES = """Date,Event
Wednesday 2 September 2026,School opens for pupils
Friday 23 October 2026,School closes for half term
Monday 2 November 2026,School re-opens
Friday 18 December 2026,School closes for Christmas
Monday 4 January 2027,Spring term starts for children
Friday 12 February 2027,Break up for half term
Monday 22 February 2027,Back to school
Thursday 25 March 2027,End of term
Monday 12 April 2027,Summer term begins
Monday 31 May 2027,Half-term begins
Friday 4 June 2027,Half-term ends
Wednesday 21 July 2027,Last day of term
"""
FOUR_DATES = """Autumn term: 2 September 2026 / 26 October 2026 / 30 October 2026 / 18 December 2026
Spring term: 4 January 2027 / 15 February 2027 / 19 February 2027 / 25 March 2027
Summer term: 12 April 2027 / 31 May 2027 / 4 June 2027 / 21 July 2027
"""
WHOLE_AND_HALVES = """Event\tStart Date\tStart Time\tEnd Date
Autumn term\t2026-09-02\t\t2026-12-18
Autumn 1st half\t2026-09-02\t\t2026-10-23
Autumn 2nd half\t2026-11-02\t\t2026-12-18
Christmas holidays\t2026-12-21\t\t2027-01-01
Spring term\t2027-01-04\t\t2027-03-25
February half term\t2027-02-15\t\t2027-02-19
Summer term\t2027-04-12\t\t2027-07-21
Half-term holiday\t2027-05-31\t\t2027-06-04
"""


@pytest.mark.parametrize(
    "text", [ONE_A_ROW, COPIED, SIX, TURNED, NO_YEARS, CLOSES, FOUR_DATES, WHOLE_AND_HALVES],
    ids=["one a row", "copied", "six", "turned", "no years", "closes", "four dates", "whole and halves"],
)  # fmt: skip
def test_the_same_year_is_read_from_every_shape(text):
    assert terms(text) == [AUTUMN, SPRING, SUMMER]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_every_usual_encoding_is_read(encoding):
    assert terms(TURNED.replace("-", "–").encode(encoding)) == [AUTUMN, SPRING, SUMMER]


def test_american_dates_of_a_calendar_program_are_read():
    found = read_term_dates(
        b"Subject,Start Date,Start Time,End Date,End Time,All Day Event\n"
        b"Autumn term begins,09/02/2026,,09/02/2026,,True\n"
        b"Half term holiday,10/26/2026,,10/30/2026,,True\n"
        b"Autumn term ends,12/18/2026,,12/18/2026,,True\n"
        b"INSET day - school closed to pupils,11/27/2026,,11/27/2026,,True\n"
        b"Sports day,09/30/2026,,09/30/2026,,True\n"
    )

    assert [(term.starts, term.ends) for term in found.terms] == [(date(2026, 9, 2), date(2026, 12, 18))]
    assert [(one.kind, one.days.starts) for one in found.closures] == [("inset", date(2026, 11, 27))]
    assert found.left_out == [(6, "Sports day", "Not about terms or closures.")]


def test_several_schools_in_one_file_are_asked_about():
    text = "School,Academic year,Term,First day,Half term,Last day,INSET\n" + "".join(
        f"{name},2026/27,Autumn,{day}/9/2026,26-30 October 2026,18/12/2026,1/9/2026;tbc\n"
        for name, day in (("Oak", 2), ("Ash", 3))
    )

    assert read_term_dates(text.encode()).choices == ["Oak", "Ash"]
    assert terms(text, only="Ash") == [("Autumn term 2026", "2026-09-03", *AUTUMN[2:])]


def test_every_bad_row_is_named_at_once_with_its_remedy():
    assert problems(
        "Academic year,Term,First day,Half term starts,Half term ends,Last day\n"
        "2026/27,Autumn,02/09/2026,16th February 20256,30/10/2026,18/12/2026\n"
        "2026/27,Spring,soon,15/02/2027,19/02/2027,25/03/2027\n"
        "2026/27,Summer,21/07/2027,,,12/04/2027\n"
        "2026/27,Summer,12/04/2027,31/05/2027,,21/07/2027\n"
        "2026/27,Summer,12/04/2027,,04/06/2027,21/07/2027\n"
        "2026/27,Summer,12/04/2027,01/04/2027,04/06/2027,21/07/2027\n"
        "2026/27,Summer,12/04/2026,,,21/07/2026\n"
        "2026/27,Autumn,02/09/2026,,,32/12/2026\n"
    ) == [
        (2, "Half term starts", "16th February 20256", f"The year has to have four digits. {WRITE_IT}"),
        (3, "First day", "soon", "This is not a date. Write the date as 01/09/2026."),
        (4, "Last day", "12/04/2027", "The term ends on 12/04/2027, not after its first day 21/07/2027. Check both."),
        (5, "Half term ends", "", "Give both days of half-term, or neither."),
        (6, "Half term starts", "", "Give both days of half-term, or neither."),
        (7, "Last day", "21/07/2027", "Half-term (01/04/2027 to 04/06/2027) must lie inside the term. Check it."),
        (8, "First day", "12/04/2026", "This day lies outside the school year 2026/27. Check its year."),
        (8, "Last day", "21/07/2026", "This day lies outside the school year 2026/27. Check its year."),
        (9, "Last day", "32/12/2026", "There is no such day. Write the date as 01/09/2026."),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "row", "words"),
    [
        (
            "Event,Start,End\nAutumn term,2/9/2026,18/12/2026\nAutumn term again,1/1/2026,1/2/2025",
            3,
            "before it starts",
        ),
        (
            "Term,Start,Half term,End\nAutumn,2/9/2026,x,18/12/2026\nSpring,1/12/2026,,25/3/2027",
            3,
            "overlap with Autumn",
        ),
        ("Term,Start,Half term,End\nAutumn,2/9/2026,,18/12/2027", 2, "longer than a term"),
        ("Term,Start,Half term,End\nAutumn,2/9/2026,40/10/2026,18/12/2026", 2, "no such day"),
        ("Date,Event\nsoon,Half term", 2, "no date here"),
        ("Date,Event\n32/1/2026,Half term", 2, "no such day"),
        ("Event,Start,End\nHalf term,soon,30/10/2026", 2, "not a date"),
        ("Term ends 32 October 2026\nHalf term 26 October 2026", 1, "no such day"),
        ("Half term 30 October 2026 to 26 October 2026", 1, "before it starts"),
        ("Open 1/9/2026 2/9/2026 3/9/2026", 1, "more than two dates"),
        ("Term,Start,Half term,End\nAutumn,2/9/2026,26/10/2026,18/12/2026,,\nINSET,40/9/2026,,", 3, "no such day"),
    ],
)
def test_lines_that_cannot_be_right_are_problems(text, row, words):
    found = [one for one in problems(text) if one[0] == row]

    assert words in found[0][3]


def test_a_term_that_is_not_complete_is_left_out_and_said():
    found = read_term_dates(
        b"Term,First day,Half term,Last day,Closed\nSummer,12/04/2027,,,TBA soon\nSpring,,,25/3/2027,\n,,,,\nNote,,,,"
    )

    assert found.terms == []
    assert found.left_out == [
        (2, "Summer", "“Last day” is empty, so this term is not complete."),
        (2, "TBA soon", "No date stands here."),
        (3, "Spring", "“First day” is empty, so this term is not complete."),
    ]


def test_closures_are_told_apart():
    found = read_term_dates(
        b"Date,Event\n"
        b"4 May 2026,May Day bank holiday\n"
        b'"1 September 2026, 4 January 2027",INSET days\n'
        b"7 May 2026,School closed for polling\n"
        b"26 October 2026 - 30 October 2026,Half term\n"
        b"3 - 6 April 2026,Easter bank holidays\n"
    )

    assert [(one.kind, str(one.days.starts), str(one.days.ends)) for one in found.closures] == [
        ("bank", "2026-04-03", "2026-04-06"),
        ("bank", "2026-05-04", "2026-05-04"),
        ("closed", "2026-05-07", "2026-05-07"),
        ("inset", "2026-09-01", "2026-09-01"),
        ("inset", "2027-01-04", "2027-01-04"),
    ]
    assert [words for _, _, words in found.left_out] == ["The file holds no term around this half-term."]


def test_a_holiday_inside_a_term_closes_it_and_one_between_terms_says_nothing_new():
    found = read_term_dates(
        b"Event,Start,End\nSpring term,4/1/2027,30/4/2027\nEaster holiday,26/3/2027,9/4/2027\n"
        b"Half term,15/2/2027,19/2/2027\nSummer holidays,22/7/2027,31/8/2027\nWeekend break,9/1/2027,10/1/2027\n"
    )

    assert [(one.name, str(one.days.starts)) for one in found.closures] == [("Easter holiday", "2027-03-26")]
    assert [row for row, _, _ in found.left_out] == [5, 6]


def test_days_between_two_parts_that_half_term_does_not_cover_are_closures():
    found = read_term_dates(
        b"Event,Start,End\nAutumn 1,2/9/2026,22/10/2026\nOctober half term,26/10/2026,30/10/2026\n"
        b"Autumn 2,3/11/2026,18/12/2026\n"
    )

    assert [str(one.days.starts) for one in found.closures] == ["2026-10-23", "2026-11-02"]


def test_a_gap_too_long_for_a_half_term_is_doubted():
    found = read_term_dates(b"Event,Start,End\nAutumn 1,2/9/2026,1/10/2026\nAutumn 2,2/11/2026,18/12/2026\n")

    assert found.doubts == [(2, "The half-term of Autumn term 2026 is longer than three weeks.")]


def test_first_and_last_days_without_their_partner_are_left_out():
    found = read_term_dates(b"Date,Event\n1/7/2026,Term ends\n2/9/2026,Term starts\n3/9/2026,Sports day\n")

    assert [words for _, _, words in found.left_out] == [
        "A last day without a first day before it.",
        "A first day without a last day after it.",
        "Not about terms or closures.",
    ]


def test_half_terms_without_their_partner_are_left_out():
    found = read_term_dates(b"Date,Event\n26/10/2026,Half term begins\n19/2/2027,Half term ends\n")

    assert [words for _, _, words in found.left_out] == [
        "A half-term without a last day after it.",
        "A half-term without a first day before it.",
    ]


def test_parts_of_a_term_with_only_a_weekend_between_have_no_half_term():
    found = read_term_dates(b"Event,Start,End\nAutumn 1,2/9/2026,23/10/2026\nAutumn 2,26/10/2026,18/12/2026\n")

    assert [(term.half_term, len(found.closures)) for term in found.terms] == [(None, 0)]


def test_a_page_with_seasons_that_is_no_turned_table_is_read_line_by_line():
    found = read_term_dates(b"x,Autumn,Spring\n2026-28,,\nAutumn term,2/9/2026,18/12/2026\n")

    assert [str(term.ends) for term in found.terms] == ["2026-12-18"]


def test_an_empty_row_of_a_table_says_nothing():
    found = read_term_dates(b"Term,Start,Half term,End,Date\nAutumn,2/9/2026,,18/12/2026,\nSpring,,,,\nNote,,,,\n")

    assert [len(found.terms), found.left_out, found.problems] == [1, [], []]


def test_markers_inside_a_term_that_stands_whole_add_nothing():
    found = read_term_dates(
        b"Event,Start,End\nAutumn term,2/9/2026,18/12/2026\nTerm ends,18/12/2026,18/12/2026\n"
        b"Spring term,4/1/2027,25/3/2027\nSpring term starts,4/1/2027,4/1/2027\n"
    )

    assert len(found.terms) == 2
    assert found.left_out == []


def test_a_stretch_in_august_belongs_to_the_year_it_begins():
    assert terms("Event,Start,End\nTerm 1,24/8/2026,16/10/2026\nTerm 2,2/11/2026,18/12/2026")[0][1] == "2026-08-24"


ONE = Span(date(2026, 9, 2), date(2026, 9, 2))
WEEK = Span(date(2026, 10, 26), date(2026, 10, 30))


@pytest.mark.parametrize(
    ("name", "span", "kind"),
    [
        ("INSET day", ONE, "inset"),
        ("Staff training", ONE, "inset"),
        ("Pupils return after INSET", ONE, "start"),
        ("Half term starts", ONE, "half_start"),
        ("Half term ends", ONE, "half_end"),
        ("Half term", ONE, "half"),
        ("Return after half term", ONE, "start"),
        ("Close for half term", ONE, "end"),
        ("Christmas holiday starts", ONE, "holiday"),
        ("First day of the Easter holidays", ONE, "holiday"),
        ("School closes for Christmas", ONE, "end"),
        ("School closed", ONE, "closed"),
        ("Good Friday", ONE, "bank"),
        ("Easter break", WEEK, "holiday"),
        ("First day back, Lent", ONE, "start"),
        ("Parents' evening", ONE, "other"),
    ],
)
def test_words_are_sorted_by_what_they_are_about(name, span, kind):
    assert kind_of(name, span) == kind


def test_a_span_of_nothing_but_a_weekend_is_nothing():
    assert trimmed(Span(date(2026, 11, 21), date(2026, 11, 22))) is None


def ics(*events):
    lines = "".join(f"BEGIN:VEVENT\r\n{event}\r\nUID:{number}\r\nEND:VEVENT\r\n" for number, event in enumerate(events))
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n{lines}END:VCALENDAR\r\n".encode()


def test_a_calendar_file_is_read_with_its_own_idea_of_a_last_day():
    found = read_term_dates(
        ics(
            "DTSTART;VALUE=DATE:20260902\r\nDTEND;VALUE=DATE:20260903\r\nSUMMARY:Autumn Term Starts",
            "DTSTART;VALUE=DATE:20261026\r\nDTEND;VALUE=DATE:20261031\r\nSUMMARY:Half Term",
            "DTSTART;VALUE=DATE:20261218\r\nSUMMARY:End of Autumn Term",
            "DTSTART:20261127T090000Z\r\nDTEND:20261127T150000Z\r\nSUMMARY:INSET Day",
            "DTSTART;VALUE=DATE:20261207\r\nDURATION:P2D\r\nSUMMARY:School closed (snow)",
            "DTSTART:20270603T230000Z\r\nDTEND:20270604T230000Z\r\nSUMMARY:Training day",
            "DTSTART;VALUE=DATE:20260907\r\nRRULE:FREQ=WEEKLY\r\nSUMMARY:Assembly",
        )
    )

    assert [(str(term.ends), str(term.half_term.ends)) for term in found.terms] == [("2026-12-18", "2026-10-30")]
    assert [(one.kind, str(one.days.starts), str(one.days.ends)) for one in found.closures] == [
        ("inset", "2026-11-27", "2026-11-27"),
        ("closed", "2026-12-07", "2026-12-08"),
        ("inset", "2027-06-04", "2027-06-04"),
    ]
    assert found.left_out[0][:2] == (7, "Assembly")


def test_events_of_a_calendar_that_cannot_be_read_are_problems():
    found = read_term_dates(
        ics(
            "DTSTART:soon\r\nSUMMARY:Broken",
            "SUMMARY:No day",
            "DTSTART;VALUE=DATE:20261026\r\nDTEND;VALUE=DATE:20261001\r\nSUMMARY:Half term",
        )
    )

    assert [(one.row, one.column) for one in found.problems] == [(1, "DTSTART"), (2, "DTSTART"), (3, "DTEND")]


def test_the_governments_list_of_bank_holidays_is_read_in_both_its_forms():
    new = {"england-and-wales": {"division": "england-and-wales", "events": [
        {"title": "Christmas Day", "date": "2027-12-27", "notes": "Substitute day", "bunting": True}]}}  # fmt: skip
    old = {"title": "x", "divisions": {"common.nations.england-and-wales_slug": {"2026": [
        {"title": "bank_holidays.good_friday", "date": "03/04/2026", "notes": ""},
        {"title": "bank_holidays.jubilee", "date": "04/06/2026", "notes": ""}]}}}  # fmt: skip

    assert [(one.name, str(one.days.starts)) for one in read_term_dates(json.dumps(new).encode()).closures] == [
        ("Christmas Day (substitute day)", "2027-12-27")
    ]
    assert [(one.name, str(one.days.starts)) for one in read_term_dates(json.dumps(old).encode()).closures] == [
        ("Good Friday", "2026-04-03"),
        ("Bank holiday", "2026-06-04"),
    ]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf \r\n", "empty"),
        (b"x" * (MOST_BYTES + 1), "larger than 1 MB"),
        (b"%PDF-1.7", "PDF"),
        (b"PK\x03\x04", "workbook"),
        (b"\x89PNG", "picture"),
        (b"<!DOCTYPE html>", "web page"),
        (b"hello,world\n", "no date in this file"),
        (b"Start,End\n", "no date in this file"),
        (b"a\x00b\x00\x00" * 40, "no date|cannot be read|no text"),
        (b"\xff\xfea", "cannot be read"),
        (b"ab\0c" * 2000, "no text|cannot be read|no date"),
        (b"{", "for programs"),
        (b"[1]", "no date"),
        (b"{}", "no list of England"),
        (b'{"divisions": 3}', "no list of England"),
        (b'{"england-and-wales": {"events": [{"date": "1/2"}]}}', "date that can't be read"),
        (b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nfoo", "damaged"),
        (b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART;VALUE=DATE,DATE:20261026\nEND:VEVENT\nEND:VCALENDAR", "damaged"),
        (b"BEGIN:VCALENDAR\n" + b"BEGIN:VEVENT\n" * (MOST_EVENTS + 1), "more than 2,000"),
        (b"Date,Event\n" + b"1/9/2026,x\n" * (MOST_ROWS + 1), "more than 2,000 rows"),
        (b"1/9/2026," * 70, "60 columns"),
        (b'"' + b"x" * 40_000 + b'",1/9/2026', "too long"),
    ],
)
def test_a_file_that_cannot_be_taken_says_why_and_what_to_do(data, words):
    with pytest.raises(Refused, match=words) as refused:
        read_term_dates(data)

    assert refused.value.remedy


def test_text_is_decoded_and_its_separator_found():
    assert decode("Zoë".encode("cp1252")) == "Zoë"
    assert find_separator("a\tb\nc\td") == "\t"
    with pytest.raises(Refused):
        decode(("x" * 5000).encode() + b"\0")
