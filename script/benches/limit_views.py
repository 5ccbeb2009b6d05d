"""The limit of the map's other views: by class, from one query, folded in one pass and joined by string."""

from html import escape

from django.db import connection

AGGREGATE = {"postgresql": "string_agg", "sqlite": "group_concat"}
TIERS = {1: "Wave 1", 2: "Wave 2", 3: "Wave 3"}
AREAS = {
    "cognition": "Cognition and learning",
    "communication": "Communication and interaction",
    "semh": "Social, emotional and mental health",
    "sensory": "Sensory and/or physical",
    "other": "Other support (not SEND)",
}
HEADS = ("Tier", "Area of need", "Dose", "Delivered by")
NUMBERS = ("Learners", "Placements", "Minutes a week")
PLACED = """
SELECT l.id, g.name, v.id, v.name, v.tier, v.area, v.sessions, v.minutes, p.sessions * p.minutes, d.people
FROM interventions_placement p
JOIN learners_learner l ON l.id = p.learner_id
LEFT JOIN learners_group g ON g.id = l.group_id
JOIN interventions_provision v ON v.id = p.provision_id
LEFT JOIN (SELECT d.provision_id, {aggregate}(COALESCE(u.name, d.name), ', ') AS people FROM interventions_deliverer d
           LEFT JOIN school_user u ON u.id = d.user_id GROUP BY d.provision_id) d ON d.provision_id = v.id
WHERE p.school_id = %s AND p.starts <= %s AND (p.ends IS NULL OR p.ends >= %s)
ORDER BY g.name, v.tier, v.name, v.area, v.sessions, v.minutes
"""


def cells(values: tuple, numbers: tuple) -> str:
    """The cells of a line."""
    text = "".join(
        f'<td data-label="{head}">{escape(value)}</td>' for head, value in zip(HEADS, values, strict=True)
    )  # fmt: skip
    return text + "".join(
        f'<td class="number" data-label="{head}">{value:,}</td>' for head, value in zip(NUMBERS, numbers, strict=True)
    )


def line(key: tuple, held: list) -> str:
    """One provision of a class."""
    _, name, tier, area, sessions, minutes = key
    learners, provisions, people, placed, total = held
    dose = f"{sessions} × {minutes} min" if sessions else "every lesson"
    staff = list(people)
    shown = ", ".join(staff[:3]) + (f" and {len(staff) - 3} more" if len(staff) > 3 else "")
    what = (
        f'<a href="/provisions/{next(iter(provisions))}/">{escape(name)}</a>' if len(provisions) == 1 else escape(name)
    )
    under = f' <span class="soft small under">{len(provisions)} groups</span>' if len(provisions) > 1 else ""
    head = f'<tr><th scope="row" class="tiered t{tier}">{what}{under}</th>'
    return head + cells((TIERS[tier], AREAS[area], dose, shown), (len(learners), placed, total)) + "</tr>"


def sums(label: str, learners: set, placed: int, total: int) -> str:
    """A line of totals."""
    numbers = cells(("", "", "", ""), (len(learners), placed, total))
    return f'<tr class="sums"><th scope="row">{escape(label)}</th>{numbers}</tr>'


def classes_of(school: int, day: str) -> str:
    """The table: one query, one pass, one join of strings."""
    with connection.cursor() as cursor:
        cursor.execute(PLACED.format(aggregate=AGGREGATE[connection.vendor]), [school, day, day])
        found = cursor.fetchall()
    folded: dict[str, dict] = {}
    for learner, group, provision, *about, minutes, people in found:
        held = folded.setdefault(group or "No class", {}).setdefault((group, *about), [set(), {}, {}, 0, 0])
        held[0].add(learner)
        held[1][provision] = True
        held[2][people or ""] = True
        held[3] += 1
        held[4] += minutes or 0
    parts, everybody, placed, total = [], set(), 0, 0
    for group, lines in folded.items():
        here = set().union(*(held[0] for held in lines.values()))
        count, minutes = (sum(held[at] for held in lines.values()) for at in (3, 4))
        heading = f'<tr class="section"><th scope="rowgroup" colspan="8">{escape(group)}</th></tr>'
        rows = "".join(line(key, held) for key, held in lines.items())
        parts.append(f"<tbody>{heading}{rows}{sums(f'{group}: in all', here, count, minutes)}</tbody>")
        everybody |= here
        placed, total = placed + count, total + minutes
    return "".join([*parts, "<tfoot>", sums("All together", everybody, placed, total), "</tfoot>"])
