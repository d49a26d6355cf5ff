"""Which fields of an entry the daily round has taken out of the search; what is shown is asked at every reading."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [('registers', '0050_bundles')]

    operations = [
        migrations.AddField(model_name='entry', name='hidden', field=models.JSONField(default=list)),
    ]
