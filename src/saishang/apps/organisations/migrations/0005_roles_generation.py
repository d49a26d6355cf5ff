"""Roles in organisations get another number with every change: see core/generations.py."""

from django.db import migrations

from saishang.apps.core.generations import numbered


class Migration(migrations.Migration):
    dependencies = [("organisations", "0004_generation")]
    operations = [migrations.RunSQL(*numbered("roles", "organisations_membership"))]
