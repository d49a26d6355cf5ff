"""Black-odorous water (黑臭水体): grade of a sample, a point, a stretch, a water body (城市黑臭水体整治工作指南).

A sample takes the worst of its four items. A point is heavy when one item is heavy in 60 % of its data, or two items
in 30 %; three heavy neighbours make a heavy stretch; 60 % heavy points make a heavy water body.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from saishang.science.detection import measured
from saishang.science.numbers import InputError, Number, exact

__all__ = [
    "BlackItem",
    "BlackRule",
    "PointGrade",
    "SampleGrade",
    "body_grade",
    "heavy_stretches",
    "item_grade",
    "point_from_samples",
    "point_grade",
    "sample_grade",
]

NONE, MILD, HEAVY = 0, 1, 2


@dataclass(frozen=True, slots=True)
class BlackItem:
    """Bounds of one item [unit of the item]; `low` items are bad when small, others when large."""

    key: str
    low: bool
    mild_at: Fraction
    heavy_beyond: Fraction


@dataclass(frozen=True)
class BlackRule:
    """Items, words of the grades 0, 1, 2, and the shares of the rules for points and bodies [%]."""

    items: Mapping[str, BlackItem]
    grades: tuple[str, str, str]
    ends_are_mild: bool = True
    one_item_share: Fraction = Fraction(60)
    two_items_share: Fraction = Fraction(30)
    neighbours: int = 3
    body_share: Fraction = Fraction(60)
    shallow_below: Fraction = Fraction(25)
    shallow_share: Fraction = Fraction(2, 5)
    least_points: int = 3
    least_times: int = 3


@dataclass(frozen=True, slots=True)
class SampleGrade:
    """Grade of a sample or of a point, None while one of the `missing` items could make it worse."""

    grade: int | None
    missing: tuple[str, ...] = ()


def item_grade(value: Fraction, item: BlackItem, *, ends_are_mild: bool = True) -> int:
    """0 not black, 1 mild, 2 heavy; the heavy bound itself is mild (10 cm, 0.2, -200 mV, 15)."""
    beyond, at = (value < item.heavy_beyond, value < item.mild_at) if item.low else (
        value > item.heavy_beyond, value > item.mild_at
    )  # fmt: skip
    if beyond:
        return HEAVY
    return MILD if at or (ends_are_mild and value == item.mild_at) else NONE


def sample_grade(values: Mapping[str, object], rule: BlackRule, *, depth_cm: Number | None = None) -> SampleGrade:
    """Grade of one sample: its worst item.

    Parameters
    ----------
    depth_cm:
        Depth of the water; below 25 cm 40 % of it stands for the transparency.

    Returns
    -------
    One heavy item makes a heavy sample whatever the others are; without one, all items are needed: what was not
    measured is no pass.

    Raises
    ------
    InputError
        Without any item, or for one that the rule does not know.
    """
    present = dict(values)
    if depth_cm is not None and exact(depth_cm, name="depth_cm") < rule.shallow_below:
        present["sd_cm"] = exact(depth_cm, name="depth_cm") * rule.shallow_share
    unknown = [key for key in present if key not in rule.items]
    if unknown:
        raise InputError(f"Black-odorous water knows no item {unknown[0]}.", fix=f"Use {', '.join(rule.items)}.")
    found, missing = [], []
    for key, item in rule.items.items():
        read = measured(present.get(key), name=key, negative=key == "orp")
        if read is None:
            missing.append(key)
        else:
            found.append(item_grade(read.value, item, ends_are_mild=rule.ends_are_mild))
    if not found:
        raise InputError("A sample needs at least one item.", fix=f"Give {', '.join(rule.items)}.")
    worst = max(found)
    return SampleGrade(None if missing and worst != HEAVY else worst, tuple(missing))


def point_grade(heavy_counts: Mapping[str, Number | None], samples: Number, rule: BlackRule) -> SampleGrade:
    """Grade of a point of a black-odorous body from how many of its samples were heavy in each item: mild or heavy.

    Parameters
    ----------
    heavy_counts:
        Item (`sd` stands for `sd_cm`) → heavy samples; an item that is absent or None was not counted.

    Returns
    -------
    Heavy as soon as the counts there are suffice; mild only when every item was counted.

    Raises
    ------
    InputError
        For an unknown item, without samples, or with more heavy ones than there are.
    """
    total = exact(samples, name="samples")
    if total <= 0:
        raise InputError("A point needs at least one sample.", fix="Give the number of samples.")
    counts = {"sd_cm" if key == "sd" else key: count for key, count in heavy_counts.items()}
    unknown = [key for key in counts if key not in rule.items]
    if unknown:
        raise InputError(f"Black-odorous water knows no item {unknown[0]}.", fix=f"Use {', '.join(rule.items)}.")
    parts, missing = [], []
    for key in rule.items:
        count = counts.get(key)
        if count is None:
            missing.append(key)
            continue
        share = exact(count, name=key) * 100 / total
        if not 0 <= share <= 100:
            raise InputError(f"{key} was heavy in {count} of {samples} samples.", fix="Check the counts.")
        parts.append(share)
    one = any(share >= rule.one_item_share for share in parts)
    two = sum(share >= rule.two_items_share for share in parts) >= 2
    return SampleGrade(HEAVY if one or two else None if missing else MILD, tuple(missing))


@dataclass(frozen=True)
class PointGrade:
    """A point over several samples.

    Attributes
    ----------
    grade:
        0, 1, 2; None while an item that was never measured could make it worse.
    data, heavy:
        Item → how many samples have it, and how many of those are heavy.
    """

    grade: int | None
    data: Mapping[str, int]
    heavy: Mapping[str, int]
    missing: tuple[str, ...]


def point_from_samples(samples: Sequence[Mapping[str, object]], rule: BlackRule) -> PointGrade:
    """Grade of a point from its samples: heavy when one item is heavy in 60 % of its data, or two in 30 %.

    Parameters
    ----------
    samples:
        Values by item key, `depth_cm` beside them where the water is shallow (see `sample_grade`).

    The guide has no rule for a point that is not black: here it is one whose every value is not black. What is
    neither is mild.
    """
    data, heavy = dict.fromkeys(rule.items, 0), dict.fromkeys(rule.items, 0)
    worst = NONE
    for sample in samples:
        present = dict(sample)
        depth = measured(present.pop("depth_cm", None), name="depth_cm")
        if depth is not None and depth.value < rule.shallow_below:
            present["sd_cm"] = depth.value * rule.shallow_share
        for key, item in rule.items.items():
            read = measured(present.get(key), name=key, negative=key == "orp")
            if read is None:
                continue
            grade = item_grade(read.value, item, ends_are_mild=rule.ends_are_mild)
            data[key] += 1
            heavy[key] += grade == HEAVY
            worst = max(worst, grade)
    shares = [Fraction(100 * heavy[key], data[key]) for key in rule.items if data[key]]
    missing = tuple(key for key in rule.items if not data[key])
    one = any(share >= rule.one_item_share for share in shares)
    two = sum(share >= rule.two_items_share for share in shares) >= 2
    if one or two:
        return PointGrade(HEAVY, data, heavy, missing)
    return PointGrade(None if missing else MILD if worst != NONE else NONE, data, heavy, missing)


def heavy_stretches(points: Sequence[int], rule: BlackRule) -> tuple[tuple[int, int], ...]:
    """Stretches between three or more heavy neighbours: (first, last) places of the points, counted from 0."""
    found = []
    start: int | None = None
    for place, grade in enumerate([*points, NONE]):
        if grade == HEAVY and start is None:
            start = place
        elif grade != HEAVY and start is not None:
            if place - start >= rule.neighbours:
                found.append((start, place - 1))
            start = None
    return tuple(found)


def body_grade(points: Sequence[int], rule: BlackRule) -> int:
    """Grade of the water body: heavy from 60 % heavy points on; else mild when any point is bad, else not black."""
    if not points:
        raise InputError("A water body needs at least one point.", fix="Give the grades of its points.")
    heavy = Fraction(100 * sum(grade == HEAVY for grade in points), len(points))
    if heavy >= rule.body_share:
        return HEAVY
    return MILD if any(grade != NONE for grade in points) else NONE
