"""The limits, served by the same gunicorn: the same work with no middleware, models, forms or templates in the way."""

import json
import os
from datetime import date
from html import escape
from pathlib import Path

import django
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.urls import path

from benches.limit_today import today_of
from benches.limit_views import classes_of

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "provisionmap.settings")
django.setup()
settings.MIDDLEWARE = []
settings.ROOT_URLCONF = "benches.limits"

SHELL = Path(os.environ["DATA_DIR"]) / "shell.json"  # the map's page round its rows, as the product answered it
AGGREGATE = {"postgresql": "string_agg", "sqlite": "group_concat"}
TIERS = ((1, "Wave 1"), (2, "Wave 2"), (3, "Wave 3"))
FLAGS = ("PP", "FSM", "EAL", "LAC", "PLAC", "YC", "SC")
YEARS = {"N1": "Nursery 1", "N2": "Nursery 2", "R": "Reception", **{str(year): f"Year {year}" for year in range(1, 15)}}
ROWS = """
SELECT l.id, l.forename, l.surname, l.preferred_name, l.nc_year, g.name, s.code, s.need_1, s.need_2, s.need_3, s.need_4,
       l.pupil_premium, l.fsm, l.eal, l.looked_after, l.previously_looked_after, l.young_carer, l.service_child,
       p.id, p.sessions, p.minutes, p.ends, p.outcome, p.target, v.name, v.tier, r.name,
       (SELECT {aggregate}(COALESCE(u.name, d.name), ', ') FROM interventions_deliverer d
          LEFT JOIN school_user u ON u.id = d.user_id WHERE d.provision_id = v.id)
FROM (SELECT * FROM learners_learner WHERE school_id = %s ORDER BY surname, forename, id LIMIT %s) l
LEFT JOIN learners_group g ON g.id = l.group_id
LEFT JOIN learners_senprovision s ON s.learner_id = l.id AND s.ends IS NULL
LEFT JOIN interventions_placement p ON p.learner_id = l.id AND p.starts <= %s AND (p.ends IS NULL OR p.ends >= %s)
LEFT JOIN interventions_provision v ON v.id = p.provision_id
LEFT JOIN school_user r ON r.id = v.responsible_id
ORDER BY l.surname, l.forename, l.id, v.tier, v.name, p.id
"""


def placement(row: tuple) -> str:
    """One placement of a cell."""
    pk, sessions, minutes, ends, outcome, target, name, tier, responsible, people = row[18:]
    dose = f"{sessions} × {minutes} min" if sessions else "every lesson"
    day = ends if isinstance(ends, date) or not ends else date.fromisoformat(ends)
    about = [escape(people or responsible or "")]
    if day:
        about.append(f"to {day.day} {day:%b %Y}")
    if outcome:
        about.append(escape(outcome))
    if target:
        about.append(f"target {escape(target)}")
    return (
        f'<div class="placement t{tier}" id="placement-{pk}"><a class="what" href="/map/placements/{pk}/" data-edit'
        f' aria-label="{escape(name)}, {dose}. Change">{escape(name)}</a><span class="dose">{dose}</span>'
        f'<span class="out">{" · ".join(about)}</span></div>'
    )


def learner(row: tuple, cells: dict[int, list[str]]) -> str:
    """One row of the table."""
    name = escape(f"{row[3] or row[1]} {row[2]}")
    tags = [code for code in row[6:11] if code] + [flag for flag, held in zip(FLAGS, row[11:18], strict=True) if held]
    shown = "".join(f'<span class="tag">{tag}</span>' for tag in tags)
    inside = "".join(
        f'<td role="cell" class="t{tier}" data-label="{label}" id="cell-{row[0]}-{tier}">{"".join(cells.get(tier, ()))}'
        f'<a class="add" href="/map/learners/{row[0]}/tier/{tier}/add/" data-add'
        f' aria-label="+ add {label} for {name}">+ add</a></td>'
        for tier, label in TIERS
    )
    return (
        f'<tr role="row" id="learner-{row[0]}"><th scope="row" role="rowheader">'
        f'<a class="name" href="/learners/{row[0]}/">{name}</a> '
        f'<span class="soft small">{YEARS.get(row[4], "")} · {escape(row[5] or "")}</span><br>{shown}'
        f'<a class="time" href="/map/learners/{row[0]}/" aria-label="{name} through time">Through time</a></th>'
        f"{inside}</tr>"
    )


def rows_of(school: int, learners: int, day: str) -> str:
    """The rows of the table: one query, one join of strings."""
    with connection.cursor() as cursor:
        query = ROWS.format(aggregate=AGGREGATE[connection.vendor])
        cursor.execute(query, [school, learners, day, day])
        found = cursor.fetchall()
    parts: list[str] = []
    last, cells = None, {}
    for row in found:
        if last is not None and row[0] != last[0]:
            parts.append(learner(last, cells))
            cells = {}
        last = row
        if row[18]:
            cells.setdefault(row[25], []).append(placement(row))
    return "".join([*parts, learner(last, cells)])


def whole_page(request: HttpRequest) -> HttpResponse:
    """The map with as many learners as asked for."""
    before, after = json.loads(SHELL.read_text())
    wanted = request.GET
    rows = rows_of(int(wanted["school"]), int(wanted["learners"]), wanted["day"])
    return HttpResponse("".join((before, rows, after)))


def save_cell(request: HttpRequest, pk: int) -> HttpResponse:
    """A cell's save: the claim, the history and the audit, and the cell to show."""
    sessions, seen, user = (int(request.POST[name]) for name in ("sessions", "seen", "user"))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(CLAIM, [sessions, pk, seen])
        if cursor.rowcount != 1:
            return HttpResponse(status=409)
        cursor.execute(HISTORY, [user, pk])
        changes = json.dumps({"sessions": [None, sessions]})
        cursor.execute(AUDIT, [user, pk, changes, pk])
        cursor.execute("SELECT p.id, p.sessions, p.minutes, v.name FROM interventions_placement p "
                       "JOIN interventions_provision v ON v.id = p.provision_id WHERE p.id = %s", [pk])  # fmt: skip
        row = cursor.fetchone()
    return HttpResponse(f'<div class="placement">{escape(row[3])} {row[1]} × {row[2]} min</div>')


CLAIM = "UPDATE interventions_placement SET sessions = %s, version = version + 1 WHERE id = %s AND version = %s"
HISTORY = """
INSERT INTO interventions_historicalplacement
  (id, starts, ends, minutes, sessions, outcome, baseline, target, confidential, version, school_id, provision_id,
   learner_id, history_date, history_change_reason, history_type, history_user_id)
SELECT id, starts, ends, minutes, sessions, outcome, baseline, target, confidential, version, school_id, provision_id,
   learner_id, CURRENT_TIMESTAMP, 'map', '~', %s FROM interventions_placement WHERE id = %s
"""
AUDIT = (
    "INSERT INTO school_auditevent (at, user_id, school_id, verb, target_model, target_id, changes, request_id) "
    "SELECT CURRENT_TIMESTAMP, %s, school_id, 'placement.change', 'interventions.placement', %s, %s, '' "
    "FROM interventions_placement WHERE id = %s"
)


def log_session(request: HttpRequest) -> HttpResponse:
    """A log of a session: what it was, who was there, the entry, the week's sums, the audit."""
    sent = request.POST
    school, provision, user, on = (sent[name] for name in ("school", "provision", "user", "on"))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT id FROM interventions_entry WHERE client = %s", [sent["client"]])
        cursor.execute(SESSION, [on, sent["at"], user, sent["client"], provision])
        session = cursor.fetchone()[0]
        rows = list(zip(sent.getlist("who"), sent.getlist("learner"), strict=True))
        values = ", ".join(["(%s, %s, %s, %s, %s, 'present', 0, 20, TRUE, NULL, '')"] * len(rows))
        given = [one for placement, who in rows for one in (school, session, placement, who, on)]
        cursor.execute(ATTENDANCE + values, given)
        cursor.execute(ENTRY, [school, session, sent["client"], json.dumps({"learners": sent.getlist("who")}), user])
        cursor.execute("UPDATE interventions_deliveryweek SET sessions = sessions + 1, delivered = delivered + 120, "
                       "catch_up = catch_up + 120 WHERE school_id = %s AND monday <= %s AND tier = 2 "
                       "AND area = 'cognition' AND intervention_id IS NULL", [school, on])  # fmt: skip
        cursor.execute("INSERT INTO school_auditevent (at, user_id, school_id, verb, target_model, target_id, changes, "
                       "request_id) VALUES (CURRENT_TIMESTAMP, %s, %s, 'session.log', 'interventions.session', %s, "
                       "'{}', '')", [user, school, session])  # fmt: skip
    return HttpResponse('{"words": "Delivered, 6 of 6 present"}', content_type="application/json")


SESSION = (
    'INSERT INTO interventions_session (school_id, provision_id, "on", at, minutes, extra, state, reason, note, '
    "delivered_by_id, role, tier, area, standing, logged_at, version) "
    "SELECT school_id, id, %s, %s, 20, TRUE, 'delivered', '', '', %s, '', tier, area, %s, CURRENT_TIMESTAMP, 1 "
    "FROM interventions_provision WHERE id = %s RETURNING id"
)
ATTENDANCE = (
    'INSERT INTO interventions_attendance (school_id, session_id, placement_id, learner_id, "on", outcome, planned, '
    "minutes, extra, engagement, note) VALUES "
)
ENTRY = (
    "INSERT INTO interventions_entry (school_id, session_id, client, digest, said, by_id, made_at, at) "
    "VALUES (%s, %s, %s, '', %s, %s, CURRENT_TIMESTAMP, CURRENT_TIMESTAMP)"
)


def hello(request: HttpRequest) -> HttpResponse:
    """A page of nothing, to see that the server is up."""
    return HttpResponse("ok")


def classes_page(request: HttpRequest) -> HttpResponse:
    """The map by class."""
    before, after = json.loads(SHELL.read_text())
    wanted = request.GET
    return HttpResponse("".join((before, classes_of(int(wanted["school"]), wanted["day"]), after)))


def today_page(request: HttpRequest) -> HttpResponse:
    """Somebody's sessions of today, and those not logged yet."""
    before, after = json.loads(SHELL.read_text())
    wanted = request.GET
    days = [(date.fromisoformat(day[:10]), day[10:]) for day in wanted["days"].split(",")]
    cards = today_of(int(wanted["school"]), int(wanted["user"]), days)
    return HttpResponse("".join((before, cards, after)))


urlpatterns = [
    path("", hello),
    path("map/", whole_page),
    path("classes/", classes_page),
    path("cell/<int:pk>/", save_cell),
    path("log/", log_session),
    path("today/", today_page),
]
application = WSGIHandler()
