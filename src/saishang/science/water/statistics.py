"""Means of water samples: below detection as half the limit, pH from hydrogen ions, lakes first in time then in space.

The mean pH is that of the hydrogen-ion concentration, -log10(mean(10^-pH)): 7.0 and 8.0 give 7.26 and not 7.5.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import TYPE_CHECKING

from saishang.science.detection import HALF, measured
from saishang.science.numbers import mean

if TYPE_CHECKING:
    from saishang.science.water.section import SectionRule

__all__ = ["lake_mean", "mean_measured", "mean_ph", "mean_values"]

_DIGITS = 30


def mean_measured(values: Iterable[object], *, name: str = "value", share: Fraction = HALF) -> Fraction | None:
    """Arithmetic mean of samples, missing ones left out, those below detection as `share` of their limit."""
    read = [measured(value, name=name, share=share) for value in values]
    return mean(item.value for item in read if item is not None)


def mean_ph(values: Iterable[object]) -> Fraction | None:
    """Mean pH by hydrogen-ion concentration, to twelve decimals; None without values."""
    read = [measured(value, name="pH") for value in values]
    present = [item.value for item in read if item is not None]
    if not present:
        return None
    with localcontext() as context:
        context.prec = _DIGITS
        ions = [Decimal(10) ** (-Decimal(ph.numerator) / Decimal(ph.denominator)) for ph in present]
        found = -(sum(ions, Decimal(0)) / len(ions)).log10()
        return Fraction(round(found, 12))


def lake_mean(
    points: Mapping[str, Sequence[object]], *, name: str = "value", share: Fraction = HALF
) -> Fraction | None:
    """Mean of a lake: over time at each point, then over the points; points without any value do not count.

    Examples
    --------
    >>> lake_mean({"A": ["0.02", "0.04", "0.06"], "B": ["0.1"]})
    Fraction(7, 100)
    """
    each = (mean_measured(values, name=name, share=share) for values in points.values())
    return mean(value for value in each if value is not None)


def mean_values(sections: Sequence[Mapping[str, object]], rule: SectionRule) -> dict[str, object]:
    """Mean of each evaluated item over the sections that have it (rivers with fewer than five sections)."""
    parameters = [code for values in sections for code in values]
    found: dict[str, object] = {}
    for parameter in dict.fromkeys(parameters):
        if parameter not in rule.items:
            continue
        listed = [values.get(parameter) for values in sections]
        value = mean_ph(listed) if parameter == "PH" else mean_measured(listed, name=parameter, share=rule.below_share)
        if value is not None:
            found[parameter] = value
    return found
