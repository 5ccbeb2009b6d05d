"""Jobs of the ground floor."""

from importlib import import_module

from celery import shared_task
from django.conf import settings


@shared_task
def forget_sessions() -> None:
    """Remove sessions that have ended. Safe twice and together: it deletes only what no longer opens anything."""
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()
