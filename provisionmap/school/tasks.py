"""Jobs of the ground floor."""

from importlib import import_module

from celery import shared_task
from django.conf import settings

from provisionmap.school.throttle import forget_ended


@shared_task
def forget_sessions() -> None:
    """Remove sessions that have ended and tries to sign in that count no more.

    Safe twice and together: it deletes only what no longer opens or stops anything.
    """
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()
    forget_ended()
