"""When there is an answer, and the reason when there is none."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from saishang.rules import load_rules
from saishang.science.forecast.backtest import rolling_origin, widening
from saishang.science.forecast.contest import contest
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
        ({2010: 30.0, 2011: 31.0, 2012: 29.0}, 2014, "too_short"),  # three of four years
        ({}, 2020, "too_short"),
        (FALLING, 2019, "past"),
        (FALLING, 2025, "too_far"),  # six years ahead, five at most
        # Unchanged over seven steps: a change within three years has 3 / (7 + 1 + 3) = 27 %, more than a band leaves.
        (dict.fromkeys(range(2010, 2018), 30.0), 2020, "too_short"),
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
    # What does not beat persistence is not used: the last value speaks, and the answer says why.
    assert (found.method, found.why, found.rough) == ("persistence", "no_better", False)
    assert found.median == pytest.approx(points[23])
    assert set(found.tests) == {"persistence", "theil_sen", "damped"}


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


def test_few_years_give_a_rough_answer() -> None:
    """The plan's own PM2.5: five published years, the last 30.6; the middle is that, as likely below 30.5 as above."""
    points = {2015: 45.963, 2017: 39.0, 2020: 33.0, 2021: 26.7, 2024: 30.6}
    found = forecast_year(points, 2027, THIRTY, replace(RULE, draws=4000), name="pm25", share=False)
    assert (found.reason, found.method, found.why, found.rough) == ("", "persistence", "few_checks", True)
    assert found.median == pytest.approx(30.6) and found.probability == pytest.approx(0.5, abs=0.03)
    # By hand: changes over the root of their years −4.924, −3.464, −6.3, 2.252; sum of squares 81.01; four of them. The
    # pace is −15.363 / 9 = −1.707 a year. At the tenth Student's t with four degrees is 1.533, so without the pace the
    # half-width is √(81.01 / 4 · 3) · 1.533 = 11.9, with it (1.707 · 3 = 5.1) near √(11.9² + (1.28 · 5.1)²) = 13.6.
    assert found.high is not None and found.low is not None
    assert found.high - 30.6 == pytest.approx(13.6, abs=1.2) and 30.6 - found.low == pytest.approx(13.6, abs=1.2)
    assert found.sure is not None and 30.6 < found.sure < found.high
    assert found.backtest is not None and [(c.origin, c.steps[0]) for c in found.backtest.checks] == [
        (2020, 2021), (2021, 2024),
    ]  # fmt: skip
    four = {year: points[year] for year in (2017, 2020, 2021, 2024)}
    assert forecast_year(four, 2027, THIRTY, RULE, name="x", share=False).reason == ""


def test_a_series_that_never_changed_has_a_bound() -> None:
    """Two of five cities from 2022 to 2026: four year-steps, so a change by 2027 has 1 / (4 + 1 + 1)."""
    points = dict.fromkeys(range(2022, 2027), 40.0)
    found = forecast_year(points, 2027, rounding_bound(60, ">=", 0), RULE, name="waste", share=True)
    assert (found.method, found.detail["bound"]) == ("unchanged", "at_most")
    assert found.probability == pytest.approx(1 / 6) and (found.low, found.high) == (40.0, 40.0)
    kept = forecast_year(points, 2027, rounding_bound(40, ">=", 0), RULE, name="waste", share=True)
    assert kept.detail["bound"] == "at_least" and kept.probability == pytest.approx(5 / 6)
    # Just long enough: three steps, 1 / 5 = what an 80 % band leaves. Two years ahead eight values are asked.
    assert forecast_year(dict.fromkeys(range(4), 1.0), 4, THIRTY, RULE, name="x", share=False).reason == ""
    short = forecast_year(points, 2028, THIRTY, RULE, name="x", share=True)
    assert (short.reason, short.detail["need"]) == ("too_short", 8)


def test_a_probability_is_never_certain() -> None:
    for goal, side in ((5, "<="), (500, "<=")):
        found = forecast_year(FALLING, 2021, rounding_bound(goal, side, 0), RULE, name="x", share=False)
        assert found.probability in (pytest.approx(0.5 / 301), pytest.approx(300.5 / 301))


def test_growth_of_a_share_slows_down() -> None:
    """A logistic curve with small errors: the line on the logit is it, and beats the last value."""
    made = np.random.default_rng(6)
    points = {2012 + k: float(100 / (1 + np.exp(1.5 - 0.35 * k - made.normal(0, 0.05)))) for k in range(12)}
    found = forecast_year(points, 2025, rounding_bound(90, ">=", 0), RULE, name="logistic", share=True)
    truth = 100 / (1 + np.exp(1.5 - 0.35 * 13))
    assert found.method == "logit_theil_sen" and found.median == pytest.approx(truth, abs=1.5)
    assert found.high is not None and found.high < 100


def test_the_choice_uses_only_what_was_known() -> None:
    """Two methods, one right from the fourth moment on: the procedure takes it only after that has been seen."""

    def persist(points: Points, steps: list[int], rng: np.random.Generator) -> np.ndarray:
        return np.full((3, len(steps)), points[max(points)])

    def one_more(points: Points, steps: list[int], rng: np.random.Generator) -> np.ndarray:
        return np.array([[points[max(points)] + step - max(points) for step in steps]] * 3)

    # 0 0 0 1 2 3 4: the step by one begins after the third value.
    values = {k: float(v) for k, v in enumerate([0, 0, 0, 1, 2, 3, 4])}
    found = contest(
        values, {"persistence": persist, "more": one_more}, "persistence", horizon=1, first=2, level=0.8, seed=1,
        name="x", must_beat=1.0,
    )  # fmt: skip
    assert found is not None
    # From 1: came 0, persistence right. From 2 on one more is right; known to be no worse only after step 4.
    # Errors so far before each moment: (–), (0; 1), (1/2; 1/2), (2/3; 1/3), (3/4; 1/4).
    assert [check.median for check in found.chosen.checks] == [0.0, 0.0, 1.0, 3.0, 4.0]
    assert found.winner == "more" and found.chosen.mae == pytest.approx(2 / 5) and found.paid
