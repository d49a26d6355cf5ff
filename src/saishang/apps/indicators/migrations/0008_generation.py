"""Runs, their values and states get another number with every change: see core/generations.py."""

from django.db import migrations

from saishang.apps.core.generations import numbered

TABLES = ("indicators_run", "indicators_indicatorvalue", "indicators_targetstate")



class Migration(migrations.Migration):
    dependencies = [("indicators", "0007_lead_reviews"), ("core", "0005_generations")]
    operations = [migrations.RunSQL(*numbered("runs", *TABLES))]
