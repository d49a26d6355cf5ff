"""Units at the border: one exact table for everything that comes in, from a form as from a file of a million rows.

Inside, each parameter has one canonical unit (`rules/parameters.csv`). Only units of one kind convert into each other,
by an exact factor and, for temperatures, a shift; anything else is refused with the list of what would be understood.
Mixing ratios (ppb) are not converted: that needs a temperature and a pressure, see `air.reference_state`.

The design allows pint at the border. A table was kept instead: factors are fractions, so a figure never changes its
last digit by being converted and back; the Chinese spellings are part of it; and nobody's registry grows a unit that
no standard of ours knows.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from saishang.science.numbers import InputError, Number, exact, exact_text

__all__ = ["Conversion", "conversion", "convert", "known_units", "normal_unit", "parse_quantity", "stated"]


@dataclass(frozen=True)
class Conversion:
    """`canonical = stated * factor + shift`, exactly."""

    stated: str
    canonical: str
    factor: Fraction
    shift: Fraction

    @cached_property
    def identity(self) -> bool:
        """Whether a stated figure is the canonical one already."""
        return self.factor == 1 and self.shift == 0

    def __call__(self, value: Number) -> Fraction:
        """Convert one stated value."""
        return exact(value) * self.factor + self.shift


_AIR, _WATER, _TEMPERATURE = "mass per air volume", "mass per water volume", "temperature"
_CELLS, _CHARGE = "cells per volume", "conductivity"
#: Spelling → (kind, how many base units it is, zero point in base units, the spelling we print).
_UNITS: dict[str, tuple[str, Fraction, Fraction, str]] = {
    key: (kind, Fraction(factor), Fraction(shift), name)
    for key, kind, factor, shift, name in (
        ("ng/m3", _AIR, "1/1000", 0, "ng/m³"),
        ("ug/m3", _AIR, 1, 0, "µg/m³"),
        ("mg/m3", _AIR, 1000, 0, "mg/m³"),
        ("g/m3", _AIR, 1_000_000, 0, "g/m³"),
        ("ug/l", _WATER, "1/1000", 0, "µg/L"),
        ("mg/l", _WATER, 1, 0, "mg/L"),
        ("g/l", _WATER, 1000, 0, "g/L"),
        ("pa", "pressure", "1/100", 0, "Pa"),
        ("hpa", "pressure", 1, 0, "hPa"),
        ("kpa", "pressure", 10, 0, "kPa"),
        ("k", _TEMPERATURE, 1, "-273.15", "K"),
        ("°c", _TEMPERATURE, 1, 0, "°C"),
        ("us/cm", _CHARGE, 1, 0, "µS/cm"),
        ("ms/cm", _CHARGE, 1000, 0, "mS/cm"),
        ("ms/m", _CHARGE, 10, 0, "mS/m"),
        ("cells/l", _CELLS, 1, 0, "cells/L"),
        ("cells/ml", _CELLS, 1000, 0, "cells/mL"),
        ("m/s", "speed", 1, 0, "m/s"),
        ("km/h", "speed", "5/18", 0, "km/h"),
        ("m3/s", "flow", 1, 0, "m³/s"),
        ("l/s", "flow", "1/1000", 0, "L/s"),
        ("mm", "length", 1, 0, "mm"),
        ("cm", "length", 10, 0, "cm"),
        ("m", "length", 1000, 0, "m"),
        ("mv", "voltage", 1, 0, "mV"),
        ("v", "voltage", 1000, 0, "V"),
        ("min", "duration", 1, 0, "min"),
        ("h", "duration", 60, 0, "h"),
        ("d", "duration", 1440, 0, "d"),
        ("%", "share", 1, 0, "%"),
        ("1", "share", 100, 0, "1"),
        ("ntu", "turbidity", 1, 0, "NTU"),
        ("db(a)", "sound level", 1, 0, "dB(A)"),
        ("v/m", "electric field", 1, 0, "V/m"),
        ("kv/m", "electric field", 1000, 0, "kV/m"),
        ("a/m", "magnetic field", 1, 0, "A/m"),
        ("nt", "magnetic flux density", "1/1000", 0, "nT"),
        ("ut", "magnetic flux density", 1, 0, "µT"),
        ("w/m2", "power density", 1, 0, "W/m²"),
        ("uw/cm2", "power density", "1/100", 0, "µW/cm²"),
        ("ngy/h", "dose rate", 1, 0, "nGy/h"),
        ("ugy/h", "dose rate", 1000, 0, "µGy/h"),
        # No MBq: in lower case it is mBq, a billion times less.
        ("bq", "activity", 1, 0, "Bq"),
        ("gbq", "activity", 10**9, 0, "GBq"),
        ("tbq", "activity", 10**12, 0, "TBq"),
        ("ng/kg", "content of a solid", "1/1000000", 0, "ng/kg"),
        ("ug/kg", "content of a solid", "1/1000", 0, "µg/kg"),
        ("mg/kg", "content of a solid", 1, 0, "mg/kg"),
        ("g/kg", "content of a solid", 1000, 0, "g/kg"),
        ("bq/l", "activity per volume", 1, 0, "Bq/L"),
        # GB/T 14848 prints the two ways of counting side by side; they are not told apart by its limits.
        ("mpn/100ml", "coliforms", 1, 0, "MPN/100mL"),
        ("cfu/100ml", "coliforms", 1, 0, "CFU/100mL"),
        ("mpn/100ml或cfu/100ml", "coliforms", 1, 0, "MPN/100mL 或 CFU/100mL"),
        ("cfu/ml", "colonies", 1, 0, "CFU/mL"),
        ("kg", "mass", "1/1000", 0, "kg"),
        ("t", "mass", 1, 0, "t"),
        ("°", "angle", 1, 0, "°"),
    )
}
#: What else is written for the same unit, after `_key` has put signs and case in order.
_SPELLINGS = {
    "微克/立方米": "ug/m3", "毫克/立方米": "mg/m3", "纳克/立方米": "ng/m3", "毫克/升": "mg/l", "微克/升": "ug/l",
    "小时": "h", "分钟": "min", "天": "d", "毫米": "mm", "厘米": "cm", "米": "m", "米/秒": "m/s", "ms-1": "m/s",
    "立方米/秒": "m3/s", "升/秒": "l/s",
    "百帕": "hpa", "千帕": "kpa", "帕": "pa", "摄氏度": "°c", "degc": "°c", "c": "°c", "deg": "°", "度": "°",
    "个/l": "cells/l", "个/升": "cells/l", "cell/l": "cells/l", "个/ml": "cells/ml", "cell/ml": "cells/ml",
    "分贝": "db(a)", "db": "db(a)", "dba": "db(a)", "吨": "t", "千克": "kg", "公斤": "kg", "贝可": "bq",
    "微克/千克": "ug/kg", "毫克/千克": "mg/kg", "纳克/千克": "ng/kg", "贝可/升": "bq/l",
    "无量纲": "1", "dimensionless": "1", "-": "1", "ph": "1", "class": "1",
}  # fmt: skip
_STATED = re.compile(
    r"^(?P<sign><?)\s*(?P<number>[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)\s*(?P<unit>[^\d\s].*)$"
)
_QUANTITY = re.compile(r"^\s*([+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)\s*(\S.*?)?\s*$")


def known_units(like: str | None = None) -> Iterator[str]:
    """Units as we spell them; with `like` only those that convert into that one (none when it is unknown)."""
    kind = None if like is None else _UNITS.get(_spelled(like), ("",))[0]
    return (name for other, _, _, name in _UNITS.values() if like is None or other == kind)


def normal_unit(unit: str) -> str:
    """Our spelling of a unit (`ug/m3`, `μg/m^3`, `微克/立方米` → `µg/m³`).

    Raises
    ------
    InputError
        When the unit is not known.
    """
    return _UNITS[_key(unit)][3]


def conversion(unit: str, to: str) -> Conversion:
    """How figures in `unit` become figures in `to`; the same text needs no entry of the table.

    Raises
    ------
    InputError
        When a unit is unknown or the two are of different kinds.

    Examples
    --------
    >>> conversion("K", "°C")("293.15")
    Fraction(20, 1)
    """
    if unit.strip() == to.strip():
        return Conversion(unit, to, Fraction(1), Fraction(0))
    kind, factor, shift, name = _UNITS[_key(unit)]
    kind_to, factor_to, shift_to, name_to = _UNITS[_key(to)]
    if kind != kind_to:
        raise InputError(
            f"{name} is a {kind}, but {name_to} ({kind_to}) was expected.", fix=f"Give the value in {name_to}."
        )
    return Conversion(unit, to, factor / factor_to, (shift - shift_to) / factor_to)


def convert(value: Number, unit: str, to: str) -> Fraction:
    """`value` in `unit` expressed in the unit `to`, exactly (Errors: those of `conversion`).

    Examples
    --------
    >>> convert("0.07", "mg/m3", "µg/m³")
    Fraction(70, 1)
    """
    return conversion(unit, to)(value)


def parse_quantity(text: str, unit: str, *, name: str = "value") -> Fraction:
    """A number with or without a unit behind it, in the canonical `unit` (`70`, `70 µg/m³`, `0.07mg/m3`)."""
    match = _QUANTITY.match(text)
    if match is None:
        raise InputError(f"{name} must be a number, got {text!r}.", fix=f"Write it as 12.5 or 12.5 {unit}.")
    number, given = match.groups()
    return exact(number, name=name) if given is None else convert(number, given, unit)


def stated(value: object, unit: str, *, name: str = "value") -> object:
    """A value that came as text, without the unit stated behind it; what is no text is handed back as it is.

    A sign in front (`<0.5 µg/L`) and the mark of the detection limit (`0.025L`) stay where they are, full-width digits
    and signs become plain ones. A text that ends in no unit known here is handed back for its reader to judge.

    Raises
    ------
    InputError
        When the unit stated is of another kind than `unit`.

    Examples
    --------
    >>> stated("0.07 mg/m3", "µg/m³"), stated("<25ug/L", "mg/L"), stated("0.025L", "mg/L"), stated("７０", "mg/L")
    ('70', '<0.025', '0.025L', '70')
    """
    if not isinstance(value, str):
        return value
    text = unicodedata.normalize("NFKC", value).strip().replace("−", "-")
    match = _STATED.match(text)
    if match is None or _spelled(match["unit"]) not in _UNITS:
        return text
    try:
        figure = convert(match["number"], match["unit"], unit)
    except InputError as error:
        raise InputError(f"{name}: {error.message}", fix=error.fix) from None
    return match["sign"] + exact_text(figure, at_most=18)


def _spelled(unit: str) -> str:
    """Put signs, width and case in order: NFKC makes ³ a 3, ℃ a °C and full-width letters plain ones."""
    key = unicodedata.normalize("NFKC", unit).strip().lower().replace("µ", "u").replace("μ", "u")
    key = key.replace("^", "").replace("·", "").replace("−", "-").replace("⁻", "-")
    key = key.replace("m-3", "/m3").replace("//", "/").replace(" ", "")
    return _SPELLINGS.get(key, key)


def _key(unit: str) -> str:
    key = _spelled(unit)
    if key not in _UNITS:
        raise InputError(f"The unit {unit!r} is not known.", fix=f"Use one of {', '.join(known_units())}.")
    return key
