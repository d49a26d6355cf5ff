"""What boards and the leadership view ask of reports: due days, what is missing, the newest problems."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('execution', '0002_append_only'),
        ('organisations', '0003_people'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name='progressreport',
            index=models.Index(fields=['due'], include=('organisation', 'late', 'submitted_at'), name='report_counted'),
        ),
        migrations.AddIndex(
            model_name='progressreport',
            index=models.Index(condition=models.Q(('submitted_at__isnull', True)), fields=['due'], name='report_missing'),
        ),
        migrations.AddIndex(
            model_name='progressreport',
            index=models.Index(condition=models.Q(('submitted_at__isnull', False), models.Q(('problems', ''), _negated=True)), fields=['-submitted_at', '-id'], name='report_problem'),
        ),
    ]
