"""Long-term monitoring points (长期监测点): what changed between two rounds, and which points need a look.

A point is compared with itself only: same item, same depth, same land use. Laboratories differ by some percent, so a
rise counts from a tolerance on; over a value is told whatever the tolerance.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from saishang.science.numbers import InputError, exact, non_negative
from saishang.science.rounding import round_half_even
from saishang.science.soil.farmland import FarmlandVerdict

__all__ = ["PointChange", "RoundShares", "item_changes", "round_shares"]

Direction = Literal["rising", "falling", "steady", "cannot_tell"]


@dataclass(frozen=True, slots=True)
class PointChange:
    """One item of one point in two rounds [mg/kg]; `percent` None when a value is missing or the first is 0."""

    point: str
    item: str
    before: Fraction | None
    now: Fraction | None
    percent: Fraction | None
    direction: Direction


def item_changes(
    point: str, before: Mapping[str, object], now: Mapping[str, object], *, tolerance_percent: object = 20
) -> tuple[PointChange, ...]:
    """Changes of every item of either round, by name.

    Parameters
    ----------
    tolerance_percent:
        A change up to this is steady (ours: laboratories differ; 20%).

    Raises
    ------
    InputError
        For a negative content or tolerance.
    """
    allowed = exact(tolerance_percent, name="tolerance_percent")
    if allowed < 0:
        raise InputError("tolerance_percent must not be negative.", fix="Give 20.")
    found = []
    for item in sorted({*before, *now}):
        old, new = non_negative(before.get(item), name=item), non_negative(now.get(item), name=item)
        percent = None if old is None or new is None or old == 0 else 100 * (new - old) / old
        found.append(PointChange(point, item, old, new, percent, _direction(old, new, percent, allowed)))
    return tuple(found)


def _direction(old: Fraction | None, new: Fraction | None, percent: Fraction | None, allowed: Fraction) -> Direction:
    if old is None or new is None:
        return "cannot_tell"
    if percent is None:  # the first round found nothing
        return "rising" if new > 0 else "steady"
    return "steady" if abs(percent) <= allowed else "rising" if percent > 0 else "falling"


@dataclass(frozen=True, slots=True)
class RoundShares:
    """Points of one round by category; those without a category leave the denominator."""

    priority: int
    safe_use: int
    strict: int
    without: int

    @property
    def within_screening(self) -> Decimal | None:
        """Share of points within all screening values [%], one decimal (点位达标率); None without any point."""
        evaluated = self.priority + self.safe_use + self.strict
        return round_half_even(Fraction(100 * self.priority, evaluated), 1) if evaluated else None


def round_shares(verdicts: Iterable[FarmlandVerdict]) -> RoundShares:
    """Count the categories of a round's points."""
    found = [verdict.category for verdict in verdicts]
    return RoundShares(found.count("priority"), found.count("safe_use"), found.count("strict"), found.count(None))
