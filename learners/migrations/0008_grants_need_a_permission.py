import django.db.models.deletion
import django.db.models.manager
import learners.models.grant
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
        ('learners', '0007_grants_permit_sight'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='grant',
            options={'base_manager_name': 'ever', 'default_manager_name': 'ever', 'ordering': ['pk']},
        ),
        migrations.AlterModelManagers(
            name='grant',
            managers=[
                ('ever', django.db.models.manager.Manager()),
            ],
        ),
        migrations.AlterField(
            model_name='grant',
            name='permission',
            field=models.ForeignKey(default=learners.models.grant.sight, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='auth.permission'),
        ),
        migrations.AlterField(
            model_name='grant',
            name='user',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL),
        ),
    ]
