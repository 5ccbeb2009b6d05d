from django.db import migrations


def permit(apps, schema_editor):
    """Every grant there is permits sight. The permission may not be there yet: Django makes it after migrating."""
    content_type, _ = apps.get_model("contenttypes", "ContentType").objects.get_or_create(
        app_label="learners", model="learner"
    )
    permission, _ = apps.get_model("auth", "Permission").objects.get_or_create(
        content_type=content_type, codename="view_learner", defaults={"name": "Can view learner"}
    )
    apps.get_model("learners", "Grant")._base_manager.update(permission=permission)


class Migration(migrations.Migration):
    dependencies = [("learners", "0006_grants_of_the_library")]

    # Back: the field goes with the migration before.
    operations = [migrations.RunPython(permit, migrations.RunPython.noop)]
