"""DuckDB as the lake uses it."""

from __future__ import annotations

from typing import Any

import duckdb

__all__ = ["connect_duck"]


def connect_duck(**settings: Any) -> duckdb.DuckDBPyConnection:
    """An in-memory DuckDB that says nothing of its own accord.

    After two seconds of a query DuckDB paints a progress bar on standard output, also when that is a pipe: it would
    stand before the JSON that a program asked for.
    """
    connection = duckdb.connect(":memory:", config=settings)
    connection.execute("set enable_progress_bar = false")  # no setting that `config` takes
    return connection
