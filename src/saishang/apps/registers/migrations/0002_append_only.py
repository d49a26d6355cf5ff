"""Versions can only be added: the database itself refuses updates and deletions, and the loss of an entry."""

from django.db import migrations

MAKE = """
create function registers_version_is_append_only() returns trigger language plpgsql as $$
begin
  raise exception 'versions of a register are append-only: % of version % of entry % refused',
    tg_op, old.number, old.entry_id;
end $$;
create trigger registers_version_append_only before update or delete on registers_version
  for each row execute function registers_version_is_append_only();
"""
UNDO = """
drop trigger registers_version_append_only on registers_version;
drop function registers_version_is_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("registers", "0001_initial")]
    operations = [migrations.RunSQL(MAKE, UNDO)]
