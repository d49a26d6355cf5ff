"""A finished run never changes: the database itself refuses."""

from django.db import migrations

MAKE = """
create function indicators_run_is_final() returns trigger language plpgsql as $$
declare
  touched varchar;
  done timestamptz;
begin
  if tg_table_name = 'indicators_run' then
    touched := old.id;
    done := old.finished;
  else
    touched := old.run_id;
    select finished into done from indicators_run where id = touched;
  end if;
  if done is not null then
    raise exception 'run % is finished: % of % refused', touched, tg_op, tg_table_name;
  end if;
  if tg_op = 'DELETE' then
    return old;
  end if;
  return new;
end $$;
create trigger run_final before update or delete on indicators_run
  for each row execute function indicators_run_is_final();
create trigger value_final before update or delete on indicators_indicatorvalue
  for each row execute function indicators_run_is_final();
create trigger target_final before update or delete on indicators_targetstate
  for each row execute function indicators_run_is_final();
create function indicators_run_takes_no_more() returns trigger language plpgsql as $$
begin
  if (select finished from indicators_run where id = new.run_id) is not null then
    raise exception 'run % is finished: insert into % refused', new.run_id, tg_table_name;
  end if;
  return new;
end $$;
create trigger value_closed before insert on indicators_indicatorvalue
  for each row execute function indicators_run_takes_no_more();
create trigger target_closed before insert on indicators_targetstate
  for each row execute function indicators_run_takes_no_more();
"""
UNDO = """
drop trigger value_closed on indicators_indicatorvalue;
drop trigger target_closed on indicators_targetstate;
drop trigger run_final on indicators_run;
drop trigger value_final on indicators_indicatorvalue;
drop trigger target_final on indicators_targetstate;
drop function indicators_run_is_final();
drop function indicators_run_takes_no_more();
"""


class Migration(migrations.Migration):
    dependencies = [("indicators", "0001_initial")]
    operations = [migrations.RunSQL(MAKE, UNDO)]
