"""Anchors: how long the chain was and how it ended, signed, in files outside the database.

A chain cannot see that its own end was cut off; an anchor can. One file a day, brought up to date every hour.
"""

from __future__ import annotations

import hmac
import json
import os
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from provisionmap.school.models import AuditSeal

PURPOSE = b"provision-map audit anchor"  # a key of its own, also where it is made from SECRET_KEY


class Broken(Exception):
    """The trail no longer fits an anchor; its text is a sentence."""


@dataclass(frozen=True)
class Anchor:
    """The newest seal of a moment."""

    at: str
    number: int
    hash: str


def _keys() -> list[bytes]:
    """The key that signs, and those that signed before."""
    return [hmac.digest(key.encode(), PURPOSE, "sha256") for key in settings.AUDIT_KEYS or [settings.SECRET_KEY]]


def _sign(anchor: Anchor, key: bytes) -> str:
    return hmac.new(key, json.dumps(asdict(anchor), sort_keys=True).encode(), "sha256").hexdigest()


def _folder() -> Path:
    return Path(settings.AUDIT_ANCHOR_DIR)


def read_anchors() -> list[Anchor]:
    """Every anchor, oldest first. Raises Broken for a file that is not as it was signed."""
    found = []
    for path in sorted(_folder().glob("*.json")):
        try:
            said = json.loads(path.read_text(encoding="utf-8"))
            signature = str(said.pop("signature"))
            anchor = Anchor(**said)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise Broken(f"The anchor {path.name} cannot be read.") from error
        if not any(hmac.compare_digest(_sign(anchor, key), signature) for key in _keys()):
            raise Broken(f"The anchor {path.name} was changed, or signed with a key that AUDIT_KEYS does not name.")
        found.append(anchor)
    return found


def why_not(anchor: Anchor) -> str:
    """What is wrong with the trail by this anchor, as a sentence; "" when it holds."""
    held = AuditSeal.objects.filter(number=anchor.number).values_list("hash", flat=True).first()
    if held == anchor.hash:
        return ""
    if held is None:
        last = AuditSeal.objects.values_list("number", flat=True).last() or 0
        return f"The end is cut off: on {anchor.at[:10]} there were {anchor.number} seals, now there are {last}."
    return f"Seal {anchor.number} is not the one that was anchored on {anchor.at[:10]}: the chain was written anew."


def write_anchor(*, now: datetime | None = None) -> Anchor | None:
    """Sign how the chain ends now; None while it is empty.

    Raises Broken, and writes nothing, when the chain no longer fits the newest anchor: an anchor of a shortened chain
    would hide what was cut.
    """
    now = now or timezone.now()
    before = read_anchors()
    if before and (reason := why_not(before[-1])):
        raise Broken(reason)
    last = AuditSeal.objects.last()
    if last is None:
        return None
    anchor = Anchor(now.isoformat(), last.number, last.hash)
    folder = _folder()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"{now:%Y-%m-%d}.json"
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps({**asdict(anchor), "signature": _sign(anchor, _keys()[0])}) + "\n", encoding="utf-8")
    os.replace(fresh, path)
    return anchor
