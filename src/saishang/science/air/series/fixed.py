"""Concentrations as whole numbers of *ticks*, so that every engine adds them up alike (`saishang.science.exact`).

Binary sums depend on the order of their terms, and engines add in different orders; a mean that lands on 30.5 here and
on 30.499999999999996 there rounds to two different published figures. So nothing is ever added up as a fraction:

- an hourly value becomes a whole number of thousandths (public hours are whole µg/m³ or tenths of mg/m³);
- a daily mean is a sum over 20 … 24 hours, an ozone window a mean over 6 … 8, a city value a mean over 1 … 10 stations:
  all of these divide one unit, the tick, so that each is a whole number of ticks without rounding;
- period means and percentiles stay a fraction `num / den` of ticks until they are rounded, half to even (GB/T 8170).

Where a division cannot be exact (a city mean over 11, 13, 16 … stations, a region's mean over cities with different
numbers of days) it is rounded to the tick, about 2e-12 µg/m³, and `slack` makes the last rounding take a value within
the accumulated error of a tie for the tie it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import lcm
from typing import Any

__all__ = ["PACK", "Grid", "concentration", "thousandths"]

#: An hour adds `thousandths * PACK + 1`, so that one sum carries both the total and the number of hours.
PACK = 1024
#: Adding and taking away 2**52 leaves no room for a fraction: the cheapest rounding to a whole double there is.
_WHOLE = float(2**52)
#: Values beyond this [unit of the parameter] are no concentrations; quality control has flagged them.
_CEILING = 1e6
_LARGEST = 6_000_000_000_000  # ticks per unit; a year of daily means up to 4000 units stays within 64 bits
_STATIONS = (2520, 60, 1)  # least common multiples of 1…10 and 1…6


@dataclass(frozen=True)
class Grid:
    """The tick: `unit` of them make one µg/m³ (CO: one mg/m³)."""

    unit: int

    @classmethod
    def build(cls, *, min_hours: int, window_hours: int, min_window_hours: int) -> Grid:
        """Find the tick that every valid daily mean and ozone window is a multiple of.

        Examples
        --------
        >>> Grid.build(min_hours=20, window_hours=8, min_window_hours=6).unit
        535550400000
        """
        hours = lcm(*range(min_hours, 25), *range(min_window_hours, window_hours + 1))
        stations = next(k for k in (*_STATIONS, 1) if 1000 * hours * k <= _LARGEST or k == 1)
        return cls(1000 * hours * stations)

    @property
    def thousandth(self) -> int:
        """Ticks of one thousandth of a unit."""
        return self.unit // 1000

    def step(self, decimals: int) -> int:
        """Ticks of one unit of the last place kept: `decimals` 1 → a tenth."""
        return int(self.unit // 10**decimals)


def concentration(value: Any) -> Any:
    """Whether a value is one: not null, not NaN, not negative, not beyond `_CEILING`.

    NaN is found by arithmetic (`NaN * 0` is not 0). DuckDB 2.0 answers comparisons with a column, with a multiple of it
    and `isnan` too, from the statistics of the Parquet file where it can, and those do not count NaN.
    """
    return (value * 0.0 == 0.0) & (value >= 0) & (value <= _CEILING)


def thousandths(value: Any) -> Any:
    """Nearest whole number of thousandths of a value, still a double; what is no number stays none, without an error.

    An engine may compute this before it drops the rows whose value is NaN, so it must not stumble over one.
    """
    return (value * 1000.0 + _WHOLE) - _WHOLE
