"""One table, three forms: on the page, as CSV, as Excel. What a page shows is what it exports."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone

__all__ = ["Cell", "Column", "Table", "as_cell"]

#: What a reader sees where there is no value.
ABSENT = "—"
#: Whole numbers from here on are shown in groups of three; a year or a code of a region never is.
_GROUPED = 10_000


@dataclass(frozen=True)
class Cell:
    """A value with what belongs to it on screen.

    Parameters
    ----------
    value:
        What is exported: number, text, date, truth value, or None for "no value".
    text:
        What is shown, when the plain form of the value is not good enough (a rounded figure as published).
    href:
        Address that the text leads to.
    state:
        A target status; shown as badge with icon and words.
    level:
        AQI level 1–6; shown as a filled box with the figure.
    mark:
        Status of the source: confirmed, recalled, unconfirmed.
    note:
        Longer explanation (coverage, reason), shown small below the text and exported in its own column.
    valid:
        False for a figure that does not meet the standard's validity rule.
    """

    value: Any = None
    text: str | None = None
    href: str | None = None
    state: str | None = None
    level: int | None = None
    mark: str | None = None
    note: str = ""
    valid: bool = True
    swatch: str | None = None
    #: Water quality class 1-6 (6 = worse than V); shown as a filled box with the numeral.
    water: int | None = None
    #: How deep the row stands in a tree; the text is set in by so much, an export is not.
    depth: int = 0
    #: Rate of a noise station: `all` attained, `some` did not; shown as a filled box with the figure.
    quiet: str = ""
    #: A badge that is made already (shape, word and colour), shown instead of the text; the value is what is exported.
    badge: Any = None

    @property
    def indent(self) -> str:
        """Blanks before the text of a row of a tree."""
        return "\u3000" * self.depth

    @property
    def shown(self) -> str:
        """The text on the page."""
        if self.text is not None:
            return self.text
        if self.value is None or self.value == "":
            return ABSENT
        if isinstance(self.value, bool):
            return "✓" if self.value else "✗"
        if isinstance(self.value, int) and abs(self.value) >= _GROUPED:
            return f"{self.value:,}"
        if isinstance(self.value, Decimal):
            return f"{self.value:f}"
        if isinstance(self.value, float) and self.value.is_integer():
            return str(int(self.value))
        if isinstance(self.value, datetime):
            local = timezone.localtime(self.value) if timezone.is_aware(self.value) else self.value
            return local.strftime("%Y-%m-%d %H:%M")
        if isinstance(self.value, date):
            return self.value.isoformat()
        return str(self.value)

    @property
    def absent(self) -> bool:
        """Whether there is nothing to show."""
        return self.shown == ABSENT


@dataclass(frozen=True)
class Column:
    """A column: key in the rows, heading, unit, and whether it holds numbers."""

    key: str
    label: str
    unit: str = ""
    number: bool = False
    wide_only: bool = False
    #: The column whose cells name the row, for readers who hear the table.
    row_head: bool = False
    nowrap: bool = False
    #: Sentences: kept wide enough to read on a phone, where the table scrolls sideways.
    long: bool = False
    #: Only in exports: what a page says in another way, or has no room for.
    export_only: bool = False
    #: Address of the page in this column's order, and in which it is now: ascending, descending or neither.
    href: str = ""
    sorted: str = ""

    @property
    def heading(self) -> str:
        """Heading with unit, for exports."""
        return f"{self.label} [{self.unit}]" if self.unit else self.label


@dataclass(frozen=True)
class Table:
    """A titled table. `name` is its key in the page's address and in the export's file name."""

    name: str
    title: str
    columns: Sequence[Column]
    rows: Sequence[Mapping[str, Any]]
    #: Sentences that travel with an export: period, edition, run, source, licence.
    about: Sequence[str] = ()
    caption: str = ""
    empty: str = ""
    tight: bool = False
    #: All rows when the page shows only a part of them (pagination).
    everything: Iterable[Mapping[str, Any]] | None = field(default=None, repr=False)

    def cells(self) -> list[list[tuple[Column, Cell]]]:
        """Rows of (column, cell) for the template."""
        return [[(column, as_cell(row.get(column.key))) for column in self.shown_columns] for row in self.rows]

    @property
    def shown_columns(self) -> list[Column]:
        """Columns on the page."""
        return [column for column in self.columns if not column.export_only]

    def all_rows(self) -> Iterable[Mapping[str, Any]]:
        """Rows of the export."""
        return self.rows if self.everything is None else self.everything


def as_cell(value: Any) -> Cell:
    """A cell, made from a plain value where need be."""
    return value if isinstance(value, Cell) else Cell(value)
