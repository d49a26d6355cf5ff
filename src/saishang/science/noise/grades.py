"""Grades of urban noise (城市声环境质量等级), HJ 640-2012: area and roads, day and night, one to five.

A mean is rounded to 0.1 dB first, then graded: 50.0 is grade one, 50.1 grade two.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from saishang.science.noise.levels import read_level
from saishang.science.numbers import InputError
from saishang.science.rounding import round_half_even

__all__ = ["Grade", "NoiseGrades"]

Scope = Literal["regional", "road"]


@dataclass(frozen=True, slots=True)
class Grade:
    """One grade: level of 1 to 5, its words, and bounds to 0.1 dB, inclusive."""

    number: int
    zh: str
    word: str
    en: str
    low: Fraction | None
    high: Fraction | None


@dataclass(frozen=True)
class NoiseGrades:
    """Grades by scope and period, the best first."""

    name: str
    grades: Mapping[tuple[str, str], tuple[Grade, ...]]
    decimals: int = 1

    def rounded(self, level: Fraction) -> Decimal:
        """The mean as it is graded and shown."""
        return round_half_even(level, self.decimals)

    def grade(self, level: object, scope: Scope, period: str) -> Grade | None:
        """Grade of a mean level [dB]; None when it is missing.

        Raises
        ------
        InputError
            When scope or period is not known.
        """
        bands = self.grades.get((scope, period))
        if bands is None:
            raise InputError(f"There are no grades for {scope} by {period!r}.", fix="Use day or night.")
        value = read_level(level, name="level")
        if value is None:
            return None
        shown = Fraction(self.rounded(value))
        return next(band for band in bands if band.high is None or shown <= band.high)
