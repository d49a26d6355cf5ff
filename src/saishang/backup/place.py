"""The place into which a backup is restored: is it empty, set up but unused, or does it hold somebody's work?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from saishang.backup.contents import LEFT_OUT
from saishang.backup.database import BOOKKEEPING, table_names
from saishang.config import Config

__all__ = ["MARK", "State", "files_of_use", "state_of_database"]

#: Stands in the folder of all state while a restore is under way; stays when it did not come to its end.
MARK = ".restoring.json"


@dataclass(frozen=True)
class State:
    """`held`: what somebody would lose; `made`: what a portal makes by itself before anybody has used it."""

    held: tuple[str, ...]
    made: tuple[str, ...]


def state_of_database(connection: psycopg.Connection[Any]) -> State:
    """What is in the database."""
    names = table_names(connection)
    if not names:
        return State((), ())
    if "django_migrations" not in names:
        return State((f"tables of another program in the database: {', '.join(names[:5])}",), ())
    held = []
    for name in names:
        if name in BOOKKEEPING:
            continue
        query = sql.SQL("select exists (select from public.{})").format(sql.Identifier(name))
        row = connection.execute(query).fetchone()
        if row is not None and row[0]:
            held.append(f"rows in the table {name}")
    return State(tuple(held), ("tables without rows in the database",))


def files_of_use(config: Config) -> State:
    """What is in the folders."""
    held: list[str] = []
    made: list[str] = []
    for name, folder in (("archive", config.archive), ("runs", config.runs)):
        if (first := next(_files(folder), None)) is not None:
            held.append(f"files in the {name}: {first}")
    table = config.lake / "observations"
    for path in _files(config.lake):
        if path.is_relative_to(table / "_delta_log"):
            made = [f"an empty table: {table}"]
        else:
            held.append(f"files in the lake: {path}")
            break
    inside = {config.archive, config.lake, config.runs}
    for top in sorted(config.var.iterdir()) if config.var.is_dir() else ():
        if top.name in LEFT_OUT or top.name.startswith(".") or top in inside or top == config.rules_overlay:
            continue
        if (first := top if top.is_file() else next(_files(top), None)) is not None:
            held.append(f"files in the folder of all state: {first}")
    return State(tuple(held), tuple(made))


def _files(folder: Path) -> Iterator[Path]:
    if folder.is_dir():
        yield from (path for path in sorted(folder.rglob("*")) if path.is_file())
