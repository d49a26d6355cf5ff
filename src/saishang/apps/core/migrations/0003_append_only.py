"""The log can only grow: the database itself refuses updates and deletions."""

from django.db import migrations

MAKE = """
create function core_log_is_append_only() returns trigger language plpgsql as $$
begin
  raise exception 'the action log is append-only: % of entry % refused', tg_op, old.sequence;
end $$;
create trigger core_log_append_only before update or delete on core_actionlogentry
  for each row execute function core_log_is_append_only();
"""
UNDO = """
drop trigger core_log_append_only on core_actionlogentry;
drop function core_log_is_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("core", "0002_initial")]
    operations = [migrations.RunSQL(MAKE, UNDO)]
