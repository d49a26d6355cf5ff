"""Wind erosion and sand fixation (防风固沙) by the revised wind erosion equation, RWEQ.

`p = WF EF SCF K' C`, `Qmax = 109.8 p`, `s = 150.71 p^-0.3711`, `SL = 2z/s² Qmax exp(-(z/s)²)`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from saishang.science.numbers import InputError, exact, non_negative

__all__ = ["WindErosion", "WindRule", "crust_factor", "erodible_fraction", "plant_factor", "sand_fixation",
           "wind_erosion", "wind_sum"]  # fmt: skip


@dataclass(frozen=True, slots=True)
class WindRule:
    """Constants of RWEQ as `rules/standards/ecology/services.yaml` gives them.

    Attributes
    ----------
    erodible, crust:
        Terms of EF and SCF by name.
    capacity, field_length, field_exponent:
        109.8, 150.71 and -0.3711.
    cover:
        Land cover → exponent of the plant factor [per percent of cover].
    threshold:
        Wind below which no sand moves, at 2 m [m/s].
    """

    erodible: Mapping[str, Fraction]
    crust: Mapping[str, Fraction]
    capacity: float
    field_length: float
    field_exponent: float
    cover: Mapping[str, float]
    threshold: float


def erodible_fraction(
    sand: object, silt: object, clay: object, organic_matter: object, carbonate: object, rule: WindRule
) -> Fraction:
    """EF from the soil's sand, silt, clay, organic matter and CaCO3 [%], kept between 0 and 1.

    Raises
    ------
    InputError
        When a share is missing, outside 0-100 %, the three grain sizes exceed 100 %, or clay is 0.
    """
    sa, si, cl = _share(sand, "sand"), _share(silt, "silt"), _share(clay, "clay")
    om, lime = _share(organic_matter, "OM"), _share(carbonate, "CaCO3")
    if sa + si + cl > 101:
        raise InputError("Sand, silt and clay exceed 100 %.", fix="Give percent of the fine earth.")
    if cl == 0:
        raise InputError("Clay must be above 0: the equation divides by it.", fix="Give the clay content [%].")
    term = rule.erodible
    value = (
        term["constant"]
        + term["sand"] * sa
        + term["silt"] * si
        + term["sand_over_clay"] * sa / cl
        + term["organic_matter"] * om
        + term["carbonate"] * lime
    ) / term["divisor"]
    return min(max(value, Fraction(0)), Fraction(1))


def crust_factor(clay: object, organic_matter: object, rule: WindRule) -> Fraction:
    """SCF = 1 / (1 + 0.0066 clay² + 0.021 OM), both in percent."""
    cl, om = _share(clay, "clay"), _share(organic_matter, "OM")
    return 1 / (1 + rule.crust["clay_squared"] * cl * cl + rule.crust["organic_matter"] * om)


def plant_factor(cover_percent: object, land: str, rule: WindRule) -> float:
    """C = exp(a × SC) with the cover SC in percent; a fraction here would make the service vanish.

    Parameters
    ----------
    land:
        `wood grass shrub bare sand crop`.

    Raises
    ------
    InputError
        For an unknown land cover, or a cover that is missing or outside 0-100 %.
    """
    exponent = rule.cover.get(land)
    if exponent is None:
        raise InputError(f"There is no land cover {land!r}.", fix=f"Use {', '.join(rule.cover)}.")
    return math.exp(exponent * float(_share(cover_percent, "SC")))


@dataclass(frozen=True, slots=True)
class WindErosion:
    """Result of RWEQ at one distance.

    Attributes
    ----------
    product:
        WF EF SCF K' C.
    transport:
        Qmax [kg/m].
    field_length:
        s [m]; None where nothing moves.
    loss:
        SL [kg/m²] when WF is in kg/m; 1 kg/m² = 1 000 t/km².
    """

    product: float
    transport: float
    field_length: float | None
    loss: float


def wind_erosion(
    weather: object,
    erodible: object,
    crust: object,
    roughness: object,
    plants: object,
    distance: object,
    rule: WindRule,
) -> WindErosion:
    """Soil loss by wind.

    Parameters
    ----------
    weather:
        WF [kg/m].
    erodible, crust, roughness, plants:
        EF, SCF, K' and C [1].
    distance:
        z, downwind distance [m], usually 50.

    Raises
    ------
    InputError
        When an input is missing or negative, or the distance is 0.
    """
    factors = [
        _positive(value, name)
        for value, name in ((weather, "WF"), (erodible, "EF"), (crust, "SCF"), (roughness, "Kp"), (plants, "C"))
    ]
    z = _positive(distance, "z")
    if z == 0:
        raise InputError("The distance z must be above 0.", fix="50 m is usual.")
    product = math.prod(factors)
    transport = rule.capacity * product
    if product == 0:
        return WindErosion(0.0, 0.0, None, 0.0)
    length = rule.field_length * product**rule.field_exponent
    loss = 2 * z / length**2 * transport * math.exp(-((z / length) ** 2))
    return WindErosion(product, transport, length, loss)


def sand_fixation(
    weather: object,
    erodible: object,
    crust: object,
    roughness: object,
    plants: object,
    distance: object,
    rule: WindRule,
) -> float:
    """Sand that plants hold [kg/m²]: the loss of bare ground (C = 1) minus the loss with them."""
    bare = wind_erosion(weather, erodible, crust, roughness, 1, distance, rule)
    grown = wind_erosion(weather, erodible, crust, roughness, plants, distance, rule)
    return bare.loss - grown.loss


def wind_sum(speeds: Iterable[object], rule: WindRule) -> float:
    """Wind part of WF: Σ u (u - 5)² over wind records at 2 m [m³/s³]; records below the threshold move nothing.

    A monthly mean wind must not be used: it lies below the threshold and loses most of the sum.
    """
    total = []
    for place, speed in enumerate(speeds, start=1):
        u = _positive(speed, f"wind {place}")
        if u > rule.threshold:
            total.append(u * (u - rule.threshold) ** 2)
    return math.fsum(total)


def _share(value: object, name: str) -> Fraction:
    number = non_negative(value, name=name)
    if number is None:
        raise InputError(f"{name} is missing.", fix=f"Give {name} [%].")
    if number > 100:
        raise InputError(f"{name} must lie between 0 and 100 %, got {float(number):g}.", fix="Give percent.")
    return exact(number)


def _positive(value: object, name: str) -> float:
    number = non_negative(value, name=name)
    if number is None:
        raise InputError(f"{name} is missing.", fix=f"Give {name}.")
    return float(number)
