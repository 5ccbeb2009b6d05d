"""The audit trail gets its seals, the child each event is about, and triggers: the database refuses all but adding.

A migration that rebuilds one of the two tables on SQLite loses its triggers there and has to make them again; a test
looks for them after all migrations.
"""

from django.db import migrations, models

TABLES = ("school_auditevent", "school_auditseal")
FUNCTION = """
CREATE FUNCTION school_audit_refuses() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit trail is append-only' USING ERRCODE = 'integrity_constraint_violation';
END $$
"""


def make_triggers(apps, schema_editor):
    """Refuse UPDATE, DELETE and, where there is such a thing, TRUNCATE."""
    if schema_editor.connection.vendor == "sqlite":
        for table in TABLES:
            for act in ("update", "delete"):
                schema_editor.execute(
                    f"CREATE TRIGGER {table}_{act} BEFORE {act.upper()} ON {table} "
                    "BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END"
                )
        return
    schema_editor.execute(FUNCTION)
    for table in TABLES:
        schema_editor.execute(
            f"CREATE TRIGGER {table}_row BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION school_audit_refuses()"
        )
        schema_editor.execute(
            f"CREATE TRIGGER {table}_all BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION school_audit_refuses()"
        )


def drop_triggers(apps, schema_editor):
    """Back to a table like any other."""
    if schema_editor.connection.vendor == "sqlite":
        for table in TABLES:
            for act in ("update", "delete"):
                schema_editor.execute(f"DROP TRIGGER IF EXISTS {table}_{act}")
        return
    schema_editor.execute("DROP FUNCTION IF EXISTS school_audit_refuses() CASCADE")


class Migration(migrations.Migration):
    dependencies = [("school", "0006_sign_in_tries")]

    operations = [
        migrations.CreateModel(
            name="AuditSeal",
            fields=[
                ("number", models.BigIntegerField(primary_key=True, serialize=False)),
                ("event_id", models.BigIntegerField(unique=True)),
                ("at", models.DateTimeField()),
                ("hash", models.CharField(max_length=64)),
            ],
            options={"ordering": ["number"]},
        ),
        migrations.AddField("auditevent", "learner_id", models.BigIntegerField(null=True)),
        # Before the triggers and the first seal: later nothing may change.
        migrations.RunSQL(
            "UPDATE school_auditevent SET learner_id = target_id WHERE target_model = 'learners.learner'",
            migrations.RunSQL.noop,
        ),
        migrations.AddIndex("auditevent", models.Index(fields=["school_id", "at"], name="audit_of_day")),
        migrations.AddIndex("auditevent", models.Index(fields=["learner_id", "at"], name="audit_of_learner")),
        migrations.RunPython(make_triggers, drop_triggers),
    ]
