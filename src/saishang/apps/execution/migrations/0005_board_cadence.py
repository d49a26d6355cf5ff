"""Boards ask whether a duty is reported on: the index that they read holds its cadence."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("execution", "0004_scale")]
    operations = [
        migrations.RemoveIndex(model_name="workitem", name="work_item_board"),
        migrations.AddIndex(
            model_name="workitem",
            index=models.Index(
                fields=["organisation", "task", "region", "kind", "programme", "state", "start", "due"],
                include=["id", "cadence"],
                name="work_item_board",
            ),
        ),
    ]
