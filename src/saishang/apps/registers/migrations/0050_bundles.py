"""Proposals that came in one table hang together: whose, from which file; a bundle never changes."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

MAKE = """
create function registers_bundle_stays() returns trigger language plpgsql as $$
begin
  if tg_op = 'TRUNCATE' then
    if exists (select from registers_bundle) then
      raise exception 'bundles of proposals are append-only: % refused', tg_op;
    end if;
    return null;
  end if;
  raise exception 'bundles of proposals are append-only: % of bundle % refused', tg_op, old.id;
end $$;
create trigger registers_bundle_stays before update or delete on registers_bundle
  for each row execute function registers_bundle_stays();
create trigger registers_bundle_never_emptied before truncate on registers_bundle
  for each statement execute function registers_bundle_stays();
"""
UNDO = """
drop trigger registers_bundle_never_emptied on registers_bundle;
drop trigger registers_bundle_stays on registers_bundle;
drop function registers_bundle_stays();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('registers', '0040_descriptions'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Bundle',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=60)),
                ('file', models.CharField(max_length=200)),
                ('sha256', models.CharField(max_length=64)),
                ('rows', models.PositiveIntegerField()),
                ('refused', models.PositiveIntegerField()),
                ('reason', models.TextField()),
                ('actor_name', models.CharField(max_length=150)),
                ('proposed_at', models.DateTimeField()),
                ('actor', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-pk'],
            },
        ),
        migrations.AddField(
            model_name='proposal',
            name='bundle',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='proposals', to='registers.bundle'),
        ),
        migrations.AddField(
            model_name='proposal',
            name='line',
            field=models.PositiveIntegerField(null=True),
        ),
        migrations.RunSQL(MAKE, UNDO),
    ]
