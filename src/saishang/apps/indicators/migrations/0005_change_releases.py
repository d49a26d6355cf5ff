"""Released change lists: added to, never changed and never emptied; the database itself refuses."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

MAKE = """
create function indicators_release_never_changes() returns trigger language plpgsql as $$
begin
  if tg_op = 'TRUNCATE' then
    if not exists (select from indicators_changerelease) then
      return null;
    end if;
  end if;
  raise exception 'released change lists never change: % refused', tg_op;
end $$;
create trigger release_never_changes before update or delete on indicators_changerelease
  for each row execute function indicators_release_never_changes();
create trigger release_never_emptied before truncate on indicators_changerelease
  for each statement execute function indicators_release_never_changes();
"""
UNDO = """
drop trigger release_never_emptied on indicators_changerelease;
drop trigger release_never_changes on indicators_changerelease;
drop function indicators_release_never_changes();
"""


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("indicators", "0004_never_emptied"),
    ]
    operations = [
        migrations.CreateModel(
            name="ChangeRelease",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("numbers", models.IntegerField()),
                ("targets", models.IntegerField()),
                ("digest", models.CharField(max_length=64)),
                ("reason", models.TextField()),
                ("released_at", models.DateTimeField()),
                ("after", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="indicators.run")),
                ("before", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="indicators.run")),
                ("released_by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
            ],
            options={"ordering": ["-pk"]},
        ),
        migrations.AddConstraint(
            model_name="changerelease",
            constraint=models.UniqueConstraint(fields=("before", "after"), name="released_once"),
        ),
        migrations.RunSQL(MAKE, UNDO),
    ]
