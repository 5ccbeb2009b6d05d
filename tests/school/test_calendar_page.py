"""Years, terms, half-terms and closures typed in forms."""

from datetime import date

import pytest
from django.urls import reverse

from provisionmap.school.access import NotAllowed
from provisionmap.school.actions import calendar as actions
from provisionmap.school.models import AcademicYear, AuditEvent, Closure, Term
from provisionmap.school.stale import Stale
from tests.factories import AcademicYearFactory, SchoolFactory, TermFactory

CALENDAR = reverse("school:calendar")
TERM = {
    "name": "Autumn term 2026",
    "starts": "2026-09-02",
    "ends": "2026-12-18",
    "half_term_starts": "2026-10-26",
    "half_term_ends": "2026-10-30",
}
CLOSURE = {"name": "INSET day", "kind": "inset", "starts": "2026-11-27", "ends": ""}
YEAR = {"name": "2026/27", "starts": "2026-09-01", "ends": "2027-08-31"}


def add(noun):
    return reverse(f"school:{noun}-add")


def edit(row):
    return reverse(f"school:{nouns(row)}-edit", args=[row.pk])


def remove(row):
    return reverse("school:calendar-remove", args=[nouns(row), row.pk])


def nouns(row):
    return {AcademicYear: "year", Term: "term", Closure: "closure"}[type(row)]


def closure(school, **values):
    given = {"name": "INSET day", "kind": "inset", "starts": date(2026, 11, 27), "ends": date(2026, 11, 27), **values}
    return Closure.objects.create(school=school, **given)


def test_an_empty_calendar_says_how_to_begin(client, senco):
    assert "No school year yet" in client.get(CALENDAR).text


def test_the_calendar_counts_the_days_that_are_taught(client, senco):
    term = TermFactory(year__school=senco.school)
    closure(senco.school)
    closure(senco.school, name="Long ago", starts=date(2020, 1, 1), ends=date(2020, 1, 1))
    TermFactory(year__school=SchoolFactory())

    shown = client.get(CALENDAR)

    (year,) = shown.context["years"]
    assert [(row["term"], row["days"]) for row in year["terms"]] == [(term, 72)]
    assert (year["days"], year["weeks"]) == (72, 15)
    assert [row.name for row in year["closures"]] == ["INSET day"]
    assert [row.name for row in shown.context["stray"]] == ["Long ago"]
    assert "The closure on 01/01/2020 lies outside every term" in shown.text


@pytest.mark.parametrize("rows", [1, 30])
def test_the_number_of_queries_does_not_grow_with_the_calendar(client, senco, rows, django_assert_num_queries):
    for number in range(rows):
        year = AcademicYearFactory(
            school=senco.school, name=str(2000 + number), starts=date(2000 + number, 9, 1),
            ends=date(2001 + number, 8, 31),
        )  # fmt: skip
        TermFactory(
            year=year, starts=date(2000 + number, 9, 4), ends=date(2000 + number, 12, 15), half_term_starts=None,
            half_term_ends=None,
        )  # fmt: skip

    with django_assert_num_queries(7):
        client.get(CALENDAR)


def test_a_year_can_begin_with_three_usual_terms(client, senco):
    form = client.get(add("year")).context["form"]
    assert (form["name"].value(), form["with_terms"].value()) == ("2026/27", True)

    client.post(add("year"), {**YEAR, "with_terms": "on"})

    assert [term.name for term in Term.objects.all()] == ["Autumn term 2026", "Spring term 2027", "Summer term 2027"]
    assert client.get(add("year")).context["form"]["name"].value() == "2027/28"
    AcademicYear.objects.update(starts=date(2020, 9, 1), ends=date(2021, 8, 31))
    assert client.get(add("year")).context["form"]["name"].value() == "2026/27"


def test_a_term_makes_its_year_where_there_is_none(client, senco):
    assert client.get(add("term")).status_code == 200

    assert client.post(add("term"), TERM).url == CALENDAR

    term = Term.objects.get()
    assert (term.year.name, term.half_term.starts, str(term)) == ("2026/27", date(2026, 10, 26), TERM["name"])
    assert str(term.year) == "2026/27"
    assert [event.verb for event in AuditEvent.objects.order_by("pk")] == ["year.add", "term.add"]


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"ends": "2026-09-02"}, "ends", "not after its first day"),
        ({"ends": "2027-09-02"}, "ends", "the term must lie inside it"),
        ({"half_term_ends": ""}, "half_term_ends", "Give the last day of half-term too"),
        ({"half_term_starts": ""}, "half_term_starts", "Give the first day of half-term too"),
        ({"half_term_ends": "2026-10-20"}, "half_term_ends", "ends before it starts"),
        ({"half_term_starts": "2026-09-02"}, "half_term_starts", "must lie inside the term"),
        ({"starts": "31/02/2026"}, "starts", "valid date"),
        ({"name": "x" * 41}, "name", "at most 40"),
    ],
)
def test_dates_that_cannot_be_are_refused_beside_their_field(client, senco, changes, field, words):
    answer = client.post(add("term"), {**TERM, **changes})

    assert answer.status_code == 422
    assert words in " ".join(answer.context["form"].errors[field])
    assert not Term.objects.exists()


def test_two_terms_never_share_a_day(client, senco):
    TermFactory(year__school=senco.school, name="Winter")
    sent = {**TERM, "starts": "2026-12-18", "ends": "2027-02-01", "half_term_starts": "", "half_term_ends": ""}

    answer = client.post(add("term"), sent)

    assert "overlap with Winter (02/09/2026 to 18/12/2026)" in answer.context["form"].errors["starts"][0]


def test_a_term_without_half_term_is_doubted_and_not_refused(client, senco):
    client.post(add("term"), {**TERM, "half_term_starts": "", "half_term_ends": ""})

    assert Term.objects.get().half_term is None
    assert "has no half-term" in client.get(CALENDAR).text


def test_a_term_is_changed_and_audited(client, senco):
    term = TermFactory(year__school=senco.school)
    seen = client.get(edit(term)).context["form"]["seen"].value()

    assert client.post(edit(term), {**TERM, "ends": "2026-12-17", "seen": seen}).url == CALENDAR

    term.refresh_from_db()
    assert (term.ends, term.version) == (date(2026, 12, 17), 2)
    assert AuditEvent.objects.get().changes == {"ends": ["2026-12-18", "2026-12-17"]}


@pytest.mark.parametrize("kind", ["year", "term", "closure"])
def test_the_second_of_two_sees_both_versions(client, senco, kind):
    term = TermFactory(year__school=senco.school)
    row = {"year": term.year, "term": term, "closure": closure(senco.school)}[kind]
    type(row).objects.filter(pk=row.pk).update(version=2, name="Theirs")
    sent = {"year": YEAR, "term": TERM, "closure": CLOSURE}[kind]

    answer = client.post(edit(row), {**sent, "seen": 1})

    assert answer.status_code == 409
    assert "It is now: Theirs" in answer.text
    assert client.post(edit(row), {**sent, "seen": answer.context["form"]["seen"].value()}).status_code == 302


def test_a_year_is_changed_and_must_hold_its_terms(client, senco):
    term = TermFactory(year__school=senco.school)
    assert client.get(edit(term.year)).status_code == 200

    refused = client.post(edit(term.year), {**YEAR, "starts": "2026-09-03", "seen": 1})
    saved = client.post(edit(term.year), {**YEAR, "starts": "2026-08-24", "seen": 1})

    assert "would lie outside the school year" in refused.context["form"].errors["starts"][0]
    assert saved.url == CALENDAR
    assert AcademicYear.objects.get().starts == date(2026, 8, 24)


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"ends": "2026-01-01"}, "ends", "not after its first day"),
        ({"starts": "2027-09-01", "ends": "2028-08-31"}, "name", "is here already"),
        ({"name": "Other"}, "starts", "overlap with 2026/27"),
    ],
)
def test_a_year_that_cannot_be_is_refused(client, senco, changes, field, words):
    AcademicYearFactory(school=senco.school)

    answer = client.post(add("year"), {**YEAR, **changes})

    assert answer.status_code == 422
    assert words in answer.context["form"].errors[field][0]


def test_a_closure_is_one_day_unless_a_last_day_is_given(client, senco):
    assert client.get(add("closure")).status_code == 200
    client.post(add("closure"), CLOSURE)

    day = Closure.objects.get()
    assert (day.starts, day.ends, str(day)) == (date(2026, 11, 27), date(2026, 11, 27), "INSET day")
    assert client.get(edit(day)).context["form"]["seen"].value() == 1
    client.post(edit(day), {**CLOSURE, "ends": "2026-11-30", "seen": 1})
    day.refresh_from_db()
    assert (day.ends, day.version) == (date(2026, 11, 30), 2)


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"ends": "2026-11-26"}, "ends", "not after its first day"),
        ({"starts": "2026-11-20"}, "starts", "covers some of these days already"),
        ({"ends": "x"}, "ends", "valid date"),
        ({"kind": "party"}, "kind", "valid choice"),
    ],
)
def test_a_closure_that_cannot_be_is_refused(client, senco, changes, field, words):
    closure(senco.school, starts=date(2026, 11, 20), ends=date(2026, 11, 20))

    answer = client.post(add("closure"), {**CLOSURE, **changes})

    assert answer.status_code == 422
    assert words in answer.context["form"].errors[field][0]


def test_removing_asks_first(client, senco):
    term, day = TermFactory(year__school=senco.school), closure(senco.school)
    year = term.year

    for row, words in ((term, "no longer count"), (day, "taught again"), (year, "once it holds no term")):
        assert words in client.get(remove(row)).text
    assert client.post(remove(year), {"seen": 1}).url == CALENDAR
    assert "still holds terms" in client.get(CALENDAR).text
    for row in (term, day, year):
        client.post(remove(row), {"seen": 1})

    assert [model.objects.count() for model in (AcademicYear, Term, Closure)] == [0, 0, 0]
    verbs = list(AuditEvent.objects.order_by("pk").values_list("verb", flat=True))
    assert verbs == ["term.remove", "closure.remove", "year.remove"]


@pytest.mark.parametrize("seen", [{}, {"seen": 1}])
def test_what_somebody_changed_meanwhile_is_not_removed_unseen(client, senco, seen):
    term, day = TermFactory(year__school=senco.school), closure(senco.school)
    other = AcademicYearFactory(school=senco.school, name="2027/28", starts=date(2027, 9, 1), ends=date(2028, 8, 31))
    for row in (term, day, other):
        type(row).objects.update(version=2)

        answer = client.post(remove(row), seen)

        assert (answer.status_code, answer.context["clash"]) == (409, True)
        assert "Somebody else changed this while you were looking." in answer.text
        assert 'name="seen" value="2"' in answer.text
    assert [model.objects.count() for model in (AcademicYear, Term, Closure)] == [2, 1, 1]


def test_bank_holidays_that_would_count_as_taught_are_marked_in_one_step(client, senco):
    year = AcademicYearFactory(school=senco.school)
    TermFactory(year=year, name="Summer term 2027", starts=date(2027, 4, 12), ends=date(2027, 7, 21),
                half_term_starts=date(2027, 5, 31), half_term_ends=date(2027, 6, 4))  # fmt: skip
    assert "1 bank holiday would count as taught" in client.get(CALENDAR).text

    client.post(reverse("school:bank-holidays"))
    client.post(reverse("school:bank-holidays"))

    day = Closure.objects.get()
    assert (day.starts, day.kind, day.name) == (date(2027, 5, 3), "bank", "May Day")
    assert client.get(reverse("school:bank-holidays")).url == CALENDAR


def test_rows_of_another_school_do_not_exist_here(client, senco):
    term = TermFactory()

    for row in (term, term.year, closure(term.school)):
        assert client.get(edit(row)).status_code == 404
        assert client.post(remove(row)).status_code == 404


def test_only_those_who_manage_the_calendar_change_it(senco):
    term = TermFactory()
    day, year = closure(term.school), term.year
    values = {"name": "X", "starts": date(2027, 1, 4), "ends": date(2027, 1, 5)}

    for verb, arguments in (
        (actions.add_year, {"school": term.school, "values": values, "with_terms": False}),
        (actions.change_year, {"year": year, "values": values, "seen": 1}),
        (actions.remove_year, {"year": year, "seen": 1}),
        (actions.add_term, {"school": term.school, "values": values}),
        (actions.change_term, {"term": term, "values": values, "seen": 1}),
        (actions.remove_term, {"term": term, "seen": 1}),
        (actions.add_closure, {"school": term.school, "values": values}),
        (actions.change_closure, {"closure": day, "values": values, "seen": 1}),
        (actions.remove_closure, {"closure": day, "seen": 1}),
        (actions.add_bank_holidays, {"school": term.school}),
        (actions.import_dates, {"school": term.school, "terms": [], "closures": []}),
    ):
        with pytest.raises(NotAllowed, match="manage the calendar"):
            verb(by=senco, **arguments)


def test_a_stale_version_writes_nothing(senco):
    term = TermFactory(year__school=senco.school)

    with pytest.raises(Stale):
        actions.change_term(term=term, values={"ends": date(2026, 12, 17)}, seen=7, by=senco)
    term.refresh_from_db()
    assert term.ends == date(2026, 12, 18)
