"""Columns and coded values of the rules in the reader's language, for the pages of the rulebook.

Tables of rules hold codes (`kind: screening`, `direction: higher`) and name their columns as code does. `columns.csv`
gives both languages of either: a row without `value` names the column, a row with one says that value. Where tables
use one code in two senses, a row with `table` wins for that table.
"""

from __future__ import annotations

import csv
from functools import lru_cache
from pathlib import Path

from saishang.web import texts

__all__ = ["heading", "value_words"]


def heading(column: str, table: str = "") -> str:
    """Words above a column of a table; its name in the rules where it has none."""
    known = _words()
    found = known.get((column, table, "")) or known.get((column, "", ""))
    return texts.both(*found) if found else column


def value_words(column: str, value: str, table: str = "") -> str | None:
    """Words of a coded value in the reader's language, or None for a value that is no code.

    Parameters
    ----------
    column:
        Name of the column, or the last part of a document's key.
    value:
        The code as the rules hold it.
    table:
        Name of the table or document, such as `standards/groundwater/limits`.
    """
    known = _words()
    found = known.get((column, table, value)) or known.get((column, "", value))
    return texts.both(*found) if value and found else None


@lru_cache(maxsize=1)
def _words() -> dict[tuple[str, str, str], tuple[str, str]]:
    """(column, table, value) → Chinese and English."""
    with (Path(__file__).resolve().parent / "columns.csv").open(encoding="utf-8", newline="") as handle:
        return {(row["column"], row["table"], row["value"]): (row["zh"], row["en"]) for row in csv.DictReader(handle)}
