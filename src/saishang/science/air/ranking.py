"""Ranking of cities (城市环境空气质量排名): by index, and by improvement on the same period of the year before.

Equal values share a rank and the next ranks are skipped (1, 2, 2, 4). Who has no value has no rank: missing is not
last, and not first.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from fractions import Fraction

from saishang.science.numbers import InputError, Number, exact, exact_or_none
from saishang.science.rounding import round_half_even

__all__ = ["change_rate", "improvement_ranking", "rank", "worst_change_candidates"]


def rank(values: Mapping[str, object], *, descending: bool = False) -> dict[str, int | None]:
    """Rank of each name, best (smallest) first; in the result too, with the order given kept among equals.

    Parameters
    ----------
    values:
        Name → value as it is published (composite indices are compared as published, with two decimals); None = no
        value.

    Returns
    -------
    Name → rank from 1; None for names without a value, at the end.
    """
    numbers = {name: exact_or_none(value, name=name) for name, value in values.items()}
    present = {name: number for name, number in numbers.items() if number is not None}
    ordered = sorted(present, key=lambda name: -present[name] if descending else present[name])
    ranks: dict[str, int | None] = {}
    for place, name in enumerate(ordered, start=1):
        previous = ordered[place - 2] if place > 1 else None
        shared = previous is not None and present[previous] == present[name]
        ranks[name] = ranks[previous] if shared and previous is not None else place
    return ranks | {name: None for name, number in numbers.items() if number is None}


def change_rate(current: Number, previous: Number) -> Fraction:
    """Percent change `(current - previous) / previous × 100`, unrounded; negative is an improvement.

    Raises
    ------
    InputError
        When `previous` is not above 0: a change on nothing has no percentage.
    """
    base = exact(previous, name="previous")
    if base <= 0:
        raise InputError(
            f"previous must be above 0, got {previous}.", fix="Give the same period's value of the year before."
        )
    return (exact(current, name="current") - base) / base * 100


def improvement_ranking(
    current: Mapping[str, object], previous: Mapping[str, object], *, decimals: int = 1
) -> dict[str, tuple[Fraction | None, int | None]]:
    """Rank by percent change, the largest fall first; equal changes (as published, `decimals` places) share a rank.

    Returns
    -------
    Name → (unrounded change in percent, rank), in the order of `current`; (None, None) where either value is missing.
    """
    changes: dict[str, Fraction | None] = {}
    for name, value in current.items():
        now = exact_or_none(value, name=name)
        before = exact_or_none(previous.get(name), name=f"{name} (previous)")
        changes[name] = None if now is None or before is None else change_rate(now, before)
    published = {
        name: None if change is None else round_half_even(change, decimals) for name, change in changes.items()
    }
    ranks = rank(published)
    return {name: (change, ranks[name]) for name, change in changes.items()}


def worst_change_candidates(changes: Mapping[str, object], attaining: Collection[str]) -> tuple[str, ...]:
    """Cities that may stand in the list of worst changes: those that attain every class 2 limit are left out.

    The change-ranking scheme of 2017 protects a clean city from being named for a small rise.
    """
    return tuple(name for name, change in changes.items() if change is not None and name not in attaining)
