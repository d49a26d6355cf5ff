"""Indexes on what 0010 filled: PostgreSQL makes none in the transaction of an update of the same rows."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("registers", "0010_cells")]

    operations = [
        migrations.AddIndex(
            "Entry",
            models.Index(
                fields=["kind", "cell"], include=["state", "invented"], name="registers_by_cell",
                condition=Q(withdrawn=False, cell__isnull=False),
            ),
        ),
        migrations.AddIndex(
            "Entry", models.Index(fields=["kind"], condition=Q(invented=True), name="registers_invented")
        ),
    ]
