"""Three-year moving average (三年滑动平均) of annual values, introduced by HJ 663-2026.

The text could not be read in full: the plain mean of three consecutive annual values is an inference, marked so in
`rules/standards/air/hj663.yaml`.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from saishang.science.numbers import InputError, mean, non_negative

__all__ = ["three_year_mean"]


def three_year_mean(annual: Mapping[int, object], *, years: int = 3) -> Fraction | None:
    """Mean of the annual values of consecutive years, unrounded; None when one of them is missing.

    Parameters
    ----------
    annual:
        Year → annual value [unit of the values]; exactly `years` consecutive years.

    Raises
    ------
    InputError
        When the years do not follow each other, or their number is another.
    """
    ordered = sorted(annual)
    if len(ordered) != years or ordered[-1] - ordered[0] != years - 1:
        raise InputError(
            f"Expected {years} consecutive years, got {', '.join(map(str, ordered)) or 'none'}.",
            fix="Give one annual value for each year, null for a year without a valid one.",
        )
    values = [non_negative(annual[year], name=str(year)) for year in ordered]
    present = [value for value in values if value is not None]
    return mean(present) if len(present) == years else None
