"""Exceedance multiple (超标倍数) and compliance rate (达标率), HJ 663 table 3 for their decimals."""

from __future__ import annotations

from fractions import Fraction

from saishang.science.numbers import InputError, exact, non_negative

__all__ = ["compliance_rate", "exceedance_multiple"]


def exceedance_multiple(concentration: object, limit: object) -> Fraction | None:
    """`(C - S) / S`, unrounded (published with two decimals).

    Parameters
    ----------
    concentration, limit:
        Same unit [µg/m³; CO mg/m³]; `limit` above 0.

    Returns
    -------
    None when the concentration is missing or within the limit: the multiple is defined for exceeding items only, a
    negative one would read as a measure of cleanness. Exactly at the limit it is 0.
    """
    standard = exact(limit, name="S")
    if standard <= 0:
        raise InputError(f"The limit S must be above 0, got {limit}.", fix="Give the limit of the averaging time.")
    value = non_negative(concentration, name="C")
    if value is None or value < standard:
        return None
    return (value - standard) / standard


def compliance_rate(attaining: int, valid: int) -> Fraction | None:
    """Percent of valid values within the limit, unrounded (published with one decimal); None without valid values."""
    if attaining < 0 or attaining > valid:
        raise InputError(
            f"{attaining} values within the limit of {valid} valid ones cannot be.",
            fix="Count the values within the limit among the valid ones.",
        )
    return Fraction(100 * attaining, valid) if valid else None
