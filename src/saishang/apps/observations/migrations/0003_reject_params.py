"""Refusals keep the parameters of their reason, so that it can be said in any language."""

from importlib.resources import files

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("observations", "0002_ledger_models")]
    operations = [
        migrations.RunSQL(
            files("saishang.lake").joinpath("sql", "0002_reject_params.sql").read_text(encoding="utf-8"),
            "alter table lake_reject drop column params",
            state_operations=[
                migrations.AddField("RejectedCell", "params", models.JSONField("原因参数", default=dict)),
            ],
        )
    ]
