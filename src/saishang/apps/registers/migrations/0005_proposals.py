"""What people propose for a register: what was proposed never changes, what was decided stays, nothing is removed."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

MAKE = """
create function registers_proposal_stays() returns trigger language plpgsql as $$
declare
  kept registers_proposal;
begin
  if tg_op = 'DELETE' then
    raise exception 'proposals of a register are append-only: % of proposal % refused', tg_op, old.id;
  end if;
  kept := new;
  kept.state := old.state;
  if old.state = 'open' then
    kept.decided_by_id := old.decided_by_id; kept.decided_name := old.decided_name;
    kept.decided_at := old.decided_at; kept.remark := old.remark;
    kept.made_id := old.made_id; kept.made_number := old.made_number;
  end if;
  if kept is distinct from old or not (old.state = 'open' or (old.state, new.state) = ('returned', 'taken_back')) then
    raise exception 'proposals of a register are append-only: % of proposal % refused', tg_op, old.id;
  end if;
  return new;
end $$;
create trigger registers_proposal_stays before update or delete on registers_proposal
  for each row execute function registers_proposal_stays();
create function registers_proposal_never_emptied() returns trigger language plpgsql as $$
begin
  if exists (select from registers_proposal) then
    raise exception 'proposals of a register are append-only: % refused', tg_op;
  end if;
  return null;
end $$;
create trigger registers_proposal_never_emptied before truncate on registers_proposal
  for each statement execute function registers_proposal_never_emptied();
"""
UNDO = """
drop trigger registers_proposal_never_emptied on registers_proposal;
drop function registers_proposal_never_emptied();
drop trigger registers_proposal_stays on registers_proposal;
drop function registers_proposal_stays();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('organisations', '0005_roles_generation'),
        ('registers', '0004_scale'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Proposal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=60)),
                ('number', models.PositiveIntegerField(null=True)),
                ('action', models.CharField(max_length=60)),
                ('given', models.JSONField(default=dict)),
                ('place', models.JSONField(null=True)),
                ('effective', models.DateField(null=True)),
                ('reason', models.TextField(blank=True)),
                ('evidence', models.JSONField(default=list)),
                ('key', models.CharField(max_length=200)),
                ('title', models.CharField(max_length=400)),
                ('region', models.CharField(blank=True, max_length=12)),
                ('actor_name', models.CharField(max_length=150)),
                ('proposed_at', models.DateTimeField()),
                ('state', models.CharField(choices=[('open', 'open'), ('accepted', 'accepted'), ('returned', 'returned'), ('taken_back', 'taken_back')], default='open', max_length=20)),
                ('decided_name', models.CharField(blank=True, max_length=150)),
                ('decided_at', models.DateTimeField(null=True)),
                ('remark', models.TextField(blank=True)),
                ('made_number', models.PositiveIntegerField(null=True)),
                ('actor', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('entry', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='proposals', to='registers.entry')),
                ('made', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='registers.entry')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.organisation')),
            ],
            options={
                'ordering': ['-pk'],
                'indexes': [models.Index(fields=['kind', 'state', '-id'], name='registers_proposals_of'), models.Index(fields=['actor', 'state'], name='registers_proposals_by')],
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ('open', 'accepted', 'returned', 'taken_back'))), name='registers_proposal_state'), models.CheckConstraint(condition=models.Q(models.Q(('decided_at__isnull', True), ('state', 'open')), models.Q(models.Q(('state', 'open'), _negated=True), ('decided_at__isnull', False)), _connector='OR'), name='registers_proposal_decided'), models.CheckConstraint(condition=models.Q(models.Q(('made__isnull', False), ('made_number__isnull', False), ('state', 'accepted')), models.Q(models.Q(('state', 'accepted'), _negated=True), ('made__isnull', True), ('made_number__isnull', True)), _connector='OR'), name='registers_proposal_made')],
            },
        ),
        migrations.RunSQL(MAKE, UNDO),
    ]
