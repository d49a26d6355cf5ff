"""The embedded engine: DuckDB in this process, out of core under a memory limit."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import ibis
import pyarrow as pa

from saishang.lake.engines.base import EngineError, scratch_folder

__all__ = ["DuckDB"]

_INCOMING = "incoming_table"


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

    def observations(self, files: Sequence[str | Path]) -> Any:
        """Lake rows from Parquet files as an Ibis table.

        Raises
        ------
        EngineError
            When there is no file.
        """
        paths = [str(path) for path in files]
        if not paths:
            raise EngineError("expected Parquet files of observations, got none", fix="load measurements first")
        return self._connection.read_parquet(paths, hive_partitioning=False, union_by_name=True)

    def table(self, name: str, data: pa.Table) -> Any:
        """Bring a small table in under a name."""
        # Ibis' own create_table asks the engine some ten things first.
        self._connection.con.register(_INCOMING, data)
        # Names are ours and quoted.
        self._connection.raw_sql(f'create or replace table "{name}" as from {_INCOMING}')
        self._connection.con.unregister(_INCOMING)
        return self._connection.table(name)

    def keep(self, name: str, *parts: Any) -> Any:
        """Run expressions of one shape one after the other and keep their rows together."""
        # Names are ours and quoted; Ibis' own create_table compiles every expression twice.
        for number, part in enumerate(parts):
            target = f'insert into "{name}"' if number else f'create or replace table "{name}" as'
            self._connection.raw_sql(f"{target} {self._connection.compile(part)}")
        return self._connection.table(name)

    def drop(self, name: str) -> None:
        """Forget a kept table."""
        self._connection.drop_table(name, force=True)

    def run(self, expression: Any) -> pa.Table:
        """Run an expression and return its rows."""
        result: pa.Table = self._connection.to_pyarrow(expression)
        return result

    def write(self, expression: Any, path: Path) -> None:
        """Run an expression into one Parquet file; DuckDB writes it as it goes."""
        path.parent.mkdir(parents=True, exist_ok=True)
        target = str(path).replace("'", "''")
        self._connection.raw_sql(
            f"copy ({self._connection.compile(expression)}) to '{target}' (format parquet, compression zstd)"
        )

    def close(self) -> None:
        """Close the connection and remove the scratch folder if it is ours."""
        self._connection.disconnect()
        self._clean()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
