"""Laboratory results of the lake as samples of registered points: what groundwater and soil share in a run.

A point of a run is an entry of a register. Its attributes in a year are those that the register had at the year's end;
of years before the register began, those that it began with (a well that is entered today was drilled long ago: fields
`opened` and `closed` say when it was monitored).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from saishang.apps.indicators.links import Link
from saishang.apps.indicators.media import Asked
from saishang.apps.indicators.models import Run
from saishang.apps.indicators.provenance import digest
from saishang.apps.registers import queries as registers
from saishang.apps.registers.kinds import kinds
from saishang.apps.registers.queries import EntryView, Filter
from saishang.lake import Lake
from saishang.lake.duck import connect_duck
from saishang.lake.gaps import excluded_flags
from saishang.science.periods import months_between

__all__ = [
    "Period", "Points", "Reading", "Sample", "entries_by_year", "excluded_parameters",
    "file_links", "members", "periods_of", "samples",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reading:
    """A result [unit of its parameter]; of one below detection the limit, None where no limit was given."""

    value: float | None
    below: bool


@dataclass(frozen=True)
class Sample:
    """Everything that was found at a point on one day of sampling."""

    point: str
    day: date
    readings: Mapping[str, Reading]


@dataclass(frozen=True)
class Period:
    """A year, or what has passed of the running one."""

    kind: str
    name: str
    first: date
    last: date


def periods_of(years: Iterable[int], as_of: date) -> list[Period]:
    """The years, the running one as the part of it that has passed."""
    found = []
    for year in sorted(set(years)):
        last = min(date(year, 12, 31), as_of)
        whole = last == date(year, 12, 31)
        name = str(year) if whole else f"{year}-01..{as_of:%Y-%m}"
        found.append(Period("year" if whole else "to_date", name, date(year, 1, 1), last))
    return found


def samples(asked: Asked, medium: str) -> list[Sample]:
    """Samples of a medium up to the day of the run, by point and day; what quality control took out is left out."""
    edge = datetime.combine(asked.as_of + timedelta(days=1), datetime.min.time())
    wanted = (pc.field("medium") == medium) & (pc.field("start") < pa.scalar(edge, pa.timestamp("us")))
    columns = ["source", "station", "parameter", "start", "value", "qualifier"]
    if not asked.lake.files(asked.version, medium=medium):
        return []
    order = [(name, "ascending") for name in ("station", "start", "parameter", "source")]
    table = asked.lake.observations(asked.version).to_table(columns=columns, filter=wanted).sort_by(order)
    out = {(source, station, parameter, start) for source, station, parameter, start in _excluded(asked)}
    found: dict[tuple[str, date], dict[str, Reading]] = {}
    for row in table.to_pylist():
        if row["qualifier"] not in (None, "<"):
            continue
        if (row["source"], row["station"], row["parameter"], row["start"]) in out:
            continue
        readings = found.setdefault((row["station"], row["start"].date()), {})
        readings[row["parameter"]] = Reading(row["value"], row["qualifier"] == "<")
    return [Sample(point, day, readings) for (point, day), readings in sorted(found.items())]


def excluded_parameters(asked: Asked, medium: str) -> dict[str, Any]:
    """What decides the digits beside lake, rules, code and registers: results that quality control takes out."""
    rows = [row for row in _excluded(asked) if asked.rules.parameters[row[2]]["medium"] == medium]
    return {"excluded": digest(rows)} if rows else {}


def _excluded(asked: Asked) -> list[tuple[str, str, str, datetime]]:
    end = datetime.combine(asked.as_of + timedelta(days=1), datetime.min.time())
    return [
        row for row in excluded_flags(asked.lake.ledger, None, end, asked.known_at) if row[2] in asked.rules.parameters
    ]


# -- points ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Points:
    """Entries of a register by year: `at(key, year)`, `open_in(period)`."""

    latest: Mapping[str, EntryView]
    by_year: Mapping[int, Mapping[str, EntryView]] = field(default_factory=dict)

    def at(self, key: str, year: int) -> EntryView | None:
        """The entry as it stood at the end of the year; as it stands where the register began later."""
        return self.by_year.get(year, {}).get(key) or self.latest.get(key)

    def open_in(self, period: Period) -> list[EntryView]:
        """Entries that are monitored on the last day of the period, by key."""
        found = []
        for key in sorted(self.latest):
            view = self.at(key, period.last.year)
            if view is not None and _open(view, period.last):
                found.append(view)
        return found


def _open(view: EntryView, day: date) -> bool:
    opened, closed = view.values.get("opened"), view.values.get("closed")
    return not (opened and date.fromisoformat(str(opened)) > day) and not (
        closed and date.fromisoformat(str(closed)) < day
    )


def entries_by_year(asked: Asked, register: str, years: Iterable[int]) -> Points:
    """The entries of a register as they stood at the end of each year, known at the run's moment."""
    kind = kinds(asked.rules).get(register)
    if kind is None:
        return Points({})

    def stood(on: date) -> dict[str, EntryView]:
        listed = registers.entries(kind, Filter(on=on, known_at=asked.known_at))
        return {view.key: view for view in listed}

    years = sorted(set(years))
    return Points(stood(asked.as_of), {year: stood(min(date(year, 12, 31), asked.as_of)) for year in years})


def members(asked: Asked, views: Iterable[EntryView]) -> dict[str, set[str]]:
    """Region of the run and every region below it that has an entry → the regions inside it."""
    there = {view.region for view in views}
    inside = {code: set(registers.inside(asked.rules, code)) for code in registers.inside(asked.rules, asked.region)}
    return {code: codes for code, codes in sorted(inside.items()) if code == asked.region or codes & there}


# -- the chain ------------------------------------------------------------------------------------------------------


def file_links(
    lake: Lake, run: Run, medium: str, points: Sequence[str], first: date, after: date
) -> dict[tuple[str, str], tuple[Link, ...]]:
    """(point, parameter) → the lines behind it from `first` to the day before `after`, at the run's version.

    One link per result, with batch, file, line and cell: laboratories give one value per line, and a page opens it.
    """
    files = lake.files(run.lake_version, medium=medium, months=months_between(first, after))
    if not files or not points:
        return {}
    sql = (
        'select station, parameter, "start", value, qualifier, batch, line, cell '  # noqa: S608 - only question marks
        f"from read_parquet(?, hive_partitioning = false) where station in ({', '.join('?' * len(points))}) "
        'and "start" >= ? and "start" < ? order by station, parameter, "start", batch'
    )
    midnight = datetime.min.time()
    span = [datetime.combine(first, midnight), datetime.combine(after, midnight)]
    with connect_duck(threads=2) as connection:
        rows = connection.execute(sql, [files, *points, *span]).fetchall()
    batches = {number: lake.ledger.batch(number) for number in {row[5] for row in rows}}
    found: dict[tuple[str, str], list[Link]] = {}
    for station, parameter, start, value, qualifier, number, line, cell in rows:
        batch = batches[number]
        facts = {
            "batch": number, "day": start.date().isoformat(), "line": line, "cell": cell, "values": 1,
            "first_line": line, "last_line": line, "sha256": batch.sha256, "source": batch.source,
        }  # fmt: skip
        shown = "" if value is None else f"{'<' if qualifier == '<' else ''}{_plain(value)}"
        found.setdefault((station, parameter), []).append(Link("file", batch.file_name, shown, "", facts))
    return {key: tuple(links) for key, links in found.items()}


def _plain(value: float) -> str:
    """A result as a laboratory writes it: without an exponent."""
    return format(Decimal(repr(value)).normalize(), "f")
