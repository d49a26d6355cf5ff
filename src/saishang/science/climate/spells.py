"""Spells of days over a threshold: hot days and heat waves (高温热浪), rain by grade, longest dry and wet spells."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from saishang.science.grading import Scale

__all__ = ["HeatRule", "RainYear", "Spell", "heat_waves", "hot_days", "longest_spell", "rain_year"]


@dataclass(frozen=True, slots=True)
class HeatRule:
    """Least maximum of a hot day [°C] and least days on end of a heat wave."""

    least: Fraction
    days: int


@dataclass(frozen=True, slots=True)
class Spell:
    """Days on end, first and last included, with the most extreme value among them."""

    start: date
    end: date
    extreme: float

    @property
    def days(self) -> int:
        """Length [d]."""
        return (self.end - self.start).days + 1


def hot_days(maxima: Mapping[date, float | None], rule: HeatRule) -> tuple[date, ...]:
    """Days whose maximum reaches the threshold."""
    return tuple(day for day in sorted(maxima) if _reaches(maxima[day], rule.least))


def heat_waves(maxima: Mapping[date, float | None], rule: HeatRule) -> tuple[Spell, ...]:
    """Heat waves: at least `rule.days` hot days on end; a missing day ends a wave."""
    return tuple(
        spell for spell in _spells(maxima, lambda value: _reaches(value, rule.least)) if spell.days >= rule.days
    )


def longest_spell(rain: Mapping[date, float | None], *, wet: bool, least: Fraction) -> Spell | None:
    """Longest run of wet (rain ≥ `least` [mm]) or dry days; the first of equal ones; a missing day ends a run."""
    found = _spells(rain, lambda value: value is not None and _reaches(value, least) is wet)
    return max(found, key=lambda spell: spell.days, default=None)


@dataclass(frozen=True, slots=True)
class RainYear:
    """Rain of one year.

    Attributes
    ----------
    total:
        Sum of the days that have a value [mm].
    days:
        Grade of 24 hours (Chinese name) → days.
    missing:
        Days without a value; the sum is then a lower bound.
    wettest:
        Day and amount [mm] of the largest daily rain.
    """

    year: int
    total: float
    days: Mapping[str, int]
    missing: int
    wettest: tuple[date, float] | None


def rain_year(rain: Mapping[date, float | None], year: int, scale: Scale) -> RainYear:
    """Rain of a calendar year by grade of its days; days of the year that are not in the series count as missing."""
    first, last = date(year, 1, 1), date(year, 12, 31)
    length = (last - first).days + 1
    found = {day: value for day, value in rain.items() if first <= day <= last and value is not None}
    grades: Counter[str] = Counter()
    for value in found.values():
        grade = scale.grade(value, name="rain")
        if grade is not None:
            grades[grade.zh] += 1
    wettest = max(found.items(), key=lambda item: item[1], default=None)
    total = float(sum((Fraction(str(value)) for value in found.values()), Fraction(0)))
    return RainYear(year, total, dict(grades), length - len(found), wettest)


def _reaches(value: float | None, least: Fraction) -> bool:
    return value is not None and Fraction(str(value)) >= least


def _spells(series: Mapping[date, float | None], belongs: Callable[[float | None], bool]) -> list[Spell]:
    found: list[Spell] = []
    run: list[tuple[date, float]] = []
    for day in sorted(series):
        value = series[day]
        follows = not run or day - run[-1][0] == timedelta(days=1)
        if run and (not belongs(value) or not follows):
            found.append(Spell(run[0][0], run[-1][0], max(item for _, item in run)))
            run = []
        if value is not None and belongs(value):
            run.append((day, value))
    if run:
        found.append(Spell(run[0][0], run[-1][0], max(item for _, item in run)))
    return found
