"""Indexes for lists, boards and texts of a whole province: docs/explanation/scale.md."""

import django.db.models.expressions
from django.db import migrations, models

# Pairs of neighbouring characters and single ones: Chinese has no blanks between words, and words of two characters are
# too short for the trigrams that PostgreSQL brings. `upper` because `icontains` compares upper case.
MAKE = """
create function execution_pairs(title text, content text, code text) returns text[]
language sql immutable parallel safe cost 1000 as $$
  select coalesce(array_agg(distinct pair), '{}') from (
    select unnest(array[one, one || following]) pair from (
      select one, lead(one) over (order by place) following
      from unnest(string_to_array(upper(title || chr(10) || content || chr(10) || code), null))
        with ordinality as characters (one, place)
    ) neighbours
  ) pairs where pair is not null
$$;
create index work_item_pairs on execution_workitem using gin (execution_pairs(title, content, code))
  with (fastupdate = off);
create index work_item_targets on execution_workitem using gin (targets jsonb_path_ops);
"""
UNDO = """
drop index work_item_targets;
drop index work_item_pairs;
drop function execution_pairs(text, text, text);
"""


class Migration(migrations.Migration):
    dependencies = [("execution", "0003_board_indexes")]
    operations = [
        migrations.AddIndex(
            model_name="workitem", index=models.Index(fields=["task", "code"], name="work_item_order")
        ),
        migrations.AddIndex(
            model_name="workitem",
            index=models.Index(
                fields=["organisation", "task", "region", "kind", "programme", "state", "start", "due"],
                include=["id"],
                name="work_item_board",
            ),
        ),
        migrations.AddIndex(
            model_name="itemunit", index=models.Index(fields=["organisation", "item"], name="item_unit_part")
        ),
        migrations.AddIndex(
            model_name="progressreport",
            index=models.Index(
                django.db.models.expressions.OrderBy(models.F("last"), descending=True),
                models.F("due"),
                models.F("item"),
                models.F("organisation"),
                name="report_order",
            ),
        ),
        migrations.AddIndex(
            model_name="progressreport",
            index=models.Index(
                django.db.models.expressions.OrderBy(models.F("last"), descending=True),
                models.F("due"),
                models.F("item"),
                models.F("organisation"),
                condition=models.Q(submitted_at__isnull=True),
                name="report_missing_order",
            ),
        ),
        migrations.AddIndex(
            model_name="progressreport",
            index=models.Index(
                fields=["state", "due"], condition=models.Q(submitted_at__isnull=True), name="report_unsent"
            ),
        ),
        migrations.RemoveIndex(model_name="milestone", name="milestone_open"),
        migrations.AddIndex(
            model_name="milestone",
            index=models.Index(
                fields=["due", "id"], condition=models.Q(reached__isnull=True), name="milestone_open"
            ),
        ),
        migrations.RunSQL(MAKE, UNDO),
    ]
