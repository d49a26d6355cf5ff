"""Where a target (目标) stands: the path from baseline to goal, the distance to it, and the state that follows.

Own design (docs/decisions/2026-11-23-target-states.md); the plan and the standards say nothing about it. The rules:

- A withheld goal (`**%`) is *undetermined*: never filled in, never met.
- Without a valid value that is recent enough the target is *not evaluated*, and the reason says what is missing.
- Values are compared with the goal after rounding to the decimals of the comparison (GB/T 8170).
- *met* needs a value of the goal's year or later. Before that year a value that already satisfies the goal is
  *on track*: a level reached once can be lost again, as Ningxia's PM2.5 of 2021 was.
- A missed interim path never fails a target before its year: it is *at risk* or *off track*.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

__all__ = ["Goal", "PathPoint", "Standing", "Status", "judge", "satisfies", "straight_path"]

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
    """Result of `judge`. `expected` is the path's value in the value's year, `distance` = value − goal [unit]."""

    status: Status
    reason: str
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
    if any(after.year <= before.year for before, after in zip(points, points[1:], strict=False)):
        years = ", ".join(str(p.year) for p in points)
        raise ValueError(f"expected a baseline year and later goal years, each once; got {years}")
    path = [baseline]
    for before, after in zip(points, points[1:], strict=False):
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
        Why there is no value, in the words of the coverage check.
    """
    if goal.undetermined or goal.value is None:
        return Standing("undetermined", "目标值在文件中未公布（**），待牵头单位确定")
    if value is None or value_year is None:
        return Standing("not_evaluated", missing_reason or "没有有效数值")
    distance = value - goal.value
    if as_of_year - value_year > max_age_years:
        return Standing(
            "not_evaluated",
            f"最近的有效数值为{value_year}年，距评估年度{as_of_year}超过{max_age_years}年，不足以判断现状",
            distance=distance,
        )
    kept = satisfies(value, goal.comparator, goal.value, direction)
    if goal.year is None:
        state: Status = "met" if kept else "off_track"
        return Standing(state, f"{value_year}年{'满足' if kept else '未满足'}常态要求", distance=distance)
    if value_year >= goal.year:
        state = "met" if kept else "off_track"
        return Standing(state, f"目标年度{goal.year}的数值{'满足' if kept else '未满足'}目标", distance=distance)
    by_year = {point.year: point.value for point in path}
    expected = by_year.get(value_year)
    if kept:
        return Standing("on_track", f"{value_year}年已达到{goal.year}年目标水平，需保持", expected, distance)
    if expected is None:
        return Standing("not_evaluated", "没有基准年数值，无法给出时间进度；仅列出与目标的差距", None, distance)
    behind = value - expected if direction == "lower" else expected - value
    if behind <= 0:
        return Standing("on_track", f"{value_year}年数值不劣于时间进度要求", expected, distance)
    if behind <= abs(goal.value) * at_risk_band / 100:
        return Standing("at_risk", f"{value_year}年数值略劣于时间进度要求", expected, distance)
    return Standing("off_track", f"{value_year}年数值明显劣于时间进度要求", expected, distance)
