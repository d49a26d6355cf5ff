"""Bring Django up inside a command, with the tables in place."""

from __future__ import annotations

import os

__all__ = ["migrate", "setup_django"]


def setup_django(*, with_tables: bool = True) -> None:
    """Configure Django once; `with_tables` also applies migrations that are not yet applied."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "saishang.web.settings")
    import django

    django.setup()
    if with_tables:
        migrate()


def migrate() -> None:
    """Apply missing migrations and do nothing when there are none (a quick look at one table)."""
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        call_command("migrate", interactive=False, verbosity=0)
