"""What cost most: the distance of a city's mean from its target, taken apart by day, station and hour of day.

Each way of taking apart is exact and adds up to `mean − target`. A day's part is `(v − T) / n`; a day is the mean of
its stations and a station's day the mean of its hours, so a station's part is the sum of `(v − T) / (k n)` over the
days it took part in, and an hour's the sum of `(x − T) / (h k n)`. Parts above zero cost, parts below paid for them; a
share is that of all that cost, so that the shares of what cost make one whole.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Generic, TypeVar

__all__ = ["Cost", "DustCost", "HourSum", "cost_by_day", "cost_by_hour", "cost_by_station", "dust_cost"]

K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Cost(Generic[K]):
    """Part of one day, station or hour in `mean − target` [unit], and its share of all that cost (None if it paid)."""

    key: K
    part: Fraction
    share: Fraction | None


@dataclass(frozen=True, slots=True)
class HourSum:
    """Hours of one place on the clock that weigh alike.

    `hour` 0 … 23 (the hour that begins then); `hours` present in each of the station days, `stations` valid on each of
    the days; `count` of the values and their `total` [unit].
    """

    hour: int
    hours: int
    stations: int
    count: int
    total: Fraction


@dataclass(frozen=True, slots=True)
class DustCost:
    """What sand and dust cost a mean: days left out, the mean with and without them [unit], their difference."""

    days: int
    measured: Fraction | None
    removed: Fraction | None

    @property
    def difference(self) -> Fraction | None:
        """Mean as measured less mean without dust [unit]; below zero where dust days were cleaner than the others."""
        return None if self.measured is None or self.removed is None else self.measured - self.removed


def cost_by_day(values: Mapping[date, Fraction], target: Fraction) -> tuple[Cost[date], ...]:
    """Part of every day, the dearest first.

    Examples
    --------
    >>> [str(cost.part) for cost in cost_by_day({date(2019, 1, 1): Fraction(50), date(2019, 1, 2): Fraction(20)}, 30)]
    ['10', '-5']
    """
    n = len(values)
    return _ranked({day: (value - target) / n for day, value in values.items()})


def cost_by_station(days: Mapping[date, Mapping[str, Fraction]], target: Fraction) -> tuple[Cost[str], ...]:
    """Part of every station, the dearest first.

    Parameters
    ----------
    days:
        Days that count for the city, each with the valid daily means of the stations that make it.
    """
    n = len(days)
    parts: dict[str, Fraction] = {}
    for stations in days.values():
        weight = len(stations) * n
        for station, value in stations.items():
            parts[station] = parts.get(station, Fraction(0)) + (value - target) / weight
    return _ranked(parts)


def cost_by_hour(sums: Iterable[HourSum], days: int, target: Fraction) -> tuple[Cost[int], ...]:
    """Part of every hour of the day, in the order of the clock; `days` count for the city."""
    parts: dict[int, Fraction] = {}
    for row in sums:
        part = (row.total - row.count * target) / (row.hours * row.stations * days)
        parts[row.hour] = parts.get(row.hour, Fraction(0)) + part
    return tuple(sorted(_ranked(parts), key=lambda cost: cost.key))


def dust_cost(values: Mapping[date, Fraction], dust: Iterable[date]) -> DustCost:
    """What confirmed sand-dust days cost the mean of `values`."""
    masked = set(dust) & set(values)
    kept = [value for day, value in values.items() if day not in masked]
    every = list(values.values())
    return DustCost(
        len(masked),
        sum(every, Fraction(0)) / len(every) if every else None,
        sum(kept, Fraction(0)) / len(kept) if kept else None,
    )


def _ranked(parts: Mapping[K, Fraction]) -> tuple[Cost[K], ...]:
    whole = sum((part for part in parts.values() if part > 0), Fraction(0))
    found = [Cost(key, part, part / whole if part > 0 else None) for key, part in parts.items()]
    return tuple(sorted(found, key=lambda cost: cost.part, reverse=True))
