"""What a medium gives to a run: its tables, what decides their digits, how values are read from them, their chain.

One entry per medium in `media_list.MEDIA`; an evaluation, a replay and a correction walk the list and know no medium by
name. A medium also says what it reads (media of the lake, registers, decisions): when nothing of that changed since a
run, its tables are those of the run.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa

from saishang.apps.indicators.catalogue import Indicator
from saishang.apps.indicators.values import Reader
from saishang.config import Config
from saishang.lake import Lake
from saishang.lake.engines.correction import Difference, row_differences
from saishang.rules import Rules

__all__ = ["Asked", "Before", "Counted", "Flag", "Medium", "Observed", "Remade", "Rests", "Touched", "remade_whole"]

#: A row of the lake that quality control takes out: (source, station, parameter, start).
Flag = tuple[str, str, str, datetime]


@dataclass(frozen=True)
class Asked:
    """What a run asks of a medium.

    Attributes
    ----------
    version:
        Version of the lake to read.
    known_at:
        Moment up to which people's entries, decisions and quality runs count; None = all there are.
    progress:
        Told the name of each step.
    """

    config: Config
    lake: Lake
    rules: Rules
    site: str
    region: str
    as_of: date
    version: int
    known_at: datetime | None = None
    progress: Callable[[str], None] = lambda step: None

    def rows(self, name: str) -> tuple[Any, ...]:
        """Rows of a table of the site; none when the site has no such table."""
        table = self.rules.tables.get(f"sites/{self.site}/{name}")
        return () if table is None else tuple(table.rows)


@dataclass(frozen=True)
class Before:
    """The run that a correction starts from: where its tables are, what it knew of the lake, and until when."""

    folder: Path
    version: int
    known_at: datetime


@dataclass(frozen=True)
class Touched:
    """What of a medium's inputs is not what it was when a run was made.

    Attributes
    ----------
    rows:
        (medium of the lake, station, day) that hold rows written since.
    flags:
        Rows that quality control takes out now and did not then, or the other way round.
    registers:
        Kinds of registers that were written since.
    decisions:
        (region, day) of sand-dust days that were decided otherwise.
    other:
        Parameters of the medium that are not what they were.
    """

    rows: frozenset[tuple[str, str, date]] = frozenset()
    flags: frozenset[Flag] = frozenset()
    registers: frozenset[str] = frozenset()
    decisions: frozenset[tuple[str, date]] = frozenset()
    other: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.rows or self.flags or self.registers or self.decisions or self.other)


@dataclass(frozen=True)
class Remade:
    """The tables of a medium after a correction.

    Attributes
    ----------
    tables:
        Whole tables; with `partial` only the rows of the periods in reach, the others stand as in the run.
    changes:
        Table → rows that do not stand any more, rows that stand now.
    """

    tables: Mapping[str, pa.Table]
    changes: Mapping[str, Difference]
    partial: bool = False


@dataclass(frozen=True)
class Observed:
    """A row of the lake, as far as it matters what rests on it."""

    medium: str
    source: str
    station: str
    parameter: str
    start: datetime
    end: datetime
    value: float | None
    qualifier: str | None

    @property
    def day(self) -> date:
        """Day to which its beginning belongs."""
        return self.start.date()


class Counted(Protocol):
    """A stored value, as far as it matters what it rests on."""

    region: str
    basis: str
    coverage: Mapping[str, Any]
    inputs: Mapping[str, Any]


#: Whether a value, computed by this way of its indicator, rests on a row; its period is looked at elsewhere.
Rests = Callable[[Indicator, Counted], bool]


@dataclass(frozen=True)
class Medium:
    """One medium.

    Attributes
    ----------
    build:
        Tables of the run by name; an empty mapping when there is nothing to evaluate.
    parameters:
        What decides the digits beside lake, rules and code, as JSON; empty when there is nothing.
    readers:
        Table → how the catalogue's indicators with that `statistic.source` are read from it.
    lake, registers:
        Media of the lake and kinds of registers that the tables are made of.
    flags, decisions:
        Whether rows that quality control takes out, and decisions on sand-dust days, count.
    again:
        Tables after a correction; without it the whole medium is made again.
    rests:
        From a run's folder and a row of the lake to which of the values rest on it; None where none does.
    """

    name: str
    build: Callable[[Asked], dict[str, pa.Table]]
    parameters: Callable[[Asked], dict[str, Any]] = lambda asked: {}
    readers: Mapping[str, Reader] = field(default_factory=dict)
    lake: Collection[str] = ()
    registers: Collection[str] = ()
    flags: bool = True
    decisions: bool = False
    again: Callable[[Asked, Before, Touched], Remade] | None = None
    rests: Callable[[Asked, Path, Observed], Rests | None] = lambda asked, folder, row: None

    def remade(self, asked: Asked, before: Before, touched: Touched) -> Remade:
        """Its tables after a correction, beside those of the run."""
        return remade_whole(self.build(asked), before) if self.again is None else self.again(asked, before, touched)


def remade_whole(tables: Mapping[str, pa.Table], before: Before) -> Remade:
    """Whole tables of a medium, and how they differ from the run's."""
    return Remade(tables, row_differences(before.folder, tables))
