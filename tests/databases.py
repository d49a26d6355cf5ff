"""Migrations once for all processes of a run: the first one migrates, the others copy its database while it is new.

Django makes the models anew after each of some hundred migrations, which takes longer than most files of tests. Only on
the server that the tests started themselves: on somebody else's nobody would remove the copy.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql

__all__ = ["migrated_once"]

_COPY = "migrated"


@contextmanager
def migrated_once() -> Iterator[None]:
    """Around the making of the test database of this process."""
    home = Path(os.environ.get("SAISHANG_VAR", ""))
    if "PYTEST_XDIST_WORKER" not in os.environ or not home.name.startswith("saishang-tests-"):
        yield
        return
    from django.db import connection

    with (
        (home / "migrated.lock").open("w") as lock,
        psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as own,
    ):
        fcntl.flock(lock, fcntl.LOCK_EX)
        if own.execute("select 1 from pg_database where datname = %s", (_COPY,)).fetchone():
            fcntl.flock(lock, fcntl.LOCK_UN)
            connection.settings_dict["TEST"]["TEMPLATE"] = _COPY
            yield
            return
        yield
        connection.close()
        made = sql.Identifier(str(connection.settings_dict["NAME"]))
        own.execute(sql.SQL("create database {} template {}").format(sql.Identifier(_COPY), made))
