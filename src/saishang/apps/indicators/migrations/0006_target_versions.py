"""Versions of what an office set about targets: added to, never changed and never emptied; the database refuses."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

MAKE = """
create function indicators_target_version_never_changes() returns trigger language plpgsql as $$
begin
  if tg_op = 'TRUNCATE' then
    if not exists (select from indicators_targetversion) then
      return null;
    end if;
  end if;
  raise exception 'versions of targets never change: % refused', tg_op;
end $$;
create trigger target_version_never_changes before update or delete on indicators_targetversion
  for each row execute function indicators_target_version_never_changes();
create trigger target_version_never_emptied before truncate on indicators_targetversion
  for each statement execute function indicators_target_version_never_changes();
"""
UNDO = """
drop trigger target_version_never_emptied on indicators_targetversion;
drop trigger target_version_never_changes on indicators_targetversion;
drop function indicators_target_version_never_changes();
"""


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("indicators", "0005_change_releases"),
    ]
    operations = [
        migrations.CreateModel(
            name="TargetVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("plan", models.SlugField(max_length=60)),
                ("target", models.CharField(max_length=40)),
                ("region", models.CharField(max_length=40)),
                ("number", models.PositiveIntegerField()),
                ("effective", models.DateField()),
                ("setting", models.JSONField(default=dict)),
                ("withdrawn", models.BooleanField(default=False)),
                ("reason", models.TextField()),
                ("document", models.CharField(max_length=300)),
                ("recorded_at", models.DateTimeField()),
                ("recorded_by", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
            ],
            options={"ordering": ["target", "region", "number"]},
        ),
        migrations.AddConstraint(
            model_name="targetversion",
            constraint=models.UniqueConstraint(fields=("plan", "target", "region", "number"), name="target_version_once"),
        ),
        migrations.RunSQL(MAKE, UNDO),
    ]
