"""Versions have the indexes that somebody asks: imports wrote two more, and one for the order of patterns."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("registers", "0061_grams"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name="version",
            name="actor",
            field=models.ForeignKey(
                db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AlterField(
            model_name="version", name="batch", field=models.CharField(blank=True, max_length=40),
        ),
        migrations.AlterField(
            model_name="version",
            name="entry",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="versions",
                to="registers.entry",
            ),
        ),
        migrations.AddIndex(
            model_name="version", index=models.Index(fields=["batch"], name="registers_version_of_batch"),
        ),
    ]  # fmt: skip
