"""A site that was made once is put back as it was, for each module of tests that wants the same one."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from psycopg import sql

from tests.emptying import filled_tables

__all__ = ["KeptSite", "keep"]


@dataclass(frozen=True)
class KeptSite:
    """What a site holds: rows by table as PostgreSQL copies them, where its sequences stand, its folder."""

    rows: dict[str, bytes]
    sequences: dict[str, int]
    folder: Path

    def put_back(self, folder: Path) -> None:
        """Fill the empty database and an empty folder with it."""
        from django.db import connection, transaction

        shutil.copytree(self.folder, folder, dirs_exist_ok=True)
        with transaction.atomic(), connection.cursor() as cursor:
            # Rows that stood there already were checked, and noted for the search index, when they were made.
            cursor.execute("set local session_replication_role = replica")
            for table, data in self.rows.items():
                with cursor.copy(sql.SQL("copy {} from stdin (format binary)").format(sql.Identifier(table))) as copy:
                    copy.write(data)
            # The triggers that number changes did not see this one.
            cursor.execute("update core_generation set number = nextval('core_generation_number')")
            for name, value in self.sequences.items():
                cursor.execute("select setval(%s::regclass, %s)", [name, value])


def keep(folder: Path) -> KeptSite | None:
    """What the database and a folder hold now; None where the database's user may not put it back."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("select rolsuper from pg_roles where rolname = current_user")
        if not cursor.fetchone()[0]:
            return None
        rows = {}
        for table in filled_tables(cursor):
            with cursor.copy(sql.SQL("copy {} to stdout (format binary)").format(sql.Identifier(table))) as copy:
                rows[table] = b"".join(bytes(part) for part in copy)
        cursor.execute(
            "select quote_ident(schemaname) || '.' || quote_ident(sequencename), last_value from pg_sequences"
            " where schemaname = current_schema() and last_value is not null"
            # Its numbers must never come twice within a process.
            " and sequencename <> 'core_generation_number'"
        )
        sequences = {str(name): int(value) for name, value in cursor.fetchall()}
    kept = Path(tempfile.mkdtemp(prefix="saishang-kept-", dir=folder.parent))
    shutil.copytree(folder, kept, dirs_exist_ok=True)
    return KeptSite(rows, sequences, kept)
