"""Points and zones: how many points are of which class, and whether a well becomes better or worse."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from saishang.science.numbers import InputError, Number
from saishang.science.rounding import round_half_even
from saishang.science.trend import Spearman, TrendRule, spearman

__all__ = ["ClassShares", "WellTrend", "class_shares", "well_trend"]


@dataclass(frozen=True, slots=True)
class ClassShares:
    """Counts of points per class in one zone; points without a class leave the denominator and are counted apart."""

    zone: str
    counts: Mapping[int, int]
    without_class: int

    @property
    def evaluated(self) -> int:
        """Points with a class: the denominator of every share."""
        return sum(self.counts.values())

    def share(self, *classes: int) -> Decimal | None:
        """Share of points in those classes [%], one decimal; None when no point is evaluated."""
        if not self.evaluated:
            return None
        part = sum(self.counts.get(number, 0) for number in classes)
        return round_half_even(Fraction(100 * part, self.evaluated), 1)

    @property
    def class_five(self) -> Decimal | None:
        """Share of Ⅴ points [%], the national assessment figure (地下水国考点位Ⅴ类水比例)."""
        return self.share(5)


def class_shares(points: Iterable[tuple[str, str, int | None]]) -> tuple[ClassShares, ...]:
    """Count classes by zone, zones in the order in which they first appear.

    Parameters
    ----------
    points:
        (point, zone, class 1 … 5 or None) of every point that should be evaluated.

    Raises
    ------
    InputError
        When a point stands twice in a zone or a class is not 1 … 5.
    """
    zones: dict[str, tuple[dict[int, int], list[int]]] = {}
    seen: set[tuple[str, str]] = set()
    for point, zone, number in points:
        if (point, zone) in seen:
            raise InputError(f"The point {point} stands twice in {zone}.", fix="Give one class per point and zone.")
        seen.add((point, zone))
        counts, missing = zones.setdefault(zone, (dict.fromkeys(range(1, 6), 0), []))
        if number is None:
            missing.append(1)
        elif number in counts:
            counts[number] += 1
        else:
            raise InputError(f"A class is 1 to 5, got {number!r} for {point}.", fix="Give 1 to 5, or none.")
    return tuple(ClassShares(zone, counts, len(missing)) for zone, (counts, missing) in zones.items())


@dataclass(frozen=True, slots=True)
class WellTrend:
    """Trend of one item in one well: for contents, rising is worse."""

    item: str
    spearman: Spearman

    @property
    def worse(self) -> bool | None:
        """Whether contents rise significantly; None when it cannot be told."""
        verdict = self.spearman.trend
        return None if verdict == "not evaluated" else verdict == "up"


def well_trend(item: str, yearly: Sequence[Number], rule: TrendRule) -> WellTrend:
    """Rank correlation of a well's yearly means with the years (Spearman, one item, no gaps)."""
    return WellTrend(item, spearman(yearly, rule))
