"""Annual reports: added to, never changed and never emptied; the database itself refuses."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

MAKE = """
create function reports_report_never_changes() returns trigger language plpgsql as $$
begin
  if tg_op = 'TRUNCATE' then
    if not exists (select from reports_report) then
      return null;
    end if;
  end if;
  raise exception 'reports that were made never change: % refused', tg_op;
end $$;
create trigger annual_report_never_changes before update or delete on reports_report
  for each row execute function reports_report_never_changes();
create trigger annual_report_never_emptied before truncate on reports_report
  for each statement execute function reports_report_never_changes();
"""
UNDO = """
drop trigger annual_report_never_emptied on reports_report;
drop trigger annual_report_never_changes on reports_report;
drop function reports_report_never_changes();
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("organisations", "0003_people"),
    ]
    operations = [
        migrations.CreateModel(
            name="Report",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(choices=[("organisation", "单位报告"), ("consolidated", "综合报告")], max_length=12)),
                ("year", models.PositiveSmallIntegerField()),
                ("run", models.CharField(max_length=60)),
                ("counted", models.DateTimeField()),
                ("facts", models.JSONField()),
                ("file", models.BinaryField()),
                ("sha256", models.CharField(max_length=64)),
                ("writer", models.CharField(max_length=60)),
                ("invented", models.BooleanField()),
                ("made_at", models.DateTimeField()),
                ("made_by_name", models.CharField(max_length=150)),
                ("made_by", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
                ("organisation", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="organisations.organisation")),
            ],
            options={
                "ordering": ["-pk"],
                "indexes": [models.Index(fields=["organisation", "year"], name="report_of_organisation")],
            },
        ),
        migrations.RunSQL(MAKE, UNDO),
    ]
