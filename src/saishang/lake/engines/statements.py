"""SQL of expressions: what this process has turned into SQL before is not turned into SQL again.

Ibis takes longer over the SQL of one province's evaluation than DuckDB takes over its rows, and the text follows from
the expression alone: names and columns of tables, never their rows. Expressions are values, equal ones have equal
hashes: a second evaluation finds the texts of the first, whatever its calendar and its connection.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import ibis
import pyarrow as pa
from ibis.expr import operations as ops
from ibis.formats.pyarrow import PyArrowData

__all__ = ["shaped", "sql_of", "tables_read", "unbound"]

#: An evaluation of all media has about a hundred expressions; a few sets of rules and editions live side by side.
_REMEMBERED = 512
_TEXTS: dict[Any, str] = {}


def sql_of(connection: Any, expression: Any) -> str:
    """An expression as a query of DuckDB; any connection gives the same text."""
    node = expression.op()
    found = _TEXTS.get(node)
    if found is None:
        if len(_TEXTS) >= _REMEMBERED:
            _TEXTS.clear()
        found = _TEXTS[node] = str(connection.compile(expression))
    return found


def tables_read(expression: Any) -> tuple[str, ...]:
    """Names of the tables that an expression reads."""
    return _tables(expression.op())


def unbound(table: Any) -> Any:
    """A table by its name and columns only: an expression on a connection's own table equals none of another's."""
    return ibis.table(table.schema(), name=table.get_name())


def shaped(rows: pa.Table, expression: Any) -> pa.Table:
    """What a query gave, in the types of its expression."""
    result: pa.Table = PyArrowData.convert_table(rows, expression.schema())
    return result


@lru_cache(_REMEMBERED)
def _tables(node: Any) -> tuple[str, ...]:
    return tuple(dict.fromkeys(found.name for found in node.find((ops.UnboundTable, ops.DatabaseTable))))
