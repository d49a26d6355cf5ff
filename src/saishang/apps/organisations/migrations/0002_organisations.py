"""Organisations with dated names, and dated memberships of people in them."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('organisations', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Organisation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=40, unique=True)),
                ('kind', models.CharField(choices=[('leading_group', '领导小组'), ('agency', '部门'), ('government', '地方党委政府'), ('office', '内设机构')], max_length=20)),
                ('path', models.CharField(max_length=400, unique=True)),
                ('region', models.CharField(blank=True, max_length=40)),
                ('position', models.PositiveIntegerField(default=0)),
                ('opened', models.DateField(null=True)),
                ('closed', models.DateField(null=True)),
                ('parent', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='children', to='organisations.organisation')),
                ('successor', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='predecessors', to='organisations.organisation')),
            ],
            options={
                'ordering': ['path'],
            },
        ),
        migrations.CreateModel(
            name='Membership',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role', models.CharField(max_length=20)),
                ('first', models.DateField()),
                ('last', models.DateField(null=True)),
                ('granted_by', models.CharField(max_length=150)),
                ('reason', models.CharField(max_length=300)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to=settings.AUTH_USER_MODEL)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to='organisations.organisation')),
            ],
            options={
                'ordering': ['user', 'organisation', 'role', 'first'],
            },
        ),
        migrations.CreateModel(
            name='OrganisationName',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('first', models.DateField(null=True)),
                ('zh', models.CharField(max_length=200)),
                ('en', models.CharField(blank=True, max_length=200)),
                ('short', models.CharField(blank=True, max_length=100)),
                ('aliases', models.JSONField(default=list)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='names', to='organisations.organisation')),
            ],
            options={
                'ordering': ['organisation', models.OrderBy(models.F('first'), nulls_first=True)],
            },
        ),
        migrations.AddIndex(
            model_name='organisation',
            index=models.Index(fields=['path'], name='organisation_path_prefix', opclasses=['varchar_pattern_ops']),
        ),
        migrations.AddConstraint(
            model_name='organisation',
            constraint=models.CheckConstraint(condition=models.Q(('opened__isnull', True), ('closed__isnull', True), ('closed__gte', models.F('opened')), _connector='OR'), name='organisation_days_in_order'),
        ),
        migrations.AddConstraint(
            model_name='organisation',
            constraint=models.CheckConstraint(condition=models.Q(('successor__isnull', True), ('closed__isnull', False), _connector='OR'), name='organisation_successor_means_closed'),
        ),
        migrations.AddIndex(
            model_name='membership',
            index=models.Index(fields=['organisation', 'role'], name='organisatio_organis_ce72ef_idx'),
        ),
        migrations.AddConstraint(
            model_name='membership',
            constraint=models.CheckConstraint(condition=models.Q(('last__isnull', True), ('last__gte', models.F('first')), _connector='OR'), name='membership_days_in_order'),
        ),
        migrations.AddConstraint(
            model_name='membership',
            constraint=models.UniqueConstraint(condition=models.Q(('last__isnull', True)), fields=('user', 'organisation', 'role'), name='membership_open_once'),
        ),
        migrations.AddConstraint(
            model_name='organisationname',
            constraint=models.UniqueConstraint(fields=('organisation', 'first'), name='organisation_name_once', nulls_distinct=False),
        ),
    ]
