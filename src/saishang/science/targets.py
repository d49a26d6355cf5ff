"""Where a target (目标) stands: the path from baseline to goal, the distance to it, and the state that follows.

Own design (docs/decisions/2026-11-23-target-states.md, 2026-11-30-target-objects.md); the plan and the standards say
nothing about it. The rules:

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

__all__ = [
    "Comparator",
    "Direction",
    "Goal",
    "PathPoint",
    "Standing",
    "Status",
    "Tolerance",
    "entered_path",
    "judge",
    "level_after_change",
    "satisfies",
    "stepped_path",
    "straight_path",
]

Status = Literal["met", "on_track", "at_risk", "off_track", "not_evaluated", "undetermined"]
Comparator = Literal[">=", ">", "<=", "<", "=", "~"]
Direction = Literal["lower", "higher", "equal"]


@dataclass(frozen=True)
class PathPoint:
    """Expected value of one year on the way to the goal."""

    year: int
    value: Decimal


@dataclass(frozen=True)
class Tolerance:
    """How far behind the path a value still counts as *at risk* (容差), not yet as *off track*.

    `of` says what `value` counts in: `percent` of the goal, or the indicator's own `unit`.
    """

    value: Decimal
    of: Literal["percent", "unit"] = "percent"

    def amount(self, goal: Decimal) -> Decimal:
        """The tolerance in the indicator's unit.

        Examples
        --------
        >>> Tolerance(Decimal(5)).amount(Decimal(30)), Tolerance(Decimal(2), "unit").amount(Decimal(30))
        (Decimal('1.5'), Decimal('2'))
        """
        return abs(goal) * self.value / 100 if self.of == "percent" else self.value


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
    points = _ordered(baseline, goals)
    path = [baseline]
    for before, after in itertools.pairwise(points):
        span = after.year - before.year
        path += [
            PathPoint(year, before.value + (after.value - before.value) * (year - before.year) / span)
            for year in range(before.year + 1, after.year + 1)
        ]
    return tuple(path)


def stepped_path(baseline: PathPoint, steps: Sequence[PathPoint]) -> tuple[PathPoint, ...]:
    """Yearly values that stay where they are until the year of the next step (阶梯式): nothing is asked between.

    Parameters
    ----------
    baseline, steps:
        As for `straight_path`; the last step is the goal.

    Raises
    ------
    ValueError
        When a step is not later than the baseline, or two steps share a year.

    Examples
    --------
    >>> [str(p.value) for p in stepped_path(PathPoint(2020, Decimal(33)), [PathPoint(2022, Decimal(30))])]
    ['33', '33', '30']
    """
    known = {point.year: point.value for point in _ordered(baseline, steps)}
    path = [baseline]
    for year in range(baseline.year + 1, max(known) + 1):
        path.append(PathPoint(year, known.get(year, path[-1].value)))
    return tuple(path)


def entered_path(points: Sequence[PathPoint]) -> tuple[PathPoint, ...]:
    """Yearly values as an office entered them (逐年录入), in order; a year that nobody entered has none.

    Raises
    ------
    ValueError
        When two points share a year, or there are none.
    """
    if not points:
        raise ValueError("expected at least one year with its value; got none")
    first, *others = sorted(points, key=lambda p: p.year)
    return tuple(_ordered(first, others))


def _ordered(first: PathPoint, others: Sequence[PathPoint]) -> list[PathPoint]:
    points = [first, *sorted(others, key=lambda p: p.year)]
    if any(after.year <= before.year for before, after in itertools.pairwise(points)):
        years = ", ".join(str(p.year) for p in points)
        raise ValueError(f"expected a baseline year and later goal years, each once; got {years}")
    return points


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
    tolerance: Tolerance,
    missing_reason: str = "",
    year_over: bool = True,
    path_entered: bool = False,
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
    path_entered:
        Whether an office entered the path year by year: then a year that it left out is told as such.
    as_of_year:
        Year of the evaluation date: a value older than `max_age_years` says nothing about today.
    tolerance:
        How far behind the path still counts as at risk.
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
        return Standing("not_evaluated", "path_not_entered" if path_entered else "no_baseline", years, None, distance)
    behind = value - expected if direction == "lower" else expected - value
    if behind <= 0:
        return Standing("on_track", "on_path", years, expected, distance)
    if behind <= tolerance.amount(goal.value):
        return Standing("at_risk", "little_behind", years, expected, distance)
    return Standing("off_track", "far_behind", years, expected, distance)


def _kept(kept: bool) -> str:
    return "kept" if kept else "missed"
