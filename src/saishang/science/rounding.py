"""Rounding of figures (数值修约), GB/T 8170-2008: half to even, once, from the unrounded value.

Sub-indices of HJ 633 are rounded up instead (进位取整); `ceil_exact` does that without binary noise.
"""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction

from saishang.science.numbers import InputError, Number, exact

__all__ = ["ceil_exact", "fixed", "round_half_even"]


def round_half_even(value: Number, decimals: int = 0) -> Decimal:
    """Round to `decimals` places; a discarded part of exactly one half goes to the even digit (GB/T 8170 clause 3.2).

    Parameters
    ----------
    value:
        Text, int, Decimal, Fraction, or float (taken as it prints).
    decimals:
        Places kept after the point; negative for tens, hundreds.

    Examples
    --------
    >>> [str(round_half_even(v, d)) for v, d in (("2.5", 0), ("3.5", 0), ("29.45", 1), ("29.4501", 1), (0.275, 2))]
    ['2', '4', '29.4', '29.5', '0.28']
    """
    if isinstance(decimals, bool) or not isinstance(decimals, int):
        raise InputError(f"decimals must be a whole number, got {decimals!r}.", fix="Give 0, 1, 2 …")
    if abs(decimals) > 40:
        raise InputError(f"decimals must lie between -40 and 40, got {decimals}.", fix="Give 0, 1, 2 …")
    # Python rounds a Fraction half to even, in integers: exact for every input.
    scaled = round(exact(value) * Fraction(10) ** decimals)
    if decimals <= 0:
        return Decimal(scaled * 10**-decimals)
    # Built from digits: the constructor is exact whatever the decimal context of the caller; no negative zero.
    return Decimal((int(scaled < 0), tuple(int(digit) for digit in str(abs(scaled))), -decimals))


def fixed(value: Number, decimals: int) -> str:
    """`round_half_even` as text with all its places, never `-0.0`."""
    return format(round_half_even(value, decimals), "f")


def ceil_exact(value: Number) -> int:
    """The smallest whole number not below `value` (HJ 633: sub-indices and index carry any fraction up)."""
    return math.ceil(exact(value))
