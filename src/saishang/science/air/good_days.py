"""Share of good days (优良天数比例): days with an index up to 100 over all valid days of the period.

The assessment basis deducts abnormal sand-dust exceedance days (扣除沙尘异常超标天): they become non-polluted and stay
in the denominator (Yinchuan 2025: 365 days, 55 polluted, 12 deducted, 322 / 365 = 88.2 %).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from saishang.science.numbers import InputError

__all__ = ["GoodDays", "good_days", "pooled"]


@dataclass(frozen=True, slots=True)
class GoodDays:
    """Good days of valid days; `percent` unrounded, None when no day is valid (published with one decimal)."""

    good: int
    days: int

    @property
    def percent(self) -> Fraction | None:
        """Share in percent."""
        return Fraction(100 * self.good, self.days) if self.days else None


def good_days(days: int, polluted: int, *, abnormal_dust: int = 0) -> GoodDays:
    """Good days from valid days, polluted days (index above 100) and those of them deducted as abnormal dust days.

    Raises
    ------
    InputError
        When there are more polluted than valid days, or more deducted than polluted ones.
    """
    if not 0 <= polluted <= days:
        raise InputError(
            f"{polluted} polluted days of {days} valid days cannot be.", fix="Count polluted days among the valid ones."
        )
    if not 0 <= abnormal_dust <= polluted:
        raise InputError(
            f"{abnormal_dust} deducted dust days of {polluted} polluted days cannot be.",
            fix="Only polluted days can be deducted.",
        )
    return GoodDays(days - polluted + abnormal_dust, days)


def pooled(cities: Mapping[str, GoodDays]) -> GoodDays:
    """A region's share: the days of its cities pooled (287 / 455 = 63.1 %, not the mean of rounded city shares)."""
    return GoodDays(sum(city.good for city in cities.values()), sum(city.days for city in cities.values()))
