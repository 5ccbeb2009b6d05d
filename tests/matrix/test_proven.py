"""What the matrix tried, by role and capability, as docs/security.md shows it to whoever decides.

`WRITE_PROVEN=1` before pytest writes the table there anew.
"""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from textwrap import wrap

from provisionmap.school.roles import LABELS, Capability, Role
from tests.matrix.expectations import ROUTES, UNGUARDED
from tests.matrix.test_matrix import VIEWS, built, tries, world
from tests.matrix.world import ACTORS, World

__all__ = ["built", "world"]
PAGE = Path(__file__).resolve().parent.parent.parent / "docs" / "security.md"
BEGINS, ENDS = "<!-- proven: tests/matrix/test_proven.py writes this -->\n", "<!-- /proven -->"
OUT = {401, 403, 404}  # not signed in, not in the role, not theirs
WIDTH = 120
NOT_ASKED = 405  # the page has no such method, whoever asks


def counted(world: World) -> tuple[Counter[tuple[Capability, str, bool]], int]:
    """Requests of the matrix by capability, role and whether they were let in; and how many there were in all."""
    found: Counter[tuple[Capability, str, bool]] = Counter()
    every = 0
    for name in ROUTES:
        needed = getattr(VIEWS[name], "capabilities", ())
        lots = (False, True) if name not in UNGUARDED else (False,)
        for fragment in lots:
            for one in tries(world, name, fragment=fragment):
                every += 1
                if one.want != NOT_ASKED and one.actor.name in {role.value for role in Role}:
                    for capability in needed:
                        found[capability, one.actor.name, one.want not in OUT] += 1
    return found, every


def table_of(world: World) -> str:
    """The table in Markdown, and the sentences round it."""
    found, every = counted(world)
    asked = [one for one in Capability if any(capability is one for capability, *_ in found)]
    words = (
        f"{every:,} requests by {len(ACTORS)} people to {len(ROUTES)} addresses, each answered as the table says that "
        "was written by hand. In each field: let in / refused, because the role does not include it or the thing is "
        "not theirs. A page that asks for one of several capabilities counts in the row of each: a role may be let in "
        "by the other one."
    )
    lines = [
        *wrap(words, WIDTH),
        "",
        f"| | {' | '.join(LABELS.values())} |",
        f"|---|{'---|' * len(LABELS)}",
    ]
    for one in asked:
        fields = (f"{found[one, role.value, True]} / {found[one, role.value, False]}" for role in Role)
        lines.append(f"| {one.value} | {' | '.join(fields)} |")
    waiting = [one.value for one in Capability if one not in asked]
    rest = f"No address asks for these: they decide what a page shows, or wait for theirs. {'; '.join(waiting)}."
    return "\n".join([*lines, "", *wrap(rest, WIDTH)]) + "\n"


def test_the_page_says_what_was_tried(world):
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGINS)
    _, _, after = rest.partition(ENDS)
    if os.environ.get("WRITE_PROVEN"):
        PAGE.write_text(before + BEGINS + table_of(world) + ENDS + after, encoding="utf-8")

    text = PAGE.read_text(encoding="utf-8")

    assert text.partition(BEGINS)[2].partition(ENDS)[0] == table_of(world)


def test_every_role_was_let_in_and_refused_somewhere(world):
    found, _ = counted(world)

    for role in Role:
        assert sum(found[one, role.value, False] for one in Capability) > 100
        assert sum(found[one, role.value, True] for one in Capability) > 0 or role is Role.GOVERNOR
