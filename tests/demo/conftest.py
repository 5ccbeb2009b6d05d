"""One fictional school a file: making it takes a second or two."""

from datetime import UTC, date, datetime

import pytest
import time_machine

from provisionmap.demo.build import Size, build, remove
from tests.trail import forget_trail


@pytest.fixture(scope="module")
def school(django_db_setup, django_db_blocker):
    """A school of sixty, half of them with support, for files that only read it."""
    with django_db_blocker.unblock(), time_machine.travel(datetime(2026, 11, 23, 10, 0, tzinfo=UTC)):
        yield build(size=Size(learners=60, mapped=30), number=1, seed=7, today=date(2026, 11, 23))
        remove()
        forget_trail()  # the trail outlives a school, and would meet the next file's tests
