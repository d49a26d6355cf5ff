"""What every command shares: one console, JSON on request, errors without a traceback."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

__all__ = ["JsonOption", "console", "emit_json", "errors", "print_table"]

console = Console()
errors = Console(stderr=True)

#: `--json` on every reading command.
JsonOption = Annotated[bool, typer.Option("--json", help="打印 JSON，便于程序读取 · print JSON for programs.")]


def _plain(value: object) -> object:
    """Turn what `json` does not know into what a reader expects: exact decimals as text, dates as ISO 8601."""
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, set | frozenset):
        return sorted(value)
    if hasattr(value, "to_dict"):
        return value.to_dict()
    raise TypeError(f"cannot print {type(value).__name__} as JSON")


def emit_json(data: Any, *, indent: int | None = 2) -> None:
    """Print `data` as UTF-8 JSON on standard output."""
    sys.stdout.write(json.dumps(data, ensure_ascii=False, indent=indent, default=_plain) + "\n")


def print_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]], *, caption: str = "") -> None:
    """Print a table for people; None shows as a dash, never as the word None.

    Texts are printed as they are: square brackets in data are no markup. A cell with colour is a `rich.text.Text`.
    """
    table = Table(title=escape(title), caption=escape(caption) or None, header_style="bold")
    for column in columns:
        table.add_column(escape(column), overflow="fold")
    for row in rows:
        table.add_row(*("—" if cell is None else cell if isinstance(cell, Text) else escape(str(cell)) for cell in row))
    console.print(table)
