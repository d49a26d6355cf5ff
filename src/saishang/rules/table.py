"""Tables of rules: rows that know where they stand, and the two questions asked of them (which, and on which day)."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from saishang.rules.errors import RuleLookupError

__all__ = ["KeyedRows", "Row", "RuleTable"]


class Row(Mapping[str, Any]):
    """One row of a rules table: a read-only mapping whose columns are attributes too.

    `row.class2` is `row["class2"]`; a column named like a Python word takes an underscore (`row.from_`). Rows are
    hashable and compare by content; `where` says where the row was written.
    """

    __slots__ = ("_index", "_values", "file", "line")

    _index: Mapping[str, int]
    _values: tuple[Any, ...]
    file: str
    line: int

    def __init__(self, index: Mapping[str, int], values: tuple[Any, ...], file: str, line: int) -> None:
        object.__setattr__(self, "_index", index)
        object.__setattr__(self, "_values", values)
        object.__setattr__(self, "file", file)
        object.__setattr__(self, "line", line)

    @property
    def where(self) -> str:
        """File and line of the row."""
        return f"{self.file}:{self.line}"

    def __getitem__(self, column: str) -> Any:
        return self._values[self._index[column]]

    def __iter__(self) -> Iterator[str]:
        return iter(self._index)

    def __len__(self) -> int:
        return len(self._index)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        column = name if name in self._index else name.rstrip("_")
        try:
            return self._values[self._index[column]]
        except KeyError:
            raise AttributeError(f"no column {name!r}; there are {', '.join(self._index)}") from None

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError("a rule's row cannot be changed; edit the file or lay a site's own over it")

    def __hash__(self) -> int:
        return hash((tuple(self._index), self._values))

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Row):
            return self._values == other._values and tuple(self._index) == tuple(other._index)
        return Mapping.__eq__(self, other)

    def __reduce__(self) -> tuple[type[Row], tuple[dict[str, int], tuple[Any, ...], str, int]]:
        return Row, (dict(self._index), self._values, self.file, self.line)

    def __repr__(self) -> str:
        cells = ", ".join(f"{name}={value!r}" for name, value in self.items() if value is not None)
        return f"Row({cells}; {self.where})"

    def to_dict(self) -> dict[str, Any]:
        """Plain mapping of the columns."""
        return dict(zip(self._index, self._values, strict=True))

    def in_force(self, on: date) -> bool:
        """Whether `from` ≤ `on` ≤ `to`; an empty or absent bound is open."""
        start, end = self.get("from"), self.get("to")
        return (start is None or start <= on) and (end is None or on <= end)


class RuleTable:
    """The rows of one table in the order of the file, the shipped ones first.

    Attributes
    ----------
    name:
        Path without its ending, for example `standards/air/limits`.
    columns:
        Column name → what the schema says about it.
    key:
        Columns that name the thing a row rules; with dates in force, one row per key and day.
    dated:
        Whether rows have dates in force (`from`, `to`).
    """

    def __init__(
        self,
        name: str,
        columns: Mapping[str, Mapping[str, Any]],
        key: tuple[str, ...],
        dated: bool,
        rows: Iterable[Row],
    ) -> None:
        self.name = name
        self.columns = columns
        self.key = key
        self.dated = dated
        self.rows = tuple(rows)

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def __repr__(self) -> str:
        return f"RuleTable({self.name!r}, {len(self.rows)} rows)"

    def find(self, **match: object) -> tuple[Row, ...]:
        """Rows whose columns equal the given values, whatever the date.

        Raises
        ------
        RuleLookupError
            When a column is not known.
        """
        names = [self._column(name) for name in match]
        wanted = list(zip(names, match.values(), strict=True))
        return tuple(row for row in self.rows if all(row[name] == value for name, value in wanted))

    def in_force(self, on: date, **match: object) -> tuple[Row, ...]:
        """Rows in force on the day `on` (`from` ≤ on ≤ `to`, empty = open) whose columns equal the given values."""
        return tuple(row for row in self.find(**match) if row.in_force(on))

    def one(self, on: date | None = None, **match: object) -> Row:
        """Find the one row that matches, and that is in force on the day `on` when a day is given.

        Raises
        ------
        RuleLookupError
            When no row or more than one matches; the message says which values the columns do hold.
        """
        found = self.find(**match) if on is None else self.in_force(on, **match)
        if len(found) == 1:
            return found[0]
        asked = ", ".join(f"{name}={value!r}" for name, value in match.items()) or "any row"
        day = f" in force on {on.isoformat()}" if on is not None else ""
        if found:
            raise RuleLookupError(
                f"expected one row of {self.name} with {asked}{day}, got {len(found)}: "
                + ", ".join(row.where for row in found[:5]),
                fix=f"narrow it down; the key is {', '.join(self.key)}" + (" and a day" if self.dated else ""),
                where=self.name,
            )
        raise RuleLookupError(
            f"expected one row of {self.name} with {asked}{day}, got none",
            fix=self._suggest(on, {self._column(name): value for name, value in match.items()}),
            where=self.name,
        )

    def values(self, column: str) -> tuple[Any, ...]:
        """Return the distinct values of a column in the order in which they first stand in the table."""
        name = self._column(column)
        return tuple(dict.fromkeys(row[name] for row in self.rows))

    def _column(self, name: str) -> str:
        if name in self.columns:
            return name
        if name.rstrip("_") in self.columns:
            return name.rstrip("_")
        raise RuleLookupError(
            f"expected a column of {self.name}, got {name!r}",
            fix=f"use one of {', '.join(self.columns)}",
            where=self.name,
        )

    def _suggest(self, on: date | None, match: Mapping[str, object]) -> str:
        for name, value in match.items():
            known = [known for known in self.values(name) if known is not None]
            if value not in known:
                near = difflib.get_close_matches(str(value), [str(item) for item in known], n=5, cutoff=0.5)
                return f"{name} may be {', '.join(near or [str(item) for item in known[:12]])}"
        if on is not None:
            spans = sorted({f"{row.get('from') or '…'} to {row.get('to') or '…'}" for row in self.find(**dict(match))})
            if spans:
                return f"choose a day within {'; '.join(spans)}"
        return "each value exists, but not together: drop one of the conditions to see what there is"


class KeyedRows(Mapping[str, Row]):
    """Rows of a table by their code; asking for an unknown code says which ones are near."""

    def __init__(self, table: RuleTable, column: str) -> None:
        self.table = table
        self.column = column
        self._rows = {str(row[column]): row for row in table.rows}

    def __getitem__(self, code: str) -> Row:
        try:
            return self._rows[code]
        except KeyError:
            near = difflib.get_close_matches(str(code), self._rows, n=5, cutoff=0.4) or list(self._rows)[:12]
            raise UnknownCode(
                f"expected a {self.column} of {self.table.name}, got {code!r}",
                fix=f"use one of {', '.join(near)}, or add a row",
                where=self.table.name,
            ) from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)

    def __contains__(self, code: object) -> bool:
        return code in self._rows


class UnknownCode(RuleLookupError, KeyError):
    """A code that the table does not list; also a KeyError, so that `Mapping.get` works."""

    def __str__(self) -> str:
        return RuleLookupError.__str__(self)
