from django.db import migrations


class Migration(migrations.Migration):
    """Alarms of before were mailed when they were raised: the watch does not mail them again."""

    dependencies = [("school", "0010_alarms_mailed")]

    operations = [
        migrations.RunSQL("UPDATE school_alarm SET mailed_at = at", migrations.RunSQL.noop),
    ]
