"""Composite index (环境空气质量综合指数) of a period, as the ranking rule and HJ 663 use it.

Single index `I = C / S`: C the period's mean (SO2, NO2, PM10, PM2.5), 95th percentile of daily CO or 90th percentile
of daily maximum 8-hour O3; S the annual class 2 limit, 24-hour for CO, 8-hour for O3. Each single index is rounded to
two decimals before the sum: this reproduces published tables, adding first does not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from saishang.science.numbers import InputError, Number, exact, non_negative
from saishang.science.rounding import round_half_even

__all__ = ["CompositeIndex", "CompositeSettings", "composite_index"]


@dataclass(frozen=True)
class CompositeSettings:
    """A named way to compute the index; indices of different settings must not be compared.

    Attributes
    ----------
    limits:
        Pollutant → S [µg/m³; CO mg/m³], in the order in which single indices are listed.
    weights:
        Pollutant → weight; 1 where absent.
    """

    name: str
    limits: Mapping[str, Fraction]
    weights: Mapping[str, Fraction]
    decimals: int = 2

    def weight(self, pollutant: str) -> Fraction:
        """Weight of a pollutant."""
        return self.weights.get(pollutant, Fraction(1))


@dataclass(frozen=True, slots=True)
class CompositeIndex:
    """Single indices (rounded), their weighted sum, and the pollutants with the largest weighted single index.

    `index` is None and `main` empty while a pollutant is missing: a sum of five would look like clean air.
    """

    settings: str
    single: Mapping[str, Decimal | None]
    index: Decimal | None
    main: tuple[str, ...]
    missing: tuple[str, ...]


def composite_index(
    concentrations: Mapping[str, object],
    settings: CompositeSettings,
    *,
    weights: Mapping[str, Number] | None = None,
) -> CompositeIndex:
    """Composite index of one place and period.

    Parameters
    ----------
    concentrations:
        Pollutant → evaluated concentration [µg/m³; CO mg/m³]; None or absent = missing.
    weights:
        Replaces the weights of the settings.

    Raises
    ------
    InputError
        For an unknown pollutant, a negative value, a weight that is not above 0.
    """
    for name in [*concentrations, *(weights or {})]:
        if name not in settings.limits:
            raise InputError(
                f"The composite index has no pollutant {name!r}.", fix=f"Use {', '.join(settings.limits)}."
            )
    factors = {
        name: exact(weights[name], name=f"weight of {name}") if weights and name in weights else settings.weight(name)
        for name in settings.limits
    }
    if any(factor <= 0 for factor in factors.values()):
        raise InputError("Weights must be above 0.", fix="Leave a pollutant's weight out to count it once.")
    single: dict[str, Decimal | None] = {}
    for name, limit in settings.limits.items():
        value = non_negative(concentrations.get(name), name=name)
        single[name] = None if value is None else round_half_even(value / limit, settings.decimals)
    missing = tuple(name for name, value in single.items() if value is None)
    if missing:
        return CompositeIndex(settings.name, single, None, (), missing)
    weighted = {name: Fraction(value) * factors[name] for name, value in single.items() if value is not None}
    largest = max(weighted.values())
    return CompositeIndex(
        settings=settings.name,
        single=single,
        index=round_half_even(sum(weighted.values(), Fraction(0)), settings.decimals),
        main=tuple(name for name, value in weighted.items() if value == largest),
        missing=(),
    )
