"""The product with the bounds of a form taken away, for the control: a drill must see that it is read whole."""

from provisionmap.wsgi import application  # sets Django up, so it comes first

from django.conf import settings  # isort: skip

__all__ = ["application"]

settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = None
