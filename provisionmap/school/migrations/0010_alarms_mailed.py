from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('school', '0009_alarms'),
    ]

    operations = [
        migrations.AddField(
            model_name='alarm',
            name='mailed_at',
            field=models.DateTimeField(null=True),
        ),
    ]
