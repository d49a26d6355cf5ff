"""The tables of plans get another number with every change: see core/generations.py."""

from django.db import migrations

TABLES = (
    "plan_planversion", "plan_chapter", "plan_section", "plan_item", "plan_measure", "plan_itemowner",
    "plan_plantarget", "plan_commitment", "plan_duty", "plan_inheritedowner", "plan_unresolved",
)  # fmt: skip
MAKE = "insert into core_generation values ('plan', nextval('core_generation_number'));" + "".join(
    f"create trigger generation after insert or update or delete or truncate on {table}"
    " for each statement execute function core_next_generation('plan');"
    for table in TABLES
)
UNDO = "".join(f"drop trigger generation on {table};" for table in TABLES)


class Migration(migrations.Migration):
    dependencies = [("plan", "0001_initial"), ("core", "0005_generations")]
    operations = [migrations.RunSQL(MAKE, UNDO)]
