"""The map on paper: every page says what it is, no row is torn, nothing that people wrote is markup."""

import io
import re
from dataclasses import replace

import pytest
from pypdf import PdfReader

from interventions.dose import Dose
from interventions.export.drawing import Drawing, Head, Line, Note, Shown, drawing_of
from interventions.export.paper import MOST_SCOPE, pages_expected, pages_of, portioned
from interventions.export.sheets import CONFIDENTIAL
from interventions.grid import Entry, Section, Table, tables
from provisionmap.web.pdf import many_pages
from tests.interventions.export.made import ABOUT, LABELS, view
from tests.interventions.export.payloads import PAYLOADS

LONG = "Wolfeschlegelsteinhausenbergerdorff" * 6
ON_EVERY_PAGE = (
    "Oakfield & Sons", "As of 23 November 2026", "Year: Year 4", "Wave 1", "Wave 2", "Wave 3", "Learner", "Key:",
    "Exported by Ana Ruiz on 23 November 2026 at 10:00",
)  # fmt: skip
A3, A4 = (1191, 842), (842, 595)


def printed(about, drawing):
    """The document and the words of its pages."""
    reader = PdfReader(io.BytesIO(many_pages(pages_of(about, drawing))[0]))
    return reader, [page.extract_text() for page in reader.pages]


def size(page):
    return tuple(round(float(side)) for side in page.mediabox[2:])


@pytest.mark.parametrize(("paper", "sides"), [("A3", A3), ("A4", A4)])
def test_every_page_has_the_headings_the_school_the_day_the_filters_and_its_number(paper, sides):
    reader, words = printed(replace(ABOUT, paper=paper), view(90))

    assert len(words) > 2
    assert {size(page) for page in reader.pages} == {sides}
    for number, text in enumerate(words, start=1):
        flat = " ".join(text.split())
        for said in (*ON_EVERY_PAGE, f"Page {number} of {len(words)}"):
            assert said in flat
    assert sum(text.count("Maya Okafor") for text in words) == 90


def test_one_learner_is_one_page():
    assert len(printed(ABOUT, view(1))[1]) == 1


def test_it_is_tagged_for_screen_readers():
    reader, _ = printed(ABOUT, view(2))

    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"] == True  # noqa: E712
    assert str(root["/Lang"]) == "en-GB"
    assert b"pdfuaid" in root["/Metadata"].get_data()
    assert reader.metadata.title == "Provision map of Oakfield & Sons"
    assert reader.metadata.author is None


def test_headings_of_columns_and_of_lines_are_marked_as_such():
    html = pages_of(ABOUT, view(2))

    assert html.count('<th scope="col"') == 9
    assert html.count('<th scope="row"') == 2
    assert html.count("<h1>") == 1


@pytest.mark.parametrize("confidential", [True, False])
def test_it_says_on_every_page_when_something_is_confidential(confidential):
    _, words = printed(replace(ABOUT, confidential=confidential), view(60))

    assert [CONFIDENTIAL in text for text in words] == [confidential] * len(words)


def test_a_confidential_entry_says_so_in_words():
    drawn = Drawing(
        "Map", (Head("Learner"), Head("Wave 1", 44, 1)), (Line(("Ann", (Note("Talk", confidential=True),))),)
    )

    assert '<small><em class="secret">Confidential</em> </small>' in pages_of(ABOUT, drawn)


@pytest.mark.parametrize("payload", ["<script>alert(1)</script>", "<img src=x>", "&lt;b&gt;", '"><td>', *PAYLOADS[:5]])
def test_what_people_write_is_words(payload):
    about = replace(ABOUT, school=payload, by=payload, filters=(payload,), tiers={1: payload, 2: payload, 3: payload})
    html = pages_of(about, view(1, payload, payload))

    assert re.findall(r"<(?:script|img)", html) == []
    assert html.count("<td") == 8


def test_long_names_break_inside_their_column():
    _, words = printed(ABOUT, view(1, text=LONG, name=LONG))

    assert len(words) == 1
    assert LONG in re.sub(r"\s|\u200b", "", words[0])


@pytest.mark.parametrize("paper", ["A3", "A4"])
def test_words_stay_whole_in_their_columns(paper):
    whos = ("Reception", "Kingfishers"), ("Nursery 1", "Ducklings")
    heads = (Head("Learner", 24), Head("Year", 11), Head("Class", 9), Head("Communication", 16, 2), Head("Wave 1", 150))
    lines = tuple(Line((f"Ann {at}", *who, (Note("Reads"),), ())) for at, who in enumerate(whos))

    _, [text] = printed(replace(ABOUT, paper=paper), Drawing("Map", heads, lines))

    assert [word for word in ("Communication", *whos[0], "Ducklings") if word not in text] == []


def test_columns_that_grow_for_their_words_leave_the_page_as_it_is():
    drawn = view(3)
    longer = replace(drawn, lines=tuple(replace(line, cells=(*line.cells[:2], "Kingfisherses", *line.cells[3:]))
                                        for line in drawn.lines))  # fmt: skip

    reader, _ = printed(replace(ABOUT, paper="A4"), longer)

    assert len(reader.pages) == 1


def test_a_dose_stays_on_one_line():
    heads = (Head("Learner", 24), *(Head(f"Club {at}", 16, 2) for at in range(9)))
    cells = (((Note(f"Letter {'s' * at}", "3 × 20 min"),)) for at in range(9))

    _, words = printed(replace(ABOUT, paper="A4"), Drawing("Map", heads, (Line(("Ann", *cells)),)))

    assert sum(text.count("3 × 20 min") for text in words) == 9


def test_a_heading_says_its_tier_in_words():
    html = pages_of(ABOUT, Drawing("Map", (Head("Learner"), Head("Phonics", 16, 2, "Wave 2")), (Line(("Ann", ())),)))

    assert '<th scope="col" class="t2">Phonics<small>Wave 2</small></th>' in html


def test_the_first_page_begins_with_its_title_near_the_top():
    reader, _ = printed(ABOUT, view(1))
    heights = {}
    reader.pages[0].extract_text(
        visitor_text=lambda text, matrix, at, *_: heights.setdefault(text.strip()[:13], matrix[3] * at[5] + matrix[5])
    )

    assert heights["Provision map"] > heights["Key:"]
    assert A3[1] - heights["Provision map"] < 60


@pytest.mark.parametrize("paper", ["A3", "A4"])
@pytest.mark.parametrize("count", [1, 40, 150])
def test_the_pages_expected_are_about_those_that_come(paper, count):
    _, words = printed(replace(ABOUT, paper=paper), view(count))

    assert abs(pages_expected(view(count), paper) - len(words)) <= 1 + len(words) * 0.4


def test_filters_without_end_are_cut_at_the_head_of_a_page_and_whole_on_the_first():
    html = pages_of(replace(ABOUT, filters=("x" * 500,)), view(1))

    assert re.sub("\u200b", "", html).count("x" * 500) == 1
    assert len(ABOUT.scope) < MOST_SCOPE


def test_a_row_taller_than_a_page_comes_in_portions_and_loses_nothing():
    notes = tuple(Note(f"Provision number {at}", "3 × 20 min", ("Jo Marsh", "word " * 30), tier=2) for at in range(70))
    drawn = Drawing("Map", (Head("Learner", 24), Head("Wave 2", 44, 2)), (Line(("Ann", notes)), Line(("Bo", ()))))

    _, words = printed(replace(ABOUT, paper="A4"), drawn)

    assert [at for at in range(70) if f"Provision number {at} " not in " ".join(" ".join(words).split()) + " "] == []
    assert [text for text in words if "Learner" not in text] == []
    assert sum(text.count("Ann (continued)") for text in words) > 3


def test_a_row_that_fits_is_left_as_it_is():
    line = Line(("Ann", (Note("Phonics"),)))

    assert portioned(line, Drawing("Map", (Head("Learner"), Head("Wave 1")), ()), "A3") == [line]


def test_empty_cells_say_that_nothing_is_there_and_empty_sums_do_not():
    columns = (tables.Column("Place"), tables.Column("Learners", "count"), tables.Column("Runs", "listed"))
    runs = (Entry("Phonics", 2, "semh", Dose(3, 20), 1200),)
    section = Section("Year 4", (tables.Line("Ann", ("", 1200, runs), confidential=True),), ("", 1200, ()))
    html = pages_of(ABOUT, drawing_of(Table("By staff", "Staff", columns, (section,)), Shown(), LABELS))

    assert html.count('class="none"') == 1
    assert '<td class="number">1,200</td>' in html
    assert '<tr class="group"><th scope="rowgroup" colspan="4">Year 4</th></tr>' in html
    assert '<th scope="row">Ann<br>CONFIDENTIAL</th>' in html


def test_what_somebody_delivers_stands_three_abreast_where_it_is_the_only_list():
    runs = tuple(Entry(f"Phonics {at}", 2, "semh", Dose(3, 20), 60) for at in range(150))
    columns = (tables.Column("Provision", "listed"), tables.Column("Learners", "count"))
    staff = Table("By staff", "Staff", columns, (Section("", tuple(tables.Line("Ann", (runs, 3)) for _ in range(4))),))

    drawn = drawing_of(staff, Shown(), LABELS)
    abreast, narrow = printed(ABOUT, drawn), printed(ABOUT, replace(drawn, beside=1))

    assert [len(pages[1]) for pages in (abreast, narrow)] == [8, 24]
    assert abs(pages_expected(drawn, "A3") - 8) <= 2
    assert sum(text.count("Phonics 149") for text in abreast[1]) == 4


def test_a_map_with_nothing_on_it_says_so():
    _, [text] = printed(ABOUT, view(0))

    assert "Nothing on the map fits these filters on this day." in text


def test_pages_are_told_one_by_one():
    told = []

    _, pages = many_pages(pages_of(ABOUT, view(60)), told.append)

    assert told == list(range(1, pages + 1))
