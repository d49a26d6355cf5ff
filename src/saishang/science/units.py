"""Units of concentrations at the border: inside, one canonical unit per parameter (CO in mg/m³, the rest in µg/m³).

Only units of one kind convert into each other; anything else is refused with the list of what would be understood.
Mixing ratios (ppb) are not converted: that needs a temperature and a pressure, see `air.reference_state`.
"""

from __future__ import annotations

import re
from fractions import Fraction

from saishang.science.numbers import InputError, Number, exact

__all__ = ["convert", "normal_unit", "parse_quantity"]

#: Spelling → (kind, how many base units it is, the spelling we print).
_UNITS: dict[str, tuple[str, Fraction, str]] = {
    "ng/m3": ("mass per air volume", Fraction(1, 1000), "ng/m³"),
    "ug/m3": ("mass per air volume", Fraction(1), "µg/m³"),
    "mg/m3": ("mass per air volume", Fraction(1000), "mg/m³"),
    "g/m3": ("mass per air volume", Fraction(1000000), "g/m³"),
    "ug/l": ("mass per water volume", Fraction(1, 1000), "µg/L"),
    "mg/l": ("mass per water volume", Fraction(1), "mg/L"),
    "g/l": ("mass per water volume", Fraction(1000), "g/L"),
    "pa": ("pressure", Fraction(1, 100), "Pa"),
    "hpa": ("pressure", Fraction(1), "hPa"),
    "kpa": ("pressure", Fraction(10), "kPa"),
    "k": ("temperature", Fraction(1), "K"),
    "h": ("duration", Fraction(60), "h"),
    "min": ("duration", Fraction(1), "min"),
    "d": ("duration", Fraction(1440), "d"),
    "%": ("share", Fraction(1), "%"),
    "1": ("share", Fraction(100), "1"),
}
_CHINESE = {
    "微克/立方米": "ug/m3",
    "毫克/立方米": "mg/m3",
    "毫克/升": "mg/l",
    "微克/升": "ug/l",
    "小时": "h",
    "分钟": "min",
}
_QUANTITY = re.compile(r"^\s*([+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)\s*(\S.*?)?\s*$")


def normal_unit(unit: str) -> str:
    """Our spelling of a unit (`ug/m3`, `μg/m^3`, `微克/立方米` → `µg/m³`).

    Raises
    ------
    InputError
        When the unit is not known.
    """
    return _UNITS[_key(unit)][2]


def convert(value: Number, unit: str, to: str) -> Fraction:
    """`value` in `unit` expressed in the unit `to`, exactly.

    Raises
    ------
    InputError
        When a unit is unknown or the two are of different kinds.

    Examples
    --------
    >>> convert("0.07", "mg/m3", "µg/m³")
    Fraction(70, 1)
    """
    kind, factor, name = _UNITS[_key(unit)]
    kind_to, factor_to, name_to = _UNITS[_key(to)]
    if kind != kind_to:
        raise InputError(
            f"{name} is a {kind}, but {name_to} ({kind_to}) was expected.", fix=f"Give the value in {name_to}."
        )
    return exact(value) * factor / factor_to


def parse_quantity(text: str, unit: str, *, name: str = "value") -> Fraction:
    """A number with or without a unit behind it, in the canonical `unit` (`70`, `70 µg/m³`, `0.07mg/m3`)."""
    match = _QUANTITY.match(text)
    if match is None:
        raise InputError(f"{name} must be a number, got {text!r}.", fix=f"Write it as 12.5 or 12.5 {unit}.")
    number, given = match.groups()
    return exact(number, name=name) if given is None else convert(number, given, unit)


def _key(unit: str) -> str:
    key = _CHINESE.get(unit.strip(), unit.strip())
    key = key.replace("µ", "u").replace("μ", "u").replace("³", "3").replace("^", "").replace("·", "").lower()
    key = key.replace("m-3", "/m3").replace("//", "/").replace(" ", "")
    if key not in _UNITS:
        known = ", ".join(name for _, _, name in _UNITS.values())
        raise InputError(f"The unit {unit!r} is not known.", fix=f"Use one of {known}.")
    return key
