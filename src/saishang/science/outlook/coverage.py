"""Whether a year can still become valid: at least 324 days, 27 in each month, 25 in February (GB 3095 table 4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from saishang.science.air.validity import ValidityRules, month_valid, year_valid

__all__ = ["YearCoverage", "days_to_come", "year_coverage"]


@dataclass(frozen=True, slots=True)
class YearCoverage:
    """Whether the year can still be valid, the months that no longer can, and the most days it can have."""

    possible: bool
    short_months: tuple[int, ...]
    most_days: int


def days_to_come(as_of: date) -> dict[int, int]:
    """Days of the year after `as_of` by month; empty on the last day of the year.

    >>> days_to_come(date(2019, 11, 28))
    {11: 2, 12: 31}
    """
    found: dict[int, int] = {}
    day = as_of + timedelta(days=1)
    while day.year == as_of.year:
        found[day.month] = found.get(day.month, 0) + 1
        day += timedelta(days=1)
    return found


def year_coverage(valid: Mapping[int, int], as_of: date, rules: ValidityRules, pollutant: str) -> YearCoverage:
    """Judge the year when every day to come is valid.

    Parameters
    ----------
    valid:
        Valid days so far by month.
    """
    left = days_to_come(as_of)
    days = [valid.get(month, 0) + left.get(month, 0) for month in range(1, 13)]
    short = tuple(
        month for month, have in enumerate(days, start=1) if not month_valid(have, month, rules, pollutant).valid
    )
    return YearCoverage(year_valid(days, rules, pollutant).valid, short, sum(days))
