"""The PDF helper draws from our static files and from nothing else."""

import pytest
from weasyprint.urls import FatalURLFetchingError, URLFetchingError

from provisionmap.web.pdf import ROOT, NotOurs, StaticFetcher, draw, one_page, written
from provisionmap.web.templatetags.web import break_long


@pytest.mark.parametrize(
    "address",
    [
        "file:///etc/passwd",
        "http://127.0.0.1/secret",
        "https://school.example/css/base.css",
        "data:text/css,body{}",
        f"{ROOT}nothing/here.css",
        "ftp://static.invalid/css/base.css",
    ],
)
def test_no_address_but_a_static_file_is_fetched(address):
    with pytest.raises(NotOurs):
        StaticFetcher().fetch(address)


@pytest.mark.parametrize("name", ["../provisionmap/settings.py", "%2e%2e/provisionmap/settings.py", "/../manage.py"])
def test_a_name_does_not_climb_out_of_the_static_files(name):
    with pytest.raises(NotOurs, match="no static file"):
        StaticFetcher().fetch(ROOT + name)


def test_a_static_file_is_served_with_its_type():
    answer = StaticFetcher().fetch(f"{ROOT}css/passport-print.css")

    assert answer.content_type == "text/css"
    assert b"@page" in answer.read()


@pytest.mark.parametrize(
    "html",
    [
        '<link rel="attachment" href="file:///etc/passwd">',
        '<link rel="stylesheet" href="https://school.example/x.css">',
        '<img alt="" src="http://127.0.0.1/x.png">',
    ],
)
def test_a_page_that_asks_for_more_is_not_drawn_with_it(html):
    try:
        pdf = written(draw(f'<html lang="en"><title>t</title><body>{html}'))
    except (NotOurs, URLFetchingError, FatalURLFetchingError):
        return
    assert b"root:" not in pdf
    assert b"/EmbeddedFile" not in pdf


def test_the_largest_size_that_one_page_holds_is_found_by_halving():
    tried = []

    def page_at(size):
        tried.append(size)
        return f'<html lang="en"><title>t</title><style>p{{font-size:{size}}}</style>' + "<p>words</p>" * 60

    pdf = one_page(page_at, ["30pt", "20pt", "12pt", "9pt", "4pt", "3pt"])

    assert tried == ["12pt", "4pt", "9pt"]
    assert pdf == one_page(page_at, ["4pt"])
    assert pdf != one_page(page_at, ["3pt"])


def test_the_smallest_size_is_kept_when_none_fits():
    pdf = one_page(lambda size: '<html lang="en"><title>t</title>' + "<p>words</p>" * 200, ["9pt", "8pt"])

    assert pdf.startswith(b"%PDF")


def test_only_runs_longer_than_a_word_are_broken():
    word = "Llanfairpwllgwyngyllgogerychwyrndrobwll"

    assert break_long(f"{word}\n{'m' * 41} a") == f"{word}\n" + "\u200b".join(["m" * 8] * 5 + ["m"]) + " a"
