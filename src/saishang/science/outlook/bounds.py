"""The last unrounded value that still keeps a target, since figures are rounded before they are compared (GB/T 8170).

A yearly mean of 30.5 rounds half to even to 30 and keeps "at most 30"; 35.5 rounds to 36 and breaks "at most 35". So
the edge lies half a unit of the last place beyond the target, and whether it belongs to the kept side depends on the
target.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from saishang.science.numbers import InputError, Number, exact

__all__ = ["Bound", "rounding_bound"]

_UPPER = {"<=": True, "<": True, ">=": False, ">": False}


@dataclass(frozen=True, slots=True)
class Bound:
    """Edge of what keeps a target [unit of the target].

    `upper`: values below the edge keep it (else values above); `inclusive`: the edge itself keeps it too.
    """

    value: Fraction
    inclusive: bool
    upper: bool = True

    def holds(self, value: Fraction) -> bool:
        """Whether an unrounded value keeps the target."""
        if value == self.value:
            return self.inclusive
        return (value < self.value) is self.upper

    def shown(self, decimals: int) -> Decimal:
        """The last figure with `decimals` places on the kept side: what can be said aloud without promising too much.

        Examples
        --------
        >>> Bound(Fraction(30), False).shown(1), Bound(Fraction(2345, 100), True).shown(1)
        (Decimal('29.9'), Decimal('23.4'))
        """
        scaled = self.value * 10**decimals
        whole = math.floor(scaled) if self.upper else math.ceil(scaled)
        if scaled == whole and not self.inclusive:
            whole += -1 if self.upper else 1
        return Decimal(whole).scaleb(-decimals)


def rounding_bound(target: Number, comparator: str, decimals: int | None) -> Bound:
    """Edge of the unrounded values whose rounded figure keeps `target`.

    Parameters
    ----------
    target:
        What was promised [its unit].
    comparator:
        `<= < >= >`, applied to the rounded figure.
    decimals:
        Places to which the figure is rounded before it is compared; None compares as it is.

    Raises
    ------
    InputError
        For another comparator: `=` and `~` have to be read in the direction of the indicator first.

    Examples
    --------
    >>> rounding_bound(30, "<=", 0), rounding_bound(35, "<=", 0).inclusive
    (Bound(value=Fraction(61, 2), inclusive=True, upper=True), False)
    """
    if comparator not in _UPPER:
        raise InputError(
            f"expected one of {', '.join(_UPPER)}, got {comparator!r}.",
            fix="Read = and ~ in the direction of the indicator: <= where less is better, >= where more is.",
        )
    upper = _UPPER[comparator]
    goal = exact(target, name="target")
    strict = comparator in ("<", ">")
    if decimals is None:
        return Bound(goal, not strict, upper)
    scaled = goal * Fraction(10) ** decimals
    if upper:
        last = math.ceil(scaled) - 1 if strict else math.floor(scaled)
    else:
        last = math.floor(scaled) + 1 if strict else math.ceil(scaled)
    # `last` is the last figure on the grid that keeps the target; a tie goes to it when it is even.
    edge = (last + Fraction(1, 2) * (1 if upper else -1)) / Fraction(10) ** decimals
    return Bound(edge, last % 2 == 0, upper)
