"""Days and periods of a span: what should be there comes from here, never from the rows that are present."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pyarrow as pa

from saishang.science.noise.series.energy import energy_table
from saishang.science.noise.series.rules import NoiseRules
from saishang.science.numbers import InputError
from saishang.science.periods import days_between, periods_between

__all__ = ["NOISE_STATIONS", "NoiseCalendar", "NoiseReference"]

#: Stations of a run: region, class of function zone, days of service (inclusive, null = open).
NOISE_STATIONS = pa.schema(
    [("station", pa.string()), ("region", pa.string()), ("zone", pa.string()), ("opened", pa.date32()),
     ("closed", pa.date32())]
)  # fmt: skip


@dataclass(frozen=True)
class NoiseReference:
    """The tables of a calendar as the engine holds them."""

    days: Any
    periods: Any
    limits: Any
    energies: Any
    above: Any

    @classmethod
    def names(cls) -> tuple[str, ...]:
        """Names of the tables, as in `NoiseCalendar.tables`."""
        return ("days", "periods", "limits", "energies", "above")


@dataclass(frozen=True)
class NoiseCalendar:
    """The days from `first` to `last`, each with its month, quarter, year and year to date.

    Attributes
    ----------
    first, last:
        Both inclusive; the night of a day ends next morning.
    above:
        Region of stations → the regions above it, whose rates its stations count in as well.
    """

    first: date
    last: date
    rules: NoiseRules
    above: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise InputError(f"The span {self.first} to {self.last} runs backwards.", fix="Swap the two days.")

    def tables(self) -> dict[str, pa.Table]:
        """`days(day)`, `periods(day, period_kind, period, over)`, `limits(zone, span, limit)`, `energies`, `above`.

        `span` is `day` or `night`, `limit` in tenths of a dB(A); `over` says whether the calendar reaches the end of
        the period; `above(region, wide)` are pairs of a region and one that holds it.
        """
        periods = [
            (day, period.kind, period.name, period.last <= self.last)
            for period in periods_between(self.first, self.last)
            for day in days_between(max(period.first, self.first), min(period.last, self.last))
        ]
        limits = [(zone, span, limit) for (zone, span), limit in sorted(self.rules.limits.items())]
        above = [(region, wide) for region, listed in sorted(self.above.items()) for wide in listed]
        text = pa.string()
        return {
            "days": pa.table([pa.array(list(days_between(self.first, self.last)), pa.date32())], names=["day"]),
            "periods": _table(
                periods, [("day", pa.date32()), ("period_kind", text), ("period", text), ("over", pa.bool_())]
            ),
            "limits": _table(limits, [("zone", text), ("span", text), ("limit", pa.int64())]),
            "energies": energy_table(),
            "above": _table(above, [("region", text), ("wide", text)]),
        }


def _table(rows: list[tuple[Any, ...]], columns: list[tuple[str, pa.DataType]]) -> pa.Table:
    cells = list(zip(*rows, strict=True)) or [()] * len(columns)
    return pa.table([pa.array(cell, kind) for cell, (_, kind) in zip(cells, columns, strict=True)],
                    schema=pa.schema(columns))  # fmt: skip
