"""Percentiles (百分位数) of daily values, HJ 663 appendix A: linear interpolation between order statistics."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from saishang.science.numbers import InputError, Number, exact

__all__ = ["Percentile", "percentile", "percentile_position"]


@dataclass(frozen=True, slots=True)
class Percentile:
    """One percentile: position `k` in the ascending series (1-based, fractional), its value, how many values."""

    k: Fraction
    value: Fraction
    n: int


def percentile_position(n: int, p: Number) -> Fraction:
    """Position `k = 1 + (n - 1) p / 100` of the p-th percentile among `n` ascending values (HJ 663 appendix A)."""
    share = exact(p, name="p")
    if not 0 <= share <= 100:
        raise InputError(f"p must lie between 0 and 100, got {p}.", fix="Give 98, 95 or 90 for the 98th, 95th, 90th.")
    if n < 1:
        raise InputError(
            "A percentile needs at least one value, got none.", fix="Give the valid daily values of the period."
        )
    return 1 + (n - 1) * share / 100


def percentile(values: Sequence[Number], p: Number) -> Percentile:
    """The p-th percentile `x_s + (x_{s+1} - x_s)(k - s)` with `s = floor(k)` (HJ 663 appendix A), exact, unrounded.

    Parameters
    ----------
    values:
        Valid daily values in any order, one unit; missing days are left out by the caller.
    p:
        Percent, 0 to 100.

    Examples
    --------
    >>> percentile([3, 4, 8, 2, 5, 4], 90).value
    Fraction(13, 2)
    """
    ordered = sorted(exact(value, name=f"values[{index}]") for index, value in enumerate(values))
    k = percentile_position(len(ordered), p)
    s = k.numerator // k.denominator
    low = ordered[s - 1]
    high = ordered[min(s, len(ordered) - 1)]
    return Percentile(k=k, value=low + (high - low) * (k - s), n=len(ordered))
