"""The ledger in PostgreSQL: batches, rejects, supersessions, locks. Plain SQL, one file of named queries.

Locks are PostgreSQL's session locks: they go when the process or its connection dies, so that a batch whose lock is
free and whose status is still `started` or `prepared` was left behind by a dead process.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import DictRow, dict_row
from psycopg.types.json import Jsonb

from saishang.lake.errors import LakeError, readable
from saishang.lake.readers.blocks import Reject

__all__ = ["Batch", "Connection", "Ledger", "query"]

Connection = psycopg.Connection[DictRow]
_SQL = Path(__file__).parent / "sql"
_SUPERSESSION = (
    "batch", "source", "station", "parameter", "start", "end", "old_value", "old_qualifier", "old_batch", "old_line",
    "old_cell", "new_value", "new_qualifier", "new_line", "new_cell",
)  # fmt: skip


@lru_cache(maxsize=1)
def _queries() -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for block in (_SQL / "queries.sql").read_text(encoding="utf-8").split("-- name: ")[1:]:
        name, _, text = block.partition("\n")
        found[name.strip()] = "\n".join(ln for ln in text.splitlines() if not ln.startswith("--")).strip().encode()
    return found


def query(name: str) -> bytes:
    """Text of a named query of lake/sql/queries.sql."""
    return _queries()[name]


@dataclass(frozen=True)
class Batch:
    """One file load as the ledger has it; the columns are explained in lake/sql/0001_ledger.sql.

    `no_op` is True when the file had been loaded before and nothing was done; `id` then names the batch that has it.
    """

    id: int
    source: str
    file_name: str
    sha256: str
    size_bytes: int
    recipe: str
    reader: str
    actor: str
    status: str
    started_at: datetime
    finished_at: datetime | None
    rows_read: int
    accepted: int
    added: int
    replaced: int
    identical: int
    duplicates: int
    rejected: int
    ignored: int
    empty: int
    absent: int
    first_start: datetime | None
    last_end: datetime | None
    months: tuple[str, ...]
    table_version: int | None
    notes: Mapping[str, Any]
    error: str
    no_op: bool = False

    @classmethod
    def from_row(cls, row: Mapping[str, Any], *, no_op: bool = False) -> Batch:
        """Make a batch from a row of lake_batch."""
        known = {item.name for item in fields(cls)} - {"no_op", "months"}
        return cls(**{k: v for k, v in row.items() if k in known}, months=tuple(row["months"]), no_op=no_op)

    def to_dict(self) -> dict[str, Any]:
        """Fields by name, for JSON."""
        return {item.name: getattr(self, item.name) for item in fields(self)}


class Ledger:
    """The ledger tables at a DSN. Connections are opened when needed; an ingest keeps one for its locks."""

    def __init__(self, dsn: str) -> None:
        self.dsn = dsn

    @contextlib.contextmanager
    def connect(self) -> Iterator[Connection]:
        """Open a connection in autocommit mode (Errors: LakeError when the database does not answer)."""
        try:
            connection = psycopg.connect(self.dsn, autocommit=True, row_factory=dict_row, prepare_threshold=None)
        except psycopg.OperationalError as error:
            raise LakeError(
                f"the ledger's database does not answer: {' '.join(str(error).split())}",
                fix="run `saishang doctor`",
                code="ledger-down",
            ) from error
        with contextlib.closing(connection):
            try:
                yield connection
            except psycopg.errors.UndefinedTable as error:
                raise LakeError(
                    f"the ledger's tables are not there: {error.diag.message_primary}",
                    fix="run `saishang doctor`, which applies the migrations",
                    code="ledger-tables",
                ) from error

    # -- reading ------------------------------------------------------------------------------------------------

    def batch(self, number: int) -> Batch:
        """One batch (Errors: LakeError when there is none with this number)."""
        with self.connect() as connection:
            row = connection.execute(query("batch"), {"id": number}).fetchone()
        if row is None:
            raise LakeError(f"there is no batch {number}", fix="see `saishang ingest history`", code="no-batch")
        return Batch.from_row(row)

    def batches(
        self, *, status: str | None = None, source: str | None = None, limit: int = 100, offset: int = 0
    ) -> list[Batch]:
        """Batches, newest first."""
        text = "select * from lake_batch where true"
        values: dict[str, Any] = {"limit": limit, "offset": offset}
        if status is not None:
            text += " and status = %(status)s"
            values["status"] = status
        if source is not None:
            text += " and source = %(source)s"
            values["source"] = source
        text += " order by id desc limit %(limit)s offset %(offset)s"
        with self.connect() as connection:
            return [Batch.from_row(row) for row in connection.execute(text, values)]

    def rejects(self, batch: int, *, limit: int = 1000, offset: int = 0) -> list[Reject]:
        """Refused cells of a batch in file order (the ledger keeps the first ones, the reject file all)."""
        with self.connect() as connection:
            rows = connection.execute(query("rejects"), {"batch": batch, "limit": limit, "offset": offset})
            return [
                Reject(r["line"], r["cell"], r["column_name"], r["content"], r["code"], r["message"], r["params"])
                for r in rows
            ]

    def supersessions(self, batch: int, *, limit: int = 1000, offset: int = 0) -> list[dict[str, Any]]:
        """Rows that a batch replaced: key, old and new value, where both came from."""
        with self.connect() as connection:
            return list(connection.execute(query("supersessions"), {"batch": batch, "limit": limit, "offset": offset}))

    def mappings(self) -> list[Mapping[str, Any]]:
        """Descriptions that mapping files gave for committed batches, the newest of each source."""
        with self.connect() as connection:
            return [row["document"] for row in connection.execute(query("mappings"))]

    # -- one batch's walk ---------------------------------------------------------------------------------------

    @staticmethod
    def find(connection: Connection, sha256: str, source: str, recipe: str) -> Batch | None:
        """Committed batch of the same bytes read the same way."""
        row = connection.execute(query("find_batch"), {"sha256": sha256, "source": source, "recipe": recipe}).fetchone()
        return None if row is None else Batch.from_row(row, no_op=True)

    @staticmethod
    def start(connection: Connection, **values: object) -> int:
        """Write the batch and take its lock in one transaction: nobody sees it without its owner."""
        with connection.transaction():
            row = connection.execute(query("start_batch"), values).fetchone()
            assert row is not None  # noqa: S101 - insert … returning always gives a row
            number = int(row["id"])
            Ledger.lock(connection, batch_lock(number))
        return number

    @staticmethod
    def prepare(
        connection: Connection,
        values: Mapping[str, Any],
        rejects: Iterable[Reject],
        superseded: Iterable[tuple[Any, ...]],
    ) -> None:
        """Write all that the ledger will say about the batch; it counts once the table commit is there."""
        with connection.transaction(), connection.cursor() as cursor:
            cursor.execute(query("prepare_batch"), {**values, "notes": Jsonb(values["notes"])})
            if cursor.fetchone() is None:
                raise LakeError(
                    f"batch {values['id']} was ended by somebody else",
                    fix="load the file again",
                    code="batch-lost",
                )
            copy_rejects(cursor, int(values["id"]), rejects)
            names = ", ".join(f'"{name}"' for name in _SUPERSESSION)
            with cursor.copy(f"copy lake_supersession ({names}) from stdin") as copy:
                for row in superseded:
                    copy.write_row(row)

    @staticmethod
    def finish(connection: Connection, number: int, table_version: int | None) -> Batch:
        """Mark a batch as committed."""
        row = connection.execute(query("finish_batch"), {"id": number, "table_version": table_version}).fetchone()
        if row is None:
            raise LakeError(f"batch {number} is not open", fix="see `saishang ingest history`", code="batch-lost")
        return Batch.from_row(row)

    @staticmethod
    def end(
        connection: Connection, number: int, status: str, error: str, *, rows_read: int = 0, rejected: int = 0,
        notes: Mapping[str, Any] | None = None, rejects: Iterable[Reject] = (),
    ) -> None:  # fmt: skip
        """Mark a batch as aborted or refused, with the reason."""
        values = {
            "id": number, "status": status, "error": error, "rows_read": rows_read, "rejected": rejected,
            "notes": Jsonb(dict(notes or {})),
        }  # fmt: skip
        with connection.transaction(), connection.cursor() as cursor:
            cursor.execute(query("end_batch"), values)
            if cursor.fetchone() is not None:
                copy_rejects(cursor, number, rejects)

    # -- locks --------------------------------------------------------------------------------------------------

    @staticmethod
    def lock(connection: Connection, name: str) -> None:
        """Wait for a lock that lasts as long as the connection."""
        connection.execute(query("lock"), {"name": name})

    @staticmethod
    @contextlib.contextmanager
    def locked(connection: Connection, names: Iterable[str]) -> Iterator[None]:
        """Hold several locks; always taken in name order, so that two processes cannot wait for each other."""
        ordered = sorted(set(names))
        taken = []
        try:
            for name in ordered:
                Ledger.lock(connection, name)
                taken.append(name)
            yield
        finally:
            if not connection.closed:
                for name in reversed(taken):
                    with contextlib.suppress(psycopg.Error):
                        connection.execute(query("unlock"), {"name": name})

    @staticmethod
    @contextlib.contextmanager
    def try_locked(connection: Connection, name: str) -> Iterator[bool]:
        """Hold a lock when it is free; says whether it is held."""
        row = connection.execute(query("try_lock"), {"name": name}).fetchone()
        got = bool(row and row["got"])
        try:
            yield got
        finally:
            if got and not connection.closed:
                connection.execute(query("unlock"), {"name": name})


def batch_lock(number: int) -> str:
    """Name of the lock that the process working on a batch holds."""
    return f"saishang-batch-{number}"


def copy_rejects(cursor: psycopg.Cursor[Any], batch: int, rejects: Iterable[Reject]) -> None:
    """Write refused cells; NUL bytes, which PostgreSQL's text cannot hold, are shown as ␀."""
    with cursor.copy(
        "copy lake_reject (batch, line, cell, column_name, content, code, message, params) from stdin"
    ) as copy:
        for r in rejects:
            copy.write_row(
                (batch, r.line, r.cell, readable(r.column)[:200], readable(r.content)[:200], r.code,
                 readable(r.message)[:1000],
                 Jsonb({key: readable(part) if isinstance(part, str) else part for key, part in r.params.items()}))
            )  # fmt: skip
