"""Algal blooms (水华): grade by cell density and by area, and a warning some days ahead (HJ 1098-2020).

The warning is our own rule and says so: growth between the first and the last of the recent densities, taken as
exponential, is carried on for some days; a warning stands when that reaches the grade of light bloom.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from saishang.science.numbers import InputError, Number, exact, mean, non_negative

__all__ = ["BloomGrade", "BloomRule", "BloomWarning", "area_grade", "density_grade", "lake_grade", "warning"]


@dataclass(frozen=True, slots=True)
class BloomGrade:
    """One grade: least density [cells/L] and least area [%]; `area_above`: the area must be above its bound."""

    id: str
    zh: str
    en: str
    density_from: Fraction
    area_from: Fraction
    area_above: bool = False


@dataclass(frozen=True)
class BloomRule:
    """Grades in ascending order, the share of points of the several-point rule, and the warning."""

    grades: tuple[BloomGrade, ...]
    points_share: Fraction = Fraction(75)
    warn_from: str = "Ⅲ"
    days_ahead: int = 7
    least_days: int = 3


@dataclass(frozen=True)
class BloomWarning:
    """Whether to warn: grade today, grade expected, doubling time [d] (None without growth)."""

    warn: bool
    today: BloomGrade
    ahead: BloomGrade
    expected: Fraction
    doubling_days: float | None


def density_grade(cells_per_litre: Number, rule: BloomRule) -> BloomGrade:
    """Grade of a cell density [cells/L]; a lower bound belongs to its grade."""
    value = _given(cells_per_litre, "cells_per_L")
    return [grade for grade in rule.grades if value >= grade.density_from][-1]


def area_grade(percent: Number, rule: BloomRule) -> BloomGrade:
    """Grade of the area covered [%]; no area at all is grade Ⅰ, anything above it at least Ⅱ."""
    value = _given(percent, "area_percent")
    if value > 100:
        raise InputError(f"The area covered is {percent} %.", fix="Give a share between 0 and 100.")
    fitting = [
        grade for grade in rule.grades if value > grade.area_from or (value == grade.area_from and not grade.area_above)
    ]
    return fitting[-1]


def lake_grade(points: Sequence[Number], rule: BloomRule) -> BloomGrade:
    """Grade of a water body with several points: the grade that 75 % of them hold, else that of the mean density."""
    if not points:
        raise InputError("A water body needs at least one point.", fix="Give the densities of its points.")
    found = [density_grade(value, rule) for value in points]
    for grade in rule.grades:
        if Fraction(100 * found.count(grade), len(found)) >= rule.points_share:
            return grade
    middle = mean(_given(value, "cells_per_L") for value in points)
    return density_grade(middle if middle is not None else 0, rule)


def warning(densities: Mapping[int, Number], rule: BloomRule) -> BloomWarning:
    """Warn of a bloom from recent densities by day number.

    Raises
    ------
    InputError
        With fewer than `rule.least_days` days, or a density of zero at the start (no growth rate).
    """
    days = sorted(densities)
    if len(days) < rule.least_days:
        raise InputError(
            f"A warning needs densities of at least {rule.least_days} days, got {len(days)}.",
            fix="Give the density of each recent day.",
        )
    first, last = _given(densities[days[0]], "density"), _given(densities[days[-1]], "density")
    today = density_grade(last, rule)
    rate = 0.0
    if first > 0 and last > first:
        rate = math.log(last / first) / (days[-1] - days[0])
    expected = last * Fraction(repr(math.exp(rate * rule.days_ahead)))
    ahead = density_grade(expected, rule)
    order = [grade.id for grade in rule.grades]
    warn = order.index(ahead.id) >= order.index(rule.warn_from)
    return BloomWarning(warn, today, ahead, expected, math.log(2) / rate if rate > 0 else None)


def _given(value: Number, name: str) -> Fraction:
    number = non_negative(value, name=name)
    if number is None:
        raise InputError(f"{name} is missing.", fix=f"Give {name}.")
    return exact(number)
