"""Mann-Kendall trend test with Sen's slope: is a series rising or falling, whatever the shape of the rise.

S counts rising less falling pairs; its variance is corrected for equal values; Z = (S ∓ 1) / √Var and a two-sided
normal probability. Needs no distribution of the values and copes with missing ones: pairs are of what is there.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from typing import Literal

from saishang.science.numbers import InputError, exact_or_none

__all__ = ["MannKendall", "mann_kendall"]

Verdict = Literal["up", "down", "not significant", "not evaluated"]
#: Below this many values the normal probability means nothing.
_LEAST = 4


@dataclass(frozen=True, slots=True)
class MannKendall:
    """S, its exact variance, Z and two-sided probability (None without any variance), and Sen's slope per step."""

    n: int
    s: int
    variance: Fraction
    z: float | None
    p: float | None
    slope: Fraction | None
    trend: Verdict


def mann_kendall(values: Sequence[object], *, alpha: float = 0.05) -> MannKendall:
    """Test a series in the order of time, equal steps; None = missing.

    Raises
    ------
    InputError
        When fewer than two values are given or one is no number.

    Examples
    --------
    >>> found = mann_kendall([1, 2, 3, 4, 5, 6])
    >>> found.s, found.variance, found.trend
    (15, Fraction(85, 3), 'up')
    """
    series = [
        (step, number)
        for step, value in enumerate(values)
        if (number := exact_or_none(value, name=f"values[{step}]")) is not None
    ]
    n = len(series)
    if n < 2:
        raise InputError(f"A trend needs at least two values, got {n}.", fix="Give one value per period, in order.")
    pairs = [((b - a), j - i) for (i, a), (j, b) in combinations(series, 2)]
    s = sum((rise > 0) - (rise < 0) for rise, _ in pairs)
    ties = sum(t * (t - 1) * (2 * t + 5) for t in Counter(number for _, number in series).values())
    variance = Fraction(n * (n - 1) * (2 * n + 5) - ties, 18)
    slopes = sorted(rise / steps for rise, steps in pairs)
    middle = len(slopes) // 2
    slope = slopes[middle] if len(slopes) % 2 else (slopes[middle - 1] + slopes[middle]) / 2
    if n < _LEAST or variance == 0:
        verdict: Verdict = "not evaluated" if n < _LEAST else "not significant"
        return MannKendall(n, s, variance, None, None, slope, verdict)
    z = 0.0 if s == 0 else (s - math.copysign(1, s)) / math.sqrt(variance)
    p = math.erfc(abs(z) / math.sqrt(2))
    trend: Verdict = "not significant" if p > alpha else ("up" if s > 0 else "down")
    return MannKendall(n, s, variance, z, p, slope, trend)
