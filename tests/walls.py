"""The walls between schools, as tests see and take them down."""

from django.db import connection

from provisionmap.school import walls


def standing():
    """The triggers that stand, with their tables."""
    with connection.cursor() as cursor:
        cursor.execute(walls.KNOWN[connection.vendor])
        return {row for row in cursor.fetchall() if row[0].startswith(walls.PREFIX)}


def take_down(table):
    """Remove the walls of one table; within a transaction they come back with it."""
    with connection.cursor() as cursor:
        for name, of in standing():
            if of == table:
                cursor.execute(walls.DROPS[connection.vendor].format(name=name))
