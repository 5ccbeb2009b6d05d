"""What the session itself holds about signing in, under names used nowhere else."""

from __future__ import annotations

import time
from typing import Any

from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.models import Authenticator
from django.conf import settings

from provisionmap.school.models import User
from provisionmap.school.sign_in.limits import NOTED, Session, seconds_left

BEGAN, SEEN, SHARED, HIDDEN = "began", "seen", "shared", "hidden"
STEPS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)  # recovery codes stand in for one of them


def begin(session: Any) -> None:
    """A session in which somebody has just signed in."""
    session[BEGAN] = session[SEEN] = time.time()


def left(session: Any) -> int:
    """Seconds until it ends if nothing is done; one that does not know when it began has ended."""
    if BEGAN not in session or SEEN not in session:
        return 0
    known = Session(session[BEGAN], session[SEEN], session.get(SHARED, False))
    return seconds_left(known, time.time())


def use(session: Any) -> None:
    """The session is in use now; written twice a minute at most."""
    now = time.time()
    if abs(now - session.get(SEEN, 0)) > NOTED:
        session[SEEN] = now


def keep_shared(request: Any) -> None:
    """Keep, until the session ends, whether the computer was called shared on the page whose button was used."""
    request.session[SHARED] = "shared" in request.POST


def hide(session: Any) -> None:
    """The screen was hidden: nothing is shown before whoever signed in shows again who they are."""
    session[HIDDEN] = True


def hidden(session: Any) -> bool:
    """Whether the screen was hidden."""
    return bool(session.get(HIDDEN))


def show_again(session: Any) -> None:
    """Whoever signed in has shown who they are."""
    session.pop(HIDDEN, None)


def second_step_done(request: Any) -> bool:
    """Whether this session passed a second step, or none is asked for here."""
    if settings.SECOND_STEP_OPTIONAL:
        return True
    return any(one.get("method") == "mfa" for one in get_authentication_records(request, request.user))


def has_second_step(user: User) -> bool:
    """Whether the account has a second step, set up in this session or in any other."""
    return Authenticator.objects.filter(user=user, type__in=STEPS).exists()


def step_to_spare(user: User) -> bool:
    """Whether a second step can be taken away: another one stays, or none is asked for here."""
    return settings.SECOND_STEP_OPTIONAL or Authenticator.objects.filter(user=user, type__in=STEPS).count() > 1


def shown_lately(request: Any) -> bool:
    """Whether whoever is signed in showed who they are within five minutes: asked before something that matters."""
    records = get_authentication_records(request, request.user)
    return bool(records) and time.time() - records[-1]["at"] <= settings.ACCOUNT_REAUTHENTICATION_TIMEOUT


def second_step_shown(request: Any, user: User, kind: str, pk: int) -> None:
    """Whoever has just set a second step up has shown that they hold it."""
    record_authentication(request, user, "mfa", type=kind, id=pk)
