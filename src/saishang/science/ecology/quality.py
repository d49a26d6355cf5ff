"""Ecological quality index (生态质量指数, EQI) and ecosystem quality (生态系统质量, HJ 1172-2021)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from saishang.science.grading import Grade, Scale
from saishang.science.numbers import InputError, exact, non_negative

__all__ = ["EcosystemQuality", "QualityIndexRule", "ecosystem_quality", "quality_change", "quality_index"]


@dataclass(frozen=True, slots=True)
class QualityIndexRule:
    """First-level weights of EQI, which of them enter as 100 minus the index, classes and grades of change."""

    weights: Mapping[str, Fraction]
    reversed_: frozenset[str]
    classes: Scale
    changes: Scale


def quality_index(first_level: Mapping[str, object], rule: QualityIndexRule) -> tuple[Fraction, Grade] | None:
    """EQI and its class from `pattern function biodiversity stress` [0-100]; None while one of them is missing.

    Raises
    ------
    InputError
        When an index lies outside 0-100.
    """
    total = Fraction(0)
    for name, weight in rule.weights.items():
        value = non_negative(first_level.get(name), name=name)
        if value is None:
            return None
        if value > 100:
            raise InputError(f"{name} must lie between 0 and 100.", fix="Give the normalised first-level index.")
        total += weight * (100 - value if name in rule.reversed_ else value)
    grade = rule.classes.grade(total, name="EQI")
    return None if grade is None else (total, grade)


def quality_change(difference: object, rule: QualityIndexRule) -> Grade | None:
    """Grade of the change of EQI against the base period, by sign and size; None when missing."""
    return rule.changes.grade(difference, name="dEQI")


@dataclass(frozen=True, slots=True)
class EcosystemQuality:
    """Ecosystem quality (EQ) with its class."""

    value: Fraction
    grade: Grade


def ecosystem_quality(lai: object, cover: object, gpp: object, classes: Scale) -> EcosystemQuality | None:
    """`EQ = (LAI + FVC + GPP) / 3 × 100`, each relative to the reference of its vegetation zone [0-1]; HJ 1172-2021.

    None while one is missing.
    """
    values = [non_negative(value, name=name) for value, name in ((lai, "LAI"), (cover, "FVC"), (gpp, "GPP"))]
    if any(value is None for value in values):
        return None
    if any(value > 1 for value in values if value is not None):
        raise InputError("Relative densities lie between 0 and 1.", fix="Divide by the reference of the zone.")
    total = sum((exact(value) for value in values), Fraction(0)) / 3 * 100
    grade = classes.grade(total, name="EQ")
    return None if grade is None else EcosystemQuality(total, grade)
