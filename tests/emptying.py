"""How tests leave the database: empty as the migrations made it, by emptying what holds rows and nothing else.

Django's `flush` empties every table and then makes the rows of content types and permissions anew, which takes half a
second and was a third of the time of the tests that commit. Here the tables that hold rows are emptied (a few, most
times), and those two are left as they are: no test changes them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from psycopg import sql

if TYPE_CHECKING:
    from saishang.lake import Lake

__all__ = ["empty_database", "filled_tables", "instead_of_flush", "own_site"]

#: What the migrations fill, and no test changes.
_KEPT = {"django_content_type", "auth_permission", "django_migrations"}


def filled_tables(cursor: Any) -> list[str]:
    """Tables of models, and those of the lake and of the queue of jobs, which Django does not know, that hold rows."""
    from django.db import connection

    there = set(connection.introspection.table_names(cursor))
    asked = set(connection.introspection.django_table_names(only_existing=True, include_views=False))
    tables = sorted((asked | {name for name in there if name.startswith(("lake_", "procrastinate_"))}) - _KEPT)
    holds = sql.SQL(" union all ").join(
        sql.SQL("(select {} where exists (select from {}))").format(sql.Literal(name), sql.Identifier(name))
        for name in tables
    )
    cursor.execute(holds)
    return [row[0] for row in cursor.fetchall()]


def empty_database(prefix: str = "") -> None:
    """Empty what holds rows, of tables whose names begin so."""
    from django.db import connection

    with connection.cursor() as cursor:
        filled = [sql.Identifier(name) for name in filled_tables(cursor) if name.startswith(prefix)]
        if filled:
            cursor.execute(sql.SQL("truncate {} cascade").format(sql.SQL(", ").join(filled)))


def instead_of_flush(_case: Any) -> None:
    """What a `TransactionTestCase` does after a test."""
    empty_database()


@contextmanager
def own_site(folder: Path) -> Iterator[Lake]:
    """Let the test database and a folder be a site of their own, with a lake; both empty before, the database after."""
    from django.conf import settings

    from saishang.apps.observations.queries import site_lake

    before = settings.CONFIG
    settings.CONFIG = replace(before, var=folder, lake=folder / "lake", archive=folder / "archive")
    try:
        empty_database()
        yield site_lake()
    finally:
        settings.CONFIG = before
        empty_database()
