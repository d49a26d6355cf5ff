"""Trophic state index of lakes and reservoirs TLI(Σ) (综合营养状态指数), 总站生字〔2001〕090号.

TLI(j) = 10 (a + b ln x); weights are r² with chlorophyll a over the sum of those present, which reproduces published
tables where an item is missing. Chlorophyll in mg/m³, transparency in metres, the rest in mg/L.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from saishang.science.detection import measured
from saishang.science.numbers import InputError, Number, exact

__all__ = [
    "TrophicGrade",
    "TrophicItem",
    "TrophicResult",
    "TrophicRule",
    "combine",
    "grade_of",
    "sub_index",
    "trophic_index",
]


@dataclass(frozen=True, slots=True)
class TrophicItem:
    """Formula of one item and its weight before normalising."""

    key: str
    parameter: str
    a: Fraction
    b: Fraction
    r2: Fraction
    unit: str


@dataclass(frozen=True, slots=True)
class TrophicGrade:
    """A grade: below `below`, or up to and with `up_to`; the last one has neither."""

    name: str
    name_en: str
    below: Fraction | None = None
    up_to: Fraction | None = None


@dataclass(frozen=True)
class TrophicRule:
    """Items by key, grades in ascending order, decimals of the index."""

    items: Mapping[str, TrophicItem]
    grades: tuple[TrophicGrade, ...]
    decimals: int = 2


@dataclass(frozen=True)
class TrophicResult:
    """Index with its parts."""

    index: Fraction
    grade: TrophicGrade
    parts: Mapping[str, Fraction]


def sub_index(value: object, item: TrophicItem) -> Fraction:
    """Sub-index of one value [unit of the item]; a value below detection counts as half its limit.

    Raises
    ------
    InputError
        For a missing value or one that is not above zero: its logarithm does not exist.
    """
    read = measured(value, name=item.key)
    if read is None or read.value <= 0:
        raise InputError(
            f"{item.key} must be above 0 for the trophic index.", fix=f"Give it in {item.unit}, or leave it out."
        )
    # The logarithm is the only inexact step; twelve digits are far beyond what is printed.
    logarithm = Fraction(repr(math.log(read.value)))
    return 10 * (item.a + item.b * logarithm)


def combine(parts: Mapping[str, Number], rule: TrophicRule) -> Fraction:
    """Weighted mean of sub-indices, weights over the items present.

    Raises
    ------
    InputError
        For an unknown item, or none at all.
    """
    unknown = [key for key in parts if key not in rule.items]
    if unknown or not parts:
        raise InputError(
            f"The trophic index knows no item {', '.join(unknown)}." if unknown else "The trophic index needs an item.",
            fix=f"Use {', '.join(rule.items)}.",
        )
    total = sum((rule.items[key].r2 for key in parts), Fraction(0))
    weighted = sum((rule.items[key].r2 * exact(value, name=key) for key, value in parts.items()), Fraction(0))
    return weighted / total


def grade_of(index: Number, rule: TrophicRule) -> TrophicGrade:
    """Grade of an index: 30 and 50 are mesotrophic (中营养), 60 and 70 belong to the lower grade."""
    value = exact(index, name="tli")
    for grade in rule.grades:
        if grade.below is not None and value < grade.below:
            return grade
        if grade.up_to is not None and value <= grade.up_to:
            return grade
    return rule.grades[-1]


def trophic_index(values: Mapping[str, object], rule: TrophicRule) -> TrophicResult:
    """Index of a lake from its values by item key; missing items are left out."""
    parts = {}
    for key, value in values.items():
        if key not in rule.items:
            raise InputError(f"The trophic index knows no item {key}.", fix=f"Use {', '.join(rule.items)}.")
        if measured(value, name=key) is None:
            continue
        parts[key] = sub_index(value, rule.items[key])
    index = combine(parts, rule)
    return TrophicResult(index, grade_of(index, rule), parts)
