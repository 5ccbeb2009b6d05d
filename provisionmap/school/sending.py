"""The one way out for mail: at most so many an hour to one address, whoever or whatever asks for them.

A letter box must not be filled by whoever knows its address, nor by a job that goes round in circles. Held back is
what comes too much; the page that asked answers as always, so that nobody learns from it who has an account.
"""

from __future__ import annotations

import logging

from django.conf import settings
from django.core.mail import send_mail

from provisionmap.school import throttle

MOST = 20  # an hour, to one address
# Of them, what somebody who is not signed in can cause: it must never keep back a word about the account, or an alarm.
ASKED = 10
HOUR = 3600

logger = logging.getLogger(__name__)


def has_room(address: str, *, asked: bool = False) -> bool:
    """Count a mail to `address`; False when it must be held back. `asked`: anybody at all could have caused it."""
    box = address.casefold()
    room = not asked or throttle.take_try(f"asked-for mail to {box}", "", most=ASKED, seconds=HOUR)
    room = room and throttle.take_try(f"mail to {box}", "", most=MOST, seconds=HOUR)
    if not room:
        logger.warning("a mail was held back", extra={"reason": "too many to one address within an hour"})
    return room


def send(subject: str, words: str, address: str, *, asked: bool = False) -> bool:
    """Send plain words to one address, unless it has had enough for this hour; whether they left."""
    room = has_room(address, asked=asked)
    if room:
        send_mail(f"{settings.ACCOUNT_EMAIL_SUBJECT_PREFIX}{subject}", words, settings.DEFAULT_FROM_EMAIL, [address])
    return room
