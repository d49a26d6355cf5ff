"""Indicators of zero-waste cities (“无废城市”建设指标): one small function per kind, the list itself is a rule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from saishang.science.numbers import InputError, exact
from saishang.science.rounding import round_half_even
from saishang.science.waste.rates import share_percent, utilisation_percent

__all__ = ["Completeness", "ZeroWasteIndicator", "completeness", "indicator_value"]

Kind = Literal["share", "utilisation", "reduction", "growth", "intensity", "amount", "count", "survey", "qualitative"]

#: Inputs that each kind needs.
INPUTS: Mapping[Kind, tuple[str, ...]] = {
    "share": ("part", "whole"),
    "utilisation": ("used", "generated", "of_which_old"),
    "reduction": ("base", "now"),
    "growth": ("base", "now"),
    "intensity": ("amount", "per"),
    "amount": ("value",),
    "count": ("value",),
    "survey": ("value",),
    "qualitative": ("text",),
}


@dataclass(frozen=True, slots=True)
class ZeroWasteIndicator:
    """One indicator of the list; `catalogue` is where it is reported, empty for a qualitative one."""

    no: int
    zh: str
    en: str
    level1: str
    level2: str
    required: bool
    kind: Kind
    unit: str | None
    catalogue: str = ""


def indicator_value(indicator: ZeroWasteIndicator, inputs: Mapping[str, object], *, decimals: int = 1) -> Decimal | str:
    """Value of one indicator by its kind, in its unit; text for a qualitative one.

    Raises
    ------
    InputError
        When an input is missing, unknown or out of range (nothing is taken for zero).
    """
    wanted = INPUTS[indicator.kind]
    for name in inputs:
        if name not in wanted:
            raise InputError(f"Indicator {indicator.no} has no input {name!r}.", fix=f"It takes {', '.join(wanted)}.")
    for name in wanted:
        if inputs.get(name) is None:
            raise InputError(f"Indicator {indicator.no} ({indicator.zh}) needs {name}.", fix=f"Give {name}.")
    if indicator.kind == "qualitative":
        return str(inputs["text"])
    if indicator.kind == "share":
        return share_percent(inputs["part"], inputs["whole"], decimals=decimals)
    if indicator.kind == "utilisation":
        return utilisation_percent(inputs["used"], inputs["generated"], inputs["of_which_old"], decimals=decimals)
    if indicator.kind in ("reduction", "growth"):
        base, now = exact(inputs["base"], name="base"), exact(inputs["now"], name="now")
        if base <= 0:
            raise InputError("A change needs a base above 0.", fix="Give the base year's value.")
        change = 100 * (base - now) / base
        return round_half_even(change if indicator.kind == "reduction" else -change, decimals)
    if indicator.kind == "intensity":
        per = exact(inputs["per"], name="per")
        if per <= 0:
            raise InputError("An intensity needs a value added above 0.", fix="Give the value added in 10⁴ yuan.")
        return round_half_even(exact(inputs["amount"], name="amount") / per, max(decimals, 3))
    return _plain(indicator, inputs["value"], decimals)


def _plain(indicator: ZeroWasteIndicator, value: object, decimals: int) -> Decimal:
    number = exact(value, name="value")
    if number < 0 or (indicator.kind == "survey" and number > 100):
        raise InputError(f"Indicator {indicator.no} cannot be {float(number):g}.", fix="Check the value.")
    if indicator.kind == "count" and number.denominator != 1:
        raise InputError(f"Indicator {indicator.no} is a count.", fix="Give a whole number.")
    return round_half_even(number, 0 if indicator.kind == "count" else decimals)


@dataclass(frozen=True, slots=True)
class Completeness:
    """How much of the list a city has filled in."""

    required_given: int
    required: int
    optional_given: int
    optional: int
    missing_required: tuple[int, ...]

    @property
    def share_required(self) -> Fraction:
        """Share of required indicators that are given, 0 … 1."""
        return Fraction(self.required_given, self.required)


def completeness(indicators: tuple[ZeroWasteIndicator, ...], given: frozenset[int]) -> Completeness:
    """Count the indicators given (by number), required and optional apart.

    Raises
    ------
    InputError
        For a number that is not on the list.
    """
    unknown = given - {indicator.no for indicator in indicators}
    if unknown:
        raise InputError(
            f"There is no indicator {', '.join(map(str, sorted(unknown)))}.", fix="Use numbers of the list."
        )
    required = [indicator.no for indicator in indicators if indicator.required]
    optional = [indicator.no for indicator in indicators if not indicator.required]
    return Completeness(
        required_given=sum(number in given for number in required),
        required=len(required),
        optional_given=sum(number in given for number in optional),
        optional=len(optional),
        missing_required=tuple(number for number in required if number not in given),
    )
