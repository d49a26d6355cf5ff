"""Sandy and saline land by grade (沙化、盐渍化土地分级): grades of units by what was measured, areas by grade."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from saishang.science.grading import Grade, Scale
from saishang.science.numbers import exact

__all__ = ["LandUnit", "grade_shares", "unit_grade"]


@dataclass(frozen=True, slots=True)
class LandUnit:
    """A monitoring unit: `kind` sandy or saline, area [km²], measured value [% cover or g/kg salt], its scale."""

    key: str
    kind: str
    area: Fraction
    measured: Fraction | None
    scale: str


def unit_grade(unit: LandUnit, scales: Mapping[str, Scale]) -> Grade | None:
    """Grade of a unit; None while nothing was measured."""
    return scales[unit.scale].grade(unit.measured, name=unit.key)


def grade_shares(
    units: Iterable[LandUnit], scales: Mapping[str, Scale]
) -> dict[int, tuple[Fraction, Fraction | None]] | None:
    """Level → (area [km²], share of all units [%]) of units of one kind.

    None when a unit has no measurement: its area belongs to a grade that nobody knows, so no share can be told.
    """
    areas: dict[int, Fraction] = {}
    for unit in units:
        grade = unit_grade(unit, scales)
        if grade is None:
            return None
        areas[grade.level] = areas.get(grade.level, Fraction(0)) + exact(unit.area)
    total = sum(areas.values(), Fraction(0))
    return {level: (area, 100 * area / total if total else None) for level, area in sorted(areas.items())}
