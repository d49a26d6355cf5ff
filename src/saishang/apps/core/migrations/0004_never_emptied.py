"""The log cannot be emptied either: TRUNCATE passes by the triggers of single rows."""

from django.db import migrations

MAKE = """
create function core_log_is_never_emptied() returns trigger language plpgsql as $$
begin
  if exists (select from core_actionlogentry) then
    raise exception 'the action log is append-only: % refused', tg_op;
  end if;
  return null;
end $$;
create trigger core_log_never_emptied before truncate on core_actionlogentry
  for each statement execute function core_log_is_never_emptied();
"""
UNDO = """
drop trigger core_log_never_emptied on core_actionlogentry;
drop function core_log_is_never_emptied();
"""


class Migration(migrations.Migration):
    dependencies = [("core", "0003_append_only")]
    operations = [migrations.RunSQL(MAKE, UNDO)]
