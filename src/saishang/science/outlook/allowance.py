"""How many bad days a year still affords: for a percentile (CO, O3 and the daily items of HJ 663) and for good days."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from saishang.science.numbers import InputError
from saishang.science.outlook.bounds import Bound
from saishang.science.outlook.needed import Verdict
from saishang.science.percentile import percentile, percentile_position

__all__ = ["DayAllowance", "PercentileAllowance", "good_day_allowance", "percentile_allowance"]


@dataclass(frozen=True, slots=True)
class PercentileAllowance:
    """Answer for a yearly percentile.

    Attributes
    ----------
    verdict:
        As in `NeededMean`; `safe` = whatever the days to come bring.
    to_date:
        The percentile of the days so far [unit], None without any.
    allowed, used, spare:
        Days beyond the bound that the year can take whatever their height; those there are; what is left of them.
    edge:
        More days lie beyond the bound than that, yet the percentile, which is interpolated between two days, may still
        keep it: it depends on how far beyond they are.
    """

    verdict: Verdict
    to_date: Fraction | None
    allowed: int
    used: int
    spare: int
    edge: bool
    days: int
    left: int


@dataclass(frozen=True, slots=True)
class DayAllowance:
    """Answer for the share of good days: polluted days that the year affords in all, those there were, the rest."""

    verdict: Verdict
    good: int
    polluted: int
    allowed: int
    spare: int
    days: int
    left: int

    @property
    def to_date(self) -> Fraction | None:
        """Share of good days so far [%]."""
        return Fraction(100 * self.good, self.days) if self.days else None


def percentile_allowance(values: Sequence[Fraction], left: int, p: int, bound: Bound) -> PercentileAllowance:
    """Days beyond the bound that the year's percentile still affords (HJ 663 appendix A, `k = 1 + (n - 1) p / 100`).

    Parameters
    ----------
    values:
        Valid daily values so far [unit].
    left:
        Days to come, each expected to be valid.
    p:
        Per cent of the percentile: 98, 95, 90.
    bound:
        Edge of the unrounded percentile; an upper one.

    Raises
    ------
    InputError
        For a lower bound or a number of days below zero.

    Examples
    --------
    >>> found = percentile_allowance([Fraction(170)] * 20 + [Fraction(90)] * 253, 92, 90, Bound(Fraction(160), True))
    >>> found.allowed, found.spare        # k = 1 + 364 * 0.9 = 328.6: x_329 must keep, 36 days may lie above it
    (36, 16)
    """
    if not bound.upper or left < 0:
        raise InputError(
            "A percentile of concentrations has an upper bound, and days to come are no fewer than none.",
            fix="Give a target with <= or <, and the calendar's days.",
        )
    total = len(values) + left
    used = sum(not bound.holds(value) for value in values)
    to_date = percentile(values, p).value if values else None
    if total == 0:
        return PercentileAllowance("no_data", None, 0, 0, 0, False, 0, 0)
    allowed = total - math.ceil(percentile_position(total, p))
    spare = max(allowed - used, 0)
    # The best that can come is days of zero; the worst, days beyond the bound.
    best = percentile([*values, *[Fraction(0)] * left], p).value
    if not bound.holds(best):
        verdict: Verdict = "impossible" if left else "missed"
    elif left == 0:
        verdict = "kept"
    else:
        verdict = "safe" if used + left <= allowed else "open"
    edge = used > allowed and verdict == "open"
    return PercentileAllowance(verdict, to_date, allowed, used, spare, edge, len(values), left)


def good_day_allowance(good: int, days: int, left: int, bound: Bound) -> DayAllowance:
    """Polluted days that the year's share of good days still affords.

    Parameters
    ----------
    good, days:
        Good days and valid days so far; of a region those of its cities together.
    left:
        Days to come, each expected to be valid.
    bound:
        Edge of the unrounded share in per cent; a lower one.

    Raises
    ------
    InputError
        For an upper bound, or more good than valid days.

    Examples
    --------
    >>> from saishang.science.outlook.bounds import rounding_bound
    >>> good_day_allowance(217, 249, 92, rounding_bound(85, ">=", 1)).spare  # 84.95 % of 341 = 289.7: 290 good, 51 not
    19
    """
    if bound.upper or not 0 <= good <= days or left < 0:
        raise InputError(
            f"A share of good days has a lower bound; {good} good of {days} valid days, {left} to come.",
            fix="Give a target with >= or >, and good days among the valid ones.",
        )
    total = days + left
    if total == 0:
        return DayAllowance("no_data", good, 0, 0, 0, days, left)
    exactly = bound.value * total / 100
    needed = math.ceil(exactly)
    if needed == exactly and not bound.inclusive:
        needed += 1
    allowed = total - max(needed, 0)
    polluted = days - good
    spare = allowed - polluted
    if left == 0:
        verdict: Verdict = "kept" if spare >= 0 else "missed"
    elif spare < 0:
        verdict = "impossible"
    else:
        verdict = "safe" if spare >= left else "open"
    return DayAllowance(verdict, good, polluted, max(allowed, 0), max(spare, 0), days, left)
