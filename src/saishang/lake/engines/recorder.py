"""The statements of a chain of tables, written down once: to run them again on other rows needs no Ibis any more.

Turning the expressions of an evaluation into SQL takes longer than running them for one province. A `Recorder` stands
in for an engine: it executes nothing and keeps the SQL. Expressions depend on rules and editions only, never on rows,
so the recipe holds for every calendar and every set of stations.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import ibis
import pyarrow as pa

from saishang.lake.engines.base import EngineError

__all__ = ["Recipe", "Recorder"]


@dataclass(frozen=True)
class Recipe:
    """SQL of DuckDB.

    Attributes
    ----------
    statements:
        Make the tables in between, in their order.
    queries:
        Table of the contract → the query that gives its rows.
    """

    statements: tuple[str, ...]
    queries: Mapping[str, str]


class Recorder:
    """An engine that writes down what it is asked; see `saishang.lake.engines.base.Engine`."""

    name = "duckdb"

    def __init__(self) -> None:
        self._connection = ibis.duckdb.connect()
        self._statements: list[str] = []

    def given(self, name: str, schema: pa.Schema) -> Any:
        """A table that will be there when the recipe runs."""
        plain = [
            pa.field(field.name, field.type.value_type if pa.types.is_dictionary(field.type) else field.type)
            for field in schema
        ]
        return ibis.table(ibis.Schema.from_pyarrow(pa.schema(plain)), name=name)

    def table(self, name: str, data: pa.Table) -> Any:
        """A small table: only its columns count here."""
        return self.given(name, data.schema)

    def keep(self, name: str, *parts: Any) -> Any:
        """Write down how a table is made."""
        for number, part in enumerate(parts):
            making = f'insert into "{name}"' if number else f'create or replace table "{name}" as'
            self._statements.append(f"{making} {self._connection.compile(part)}")
        return ibis.table(parts[0].schema(), name=name)

    def recipe(self, queries: Mapping[str, Any]) -> Recipe:
        """What was written down, with the queries (table → expression) at its end."""
        compiled = {name: self._connection.compile(expression) for name, expression in queries.items()}
        return Recipe(tuple(self._statements), compiled)

    def drop(self, name: str) -> None:
        """Nothing to free: tables go with the connection that the recipe ran on."""

    def observations(self, files: Sequence[str | Path]) -> Any:
        """Not here: hours are given as a table."""
        raise EngineError("a recorder reads no files", fix="give the rows as a table: `given`")

    def keep_each(self, name: str, portions: Sequence[Sequence[str | Path]], make: Callable[[Any], Any]) -> Any:
        """Not here: hours are given as a table."""
        raise EngineError("a recorder reads no files", fix="give the rows as a table: `given`")

    def run(self, expression: Any) -> pa.Table:
        """Not here: nothing is executed."""
        raise EngineError("a recorder runs nothing", fix="run its recipe")

    def write(self, expression: Any, path: Path) -> None:
        """Not here: nothing is executed."""
        raise EngineError("a recorder runs nothing", fix="run its recipe")

    def finish(self) -> None:
        """Nothing is under way."""

    def close(self) -> None:
        """Free the connection that only turned expressions into SQL."""
        self._connection.disconnect()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
