"""Organisations and their names get another number with every change: see core/generations.py."""

from django.db import migrations

TABLES = ("organisations_organisation", "organisations_organisationname")
MAKE = "insert into core_generation values ('organisations', nextval('core_generation_number'));" + "".join(
    f"create trigger generation after insert or update or delete or truncate on {table}"
    " for each statement execute function core_next_generation('organisations');"
    for table in TABLES
)
UNDO = "".join(f"drop trigger generation on {table};" for table in TABLES)


class Migration(migrations.Migration):
    dependencies = [("organisations", "0003_people"), ("core", "0005_generations")]
    operations = [migrations.RunSQL(MAKE, UNDO)]
