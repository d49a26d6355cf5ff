"""Ecological zoning (生态环境分区管控): codes of units, geodetic zones and areas, the strictest unit that is touched.

Areas are never taken in square degrees: a cell of the graticule is measured on the ellipsoid.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from saishang.rules import Rules
from saishang.science.numbers import InputError, Number, exact

__all__ = ["GaussZone", "Overlay", "Unit", "UnitCode", "cell_area", "gauss_zone", "overlay", "read_unit_code"]

_DOCUMENT = "standards/zoning/units"


@dataclass(frozen=True, slots=True)
class UnitCode:
    """Parts of a unit's code; `name` is that of its class."""

    province: str
    county: str
    number: str
    name: str
    serial: str


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit that a project may touch: its name, its class number, and the share of the project in it."""

    name: str
    number: str
    share: Fraction


@dataclass(frozen=True)
class Overlay:
    """Shares of a project by unit, and the class that decides (None when it touches none)."""

    shares: Mapping[str, Fraction]
    decides: str | None
    said: str | None


@dataclass(frozen=True, slots=True)
class GaussZone:
    """A 3-degree zone with its central meridian and the EPSG codes of CGCS2000."""

    zone: int
    meridian: int
    epsg_zone: int
    epsg_meridian: int
    geographic: int


def _group(rules: Rules, name: str) -> Mapping[str, object]:
    found: Mapping[str, object] = rules.document(_DOCUMENT)["groups"][name]["values"]
    return found


def read_unit_code(text: object, rules: Rules) -> UnitCode:
    """Take the code of a comprehensive unit apart: ZH, county 6, class 1, serial 4 digits.

    Raises
    ------
    InputError
        For other than that, and for a class that does not exist.
    """
    sizes = {name: int(str(_group(rules, "code")[name])) for name in ("county", "class", "serial")}
    prefix = str(_group(rules, "code")["prefix"])
    code = "".join(unicodedata.normalize("NFKC", str(text)).split()).upper()
    length = sum(sizes.values())
    if not re.fullmatch(rf"{prefix}[0-9]{{{length}}}", code):
        raise InputError(
            f"A unit's code is {prefix} with {length} digits, got {code!r}.",
            fix="County (6), class (1), serial number (4), for example ZH64010410001.",
        )
    digits = code.removeprefix(prefix)
    county, number = digits[: sizes["county"]], digits[sizes["county"]]
    classes = _group(rules, "classes")
    if number not in classes:
        raise InputError(f"There is no class {number} of units.", fix=f"Use one of {', '.join(classes)}.")
    return UnitCode(county[:2], county, number, str(classes[number]), digits[-sizes["serial"] :])


def class_of(word: str, rules: Rules) -> str:
    """Number of a class from its name, or from the two signs it begins with (`优先`).

    Raises
    ------
    InputError
        When no class has the name.
    """
    text = unicodedata.normalize("NFKC", word).strip()
    for number, name in _group(rules, "classes").items():
        if text in (number, name, str(name)[:2], str(name).removesuffix("单元")):
            return number
    raise InputError(f"There is no class of units named {word!r}.", fix="Use 优先, 重点 or 一般.")


def overlay(units: list[Unit], rules: Rules) -> Overlay:
    """Which class decides for a project: the strictest of the units it touches.

    Parameters
    ----------
    units:
        Units with the share of the project's area in each; a share of 0 is no touch.
    """
    classes, said = _group(rules, "classes"), _group(rules, "overlay")
    touched = sorted({unit.number for unit in units if unit.share > 0}, key=list(classes).index)
    shares = {unit.name: unit.share for unit in units}
    if not touched:
        return Overlay(shares, None, None)
    name = str(classes[touched[0]])
    sentence = str(said["several" if len(touched) > 1 else "one"]).format(unit=name)
    return Overlay(shares, name, sentence)


def cell_area(south: Number, north: Number, width: Number, *, a: float, inverse_flattening: float) -> float:
    """Area [m²] of a cell of the graticule between two parallels [degrees], `width` degrees of longitude wide.

    `Δλ b²/2 [sin φ/(1 - e² sin² φ) + ln((1 + e sin φ)/(1 - e sin φ))/(2e)]` between the parallels.
    """
    low, high = sorted((float(exact(south, name="lat")), float(exact(north, name="lat"))))
    degrees = float(exact(width, name="dlon"))
    if low < -90 or high > 90 or not 0 < degrees <= 360 or low == high:
        raise InputError("A cell lies between two parallels of -90 to 90 and is wider than 0.", fix="Check lat, dlon.")
    flattening = 1 / inverse_flattening
    eccentricity = math.sqrt(flattening * (2 - flattening))
    b = a * (1 - flattening)

    def strip(latitude: float) -> float:
        sine = math.sin(math.radians(latitude))
        part = math.log((1 + eccentricity * sine) / (1 - eccentricity * sine)) / (2 * eccentricity)
        return sine / (1 - (eccentricity * sine) ** 2) + part

    return math.radians(degrees) * b**2 / 2 * (strip(high) - strip(low))


def gauss_zone(longitude: Number, rules: Rules) -> GaussZone:
    """The 3-degree Gauss–Krüger zone of a longitude [degrees east]: floor((λ + 1.5)/3).

    Raises
    ------
    InputError
        Outside the zones 25 to 45 of China.
    """
    values = {name: int(str(value)) for name, value in _group(rules, "gauss_zones").items()}
    width = values["width"]
    number = math.floor((exact(longitude, name="lon") + Fraction(width, 2)) / width)
    if not values["first"] <= number <= values["last"]:
        raise InputError(
            f"The longitude lies outside the zones {values['first']} to {values['last']}.",
            fix="Give degrees east, in China between 73.5 and 136.5.",
        )
    return GaussZone(
        number, number * width, values["epsg_zone"] + number, values["epsg_meridian"] + number, values["geographic"]
    )
