"""Protected areas (自然保护地) as a share of the land, and fish biomass (鱼类生物量) against a base year."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from saishang.science.numbers import InputError, non_negative

__all__ = ["Catch", "FishChange", "fish_biomass", "fish_change", "protected_share"]


def protected_share(areas: Iterable[object], land: object, *, overlap: object = 0) -> Fraction:
    """Protected area over the area of the region [%].

    Parameters
    ----------
    areas:
        Area of each protected place [km²].
    land:
        Area of the region [km²].
    overlap:
        Area that was counted more than once [km²]; places that overlap must not count double.

    Raises
    ------
    InputError
        When an area is missing or negative, none is given, or the places exceed the region.
    """
    sizes: list[Fraction] = []
    for place, area in enumerate(areas, start=1):
        size = non_negative(area, name=f"area {place}")
        if size is None:
            raise InputError(f"The area of place {place} is missing.", fix="Give all areas, or leave the place out.")
        sizes.append(size)
    region, double = non_negative(land, name="land"), non_negative(overlap, name="overlap")
    if not sizes or region is None or double is None or region == 0:
        raise InputError("The share needs areas and the area of the region.", fix="Give areas=… land=… [km²].")
    union = sum(sizes, Fraction(0)) - double
    if not 0 <= union <= region:
        raise InputError(
            f"The protected places come to {float(union):g} km² in a region of {float(region):g} km².",
            fix="Check units (ha or km²) and the overlap.",
        )
    return union / region * 100


@dataclass(frozen=True, slots=True)
class Catch:
    """One haul: mass [kg] over net-hours [h], with gear and month, which must agree to be compared."""

    mass: object
    net_hours: object
    gear: str
    month: int


@dataclass(frozen=True, slots=True)
class FishChange:
    """Biomass per net-hour [kg/h] of two years and the change [%]."""

    base: Fraction
    current: Fraction
    change: Fraction


def fish_biomass(catches: Sequence[Catch]) -> Fraction:
    """Mass of all hauls over all net-hours [kg/h].

    Raises
    ------
    InputError
        When there is no haul or no effort, or hauls differ in gear or month: those are not comparable.
    """
    if not catches:
        raise InputError("There is no catch.", fix="Give mass and net-hours of at least one haul.")
    kinds = {(catch.gear, catch.month) for catch in catches}
    if len(kinds) > 1:
        told = ", ".join(f"{gear} in month {month}" for gear, month in sorted(kinds))
        raise InputError(f"Hauls of different gear or month are not one figure: {told}.", fix="Compare like with like.")
    mass, effort = Fraction(0), Fraction(0)
    for place, catch in enumerate(catches, start=1):
        kilograms = non_negative(catch.mass, name=f"mass of haul {place}")
        hours = non_negative(catch.net_hours, name=f"net-hours of haul {place}")
        if kilograms is None or hours is None:
            raise InputError(f"Haul {place} lacks mass or net-hours.", fix="Give both, or leave the haul out.")
        mass, effort = mass + kilograms, effort + hours
    if effort == 0:
        raise InputError("Net-hours must be above 0.", fix="Give the hours that the nets stood.")
    return mass / effort


def fish_change(base: Sequence[Catch], current: Sequence[Catch]) -> FishChange:
    """Biomass against the base year, same gear and same month.

    Raises
    ------
    InputError
        When gear or month differ between the years, or the base year caught nothing.
    """
    kinds = {(catch.gear, catch.month) for catch in (*base, *current)}
    before, now = fish_biomass(base), fish_biomass(current)
    if len(kinds) > 1:
        raise InputError("The years differ in gear or month.", fix="Compare the same gear in the same month.")
    if before == 0:
        raise InputError("The base year has no biomass.", fix="Choose another base year.")
    return FishChange(before, now, (now - before) / before * 100)
