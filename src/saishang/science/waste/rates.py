"""Rates of solid waste: utilisation with earlier storage, and the share of zero-waste cities."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from saishang.science.numbers import InputError, exact
from saishang.science.rounding import round_half_even

__all__ = ["count", "share_percent", "utilisation_percent", "zero_waste_share"]


def utilisation_percent(used: object, generated: object, of_which_old: object = 0, *, decimals: int = 1) -> Decimal:
    """Utilisation rate [%]: used / (generated this year + used from earlier storage).

    Parameters
    ----------
    used:
        All waste used in the year, that from earlier storage included [t].
    generated:
        Generated in the year [t].
    of_which_old:
        Part of `used` that came from earlier storage [t].

    Raises
    ------
    InputError
        For a missing or negative mass, more old waste than was used, more fresh waste used than was generated, or
        nothing generated and nothing old.
    """
    masses = {
        "used": _mass(used, "used"),
        "generated": _mass(generated, "generated"),
        "old": _mass(of_which_old, "of_which_old"),
    }
    if masses["old"] > masses["used"]:
        raise InputError("of_which_old is more than was used.", fix="It is the part of `used` from earlier storage.")
    if masses["used"] - masses["old"] > masses["generated"]:
        raise InputError(
            "More was used of this year's waste than was generated.",
            fix="Put waste from earlier storage into of_which_old.",
        )
    base = masses["generated"] + masses["old"]
    if base == 0:
        raise InputError("Nothing was generated and nothing used, so there is no rate.", fix="Leave the rate open.")
    return round_half_even(100 * masses["used"] / base, decimals)


def share_percent(part: object, whole: object, *, decimals: int = 1) -> Decimal:
    """Part of a whole [%]; the part may not be more than the whole, and the whole not nothing."""
    numerator, denominator = _mass(part, "part"), _mass(whole, "whole")
    if denominator == 0:
        raise InputError("The whole is 0, so there is no share.", fix="Leave the share open.")
    if numerator > denominator:
        raise InputError("The part is more than the whole.", fix="Check both numbers.")
    return round_half_even(100 * numerator / denominator, decimals)


def zero_waste_share(in_programme: object, prefecture_cities: object) -> Decimal:
    """Share of cities that build a zero-waste city [%], one decimal.

    A proposal: no counting rule for “无废城市”建设比例 was found; show numerator and denominator beside it.
    """
    return share_percent(count(in_programme, "in_programme"), count(prefecture_cities, "prefecture_cities"))


def count(value: object, name: str) -> Fraction:
    """A whole number that is not negative."""
    number = _mass(value, name)
    if number.denominator != 1:
        raise InputError(f"{name} must be a whole number, got {float(number):g}.", fix="Give a count.")
    return number


def _mass(value: object, name: str) -> Fraction:
    if value is None:
        raise InputError(f"{name} is missing.", fix=f"Give {name}; a missing part is not zero.")
    number = exact(value, name=name)
    if number < 0:
        raise InputError(f"{name} must not be negative.", fix="Check the number.")
    return number
