"""Days, periods and what each must hold: expected counts come from here, never from the rows that are present.

A `Calendar` is pure data (PyArrow tables); an engine brings them in as `Reference` tables beside the observations.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from typing import Any

import pyarrow as pa

from saishang.errors import SaishangError
from saishang.science.air.series.rules import DAILY, STATISTICS, AirRules
from saishang.science.periods import KINDS, Period, days_between, month_end, periods_between

__all__ = ["KINDS", "SLOTS", "Calendar", "CalendarError", "Period", "Reference"]

#: Numbers of figures of one period: percentiles by the place of their parameter in `DAILY`, means from `SLOTS / 2` on.
SLOTS = 16


class CalendarError(SaishangError):
    """The span of days asked for makes no sense."""

    code = "calendar"


@dataclass(frozen=True)
class Reference:
    """The tables of a calendar as the engine holds them (see `Calendar.tables`), and the ticks of one unit."""

    days: Any
    hours: Any
    periods: Any
    period_months: Any
    day_periods: Any
    figures: Any
    limits: Any
    settings: Any
    members: Any
    lists: Any
    unit: int

    @classmethod
    def names(cls) -> tuple[str, ...]:
        """Names of the tables."""
        return tuple(item.name for item in fields(cls) if item.name != "unit")


@dataclass(frozen=True)
class Calendar:
    """The days from `first` to `last` and every month, quarter, year and year-to-date they touch.

    Attributes
    ----------
    index_edition:
        Edition of the index for all days; None = the one in force on each day.
    to_date:
        Months that end a year-to-date period; None = the month of `last`, unless that is the last day of a year.
    members:
        Region → its cities, for regional means and pooled days.
    lists:
        Ranking list → its members.
    """

    first: date
    last: date
    rules: AirRules
    index_edition: str | None = None
    to_date: tuple[int, ...] | None = None
    members: Mapping[str, Sequence[str]] | None = None
    lists: Mapping[str, Sequence[str]] | None = None

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise CalendarError(
                f"expected a first day before the last, got {self.first} to {self.last}", fix="swap the two days"
            )
        if self.index_edition is not None:
            self.rules.index_named(self.index_edition)

    @property
    def editions(self) -> tuple[str, ...]:
        """Editions of the index on the days of the calendar, in the order of their days."""
        return tuple(dict.fromkeys(edition for _, edition in self._days()))

    def periods(self) -> Iterator[Period]:
        """All periods that have at least one day in the span."""
        return periods_between(self.first, self.last, self.to_date)

    def tables(self) -> dict[str, pa.Table]:
        """The reference tables.

        Returns
        -------
        `days(day, edition)`; `hours(day, edition, hour, end)`, hour counted from 1970; `periods(period_kind, period,
        year_before, days_expected, months_expected, days_needed)`; `period_months(period_kind, period, month,
        month_needed)`, month as 201903; `day_periods(day, period_kind, number)`, number of the period; `figures(
        period_kind, period, parameter, statistic, percent, step, scale, figure)`, percent null for means, figure =
        number · `SLOTS` + place; `limits(period_kind, period, standard, parameter, statistic, bound, limit_step,
        limit_scale)`; `settings(period_kind, period, setting, standard, parameter, statistic, bound, single_step,
        single_scale, weight, alternative)`; `members(region, city)`; `lists(list, id)`.
        """
        periods = list(self.periods())
        figures = [row for number, period in enumerate(periods) for row in self._figures(number, period)]
        return {
            "days": _table(_DAYS, self._days()),
            "hours": _table(_HOURS, self._hours()),
            "periods": _table(_PERIODS, (self._period(period) for period in periods)),
            "period_months": _table(_PERIOD_MONTHS, (row for period in periods for row in self._months(period))),
            "day_periods": _table(_DAY_PERIODS, self._day_periods(periods)),
            "figures": _table(_FIGURES, figures),
            "limits": _table(_LIMITS, (row for period in periods for row in self._limits(period))),
            "settings": _table(_SETTINGS, (row for period in periods for row in self._settings(period))),
            "members": _table(_MEMBERS, ((r, c) for r, cities in (self.members or {}).items() for c in cities)),
            "lists": _table(_LISTS, ((name, m) for name, ids in (self.lists or {}).items() for m in ids)),
        }

    def _days(self) -> Iterator[tuple[Any, ...]]:
        for day in days_between(self.first, self.last):
            yield day, self.index_edition or self.rules.index_on(day).name

    def _hours(self) -> Iterator[tuple[Any, ...]]:
        for day, edition in self._days():
            midnight = datetime(day.year, day.month, day.day)
            number = (day - date(1970, 1, 1)).days * 24
            for hour in range(24):
                yield day, edition, number + hour, midnight + timedelta(hours=hour + 1)

    def _period(self, period: Period) -> tuple[Any, ...]:
        months = period.last.month - period.first.month + 1
        needed = self.rules.year_days if period.kind == "year" else 0
        return period.kind, period.name, period.year_before, period.days, months, needed

    def _months(self, period: Period) -> Iterator[tuple[Any, ...]]:
        year = period.first.year
        for month in range(period.first.month, period.last.month + 1):
            length = monthrange(year, month)[1]
            needed = self.rules.february_days if month == 2 else self.rules.month_days
            # A year-to-date that stops within a month may miss as many days of it as the whole month may.
            elapsed = (min(period.last, month_end(year, month)) - date(year, month, 1)).days + 1
            yield period.kind, period.name, year * 100 + month, max(needed - (length - elapsed), 0)

    def _figures(self, number: int, period: Period) -> Iterator[tuple[Any, ...]]:
        for place, parameter in enumerate(DAILY):
            places = self.rules.places(parameter, period.last)
            shape = (self.rules.grid.step(places), 10**places)
            figure = number * SLOTS + place
            yield period.kind, period.name, parameter, "mean", None, *shape, figure + SLOTS // 2
            percent = self.rules.percentiles.get(parameter)
            if percent is not None:
                yield period.kind, period.name, parameter, f"p{percent}", percent, *shape, figure

    def _day_periods(self, periods: list[Period]) -> Iterator[tuple[Any, ...]]:
        for number, period in enumerate(periods):
            for day in days_between(max(period.first, self.first), min(period.last, self.last)):
                yield day, period.kind, number

    def _limits(self, period: Period) -> Iterator[tuple[Any, ...]]:
        for stage in self.rules.stages_between(period.first, period.last):
            for parameter, statistic, averaging in STATISTICS:
                limit = stage.limits[parameter, averaging]
                places = self.rules.compliance_decimals.get(parameter, 0)
                shape = (self.rules.grid.step(places), 10**places)
                yield period.kind, period.name, stage.name, parameter, statistic, limit, *shape

    def _settings(self, period: Period) -> Iterator[tuple[Any, ...]]:
        between = self.rules.composites_between
        found = (*between(period.first, period.last), *between(period.first, period.last, alternative=True))
        for rule in found:
            for parameter, bound in rule.bounds.items():
                # The mean is divided by its limit; of CO and ozone, which have no yearly limit, the percentile.
                percent = self.rules.percentiles.get(parameter)
                statistic = f"p{percent}" if parameter in {"CO", "O3_8H"} else "mean"
                places = rule.decimals.get(parameter, 0)
                shape = (self.rules.grid.step(places), 10**places, rule.weights.get(parameter, 1), rule.alternative)
                yield period.kind, period.name, rule.name, rule.standard, parameter, statistic, bound, *shape


_DAYS = pa.schema([("day", pa.date32()), ("edition", pa.string())])
_HOURS = pa.schema([("day", pa.date32()), ("edition", pa.string()), ("hour", pa.int64()), ("end", pa.timestamp("us"))])
_PERIODS = pa.schema(
    [("period_kind", pa.string()), ("period", pa.string()), ("year_before", pa.string()), ("days_expected", pa.int64()),
     ("months_expected", pa.int64()), ("days_needed", pa.int64())]
)  # fmt: skip
_PERIOD_MONTHS = pa.schema(
    [("period_kind", pa.string()), ("period", pa.string()), ("month", pa.int64()), ("month_needed", pa.int64())]
)
_DAY_PERIODS = pa.schema([("day", pa.date32()), ("period_kind", pa.string()), ("number", pa.int64())])
_FIGURES = pa.schema(
    [("period_kind", pa.string()), ("period", pa.string()), ("parameter", pa.string()), ("statistic", pa.string()),
     ("percent", pa.int64()), ("step", pa.int64()), ("scale", pa.int64()), ("figure", pa.int64())]
)  # fmt: skip
_LIMITS = pa.schema(
    [("period_kind", pa.string()), ("period", pa.string()), ("standard", pa.string()), ("parameter", pa.string()),
     ("statistic", pa.string()), ("bound", pa.int64()), ("limit_step", pa.int64()), ("limit_scale", pa.int64())]
)  # fmt: skip
_SETTINGS = pa.schema(
    [("period_kind", pa.string()), ("period", pa.string()), ("setting", pa.string()), ("standard", pa.string()),
     ("parameter", pa.string()), ("statistic", pa.string()), ("bound", pa.int64()), ("single_step", pa.int64()),
     ("single_scale", pa.int64()), ("weight", pa.int64()), ("alternative", pa.bool_())]
)  # fmt: skip
_MEMBERS = pa.schema([("region", pa.string()), ("city", pa.string())])
_LISTS = pa.schema([("list", pa.string()), ("id", pa.string())])


def _table(schema: pa.Schema, rows: Iterable[tuple[Any, ...]]) -> pa.Table:
    given = list(rows)
    columns = list(zip(*given, strict=True)) if given else [()] * len(schema)
    return pa.table(
        [pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)], schema=schema
    )
