"""The one place that reads the clock for a day. Rules take `today` as an argument."""

from datetime import date

from django.utils import timezone


def today() -> date:
    """The day it is at school, in Europe/London."""
    return timezone.localdate()
