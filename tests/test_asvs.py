"""docs/asvs.md: every requirement of levels 1 and 2 stands there once, with what proves it or why it is not met."""

import re
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "docs" / "asvs.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| (\d+\.\d+\.\d+) \| ([^|]+) \| ([^|]+) \|$", PAGE, re.MULTILINE)
# The sections of OWASP ASVS 5.0.0; a figure is the level of one requirement, in their order.
LEVELS = {
    "1.1": "22", "1.2": "1111122223", "1.3": "112222222223", "1.4": "222", "1.5": "123",
    "2.1": "122", "2.2": "112", "2.3": "12223", "2.4": "23",
    "3.1": "3", "3.2": "113", "3.3": "12223", "3.4": "11222233", "3.5": "11122333", "3.6": "3", "3.7": "22333",
    "4.1": "12233", "4.2": "23333", "4.3": "22", "4.4": "1222",
    "5.1": "2", "5.2": "112333", "5.3": "113", "5.4": "222",
    "6.1": "122", "6.2": "111111112222", "6.3": "11223333", "6.4": "112233", "6.5": "22222333", "6.6": "2223",
    "6.7": "33", "6.8": "2222",
    "7.1": "222", "7.2": "1111", "7.3": "22", "7.4": "11222", "7.5": "223", "7.6": "22",
    "8.1": "1233", "8.2": "1123", "8.3": "133", "8.4": "23",
    "9.1": "111", "9.2": "1222",
    "10.1": "22", "10.2": "223", "10.3": "22223", "10.4": "1111122222233333", "10.5": "22222", "10.6": "22",
    "10.7": "222",
    "11.1": "2233", "11.2": "22233", "11.3": "11233", "11.4": "1222", "11.5": "23", "11.6": "23", "11.7": "33",
    "12.1": "12233", "12.2": "11", "12.3": "22223",
    "13.1": "2333", "13.2": "222223", "13.3": "2233", "13.4": "1222233",
    "14.1": "22", "14.2": "12223333", "14.3": "122",
    "15.1": "12233", "15.2": "12233", "15.3": "1222222", "15.4": "3333",
    "16.1": "2", "16.2": "22222", "16.3": "2222", "16.4": "222", "16.5": "2223",
    "17.1": "23", "17.2": "22223333", "17.3": "22",
}  # fmt: skip
# Of level 3, those that matter for children's data in a school.
CHOSEN = {
    "1.2.10", "1.3.12", "3.4.7", "3.4.8", "3.5.8", "5.2.4", "5.2.6", "5.3.3", "6.3.5", "6.3.7", "6.3.8", "6.4.6",
    "6.5.6", "7.5.3", "8.3.2", "10.2.3", "13.1.3", "13.4.6", "14.2.6", "14.2.7", "15.1.4", "15.1.5", "15.2.4",
    "15.2.5", "15.4.2", "16.5.4",
}  # fmt: skip
# How the last column begins, and what docs/security.md calls it.
KINDS = {
    "`tests/": "proven by tests",
    "in part: `tests/": "in part",
    "checked by reading: ": "checked by reading",
    "not met, because ": "not met",
    "does not apply, because ": "do not apply",
}


def of_level(levels):
    return {
        f"{section}.{place}"
        for section, figures in LEVELS.items()
        for place, level in enumerate(figures, 1)
        if level in levels
    }


def test_the_standard_is_the_one_we_mean():
    assert [len(of_level(level)) for level in "123"] == [70, 183, 92]
    assert of_level("3") >= CHOSEN


def test_every_requirement_stands_once_in_the_order_of_the_standard():
    ids = [name for name, _, _ in ROWS]

    assert len(ids) == len(re.findall(r"^\| \d", PAGE, re.MULTILINE))
    assert [name for name, times in Counter(ids).items() if times > 1] == []
    assert set(ids) == of_level("12") | CHOSEN
    assert ids == sorted(ids, key=lambda name: [int(part) for part in name.split(".")])


def test_every_row_names_its_proof_or_says_why_not():
    for name, _, proof in ROWS:
        (kind,) = [begins for begins in KINDS if proof.startswith(begins)]
        if kind == "in part: `tests/":
            assert "; not met: " in proof, name
        if kind == "checked by reading: ":
            assert "](" in proof or "`" in proof, name


def test_no_row_names_a_file_instead_of_a_test():
    assert re.findall(r"`tests/[^`:]*`", PAGE) == []


def test_the_security_page_counts_them_as_they_are():
    found = Counter(next(words for begins, words in KINDS.items() if proof.startswith(begins)) for _, _, proof in ROWS)
    page = " ".join((ROOT / "docs" / "security.md").read_text(encoding="utf-8").split())

    said = re.search(
        r"Of (\d+) rows (\d+) are proven by tests, (\d+) in part; (\d+) were checked by reading, (\d+) are not met, "
        r"(\d+) do not apply",
        page,
    )

    assert said is not None
    assert [int(number) for number in said.groups()] == [len(ROWS), *(found[words] for words in KINDS.values())]
