"""What this app puts on the learner page: the learner's provision, now, to come and before.

Found by name: the learners app loads `panels` of every app once the models stand.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from interventions import session_panel, sight
from interventions.delivery_panel import delivery
from interventions.models import Placement
from interventions.reading import deliverers_of, item_of
from learners import sight as reasons
from learners.models import Learner
from learners.panels import register
from provisionmap.school import own_links
from provisionmap.school.access import capabilities_at
from provisionmap.school.models import User
from provisionmap.school.roles import Capability


def provision(learner: Learner, user: User, today: date) -> tuple[str, dict[str, Any]] | None:
    """The placements this person may see, by time; nothing for those who may not see the map.

    Three queries, however many placements: them, who delivers them, what the school calls its tiers.
    """
    held = capabilities_at(user, learner.school)
    if Capability.SEE_MAP not in held:
        return None
    rows = list(Placement.objects.visible_to(user).filter(learner=learner).with_last_tier().for_map())
    people = deliverers_of({row.provision_id for row in rows}, today)
    names = learner.school.tier_names()
    lines = [_line(row, people.get(row.provision_id, ()), names.on(_last_day(row, today)), held) for row in rows]
    before = [line for line in lines if line["item"].ends and line["item"].ends < today]
    shown = {
        "now": [line for line in lines if line not in before and line["item"].starts <= today],
        "later": [line for line in lines if line["item"].starts > today],
        "before": sorted(before, key=lambda line: (line["item"].ends, line["item"].starts), reverse=True),
    }
    return "interventions/panels/provision.html", shown


def _last_day(row: Placement, today: date) -> date:
    """The day whose tiers a placement is shown under: its last, or today while it runs or is to come."""
    return min(row.ends or today, today)


def _line(
    row: Placement, people: tuple[str, ...], tiers: Mapping[int, str], held: frozenset[Capability]
) -> dict[str, Any]:
    """One placement as the panel draws it; its provision is a link only for those whom it opens to."""
    item = replace(item_of(row, people, frozenset()), tier=vars(row)["tier_then"])
    opens = Capability.SEE_ALL_LEARNERS in held and (not item.confidential or Capability.SEE_CONFIDENTIAL in held)
    return {
        "item": item,
        "tier": tiers.get(item.tier, f"Tier {item.tier}"),
        "people": ", ".join(item.people),
        "provision": row.provision_id if opens else None,
    }


register("provision", "Provision", provision, order=15)
register("delivery", "Delivery", delivery, order=16)
register("sessions", "Sessions", session_panel.sessions, order=18)
reasons.register("work", sight.work)
own_links.register("calendar", session_panel.calendar)
own_links.register("week", session_panel.week)
