"""What every command shares: one console, JSON on request, errors without a traceback."""

from __future__ import annotations

import codecs
import contextlib
import getpass
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

__all__ = [
    "JsonOption",
    "actor_name",
    "begin",
    "console",
    "day_of",
    "emit_json",
    "emit_json_error",
    "errors",
    "print_table",
]

#: Columns of a pipe or a log, where nobody's window ends: wide enough that a row of a table stays a line.
_PIPE = 200

console = Console()
errors = Console(stderr=True)
if not console.is_terminal and console.width == 80:  # what rich assumes when nothing says how wide it is
    console.width = _PIPE


class _Answer:
    """Whether this run of the command owes its reader JSON, and whether it has given it."""

    wanted = False
    given = False


def _note(wanted: bool) -> bool:
    _Answer.wanted, _Answer.given = wanted, False
    return wanted


#: `--json` on every reading command.
JsonOption = Annotated[
    bool, typer.Option("--json", callback=_note, help="打印 JSON，便于程序读取 · print JSON for programs.")
]


def actor_name(command: str = "") -> str:
    """Who acts, as the action log writes a command: its name, and the account of the machine in brackets."""
    said = f"saishang {command}".strip()
    try:
        return f"{said} ({getpass.getuser()})"
    except (KeyError, OSError):  # an account without a name, as in containers
        return said


def day_of(text: str) -> date:
    """The day of an option; today without one.

    Raises
    ------
    typer.BadParameter
        When it is no day.
    """
    try:
        return date.fromisoformat(text) if text else date.today()
    except ValueError:
        raise typer.BadParameter(f"{text!r}: 2026-09-01") from None


def begin(*, wanted: bool = False) -> None:
    """Begin a run: whether JSON is wanted is yet to be seen, and no sign that the encoding lacks makes us fail.

    Where the encoding is plain ASCII we write UTF-8, as Python does by itself in the C locale; else `?` for the sign.
    """
    _note(wanted)
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError, ValueError):  # not a text stream, or one that was read from
            plain = codecs.lookup(stream.encoding).name == "ascii"
            stream.reconfigure(encoding="utf-8" if plain else None, errors="replace")  # type: ignore[union-attr]


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
    """Print `data` as JSON on standard output; in an encoding other than UTF-8 as plain ASCII, so that none is lost."""
    plain = codecs.lookup(sys.stdout.encoding or "utf-8").name != "utf-8"
    sys.stdout.write(json.dumps(data, ensure_ascii=plain, indent=indent, default=_plain) + "\n")
    _Answer.given = True


def emit_json_error(code: str, message: str, *, where: str | None = None, fix: str = "") -> None:
    """Give the error to the reader who asked for JSON, unless the command has printed its JSON already."""
    if _Answer.wanted and not _Answer.given:
        emit_json({"error": {"code": code, "where": where, "message": message, "fix": fix}})


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
