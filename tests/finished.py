"""Rows of finished runs: a test asks the same table many times over, and what a run has made never changes."""

from __future__ import annotations

from typing import Any, Protocol
from weakref import WeakKeyDictionary

import pyarrow as pa

__all__ = ["rows_of"]


class Finished(Protocol):
    """A run that has tables."""

    def table(self, name: str) -> pa.Table: ...


_ROWS: WeakKeyDictionary[Finished, dict[str, list[dict[str, Any]]]] = WeakKeyDictionary()


def rows_of(run: Finished, name: str, /, **match: Any) -> list[dict[str, Any]]:
    """Rows of a table of the run that match."""
    made = _ROWS.setdefault(run, {})
    if name not in made:
        made[name] = run.table(name).to_pylist()
    return [dict(row) for row in made[name] if all(row[key] == value for key, value in match.items())]
