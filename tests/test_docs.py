"""The documentation keeps its promises: links lead somewhere, settings are explained, cited sections exist."""

import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.apps import apps

from learners.retention import Periods, State, standing
from provisionmap.school.roles import GRANTS, LABELS, Capability, Role

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
CODE = [
    path
    for folder in ("provisionmap", "learners", "interventions", "reviews", "ehcp", "reports", "script", "deploy")
    for path in sorted((ROOT / folder).rglob("*"))
    if path.is_file() and path.suffix in ("", ".py")
]
# Of the shell, of the tools we call, or set by one script for another.
NOT_OURS = {"DJANGO_SETTINGS_MODULE", "PYTHONWARNINGS", "PWD", "PGHOST", "CONFIG", "PY"}


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def anchors_of(page: Path) -> set[str]:
    """The anchors of a page's headings, as code hosts make them."""
    headings = re.findall(r"^#+ (.+)$", text_of(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def links() -> list[tuple[Path, str]]:
    return [
        (page, link)
        for page in PAGES
        for link in re.findall(r"\]\(([^)\s]+)\)", text_of(page))
        if not re.match(r"[a-z]+:", link)
    ]


@pytest.mark.parametrize(("page", "link"), links(), ids=lambda value: getattr(value, "name", value))
def test_every_link_between_pages_leads_somewhere(page, link):
    target, _, anchor = link.partition("#")

    there = (page.parent / target).resolve() if target else page

    assert there.exists()
    assert not anchor or anchor in anchors_of(there)


def test_every_section_that_code_cites_exists():
    cited = {
        found.groups()
        for path in CODE
        for found in re.finditer(r'(docs/[\w./-]+\.md),\s+"([^"]+)"', text_of(path).replace("\n#", "\n"))
    }

    assert ("docs/domain.md", "Codes") in cited
    headings = {
        (page.relative_to(ROOT).as_posix(), heading)
        for page in PAGES
        for heading in re.findall(r"^#+ (.+)$", text_of(page), re.MULTILINE)
    }
    assert cited - headings == set()


def variables() -> set[str]:
    """Every environment variable that settings, scripts and containers read."""
    found = set()
    for path in [*CODE, *(ROOT / ".ci").iterdir(), ROOT / "docker-compose.yml"]:
        text = text_of(path)
        found |= set(re.findall(r'\benv\.\w+\(\s*"([A-Z_]+)"', text))
        found |= set(re.findall(r'os\.environ(?:\.get\(|\.setdefault\(|\[)\s*[f]?["\']([A-Z_]+)["\']', text))
        if path.suffix != ".py":
            found |= set(re.findall(r"\$\{([A-Z_]{2,})[:}]", text))
    return found - NOT_OURS


def test_every_environment_variable_is_explained():
    explained = set(re.findall(r"`([A-Z_]+)`", text_of(ROOT / "docs" / "running.md")))

    assert {"DATA_DIR", "SECRET_KEY", "DOMAIN"} <= variables()
    assert variables() - explained == set()


def test_every_variable_that_a_school_sets_stands_in_the_example():
    example = set(re.findall(r"^(?:# )?([A-Z_]+)=", text_of(ROOT / ".env.example"), re.MULTILINE))

    # Of the tests, of one script for another, and of the Redis container alone.
    for_nobody = {"TEST_DATA_DIR", "TEST_DATABASE_URL", "ANNOUNCE", "SCHEDULE_FILE", "OWN_DATABASE", "AUDIT_TOOLS"}
    for_redis = {"REDIS_BIND", "REDIS_PORT", "REDIS_DIR"}
    assert variables() - example == for_nobody | for_redis


def test_the_table_of_roles_says_what_the_code_does():
    tables = [line for line in text_of(ROOT / "docs" / "domain.md").splitlines() if line.startswith("| ")]
    rows = [[cell.strip() for cell in line.removeprefix("|").removesuffix("|").split("|")] for line in tables]
    said = {row[0]: row[1:] for row in rows}

    assert said[""] == list(LABELS.values())
    for capability in Capability:
        assert said[capability.value] == ["yes" if capability in GRANTS[role] else "" for role in Role]


def test_the_tree_names_no_other_host_where_pages_are_made():
    for folder in ("templates", "static/css", "static/js"):
        for path in sorted((ROOT / folder).rglob("*")):
            if path.is_file():
                assert re.findall(r"https?://(?!www\.w3\.org)", text_of(path)) == []


def test_every_test_that_a_page_names_exists():
    named = {
        found
        for page in (ROOT / "docs").glob("*.md")
        for found in re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", text_of(page))
    }

    assert len(named) > 150
    assert [
        one
        for one in sorted(named)
        if not (ROOT / one[0]).is_file() or (one[1] and f"def {one[1]}(" not in text_of(ROOT / one[0]))
    ] == []


def test_the_data_map_names_every_model_with_its_personal_and_special_fields():
    rows = [line.strip("|").split("|") for line in text_of(ROOT / "docs" / "data-map.md").splitlines()]
    said = {
        row[0].strip().split(" ")[0]: [cell.strip() for cell in row[1:]] for row in rows if len(row) == 5
    }  # fmt: skip

    for label in ("school", "learners", "interventions", "reviews", "ehcp", "reports"):
        for model in apps.get_app_config(label).get_models():
            if hasattr(model, "history_object"):
                continue
            personal, special, why, how_long = said.pop(model.__name__)
            assert personal == (", ".join(model.Privacy.personal) or "–"), model
            assert special == (", ".join(model.Privacy.special) or "–"), model
            assert why, model
            assert how_long, model
    assert sorted(said) == ["---", "Model"]


def day_of(words: str) -> date:
    return datetime.strptime(words, "%d %B %Y").replace(tzinfo=UTC).date()


def test_the_worked_examples_of_retention_are_what_the_rule_says():
    days = {"none": None, "not written down": None}
    words = {"may go": State.DUE, "nobody can tell": State.UNKNOWN, "kept, on roll": State.ON_ROLL}
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in text_of(ROOT / "docs" / "retention.md").splitlines()
        if re.search(r"\| (yes|no) \|", line)
    ]

    assert len(rows) == 7
    for born, left, sen, said in rows:
        found = standing(
            born=days[born] if born in days else day_of(born),
            left=days[left] if left in days else day_of(left),
            sen=sen == "yes", held=False, periods=Periods(), today=date(2026, 11, 23),
        )  # fmt: skip
        wanted = words.get(said) or State.KEPT
        assert found.state is wanted, (born, said)
        assert wanted is not State.KEPT or said == f"kept until {found.since.day} {found.since:%B %Y}"
