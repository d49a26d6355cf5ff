"""The ledger's tables, made by the lake's own SQL (lake/sql); Django's models read them."""

from importlib.resources import files

from django.db import migrations


def _sql(name: str) -> str:
    return files("saishang.lake").joinpath("sql", name).read_text(encoding="utf-8")


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.RunSQL(
            _sql("0001_ledger.sql"),
            "drop table if exists lake_quality_flag, lake_quality_result, lake_quality_run, lake_gap, "
            "lake_supersession, lake_reject, lake_batch cascade",
        )
    ]
