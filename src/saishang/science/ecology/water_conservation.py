"""Water conservation (水源涵养) by the water balance: `TQ = Σ (P - R - ET) × A`, R = P × runoff coefficient."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from saishang.science.numbers import InputError, non_negative

__all__ = ["Conservation", "conserved_water", "total_conserved"]


@dataclass(frozen=True, slots=True)
class Conservation:
    """Water that one cell or region keeps.

    Attributes
    ----------
    depth:
        P - R - ET [mm]; negative where evapotranspiration is above the rain that stays, as in the north of Ningxia.
    volume:
        Depth times area [m³].
    """

    depth: Fraction
    volume: Fraction


def conserved_water(precipitation: object, runoff: object, evapotranspiration: object, area: object) -> Conservation:
    """Water conserved by one cell or region.

    Parameters
    ----------
    precipitation, evapotranspiration:
        Yearly sums [mm].
    runoff:
        Runoff coefficient [0-1]; the tables of the redline guide print percent.
    area:
        [km²].

    Raises
    ------
    InputError
        When an input is missing or negative, or the coefficient is above 1.
    """
    rain, loss = _given(precipitation, "P"), _given(evapotranspiration, "ET")
    coefficient, size = _given(runoff, "runoff_coef"), _given(area, "area")
    if coefficient > 1:
        raise InputError(
            f"The runoff coefficient must lie between 0 and 1, got {float(coefficient):g}.",
            fix="Divide the percent of the table by 100.",
        )
    depth = rain - rain * coefficient - loss
    # 1 mm over 1 km² is 1 000 m³.
    return Conservation(depth, depth * size * 1000)


def total_conserved(cells: Iterable[Conservation]) -> tuple[Fraction, Fraction]:
    """Total volume [m³] with negative cells kept, and the share of cells that are negative [0-1]."""
    found = list(cells)
    if not found:
        raise InputError("There is no cell to add up.", fix="Give at least one.")
    negative = sum(1 for cell in found if cell.depth < 0)
    return sum((cell.volume for cell in found), Fraction(0)), Fraction(negative, len(found))


def _given(value: object, name: str) -> Fraction:
    number = non_negative(value, name=name)
    if number is None:
        raise InputError(f"{name} is missing.", fix=f"Give {name}; nothing is taken for zero.")
    return number
