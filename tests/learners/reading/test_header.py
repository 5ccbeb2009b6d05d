"""Finding the headings."""

from learners.reading.header import split_header


def test_an_empty_table_has_no_headings():
    assert split_header([(1, [None, None]), (2, [])]) == ([], 0, [])


def test_headings_end_with_the_last_that_says_something():
    headings, row, below = split_header([(1, ["UPN", None, "DOB", None, None]), (2, ["A", "B", "C", "D"])])

    assert (headings, row, below) == (["UPN", "", "DOB"], 1, [(2, ["A", "B", "C", "D"])])


def test_without_a_known_heading_the_first_row_is_taken():
    assert split_header([(1, ["URN", "Name of school"]), (2, ["1", "Oakfield"])])[0] == ["URN", "Name of school"]


def test_headings_are_not_looked_for_far_down():
    rows = [(number, [f"note {number}"]) for number in range(1, 30)]

    assert split_header([*rows, (30, ["UPN", "DOB"])])[1] == 1
