"""What was said and decided stays: acts, records of checks and bulletins can only be added, the rest is never deleted."""

from django.db import migrations

#: Rows that are only ever added.
FROZEN = ("caseact", "findingact", "coordinationact", "acceptance", "bulletin")
#: Rows that change, and are never deleted: numbers have no gaps, files stay behind what was decided by them.
STAYING = ("case", "finding", "coordination", "occurrence", "file")
FUNCTIONS = """
create function supervision_is_append_only() returns trigger language plpgsql as $$
begin
  raise exception '% is append-only: % of row % refused', tg_table_name, tg_op, old.id;
end $$;
create function supervision_is_never_emptied() returns trigger language plpgsql as $$
declare
  something boolean;
begin
  execute format('select exists (select from %I)', tg_table_name) into something;
  if something then
    raise exception '% is append-only: % refused', tg_table_name, tg_op;
  end if;
  return null;
end $$;
"""
DROP = "drop function supervision_is_never_emptied(); drop function supervision_is_append_only();"


def triggers(name: str, what: str) -> tuple[str, str]:
    """SQL that makes and drops the triggers of a table."""
    table = f"supervision_{name}"
    make = f"""
create trigger {table}_stays before {what} on {table} for each row execute function supervision_is_append_only();
create trigger {table}_never_emptied before truncate on {table}
  for each statement execute function supervision_is_never_emptied();
"""
    undo = f"drop trigger {table}_never_emptied on {table}; drop trigger {table}_stays on {table};"
    return make, undo


class Migration(migrations.Migration):
    dependencies = [("supervision", "0001_initial")]
    operations = [
        migrations.RunSQL(FUNCTIONS, DROP),
        *(migrations.RunSQL(*triggers(name, "update or delete")) for name in FROZEN),
        *(migrations.RunSQL(*triggers(name, "delete")) for name in STAYING),
    ]
