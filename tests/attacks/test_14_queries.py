"""Row 14, with open redirects and forged hosts: what is typed into addresses and filters is never more than words."""

import pytest
from django.test import Client
from django.urls import reverse

from tests.attacks.walking import addresses, browser, everything
from tests.matrix.test_matrix import put_back

PAYLOADS = [
    "' OR '1'='1", "'; DROP TABLE learners_learner; --", '" OR ""="', "%' OR 1=1 --", "0 UNION SELECT 1", "pk__gt",
    "school__user__password", "-password", "\0", "1;SELECT pg_sleep(9)", "9" * 400, "-1", "1e999", "\\",
]  # fmt: skip
# What our pages read from addresses, and what Django's own look-ups are called.
NAMES = (
    "q", "text", "find", "page", "sort", "view", "by", "year", "group", "need", "sen", "flag", "tier", "area", "gap",
    "state", "from", "since", "back", "learner", "show", "for", "archived", "left", "as_of", "columns", "then",
    "status", "on", "day",
)  # fmt: skip
UNKNOWN = {"_connector": "OR", "_negated": "1", "surname__startswith": "Z", "school__pk__gt": "0", "pk__in": "1,2"}
LISTS = ("learners:register", "interventions:map", "interventions:provisions", "interventions:library")
ELSEWHERE_SITES = [
    "https://evil.example/", "//evil.example/", "/\\evil.example/", "\\\\evil.example", "https:evil.example",
    "http:///evil.example", "javascript:alert(1)", "data:text/html,x", "/\t/evil.example/", " //evil.example",
    "https://testserver@evil.example/", "https://testserver.evil.example/", "\x00//evil.example", "ftp://testserver/",
]  # fmt: skip


@pytest.mark.parametrize("payload", PAYLOADS, ids=lambda text: repr(text)[:24])
def test_no_filter_sort_or_search_breaks_or_widens_what_is_seen(world, payload):
    sent, wrong = dict.fromkeys(NAMES, payload), []
    before = everything()
    for name, address, _, route in addresses(world):
        if route.public:
            continue
        with put_back():
            answers = [browser(world).get(address, sent)]
        if name in LISTS:
            with put_back():
                answers.append(browser(world).post(address, sent))
        wrong += [
            name
            for answer in answers
            if answer.status_code >= 500
            or "Zqelsewhere"
            in (answer.text if not answer.streaming and "text" in answer.headers.get("Content-Type", "") else "")
        ]

    assert wrong == []
    assert everything() == before


@pytest.mark.parametrize("name", LISTS)
def test_names_of_columns_in_an_address_filter_nothing(world, name):
    address = reverse(name)

    plain, tried = (browser(world).get(address, sent) for sent in ({}, UNKNOWN))

    assert (plain.status_code, tried.status_code) == (200, 200)
    assert [word in plain.text for word in ("Zqown", "Zqother")] == [
        word in tried.text for word in ("Zqown", "Zqother")
    ]


@pytest.mark.parametrize("field", ["next", "back", "query", "url", "return"])
@pytest.mark.parametrize("site", ELSEWHERE_SITES)
def test_no_form_leads_to_another_host(world, field, site):
    led = []
    names = {"school:preferences", "school:switch", "school:sign-out", "interventions:undo", "interventions:views"}
    for name, address, body, _ in addresses(world):
        if name in names:
            with put_back():
                answer = browser(world).post(f"{address}", {**body, field: site})
            if (
                not answer.headers.get("Location", "/").startswith("/")
                or answer.headers.get("Location", "/")[1:2] in "/\\"
            ):
                led += [name] if answer.headers.get("Location", "/") != "/" else []

    assert led == []


@pytest.mark.parametrize("host", ["evil.example", "testserver.evil.example", "testserver@evil.example", "a b", "[::1"])
def test_a_forged_host_is_refused_and_stands_on_no_page(db, host):
    answer = Client(raise_request_exception=False).get("/sign-in/", headers={"host": host})

    assert answer.status_code == 400
    assert host not in answer.text


def test_a_host_that_a_visitor_claims_to_come_through_is_not_believed(client, senco):
    answer = client.post(reverse("school:sign-out"), headers={"x-forwarded-host": "evil.example"})

    assert answer.headers["Location"].startswith("/")
