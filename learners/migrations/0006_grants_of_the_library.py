import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """Grants in the shape that the library of grants reads: whose object, and what is permitted."""

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("learners", "0005_shared_sight"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveIndex(model_name="grant", name="grant_of_user"),
        migrations.RenameField(model_name="grant", old_name="learner", new_name="content_object"),
        migrations.AddField(
            model_name="grant",
            name="permission",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="auth.permission"
            ),
        ),
        migrations.AddIndex(
            model_name="grant", index=models.Index(fields=["user", "content_object"], name="grant_of_user")
        ),
    ]
