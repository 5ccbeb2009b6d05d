"""Is the product alive? For the proxy and the person on call; says nothing of what is inside."""

import logging

from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe
from kombu.exceptions import OperationalError

from provisionmap.celery import app

logger = logging.getLogger(__name__)


def _database() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            return cursor.fetchone() == (1,)
    except DatabaseError:
        return False


def _broker() -> bool:
    try:
        with app.connection_for_write() as link:
            link.ensure_connection(max_retries=1, timeout=2)
            return True
    except (OperationalError, OSError):
        return False


@require_safe
def health(request: HttpRequest) -> JsonResponse:
    """200 when the database and the broker answer, 503 when one does not."""
    parts = {"database": _database(), "broker": _broker()}
    answer = {name: "ok" if fine else "down" for name, fine in parts.items()}
    return JsonResponse(answer, status=200 if all(parts.values()) else 503)
