"""The map taken out: a workbook against plain cells, a print against the bare PDF library."""

import io
from datetime import date

from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from weasyprint import HTML
from xlsxwriter import Workbook

from benches import ground
from benches.race import race
from benches.report import Report
from interventions.export.asked import Asked, asked
from interventions.export.drawing import Shown
from interventions.export.paper import pages_of
from interventions.export.sheets import map_book
from interventions.export.xlsx import xlsx
from interventions.sheet import HEADINGS
from provisionmap.school.models import School, User
from provisionmap.school.today import today
from provisionmap.web.pdf import ROOT, StaticFetcher, many_pages

RATIO_EXPORT, RATIO_PRINT = 3, 1.5
QUERIES = 20
EACH = 1  # a print takes seconds
AGGREGATE = {"postgresql": "string_agg", "sqlite": "group_concat"}
ROWS = """
SELECT l.upn, l.surname, l.forename, l.nc_year, g.name, s.code, s.need_1, v.id, v.name, v.tier, v.area, v.subject,
       p.sessions, p.minutes, p.starts, p.ends,
       (SELECT {aggregate}(COALESCE(u.name, d.name) || ' (' || d.role || ')', '; ') FROM interventions_deliverer d
          LEFT JOIN school_user u ON u.id = d.user_id WHERE d.provision_id = v.id),
       r.name, v.place, c.name, p.outcome, p.baseline, p.target, p.review_on, v.starts, v.ends, v.sessions, v.minutes,
       i.name, CASE WHEN v.confidential THEN 'Provision' ELSE '' END, v.note
FROM interventions_placement p
JOIN learners_learner l ON l.id = p.learner_id
JOIN interventions_provision v ON v.id = p.provision_id
LEFT JOIN learners_group g ON g.id = l.group_id
LEFT JOIN learners_group c ON c.id = v.group_id
LEFT JOIN learners_senprovision s ON s.learner_id = l.id AND s.ends IS NULL
LEFT JOIN school_user r ON r.id = v.responsible_id
LEFT JOIN interventions_intervention i ON i.id = v.intervention_id
WHERE p.school_id = %s AND p.starts <= %s AND (p.ends IS NULL OR p.ends >= %s)
ORDER BY l.surname, l.forename, l.id, v.tier, v.name, p.id
"""


def bare(school: School) -> bytes:
    """The limit: one query, and its cells as they come, on two sheets without any look."""
    with connection.cursor() as cursor:
        cursor.execute(ROWS.format(aggregate=AGGREGATE[connection.vendor]), [school.pk, today(), today()])
        rows = cursor.fetchall()
    cells: dict[str, dict[int, list[str]]] = {}
    for row in rows:
        said = f"{row[8]}, {row[12]} × {row[13]} min · {row[16]} · to {row[15]} · {row[20]} · target {row[22]}"
        cells.setdefault(f"{row[2]} {row[1]}", {}).setdefault(row[9], []).append(said)
    out = io.BytesIO()
    with Workbook(out, {"in_memory": True}) as book:
        view, flat = book.add_worksheet("Map"), book.add_worksheet("Placements")
        for number, (name, tiers) in enumerate(cells.items()):
            view.write_string(number, 0, name)
            for tier, lines in tiers.items():
                view.write_string(number, tier, "\n".join(lines))
        for number, row in enumerate((HEADINGS, *rows)):
            for column, value in enumerate(row):
                if isinstance(value, int):
                    flat.write_number(number, column, value)
                elif value:
                    flat.write_string(number, column, value.isoformat() if isinstance(value, date) else str(value))
    return out.getvalue()


def wanted_by(school: School, user: User) -> Asked:
    """The whole map, as the person signed in asks for it."""
    return asked(school=school, user=user, query=QueryDict(""))


def workbook(school: School, user: User) -> bytes:
    """Ours: who may see what, the view, its placements, styled."""
    wanted, shown = wanted_by(school, user), Shown()
    drawing = wanted.drawing(shown)
    about = wanted.about("A3", drawing.confidential, timezone.now())
    return xlsx(map_book(about, shown, drawing, wanted.rows()))


def document(school: School, user: User) -> str:
    """The HTML of the print."""
    wanted = wanted_by(school, user)
    drawing = wanted.drawing(Shown())
    return pages_of(wanted.about("A3", drawing.confidential, timezone.now()), drawing)


def export(report: Report, school: School, rounds: int) -> None:
    """A workbook of the whole map."""
    user = ground.senco()
    found = race(lambda: workbook(school, user), lambda: bare(school), rounds=rounds)
    report.ratio("export, workbook of the whole map", found, RATIO_EXPORT)
    report.note(f"bytes: ours {len(workbook(school, user)):,}, limit {len(bare(school)):,}")
    with CaptureQueriesContext(connection) as seen:
        workbook(school, user)
    report.count("queries, workbook", len(seen), QUERIES)


def paper(report: Report, school: School, rounds: int) -> None:
    """A print of the whole map: read, laid out, tagged; against the library alone on the same HTML."""
    user = ground.senco()
    html = document(school, user)
    pages = 0

    def ours() -> None:
        nonlocal pages
        pages = many_pages(document(school, user))[1]

    def limit() -> None:
        HTML(string=html, base_url=ROOT, url_fetcher=StaticFetcher()).write_pdf()

    found = race(ours, limit, rounds=rounds, each=EACH, warm_up=EACH)
    report.ratio("print, A3 of the whole map", found, RATIO_PRINT)
    report.note(f"{pages} pages")
