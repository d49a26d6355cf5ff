"""Maps and days of millions of entries: the cell of a thing, sums by cell, movements by year and month beside the days.

What is summed already is made anew from the versions: the books are taken away. Cells of entries are reckoned here.
"""

from typing import Any

from django.db import migrations, models

#: Entries of one update.
_AT_ONCE = 5000


def _cells(apps: Any, schema_editor: Any) -> None:
    from saishang.science.register.cells import cell_of

    entries = apps.get_model("registers", "Entry").objects
    last = 0
    while True:
        rows = list(
            entries.filter(pk__gt=last, west__isnull=False)
            .order_by("pk").values_list("pk", "west", "south", "east", "north")[:_AT_ONCE]
        )  # fmt: skip
        if not rows:
            return
        last = rows[-1][0]
        with schema_editor.connection.cursor() as cursor:
            cursor.execute(
                "update registers_entry e set cell = given.cell"
                " from unnest(%s::bigint[], %s::bigint[]) as given (id, cell) where e.id = given.id",
                [[row[0] for row in rows],
                 [cell_of((west + east) / 2, (south + north) / 2) for _pk, west, south, east, north in rows]],
            )  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("registers", "0005_proposals")]

    operations = [
        migrations.RunSQL("truncate registers_movement, registers_book", migrations.RunSQL.noop),
        migrations.CreateModel(
            name="CellMovement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=60)),
                ("level", models.PositiveSmallIntegerField()),
                ("cell", models.BigIntegerField()),
                ("state", models.CharField(blank=True, max_length=40)),
                ("invented", models.BooleanField()),
                ("counted", models.BigIntegerField()),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["kind", "level", "cell"], include=["state", "invented", "counted"],
                        name="registers_cells_of",
                    )
                ]
            },
        ),
        migrations.AddField("Book", "ready", models.BooleanField(default=True)),
        migrations.RemoveIndex("Movement", "registers_movement_of"),
        migrations.AddField("Movement", "span", models.CharField(max_length=1, default="d"), preserve_default=False),
        migrations.AddIndex("Movement", models.Index(fields=["kind", "span", "day"], name="registers_movement_of")),
        migrations.AddField("Entry", "cell", models.BigIntegerField(null=True)),
        migrations.RunPython(_cells, migrations.RunPython.noop),
    ]
