"""Trend over years by Spearman's rank correlation (秩相关系数法), HJ 663 appendix B.

`rs = 1 - 6 Σd² / (n³ - n)`, ranks of the values against the years, equal values sharing their mean rank. A trend is
significant when |rs| passes the critical value of the table; which side an exact tie falls on is a named setting.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from saishang.science.numbers import InputError, Number, exact

__all__ = ["Spearman", "TrendRule", "average_ranks", "spearman"]

Verdict = Literal["up", "down", "not significant", "not evaluated"]


@dataclass(frozen=True, slots=True)
class TrendRule:
    """Critical values W_p by number of periods, and how they are used.

    `between` says what holds for an `n` the table leaves out (11, 13, 15): `smaller_n` takes the stricter critical
    value of the next smaller `n`; `interpolate` the straight line between its neighbours.
    """

    critical: Mapping[int, Fraction]
    min_periods: int = 5
    significant_when: Literal["above", "at_or_above"] = "above"
    between: Literal["smaller_n", "interpolate"] = "smaller_n"

    def critical_value(self, n: int) -> Fraction | None:
        """W_p for `n` periods; None below `min_periods` or beyond the table's last entry."""
        if n < self.min_periods:
            return None
        if n in self.critical:
            return self.critical[n]
        below = [m for m in self.critical if m < n]
        above = [m for m in self.critical if m > n]
        if not below or not above:
            return None
        low, high = max(below), min(above)
        if self.between == "smaller_n":
            return self.critical[low]
        share = Fraction(n - low, high - low)
        return self.critical[low] + (self.critical[high] - self.critical[low]) * share


@dataclass(frozen=True, slots=True)
class Spearman:
    """Rank correlation of a series with its years."""

    n: int
    ranks: tuple[Fraction, ...]
    d2: Fraction
    rs: Fraction
    critical: Fraction | None
    trend: Verdict


def average_ranks(values: Sequence[Fraction]) -> tuple[Fraction, ...]:
    """Ascending ranks from 1; equal values share the mean of the places they fill."""
    order = sorted(range(len(values)), key=lambda index: values[index])
    ranks = [Fraction(0)] * len(values)
    start = 0
    while start < len(order):
        stop = start
        while stop < len(order) and values[order[stop]] == values[order[start]]:
            stop += 1
        for place in range(start, stop):
            ranks[order[place]] = Fraction(start + 1 + stop, 2)
        start = stop
    return tuple(ranks)


def spearman(values: Sequence[Number], rule: TrendRule) -> Spearman:
    """Rank correlation and verdict for yearly `values` in the order of time (one unit, no gaps).

    Fewer than `rule.min_periods` values, or more than the table covers, give the verdict `not evaluated`: no critical
    value is no proof of a steady state. A constant series has no trend, whatever the formula makes of shared ranks.

    Raises
    ------
    InputError
        When fewer than two values are given (rs has no meaning) or a value is no number.
    """
    series = [exact(value, name=f"values[{index}]") for index, value in enumerate(values)]
    n = len(series)
    if n < 2:
        raise InputError(
            f"A trend needs at least two values (five to be judged), got {n}.", fix="Give one value per year, in order."
        )
    ranks = average_ranks(series)
    d2 = sum(((rank - year) ** 2 for year, rank in enumerate(ranks, start=1)), Fraction(0))
    rs = 1 - 6 * d2 / (n**3 - n)
    critical = rule.critical_value(n)
    return Spearman(n=n, ranks=ranks, d2=d2, rs=rs, critical=critical, trend=_verdict(series, rs, critical, rule))


def _verdict(series: Sequence[Fraction], rs: Fraction, critical: Fraction | None, rule: TrendRule) -> Verdict:
    if critical is None:
        return "not evaluated"
    passes = abs(rs) > critical if rule.significant_when == "above" else abs(rs) >= critical
    if not passes or len(set(series)) == 1:
        return "not significant"
    return "up" if rs > 0 else "down"
