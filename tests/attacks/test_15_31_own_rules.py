"""Rows 14, 15 and 31: calls that no file of the product may hold, read from its syntax."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
FOLDERS = ("provisionmap", "learners", "interventions", "reviews", "ehcp", "reports")
FILES = [path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*.py")) if "migrations" not in path.parts]
# Where markup is put together by hand; tests/attacks/test_11_scripts.py holds that each of them escapes.
MARKUP = {
    "provisionmap/web/forms.py",
    "interventions/cells.py",
    "interventions/tables.py",
    "interventions/views/map.py",
}
FROM_OUTSIDE = {"GET", "POST", "META", "headers", "COOKIES", "body"}
NETWORK = {"requests", "urllib.request", "http.client", "httpx", "aiohttp", "urllib3", "ftplib", "telnetlib"}
UNSAFE = {"pickle", "marshal", "shelve", "dill"}
PROGRAMS = {"subprocess", "pty", "commands"}  # nothing of the product starts another program
WEAK = {"hashlib.md5", "hashlib.sha1"}
CALLS = {"eval", "exec", "compile", "mark_safe", "Sniffer", "RawSQL", "urlopen"}
WHOLE = {"yaml.load", "yaml.unsafe_load", "os.system", "os.popen", "django.utils.safestring.mark_safe"} | WEAK
METHODS = {"raw", "extra", "Sniffer", "from_string"}


def from_outside(node):
    """Whether something of a request is spoken of anywhere within."""
    return any(isinstance(one, ast.Attribute) and one.attr in FROM_OUTSIDE for one in ast.walk(node))


def names_from_outside(node):
    """Whether a `**` gets its names from a request; one whose names we wrote ourselves does not."""
    return any(from_outside(key) for key in node.keys if key) if isinstance(node, ast.Dict) else from_outside(node)


def called(node):
    """The last name of what is called."""
    return getattr(node.func, "attr", getattr(node.func, "id", ""))


def against(tree):
    """What in a file breaks our rules, with its line."""
    found = []
    for node in ast.walk(tree):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)]
        found += [(node.lineno, f"import {name}") for name in names if name in NETWORK | UNSAFE | PROGRAMS | WEAK]
        if not isinstance(node, ast.Call):
            continue
        name, whole = called(node), ast.unparse(node.func)
        if name in METHODS and isinstance(node.func, ast.Attribute):
            found.append((node.lineno, f".{name}()"))
        elif (name in CALLS and whole in CALLS) or whole in WHOLE:
            found.append((node.lineno, f"{whole}()"))
        if any(word.arg is None and names_from_outside(word.value) for word in node.keywords):
            found.append((node.lineno, "** of a request"))
        if name in {"order_by", "values", "annotate", "alias"} and any(from_outside(arg) for arg in node.args):
            found.append((node.lineno, f"{name}() of a request"))
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_file_of_ours_breaks_a_rule(path):
    assert against(ast.parse(path.read_text(encoding="utf-8"))) == []


def test_the_library_of_grants_is_asked_where_sight_is_decided_only():
    asking = {
        path.relative_to(ROOT).as_posix()
        for path in FILES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if (isinstance(node, ast.ImportFrom) and (node.module or "").startswith("guardian"))
        or (isinstance(node, ast.Import) and any(alias.name.startswith("guardian") for alias in node.names))
    }

    assert asking == {"learners/models/grant.py", "learners/models/learner.py"}


SURE = {"SystemRandom"}  # the machine's own chance, which nobody foretells


def test_only_the_demo_plays_with_a_chance_that_can_be_foretold():
    playing = {
        path.relative_to(ROOT).parts[:2]
        for path in FILES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if (isinstance(node, ast.ImportFrom) and node.module == "random" and {one.name for one in node.names} != SURE)
        or (isinstance(node, ast.Import) and any(alias.name == "random" for alias in node.names))
    }

    assert playing == {("provisionmap", "demo")}


def test_markup_is_called_safe_in_known_places_only():
    makers = {
        path.relative_to(ROOT).as_posix()
        for path in FILES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and called(node) in {"SafeString", "SafeText", "mark_safe"}
    }

    assert makers <= MARKUP
    assert "|safe" not in "".join(path.read_text(encoding="utf-8") for path in (ROOT / "templates").rglob("*.html"))
    assert "autoescape off" not in "".join(
        path.read_text(encoding="utf-8") for path in (ROOT / "templates").rglob("*.html")
    )


@pytest.mark.parametrize(
    "line",
    [
        "Learner.objects.filter(**request.GET.dict())", "rows.order_by(request.GET['sort'])", "mark_safe(text)",
        "Learner.objects.raw('SELECT 1')", "rows.extra(where=['1=1'])", "import pickle", "yaml.load(text)",
        "eval(text)", "rows.filter(**{request.POST['field']: 1})",
        "csv.Sniffer().sniff(text)", "import requests", "from urllib.request import urlopen", "exec(text)",
        "rows.values(*request.POST)", "import subprocess", "os.system(text)", "hashlib.md5(text)",
        "from hashlib import sha1", "engines['django'].from_string(text)",
    ],
)  # fmt: skip
def test_each_rule_finds_what_it_forbids(line):
    assert against(ast.parse(line)) != []
