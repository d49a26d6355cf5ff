"""Limits of GB 3838 table 1 as objects: the class of one value, and the limit of one class.

Limits are part of their class (值 ≤ 限值; dissolved oxygen 值 ≥ 限值). Where neighbouring classes share a limit the
better one is given: chemical oxygen demand 15 is class Ⅰ, fluoride 1.0 is class Ⅰ.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from saishang.science.numbers import InputError
from saishang.science.water.classes import BEST, WORST

__all__ = ["Body", "ItemLimits", "SurfaceLimits", "oxygen_saturation"]

Body = Literal["river", "lake"]
Direction = Literal["max", "min", "range"]


@dataclass(frozen=True, slots=True)
class ItemLimits:
    """Limits of one item: five bounds [unit of the parameter], or one range for all classes (pH)."""

    parameter: str
    direction: Direction
    bounds: tuple[Fraction, ...] = ()
    low: Fraction = Fraction(0)
    high: Fraction = Fraction(0)

    def class_of(self, value: Fraction) -> int:
        """Class 1 … 6 of a value (6 = 劣Ⅴ)."""
        if self.direction == "range":
            return BEST if self.low <= value <= self.high else WORST
        for number, bound in enumerate(self.bounds, start=1):
            if value <= bound if self.direction == "max" else value >= bound:
                return number
        return WORST

    def bound(self, number: int) -> Fraction:
        """Limit of a class; for a range there is none.

        Raises
        ------
        InputError
            For an item with a range, or a class that is none.
        """
        if self.direction == "range" or not BEST <= number < WORST:
            raise InputError(f"{self.parameter} has no limit of class {number}.", fix="Ask for a class from 1 to 5.")
        return self.bounds[number - 1]

    def multiple(self, value: Fraction, number: int) -> Fraction:
        """Exceedance multiple (超标倍数) over the limit of class `number`: (C - S) / S."""
        bound = self.bound(number)
        return (value - bound) / bound


@dataclass(frozen=True)
class SurfaceLimits:
    """Limits of one edition for rivers and for lakes and reservoirs; `evaluated` are the items that decide."""

    name: str
    river: Mapping[str, ItemLimits]
    lake: Mapping[str, ItemLimits]
    evaluated: frozenset[str]

    def of(self, body: Body) -> Mapping[str, ItemLimits]:
        """Limits of one kind of water body by parameter."""
        return self.river if body == "river" else self.lake


def oxygen_saturation(temperature: Fraction) -> Fraction:
    """Dissolved oxygen at saturation [mg/L] at sea level, 468 / (31.6 + T) with T in °C (formula of HJ 2.3).

    The formula knows no altitude: at 1,100 m water holds some 12 % less.
    """
    return Fraction(468) / (Fraction("31.6") + temperature)
