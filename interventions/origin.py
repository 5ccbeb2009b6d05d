"""Where the product is, for links in mail that no request asked for."""

from django.conf import settings
from django.urls import reverse


def link_to(name: str, origin: str = "") -> str:
    """The address of a page under `origin`, or under the product's own; "" where nobody said where that is."""
    known = origin or settings.ADDRESS
    return known.rstrip("/") + reverse(name) if known else ""
