"""From a plan's targets and a run's values to the state of every target. Pure: no database, no clock."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from saishang.apps.indicators.catalogue import Baseline, Catalogue, Indicator
from saishang.apps.indicators.values import Value
from saishang.science.rounding import round_half_even
from saishang.science.targets import Comparator, Goal, PathPoint, Standing, judge, straight_path

__all__ = ["BASIS_ORDER", "PlanGoal", "State", "best_by_year", "judge_all"]

#: Which basis stands for a year when several do: the audited figure first, then what the target is written on.
#: Plans seldom name the basis; what was used is shown beside the state.
BASIS_ORDER = ("audited", "assessment", "dust_removed", "as_published", "measured")


@dataclass(frozen=True)
class PlanGoal:
    """A target as the plan gives it."""

    id: str
    item: str
    text: str
    indicator_text: str
    comparator: str
    value: Decimal | None
    year: int | None
    undetermined: bool
    kind: str
    region: str
    indicator: str | None = None
    aspirational: bool = False
    title_en: str = ""
    item_title: str = ""
    item_title_en: str = ""
    owners: tuple[str, ...] = ()
    unit: str = ""


@dataclass(frozen=True)
class State:
    """Where one target stands."""

    goal: PlanGoal
    indicator: Indicator | None
    standing: Standing
    comparator: str
    goal_value: Decimal | None
    value: Value | None = None
    path: tuple[PathPoint, ...] = ()
    detail: dict[str, Any] = field(default_factory=dict)


def best_by_year(values: Iterable[Value], indicator: Indicator) -> dict[int, Value]:
    """Per year the value that stands for it: valid, full year, best basis; measured by us before reported.

    A computed value on the target's own basis goes first of all: it can be followed to its rows.
    """
    chosen: dict[int, Value] = {}
    for value in values:
        if not (value.valid and value.period_kind == "year" and value.value is not None):
            continue
        year = int(value.period[:4])
        # Of two sets of limits in one year the later one in the table, the stricter stage, stands.
        if year not in chosen or _rank(value, indicator) <= _rank(chosen[year], indicator):
            chosen[year] = value
    return chosen


def _rank(value: Value, indicator: Indicator) -> tuple[int, int]:
    if value.kind == "computed" and value.basis == indicator.target_basis:
        return (-1, 0)
    order = BASIS_ORDER.index(value.basis) if value.basis in BASIS_ORDER else len(BASIS_ORDER)
    return (order, 0 if value.kind == "computed" else 1)


def judge_all(
    goals: Sequence[PlanGoal],
    values: Iterable[Value],
    catalogue: Catalogue,
    baselines: Mapping[tuple[str, str], Baseline],
    as_of_year: int,
) -> list[State]:
    """State of every target, in the plan's order.

    A full year counts up to the year before `as_of_year` unless the year is complete; that is what `Value.valid` says.
    """
    by_indicator: dict[tuple[str, str], list[Value]] = {}
    for value in values:
        by_indicator.setdefault((value.indicator, value.region), []).append(value)
    matched = [(goal, _indicator_of(goal, catalogue)) for goal in goals]
    paths = _paths(matched, baselines)
    return [_judge(goal, indicator, by_indicator, paths, catalogue, as_of_year) for goal, indicator in matched]


def _indicator_of(goal: PlanGoal, catalogue: Catalogue) -> Indicator | None:
    if goal.indicator:
        return catalogue.indicators.get(goal.indicator)
    return catalogue.for_target(goal.indicator_text)


def _goal_of(goal: PlanGoal, indicator: Indicator | None) -> tuple[Decimal | None, str]:
    """Goal value and comparator; full-coverage wording takes the catalogue's reading of it, which it states."""
    if goal.value is None and not goal.undetermined and indicator is not None and indicator.implied_goal is not None:
        return indicator.implied_goal, indicator.implied_comparator or ">="
    return goal.value, goal.comparator


def _paths(
    matched: Sequence[tuple[PlanGoal, Indicator | None]], baselines: Mapping[tuple[str, str], Baseline]
) -> dict[tuple[str, str], tuple[PathPoint, ...]]:
    goals: dict[tuple[str, str], dict[int, Decimal]] = {}
    for goal, indicator in matched:
        value, _ = _goal_of(goal, indicator)
        if indicator is not None and value is not None and goal.year is not None:
            goals.setdefault((indicator.id, goal.region), {})[goal.year] = value
    paths = {}
    for key, by_year in goals.items():
        baseline = baselines.get(key)
        if baseline is not None:
            later = [PathPoint(year, value) for year, value in by_year.items() if year > baseline.point.year]
            paths[key] = straight_path(baseline.point, later)
    return paths


def _judge(
    goal: PlanGoal,
    indicator: Indicator | None,
    values: Mapping[tuple[str, str], list[Value]],
    paths: Mapping[tuple[str, str], tuple[PathPoint, ...]],
    catalogue: Catalogue,
    as_of_year: int,
) -> State:
    goal_value, comparator = _goal_of(goal, indicator)
    if goal.undetermined:
        return State(goal, indicator, Standing("undetermined", "goal_withheld"), comparator, None)
    if indicator is None or goal_value is None:
        reason = "no_indicator" if goal.value is not None or goal.kind == "change" else "qualitative"
        return State(goal, indicator, Standing("not_evaluated", reason), comparator, goal_value)
    if goal.value is not None and goal.unit and goal.unit != indicator.unit:
        units = {"goal_unit": goal.unit, "unit": indicator.unit}
        return State(
            goal, indicator, Standing("not_evaluated", "other_unit", units), comparator, goal_value, detail=units
        )
    key = (indicator.id, goal.region)
    mine = values.get(key, [])
    chosen = {year: value for year, value in best_by_year(mine, indicator).items() if year <= as_of_year}
    latest = chosen[max(chosen)] if chosen else None
    path = paths.get(key, ())
    standing = judge(
        Goal(goal_value, _comparator(comparator), goal.year),
        None if latest is None or latest.value is None else round_half_even(latest.value, indicator.compare_decimals),
        None if latest is None else int(latest.period[:4]),
        direction=indicator.direction,
        path=path,
        as_of_year=as_of_year,
        max_age_years=indicator.max_age_years,
        at_risk_band=catalogue.status.at_risk_band,
        missing_reason=_missing(indicator, mine),
    )
    detail: dict[str, Any] = dict(standing.detail)
    if latest is not None:
        detail |= {"basis": latest.basis, "basis_is_target_basis": latest.basis == indicator.target_basis}
    if goal.value is None:
        detail["goal_is_our_reading"] = True
    return State(goal, indicator, standing, comparator, goal_value, latest, path, detail)


def _comparator(text: str) -> Comparator:
    comparators: dict[str, Comparator] = {">=": ">=", ">": ">", "<=": "<=", "<": "<", "=": "=", "~": "~"}
    return comparators[text]


def _missing(indicator: Indicator, values: Sequence[Value]) -> str:
    of_reports = indicator.kind == "reported" or indicator.statistic.get("source") == "reports"
    if of_reports and not values:
        return "no_report"
    return "no_valid_year" if values else "no_value"
