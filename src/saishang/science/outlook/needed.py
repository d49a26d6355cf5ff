"""What the remaining days must average for a yearly mean to keep its target.

The yearly mean is the mean of the valid daily means (HJ 663; GB 3095 table 4), a region's the mean over its cities.
With `S` the sum of the valid days so far, `n` their number and `R` the days to come, the year ends at
`(S + R x) / (n + R)` when the remaining days average `x`. That is a straight line in `x`, for one place and for a mean
over places alike.

Days that were missed are not expected back, and every day to come is expected to be valid.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from saishang.science.numbers import InputError
from saishang.science.outlook.bounds import Bound

__all__ = ["NeededMean", "NeededMonth", "Part", "Verdict", "needed_by_month", "needed_mean", "year_end_mean"]

Verdict = Literal["open", "safe", "impossible", "kept", "missed", "no_data"]


@dataclass(frozen=True, slots=True)
class Part:
    """The year of one place: sum of its valid daily means [µg/m³·day], their number, days still to come."""

    total: Fraction
    days: int
    left: int


@dataclass(frozen=True, slots=True)
class NeededMean:
    """Answer for a yearly mean.

    Attributes
    ----------
    verdict:
        `open` (it depends on the days to come), `impossible` (even days of zero would not do), `safe` (even days as bad
        as the given ceiling would do), `kept` and `missed` (no day is left), `no_data`.
    to_date:
        Mean of the days so far [unit], None without any.
    average:
        Edge of what the remaining days may average, None where no day is left. `inclusive`: the edge itself will do.
    shown:
        The last figure that may be named aloud, rounded towards the safe side; None where the answer is not `open`.
    """

    verdict: Verdict
    to_date: Fraction | None
    average: Fraction | None
    inclusive: bool
    shown: Decimal | None
    days: int
    left: int


@dataclass(frozen=True, slots=True)
class NeededMonth:
    """One month to come: its days, its mean in the year of reference and what it may average now [unit]."""

    month: int
    days: int
    reference: Fraction
    average: Fraction


def year_end_mean(parts: Sequence[Part], average: Fraction) -> Fraction | None:
    """Mean of the year when the remaining days of every place average `average` [unit]; None where one has no day."""
    if not parts or any(part.days + part.left == 0 for part in parts):
        return None
    ends = [(part.total + part.left * average) / (part.days + part.left) for part in parts]
    return sum(ends, Fraction(0)) / len(ends)


def needed_mean(
    parts: Sequence[Part], bound: Bound, *, decimals: int = 1, ceiling: Fraction | None = None
) -> NeededMean:
    """What the remaining days must average.

    Parameters
    ----------
    parts:
        The place, or the cities of a region whose mean is asked for.
    bound:
        Edge of the unrounded yearly mean (`rounding_bound`); an upper one.
    decimals:
        Places of the figure that is named.
    ceiling:
        A daily mean that no day is expected to exceed, such as the worst day on record [unit]; without it no year with
        days to come is ever `safe`, since a concentration has no upper end.

    Raises
    ------
    InputError
        For a lower bound, or counts below zero.

    Examples
    --------
    >>> found = needed_mean([Part(Fraction(273 * 32), 273, 92)], Bound(Fraction(61, 2), True))
    >>> found.verdict, found.shown        # (365 * 30.5 - 273 * 32) / 92 = 26.048…
    ('open', Decimal('26.0'))
    """
    if not bound.upper:
        raise InputError("A mean of concentrations has an upper bound.", fix="Give a target with <= or <.")
    if any(part.days < 0 or part.left < 0 for part in parts):
        raise InputError("Days cannot be fewer than none.", fix="Count valid days and days to come.")
    days, left = sum(part.days for part in parts), sum(part.left for part in parts)
    measured = [part.total / part.days for part in parts if part.days]
    # A region's mean needs all of its places; some of them would move it with who is missing.
    to_date = sum(measured, Fraction(0)) / len(measured) if measured and len(measured) == len(parts) else None
    nothing = year_end_mean(parts, Fraction(0))
    if nothing is None:
        return NeededMean("no_data", to_date, None, bound.inclusive, None, days, left)
    if left == 0:
        verdict: Verdict = "kept" if bound.holds(nothing) else "missed"
        return NeededMean(verdict, to_date, None, bound.inclusive, None, days, left)
    slope = sum((Fraction(part.left, part.days + part.left) for part in parts), Fraction(0)) / len(parts)
    average = (bound.value - nothing) / slope
    if not bound.holds(nothing):
        return NeededMean("impossible", to_date, average, bound.inclusive, None, days, left)
    worst = None if ceiling is None else year_end_mean(parts, ceiling)
    if worst is not None and bound.holds(worst):
        return NeededMean("safe", to_date, average, bound.inclusive, None, days, left)
    shown = Bound(average, bound.inclusive).shown(decimals)
    # An edge between zero and the first figure leaves nothing to name: only days of zero would do.
    return NeededMean("open", to_date, average, bound.inclusive, max(shown, Decimal(0)), days, left)


def needed_by_month(
    average: Fraction, left: Mapping[int, int], reference: Mapping[int, Fraction]
) -> tuple[Fraction, tuple[NeededMonth, ...]] | None:
    """Spread a needed average over the months to come in the shape of an earlier year.

    Parameters
    ----------
    average:
        What the remaining days must average [unit].
    left:
        Days to come by month.
    reference:
        Mean of the same part of each month in the year of reference [unit].

    Returns
    -------
    The factor on the reference (0.9 = ten per cent less than then) and the months, whose days average `average`; None
    when a month has no reference, or the reference is all zero.
    """
    months = sorted(month for month, days in left.items() if days)
    if not months or any(month not in reference for month in months):
        return None
    weighed = sum((left[month] * reference[month] for month in months), Fraction(0))
    if weighed <= 0:
        return None
    factor = average * sum(left[month] for month in months) / weighed
    found = tuple(NeededMonth(month, left[month], reference[month], reference[month] * factor) for month in months)
    return factor, found
