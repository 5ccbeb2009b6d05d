"""Jobs of the ground floor."""

from importlib import import_module

from celery import shared_task
from django.conf import settings

from provisionmap.school.mail import write_reset
from provisionmap.school.models import User
from provisionmap.school.throttle import forget_ended
from provisionmap.school.today import today

NOBODY = 0


@shared_task
def forget_sessions() -> None:
    """Remove sessions that have ended and tries to sign in that count no more.

    Safe twice and together: it deletes only what no longer opens or stops anything.
    """
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()
    forget_ended()


def ask_for_reset(email: str, origin: str) -> None:
    """Let the worker send a link, if there is somebody; where there is nobody the question takes as long."""
    found = User.objects.filter(email=email.lower(), is_active=True).values_list("pk", flat=True)
    mail_reset.delay(found.first() or NOBODY, origin)


@shared_task
def mail_reset(user_id: int, origin: str) -> None:
    """Send a link that sets a new password to somebody who still holds a role; nothing to anybody else.

    Sent twice it does no harm: both links are worth nothing once one is used.
    """
    user = User.objects.filter(pk=user_id, is_active=True).first()
    if user is not None and user.memberships.on(today()).exists():
        write_reset(user, origin)
