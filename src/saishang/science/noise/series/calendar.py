"""Days and periods of a span: what should be there comes from here, never from the rows that are present."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pyarrow as pa

from saishang.science.noise.series.energy import energy_table
from saishang.science.noise.series.rules import NoiseRules
from saishang.science.numbers import InputError

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

    @classmethod
    def names(cls) -> tuple[str, ...]:
        """Names of the tables, as in `NoiseCalendar.tables`."""
        return ("days", "periods", "limits", "energies")


@dataclass(frozen=True)
class NoiseCalendar:
    """The days from `first` to `last`, each with its month, quarter and year; the night of a day ends next morning."""

    first: date
    last: date
    rules: NoiseRules

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise InputError(f"The span {self.first} to {self.last} runs backwards.", fix="Swap the two days.")

    def tables(self) -> dict[str, pa.Table]:
        """`days(day)`, `periods(day, period_kind, period)`, `limits(zone, span, limit)`, `energies`.

        `span` is `day` or `night`, `limit` in tenths of a dB(A).
        """
        count = (self.last - self.first).days + 1
        days = [self.first + timedelta(days=step) for step in range(count)]
        names = [(day, kind, name) for day in days for kind, name in _periods(day)]
        limits = [(zone, span, limit) for (zone, span), limit in sorted(self.rules.limits.items())]
        return {
            "days": pa.table([pa.array(days, pa.date32())], names=["day"]),
            "periods": _table(names, [("day", pa.date32()), ("period_kind", pa.string()), ("period", pa.string())]),
            "limits": _table(limits, [("zone", pa.string()), ("span", pa.string()), ("limit", pa.int64())]),
            "energies": energy_table(),
        }


def _periods(day: date) -> list[tuple[str, str]]:
    quarter = (day.month + 2) // 3
    return [
        ("month", f"{day.year}-{day.month:02d}"),
        ("quarter", f"{day.year}-Q{quarter}"),
        ("year", str(day.year)),
    ]


def _table(rows: list[tuple[Any, ...]], columns: list[tuple[str, pa.DataType]]) -> pa.Table:
    cells = list(zip(*rows, strict=True)) or [()] * len(columns)
    return pa.table([pa.array(cell, kind) for cell, (_, kind) in zip(cells, columns, strict=True)],
                    schema=pa.schema(columns))  # fmt: skip
