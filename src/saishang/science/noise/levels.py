"""Levels averaged (声级平均): energy over time, arithmetic over grid points, by length over roads. They never mix.

Sound energies add, levels do not: `Leq = 10 lg(Σ Tᵢ·10^(Lᵢ/10) / Σ Tᵢ)`. Powers of ten are taken with 40 digits, so
that a result does not depend on the machine, and are cut to 12 decimals, so that a constant series has its own value as
mean.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction

from saishang.science.numbers import InputError, exact, exact_or_none

__all__ = [
    "LEVEL_RANGE",
    "Periods",
    "arithmetic_mean",
    "day_night_level",
    "energy_mean",
    "length_weighted_mean",
    "read_level",
]

_CONTEXT = Context(prec=40, rounding=ROUND_HALF_EVEN)
_PLACES = Decimal("1e-12")
#: Levels outside are no sound levels but mistakes [dB].
LEVEL_RANGE = (Fraction(-20), Fraction(200))


@dataclass(frozen=True, slots=True)
class Periods:
    """Day and night of a place: first and last hour, and what the night is raised by in Ldn [dB]."""

    day_start: int = 6
    day_end: int = 22
    penalty: Fraction = Fraction(10)

    @property
    def day_hours(self) -> int:
        """Hours by day (16 by the national rule)."""
        return self.day_end - self.day_start

    @property
    def night_hours(self) -> int:
        """Hours by night (8 by the national rule)."""
        return 24 - self.day_hours

    def is_day(self, hour: int) -> bool:
        """Whether the hour that starts at `hour` (0 … 23) belongs to the day."""
        return self.day_start <= hour < self.day_end


def read_level(value: object, *, name: str = "L") -> Fraction | None:
    """A level [dB], exact; None when missing.

    Raises
    ------
    InputError
        When it is no number, or no level that a meter shows.
    """
    level = exact_or_none(value, name=name)
    low, high = LEVEL_RANGE
    if level is not None and not low <= level <= high:
        raise InputError(f"{name} must lie between {low} and {high} dB, got {float(level):g}.", fix="Check the level.")
    return level


def energy_mean(levels: Sequence[object], durations: Sequence[object] | None = None) -> Fraction:
    """Equivalent level Leq of levels over time [dB].

    Parameters
    ----------
    levels:
        Levels [dB]; a missing one is an error, since an average over less is another quantity.
    durations:
        Time of each level in one unit; None = all the same.

    Raises
    ------
    InputError
        When nothing is given, a level or time is missing, times are negative or all zero, or numbers differ in count.
    """
    times = _weights(levels, durations, "times")
    energies = [_CONTEXT.power(Decimal(10), _decimal(level) / 10) for level in _levels(levels)]
    total = sum(
        (_CONTEXT.multiply(energy, _decimal(time)) for energy, time in zip(energies, times, strict=True)), Decimal(0)
    )
    mean = _CONTEXT.divide(total, _decimal(sum(times, Fraction(0))))
    level = _CONTEXT.multiply(Decimal(10), _CONTEXT.log10(mean))
    return Fraction(level.quantize(_PLACES, context=_CONTEXT))


def arithmetic_mean(levels: Sequence[object]) -> Fraction:
    """Plain mean of levels [dB], as HJ 640 takes it over grid points of an area."""
    found = _levels(levels)
    return sum(found, Fraction(0)) / len(found)


def length_weighted_mean(levels: Sequence[object], lengths: Sequence[object]) -> Fraction:
    """Mean of levels weighted with the length of their roads [dB], as HJ 640 takes it over road sections."""
    weights = _weights(levels, lengths, "lengths")
    weighted = sum((level * weight for level, weight in zip(_levels(levels), weights, strict=True)), Fraction(0))
    return weighted / sum(weights, Fraction(0))


def day_night_level(day: object, night: object, periods: Periods) -> Fraction:
    """Day-night level Ldn [dB]: the night raised by 10 dB, both weighted with their hours."""
    levels = [read_level(day, name="Ld"), read_level(night, name="Ln")]
    if levels[0] is None or levels[1] is None:
        raise InputError("Ldn needs Ld and Ln.", fix="Give both levels.")
    return energy_mean([levels[0], levels[1] + periods.penalty], [periods.day_hours, periods.night_hours])


def _levels(levels: Sequence[object]) -> list[Fraction]:
    if not levels:
        raise InputError("An average needs at least one level.", fix="Give L=[52.3, 50.1].")
    found = []
    for index, value in enumerate(levels):
        level = read_level(value, name=f"L[{index}]")
        if level is None:
            raise InputError(f"L[{index}] is missing.", fix="Leave the hour out and say so, or give its level.")
        found.append(level)
    return found


def _weights(levels: Sequence[object], weights: Sequence[object] | None, what: str) -> list[Fraction]:
    if weights is None:
        return [Fraction(1)] * len(levels)
    if len(weights) != len(levels):
        raise InputError(f"{len(levels)} levels, but {len(weights)} {what}.", fix="Give one for each level.")
    found = [exact(weight, name=what) for weight in weights]
    if any(weight < 0 for weight in found) or not any(found):
        raise InputError(f"The {what} must not be negative and not all 0.", fix="Check the numbers.")
    return found


def _decimal(value: Fraction) -> Decimal:
    return _CONTEXT.divide(Decimal(value.numerator), Decimal(value.denominator))
