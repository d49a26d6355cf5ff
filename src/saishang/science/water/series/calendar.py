"""Periods, sections and limits as reference tables beside the observations.

A `WaterCalendar` is pure data: what a period must hold comes from here and never from the rows that are present.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

import pyarrow as pa

from saishang.errors import SaishangError
from saishang.science.periods import Period, periods_between
from saishang.science.water.series.rules import WaterRules
from saishang.science.water.series.scales import limit_ticks

__all__ = ["Group", "WaterCalendar", "WaterReference", "WaterSection"]

_FAR = 4 * 10**18


class CalendarError(SaishangError):
    """The span of days asked for makes no sense."""

    code = "calendar"


@dataclass(frozen=True)
class WaterSection:
    """One section: code, kind of water body, days of operation, its targets by time (first, last, class number)."""

    code: str
    body: str = "river"
    opened: date | None = None
    closed: date | None = None
    targets: tuple[tuple[date, date | None, int], ...] = ()
    #: Items X by year of evaluation, for editions that name them per section.
    own_items: Mapping[int, frozenset[str]] | None = None

    def open_in(self, period: Period) -> bool:
        """Whether it was in operation on any day of the period."""
        return (self.opened is None or self.opened <= period.last) and (
            self.closed is None or period.first <= self.closed
        )

    def target(self, on: date) -> int | None:
        """Target class on a day."""
        for first, last, number in self.targets:
            if first <= on and (last is None or on <= last):
                return number
        return None


@dataclass(frozen=True)
class Group:
    """A river, basin, city, region or network: its sections, and how many it has when not all are known.

    `sizes`: (first day, last day or None, sections) where a list or a bulletin says how many there are.
    """

    scope: str
    id: str
    sections: tuple[str, ...]
    sizes: tuple[tuple[date, date | None, int], ...] = ()

    def size(self, on: date) -> int | None:
        """Sections that the group is said to have on a day."""
        for first, last, number in self.sizes:
            if first <= on and (last is None or on <= last):
                return number
        return None


@dataclass(frozen=True)
class WaterReference:
    """The tables of a calendar as the engine holds them (see `WaterCalendar.tables`)."""

    periods: Any
    period_months: Any
    section_periods: Any
    limits: Any
    own_items: Any
    members: Any
    group_periods: Any

    @classmethod
    def names(cls) -> tuple[str, ...]:
        """Names of the tables."""
        return tuple(item.name for item in fields(cls))


@dataclass(frozen=True)
class WaterCalendar:
    """Days from `first` to `last` and every period they touch, with the sections and groups to evaluate."""

    first: date
    last: date
    rules: WaterRules
    sections: Sequence[WaterSection]
    groups: Sequence[Group] = ()
    to_date: tuple[int, ...] | None = None

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise CalendarError(
                f"expected a first day before the last, got {self.first} to {self.last}", fix="swap the two days"
            )

    def periods(self) -> list[Period]:
        """All periods that have at least one day in the span."""
        return list(periods_between(self.first, self.last, self.to_date))

    def tables(self) -> dict[str, pa.Table]:
        """The reference tables.

        Returns
        -------
        `periods(period_kind, period, edition, days_expected, months_expected, months_needed)`; `period_months(
        period_kind, period, month)`, month as 201903; `section_periods(section, body, period_kind, period, target,
        own)`, one row per section in operation; `limits(edition, body, parameter, low, high, class1 … class5, counts,
        basic, priority, has_multiple)` in ticks, `low`/`high` for ranges and downward limits turned round by sign;
        `own_items(section, period_kind, period, parameter)`; `members(scope, id, section)`; `group_periods(scope, id,
        period_kind, period, sections_expected)`.
        """
        periods = self.periods()
        return {
            "periods": _table(_PERIODS, (self._period(period) for period in periods)),
            "period_months": _table(_PERIOD_MONTHS, ((p.kind, p.name, month) for p in periods for month in p.months)),
            "section_periods": _table(_SECTION_PERIODS, self._section_periods(periods)),
            "limits": _table(_LIMITS, self._limits()),
            "own_items": _table(_OWN_ITEMS, self._own_items(periods)),
            "members": _table(_MEMBERS, ((g.scope, g.id, code) for g in self.groups for code in g.sections)),
            "group_periods": _table(_GROUP_PERIODS, self._group_periods(periods)),
        }

    def _period(self, period: Period) -> tuple[Any, ...]:
        months = len(period.months)
        needed = {"quarter": self.rules.months_quarter, "year": self.rules.months_year}.get(period.kind, months)
        edition = self.rules.edition(period.last).name
        return period.kind, period.name, edition, period.days, months, needed

    def _section_periods(self, periods: Sequence[Period]) -> Iterator[tuple[Any, ...]]:
        for section in self.sections:
            for period in periods:
                if section.open_in(period):
                    listed = section.own_items is not None and period.first.year in section.own_items
                    own = listed and self.rules.edition(period.last).own_items
                    target = section.target(min(period.last, self.last))
                    yield section.code, section.body, period.kind, period.name, target, own

    def _own_items(self, periods: Sequence[Period]) -> Iterator[tuple[Any, ...]]:
        for section in self.sections:
            for period in periods:
                for parameter in sorted((section.own_items or {}).get(period.first.year, ())):
                    yield section.code, period.kind, period.name, parameter

    def _limits(self) -> Iterator[tuple[Any, ...]]:
        for edition in self.rules.editions:
            for (body, parameter), item in edition.limits.items():
                flags = (
                    parameter in edition.items,
                    parameter in edition.basic,
                    parameter in self.rules.priority,
                    parameter not in self.rules.no_multiple,
                )
                hydrogen = self.rules.hydrogen
                if item.direction == "range":
                    ends = sorted(limit_ticks(parameter, bound, hydrogen=hydrogen) for bound in (item.low, item.high))
                    yield edition.name, body, parameter, "range", *ends, *([0] * 5), *flags
                else:
                    bounds = [limit_ticks(parameter, bound, hydrogen=hydrogen) for bound in item.bounds]
                    yield edition.name, body, parameter, item.direction, 0, _FAR, *bounds, *flags

    def _group_periods(self, periods: Sequence[Period]) -> Iterator[tuple[Any, ...]]:
        known = {section.code: section for section in self.sections}
        for group in self.groups:
            for period in periods:
                there = sum(known[code].open_in(period) for code in group.sections if code in known)
                expected = group.size(min(period.last, self.last)) if group.sizes else there
                # Where the size of a list is a matter of record, days without a record have no figure.
                if expected:
                    yield group.scope, group.id, period.kind, period.name, max(expected, there)


_PERIODS = pa.schema(
    [("period_kind", pa.string()), ("period", pa.string()), ("edition", pa.string()), ("days_expected", pa.int64()),
     ("months_expected", pa.int64()), ("months_needed", pa.int64())]
)  # fmt: skip
_PERIOD_MONTHS = pa.schema([("period_kind", pa.string()), ("period", pa.string()), ("month", pa.int64())])
_SECTION_PERIODS = pa.schema(
    [("section", pa.string()), ("body", pa.string()), ("period_kind", pa.string()), ("period", pa.string()),
     ("target", pa.int64()), ("own", pa.bool_())]
)  # fmt: skip
_LIMITS = pa.schema(
    [("edition", pa.string()), ("body", pa.string()), ("parameter", pa.string()), ("direction", pa.string()),
     ("low", pa.int64()), ("high", pa.int64()), ("class1", pa.int64()), ("class2", pa.int64()), ("class3", pa.int64()),
     ("class4", pa.int64()), ("class5", pa.int64()), ("counts", pa.bool_()), ("basic", pa.bool_()),
     ("priority", pa.bool_()), ("has_multiple", pa.bool_())]
)  # fmt: skip
_OWN_ITEMS = pa.schema(
    [("section", pa.string()), ("period_kind", pa.string()), ("period", pa.string()), ("parameter", pa.string())]
)
_MEMBERS = pa.schema([("scope", pa.string()), ("id", pa.string()), ("section", pa.string())])
_GROUP_PERIODS = pa.schema(
    [("scope", pa.string()), ("id", pa.string()), ("period_kind", pa.string()), ("period", pa.string()),
     ("sections_expected", pa.int64())]
)  # fmt: skip


def _table(schema: pa.Schema, rows: Iterable[tuple[Any, ...]]) -> pa.Table:
    given = list(rows)
    columns = list(zip(*given, strict=True)) if given else [()] * len(schema)
    return pa.table(
        [pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)], schema=schema
    )
