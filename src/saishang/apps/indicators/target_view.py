"""One target as an object (目标对象), for forms, checks and pages: plan, setting, run, parts, arithmetic."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from django.db.models import Max

from saishang.apps.indicators.catalogue import Catalogue, Indicator
from saishang.apps.indicators.correction import value_of
from saishang.apps.indicators.goals import plan_goals
from saishang.apps.indicators.models import Run, TargetVersion
from saishang.apps.indicators.states import PlanGoal, State, judge_all
from saishang.apps.indicators.target_objects import Known, settings_of
from saishang.apps.indicators.target_settings import SettingRefused, TargetSetting
from saishang.rules import Rules
from saishang.science.cascade import Check, Combine, Part, YearCheck, check, check_years
from saishang.science.targets import Comparator, PathPoint

__all__ = ["Home", "PartView", "TargetObject", "candidates", "home_of", "judged", "target_object"]

Level = Literal["below", "counties"]


@dataclass(frozen=True)
class Home:
    """Whose targets: the plan (without its version), the site's folder of rules, the region that is evaluated."""

    plan: str
    site: str
    region: str


def home_of(run: Run) -> Home:
    """The home of a run."""
    plan = run.plan_version.partition("@")[0]
    return Home(plan, str(run.parameters.get("site", "")), str(run.parameters.get("region", "")))


@dataclass(frozen=True)
class PartView:
    """One region's part of a split."""

    region: str
    goal: Decimal | None
    weight: Decimal | None
    baseline: PathPoint | None
    baseline_source: str
    version: int
    path: tuple[PathPoint, ...]
    setting: TargetSetting


@dataclass(frozen=True)
class TargetObject:
    """A target in one region, as it stands on a day.

    Attributes
    ----------
    goal:
        The plan's goal with the setting over it.
    plan_level, plan_year, plan_owners:
        What the plan itself asks for, and of whom; None where it withholds or gives no figure.
    level:
        Level that stands [unit of the indicator].
    setting, version, newest:
        What is set, its number (0 = the plan's own), and the newest number there is (it may hold from a later day).
    start, start_source, path:
        Baseline that stands, where its value is from, and the path.
    parent:
        The region above whose split this is a part of; empty for the plan's own.
    parts, check, years:
        The split: its parts, whether their goals add up, and whether their paths do, year by year.
    """

    target: str
    region: str
    goal: PlanGoal
    indicator: Indicator | None
    plan_level: Decimal | None
    plan_year: int | None
    plan_owners: tuple[str, ...]
    level: Decimal | None
    comparator: Comparator
    setting: TargetSetting
    version: int
    newest: int
    start: PathPoint | None
    start_source: str
    path: tuple[PathPoint, ...]
    parent: str
    parts: tuple[PartView, ...] = ()
    check: Check | None = None
    years: tuple[YearCheck, ...] = ()

    @property
    def share(self) -> bool:
        """Whether the indicator is a share, bounded by 0 and 100 %."""
        return self.indicator is not None and self.indicator.unit == "%" and not self.indicator.signed

    def owes(self, agency: str) -> bool:
        """Whether the plan itself names an agency as an owner."""
        return agency in self.plan_owners


def target_object(
    rules: Rules, home: Home, target: str, region: str, on: date, known_at: datetime | None = None
) -> TargetObject:
    """The target as it stands on a day.

    Parameters
    ----------
    region:
        The region of the plan's own target, or a place below it (which may have no part of the target yet).

    Raises
    ------
    SettingRefused
        When the plan has no such target, or the rules no such region.
    """
    if region not in rules.regions:
        raise SettingRefused(f"expected a region of the table; got {region!r}", fix="take its code from the regions")
    _, goals = plan_goals(home.region, rules, home.plan, on=on, known_at=known_at)
    states = _states(rules, home, target, goals, on)
    own = next((state for state in states if not state.goal.parent), None)
    if own is None:
        raise SettingRefused(f"expected a target of the plan; got {target!r}", fix="take its number from the targets")
    _, plain = plan_goals(home.region, rules, home.plan, on=date.min, known_at=known_at)
    plan = next(state for state in _states(rules, home, target, plain, on) if state.goal.id == target)
    here = next((state for state in states if state.goal.region == region), None)
    settings = settings_of(home.plan, on, known_at)
    known = settings.get((target, region), Known(target, region, 0, TargetSetting()))
    return _object(rules, home, on, states, settings, known, here or own, plan, elsewhere=here is None)


def _states(rules: Rules, home: Home, target: str, goals: list[PlanGoal], on: date) -> list[State]:
    """The target in every region that it is for, judged by the newest run's values."""
    catalogue = Catalogue(rules)
    sought = next((goal for goal in goals if goal.id == target), None)
    if sought is None:
        return []
    indicator = catalogue.indicators.get(sought.indicator or "") or catalogue.for_target(sought.indicator_text)
    run = Run.objects.filter(finished__isnull=False).order_by("-started").first()
    rows = run.values.filter(indicator=indicator.id) if run is not None and indicator is not None else ()
    # Goals of the same indicator belong to one path: all of them are judged, this target's are given.
    baselines = Catalogue.baselines(rules, home.site)
    judged = judge_all(goals, [value_of(row) for row in rows], catalogue, baselines, on.year)
    return [state for state in judged if state.goal.id == target]


def judged(rules: Rules, home: Home, target: str, region: str, on: date) -> State | None:
    """Where the target would stand today by what is set now and the newest run's values; None where it is not for."""
    _, goals = plan_goals(home.region, rules, home.plan, on=on)
    return next((s for s in _states(rules, home, target, goals, on) if s.goal.region == region), None)


def _object(
    rules: Rules,
    home: Home,
    on: date,
    states: list[State],
    settings: Mapping[tuple[str, str], Known],
    known: Known,
    state: State,
    plan: State,
    *,
    elsewhere: bool,
) -> TargetObject:
    target, region = known.target, known.region
    newest = TargetVersion.objects.filter(plan=home.plan, target=target, region=region).aggregate(n=Max("number"))["n"]
    own_plan = plan if plan.goal.region == region else None
    start, source = (None, "") if elsewhere else _start(rules, home, state)
    comparator = _comparator(state)
    made = TargetObject(
        target=target, region=region, goal=state.goal, indicator=state.indicator,
        plan_level=own_plan.goal_value if own_plan is not None else None,
        plan_year=plan.goal.year, plan_owners=plan.goal.owners,
        level=None if elsewhere or state.goal.undetermined else state.goal_value, comparator=comparator,
        setting=known.setting, version=known.number, newest=newest or 0, start=start, start_source=source,
        path=() if elsewhere else state.path, parent="" if elsewhere else state.goal.parent,
    )  # fmt: skip
    split = known.setting.cascade
    return made if split is None else _with_parts(made, rules, home, states, settings, split.combine, split.members)


def _with_parts(
    whole: TargetObject,
    rules: Rules,
    home: Home,
    states: list[State],
    settings: Mapping[tuple[str, str], Known],
    combine: Combine,
    members: tuple[str, ...],
) -> TargetObject:
    by_region = {state.goal.region: state for state in states if state.goal.parent == whole.region}
    parts = []
    for member in members:
        state = by_region.get(member)
        known = settings.get((whole.target, member), Known(whole.target, member, 0, TargetSetting()))
        start, source = (None, "") if state is None else _start(rules, home, state)
        level = None if state is None or state.goal.undetermined else state.goal_value
        parts.append(
            PartView(member, level, known.setting.weight, start, source, known.number,
                     state.path if state is not None else (), known.setting)
        )  # fmt: skip
    direction = whole.indicator.direction if whole.indicator is not None else "equal"
    found: Check | None = None
    years: tuple[YearCheck, ...] = ()
    if whole.level is not None:
        counted = [Part(part.region, part.goal, part.weight) for part in parts]
        found = check(whole.level, whole.comparator, counted, combine, direction=direction)
        weights = {part.region: part.weight for part in parts}
        until = [point for point in whole.path if whole.goal.year is None or point.year <= whole.goal.year]
        years = check_years(until, {part.region: part.path for part in parts}, weights, combine, direction=direction)
    return replace(whole, parts=tuple(parts), check=found, years=years)


def _start(rules: Rules, home: Home, state: State) -> tuple[PathPoint | None, str]:
    """Baseline that stands for a state, and where its value is from."""
    setting = state.goal.setting
    if setting is not None and setting.baseline is not None:
        return PathPoint(setting.baseline.year, setting.baseline.value), setting.baseline.source
    if state.indicator is None:
        return None, ""
    known = Catalogue.baselines(rules, home.site).get((state.indicator.id, state.goal.region))
    return (None, "") if known is None else (known.point, known.source)


def _comparator(state: State) -> Comparator:
    known: dict[str, Comparator] = {">=": ">=", ">": ">", "<=": "<=", "<": "<", "=": "=", "~": "~"}
    return known.get(state.comparator, ">=")


def candidates(rules: Rules, region: str, level: Level = "below") -> tuple[str, ...]:
    """Regions over which a target may be split, in the table's order.

    `below`: those directly below (of a region its cities and bases, of a city its counties); `counties`: the lowest
    (counties and districts, and whatever else has nothing below).
    """
    below: dict[str, list[str]] = {}
    for row in rules.regions.values():
        if row["use"] == "in_plan":
            below.setdefault(str(row["parent"]), []).append(str(row["code"]))
    direct = below.get(region, [])
    if level == "below":
        return tuple(direct)
    return tuple(lowest for code in direct for lowest in (below.get(code) or [code]))
