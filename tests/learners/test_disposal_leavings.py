"""What a disposal does beyond the tables: sessions that name the learner, and the space that was freed."""

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.db import connection
from django.test.utils import CaptureQueriesContext

from learners.actions.forgetting import clear_freed_space, end_sessions_naming
from learners.naming import Names
from tests.factories import LearnerFactory, SchoolFactory


def session_with(words):
    """The key of a session that still holds a message."""
    store = SessionStore()
    store["_messages"] = [words]
    store.save()
    return store.session_key


def test_a_session_with_a_message_about_the_learner_ends_and_others_last(db):
    naming, other = session_with("Maya Okafor is saved."), session_with("Maya Reid is saved.")

    end_sessions_naming(Names("Okafor", ("Maya",)))

    assert [one.session_key for one in Session.objects.all()] == [other]
    assert naming != other


def test_somebody_who_is_called_nothing_certain_ends_no_session(db):
    session_with("X is saved.")

    end_sessions_naming(Names("", ("X",)))

    assert Session.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_freed_space_is_given_back_where_the_database_would_keep_it():
    school = SchoolFactory()
    for one in LearnerFactory.create_batch(40, school=school, middle_names="Z" * 120):
        one.delete()

    with CaptureQueriesContext(connection) as asked:
        clear_freed_space()

    kept = [query["sql"].split("(")[0] for query in asked]
    assert kept == (["VACUUM", "PRAGMA wal_checkpoint"] if connection.vendor == "sqlite" else [])
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA freelist_count")
            assert cursor.fetchone() == (0,)
