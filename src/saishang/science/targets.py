"""Where a target (目标) stands: the path from baseline to goal, the distance to it, and the state that follows.

Own design (docs/decisions/2026-11-23-target-states.md); the plan and the standards say nothing about it. The rules:

- A withheld goal (`**%`) is *undetermined*: never filled in, never met.
- Without a valid value that is recent enough the target is *not evaluated*, and the reason says what is missing.
- Values are compared with the goal after rounding to the decimals of the comparison (GB/T 8170).
- *met* needs a value of the goal's year or later, and that year to be over. Before that a value that already satisfies
  the goal is *on track*: a level reached once can be lost again, as Ningxia's PM2.5 of 2021 was.
- A missed interim path never fails a target before its year: it is *at risk* or *off track*.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

__all__ = ["Goal", "PathPoint", "Standing", "Status", "judge", "level_after_change", "satisfies", "straight_path"]

Status = Literal["met", "on_track", "at_risk", "off_track", "not_evaluated", "undetermined"]
Comparator = Literal[">=", ">", "<=", "<", "=", "~"]
Direction = Literal["lower", "higher", "equal"]


@dataclass(frozen=True)
class PathPoint:
    """Expected value of one year on the way to the goal."""

    year: int
    value: Decimal


@dataclass(frozen=True)
class Goal:
    """What was promised: `value` None means withheld; `year` None means a standing state without a date."""

    value: Decimal | None
    comparator: Comparator
    year: int | None
    undetermined: bool = False


@dataclass(frozen=True)
class Standing:
    """Result of `judge`.

    `reason` is a key of `reasons` in rules/indicators/status.yaml, where its words stand in both languages, filled
    with `detail`. `expected` is the path's value in the value's year, `distance` = value − goal [unit].
    """

    status: Status
    reason: str
    detail: Mapping[str, str | int] = field(default_factory=dict)
    expected: Decimal | None = None
    distance: Decimal | None = None


def straight_path(baseline: PathPoint, goals: Sequence[PathPoint]) -> tuple[PathPoint, ...]:
    """Yearly values on straight lines from the baseline through each goal in turn.

    Parameters
    ----------
    baseline, goals:
        Points [unit of the indicator]; goals in any order, all later than the baseline.

    Raises
    ------
    ValueError
        When a goal is not later than the baseline, or two goals share a year.

    Examples
    --------
    >>> straight_path(PathPoint(2020, Decimal(33)), [PathPoint(2023, Decimal(30))])[1]
    PathPoint(year=2021, value=Decimal('32'))
    """
    points = [baseline, *sorted(goals, key=lambda p: p.year)]
    if any(after.year <= before.year for before, after in itertools.pairwise(points)):
        years = ", ".join(str(p.year) for p in points)
        raise ValueError(f"expected a baseline year and later goal years, each once; got {years}")
    path = [baseline]
    for before, after in itertools.pairwise(points):
        span = after.year - before.year
        path += [
            PathPoint(year, before.value + (after.value - before.value) * (year - before.year) / span)
            for year in range(before.year + 1, after.year + 1)
        ]
    return tuple(path)


_COMPARE: dict[str, Callable[[Decimal, Decimal], bool]] = {
    ">=": lambda value, goal: value >= goal,
    ">": lambda value, goal: value > goal,
    "<=": lambda value, goal: value <= goal,
    "<": lambda value, goal: value < goal,
    "=": lambda value, goal: value == goal,
}


def satisfies(value: Decimal, comparator: Comparator, goal: Decimal, direction: Direction) -> bool:
    """Whether a rounded value keeps the promise.

    `~` (左右, about) is read in the direction of the indicator, since no tolerance is written; so is `=` (达到, reach)
    where more, or less, is better: 达到60% is kept by 61 %.
    """
    if comparator in ("~", "=") and direction != "equal":
        comparator = ">=" if direction == "higher" else "<="
    if comparator == "~":
        return value == goal
    return _COMPARE[comparator](value, goal)


def level_after_change(
    base: Decimal, amount: Decimal, change: Literal["rise", "drop"], comparator: Comparator, *, percent: bool
) -> tuple[Decimal, Comparator]:
    """Level that a promised change asks for: 比2020年下降18% of 50 is at most 41.

    Parameters
    ----------
    base:
        Value of the base year [unit of the indicator].
    amount, comparator:
        What is said of the change: `>=` 18 is 18 % or more; `~` and `=` are read as at least that much.
    percent:
        Whether `amount` is a share of the base; else it is in the indicator's unit (of a share: in points).

    Examples
    --------
    >>> level_after_change(Decimal(50), Decimal(18), "drop", ">=", percent=True)
    (Decimal('41'), '<=')
    >>> level_after_change(Decimal(76), Decimal(2), "rise", ">", percent=False)
    (Decimal('78'), '>')
    """
    step = base * amount / 100 if percent else amount
    asked: Comparator = ">=" if comparator in ("=", "~") else comparator
    if change == "rise":
        return base + step, asked
    turned: dict[Comparator, Comparator] = {">=": "<=", ">": "<", "<=": ">=", "<": ">"}
    return base - step, turned[asked]


def judge(
    goal: Goal,
    value: Decimal | None,
    value_year: int | None,
    *,
    direction: Direction,
    path: Sequence[PathPoint] = (),
    as_of_year: int,
    max_age_years: int,
    at_risk_band: Decimal,
    missing_reason: str = "",
    year_over: bool = True,
) -> Standing:
    """State of one target.

    Parameters
    ----------
    value:
        Latest valid value, already rounded to the decimals of the comparison [unit]; None when there is none.
    value_year:
        The year it belongs to.
    path:
        Expected values by year; empty when no baseline is known.
    as_of_year:
        Year of the evaluation date: a value older than `max_age_years` says nothing about today.
    at_risk_band:
        How far behind the path still counts as at risk, in percent of the goal.
    missing_reason:
        Key of the reason why there is no value, from the coverage check.
    year_over:
        Whether `as_of_year` is over; a value of the goal's own year decides nothing before that year has ended.
    """
    if goal.undetermined or goal.value is None:
        return Standing("undetermined", "goal_withheld")
    if value is None or value_year is None:
        return Standing("not_evaluated", missing_reason or "no_value")
    distance = value - goal.value
    if as_of_year - value_year > max_age_years:
        detail = {"value_year": value_year, "as_of_year": as_of_year, "max_age": max_age_years}
        return Standing("not_evaluated", "value_too_old", detail, distance=distance)
    kept = satisfies(value, goal.comparator, goal.value, direction)
    years: dict[str, str | int] = {"value_year": value_year}
    if goal.year is None:
        return Standing("met" if kept else "off_track", f"standing_{_kept(kept)}", years, distance=distance)
    years["goal_year"] = goal.year
    if value_year > goal.year or (value_year == goal.year and (year_over or as_of_year > goal.year)):
        return Standing("met" if kept else "off_track", f"goal_year_{_kept(kept)}", years, distance=distance)
    by_year = {point.year: point.value for point in path}
    expected = by_year.get(value_year)
    if kept:
        return Standing("on_track", "already_at_goal", years, expected, distance)
    if expected is None:
        return Standing("not_evaluated", "no_baseline", years, None, distance)
    behind = value - expected if direction == "lower" else expected - value
    if behind <= 0:
        return Standing("on_track", "on_path", years, expected, distance)
    if behind <= abs(goal.value) * at_risk_band / 100:
        return Standing("at_risk", "little_behind", years, expected, distance)
    return Standing("off_track", "far_behind", years, expected, distance)


def _kept(kept: bool) -> str:
    return "kept" if kept else "missed"
