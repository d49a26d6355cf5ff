"""Finished runs cannot be emptied (TRUNCATE passes by the triggers of rows), and reported figures never change.

The only change of a reported figure is that a correction takes its place: `superseded_by` is set, once.
"""

from django.db import migrations

MAKE = """
create function indicators_run_is_never_emptied() returns trigger language plpgsql as $$
begin
  if exists (select from indicators_run where finished is not null) then
    raise exception 'there are finished runs: % of % refused', tg_op, tg_table_name;
  end if;
  return null;
end $$;
create trigger run_never_emptied before truncate on indicators_run
  for each statement execute function indicators_run_is_never_emptied();
create trigger value_never_emptied before truncate on indicators_indicatorvalue
  for each statement execute function indicators_run_is_never_emptied();
create trigger target_never_emptied before truncate on indicators_targetstate
  for each statement execute function indicators_run_is_never_emptied();
create function indicators_report_never_changes() returns trigger language plpgsql as $$
declare
  settled indicators_reportedvalue;
begin
  if tg_op = 'UPDATE' then
    settled := new;
    settled.superseded_by_id := old.superseded_by_id;
    if settled is not distinct from old and old.superseded_by_id is null then
      return new;
    end if;
  end if;
  raise exception 'reported figure % never changes, a correction supersedes it: % refused', old.id, tg_op;
end $$;
create trigger report_never_changes before update or delete on indicators_reportedvalue
  for each row execute function indicators_report_never_changes();
create function indicators_report_is_never_emptied() returns trigger language plpgsql as $$
begin
  if exists (select from indicators_reportedvalue) then
    raise exception 'reported figures never change: % refused', tg_op;
  end if;
  return null;
end $$;
create trigger report_never_emptied before truncate on indicators_reportedvalue
  for each statement execute function indicators_report_is_never_emptied();
"""
UNDO = """
drop trigger report_never_emptied on indicators_reportedvalue;
drop trigger report_never_changes on indicators_reportedvalue;
drop trigger target_never_emptied on indicators_targetstate;
drop trigger value_never_emptied on indicators_indicatorvalue;
drop trigger run_never_emptied on indicators_run;
drop function indicators_report_is_never_emptied();
drop function indicators_report_never_changes();
drop function indicators_run_is_never_emptied();
"""


class Migration(migrations.Migration):
    dependencies = [("indicators", "0003_run_seals")]
    operations = [migrations.RunSQL(MAKE, UNDO)]
