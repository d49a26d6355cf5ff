"""When there is an answer, and the reason when there is none."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from saishang.rules import load_rules
from saishang.science.forecast.backtest import rolling_origin, widening
from saishang.science.forecast.decide import ForecastRule, forecast_year, forecast_year_end
from saishang.science.forecast.methods import Points, theil_sen
from saishang.science.outlook.bounds import rounding_bound

RULE = replace(ForecastRule.from_document(load_rules().document("forecast")), draws=300)
THIRTY = rounding_bound(30, "<=", 0)
FALLING = {2010 + k: value for k, value in enumerate([50, 47.5, 46.2, 43.8, 42.1, 39.4, 38.5, 36.2, 34.1, 32.4])}


def test_a_clear_fall_is_foreseen() -> None:
    # About two a year: 2021 ends near 28.5, below 30.5.
    found = forecast_year(FALLING, 2021, THIRTY, RULE, name="fall", share=False)
    assert found.reason == "" and found.median == pytest.approx(28.5, abs=1)
    assert found.low is not None and found.high is not None and found.low < 28.5 < found.high
    assert found.probability is not None and found.probability > 0.95
    assert found.backtest is not None and found.backtest.mase is not None and found.backtest.mase < 0.6
    assert [step for step, *_ in found.path] == [2020, 2021]
    never = forecast_year(FALLING, 2021, rounding_bound(20, "<=", 0), RULE, name="fall", share=False)
    assert never.probability is not None and never.probability < 0.05


def test_the_other_side_of_a_goal() -> None:
    rising = {year: 100 - value for year, value in FALLING.items()}
    found = forecast_year(rising, 2021, rounding_bound(70, ">=", 0), RULE, name="rise", share=True)
    assert found.method == "logit_theil_sen"
    assert found.probability is not None and found.probability > 0.6
    assert found.high is not None and found.high < 100


@pytest.mark.parametrize(
    ("points", "year", "reason"),
    [
        (dict.fromkeys(range(2010, 2017), 30.0), 2020, "too_short"),  # seven of eight years
        ({}, 2020, "too_short"),
        (FALLING, 2019, "past"),
        (FALLING, 2025, "too_far"),  # six years ahead, five at most
        # A series that only repeats its last value: persistence makes no error at all.
        (dict.fromkeys(range(2010, 2020), 30.0), 2021, "no_better_than_persistence"),
    ],
)
def test_reasons_for_no_answer(points: dict[int, float], year: int, reason: str) -> None:
    found = forecast_year(points, year, THIRTY, RULE, name="x", share=False)
    assert found.reason == reason
    assert (found.low, found.median, found.high, found.probability) == (None, None, None, None)


def test_the_furthest_year_and_the_shortest_series_just_do() -> None:
    assert forecast_year(FALLING, 2024, THIRTY, RULE, name="x", share=False).reason == ""
    eight = {year: value for year, value in FALLING.items() if year >= 2012}
    assert forecast_year(eight, 2021, THIRTY, RULE, name="x", share=False).reason == ""


def test_persistence_wins_on_a_random_walk() -> None:
    """The best forecast of a random walk is its last value; a line through it is noise."""
    made = np.random.default_rng(2)
    ratios = []
    for number in range(20):
        walk = np.cumsum(made.normal(0, 3, 40)) + 40
        tested = rolling_origin(
            {k: float(walk[k]) for k in range(40)}, partial(theil_sen, draws=100), horizon=3, least=8, level=0.8,
            seed=1, name=str(number),
        )  # fmt: skip
        assert tested is not None and tested.mase is not None
        ratios.append(tested.mase)
    assert sum(ratio > 1 for ratio in ratios) >= 16
    one = np.random.default_rng(4).normal(0, 3, 24).cumsum() + 40
    points = {k: float(one[k]) for k in range(24)}
    found = forecast_year(points, 25, THIRTY, RULE, name="walk", share=False)
    assert found.reason == "no_better_than_persistence"
    assert found.backtest is not None and found.detail["mase"] == found.backtest.mase


def test_the_errors_are_those_of_the_checks_by_hand() -> None:
    """A method that says one too many, always with a band of ± 2: a tenth and nine tenths of three draws."""

    def method(points: Points, steps: list[int], rng: np.random.Generator) -> np.ndarray:
        return np.array([[step + 1 - 2.5, step + 1, step + 1 + 2.5] for step in steps]).T

    points = {1: 1.0, 2: 2.0, 3: 3.0, 4: 4.0, 5: 9.0}
    found = rolling_origin(points, method, horizon=2, least=3, level=0.8, seed=1, name="hand")  # type: ignore[arg-type]
    assert found is not None
    # From 3: 4 (said 5, persistence 3) and 5 (said 6, came 9); from 4: 5 (said 6, persistence 4, came 9).
    assert [(check.origin, check.steps, check.median, check.actual) for check in found.checks] == [
        (3, (4,), 5.0, 4.0), (3, (5,), 6.0, 9.0), (4, (5,), 6.0, 9.0),
    ]  # fmt: skip
    assert found.mae == pytest.approx((1 + 3 + 3) / 3)
    assert found.mae_persistence == pytest.approx((1 + 6 + 5) / 3)
    assert found.mase == pytest.approx(7 / 12)
    assert found.coverage == pytest.approx(1 / 3)
    # In half-widths of 2: 1/2, 3/2, 3/2; the third of three is asked for, so the band grows by a half.
    assert found.factor == pytest.approx(1.5)
    # Each by the two others: 1/2 ≤ 3/2, and 3/2 ≤ 3/2 twice.
    assert found.coverage_widened == 1
    assert rolling_origin({1: 1.0}, method, horizon=2, least=1, level=0.8, seed=1, name="x") is None  # type: ignore[arg-type]


def test_bands_are_widened_as_often_as_they_failed() -> None:
    # n = 9 at 80 %: the eighth of nine; n = 4: the fourth; a band that always held stays as it is.
    assert widening([0.1 * k for k in range(5, 14)], 0.8) == pytest.approx(1.2)
    assert widening([0.1, 0.2, 0.3, 2.0], 0.8) == 2.0
    assert widening([0.5] * 20, 0.8) == 1.0


def months(count: int, spread: float = 0.05) -> dict[int, float]:
    made = np.random.default_rng(9)
    return {
        2017 * 12 + k: float(np.exp(3.5 - 0.004 * k + 0.5 * np.cos(2 * np.pi * k / 12) + made.normal(0, spread)))
        for k in range(count)
    }


def test_the_end_of_a_running_year() -> None:
    past = months(33)  # January 2017 to September 2019
    whole = {step: float(np.exp(3.5 - 0.004 * k + 0.5 * np.cos(2 * np.pi * k / 12))) for k, step in
             enumerate(range(2017 * 12, 2020 * 12))}  # fmt: skip
    steps = [2019 * 12 + 9, 2019 * 12 + 10, 2019 * 12 + 11]
    so_far = sum(past[2019 * 12 + k] for k in range(9))
    rule = replace(RULE, monthly=replace(RULE.monthly, at_most=6))
    truth = (so_far + sum(whole[step] for step in steps)) / 12
    found = forecast_year_end(
        past, dict.fromkeys(steps, 1 / 12), so_far / 12, rounding_bound(round(truth) + 2, "<=", 0), rule, name="city"
    )
    assert found.reason == "" and found.median == pytest.approx(truth, rel=0.03)
    assert found.probability is not None and found.probability > 0.9
    assert [step for step, *_ in found.path] == steps
    none = forecast_year_end(past, {}, 30.0, THIRTY, rule, name="city")
    assert none.reason == "past"


@pytest.mark.parametrize(("count", "after", "reason"), [(23, 1, "too_short"), (24, 13, "too_far")])
def test_months_that_are_too_few_or_too_old(count: int, after: int, reason: str) -> None:
    past = months(count)
    found = forecast_year_end(past, {max(past) + after: 0.1}, 30.0, THIRTY, RULE, name="x")
    assert found.reason == reason
