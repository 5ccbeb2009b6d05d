"""Names of tiers that stand already get the first row of their history, so that a change of them can be taken back."""

from django.db import migrations
from django.utils import timezone


def keep_first(apps, schema_editor):
    TierLabel = apps.get_model("school", "TierLabel")
    History = apps.get_model("school", "HistoricalTierLabel")
    known = set(History.objects.values_list("id", flat=True))
    History.objects.bulk_create(
        [
            History(
                id=row.pk,
                school_id=row.school_id,
                code=row.code,
                label=row.label,
                starts=row.starts,
                history_date=timezone.now(),
                history_type="+",
            )
            for row in TierLabel.objects.exclude(pk__in=known)
        ]
    )


class Migration(migrations.Migration):
    dependencies = [("school", "0003_tier_label_history")]

    # Backwards there is nothing to do: 0003 takes the whole history away.
    operations = [migrations.RunPython(keep_first, migrations.RunPython.noop)]
