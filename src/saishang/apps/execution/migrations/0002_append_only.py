"""What was said stays: versions of reports and comments can only be added; evidence can be struck out, not deleted."""

from django.db import migrations

MAKE = """
create function execution_is_append_only() returns trigger language plpgsql as $$
begin
  raise exception '% is append-only: % of row % refused', tg_table_name, tg_op, old.id;
end $$;
create trigger execution_reportversion_append_only before update or delete on execution_reportversion
  for each row execute function execution_is_append_only();
create trigger execution_comment_append_only before update or delete on execution_comment
  for each row execute function execution_is_append_only();
create trigger execution_evidence_stays before delete on execution_evidence
  for each row execute function execution_is_append_only();
create function execution_is_never_emptied() returns trigger language plpgsql as $$
declare
  something boolean;
begin
  execute format('select exists (select from %I)', tg_table_name) into something;
  if something then
    raise exception '% is append-only: % refused', tg_table_name, tg_op;
  end if;
  return null;
end $$;
create trigger execution_reportversion_never_emptied before truncate on execution_reportversion
  for each statement execute function execution_is_never_emptied();
create trigger execution_comment_never_emptied before truncate on execution_comment
  for each statement execute function execution_is_never_emptied();
create trigger execution_evidence_never_emptied before truncate on execution_evidence
  for each statement execute function execution_is_never_emptied();
"""
UNDO = """
drop trigger execution_evidence_never_emptied on execution_evidence;
drop trigger execution_comment_never_emptied on execution_comment;
drop trigger execution_reportversion_never_emptied on execution_reportversion;
drop function execution_is_never_emptied();
drop trigger execution_evidence_stays on execution_evidence;
drop trigger execution_comment_append_only on execution_comment;
drop trigger execution_reportversion_append_only on execution_reportversion;
drop function execution_is_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("execution", "0001_initial")]
    operations = [migrations.RunSQL(MAKE, UNDO)]
