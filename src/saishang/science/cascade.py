"""Cascade (分解): how the goals of parts (cities, counties) add up to the goal of the whole, and proposals for them.

Own design (docs/decisions/2026-11-30-target-objects.md); the plan asks every city, county and the base to carry the
tasks out and gives no arithmetic. All sums are exact (`Fraction`) and are held against the goal *before* any rounding:
parts that add up only thanks to rounding do not add up.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor
from typing import Literal

from saishang.science.targets import Comparator, Direction, PathPoint, satisfies

__all__ = [
    "COMBINE",
    "SPLITS",
    "Check",
    "Combine",
    "Part",
    "Split",
    "YearCheck",
    "check",
    "check_years",
    "combined",
    "propose",
]

Combine = Literal["mean", "weighted", "sum", "each"]
#: How parts make the whole: 算术平均 (a region's air is the mean of its cities), 加权平均 (shares of unequal bases),
#: 合计 (amounts), 各自达到 (every part keeps the whole's own goal).
COMBINE: tuple[Combine, ...] = ("mean", "weighted", "sum", "each")

Split = Literal["same", "ratio", "step", "weight"]
#: How a proposal is made: 同一目标值, 等比例变化, 等幅度变化, 按权重分配.
SPLITS: tuple[Split, ...] = ("same", "ratio", "step", "weight")


@dataclass(frozen=True)
class Part:
    """One part of the whole.

    Attributes
    ----------
    region:
        Its code.
    value:
        Its goal [unit of the indicator]; None while nobody has set it.
    weight:
        What it counts in a weighted mean, above 0 [any unit, the same for all]; None = not entered.
    baseline:
        Its value in the base year [unit], for proposals.
    """

    region: str
    value: Decimal | None = None
    weight: Decimal | None = None
    baseline: Decimal | None = None


@dataclass(frozen=True)
class Check:
    """Whether the parts add up.

    Attributes
    ----------
    kept:
        True or False; None when it cannot be told, because something in `missing` or `unweighted` lacks.
    value:
        What the parts make together [unit]; None for `each`, or when it cannot be told.
    gap:
        `value` − goal [unit].
    missing, unweighted:
        Parts without a goal, without a weight.
    short:
        Of `each`: parts whose goal does not keep the whole's.
    """

    kept: bool | None
    value: Fraction | None = None
    gap: Fraction | None = None
    missing: tuple[str, ...] = ()
    unweighted: tuple[str, ...] = ()
    short: tuple[str, ...] = ()


@dataclass(frozen=True)
class YearCheck:
    """One year of the paths: what the whole expects, and what the parts' paths make together."""

    year: int
    expected: Decimal
    check: Check


def combined(values: Sequence[tuple[Decimal, Decimal | None]], combine: Combine) -> Fraction:
    """What parts make together.

    Parameters
    ----------
    values:
        (value, weight) of each part; weights are used by `weighted` only.

    Raises
    ------
    ValueError
        Without parts, for `each` (which makes no number), or for a weight that is missing or not above 0.

    Examples
    --------
    >>> combined([(Decimal(31), None), (Decimal(28), None)], "mean")
    Fraction(59, 2)
    >>> combined([(Decimal(90), Decimal(3)), (Decimal(80), Decimal(1))], "weighted")
    Fraction(175, 2)
    """
    if not values:
        raise ValueError("expected at least one part; got none")
    if combine == "sum":
        return sum((Fraction(value) for value, _ in values), Fraction(0))
    if combine == "mean":
        return sum((Fraction(value) for value, _ in values), Fraction(0)) / len(values)
    if combine == "weighted":
        total = Fraction(0)
        weights = Fraction(0)
        for value, weight in values:
            if weight is None or weight <= 0:
                raise ValueError(f"expected a weight above 0 for every part; got {weight}")
            total += Fraction(value) * Fraction(weight)
            weights += Fraction(weight)
        return total / weights
    raise ValueError("'each' compares every part and makes no number")


def check(
    goal: Decimal, comparator: Comparator, parts: Sequence[Part], combine: Combine, *, direction: Direction
) -> Check:
    """Whether the parts' goals make the whole keep its own; a part without a goal is never taken for a kept one.

    Parameters
    ----------
    goal, comparator, direction:
        What the whole promises, as in `targets.satisfies`.

    Examples
    --------
    >>> cities = [Part("a", Decimal(31)), Part("b", Decimal(29))]
    >>> check(Decimal(30), "<=", cities, "mean", direction="lower").kept
    True
    >>> check(Decimal(30), "<=", cities, "each", direction="lower").short
    ('a',)
    """
    missing = tuple(part.region for part in parts if part.value is None)
    set_ = [(part, part.value) for part in parts if part.value is not None]
    if combine == "each":
        short = tuple(part.region for part, value in set_ if not satisfies(value, comparator, goal, direction))
        # One part that falls short decides, whatever the missing ones will say.
        return Check(False if short else None if missing or not parts else True, missing=missing, short=short)
    unweighted = (
        tuple(part.region for part in parts if part.weight is None or part.weight <= 0) if combine == "weighted" else ()
    )
    if missing or unweighted or not parts:
        return Check(None, missing=missing, unweighted=unweighted)
    value = combined([(value, part.weight) for part, value in set_], combine)
    gap = value - Fraction(goal)
    return Check(_keeps(gap, comparator, direction), value, gap)


#: Points of a straight path are quotients cut at 28 digits; what differs beyond this digit is the cut, not a gap.
_DIGITS = 12


def _keeps(gap: Fraction, comparator: Comparator, direction: Direction) -> bool:
    """`satisfies` on an exact difference: the sign of the gap is all that a comparison asks."""
    gap = round(gap, _DIGITS)
    sign = Decimal((gap > 0) - (gap < 0))
    return satisfies(sign, comparator, Decimal(0), direction)


def check_years(
    whole: Sequence[PathPoint],
    parts: Mapping[str, Sequence[PathPoint]],
    weights: Mapping[str, Decimal | None],
    combine: Combine,
    *,
    direction: Direction,
) -> tuple[YearCheck, ...]:
    """The check for every year of the whole's path: do the parts' paths lead there together?

    Parameters
    ----------
    whole:
        Path of the whole; its first point is where it starts and is not checked.
    parts, weights:
        Path and weight by region; a part whose path lacks a year counts as missing in that year.
    """
    signs: dict[Direction, Comparator] = {"lower": "<=", "higher": ">=", "equal": "="}
    by_year = {region: {point.year: point.value for point in path} for region, path in parts.items()}
    return tuple(
        YearCheck(
            point.year,
            point.value,
            check(
                point.value, signs[direction],
                [Part(region, known.get(point.year), weights.get(region)) for region, known in by_year.items()],
                combine, direction=direction,
            ),
        )
        for point in list(whole)[1:]
    )  # fmt: skip


def propose(
    goal: Decimal,
    parts: Sequence[Part],
    combine: Combine,
    split: Split,
    *,
    direction: Direction,
    decimals: int,
    ceiling: Decimal | None = None,
) -> dict[str, Decimal | None]:
    """A first draft of the parts' goals, rounded towards the safe side so that they still add up.

    No part is asked for less than it had in the base year (不得变差): where equal change would allow it, its baseline
    stands, and together the parts do better than the goal.

    Parameters
    ----------
    split:
        `same`: everybody the goal; of a sum its equal part. `ratio`: every baseline times one factor. `step`: every
        baseline plus one amount. `weight`: of a sum by weight, else as `same`.
    decimals:
        Decimals of the drafted goals.
    ceiling:
        Highest value there is (100 of a share); a draft that stops there may fall short, which `check` tells.

    Returns
    -------
    dict
        Region → goal; None where the draft needs a baseline or a weight that is not there.

    Examples
    --------
    >>> cities = [Part("a", baseline=Decimal(40)), Part("b", baseline=Decimal(20))]
    >>> {k: str(v) for k, v in propose(Decimal(24), cities, "mean", "ratio", direction="lower", decimals=0).items()}
    {'a': '32', 'b': '16'}
    """
    known = [part for part in parts if part.baseline is not None]
    drafts: dict[str, Fraction | None] = {part.region: None for part in parts}
    if split in ("same", "weight"):
        drafts |= _shared(goal, parts, combine, split)
    elif known and len(known) == len(parts) and not (combine == "weighted" and any(not p.weight for p in parts)):
        base = _base(known, combine)
        for part in known:
            start = Fraction(part.baseline or 0)
            if split == "ratio" and base:
                drafts[part.region] = start * Fraction(goal) / base
            elif split == "step":
                each = (Fraction(goal) - base) / (len(known) if combine == "sum" else 1)
                drafts[part.region] = start + each
    baselines = {part.region: part.baseline for part in parts}
    return {
        region: None if draft is None else _safe(draft, baselines[region], direction, decimals, ceiling)
        for region, draft in drafts.items()
    }


def _shared(goal: Decimal, parts: Sequence[Part], combine: Combine, split: Split) -> dict[str, Fraction | None]:
    if combine != "sum":
        return {part.region: Fraction(goal) for part in parts}
    if split == "same":
        return {part.region: Fraction(goal) / len(parts) for part in parts}
    if any(part.weight is None or part.weight <= 0 for part in parts):
        return {}
    total = sum((Fraction(part.weight or 0) for part in parts), Fraction(0))
    return {part.region: Fraction(goal) * Fraction(part.weight or 0) / total for part in parts}


def _base(parts: Sequence[Part], combine: Combine) -> Fraction:
    """The whole's own start as its parts make it; of `each` their mean is asked."""
    return combined(
        [(part.baseline or Decimal(0), part.weight) for part in parts], "mean" if combine == "each" else combine
    )


def _safe(
    draft: Fraction, baseline: Decimal | None, direction: Direction, decimals: int, ceiling: Decimal | None
) -> Decimal:
    """Rounded to the better side, never worse than the baseline, never above the ceiling."""
    scaled = draft * 10**decimals
    whole = floor(scaled) if direction == "lower" else ceil(scaled)
    value = Decimal(whole).scaleb(-decimals)
    if baseline is not None:
        value = min(value, baseline) if direction == "lower" else max(value, baseline)
    return value if ceiling is None else min(value, ceiling)
