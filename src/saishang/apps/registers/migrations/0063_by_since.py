"""Lists in the order of the day since which an entry is in its state: an index, as the other orders have."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("registers", "0062_fewer_indexes")]

    operations = [
        migrations.AddIndex("Entry", models.Index(fields=["kind", "since", "key"], name="registers_by_since")),
    ]
