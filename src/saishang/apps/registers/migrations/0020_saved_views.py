"""Views of lists that people keep: filters, columns and order under a name, and with which one a list opens."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('organisations', '0005_roles_generation'),
        ('registers', '0005_proposals'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='SavedView',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=60)),
                ('name', models.CharField(max_length=80)),
                ('query', models.CharField(max_length=2000)),
                ('shared', models.CharField(blank=True, max_length=20)),
                ('changed_at', models.DateTimeField()),
                ('organisation', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.organisation')),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [
                    models.UniqueConstraint(fields=('kind', 'owner', 'name'), name='registers_view_once'),
                    models.CheckConstraint(condition=models.Q(models.Q(('organisation__isnull', True), ('shared__in', ['', 'everybody'])), models.Q(('organisation__isnull', False), ('shared', 'organisation')), _connector='OR'), name='registers_view_shared'),
                ],
            },
        ),
        migrations.CreateModel(
            name='OwnDefault',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=60)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('view', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='registers.savedview')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('kind', 'person'), name='registers_default_once')],
            },
        ),
    ]
