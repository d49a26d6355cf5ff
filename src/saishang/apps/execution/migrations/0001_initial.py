
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('organisations', '0003_people'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='ProgressReport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('done', models.TextField(blank=True)),
                ('problems', models.TextField(blank=True)),
                ('next_steps', models.TextField(blank=True)),
                ('figures', models.JSONField(default=list)),
                ('milestones', models.JSONField(default=dict)),
                ('percent', models.PositiveSmallIntegerField(null=True)),
                ('percent_reason', models.CharField(blank=True, max_length=500)),
                ('period', models.CharField(max_length=8)),
                ('first', models.DateField()),
                ('last', models.DateField()),
                ('due', models.DateField()),
                ('state', models.CharField(default='draft', max_length=12)),
                ('version', models.PositiveIntegerField(default=0)),
                ('written_at', models.DateTimeField(null=True)),
                ('submitted_at', models.DateTimeField(null=True)),
                ('late', models.BooleanField(null=True)),
                ('published_at', models.DateTimeField(null=True)),
                ('open_at', models.DateTimeField(null=True)),
                ('invented', models.BooleanField(default=False)),
                ('open_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.organisation')),
                ('written_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-last', 'item'],
            },
        ),
        migrations.CreateModel(
            name='Comment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('by_name', models.CharField(max_length=150)),
                ('text', models.TextField()),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('report', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='comments', to='execution.progressreport')),
            ],
            options={
                'ordering': ['at', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='WorkItem',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=60, unique=True)),
                ('plan', models.CharField(max_length=60)),
                ('task', models.CharField(max_length=20)),
                ('kind', models.CharField(choices=[('duty', '任务责任'), ('measure', '措施'), ('action', '行动事项'), ('project', '项目')], max_length=12)),
                ('title', models.CharField(max_length=300)),
                ('content', models.TextField(blank=True)),
                ('expected', models.TextField(blank=True)),
                ('region', models.CharField(blank=True, max_length=12)),
                ('programme', models.CharField(blank=True, max_length=40)),
                ('start', models.DateField(null=True)),
                ('due', models.DateField(null=True)),
                ('budget', models.DecimalField(decimal_places=2, max_digits=14, null=True)),
                ('targets', models.JSONField(default=list)),
                ('cadence', models.CharField(blank=True, max_length=8)),
                ('state', models.CharField(default='draft', max_length=12)),
                ('assigned_on', models.DateField(null=True)),
                ('finished', models.DateField(null=True)),
                ('finished_by', models.CharField(blank=True, max_length=150)),
                ('percent', models.PositiveSmallIntegerField(null=True)),
                ('override', models.PositiveSmallIntegerField(null=True)),
                ('override_by', models.CharField(blank=True, max_length=150)),
                ('override_reason', models.CharField(blank=True, max_length=500)),
                ('origin', models.CharField(default='typed', max_length=12)),
                ('batch', models.CharField(blank=True, max_length=40)),
                ('invented', models.BooleanField(default=False)),
                ('version', models.PositiveIntegerField(default=1)),
                ('changed_at', models.DateTimeField()),
                ('changed_by', models.CharField(max_length=150)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.organisation')),
                ('parent', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='children', to='execution.workitem')),
            ],
            options={
                'ordering': ['plan', 'task', 'code'],
            },
        ),
        migrations.AddField(
            model_name='progressreport',
            name='item',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reports', to='execution.workitem'),
        ),
        migrations.CreateModel(
            name='Milestone',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField()),
                ('title', models.CharField(max_length=200)),
                ('due', models.DateField(null=True)),
                ('weight', models.DecimalField(decimal_places=2, default=1, max_digits=6)),
                ('reached', models.DateField(null=True)),
                ('reached_by', models.CharField(blank=True, max_length=150)),
                ('report', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='execution.progressreport')),
                ('item', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='milestones', to='execution.workitem')),
            ],
            options={
                'ordering': ['item', 'position'],
            },
        ),
        migrations.CreateModel(
            name='ItemUnit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role', models.CharField(choices=[('lead', '牵头'), ('support', '配合'), ('guide', '指导')], default='support', max_length=8)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.organisation')),
                ('item', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='units', to='execution.workitem')),
            ],
            options={
                'ordering': ['item', 'role', 'organisation__position'],
            },
        ),
        migrations.CreateModel(
            name='Evidence',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=200)),
                ('sha256', models.CharField(max_length=64)),
                ('size', models.BigIntegerField()),
                ('kind', models.CharField(max_length=12)),
                ('note', models.CharField(blank=True, max_length=300)),
                ('added_at', models.DateTimeField()),
                ('added_by', models.CharField(max_length=150)),
                ('struck_at', models.DateTimeField(null=True)),
                ('struck_by', models.CharField(blank=True, max_length=150)),
                ('struck_reason', models.CharField(blank=True, max_length=300)),
                ('milestone', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='evidence', to='execution.milestone')),
                ('report', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='evidence', to='execution.progressreport')),
                ('item', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='evidence', to='execution.workitem')),
            ],
            options={
                'ordering': ['added_at', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='WorkPlan',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('year', models.PositiveSmallIntegerField()),
                ('state', models.CharField(default='draft', max_length=12)),
                ('note', models.TextField(blank=True)),
                ('submitted_by', models.CharField(blank=True, max_length=150)),
                ('version', models.PositiveIntegerField(default=1)),
                ('invented', models.BooleanField(default=False)),
                ('changed_at', models.DateTimeField()),
                ('changed_by', models.CharField(max_length=150)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.organisation')),
            ],
            options={
                'ordering': ['-year', 'organisation'],
            },
        ),
        migrations.CreateModel(
            name='WorkPlanLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('aim', models.TextField(blank=True)),
                ('origin', models.CharField(choices=[('plan', '方案任务'), ('carried', '上年结转'), ('new', '新增')], max_length=8)),
                ('item', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='plan_lines', to='execution.workitem')),
                ('work_plan', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='lines', to='execution.workplan')),
            ],
            options={
                'ordering': ['work_plan', 'item__task', 'item__code'],
            },
        ),
        migrations.CreateModel(
            name='ReportVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('done', models.TextField(blank=True)),
                ('problems', models.TextField(blank=True)),
                ('next_steps', models.TextField(blank=True)),
                ('figures', models.JSONField(default=list)),
                ('milestones', models.JSONField(default=dict)),
                ('percent', models.PositiveSmallIntegerField(null=True)),
                ('percent_reason', models.CharField(blank=True, max_length=500)),
                ('number', models.PositiveIntegerField()),
                ('action', models.CharField(max_length=20)),
                ('before', models.CharField(max_length=12)),
                ('after', models.CharField(max_length=12)),
                ('reason', models.CharField(blank=True, max_length=1000)),
                ('evidence', models.JSONField(default=list)),
                ('at', models.DateTimeField()),
                ('actor_name', models.CharField(max_length=150)),
                ('actor', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('report', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='versions', to='execution.progressreport')),
            ],
            options={
                'ordering': ['report', 'number'],
                'constraints': [models.UniqueConstraint(fields=('report', 'number'), name='report_version_once')],
            },
        ),
        migrations.AddIndex(
            model_name='workitem',
            index=models.Index(fields=['organisation', 'state', 'due'], name='work_item_owner'),
        ),
        migrations.AddIndex(
            model_name='workitem',
            index=models.Index(fields=['plan', 'task', 'region'], name='work_item_task'),
        ),
        migrations.AddIndex(
            model_name='workitem',
            index=models.Index(fields=['state', 'due'], name='work_item_due'),
        ),
        migrations.AddIndex(
            model_name='workitem',
            index=models.Index(fields=['region', 'state'], name='work_item_region'),
        ),
        migrations.AddIndex(
            model_name='workitem',
            index=models.Index(fields=['parent'], name='work_item_parent'),
        ),
        migrations.AddIndex(
            model_name='workitem',
            index=models.Index(condition=models.Q(('batch', ''), _negated=True), fields=['batch'], name='work_item_batch'),
        ),
        migrations.AddConstraint(
            model_name='workitem',
            constraint=models.CheckConstraint(condition=models.Q(('start__isnull', True), ('due__isnull', True), ('due__gte', models.F('start')), _connector='OR'), name='work_item_days_in_order'),
        ),
        migrations.AddConstraint(
            model_name='workitem',
            constraint=models.CheckConstraint(condition=models.Q(('percent__isnull', True), ('percent__lte', 100), _connector='OR'), name='work_item_percent_within'),
        ),
        migrations.AddConstraint(
            model_name='workitem',
            constraint=models.CheckConstraint(condition=models.Q(('override__isnull', True), models.Q(('override__lte', 100), models.Q(('override_reason', ''), _negated=True), models.Q(('override_by', ''), _negated=True)), _connector='OR'), name='work_item_override_says_why'),
        ),
        migrations.AddIndex(
            model_name='progressreport',
            index=models.Index(fields=['organisation', 'state', 'due'], name='report_owner'),
        ),
        migrations.AddIndex(
            model_name='progressreport',
            index=models.Index(fields=['state', 'due'], name='report_due'),
        ),
        migrations.AddIndex(
            model_name='progressreport',
            index=models.Index(fields=['period', 'organisation'], name='report_period'),
        ),
        migrations.AddConstraint(
            model_name='progressreport',
            constraint=models.UniqueConstraint(fields=('item', 'period'), name='report_once_a_period'),
        ),
        migrations.AddConstraint(
            model_name='progressreport',
            constraint=models.CheckConstraint(condition=models.Q(('percent__isnull', True), ('percent__lte', 100), _connector='OR'), name='report_percent_within'),
        ),
        migrations.AddIndex(
            model_name='milestone',
            index=models.Index(condition=models.Q(('reached__isnull', True)), fields=['due'], name='milestone_open'),
        ),
        migrations.AddConstraint(
            model_name='milestone',
            constraint=models.UniqueConstraint(fields=('item', 'position'), name='milestone_position_once'),
        ),
        migrations.AddConstraint(
            model_name='milestone',
            constraint=models.CheckConstraint(condition=models.Q(('weight__gt', 0)), name='milestone_weight_above_zero'),
        ),
        migrations.AddConstraint(
            model_name='itemunit',
            constraint=models.UniqueConstraint(fields=('item', 'organisation'), name='item_unit_once'),
        ),
        migrations.AddConstraint(
            model_name='workplan',
            constraint=models.UniqueConstraint(fields=('organisation', 'year'), name='work_plan_once'),
        ),
        migrations.AddConstraint(
            model_name='workplanline',
            constraint=models.UniqueConstraint(fields=('work_plan', 'item'), name='work_plan_line_once'),
        ),
    ]
