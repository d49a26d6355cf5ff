"""From a series to an answer: a band and a probability, or the reason why there is none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np

from saishang.science.forecast.backtest import Backtest, Method, rolling_origin
from saishang.science.forecast.methods import (
    Draws,
    Points,
    generator,
    logit,
    logit_theil_sen,
    share_of,
    state_space,
    theil_sen,
)
from saishang.science.outlook.bounds import Bound

__all__ = ["AnnualRule", "Forecast", "ForecastRule", "MonthlyRule", "forecast_year", "forecast_year_end"]

_MONTHS = 12


@dataclass(frozen=True, slots=True)
class AnnualRule:
    """Annual series: least number of years, of back-test checks, furthest horizon [years], length of blocks."""

    least: int
    least_checks: int
    furthest: int
    block: int


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
                int(annual["least_years"]), int(annual["least_checks"]), int(annual["furthest_years"]),
                int(annual["block_years"]),
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
        Empty where there is an answer; else `too_short`, `too_far`, `few_checks`, `no_better_than_persistence`, `past`
        (the year of the goal lies within the series), with its figures in `detail`.
    low, median, high:
        Band and middle of the value in the target's year [unit], widened by what the back-test asks for; None without
        an answer.
    probability:
        Share of the draws that keep the target.
    backtest:
        What the decision rests on; there also where the method was found no better than persistence.
    path:
        (step, low, median, high) of the steps on the way.
    """

    method: str
    reason: str
    detail: Mapping[str, Any] = field(default_factory=dict)
    low: float | None = None
    median: float | None = None
    high: float | None = None
    probability: float | None = None
    backtest: Backtest | None = None
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
    chosen, kind = (logit_theil_sen, "logit_theil_sen") if share else (theil_sen, "theil_sen")
    annual = rule.annual
    if not points or len(points) < annual.least:
        return Forecast(kind, "too_short", {"have": len(points), "need": annual.least})
    last = max(points)
    if year <= last:
        return Forecast(kind, "past", {"year": year, "last": last})
    horizon = year - last
    if horizon > annual.furthest:
        return Forecast(kind, "too_far", {"years": horizon, "furthest": annual.furthest})
    method: Method = partial(chosen, draws=rule.draws, block=annual.block)
    # The first moment needs some years of its own; what is left must still suffice for the checks.
    tested = rolling_origin(
        points, method, horizon=horizon, least=max(annual.least - annual.least_checks, 4), level=rule.level,
        seed=rule.seed, name=name, scale=logit if share else float,
    )  # fmt: skip
    refused = _refused(kind, tested, annual.least_checks, rule)
    if refused is not None:
        return refused
    steps = list(range(last + 1, year + 1))
    draws = method(points, steps, generator(rule.seed, name))
    if share:
        logits = np.vectorize(logit)(draws)
        draws = share_of(_widened(logits, tested))
    else:
        draws = _widened(draws, tested)
    return _answer(kind, draws[:, -1], draws, steps, bound, rule, tested)


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
    draws = np.maximum(_widened(method(past, steps, generator(rule.seed, name)), tested), 0.0)
    year = base + draws @ np.array([weights[step] for step in steps], dtype=float)
    return _answer(kind, year, draws, steps, bound, rule, tested)


def _widened(draws: Draws, tested: Backtest | None) -> Draws:
    """Draws pulled away from their median by what the back-test asks for."""
    middle = np.median(draws, axis=0)
    return np.asarray(middle + (draws - middle) * (1.0 if tested is None else tested.factor), dtype=np.float64)


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
    kept = float(np.mean(ends <= edge if bound.upper else ends >= edge))
    bands = np.quantile(draws, [tail, 0.5, 1 - tail], axis=0)
    path = tuple((step, *(float(q) for q in bands[:, column])) for column, step in enumerate(steps))
    return Forecast(kind, "", {}, low, median, high, kept, tested, path)  # type: ignore[arg-type]
