"""City index of surface water (城市水质指数 CWQI), its change and ranking, 环办监测〔2017〕51号.

An item's index is its mean over the limit of class Ⅲ; of dissolved oxygen the limit over the mean; of pH the distance
from 7 over the room there is on that side. A river or lake index is the sum of its items, the city's the mean of both
weighted by the numbers of sections and points. Smaller is better, and so is a negative change.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from saishang.science.detection import HALF, measured
from saishang.science.numbers import InputError, Number, exact
from saishang.science.water.limits import Body, SurfaceLimits

__all__ = [
    "CwqiRule",
    "change_percent",
    "city_index",
    "exempt_from_change",
    "item_index",
    "missing_items",
    "water_index",
]


@dataclass(frozen=True)
class CwqiRule:
    """Items, limits and the shape of the pH index; `name` is the basis that is stored with every result."""

    name: str
    items: frozenset[str]
    limits: SurfaceLimits
    limit_class: int = 3
    neutral: Fraction = Fraction(7)
    low: Fraction = Fraction(6)
    high: Fraction = Fraction(9)
    below_share: Fraction = HALF
    decimals: int = 4
    change_decimals: int = 1


def item_index(parameter: str, value: Fraction, rule: CwqiRule, body: Body = "river") -> Fraction:
    """Index of one item's mean concentration.

    Raises
    ------
    InputError
        For oxygen of zero, whose index does not exist.
    """
    if parameter == "PH":
        room = rule.neutral - rule.low if value <= rule.neutral else rule.high - rule.neutral
        return abs(value - rule.neutral) / room
    bound = rule.limits.of(body)[parameter].bound(rule.limit_class)
    if parameter == "DO":
        if value == 0:
            raise InputError("Dissolved oxygen of 0 has no index.", fix="Check the value, or leave it out.")
        return bound / value
    return value / bound


def missing_items(means: Mapping[str, object], rule: CwqiRule) -> tuple[str, ...]:
    """Items of the list that are named without a value: a sum without them would flatter the place."""
    return tuple(name for name, value in means.items() if name in rule.items and measured(value, name=name) is None)


def water_index(means: Mapping[str, object], rule: CwqiRule, body: Body = "river") -> Fraction:
    """Index of a river or lake: sum over the items given; items that are not of the list are left out.

    Raises
    ------
    InputError
        When no item of the list is given.
    """
    found = []
    for parameter, value in means.items():
        read = measured(value, name=parameter, share=rule.below_share)
        if parameter in rule.items and read is not None:
            found.append(item_index(parameter, read.value, rule, body))
    if not found:
        raise InputError("The index needs at least one item of its list.", fix=f"Give some of {sorted(rule.items)}.")
    return sum(found, Fraction(0))


def city_index(
    river: Number | None, river_sections: Number | None, lake: Number | None, lake_points: Number | None
) -> Fraction:
    """(CWQI_river · M + CWQI_lake · N) / (M + N); with only one of them that one.

    Raises
    ------
    InputError
        When neither is given, or an index stands without its number of sections.
    """
    parts = []
    for name, index, number in (("river", river, river_sections), ("lake", lake, lake_points)):
        if index is None:
            continue
        weight = Fraction(1) if number is None and (river is None or lake is None) else exact(number, name=name)
        if weight <= 0:
            raise InputError(f"The number of {name} sections must be above 0.", fix="Give M and N, or leave it out.")
        parts.append((exact(index, name=f"{name}_index"), weight))
    if not parts:
        raise InputError(
            "A city needs a river index or a lake index.", fix="Give river_index with M, lake_index with N."
        )
    return sum((i * w for i, w in parts), Fraction(0)) / sum((w for _, w in parts), Fraction(0))


def change_percent(now: Number, base: Number) -> Fraction:
    """(CWQI - CWQI0) / CWQI0 in per cent; negative is better."""
    before = exact(base, name="base")
    if before == 0:
        raise InputError("The base index is 0: its change has no meaning.", fix="Give the index of the base period.")
    return (exact(now, name="now") - before) * 100 / before


def exempt_from_change(
    now: Mapping[str, int], base: Mapping[str, int], targets: Mapping[str, int], *, limit_class: int = 2
) -> bool:
    """Whether a place leaves the change list: all its sections at `limit_class` or better in both periods, and within
    their targets (drains of Ningxia: class Ⅲ instead of Ⅱ). A section without a class keeps the place in the list.
    """
    if not now or set(now) != set(base):
        return False
    kept = all(classes[name] <= limit_class for classes in (now, base) for name in now)
    return kept and all(now[name] <= target for name, target in targets.items() if name in now)
