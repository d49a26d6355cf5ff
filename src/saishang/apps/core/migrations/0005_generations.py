"""Numbers that say whether slowly changing tables changed: see core/generations.py."""

from django.db import migrations

MAKE = """
create table core_generation (name text primary key, number bigint not null);
create sequence core_generation_number;
create function core_next_generation() returns trigger language plpgsql as $$
begin
  insert into core_generation (name, number) values (tg_argv[0], nextval('core_generation_number'))
  on conflict (name) do update set number = excluded.number;
  return null;
end $$;
"""
UNDO = """
drop function core_next_generation();
drop sequence core_generation_number;
drop table core_generation;
"""


class Migration(migrations.Migration):
    dependencies = [("core", "0004_never_emptied")]
    operations = [migrations.RunSQL(MAKE, UNDO)]
