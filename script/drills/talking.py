"""The product with a log that says what was asked for, for the control: a drill must find the names in it."""

from typing import Any

from provisionmap.wsgi import application  # sets Django up, so it comes first

from provisionmap.web import middleware  # isort: skip

__all__ = ["application"]


def talking(request: Any, answer: Any, began: float) -> None:
    """The address and the form, as many a log has them."""
    middleware.logger.info("asked %s %s", request.get_full_path(), dict(request.POST))


middleware.RequestLog.write = staticmethod(talking)
