"""The register: who stands there, how it is narrowed, and what never reaches an address."""

import re

import pytest
from django.urls import reverse

from learners.models import Learner
from provisionmap.school.roles import Role
from tests.factories import GroupFactory, LearnerFactory, SenProvisionFactory, member

HX = {"HX-Request": "true"}
REGISTER = reverse("learners:register")


def names(answer):
    """The learners a page shows, in order, by surname."""
    return re.findall(r'<a href="/learners/\d+/">([^,<]+),', answer.text)


def test_the_register_is_in_the_order_of_surnames(client, senco):
    for surname in ("Shaw", "Abara", "Moss"):
        LearnerFactory(school=senco.school, surname=surname)

    answer = client.get(REGISTER)

    assert names(answer) == ["Abara", "Moss", "Shaw"]
    assert answer.context["tally"] == {"learners": 3, "support": 0, "plans": 0}


def test_an_empty_school_is_told_to_import_its_pupil_list(client, senco):
    answer = client.get(REGISTER)

    assert "Import your pupil list" in answer.text
    assert reverse("learners:add") in answer.text


def test_a_teacher_without_learners_is_told_why(client, db):
    client.force_login(member(Role.CLASS_TEACHER))

    answer = client.get(REGISTER)

    assert "No learner is shared with you yet" in answer.text
    assert "Import" not in answer.text


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("year=2", ["Young"]),
        ("sen=K", ["Kay"]),
        ("sen=E", ["Eve"]),
        ("sen=none", ["Blank", "Young"]),
        ("need=ASD", ["Eve", "Kay"]),
        ("flag=eal", ["Young"]),
        ("roll=left", ["Gone"]),
        ("roll=all&sen=none", ["Blank", "Gone", "Young"]),
        ("year=Q&flag=password", ["Blank", "Eve", "Kay", "Young"]),
    ],
)
def test_each_filter_narrows_the_list(client, senco, query, expected):
    here = {"school": senco.school}
    SenProvisionFactory(learner=LearnerFactory(**here, surname="Kay"), code="K", need_1="SPLD", need_2="ASD")
    SenProvisionFactory(learner=LearnerFactory(**here, surname="Eve"), code="E", need_1="ASD")
    LearnerFactory(**here, surname="Young", nc_year="2", eal=True)
    LearnerFactory(**here, surname="Blank")
    LearnerFactory(**here, surname="Gone", left="2026-07-20")

    answer = client.get(f"{REGISTER}?{query}")

    assert names(answer) == expected


def test_a_group_of_another_school_narrows_nothing(client, senco):
    mine, theirs = GroupFactory(school=senco.school), GroupFactory()
    LearnerFactory(school=senco.school, group=mine, surname="Abara")
    LearnerFactory(school=senco.school, surname="Moss")

    assert names(client.get(f"{REGISTER}?group={mine.pk}")) == ["Abara"]
    assert names(client.get(f"{REGISTER}?group={theirs.pk}")) == ["Abara", "Moss"]


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("name", ["Abara", "Moss", "Shaw"]),
        ("-name", ["Shaw", "Moss", "Abara"]),
        ("year", ["Shaw", "Moss", "Abara"]),
        ("-year", ["Abara", "Moss", "Shaw"]),
        ("password", ["Abara", "Moss", "Shaw"]),
    ],
)
def test_columns_sort_by_an_allow_list(client, senco, sort, expected):
    for surname, year in (("Abara", "10"), ("Moss", "2"), ("Shaw", "R")):
        LearnerFactory(school=senco.school, surname=surname, nc_year=year)

    assert names(client.get(f"{REGISTER}?sort={sort}")) == expected


@pytest.mark.parametrize("words", ["okaf", "MAYA oka", "mimi", "g80120000101", "T801"])
def test_a_learner_is_found_by_names_and_upns(client, senco, words):
    LearnerFactory(
        school=senco.school,
        surname="Okafor",
        forename="Maya",
        preferred_name="Mimi",
        upn="G801200001012",
        former_upn="T801200001011",
    )
    LearnerFactory(school=senco.school, surname="Reid", forename="Tomos", upn="H801200001013")

    answer = client.post(REGISTER, {"q": words}, headers=HX)

    assert names(answer) == ["Okafor"]


def test_words_searched_for_never_reach_an_address(client, senco):
    LearnerFactory(school=senco.school, surname="Okafor", nc_year="4")

    answer = client.post(REGISTER, {"q": "Okafor", "year": "4", "sort": "-year"}, headers=HX)

    assert answer.headers["HX-Replace-Url"] == f"{REGISTER}?year=4&sort=-year"
    assert 'method="post"' in client.get(REGISTER).text


def test_a_search_in_an_address_is_not_read(client, senco):
    LearnerFactory(school=senco.school, surname="Okafor")

    assert names(client.get(f"{REGISTER}?q=nobody")) == ["Okafor"]


def test_words_searched_for_are_in_no_log(client, senco, caplog):
    with caplog.at_level(0):
        client.post(REGISTER, {"q": "Zebedee"})

    assert "request" in caplog.messages
    assert not any("Zebedee" in str(vars(record)) for record in caplog.records)


def test_without_javascript_filters_come_back_as_an_address(client, senco):
    answer = client.post(REGISTER, {"q": "", "year": "4", "page": "1"})

    assert (answer.status_code, answer.headers["Location"]) == (302, f"{REGISTER}?year=4")


def test_without_javascript_a_search_shows_the_whole_page(client, senco):
    LearnerFactory(school=senco.school, surname="Okafor")

    answer = client.post(REGISTER, {"q": "Okafor"})

    assert names(answer) == ["Okafor"]
    assert "<!doctype html>" in answer.text
    assert 'value="Okafor"' in answer.text


def test_nobody_matching_says_what_to_do(client, senco):
    LearnerFactory(school=senco.school)

    assert "Nobody matches" in client.post(REGISTER, {"q": "xyz"}, headers=HX).text


def test_fifty_learners_a_page(client, senco):
    for _ in range(51):
        LearnerFactory(school=senco.school)

    assert len(names(client.get(REGISTER))) == 50
    assert len(names(client.get(f"{REGISTER}?page=2"))) == 1
    assert client.post(REGISTER, {"page": "2"}, headers=HX).headers["HX-Replace-Url"] == f"{REGISTER}?page=2"


@pytest.mark.parametrize("rows", [1, 30])
def test_the_number_of_queries_does_not_grow_with_the_rows(client, senco, rows, django_assert_num_queries):
    group = GroupFactory(school=senco.school)
    for _ in range(rows):
        SenProvisionFactory(learner=LearnerFactory(school=senco.school, group=group))

    with django_assert_num_queries(6):
        client.get(REGISTER)


def test_a_teaching_assistant_sees_only_learners_they_were_granted(client, db):
    assistant = member(Role.TEACHING_ASSISTANT)
    shared = LearnerFactory(school=assistant.school, surname="Shared")
    ended = LearnerFactory(school=assistant.school, surname="Ended")
    LearnerFactory(school=assistant.school, surname="Hidden")
    shared.grants.create(user=assistant, source="provision:1", starts="2026-09-01")
    ended.grants.create(user=assistant, source="provision:2", starts="2026-09-01", ends="2026-11-22")
    client.force_login(assistant)

    assert names(client.get(REGISTER)) == ["Shared"]
    assert names(client.post(REGISTER, {"q": "Hidden"}, headers=HX)) == []


def test_learners_of_another_school_are_not_there(client, senco):
    LearnerFactory(surname="Elsewhere")

    assert Learner.objects.count() == 1
    assert names(client.get(REGISTER)) == []


def test_a_governor_has_no_register(client, db):
    client.force_login(member(Role.GOVERNOR))

    assert client.get(REGISTER).status_code == 403


def rows_of(text):
    """What stands inside the part of the page that a search swaps, without the way its lines are broken."""
    inside = text.split('<div id="register-rows">')[-1]
    return " ".join(inside.split())


@pytest.mark.parametrize("sent", [{}, {"year": "4"}, {"sort": "-year"}, {"page": "2"}, {"flag": "eal"}])
def test_swapped_rows_are_what_a_reload_of_the_address_would_show(client, senco, sent):
    for number in range(51):
        learner = LearnerFactory(school=senco.school, nc_year="4" if number % 2 else "2")
        SenProvisionFactory(learner=learner)

    swapped = client.post(REGISTER, sent, headers=HX)
    reloaded = client.get(swapped.headers["HX-Replace-Url"]).text

    assert rows_of(reloaded).startswith(rows_of(swapped.text))
    assert len(names(swapped)) == len(re.findall(r'id="learner-\d+"', reloaded))


def test_pages_are_addresses_unless_words_are_searched_for(client, senco):
    for number in range(51):
        LearnerFactory(school=senco.school, surname=f"Okafor{number}", nc_year="4")

    plain = client.get(f"{REGISTER}?year=4&sort=-year").text
    found = client.post(REGISTER, {"q": "Okafor"}, headers=HX).text
    last = client.get(f"{REGISTER}?page=2").text

    assert 'rel="next" href="/learners/?year=4&amp;sort=-year&amp;page=2"' in plain
    assert 'name="page" value="2"' in found
    assert 'rel="next"' not in found
    assert f'rel="prev" href="{REGISTER}"' in last
