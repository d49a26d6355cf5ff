"""From a plan's targets and a run's values to the state of every target. Pure: no database, no clock."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, Literal

from saishang.apps.indicators.catalogue import Baseline, Catalogue, Indicator
from saishang.apps.indicators.target_settings import TargetSetting, plain_setting
from saishang.apps.indicators.values import DEMONSTRATION, Value
from saishang.science.rounding import round_half_even
from saishang.science.targets import (
    Comparator,
    Goal,
    PathPoint,
    Standing,
    Tolerance,
    entered_path,
    judge,
    level_after_change,
    stepped_path,
    straight_path,
)

__all__ = ["BASIS_ORDER", "PlanGoal", "State", "best_by_year", "judge_all"]

#: Which basis stands for a year when several do: the audited figure first, then what the target is written on.
#: Plans seldom name the basis; what was used is shown beside the state.
BASIS_ORDER = ("audited", "assessment", "dust_removed", "as_published", "register", "measured")


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
    low: Decimal | None = None
    high: Decimal | None = None
    change: str = ""
    base_year: int | None = None
    unknown_place: str = ""
    #: What an office set on top of the plan, and the version of it; of a part (a city, a county) the region above.
    setting: TargetSetting | None = None
    version: int = 0
    parent: str = ""

    @property
    def numeric(self) -> bool:
        """Whether the plan states a number or a range."""
        return self.value is not None or self.low is not None or self.high is not None


@dataclass(frozen=True)
class State:
    """Where one target stands. `goal_value` is the level asked for; of a promised change, the level it means."""

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
        if value.basis == DEMONSTRATION:
            continue  # invented: shown, and never held against anybody
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


@dataclass(frozen=True)
class _Level:
    """The level that a goal asks for, or the reason why there is none."""

    value: Decimal | None
    comparator: str
    decimals: int = 0
    reason: str = ""
    detail: dict[str, Any] = field(default_factory=dict)
    base: PathPoint | None = None


def judge_all(
    goals: Sequence[PlanGoal],
    values: Iterable[Value],
    catalogue: Catalogue,
    baselines: Mapping[tuple[str, str], Baseline],
    as_of_year: int,
    *,
    year_over: bool = True,
) -> list[State]:
    """State of every target, in the plan's order.

    A full year counts up to the year before `as_of_year` unless the year is complete; that is what `Value.valid` says.
    `year_over` says whether `as_of_year` has ended: before that a value of the goal's own year decides nothing.
    """
    by_indicator: dict[tuple[str, str], list[Value]] = {}
    for value in values:
        by_indicator.setdefault((value.indicator, value.region), []).append(value)
    matched = [(goal, _indicator_of(goal, catalogue)) for goal in goals]
    chosen = {
        (indicator.id, goal.region): {
            year: value
            for year, value in best_by_year(by_indicator.get((indicator.id, goal.region), ()), indicator).items()
            if year <= as_of_year
        }
        for goal, indicator in matched
        if indicator is not None
    }
    levels = [
        _level(goal, indicator, chosen.get((indicator.id, goal.region), {}) if indicator else {}, baselines)
        for goal, indicator in matched
    ]
    paths, shared = _paths(matched, levels, baselines)
    states = []
    for (goal, indicator), level in zip(matched, levels, strict=True):
        if indicator is None or level.reason or level.value is None:
            standing = Standing("undetermined" if goal.undetermined else "not_evaluated", level.reason, level.detail)
            detail = level.detail | _told(goal, _own_start(goal, indicator, baselines))
            states.append(State(goal, indicator, standing, level.comparator, level.value, detail=detail))
            continue
        key = (indicator.id, goal.region)
        missing = _missing(indicator, by_indicator.get(key, ()))
        path = _own_path(goal, level, paths.get(key, ()), shared.get(key, {}))
        tolerance = catalogue.status.tolerance
        if goal.setting is not None and goal.setting.tolerance is not None:
            tolerance = goal.setting.tolerance
        made = _judge(goal, indicator, level, chosen[key], path, tolerance, missing, as_of_year, year_over)
        told = _told(goal, _own_start(goal, indicator, baselines))
        states.append(replace(made, detail=made.detail | told) if told else made)
    return states


def _own_start(
    goal: PlanGoal, indicator: Indicator | None, baselines: Mapping[tuple[str, str], Baseline]
) -> tuple[PathPoint, str] | None:
    """Where the target's path begins, and where that value stands: as set, else the site's baseline."""
    start = goal.setting.baseline if goal.setting is not None else None
    if start is not None:
        return PathPoint(start.year, start.value), start.source
    known = baselines.get((indicator.id, goal.region)) if indicator is not None else None
    return None if known is None else (known.point, known.source)


def _told(goal: PlanGoal, start: tuple[PathPoint, str] | None) -> dict[str, Any]:
    """What the run keeps of a target that is not simply the plan's; empty for one that is."""
    if goal.setting is None and not goal.parent:
        return {}
    told: dict[str, Any] = {"version": goal.version} | ({"parent": goal.parent} if goal.parent else {})
    setting = goal.setting
    if start is not None:
        told["baseline"] = {"year": start[0].year, "value": f"{start[0].value.normalize():f}", "source": start[1]}
    if setting is not None:
        told |= {
            key: value for key, value in plain_setting(setting).items() if key not in ("goal", "comparator", "year")
        }
        told["owner_roles"] = {owner.agency: owner.role for owner in setting.owners}
    return {"object": told}


def _own_path(
    goal: PlanGoal, level: _Level, path: tuple[PathPoint, ...], shared: Mapping[int, Decimal]
) -> tuple[PathPoint, ...]:
    """The target's own path where an office set its baseline or its way, else the one of its indicator and region.

    Parameters
    ----------
    shared:
        Goals of all targets of the indicator and region, by year.
    """
    setting = goal.setting
    if setting is None or (setting.baseline is None and setting.way is None):
        return path
    way = setting.way
    start = path[0] if path else None
    if setting.baseline is not None:
        start = PathPoint(setting.baseline.year, setting.baseline.value)
    ends = {goal.year: level.value} if goal.year is not None and level.value is not None else {}
    if way is not None and way.kind == "entered":
        points = {point.year: point.value for point in way.points} | ends
        return entered_path([PathPoint(year, value) for year, value in points.items()])
    if start is None:
        return ()
    between = {point.year: point.value for point in way.points} if way is not None else shared
    points = {year: value for year, value in ({**between, **ends}).items() if year > start.year}
    steps = [PathPoint(year, value) for year, value in points.items()]
    return stepped_path(start, steps) if way is not None and way.kind == "stepped" else straight_path(start, steps)


def _indicator_of(goal: PlanGoal, catalogue: Catalogue) -> Indicator | None:
    if goal.indicator:
        return catalogue.indicators.get(goal.indicator)
    return catalogue.for_target(goal.indicator_text)


def _level(
    goal: PlanGoal,
    indicator: Indicator | None,
    chosen: Mapping[int, Value],
    baselines: Mapping[tuple[str, str], Baseline],
) -> _Level:
    """Level asked for: the number itself, the near end of a range, or what a promised change makes of its base year.

    Full-coverage wording takes the catalogue's reading of it, which it states.
    """
    if goal.undetermined:
        return _Level(None, goal.comparator, reason="part_not_set" if goal.parent else "goal_withheld")
    if indicator is None:
        return _Level(goal.value, goal.comparator, reason="no_indicator" if goal.numeric else "qualitative")
    if goal.unknown_place:
        return _Level(goal.value, goal.comparator, reason="other_place", detail={"place": goal.unknown_place})
    if not goal.numeric:
        if indicator.implied_goal is None:
            return _Level(None, goal.comparator, reason="qualitative")
        return _Level(indicator.implied_goal, indicator.implied_comparator or ">=", indicator.compare_decimals)
    if goal.change:
        return _changed(goal, indicator, chosen, baselines)
    if goal.unit and goal.unit != indicator.unit:
        units = {"goal_unit": goal.unit, "unit": indicator.unit}
        return _Level(goal.value, goal.comparator, reason="other_unit", detail=units)
    # A range is kept from its near end on: 80%～85% of good days from 80, 30～35 µg/m³ from 35.
    ends = (goal.high, goal.low) if indicator.direction == "lower" else (goal.low, goal.high)
    near = next(end for end in (goal.value, *ends) if end is not None)
    return _Level(near, goal.comparator, indicator.compare_decimals)


def _changed(
    goal: PlanGoal,
    indicator: Indicator,
    chosen: Mapping[int, Value],
    baselines: Mapping[tuple[str, str], Baseline],
) -> _Level:
    if goal.base_year is None:
        return _Level(None, goal.comparator, reason="no_base_year")
    known = chosen.get(goal.base_year)
    base = known.value if known is not None else None
    baseline = baselines.get((indicator.id, goal.region))
    if base is None and baseline is not None and baseline.point.year == goal.base_year:
        base = baseline.point.value
    if base is None:
        return _Level(None, goal.comparator, reason="no_base_value", detail={"base_year": goal.base_year})
    points = goal.unit in ("个百分点", "百分点")
    fits = indicator.unit == "%" if points else goal.unit != "%" and goal.unit == indicator.unit
    percent = goal.unit == "%" and indicator.unit != "%"
    if not fits and not percent:
        # 优良天数比率提高2% may mean two points or two percent of the ratio: a person has to say.
        units = {"goal_unit": goal.unit, "unit": indicator.unit}
        return _Level(None, goal.comparator, reason="other_unit", detail=units)
    amount = next(end for end in (goal.value, goal.low, goal.high) if end is not None)
    direction: Literal["rise", "drop"] = "rise" if goal.change == "rise" else "drop"
    level, comparator = level_after_change(base, amount, direction, _comparator(goal.comparator), percent=percent)
    decimals = max(indicator.decimals, indicator.compare_decimals)
    detail = {
        "change": goal.change,
        "amount": f"{amount.normalize():f}{goal.unit}",
        "base_year": goal.base_year,
        "base_value": f"{base.normalize():f}",
    }
    value = round_half_even(level, decimals)
    return _Level(value, comparator, decimals, detail=detail, base=PathPoint(goal.base_year, base))


def _paths(
    matched: Sequence[tuple[PlanGoal, Indicator | None]],
    levels: Sequence[_Level],
    baselines: Mapping[tuple[str, str], Baseline],
) -> tuple[dict[tuple[str, str], tuple[PathPoint, ...]], dict[tuple[str, str], dict[int, Decimal]]]:
    """Path of every indicator and region from the site's baseline, else from the base year that the plan names.

    The goals by year, which the paths lead through, are given beside them.
    """
    goals: dict[tuple[str, str], dict[int, Decimal]] = {}
    starts: dict[tuple[str, str], PathPoint] = {}
    for (goal, indicator), level in zip(matched, levels, strict=True):
        if indicator is not None and level.value is not None and not level.reason and goal.year is not None:
            key = (indicator.id, goal.region)
            goals.setdefault(key, {})[goal.year] = level.value
            if level.base is not None:
                starts.setdefault(key, level.base)
    starts |= {key: baseline.point for key, baseline in baselines.items()}
    paths = {
        key: straight_path(start, [PathPoint(y, v) for y, v in goals[key].items() if y > start.year])
        for key, start in starts.items()
        if key in goals
    }
    return paths, goals


def _judge(
    goal: PlanGoal,
    indicator: Indicator,
    level: _Level,
    chosen: Mapping[int, Value],
    path: tuple[PathPoint, ...],
    tolerance: Tolerance,
    missing: str,
    as_of_year: int,
    year_over: bool,
) -> State:
    latest = chosen[max(chosen)] if chosen else None
    standing = judge(
        Goal(level.value, _comparator(level.comparator), goal.year),
        None if latest is None or latest.value is None else round_half_even(latest.value, level.decimals),
        None if latest is None else int(latest.period[:4]),
        direction=indicator.direction,
        path=path,
        as_of_year=as_of_year,
        max_age_years=indicator.max_age_years,
        tolerance=tolerance,
        missing_reason=missing,
        year_over=year_over,
        path_entered=goal.setting is not None and goal.setting.way is not None and goal.setting.way.kind == "entered",
    )
    detail: dict[str, Any] = level.detail | dict(standing.detail)
    if latest is not None:
        detail |= {"basis": latest.basis, "basis_is_target_basis": latest.basis == indicator.target_basis}
    if not goal.numeric:
        detail["goal_is_our_reading"] = True
    return State(goal, indicator, standing, level.comparator, level.value, latest, path, detail)


def _comparator(text: str) -> Comparator:
    comparators: dict[str, Comparator] = {">=": ">=", ">": ">", "<=": "<=", "<": "<", "=": "=", "~": "~"}
    return comparators[text]


def _missing(indicator: Indicator, values: Sequence[Value]) -> str:
    of_reports = indicator.kind == "reported" or bool(indicator.by("reports"))
    if values and all(value.basis == DEMONSTRATION for value in values):
        return "demonstration_only"
    if of_reports and not values:
        return "no_report"
    return "no_valid_year" if values else "no_value"
