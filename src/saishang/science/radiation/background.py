"""Alarms of automatic stations against their own background (自动站本底报警), never against a national mean.

The background of a gamma station is its own history: mean plus three standard deviations, passed by three values in a
row. Rain washes natural nuclides out of the air and lifts the dose rate for hours: such runs are flagged, not hidden.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Context, Decimal
from fractions import Fraction

from saishang.science.numbers import InputError, exact_or_none

__all__ = ["AlarmRule", "Background", "Run", "alarm_runs", "background_from_sums", "background_of", "runs_above"]

_CONTEXT = Context(prec=40)


@dataclass(frozen=True, slots=True)
class AlarmRule:
    """How many standard deviations, how many values in a row, and how much history a background needs."""

    sigmas: Fraction = Fraction(3)
    in_a_row: int = 3
    min_history: int = 30


@dataclass(frozen=True, slots=True)
class Background:
    """Mean and standard deviation (n - 1) of a history, and the level above which values count; unit of the values."""

    n: int
    mean: Fraction
    deviation: Fraction
    level: Fraction


@dataclass(frozen=True, slots=True)
class Run:
    """Values in a row above the level: index of the first and last, the highest, and whether rain fell with it."""

    first: int
    last: int
    highest: Fraction
    rain: bool


def background_of(history: Sequence[object], rule: AlarmRule) -> Background:
    """Background from a station's own values (missing ones are left out).

    Raises
    ------
    InputError
        When fewer than `min_history` values are there: a level from less would alarm at random.
    """
    values = [value for value in (exact_or_none(item, name="history") for item in history) if value is not None]
    if len(values) < max(rule.min_history, 2):
        raise InputError(
            f"A background needs {max(rule.min_history, 2)} values, got {len(values)}.", fix="Give a longer history."
        )
    squares = sum((value**2 for value in values), Fraction(0))
    return background_from_sums(len(values), sum(values, Fraction(0)), squares, rule)


def background_from_sums(n: int, total: Fraction, squares: Fraction, rule: AlarmRule) -> Background:
    """Background from the number of values (2 or more), their sum and that of their squares; exact, so days add up."""
    mean = total / n
    variance = (squares - n * mean**2) / (n - 1)
    root = _CONTEXT.sqrt(_CONTEXT.divide(Decimal(variance.numerator), Decimal(variance.denominator)))
    deviation = Fraction(root)
    return Background(n, mean, deviation, mean + rule.sigmas * deviation)


def alarm_runs(
    values: Sequence[object], background: Background, rule: AlarmRule, rain: Sequence[bool | None] | None = None
) -> tuple[Run, ...]:
    """Runs of at least `in_a_row` values above the level; a missing value ends a run, equal to the level is not above.

    Parameters
    ----------
    rain:
        For each value whether it rained in its interval or shortly before; None = not known, taken as no rain.
    """
    return runs_above(values, [background.level] * len(values), rule, rain)


def runs_above(
    values: Sequence[object],
    levels: Sequence[Fraction | None],
    rule: AlarmRule,
    rain: Sequence[bool | None] | None = None,
) -> tuple[Run, ...]:
    """As `alarm_runs` where every value has a level of its own; a value without one is not known to be above."""
    if rain is not None and len(rain) != len(values):
        raise InputError(f"{len(values)} values, but {len(rain)} entries of rain.", fix="Give one for each value.")
    numbers = [exact_or_none(value, name=f"values[{index}]") for index, value in enumerate(values)]
    above = [
        number is not None and level is not None and number > level
        for number, level in zip(numbers, levels, strict=True)
    ]
    found: list[Run] = []
    start: int | None = None
    for index, high in enumerate([*above, False]):
        if high and start is None:
            start = index
        elif not high and start is not None:
            if index - start >= rule.in_a_row:
                part = [number for number in numbers[start:index] if number is not None]
                wet = rain is not None and any(bool(flag) for flag in rain[start:index])
                found.append(Run(start, index - 1, max(part), wet))
            start = None
    return tuple(found)
