"""The tables of plans get another number with every change: see core/generations.py."""

from django.db import migrations

from saishang.apps.core.generations import numbered

TABLES = (
    "plan_planversion", "plan_chapter", "plan_section", "plan_item", "plan_measure", "plan_itemowner",
    "plan_plantarget", "plan_commitment", "plan_duty", "plan_inheritedowner", "plan_unresolved",
)  # fmt: skip



class Migration(migrations.Migration):
    dependencies = [("plan", "0001_initial"), ("core", "0005_generations")]
    operations = [migrations.RunSQL(*numbered("plan", *TABLES))]
