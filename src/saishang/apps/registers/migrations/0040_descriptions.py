"""Descriptions that entries were written under: only added, never changed, and a number that says when one is added.

See docs/decisions/2026-11-30-kinds-that-change.md.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from saishang.apps.core.generations import numbered

MAKE = """
create function registers_description_is_append_only() returns trigger language plpgsql as $$
begin
  raise exception 'descriptions of a register are append-only: % of description % of % refused',
    tg_op, old.number, old.kind;
end $$;
create trigger registers_description_append_only before update or delete on registers_description
  for each row execute function registers_description_is_append_only();
create function registers_description_is_never_emptied() returns trigger language plpgsql as $$
begin
  if exists (select from registers_description) then
    raise exception 'descriptions of a register are append-only: % refused', tg_op;
  end if;
  return null;
end $$;
create trigger registers_description_never_emptied before truncate on registers_description
  for each statement execute function registers_description_is_never_emptied();
"""
UNDO = """
drop trigger registers_description_never_emptied on registers_description;
drop function registers_description_is_never_emptied();
drop trigger registers_description_append_only on registers_description;
drop function registers_description_is_append_only();
"""
KEY = dict(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", db_index=False,
           to="registers.description")  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0005_generations"),
        ("registers", "0030_order_of_writing"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Description",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=60)),
                ("number", models.PositiveIntegerField()),
                ("digest", models.CharField(max_length=64)),
                ("document", models.TextField()),
                ("rules", models.CharField(max_length=64)),
                ("epoch", models.PositiveIntegerField(default=1)),
                ("begins", models.DateField(null=True)),
                ("factors", models.JSONField(default=dict)),
                ("assumed", models.BooleanField(default=False)),
                ("reason", models.TextField(blank=True)),
                ("actor_name", models.CharField(max_length=150)),
                ("adopted_at", models.DateTimeField()),
                ("actor", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
            ],
            options={
                "ordering": ["kind", "number"],
                "constraints": [models.UniqueConstraint(fields=("kind", "number"), name="registers_description_once")],
            },
        ),
        migrations.AddField("entry", "description", models.ForeignKey(**KEY)),
        migrations.AddField("version", "description", models.ForeignKey(**KEY)),
        migrations.AddField("entry", "epoch", models.PositiveSmallIntegerField(default=1)),
        migrations.AddField("version", "epoch", models.PositiveSmallIntegerField(default=1)),
        migrations.RunSQL(MAKE, UNDO),
        migrations.RunSQL(*numbered("registers", "registers_description")),
    ]  # fmt: skip
