from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('school', '0013_periods'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='auditevent',
            index=models.Index(condition=models.Q(('verb', 'account.sign_in')), fields=['user_id'], name='audit_of_sign_in'),
        ),
    ]
