"""Soil loss by water (水土流失) and soil retention (土壤保持), RUSLE: `A = R K LS C P`."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from saishang.science.numbers import InputError, exact, non_negative

__all__ = ["CoverRule", "ErodibilityRule", "SoilLoss", "cover_factor", "erodibility", "soil_loss"]

#: 1 t/ha = 100 t/km².
_PER_KM2 = 100


@dataclass(frozen=True, slots=True)
class SoilLoss:
    """Loss and retention of soil [t/(ha·a)]; `per_km2` is the loss as erosion grades count it [t/(km²·a)]."""

    potential: Fraction
    loss: Fraction
    per_km2: Fraction
    conserved: Fraction


def soil_loss(
    erosivity: object,
    erodibility: object,
    slope: object,
    cover: object,
    practice: object = 1,
    *,
    retention: Literal["rusle", "redline"] = "rusle",
) -> SoilLoss:
    """Yearly soil loss and retention by RUSLE.

    Parameters
    ----------
    erosivity:
        R [MJ·mm/(ha·h·a)].
    erodibility:
        K [t·ha·h/(ha·MJ·mm)].
    slope, cover, practice:
        LS, C and P [1]; C and P between 0 and 1.
    retention:
        `rusle`: RKLS(1 - CP); `redline`: RKLS(1 - C), the form of the redline guide.

    Raises
    ------
    InputError
        When a factor is missing, negative, or C or P above 1.
    """
    r, k, ls = _factor(erosivity, "R"), _factor(erodibility, "K"), _factor(slope, "LS")
    c, p = _factor(cover, "C", most=1), _factor(practice, "P", most=1)
    potential = r * k * ls
    kept = 1 - (c * p if retention == "rusle" else c)
    loss = potential * c * p
    return SoilLoss(potential, loss, loss * _PER_KM2, potential * kept)


@dataclass(frozen=True, slots=True)
class ErodibilityRule:
    """Correction of the EPIC erodibility for China: `K = (intercept + slope × K_epic) × to_si`."""

    intercept: Fraction
    slope: Fraction
    to_si: Fraction


def erodibility(k_epic: object, rule: ErodibilityRule) -> Fraction:
    """K [t·ha·h/(ha·MJ·mm)] from the EPIC value in US units.

    Raises
    ------
    InputError
        When the value is so small that the correction makes it negative.
    """
    value = (rule.intercept + rule.slope * _factor(k_epic, "K_epic")) * rule.to_si
    if value < 0:
        raise InputError("K comes out negative.", fix="K_epic in US units lies around 0.1 to 0.5.")
    return value


@dataclass(frozen=True, slots=True)
class CoverRule:
    """Cover factor by Cai: 1 without cover, `intercept + slope × lg c`, 0 above `none_above` [%]."""

    intercept: float
    slope: float
    none_above: Fraction


def cover_factor(cover_percent: object, rule: CoverRule) -> float:
    """C from vegetation cover [%]; between 0 and 1.

    Raises
    ------
    InputError
        When the cover is missing or outside 0-100 %.
    """
    cover = _factor(cover_percent, "cover", most=100)
    if cover == 0:
        return 1.0
    if cover > rule.none_above:
        return 0.0
    # The curve passes 1 where cover is below a tenth of a percent, and 0 just below its end.
    return min(1.0, max(0.0, rule.intercept + rule.slope * math.log10(float(cover))))


def _factor(value: object, name: str, *, most: int | None = None) -> Fraction:
    number = non_negative(value, name=name)
    if number is None:
        raise InputError(f"{name} is missing.", fix=f"Give {name}.")
    if most is not None and number > most:
        raise InputError(f"{name} must lie between 0 and {most}, got {float(number):g}.", fix="Check the unit.")
    return exact(number)
