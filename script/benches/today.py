"""Today, of the person with most to deliver, against four queries and one join of strings."""

import json
import os
import re
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import urlencode

from django.db.models import Count

from benches import ground
from benches.client import Link
from benches.map import check_same, count_statements
from benches.race import race
from benches.report import Report
from interventions.models import Attendance, Slot
from interventions.timetable import letters
from provisionmap.school.calendar import Span, is_teaching_day
from provisionmap.school.models import School, User
from provisionmap.school.today import today as now

RATIO = 6
QUERIES = 14  # the timetable, what was said, closures, absences, trips, cards to add, answers; constant in rows
BACK = 14  # days, as Today looks back
CARDS = re.compile(r'(?s)^(.*<div id="cards"[^>]*>)(.*)(</div>\s*</div>\s*</main>.*)$')


def busiest(school: School) -> User:
    """Who has most times in the week; no SENCO, whose page would be another."""
    slots = Slot.objects.filter(school=school, provision__deliverers__user__isnull=False).on(now())
    found = slots.values("provision__deliverers__user").annotate(times=Count("pk")).order_by("-times")
    senco = ground.senco().pk
    return User.objects.get(pk=next(row["provision__deliverers__user"] for row in found if row[
        "provision__deliverers__user"] != senco))  # fmt: skip


def days_of(school: School) -> list[tuple[date, str]]:
    """The days that Today reads, with the letter of their week; the last is today, a school day or not."""
    span = Span(now() - timedelta(days=BACK), now())
    dates = school.calendar_dates()
    found = letters(dates, span)
    days = [span.starts + timedelta(days=number) for number in range(BACK + 1)]
    return [(day, found.get(day - timedelta(days=day.weekday()), "")) for day in days
            if day == span.ends or is_teaching_day(dates, day)]  # fmt: skip


def today(report: Report, school: School, rounds: int) -> None:
    """The page, over HTTP, and its statements."""
    user = busiest(school)
    client, cookie = ground.signed_in(user)
    days = ",".join(f"{day:%Y-%m-%d}{week}" for day, week in days_of(school))
    with ground.serving("provisionmap.wsgi", "/today/", cookie) as port, ground.serving("benches.limits", "/") as bare:
        ours, limit = Link(port, cookie), Link(bare)
        page = ours.get("/today/")
        before, _, after = CARDS.match(page.decode()).groups()
        (Path(os.environ["DATA_DIR"]) / "shell.json").write_text(json.dumps([before, after]))
        path = f"/today/?{urlencode({'school': school.pk, 'user': user.pk, 'days': days})}"
        found = race(lambda: ours.get("/today/"), lambda: limit.get(path), rounds=rounds, each=10)
        cards, rows = page.count(b"<article"), Attendance.objects.filter(school=school).count()
        report.ratio(f"Today, {cards} cards over {rows:,} rows", found, RATIO)
        check_same(report, len(page), len(limit.get(path)))
    count_statements(report, "Today", "/today/", client=client, most=QUERIES)
