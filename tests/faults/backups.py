"""What the tests of backups share: a place of its own for a restored site, the command line in a process of its own."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
from psycopg import sql

from saishang.config import Config, load_config

#: Signs in, and is left out of every backup.
NOT_KEPT = {"django_session"}


def url_of_test_database(name: str | None = None) -> str:
    """Address of the test database, or of another one on its server, as DATABASE_URL has it."""
    from django.db import connection

    known = connection.settings_dict
    host = str(known["HOST"]).replace("/", "%2F")
    port = f":{known['PORT']}" if known["PORT"] else ""
    return f"postgresql://{known['USER']}:{known['PASSWORD']}@{host}{port}/{name or known['NAME']}"


def config_of_portal() -> Config:
    """Settings of the portal that `made_portal` made, with the database that it is really in."""
    from django.conf import settings

    return replace(settings.CONFIG, database_url=url_of_test_database())


@dataclass(frozen=True)
class Place:
    """Somewhere a backup can be restored into."""

    var: Path
    url: str

    @property
    def config(self) -> Config:
        """Its settings, for what needs no process of its own."""
        return load_config({"SAISHANG_VAR": str(self.var), "DATABASE_URL": self.url})

    def run(self, *words: str, script: str = "") -> tuple[int, dict[str, Any], str]:
        """`saishang WORDS… --json`, or a script, in a process of its own: exit code, what it said, its errors."""
        environment = {**os.environ, "SAISHANG_VAR": str(self.var), "DATABASE_URL": self.url}
        environment.pop("DJANGO_SETTINGS_MODULE", None)
        call = ["-c", script, *words] if script else ["-m", "saishang", *words, "--json"]
        done = subprocess.run(
            [sys.executable, *call], env=environment, capture_output=True, text=True, timeout=240, check=False
        )
        try:
            told = json.loads(done.stdout)
        except ValueError:
            told = {"out": done.stdout}
        return done.returncode, told, done.stderr

    def rows(self, table: str) -> list[str]:
        """Every row as COPY writes it, in an order of its own."""
        return rows_of(self.url, table)


@contextmanager
def fresh_place(folder: Path) -> Iterator[Place]:
    """An empty folder and an empty database; the database is dropped at the end."""
    name = f"restored_{uuid4().hex[:10]}"
    folder.mkdir()
    with psycopg.connect(url_of_test_database(), autocommit=True) as connection:
        connection.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
        try:
            yield Place(folder, url_of_test_database(name))
        finally:
            connection.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


def tables_of(url: str) -> list[str]:
    with psycopg.connect(url) as connection:
        found = connection.execute(
            "select tablename from pg_tables where schemaname = 'public' order by tablename"
        ).fetchall()
    return [str(row[0]) for row in found]


def rows_of(url: str, table: str) -> list[str]:
    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        statement = sql.SQL("copy public.{} to stdout").format(sql.Identifier(table))
        with cursor.copy(statement) as copy:
            return sorted(b"".join(copy).decode().splitlines())


def shape_of(url: str) -> dict[str, list[tuple[Any, ...]]]:
    """Constraints, triggers (with whether they are on), functions, sequences, indexes, columns."""
    queries = {
        "constraints": "select conrelid::regclass::text, conname, pg_get_constraintdef(oid) from pg_constraint "
        "where connamespace = 'public'::regnamespace order by 1, 2",
        "triggers": "select tgrelid::regclass::text, tgname, tgenabled, pg_get_triggerdef(oid) from pg_trigger "
        "where not tgisinternal order by 1, 2",
        "functions": "select proname, prosrc from pg_proc where pronamespace = 'public'::regnamespace order by 1, 2",
        "sequences": "select sequencename, last_value from pg_sequences where schemaname = 'public' order by 1",
        "indexes": "select tablename, indexname, indexdef from pg_indexes where schemaname = 'public' order by 1, 2",
        "columns": "select table_name, column_name, data_type, is_nullable, column_default, is_identity "
        "from information_schema.columns where table_schema = 'public' order by 1, 2",
    }
    # An expression is stored as it was understood: read again it may have its casts elsewhere.
    casts = re.compile(r"::(character varying|text)(\[\])?|[()]")
    with psycopg.connect(url) as connection:
        return {
            name: [
                tuple(casts.sub("", cell) if isinstance(cell, str) else cell for cell in row)
                for row in connection.execute(text.encode()).fetchall()
            ]
            for name, text in queries.items()
        }
