"""The limit of Today: four queries, the cards put together in one pass and joined by string."""

import json
from datetime import date, time
from html import escape
from typing import Any
from uuid import uuid4

from django.db import connection

from interventions.ledger import REASONS

MOST = 12
ENGAGED = ((1, "1, hardly"), (2, "2, a little"), (3, "3, mostly"), (4, "4, well"), (5, "5, fully"))
SLOTS = """
SELECT s.id, s.weekday, s.week, s.at, s.minutes, s.starts, s.ends, v.id, v.name, v.tier,
       COALESCE(NULLIF(s.place, ''), v.place)
FROM interventions_slot s JOIN interventions_provision v ON v.id = s.provision_id
WHERE s.school_id = %s AND v.starts <= %s AND (v.ends IS NULL OR v.ends >= %s)
  AND (s.deliverer_id = %s OR s.deliverer_id IS NULL AND EXISTS (
    SELECT 1 FROM interventions_deliverer d WHERE d.provision_id = v.id AND d.user_id = %s))
ORDER BY s.at, v.name
"""
SPARE = """
SELECT v.id, v.name, v.tier, v.minutes, v.place FROM interventions_provision v
WHERE v.school_id = %s AND v.starts <= %s AND (v.ends IS NULL OR v.ends >= %s) AND EXISTS (
  SELECT 1 FROM interventions_deliverer d WHERE d.provision_id = v.id AND d.user_id = %s)
ORDER BY v.name, v.id
"""
SAID = """
SELECT n.slot_id, n."on", n.state, n.standing, e.said, u.name FROM interventions_session n
LEFT JOIN interventions_entry e ON e.client = n.standing LEFT JOIN school_user u ON u.id = e.by_id
WHERE n.school_id = %s AND n."on" BETWEEN %s AND %s
"""
PLACED = """
SELECT p.provision_id, p.id, COALESCE(NULLIF(l.preferred_name, ''), l.forename), l.surname, p.starts, p.ends
FROM interventions_placement p JOIN learners_learner l ON l.id = p.learner_id
WHERE p.school_id = %s AND p.starts <= %s AND (p.ends IS NULL OR p.ends >= %s) ORDER BY l.surname, l.forename, p.id
"""


def _rows(query: str, given: list[object]) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(query, given)
        return cursor.fetchall()


def _day(value: Any) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) else value


def _options(chosen: object, all_of_them: Any) -> str:
    return "".join(
        f'<option value="{code}"{" selected" if code == chosen else ""}>{words}</option>' for code, words in all_of_them
    )


LEARNER = """<fieldset class="one"><legend>{name}</legend>
        <label>If absent, why <select name="why-{pk}">{reasons}</select></label>
        <label>Minutes <input type="number" name="minutes-{pk}" inputmode="numeric" min="0" max="600" value=""></label>
        <label>Engagement <select name="engaged-{pk}"><option value="">–</option>{engaged}</select></label>
        <label class="tall">Note <input name="note-{pk}" maxlength="300" value="{note}"></label>
      </fieldset>"""
HERE = (
    '<label class="here"><input type="checkbox" name="here" value="{pk}"{there}><span>{name}</span>'
    '<em aria-hidden="true"></em></label><input type="hidden" name="who" value="{pk}">'
)
CARD = """<article class="card t{tier}" id="card-{key}" data-card="{key}" data-title="{name}, {at:%H:%M}"
  aria-labelledby="name-{key}">
  <header>
    <h3 id="name-{key}">{name}</h3>
    <p class="when">
      <b>{at:%H:%M}</b> to {ends} <span class="soft">{minutes} min · {place}</span></p>
  </header>
  <p class="came" data-words role="status">{came}</p>
  <details class="log" open><summary class="visually-hidden">Log it</summary>
  <form method="post" action="/today/log/" data-queue><input type="hidden" name="csrfmiddlewaretoken" value="{token}">
    <input type="hidden" name="key" value="{key}~{token}"><input type="hidden" name="client" value="{client}">
    <input type="hidden" name="made" value=""><input type="hidden" name="after" value="{after}">
    <fieldset class="who"><legend class="visually-hidden">Who was there</legend>
      {here}
    </fieldset>
    <button class="button main big" name="state" value="delivered" data-button>All present, as planned</button>
    <details class="more"><summary>Minutes, notes and more</summary>
      <label class="line">Minutes it took <input type="number" name="actual" inputmode="numeric" min="1" max="600"
        placeholder="{minutes}" value=""></label>
      <label class="tall">Note about the group
        <textarea name="note" rows="2" maxlength="500" aria-describedby="readers-{key}"></textarea></label>
      <p class="soft small" id="readers-{key}">Others who see one of these learners read this: name no learner.</p>
      {more}
      <button class="button main big" name="state" value="delivered">Log with this</button>
    </details>
    <details class="more missed"><summary>It was not delivered</summary>
      <fieldset class="why"><legend>Why not</legend>{why}</fieldset>
      <button class="button big" name="state" value="missed"><span class="due">Log: not delivered</span></button>
    </details>
    {back}
  </form></details>
</article>
"""
ONE_MORE = """<article class="card t{tier}" id="card-{key}" data-card="{key}" data-title="{name}" data-new
   aria-labelledby="name-{key}">
  <header>
    <h3 id="name-{key}">{name}</h3>
    <p class="when"><span class="soft">{minutes} min · {place}</span></p>
  </header>
  <p class="came" data-words role="status"></p>
  <details class="log"><summary>Log it</summary>
  <form method="post" action="/today/log/" data-queue><input type="hidden" name="csrfmiddlewaretoken" value="{token}">
    <input type="hidden" name="key" value="{key}~{token}"><input type="hidden" name="client" value="{client}">
    <input type="hidden" name="made" value=""><input type="hidden" name="after" value="">
    <div class="pair"><label>Time <input type="time" name="at" value="09:00" required data-now="2026-11-26"></label>
      <label>Minutes planned <input type="number" name="length" value="{minutes}" min="1" max="600" required></label>
    </div>
    <fieldset class="who"><legend class="visually-hidden">Who was there</legend>
      {here}
    </fieldset>
    <button class="button main big" name="state" value="delivered" data-button>All present, as planned</button>
  </form></details>
</article>
"""
WHY = "".join(
    f'        <label>\n          <input type="radio" name="reason" value="{code}">\n          {words}</label>\n'
    for code, words in REASONS.items()
)
BACK = (
    '<button class="button quiet" name="state" value="open" data-take-back>Take it back: nothing was said yet</button>'
)


def _learner(pk: int, name: str, heard: dict[str, Any]) -> str:
    reasons, engaged = _options(heard.get("outcome"), REASONS.items()), _options(heard.get("engagement"), ENGAGED)
    return LEARNER.format(pk=pk, name=name, reasons=reasons, engaged=engaged, note=escape(heard.get("note", "")))


def _here(pk: int, name: str, heard: dict[str, Any]) -> str:
    there = " checked" if heard.get("outcome", "present") == "present" else ""
    return HERE.format(pk=pk, name=name, there=there)


def card(slot: tuple, day: date, learners: list[tuple[int, str]], said: tuple | None, token: str) -> str:
    """One session."""
    pk, _, _, at, minutes, _, _, _, name, tier, place = slot
    at = time.fromisoformat(at) if isinstance(at, str) else at
    ends = at.hour * 60 + at.minute + minutes
    told = json.loads(said[4]) if said and isinstance(said[4], str) else said[4] if said else {}
    heard = (told or {}).get("learners", {})
    logged = bool(said and said[2] in ("delivered", "missed"))
    about = [(who, called, heard.get(str(who), {})) for who, called in learners]
    return CARD.format(
        key=f"slot-{pk}-{day:%Y-%m-%d}", tier=tier, name=escape(name), at=at, ends=f"{ends // 60:02}:{ends % 60:02}",
        minutes=minutes, place=escape(place), token=token, client=uuid4(), after=said[3] if said else "",
        came=f"<b>Delivered, {len(learners)} present</b> {escape(said[5] or '')}" if logged else "", why=WHY,
        here="".join(_here(*one) for one in about), more="".join(_learner(*one) for one in about),
        back=BACK if logged else "",
    )  # fmt: skip


def one_more(row: tuple, day: date, placed: Any, token: str) -> str:
    """The card of a session that no timetable plans; nothing where nobody is placed."""
    pk, name, tier, minutes, place = row
    here = "".join(
        _here(one[1], escape(f"{one[2]} {one[3]}"), {})
        for one in placed
        if _day(one[4]) <= day and (one[5] is None or _day(one[5]) >= day)
    )
    return ONE_MORE.format(
        key=f"new-{pk}-{day:%Y-%m-%d}", tier=tier, name=escape(name), minutes=minutes or 30, place=escape(place),
        token=token, client=uuid4(), here=here,
    ) if here else ""  # fmt: skip


def today_of(school: int, user: int, days: list[tuple[date, str]]) -> str:
    """The cards of the last of `days`, and before them those of earlier days that nobody said anything about."""
    first, now = days[0][0], days[-1][0]
    slots = _rows(SLOTS, [school, now, first, user, user])
    said = {(row[0], _day(row[1])): row for row in _rows(SAID, [school, first, now])}
    placed: dict[int, list[tuple]] = {}
    for row in _rows(PLACED, [school, now, first]):
        placed.setdefault(row[0], []).append(row)
    token = "a" * 64
    gaps, own = [], []
    for day, week in reversed(days):
        for slot in slots:
            begins, ends = _day(slot[5]), _day(slot[6])
            if slot[1] != day.weekday() or slot[2] not in ("", week) or begins > day or (ends and ends < day):
                continue
            told = said.get((slot[0], day))
            if day < now and (told or len(gaps) == MOST):
                continue
            learners = [
                (row[1], escape(f"{row[2]} {row[3]}"))
                for row in placed.get(slot[7], ())
                if _day(row[4]) <= day and (row[5] is None or _day(row[5]) >= day)
            ]
            (own if day == now else gaps).append(card(slot, day, learners, told, token))
    spare = [one_more(row, now, placed.get(row[0], ()), token) for row in _rows(SPARE, [school, now, now, user])]
    return "".join([*spare, *gaps, *own])
