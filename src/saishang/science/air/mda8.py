"""Daily maximum 8-hour mean of ozone (臭氧日最大8小时平均, MDA8), HJ 663 clause 6.1.2 and GB 3095 table 4.

Of the 8-hour means that end at 08:00 … 24:00 of the natural day (17 windows; hours of the day before never enter), a
window counts with at least 6 of its 8 hourly means. With at least 14 such windows the largest is the day's value;
with fewer the day is void, unless the largest found is above the limit: a proven exceedance stands.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from saishang.science.numbers import InputError, mean, non_negative

__all__ = ["DailyMax8h", "Mda8Rule", "daily_max_8h"]

_HOURS = 24


@dataclass(frozen=True, slots=True)
class Mda8Rule:
    """Numbers of the rule; `limit` [µg/m³] is class 2 of GB 3095 for city stations."""

    window_hours: int = 8
    min_hours: int = 6
    first_end: int = 8
    last_end: int = 24
    min_windows: int = 14
    limit: Fraction = Fraction(160)

    @property
    def windows(self) -> int:
        """How many windows a complete day has."""
        return self.last_end - self.first_end + 1


@dataclass(frozen=True, slots=True)
class DailyMax8h:
    """The day's value [µg/m³, unrounded] or None when void, the windows behind it, and why.

    `largest` and `end_hour` tell the largest mean found (and where it ends) even when the day is void.
    """

    value: Fraction | None
    valid_windows: int
    largest: Fraction | None
    end_hour: int | None
    reason: str

    @property
    def valid(self) -> bool:
        """Whether the day has a value."""
        return self.value is not None


def daily_max_8h(hours: Sequence[object], rule: Mda8Rule) -> DailyMax8h:
    """MDA8 of one natural day.

    Parameters
    ----------
    hours:
        The 24 hourly means of ozone [µg/m³] ending at 01:00 … 24:00, shape (24,); None for a missing or invalid hour.

    Raises
    ------
    InputError
        When there are not 24 entries (a gap is an entry None, never a shorter list) or one is negative.
    """
    if len(hours) != _HOURS:
        raise InputError(
            f"A day has 24 hourly means (ending 01:00 to 24:00), got {len(hours)}.",
            fix="Give null for each missing hour, so that every hour keeps its place.",
        )
    values = [non_negative(hour, name=f"hour ending {index:02d}:00") for index, hour in enumerate(hours, start=1)]
    largest: Fraction | None = None
    end_hour: int | None = None
    valid_windows = 0
    for end in range(rule.first_end, rule.last_end + 1):
        present = [value for value in values[end - rule.window_hours : end] if value is not None]
        if len(present) < rule.min_hours:
            continue
        valid_windows += 1
        window = mean(present)
        if window is not None and (largest is None or window > largest):
            largest, end_hour = window, end
    if valid_windows >= rule.min_windows:
        return DailyMax8h(largest, valid_windows, largest, end_hour, "enough windows")
    if largest is not None and largest > rule.limit:
        return DailyMax8h(largest, valid_windows, largest, end_hour, "too few windows, but above the limit: kept")
    return DailyMax8h(None, valid_windows, largest, end_hour, "too few windows and not above the limit: void")
