"""Reviews of leads: added to, never changed and never emptied; the database itself refuses."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

MAKE = """
create function indicators_review_never_changes() returns trigger language plpgsql as $$
begin
  if tg_op = 'TRUNCATE' then
    if not exists (select from indicators_leadreview) then
      return null;
    end if;
  end if;
  raise exception 'reviews of leads never change: % refused', tg_op;
end $$;
create trigger review_never_changes before update or delete on indicators_leadreview
  for each row execute function indicators_review_never_changes();
create trigger review_never_emptied before truncate on indicators_leadreview
  for each statement execute function indicators_review_never_changes();
"""
UNDO = """
drop trigger review_never_emptied on indicators_leadreview;
drop trigger review_never_changes on indicators_leadreview;
drop function indicators_review_never_changes();
"""


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("indicators", "0006_target_versions"),
    ]
    operations = [
        migrations.CreateModel(
            name="LeadReview",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("lead", models.CharField(max_length=12)),
                ("signal", models.CharField(max_length=20)),
                ("variant", models.CharField(blank=True, max_length=40)),
                ("station", models.CharField(max_length=80)),
                ("parameter", models.CharField(max_length=40)),
                ("other", models.CharField(blank=True, max_length=80)),
                ("first", models.CharField(max_length=16)),
                ("last", models.CharField(max_length=16)),
                ("score", models.FloatField()),
                ("event", models.CharField(max_length=12)),
                ("state", models.CharField(max_length=12)),
                ("cause", models.CharField(blank=True, max_length=40)),
                ("reason", models.TextField()),
                ("reviewed_at", models.DateTimeField()),
                ("reviewed_by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
                ("run", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="indicators.run")),
            ],
            options={
                "ordering": ["pk"],
                "indexes": [models.Index(fields=["signal", "station"], name="lead_reviews_by_station")],
            },
        ),
        migrations.RunSQL(MAKE, UNDO),
    ]
