"""Grades on a scale (分级): which grade a value has when each edge belongs to exactly one side.

Standards differ in the side: erosion classes hold their lower edge, drought classes their upper one. So every edge
says for itself whether it belongs, and a scale whose neighbours both claim or both leave an edge is refused.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from saishang.rules import Row, RuleLookupError, Rules
from saishang.science.numbers import InputError, exact, exact_text

__all__ = ["Grade", "Scale", "scale_from_rules"]


@dataclass(frozen=True, slots=True)
class Grade:
    """One grade: `low < x < high`, with the edges that belong to it; None = open."""

    level: int
    zh: str
    en: str
    low: Fraction | None
    low_in: bool
    high: Fraction | None
    high_in: bool

    def holds(self, value: Fraction) -> bool:
        """Whether the value lies in the grade."""
        above = self.low is None or value > self.low or (self.low_in and value == self.low)
        below = self.high is None or value < self.high or (self.high_in and value == self.high)
        return above and below


@dataclass(frozen=True, slots=True)
class Scale:
    """Grades in ascending order of their values, without gap or overlap.

    Raises
    ------
    ValueError
        When two neighbours leave a gap or share an edge.
    """

    name: str
    unit: str
    grades: tuple[Grade, ...]

    def __post_init__(self) -> None:
        for lower, upper in pairwise(self.grades):
            if lower.high is None or lower.high != upper.low or lower.high_in == upper.low_in:
                raise ValueError(f"scale {self.name}: {lower.zh} and {upper.zh} do not meet in one edge")

    def grade(self, value: object, *, name: str = "value") -> Grade | None:
        """The grade of a value; None when the value is missing.

        Raises
        ------
        InputError
            When the value is no number, or lies outside all grades.
        """
        if value is None:
            return None
        number = exact(value, name=name)
        for grade in self.grades:
            if grade.holds(number):
                return grade
        low, high = self.grades[0].low, self.grades[-1].high
        raise InputError(
            f"{name} {exact_text(number)} {self.unit} lies outside the scale {self.name}.",
            fix=f"The scale runs from {'…' if low is None else exact_text(low)} to "
            f"{'…' if high is None else exact_text(high)}; check number and unit.",
        )


def scale_from_rules(rules: Rules, table: str, name: str) -> Scale:
    """A scale from a table of grades (`standards/ecology/grades`).

    Raises
    ------
    RuleLookupError
        When the table has no such scale.
    """
    rows = rules.table(table).find(scale=name)
    if not rows:
        known = sorted(set(rules.table(table).values("scale")))
        raise RuleLookupError(
            f"expected a scale of {table}, got {name!r}", fix=f"use one of {', '.join(known)}", where=table
        )
    return Scale(name, str(rows[0]["unit"]), _ascending(_grade(row) for row in rows))


def _ascending(grades: Iterable[Grade]) -> tuple[Grade, ...]:
    return tuple(sorted(grades, key=lambda grade: (grade.low is not None, grade.low or Fraction(0))))


def _grade(row: Row) -> Grade:
    low, high = row["low"], row["high"]
    return Grade(
        level=int(row["level"]),
        zh=str(row["zh"]),
        en=str(row["en"]),
        low=None if low is None else exact(low),
        low_in=bool(row["low_in"]),
        high=None if high is None else exact(high),
        high_in=bool(row["high_in"]),
    )
