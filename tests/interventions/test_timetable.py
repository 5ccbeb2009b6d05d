"""Sessions from slots and a calendar, held against a slow calculation that walks day by day."""

from datetime import date, time, timedelta

from hypothesis import given, settings
from hypothesis import strategies as some

from interventions.timetable import Occasion, Slot, entitlement, letters, meet, occasions
from provisionmap.school.calendar import CalendarDates, Span, TermDates

YEAR = date(2027, 9, 1)  # a leap year lies in it, and both changes of the clocks
DAYS = some.integers(0, 360).map(lambda number: YEAR + timedelta(days=number))
SPANS = some.tuples(DAYS, some.integers(0, 40)).map(lambda one: Span(one[0], one[0] + timedelta(days=one[1])))
SLOTS = some.builds(
    Slot,
    weekday=some.integers(0, 4),
    at=some.times(time(8), time(15)),
    minutes=some.integers(1, 60),
    starts=DAYS,
    ends=some.none() | DAYS,
    week=some.sampled_from(["", "", "A", "B"]),
    pk=some.integers(1, 9),
)


@some.composite
def calendars(draw):
    """Three terms with half-terms somewhere, and closures anywhere."""
    terms, at = [], YEAR
    for name in ("Autumn", "Spring", "Summer"):
        starts = at + timedelta(days=draw(some.integers(0, 9)))
        ends = starts + timedelta(days=draw(some.integers(60, 95)))
        half = starts + timedelta(days=draw(some.integers(20, 40)))
        terms.append(
            TermDates(name, starts, ends, Span(half, half + timedelta(days=4)) if draw(some.booleans()) else None)
        )
        at = ends + timedelta(days=draw(some.integers(5, 20)))
    return CalendarDates(
        tuple(terms),
        tuple(
            draw(
                some.lists(
                    SPANS.map(lambda one: Span(one.starts, min(one.ends, one.starts + timedelta(days=2)))), max_size=5
                )
            )
        ),
    )


def in_term(dates, day):
    """Whether a weekday of a term outside its half-term."""
    for term in dates.terms:
        if term.starts <= day <= term.ends and day.isoweekday() <= 5:
            return term.half_term is None or not term.half_term.starts <= day <= term.half_term.ends
    return False


def shut(dates, day):
    """Whether a closure lies on the day."""
    return any(closure.starts <= day <= closure.ends for closure in dates.closures)


def slowly(slots, dates, span):
    """Day by day from the first day of the year, counting weeks that had teaching, which alone have a letter."""
    found, taught, day = [], [], date(2027, 9, 1)
    year = [day + timedelta(days=number) for number in range(366)]
    for one in year:
        monday = one - timedelta(days=one.weekday())
        if in_term(dates, one) and not shut(dates, one) and monday not in taught:
            taught.append(monday)
    day = span.starts
    while day <= span.ends:
        monday = day - timedelta(days=day.weekday())
        letter = "AB"[taught.index(monday) % 2] if monday in taught else None
        for slot in slots:
            dated = slot.starts <= day and not (slot.ends and slot.ends < day)
            if (
                in_term(dates, day)
                and dated
                and slot.weekday == day.weekday()
                and (not slot.week or slot.week == letter)
            ):
                found.append(Occasion(day, slot.at, slot.minutes, slot.pk, shut(dates, day)))
        day += timedelta(days=1)
    return sorted(found, key=lambda one: (one.day, one.at, one.slot))


WITHIN = SPANS.map(lambda one: Span(one.starts, min(one.ends, date(2028, 8, 31))))


@settings(max_examples=1_000)
@given(some.lists(SLOTS, max_size=4), calendars(), WITHIN)
def test_a_timetable_plans_what_a_walk_day_by_day_finds(slots, dates, span):
    assert occasions(slots, dates, span) == slowly(slots, dates, span)


@settings(max_examples=300)
@given(some.lists(SLOTS, max_size=3), calendars(), WITHIN, DAYS)
def test_what_changes_tomorrow_changes_no_day_before(slots, dates, span, today):
    changed = [
        Slot(one.weekday, one.at, one.minutes, one.starts, min(one.ends or today, today), one.week, one.pk)
        for one in slots
    ]
    changed = [one for one in changed if one.starts <= (one.ends or one.starts)]
    changed += [Slot((one.weekday + 1) % 5, one.at, 5, today + timedelta(days=1), None, "", 99) for one in slots]
    before = Span(span.starts, min(span.ends, today))

    assert occasions(changed, dates, before) == occasions(slots, dates, before)


@settings(max_examples=300)
@given(calendars(), WITHIN, some.integers(0, 300))
def test_a_week_is_owed_once_however_short_and_never_in_a_holiday(dates, span, minutes):
    days = [span.starts + timedelta(days=number) for number in range((span.ends - span.starts).days + 1)]
    weeks = {day - timedelta(days=day.weekday()) for day in days if in_term(dates, day) and not shut(dates, day)}

    assert entitlement(minutes, dates, span) == minutes * len(weeks)


def test_weeks_take_turns_over_holidays_and_each_year_begins_with_a():
    terms = (
        TermDates("Summer", date(2027, 7, 5), date(2027, 7, 16)),
        TermDates("Autumn", date(2027, 9, 6), date(2027, 9, 24)),
    )
    dates = CalendarDates(terms, (Span(date(2027, 9, 13), date(2027, 9, 17)),))

    found = letters(dates, Span(date(2027, 7, 1), date(2027, 9, 30)))

    assert list(found.items()) == [
        (date(2027, 7, 5), "A"), (date(2027, 7, 12), "B"), (date(2027, 9, 6), "A"), (date(2027, 9, 20), "B"),
    ]  # fmt: skip


def test_the_clock_of_the_school_is_kept_when_the_clocks_change():
    dates = CalendarDates((TermDates("Autumn", date(2026, 9, 2), date(2026, 12, 18)),))
    slot = Slot(0, time(9, 15), 20, date(2026, 9, 1))

    found = occasions([slot], dates, Span(date(2026, 10, 19), date(2026, 10, 26)))

    assert [(one.day, one.at, one.ends_at) for one in found] == [
        (date(2026, 10, 19), time(9, 15), time(9, 35)),
        (date(2026, 10, 26), time(9, 15), time(9, 35)),
    ]


def test_sessions_side_by_side_do_not_meet():
    day = date(2026, 11, 23)
    first = Occasion(day, time(9), 30, 1)

    assert not meet(first, Occasion(day, time(9, 30), 10, 2))
    assert not meet(first, Occasion(day + timedelta(days=1), time(9), 30, 2))
    assert meet(first, Occasion(day, time(8, 50), 11, 2))
