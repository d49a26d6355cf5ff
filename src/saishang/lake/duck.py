"""DuckDB as the lake uses it."""

from __future__ import annotations

import os
import threading
from typing import Any

import duckdb

__all__ = ["connect_duck", "reading_duck"]

#: Number of the process → the DuckDB that its pages read tables with.
_READING: dict[int, duckdb.DuckDBPyConnection] = {}
_LOCKS = [threading.Lock()]
# A process that was forked has none of the threads that could give the lock back.
os.register_at_fork(after_in_child=lambda: _LOCKS.__setitem__(0, threading.Lock()))


def connect_duck(**settings: Any) -> duckdb.DuckDBPyConnection:
    """An in-memory DuckDB that says nothing of its own accord.

    After two seconds of a query DuckDB paints a progress bar on standard output, also when that is a pipe: it would
    stand before the JSON that a program asked for.
    """
    connection = duckdb.connect(":memory:", config=settings)
    connection.execute("set enable_progress_bar = false")  # no setting that `config` takes
    return connection


def reading_duck() -> duckdb.DuckDBPyConnection:
    """A cursor to read files with, cheap to get: a page reads several tables, and each DuckDB of its own costs 50 ms.

    One per process keeps nothing between questions; every cursor is a connection of its own. A process that was forked
    gets one of its own: threads do not come along, and the other's is left alone.
    """
    number = os.getpid()
    with _LOCKS[0]:
        if number not in _READING:
            _READING[number] = connect_duck(threads=2)
        cursor = _READING[number].cursor()
    cursor.execute("set enable_progress_bar = false")
    return cursor
