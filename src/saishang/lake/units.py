"""Units of files: the exact table of `science.units`, with the errors of a source description.

One thing is stricter here than in a form: a plain number (pH, an index, a class) is not a share, so `1` never turns
into per cent. Mixing ratios are refused with the reason.
"""

from __future__ import annotations

from saishang.lake.errors import MappingError
from saishang.science.numbers import InputError
from saishang.science.units import Conversion, known_units, normal_unit
from saishang.science.units import conversion as exact_conversion

__all__ = ["Conversion", "conversion"]

_MIXING = {"ppb", "ppm", "ppbv", "ppmv"}


def conversion(stated: str, canonical: str, *, where: str = "") -> Conversion:
    """Find the conversion between two units (Errors: MappingError when there is none by a constant factor)."""
    try:
        names = {_name(stated), _name(canonical)}
        if "1" in names and len(names) > 1:
            raise InputError(f"{stated} is no plain number", fix="state 1")
        return exact_conversion(stated.strip() or "1", canonical)
    except InputError:
        choices = ", ".join(known_units(canonical)) or f"{canonical}, the unit of rules/parameters.csv"
        hint = (
            "mixing ratios depend on temperature and pressure: convert them to mass concentrations first"
            if stated.strip().lower() in _MIXING
            else "state 1 (a plain number)"
            if canonical.strip() == "1"
            else f"state one of {choices}"
        )
        raise MappingError(
            f"expected a unit that converts to {canonical}, got {stated!r}", fix=hint, where=where or None, code="unit"
        ) from None


def _name(unit: str) -> str:
    try:
        return normal_unit(unit.strip() or "1")
    except InputError:
        return ""
