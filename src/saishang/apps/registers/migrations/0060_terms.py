"""Terms as the register stands now are summed like figures, and so is what comes and goes; the books are made anew."""

from django.db import migrations, models

FORGET = "delete from registers_book"


class Migration(migrations.Migration):
    dependencies = [("registers", "0051_retention")]

    operations = [
        migrations.CreateModel(
            name="TermMovement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=60)),
                ("span", models.CharField(max_length=1)),
                ("term", models.CharField(max_length=60)),
                ("day", models.DateField()),
                ("region", models.CharField(blank=True, max_length=12)),
                ("invented", models.BooleanField()),
                ("counted", models.BigIntegerField()),
            ],
            options={"indexes": [models.Index(fields=["kind", "span", "day"], name="registers_terms_of")]},
        ),
        migrations.RunSQL(FORGET, migrations.RunSQL.noop),
    ]
