"""Tables that people fill in (填报表): a heading line with names that are known, one thing per row, cells as text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from saishang.errors import SaishangError
from saishang.lake.readers.blocks import Reject
from saishang.lake.readers.opening import open_any

__all__ = ["Form", "read_form", "read_sheet"]

_FORMULA = "=+-@＝＋－＠"
_MIDNIGHT = re.compile(r"\d{4}-\d\d-\d\d[ T]00:00(:00(\.0+)?)?")


@dataclass(frozen=True)
class Form:
    """A table that was filled in.

    Attributes
    ----------
    sheet:
        Name of the sheet; empty for a file that has none.
    places:
        Column → its place in the file, from 0.
    rows:
        (line, column → text); rows without any text are left out.
    """

    sheet: str
    places: Mapping[str, int]
    rows: Sequence[tuple[int, dict[str, str]]]


def read_form(
    path: Path,
    name: str,
    columns: Mapping[str, Sequence[str]],
    required: Collection[str],
    refuse: Callable[[Reject], None],
    *,
    most_rows: int,
) -> list[tuple[int, dict[str, str]]]:
    """Rows of a CSV, Excel or Parquet table as (line, column → text); see `read_sheet`."""
    return list(read_sheet(path, name, columns, required, refuse, most_rows=most_rows).rows)


def read_sheet(
    path: Path,
    name: str,
    columns: Mapping[str, Sequence[str]],
    required: Collection[str],
    refuse: Callable[[Reject], None],
    *,
    most_rows: int,
) -> Form:
    """A CSV, Excel (first sheet) or Parquet table with the places of its cells, for errors that name them.

    Parameters
    ----------
    name:
        What the sender called the file, for errors.
    columns:
        Column → headings under which it is understood; other columns of the file are passed over.
    required:
        Columns without which nothing can be taken.
    refuse:
        Takes lines that the reader itself cannot read.
    most_rows:
        More are a mistake in the file.

    Raises
    ------
    SaishangError
        When the file is no table, a required column is missing, a column stands twice, or there are too many rows.
    """
    try:
        with open_any(path, refuse) as table:
            places = _places(table.header, name, columns, required)
            rows: list[tuple[int, dict[str, str]]] = []
            for block in table.blocks:
                cells = {key: block.column(index).to_pylist() for key, index in places.items()}
                for n, line in enumerate(block.lines.tolist()):
                    fields = {key: _text(values[n]) for key, values in cells.items()}
                    if any(fields.values()):
                        rows.append((line, fields))
                if len(rows) > most_rows:
                    raise SaishangError(
                        f"expected at most {most_rows} rows", fix="split the table", where=name, code="too-many-rows"
                    )
            sheet = str(table.notes.get("sheet", ""))
    except SaishangError as error:
        if error.where in (None, path.name, str(path)):
            error.where = name
        raise
    return Form(sheet, places, rows)


def _places(
    header: Iterable[str], name: str, columns: Mapping[str, Sequence[str]], required: Collection[str]
) -> dict[str, int]:
    known = {_folded(heading): key for key, headings in columns.items() for heading in headings}
    places: dict[str, int] = {}
    listed = [cell.strip() for cell in header]
    for n, cell in enumerate(listed):
        key = known.get(_folded(cell))
        if key is None:
            continue
        if key in places:
            raise SaishangError(
                f"the column {cell} stands twice", fix="keep one of them", where=name, code="doubled-column"
            )
        places[key] = n
    missing = [columns[key][0] for key in required if key not in places]
    if missing:
        raise SaishangError(
            f"expected the columns {'、'.join(missing)}, got {'、'.join(listed)}",
            fix="use the form that the page gives out (export as Excel)", where=name, code="missing-column",
        )  # fmt: skip
    return places


def _folded(heading: str) -> str:
    """Readers hand headings over with full-width brackets and signs made plain; so are ours, for the comparison."""
    return unicodedata.normalize("NFKC", heading).strip().casefold()


def _text(value: Any) -> str:
    """A cell as text; a year or a count that a workbook keeps as 2025.0 is the whole number it stands for, a day that
    it keeps as a moment at midnight is the day."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    text = str(value).strip()
    if _MIDNIGHT.fullmatch(text):
        return text[:10]
    # Exports put an apostrophe before what a spreadsheet would take for a formula.
    return text[1:] if len(text) > 1 and text[0] == "'" and text[1] in _FORMULA else text
