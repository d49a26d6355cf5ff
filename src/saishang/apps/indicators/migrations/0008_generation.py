"""Runs, their values and states get another number with every change: see core/generations.py."""

from django.db import migrations

TABLES = ("indicators_run", "indicators_indicatorvalue", "indicators_targetstate")
MAKE = "insert into core_generation values ('runs', nextval('core_generation_number'));" + "".join(
    f"create trigger generation after insert or update or delete or truncate on {table}"
    " for each statement execute function core_next_generation('runs');"
    for table in TABLES
)
UNDO = "".join(f"drop trigger generation on {table};" for table in TABLES)


class Migration(migrations.Migration):
    dependencies = [("indicators", "0007_lead_reviews"), ("core", "0005_generations")]
    operations = [migrations.RunSQL(MAKE, UNDO)]
