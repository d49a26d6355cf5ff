"""Versions cannot be emptied either: TRUNCATE passes by the triggers of single rows."""

from django.db import migrations

MAKE = """
create function registers_version_is_never_emptied() returns trigger language plpgsql as $$
begin
  if exists (select from registers_version) then
    raise exception 'versions of a register are append-only: % refused', tg_op;
  end if;
  return null;
end $$;
create trigger registers_version_never_emptied before truncate on registers_version
  for each statement execute function registers_version_is_never_emptied();
"""
UNDO = """
drop trigger registers_version_never_emptied on registers_version;
drop function registers_version_is_never_emptied();
"""


class Migration(migrations.Migration):
    dependencies = [("registers", "0002_append_only")]
    operations = [migrations.RunSQL(MAKE, UNDO)]
