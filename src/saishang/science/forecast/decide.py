"""From a series to an answer: a band and a probability, or the reason why there is none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import partial
from typing import Any

import numpy as np

from saishang.science.forecast.backtest import Backtest, Method, rolling_origin
from saishang.science.forecast.contest import contest
from saishang.science.forecast.methods import (
    Draws,
    Points,
    damped,
    generator,
    logit,
    logit_theil_sen,
    on_logit,
    random_walk,
    share_of,
    state_space,
    theil_sen,
)
from saishang.science.outlook.bounds import Bound

__all__ = ["AnnualRule", "Forecast", "ForecastRule", "MonthlyRule", "forecast_year", "forecast_year_end"]

_MONTHS = 12
_PERSISTENT = "persistence"


@dataclass(frozen=True, slots=True)
class AnnualRule:
    """Annual series.

    Attributes
    ----------
    least:
        Values below which nothing is said.
    full:
        Values below which an answer is rough.
    first:
        Values known at the first moment of the back-test.
    least_checks:
        Checks below which no method can be said to beat persistence.
    furthest:
        Furthest horizon [years].
    block:
        Length of the blocks of residuals [years].
    damping:
        Part of the pace that is left after a year [0 … 1).
    """

    least: int
    full: int
    first: int
    least_checks: int
    furthest: int
    block: int
    damping: float


@dataclass(frozen=True, slots=True)
class MonthlyRule:
    """Monthly series: least number of months, of checks, most past moments, harmonics of the year."""

    least: int
    least_checks: int
    at_most: int
    harmonics: int


@dataclass(frozen=True, slots=True)
class ForecastRule:
    """`rules/forecast.yaml`: seed, number of draws, level of the band, what to beat, both kinds of series."""

    seed: int
    draws: int
    level: float
    must_beat: float
    annual: AnnualRule
    monthly: MonthlyRule

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> ForecastRule:
        """Read the document `forecast`."""
        rule = document["forecast"]
        annual, monthly = rule["annual"], rule["monthly"]
        return cls(
            seed=int(rule["seed"]),
            draws=int(rule["draws"]),
            level=int(rule["level_percent"]) / 100,
            must_beat=float(rule["must_beat"]),
            annual=AnnualRule(
                int(annual["least_years"]), int(annual["full_years"]), int(annual["first_years"]),
                int(annual["least_checks"]), int(annual["furthest_years"]), int(annual["block_years"]),
                int(annual["damping_percent"]) / 100,
            ),
            monthly=MonthlyRule(
                int(monthly["least_months"]), int(monthly["least_checks"]), int(monthly["most_origins"]),
                int(monthly["harmonics"]),
            ),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Forecast:
    """Answer for one series and one target.

    Attributes
    ----------
    reason:
        Empty where there is an answer; else `too_short`, `too_far`, `past` (the year of the goal lies within the
        series), and of months `few_checks`, `no_better_than_persistence`; with its figures in `detail`.
    rough:
        An answer from few years: persistence and how much past years differed, or a method tested at few moments.
    why:
        Why persistence speaks: `few_checks`, `no_better`, or `unchanged` (every value is the same; the probability is
        then a bound, see `detail`: `at_most` or `at_least`). Empty where a method beat it.
    low, median, high:
        Band and middle of the value in the target's year [unit], widened by what the back-test asks for; None without
        an answer.
    probability:
        Share of the draws that keep the target, never quite 0 or 1: k of n draws count as (k + ½) / (n + 1).
    sure:
        The value that the year keeps with the probability of the band's level, on the side of the goal [unit].
    backtest:
        What the decision rests on; there also where the method was found no better than persistence.
    tests, chosen:
        Back-test of every annual method, and of choosing among them as one went along (`contest`).
    path:
        (step, low, median, high) of the steps on the way.
    """

    method: str
    reason: str
    detail: Mapping[str, Any] = field(default_factory=dict)
    rough: bool = False
    why: str = ""
    low: float | None = None
    median: float | None = None
    high: float | None = None
    probability: float | None = None
    sure: float | None = None
    backtest: Backtest | None = None
    tests: Mapping[str, Backtest] = field(default_factory=dict)
    chosen: Backtest | None = None
    path: tuple[tuple[int, float, float, float], ...] = ()


def forecast_year(points: Points, year: int, bound: Bound, rule: ForecastRule, *, name: str, share: bool) -> Forecast:
    """Look ahead to the year of a goal from an annual series.

    Parameters
    ----------
    points:
        Year → value [unit of the goal].
    bound:
        Edge of the unrounded values that keep the goal.
    name:
        Names the series: same name, same seed, same draws.
    share:
        A share of 0 … 100 %, so that growth has to slow down.
    """
    annual = rule.annual
    last = max(points, default=0)
    if points and year <= last:
        return Forecast(_PERSISTENT, "past", {"year": year, "last": last})
    if len(points) < annual.least:
        return Forecast(_PERSISTENT, "too_short", {"have": len(points), "need": annual.least})
    horizon = year - last
    if horizon > annual.furthest:
        return Forecast(_PERSISTENT, "too_far", {"years": horizon, "furthest": annual.furthest, "last": last})
    if len(set(points.values())) == 1:
        return _unchanged(points, year, bound, rule)
    methods = _annual_methods(rule, share=share)
    held = contest(
        points, methods, _PERSISTENT, horizon=horizon, first=annual.first, level=rule.level, seed=rule.seed, name=name,
        must_beat=rule.must_beat, scale=logit if share else float,
    )  # fmt: skip
    count = 0 if held is None else len(held.chosen.checks)
    enough = count >= annual.least_checks
    # From few years a choice is luck: on real series what it chose held half as often as it said.
    rough = len(points) < annual.full or not enough
    kind = held.winner if held is not None and not rough else _PERSISTENT
    why = ("few_checks" if rough else "no_better") if kind == _PERSISTENT else ""
    steps = list(range(last + 1, year + 1))
    factor = max(held.tests[kind].factor, held.chosen.factor if not rough else 1.0) if held and enough else 1.0
    draws = methods[kind](points, steps, generator(rule.seed, name))
    if share:
        draws = share_of(_widened(np.vectorize(logit)(draws), factor))
    else:
        # No annual figure of the catalogue can fall below nothing.
        draws = np.maximum(_widened(draws, factor), 0.0)
    tested = None if held is None else held.tests[kind]
    made = _answer(kind, draws[:, -1], draws, steps, bound, rule, tested)
    detail = {"checks": count, "need_checks": annual.least_checks, "factor": factor}
    return replace(
        made, detail=detail, rough=rough, why=why,
        tests={} if held is None else held.tests, chosen=None if held is None else held.chosen,
    )  # fmt: skip


def _annual_methods(rule: ForecastRule, *, share: bool) -> dict[str, Method]:
    """What is held against persistence, by the kind of series."""
    draws, block, damping = rule.draws, rule.annual.block, rule.annual.damping
    if share:
        return {
            _PERSISTENT: partial(on_logit(random_walk), draws=draws),
            "logit_theil_sen": partial(logit_theil_sen, draws=draws, block=block),
            "logit_damped": partial(on_logit(damped), draws=draws, block=block, damping=damping),
        }
    return {
        _PERSISTENT: partial(random_walk, draws=draws),
        "theil_sen": partial(theil_sen, draws=draws, block=block),
        "damped": partial(damped, draws=draws, block=block, damping=damping),
    }


def _unchanged(points: Points, year: int, bound: Bound, rule: ForecastRule) -> Forecast:
    """A series that never changed: what may be said is how likely it is to change at all (Laplace's succession).

    Of n year-steps without a change, one within the next h years has the probability h / (n + 1 + h). Whether it would
    be a change that suffices nobody knows, so the probability of the goal is bounded by it.
    """
    first, last = min(points), max(points)
    value, seen, ahead = points[last], last - first, year - last
    change = ahead / (seen + 1 + ahead)
    if change > 1 - rule.level + 1e-9:
        # seen + 1 ≥ h · level / (1 − level), and one value more than steps.
        need = int(np.ceil(ahead * rule.level / (1 - rule.level) - 1e-9))
        return Forecast("unchanged", "too_short", {"have": len(points), "need": max(need, len(points) + 1)})
    kept = bound.holds(Fraction(str(value)))
    path = tuple((step, value, value, value) for step in range(last + 1, year + 1))
    detail = {"steps": seen, "bound": "at_least" if kept else "at_most"}
    return Forecast(
        "unchanged", "", detail, len(points) < rule.annual.full, "unchanged", value, value, value,
        1 - change if kept else change, value, path=path,
    )  # fmt: skip


def forecast_year_end(
    months: Points, weights: Mapping[int, float], base: float, bound: Bound, rule: ForecastRule, *, name: str
) -> Forecast:
    """Look ahead to the end of a running year from monthly means.

    Parameters
    ----------
    months:
        Month (year · 12 + month − 1) → mean [unit]; missing months are left out.
    weights, base:
        The year ends at `base + Σ weight · month`: it is a mean of days (HJ 663), so a place with the sum S of n valid
        days and R days to come has `base = S / (n + R)`, and a month its days over `n + R`.

    Returns
    -------
    `too_far` where the newest month lies more than a year before the last one asked for.
    """
    kind, monthly = "state_space", rule.monthly
    steps = sorted(weights)
    if not steps:
        return Forecast(kind, "past", {})
    # A month that has begun is looked at from the month before.
    past = {step: value for step, value in months.items() if step < steps[0]}
    if len(past) < monthly.least:
        return Forecast(kind, "too_short", {"have": len(past), "need": monthly.least})
    behind = steps[-1] - max(past)
    if behind > _MONTHS:
        return Forecast(kind, "too_far", {"months": behind, "furthest": _MONTHS})
    method: Method = partial(state_space, draws=rule.draws, harmonics=monthly.harmonics)
    tested = rolling_origin(
        past, method, horizon=len(steps), least=monthly.least, level=rule.level, seed=rule.seed, name=name,
        season=_MONTHS, at_most=monthly.at_most, whole=True,
    )  # fmt: skip
    refused = _refused(kind, tested, monthly.least_checks, rule)
    if refused is not None:
        return refused
    factor = 1.0 if tested is None else tested.factor
    draws = np.maximum(_widened(method(past, steps, generator(rule.seed, name)), factor), 0.0)
    year = base + draws @ np.array([weights[step] for step in steps], dtype=float)
    return _answer(kind, year, draws, steps, bound, rule, tested)


def _widened(draws: Draws, factor: float) -> Draws:
    """Draws pulled away from their median by what the back-test asks for."""
    middle = np.median(draws, axis=0)
    return np.asarray(middle + (draws - middle) * factor, dtype=np.float64)


def _refused(kind: str, tested: Backtest | None, least: int, rule: ForecastRule) -> Forecast | None:
    count = 0 if tested is None else len(tested.checks)
    if tested is None or count < least:
        return Forecast(kind, "few_checks", {"have": count, "need": least}, backtest=tested)
    if not tested.better(rule.must_beat):
        return Forecast(kind, "no_better_than_persistence", {"mase": tested.mase}, backtest=tested)
    return None


def _answer(
    kind: str, ends: np.ndarray, draws: Draws, steps: Sequence[int], bound: Bound, rule: ForecastRule,
    tested: Backtest | None,
) -> Forecast:  # fmt: skip
    tail = (1 - rule.level) / 2
    low, median, high = (float(q) for q in np.quantile(ends, [tail, 0.5, 1 - tail]))
    edge = float(bound.value)
    kept = (float(np.sum(ends <= edge if bound.upper else ends >= edge)) + 0.5) / (len(ends) + 1)
    sure = float(np.quantile(ends, rule.level if bound.upper else 1 - rule.level))
    bands = np.quantile(draws, [tail, 0.5, 1 - tail], axis=0)
    path = tuple((step, *(float(q) for q in bands[:, column])) for column, step in enumerate(steps))
    return Forecast(
        kind, "", low=low, median=median, high=high, probability=kept, sure=sure, backtest=tested,
        path=path,  # type: ignore[arg-type]
    )  # fmt: skip
