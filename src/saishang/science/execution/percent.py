"""Percent complete (完成率) of an item, from its milestones.

Own rule (docs/decisions/2026-11-30-execution.md): reached weight over all weight, rounded down to a whole per cent, so
that 100 means that everything is reached. Without milestones nothing can be computed: unknown is not zero.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

__all__ = ["Step", "expected_percent", "percent_complete"]


@dataclass(frozen=True, slots=True)
class Step:
    """A milestone (里程碑): its weight (> 0), the day by which it is due, the day on which it was reached."""

    weight: Decimal
    due: date | None
    reached: date | None


def percent_complete(steps: Iterable[Step], on: date) -> int | None:
    """Whole per cent of the weight that was reached by a day; None without milestones.

    Raises
    ------
    ValueError
        For a weight that is not above zero.
    """
    return _share(list(steps), lambda step: step.reached is not None and step.reached <= on)


def expected_percent(steps: Iterable[Step], on: date) -> int | None:
    """Whole per cent of the weight whose due day is over; None without milestones, or when one has no due day.

    The due day itself is still in time, as for the item (`standing`).
    """
    listed = list(steps)
    if any(step.due is None for step in listed):
        return None
    return _share(listed, lambda step: step.due is not None and step.due < on)


def _share(steps: list[Step], counts: Callable[[Step], bool]) -> int | None:
    if not steps:
        return None
    if any(step.weight <= 0 for step in steps):
        raise ValueError("expected weights of milestones above zero")
    whole = sum((Fraction(step.weight) for step in steps), Fraction(0))
    part = sum((Fraction(step.weight) for step in steps if counts(step)), Fraction(0))
    return int(100 * part / whole)
