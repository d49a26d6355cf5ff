"""What changed since a moment, in the order of writing: programmes that keep a copy of a register ask for it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("registers", "0020_saved_views")]

    operations = [
        migrations.AddIndex(
            model_name='entry',
            index=models.Index(fields=['kind', 'recorded_at', 'id'], name='registers_by_writing'),
        ),
    ]
