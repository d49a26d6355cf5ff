"""The embedded engine: DuckDB in this process, out of core under a memory limit.

Statements run beside the caller, two at a time: while DuckDB works on the hours, Python turns the next expressions into
SQL, and the small tables of cities, which DuckDB does on one core, are made beside the large ones of stations. A
statement waits for the tables that it reads; a fault of one surfaces when its rows are asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import ibis
import pyarrow as pa

from saishang.lake.engines.base import EngineError, scratch_folder
from saishang.lake.engines.statements import shaped, sql_of, tables_read, unbound

__all__ = ["DuckDB"]

_INCOMING = "incoming_table"
_CREATE, _INSERT, _AS = "create or replace table", "insert into", ("as", "")
#: Statements that run at a time.
_TOGETHER = 2


class DuckDB:
    """DuckDB behind Ibis.

    Parameters
    ----------
    memory_limit:
        What DuckDB may hold in memory, `3GB`; beyond it intermediate results go to `scratch`. None = its default.
    threads:
        Worker threads; None = one per core.
    scratch:
        Folder for spilled data; a temporary one, removed by `close`, when not given.
    """

    name = "duckdb"

    def __init__(
        self, *, memory_limit: str | None = None, threads: int | None = None, scratch: Path | None = None
    ) -> None:
        self._scratch, self._clean = scratch_folder(self, scratch, "saishang-duckdb-")
        settings: dict[str, Any] = {
            "temp_directory": str(self._scratch),
            # The order of rows means nothing in any of our tables; keeping it would cost memory.
            "preserve_insertion_order": False,
        }
        if memory_limit is not None:
            settings["memory_limit"] = memory_limit
        if threads is not None:
            settings["threads"] = threads
        self._connection = ibis.duckdb.connect(**settings)
        self._jobs = ThreadPoolExecutor(_TOGETHER, thread_name_prefix="saishang-duckdb")
        self._scans = count()
        self._asked: list[Future[None]] = []
        self._made: dict[str, Future[None]] = {}
        self._reading: dict[str, list[Future[None]]] = {}

    def observations(self, files: Sequence[str | Path]) -> Any:
        """Lake rows from Parquet files as an Ibis table.

        Raises
        ------
        EngineError
            When there is no file.
        """
        # Not Ibis' own read_parquet: its view belongs to one connection, and statements run on several.
        name = f"observations_{next(self._scans)}"
        self._connection.raw_sql(f'create view "{name}" as from {_scan(files)}')
        return unbound(self._connection.table(name))

    def table(self, name: str, data: pa.Table) -> Any:
        """Bring a small table in under a name."""
        # Ibis' own create_table asks the engine some ten things first.
        self._connection.con.register(_INCOMING, data)
        keys = ", ".join(f'"{column}"::{kind} as "{column}"' for column, kind in _enums(data).items())
        chosen = f"* replace ({keys})" if keys else "*"
        # Names are ours and quoted, texts quoted.
        self._connection.raw_sql(f'create or replace table "{name}" as select {chosen} from {_INCOMING}')  # noqa: S608
        self._connection.con.unregister(_INCOMING)
        return unbound(self._connection.table(name))

    def keep(self, name: str, *parts: Any) -> Any:
        """Have expressions of one shape run one after the other and keep their rows together."""
        # Names are ours and quoted; Ibis' own create_table compiles every expression twice.
        statements = [
            f'{_INSERT if number else _CREATE} "{name}" {_AS[bool(number)]} {sql_of(self._connection, part)}'
            for number, part in enumerate(parts)
        ]
        return self._kept(name, statements, parts)

    def keep_each(self, name: str, portions: Sequence[Sequence[str | Path]], make: Callable[[Any], Any]) -> Any:
        """Have one expression run over each portion of files and keep the rows together; it is compiled once."""
        view = f"{name}_portion"
        statements = []
        expression: Any = None
        query = ""
        for number, files in enumerate(portions):
            looking = f'create or replace view "{view}" as from {_scan(files)}'
            if not number:
                self._connection.raw_sql(looking)
                expression = make(unbound(self._connection.table(view)))
                query = sql_of(self._connection, expression)
            statements.append(looking)
            statements.append(f'{_INSERT if number else _CREATE} "{name}" {_AS[bool(number)]} {query}')
        statements.append(f'drop view "{view}"')
        return self._kept(name, statements, [expression])

    def drop(self, name: str) -> None:
        """Forget a kept table, once nothing that was asked for reads it any more."""
        self._made[name] = self._submit([f'drop table if exists "{name}"'], self._before(name))

    def run(self, expression: Any) -> pa.Table:
        """Run an expression and return its rows."""
        for needed in self._needs([expression]):
            needed.result()
        # Ibis' own to_pyarrow would turn the expression into SQL once more.
        rows = self._connection.con.sql(sql_of(self._connection, expression)).to_arrow_table()
        return shaped(rows, expression)

    def write(self, expression: Any, path: Path) -> None:
        """Have an expression run into one Parquet file; DuckDB writes it as it goes. `finish` waits for it."""
        path.parent.mkdir(parents=True, exist_ok=True)
        target = _quoted(str(path))
        self._submit(
            [f"copy ({sql_of(self._connection, expression)}) to {target} (format parquet, compression zstd)"],
            self._needs([expression]),
            reads=_names([expression]),
        )

    def finish(self) -> None:
        """Wait for everything asked for so far; raise what went wrong."""
        for waiting in list(self._asked):
            waiting.result()
        self._asked.clear()

    def close(self) -> None:
        """Close the connection and remove the scratch folder if it is ours; what has not begun is not done."""
        self._jobs.shutdown(cancel_futures=True)
        self._connection.disconnect()
        self._clean()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _kept(self, name: str, statements: list[str], parts: Sequence[Any]) -> Any:
        needs = [*self._needs(parts), *self._before(name)]
        self._made[name] = self._submit(statements, needs, reads=_names(parts))
        # By its schema only: to ask the engine for the table would mean to wait for it.
        return ibis.table(parts[0].schema(), name=name)

    def _before(self, name: str) -> list[Future[None]]:
        """What has to be over before a table of that name is made anew or dropped: its making and its reading."""
        made = [self._made[name]] if name in self._made else []
        return [*made, *self._reading.pop(name, [])]

    def _needs(self, expressions: Sequence[Any]) -> list[Future[None]]:
        return [self._made[name] for name in _names(expressions) if name in self._made]

    def _submit(self, statements: list[str], needs: list[Future[None]], reads: Sequence[str] = ()) -> Future[None]:
        # Jobs begin in the order in which they were asked for, so what one waits for has begun before it.
        job = self._jobs.submit(self._execute, statements, needs)
        self._asked.append(job)
        for name in reads:
            self._reading.setdefault(name, []).append(job)
        return job

    def _execute(self, statements: list[str], needs: list[Future[None]]) -> None:
        for needed in needs:
            needed.result()
        with self._connection.con.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)


def _names(expressions: Sequence[Any]) -> list[str]:
    """Names of the tables that expressions read."""
    return list(dict.fromkeys(name for item in expressions for name in tables_read(item)))


def _enums(data: pa.Table) -> dict[str, str]:
    """Types of the columns that come as a dictionary: a number for each text, which is written and read as the text."""
    found = {}
    for field in data.schema:
        if pa.types.is_dictionary(field.type):
            texts = data[field.name].cast(field.type.value_type).unique().drop_null().to_pylist()
            found[field.name] = f"enum({', '.join(map(_quoted, texts))})" if texts else "varchar"
    return found


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _scan(files: Sequence[str | Path]) -> str:
    """Parquet files as SQL.

    Raises
    ------
    EngineError
        When there is no file.
    """
    if not files:
        raise EngineError("expected Parquet files of observations, got none", fix="load measurements first")
    quoted = ", ".join(_quoted(str(path)) for path in files)
    return f"read_parquet([{quoted}], hive_partitioning = false, union_by_name = true)"
