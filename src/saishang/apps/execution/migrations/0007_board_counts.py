"""Boards count every item and every report that is missing: the indexes hold all that they ask for."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("execution", "0006_missing_by")]
    operations = [
        migrations.RemoveIndex(model_name="workitem", name="work_item_board"),
        migrations.AddIndex(
            model_name="workitem",
            index=models.Index(
                fields=["organisation", "task", "region", "kind", "programme", "state", "start", "due"],
                include=["id", "cadence", "percent", "override", "invented"],
                name="work_item_board",
            ),
        ),
        migrations.AddIndex(
            model_name="workitem",
            index=models.Index(fields=["id"], include=["task", "region"], name="work_item_place"),
        ),
        migrations.AddIndex(
            model_name="progressreport",
            index=models.Index(
                fields=["item"],
                condition=models.Q(submitted_at__isnull=True),
                include=["due", "organisation"],
                name="report_missing_of",
            ),
        ),
    ]
