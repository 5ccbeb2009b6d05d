"""Jobs: Celery over Redis, or over files where no server is installed."""

import logging
import logging.config
import os
from typing import Any

from celery import Celery, signals
from celery.beat import EmbeddedService
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "provisionmap.settings")

app = Celery("provisionmap")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
logger = logging.getLogger(__name__)


@signals.setup_logging.connect
def log_as_the_web_does(**_: Any) -> None:
    """The same JSON lines as everywhere, in place of Celery's own format."""
    logging.config.dictConfig(settings.LOGGING)


@signals.task_failure.connect
def tell_failure(sender: Any, exception: BaseException, traceback: Any, **_: Any) -> None:
    """Which job failed and where, never with what: Celery's own line quotes the exception, and that quotes rows."""
    logger.error("job failed", extra={"task": sender.name}, exc_info=(type(exception), exception, traceback))


@signals.task_success.connect
def tell_success(sender: Any, **_: Any) -> None:
    """Which job ended well."""
    logger.info("job done", extra={"task": sender.name})


@signals.worker_ready.connect
def keep_schedule(**_: Any) -> None:
    """The schedule inside the worker, where SCHEDULE_FILE says so: the one child process of the embedded default.

    A thread, where `--beat` would start a process that outlives a killed worker.
    """
    path = os.environ.get("SCHEDULE_FILE")
    if path:
        beat = EmbeddedService(app, thread=True, schedule_filename=path)
        signals.worker_shutdown.connect(lambda **_: beat.stop(), weak=False)
        beat.start()
