"""Roles, access, audit and the pure calendar."""

import doctest
from datetime import date
from importlib import import_module

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse

from provisionmap import address, checks
from provisionmap.school import audit
from provisionmap.school.access import can, capabilities_at, require, schools_where
from provisionmap.school.actions.people import NewPerson
from provisionmap.school.calendar import (
    CalendarDates,
    Span,
    TermDates,
    bank_holidays,
    doubts,
    missing_bank_holidays,
    teaching_days,
    teaching_weeks,
    usual_terms,
)
from provisionmap.school.middleware import Can
from provisionmap.school.models import AuditEvent, Membership, User
from provisionmap.school.roles import GRANTS, SENTENCES, Capability, Role, capabilities_of, may_grant, roles_with
from provisionmap.school.staff_list import MOST_LINES, read_staff
from tests.factories import MembershipFactory, SchoolFactory, TermFactory, UserFactory, member

PURE = [
    "provisionmap.checks",
    "provisionmap.school.calendar",
    "provisionmap.school.roles",
    "provisionmap.school.staff_list",
    "provisionmap.school.term_dates",
    "provisionmap.school.term_events",
    "provisionmap.school.term_tables",
    "provisionmap.school.written_days",
    "provisionmap.address",
    "provisionmap.web.log",
    "provisionmap.web.text_file",
    "provisionmap.web.typed",
]
DAY = date(2026, 11, 23)
AUTUMN = TermDates("Autumn", date(2026, 9, 2), date(2026, 12, 18), Span(date(2026, 10, 26), date(2026, 10, 30)))


@pytest.mark.parametrize("name", PURE)
def test_the_worked_figures_of_pure_files_are_true(name):
    result = doctest.testmod(import_module(name))

    assert result.attempted > 0
    assert result.failed == 0


def test_every_role_has_its_grants_and_a_sentence():
    assert set(GRANTS) == set(SENTENCES) == set(Role)


def test_a_senco_holds_what_every_other_role_holds():
    wider = {  # hers are the ones over all learners
        Capability[name]
        for name in [
            "SEE_OWN_LEARNERS",
            "EDIT_OWN_UNIVERSAL",
            "PROPOSE_PROVISION",
            "LOG_OWN",
            "DRAFT_REVIEWS",
            "REVIEW_OWN",
            "CONTRIBUTE_REVIEWS",
            "SEE_HOURS",
            "SEE_COST_TOTALS",
            "READ_PLAN_SUMMARY",
            "READ_PLAN_LINES",
            "READ_PLAN_SHARED",
        ]
    }

    assert set().union(*GRANTS.values()) - GRANTS[Role.SENCO] == wider


@pytest.mark.parametrize(
    ("held", "role", "to_self", "answer"),
    [
        ({"senco"}, Role.HEAD, True, True),
        ({"administrator"}, Role.GOVERNOR, False, True),
        ({"administrator"}, Role.HEAD, False, False),
        ({"administrator"}, Role.GOVERNOR, True, False),
        ({"administrator", "governor"}, Role.GOVERNOR, True, True),
        ({"head"}, Role.GOVERNOR, False, False),
    ],
)
def test_who_may_give_which_role(held, role, to_self, answer):
    assert may_grant(frozenset(held), role, to_self=to_self) is answer


def test_roles_and_capabilities_are_two_views_of_one_table():
    for capability in Capability:
        for key in roles_with(capability):
            assert capability in capabilities_of(frozenset({key}))


def test_a_role_counts_from_its_first_to_its_last_day(db):
    held = MembershipFactory(starts=date(2026, 11, 23), ends=date(2026, 11, 23))

    found = [Membership.objects.on(date(2026, 11, day)).count() for day in (22, 23, 24)]

    assert found == [0, 1, 0]
    assert can(held.user, Capability.EDIT_MAP, held.school)


def test_nobody_holds_anything_who_is_signed_out_deactivated_or_nowhere(db):
    user = member(Role.SENCO)
    assert list(schools_where(user, Capability.EDIT_MAP)) == [{"school": user.school.pk}]
    assert list(schools_where(AnonymousUser(), Capability.EDIT_MAP)) == []
    assert capabilities_at(user, None) == frozenset()
    user.is_active = False
    assert list(schools_where(user, Capability.EDIT_MAP)) == []
    assert capabilities_at(user, user.school) == frozenset()


def test_what_the_request_read_is_not_asked_for_again(db, django_assert_num_queries):
    user = member(Role.SENCO)
    user.held = {user.school.pk: frozenset({Capability.SEE_MAP})}

    with django_assert_num_queries(0):
        assert can(user, Capability.SEE_MAP, user.school)
        assert not can(user, Capability.EDIT_MAP, user.school)
        assert schools_where(user, Capability.SEE_MAP) == [user.school.pk]
        assert schools_where(user, Capability.EDIT_MAP) == []


def test_what_the_request_read_does_not_outlive_the_account(db):
    user = member(Role.SENCO)
    user.held = {user.school.pk: frozenset({Capability.SEE_MAP})}
    user.is_active = False

    assert list(schools_where(user, Capability.SEE_MAP)) == []


def test_a_view_names_its_capability_and_its_methods(rf):
    @require(Capability.EDIT_MAP, Capability.SEE_MAP, writes=["POST"])
    def view(request):
        return HttpResponse("yes")

    request = rf.post("/")
    request.capabilities = frozenset({Capability.SEE_MAP})
    assert view(request).status_code == 200
    request.capabilities = frozenset()
    with pytest.raises(PermissionDenied):
        view(request)
    assert view(rf.put("/")).status_code == 405
    assert (view.capabilities, view.writes) == ((Capability.EDIT_MAP, Capability.SEE_MAP), {"POST"})


def test_a_template_that_asks_for_an_unknown_capability_fails():
    held = Can(frozenset({Capability.SEE_MAP}))

    assert (held["SEE_MAP"], held["EDIT_MAP"]) == (True, False)
    with pytest.raises(KeyError):
        held["FLY"]


def test_the_trail_keeps_values_of_plain_fields_only(db):
    user = UserFactory()

    audit.record(
        "account.change", by=user, target=user, school=SchoolFactory(),
        old={"theme": "", "name": "Old"}, new={"theme": "dark", "name": "New", "joined": DAY, "groups": [1]},
    )  # fmt: skip

    event = AuditEvent.objects.get()
    assert event.changes == {
        "theme": ["", "dark"], "name": None, "joined": [None, "2026-11-23"], "groups": [None, "[1]"],
    }  # fmt: skip
    assert str(event) == f"account.change school.user {user.pk}"


def test_the_trail_takes_the_school_of_its_target_and_knows_nobody(db):
    term = TermFactory()

    audit.record("term.change", by=None, target=term, old={"year": None}, new={"year": term.year})
    audit.record("job.run", by=None, new={"x": 1})

    first, second = AuditEvent.objects.order_by("pk")
    assert (first.school_id, first.changes) == (term.school_id, {"year": [None, term.year_id]})
    assert (second.school_id, second.target_model, second.changes) == (None, "", {"x": None})


def test_the_trail_is_only_ever_added_to(db):
    audit.record("job.run", by=None)
    event = AuditEvent.objects.get()

    with pytest.raises(TypeError):
        event.save()
    with pytest.raises(TypeError):
        event.delete()


def test_people_are_made_with_an_address_in_small_letters(db):
    user = User.objects.create_superuser("Ada@School.EXAMPLE", "x", name="Ada")

    assert (user.email, user.is_superuser) == ("ada@school.example", True)
    assert User.objects.get_by_natural_key(" ADA@school.example") == user
    with pytest.raises(ValueError, match="e-mail"):
        User.objects.create_user("")


def test_teaching_days_leave_out_weekends_half_term_and_closures():
    dates = CalendarDates((AUTUMN,), (Span(date(2026, 11, 27), date(2026, 11, 27)),))

    assert len(teaching_days(dates, Span(AUTUMN.starts, AUTUMN.ends))) == 72
    assert teaching_days(dates, Span(date(2026, 12, 1), date(2026, 11, 1))) == []
    assert teaching_weeks(dates, Span(date(2026, 10, 19), date(2026, 11, 29))) == [
        (date(2026, 10, 19), 5), (date(2026, 11, 2), 5), (date(2026, 11, 9), 5), (date(2026, 11, 16), 5),
        (date(2026, 11, 23), 4),
    ]  # fmt: skip


def test_bank_holidays_are_those_of_england_on_weekdays():
    found = bank_holidays(Span(date(2027, 1, 1), date(2027, 12, 31)))

    assert [str(day) for day, _ in found] == [
        "2027-01-01", "2027-03-26", "2027-03-29", "2027-05-03", "2027-05-31", "2027-08-30", "2027-12-27",
        "2027-12-28",
    ]  # fmt: skip
    assert missing_bank_holidays(CalendarDates((AUTUMN,))) == []


def test_usual_terms_are_whole_weeks_inside_the_year():
    terms = usual_terms(DAY)

    assert [term.starts.weekday() for term in terms] == [0, 0, 0]
    assert [term.ends.weekday() for term in terms] == [4, 4, 4]
    assert doubts(terms, []) == []


def test_what_looks_wrong_is_said():
    spring = TermDates("Spring", date(2026, 12, 18), date(2027, 3, 27))

    assert doubts([spring, AUTUMN], [Span(date(2026, 8, 31), date(2026, 8, 31)), Span(DAY, DAY)]) == [
        "Autumn and Spring overlap: put the dates of one of them right.",
        "Spring ends at a weekend (Saturday 27/03/2027): check the date.",
        "Spring has no half-term: its week will count as taught.",
        "The closure on 31/08/2026 lies outside every term, so it changes nothing.",
    ]


@pytest.mark.parametrize(
    ("line", "remedy"),
    [
        ("Ada Hill, TA", "whole e-mail address"),
        ("ada@a.example", "Name a role"),
        ("ada@a.example, TA", "person's name"),
        (f"{'x' * 121}, ada@a.example, TA", "too long"),
        ("Ada, ada@a.example, TA\nBen, ADA@a.example, TA", "in line 1 too"),
        ("\n".join(f"Ada, a{n}@a.example, TA" for n in range(MOST_LINES + 1)), "at most 200 lines"),
    ],
)
def test_a_line_of_staff_that_cannot_be_read_says_what_to_do(line, remedy):
    _, bad = read_staff(line)

    assert remedy in bad[-1].remedy


def test_a_line_of_staff_may_stand_in_any_order():
    good, bad = read_staff(
        'TA | "Hill" | Ada | <ada@a.example>\n"Ben Dale"\tben@a.example\tHeadteacher or senior leader'
    )

    assert bad == []
    assert [(one.name, one.role) for one in good] == [("Ada Hill", Role.TEACHING_ASSISTANT), ("Ben Dale", Role.HEAD)]
    assert NewPerson("Ada", "a@a.example", "head").role == "head"


@pytest.mark.parametrize(
    ("change", "host"),
    [
        ({"hosts": ["localhost", "map.school.uk"]}, "map.school.uk"),
        ({"hosts": ["*"]}, "*"),
        ({"hosts": ["192.168.0.7"]}, "192.168.0.7"),
        ({"hosts": ["localhost.school.uk"]}, "localhost.school.uk"),
        ({"bind": "0.0.0.0"}, "0.0.0.0"),  # noqa: S104 (nothing listens there: it is what must be refused)
        ({"bind": ""}, "every address"),
    ],
)
def test_the_known_key_is_for_one_machine_only(change, host):
    alone = {"secret_key": "known", "insecure_key": "known", "bind": "::1",
             "hosts": ["localhost", "a.localhost", "127.0.0.1", "[::1]"]}  # fmt: skip
    assert checks.exposed(**alone) == []

    (sentence,) = checks.exposed(**{**alone, **change})

    assert f"and {host} is reached from other machines" in sentence
    assert checks.exposed(**{**alone, **change, "secret_key": "k" * 50}) == []


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"secret_key": "x" * 49}, "SECRET_KEY"),
        ({"secret_key": "insecure" * 9}, "SECRET_KEY"),
        ({"debug": True}, "DEBUG"),
        ({"hosts": []}, "ALLOWED_HOSTS"),
        ({"hosts": ["*"]}, "ALLOWED_HOSTS"),
        ({"hosts": ["*.school.uk"]}, "ALLOWED_HOSTS"),
        ({"proxies": 0}, "TRUSTED_PROXY_COUNT"),
        ({"origins": ["http://a.example"]}, "CSRF_TRUSTED_ORIGINS"),
        ({"origins": ["https://*.example"]}, "CSRF_TRUSTED_ORIGINS"),
        ({"redis": "redis://queue:6379/0"}, "REDIS_URL"),
        ({"redis": "redis://:@queue:6379/0"}, "REDIS_URL"),
        ({"mail": "django.core.mail.backends.console.EmailBackend"}, "EMAIL_URL"),
        ({"mail": "django.core.mail.backends.filebased.EmailBackend"}, "EMAIL_URL"),
        ({"database": ":memory:"}, "DATABASE_URL"),
        ({"database": "file:one?mode=memory"}, "DATABASE_URL"),
    ],
)
def test_production_refuses_to_start_unsafely(change, words):
    safe = {
        "secret_key": "k" * 50,
        "insecure_key": "insecure" * 9,
        "debug": False,
        "hosts": ["a.example"],
        "proxies": 1,
        "origins": ["https://a.example"],
        "redis": "redis://:word@queue:6379/0",
        "mail": "django.core.mail.backends.smtp.EmailBackend",
        "database": "/var/lib/map.sqlite3",
    }
    assert checks.unsafe(**safe) == []

    (sentence,) = checks.unsafe(**{**safe, **change})

    assert words in sentence


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({}, "https://a.example"),
        ({"said": "https://map.example/"}, "https://map.example"),
        ({"origins": ["https://*.example", "https://b.example"]}, "https://b.example"),
        ({"hosts": ["localhost", ".example", "*"]}, ""),
        ({"production": False}, "http://a.example:8021"),
        ({"production": False, "hosts": ["localhost"]}, "http://127.0.0.1:8021"),
    ],
)
def test_links_in_mail_begin_with_the_address_people_know(change, found):
    usual = {"said": "", "origins": [], "hosts": ["127.0.0.1", "a.example"], "production": True, "port": 8021}

    assert address.address_of(**{**usual, **change}) == found


@pytest.mark.parametrize("said", ["map.example", "ftp://map.example", "https://", "https://a.example/x", "http://a.b"])
def test_what_is_no_address_stops_the_start(said):
    with pytest.raises(ValueError, match="ADDRESS"):
        address.address_of(said=said, origins=[], hosts=[], production=True, port=8000)
