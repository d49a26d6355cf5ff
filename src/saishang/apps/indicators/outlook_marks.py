"""What a year is held against: the plan's next goal, the limit of the standard, a reader's figure, an earlier year."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import cast

from saishang.apps.indicators import queries
from saishang.apps.indicators.outlook_data import RunDays
from saishang.rules import Rules
from saishang.science.air.from_rules import evaluation_rule, limit_set
from saishang.science.air.series.rules import STATISTICS
from saishang.science.numbers import exact_text
from saishang.science.outlook.bounds import Bound, rounding_bound
from saishang.science.rounding import round_half_even
from saishang.science.targets import Direction

__all__ = ["POLLUTANT", "Mark", "good_day_mark", "indicator_of", "mark_of", "next_goals", "sign_of"]

#: Daily parameter → pollutant of the standard's tables, where they differ.
POLLUTANT = {"O3_8H": "O3"}


@dataclass(frozen=True)
class Mark:
    """What the year is held against.

    `kind`: `goal` (of the plan, `name` its id, `year` its year), `limit` (class 2 of the standard, `name` its edition),
    `own` (a figure that the reader gave) or `earlier` (the figure of an earlier `year`, not to be worse than that).
    """

    kind: str
    value: Decimal
    comparator: str
    decimals: int | None
    name: str = ""
    year: int | None = None
    #: Whether the goal is the place's own part of a split target.
    part: bool = False

    @property
    def bound(self) -> Bound:
        """Edge of the unrounded figures that keep it."""
        return rounding_bound(self.value, self.comparator, self.decimals)


def next_goals(days: RunDays) -> dict[str, dict[str, Mark]]:
    """Place → the next goal by indicator: of those whose year is not over, the first.

    A city that carries a part of a split target is held against its own goal, otherwise against the region's. A part
    that is invented for a demonstration is nobody's.
    """
    own: dict[str, dict[str, Mark]] = {}
    rows = [
        row
        for row in queries.target_rows(days.run, parts=True)
        if row.goal is not None and not row.setting.get("demonstration")
    ]
    for row in sorted(rows, key=lambda row: row.year or 0, reverse=True):
        indicator = queries.indicator(row.indicator)
        if indicator is None or row.goal is None or (row.year is not None and row.year < days.as_of.year):
            continue
        sign = sign_of(row.comparator, indicator.direction)
        if sign:
            mark = Mark(
                "goal", _short(row.goal), sign, indicator.compare_decimals, row.target, row.year, bool(row.parent)
            )
            own.setdefault(row.region, {})[row.indicator] = mark
    region = own.get(days.region, {})
    return {place: region | own.get(place, {}) for place in (days.region, *days.cities)}


def _short(value: Decimal) -> Decimal:
    """Without the zeros that a database column adds."""
    return Decimal(f"{value.normalize():f}")


def sign_of(comparator: str, direction: Direction) -> str:
    """The comparator read in the direction of the indicator; nothing where no direction is better."""
    if comparator in ("=", "~"):
        return {"lower": "<=", "higher": ">="}.get(direction, "")
    return comparator


def indicator_of(parameter: str, statistic: str) -> str:
    """The catalogue's indicator of a statistic, or nothing."""
    for indicator in queries.catalogue().indicators.values():
        rule = indicator.statistic
        if rule.get("source") == "period_statistics" and (
            (rule.get("parameter"), rule.get("statistic")) == (parameter, statistic)
        ):
            return indicator.id
    return ""


def mark_of(
    rules: Rules,
    days: RunDays,
    parameter: str,
    statistic: str,
    goals: Mapping[str, Mark],
    own: Mapping[str, Decimal],
) -> Mark:
    """What a statistic is held against: the reader's own figure, the plan's goal, else the limit of the day."""
    places = evaluation_rule(rules, days.as_of).compliance_decimals.get(POLLUTANT.get(parameter, parameter), 0)
    if parameter in own:
        return Mark("own", own[parameter], "<=", places)
    goal = goals.get(indicator_of(parameter, statistic))
    if goal is not None and goal.comparator in ("<=", "<"):
        return goal
    averaging = next(a for p, s, a in STATISTICS if (p, s) == (parameter, statistic))
    limits = limit_set(rules, days.as_of)
    limit = limits.need(POLLUTANT.get(parameter, parameter), averaging)
    return Mark("limit", Decimal(exact_text(limit)), "<=", places, limits.name)


def good_day_mark(
    days: RunDays, place: str, indicator: str, basis: str, wanted: Decimal | None, goals: Mapping[str, Mark]
) -> Mark | None:
    """What the share of good days is held against; None where there is neither goal nor earlier year."""
    found = queries.indicator(indicator)
    places = found.compare_decimals if found else 1
    if wanted is not None:
        return Mark("own", wanted, ">=", places)
    goal = goals.get(indicator)
    if goal is not None and goal.comparator in (">=", ">"):
        return goal
    # Without a goal the year is held against the newest earlier one on the same basis: no worse than then.
    earlier = [
        point
        for point in queries.history(days.run, indicator, place)
        if point.valid
        and point.value is not None
        and point.period_kind == "year"
        and int(point.period) < days.as_of.year
        and point.basis in (basis, "audited", "as_published")
    ]
    if not earlier:
        return None
    newest = max(earlier, key=lambda point: (point.period, point.basis == basis))
    value = round_half_even(cast("Decimal", newest.value), places)
    return Mark("earlier", value, ">=", places, newest.basis, int(newest.period))
