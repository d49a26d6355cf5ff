"""The statements of a chain of tables, written down once: to run them again on other rows needs no Ibis any more.

Turning the expressions of an evaluation into SQL takes longer than running them for one province. A `Recorder` stands
in for an engine: it executes nothing and keeps the SQL. Expressions depend on rules and editions only, never on rows,
so the recipe holds for every calendar and every set of stations. A `RecipeBook` keeps recipes in a folder, so that not
even the first correction of a process has to write them down.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import ibis
import pyarrow as pa

from saishang.lake.engines.base import EngineError

__all__ = ["Recipe", "RecipeBook", "Recorder"]


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


class RecipeBook:
    """Recipes by what they depend on: in memory, and in a folder when one is given.

    A file that is not whole, or was written for something else, counts as missing: the recipe is written down again.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._known: dict[str, Recipe] = {}

    def get(self, key: Sequence[str], write: Callable[[], Recipe]) -> Recipe:
        """The recipe of a key; written down, and kept, when it is not there.

        Parameters
        ----------
        key:
            Everything that decides the statements: rules, code, editions. The versions of the two libraries that turn
            expressions into SQL and run it are added.
        """
        name = _name([*key, version("ibis-framework"), version("duckdb")])
        if name not in self._known:
            found = self._read(name)
            if found is None:
                found = write()
                self._keep(name, found)
            self._known[name] = found
        return self._known[name]

    def _read(self, name: str) -> Recipe | None:
        if self._folder is None:
            return None
        try:
            body = json.loads((self._folder / f"{name}.json").read_text(encoding="utf-8"))
            found = Recipe(tuple(body["statements"]), dict(body["queries"]))
            return found if body["seal"] == _seal(found) else None
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def _keep(self, name: str, recipe: Recipe) -> None:
        if self._folder is None:
            return
        body = {"statements": recipe.statements, "queries": dict(recipe.queries), "seal": _seal(recipe)}
        # A folder that cannot be written costs the next process seconds, nothing else.
        with contextlib.suppress(OSError):
            self._folder.mkdir(parents=True, exist_ok=True)
            making = self._folder / f".{name}.{os.getpid()}"
            making.write_text(json.dumps(body), encoding="utf-8")
            making.replace(self._folder / f"{name}.json")


def _name(key: Sequence[str]) -> str:
    return hashlib.sha256("\0".join(key).encode()).hexdigest()[:32]


def _seal(recipe: Recipe) -> str:
    told = json.dumps([list(recipe.statements), dict(recipe.queries)])
    return hashlib.sha256(told.encode()).hexdigest()


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
