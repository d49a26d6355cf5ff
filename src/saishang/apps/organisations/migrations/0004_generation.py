"""Organisations and their names get another number with every change: see core/generations.py."""

from django.db import migrations

from saishang.apps.core.generations import numbered

TABLES = ("organisations_organisation", "organisations_organisationname")



class Migration(migrations.Migration):
    dependencies = [("organisations", "0003_people"), ("core", "0005_generations")]
    operations = [migrations.RunSQL(*numbered("organisations", *TABLES))]
