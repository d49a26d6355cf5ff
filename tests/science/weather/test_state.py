"""The step of 2018-09-01 is recognised, converted, and booked as what it is."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from math import isclose

import pytest

from bench.planted import planted, yinchuan_weather
from saishang.rules import load_rules
from saishang.science.weather.decide import normalise
from saishang.science.weather.rule import WeatherRule
from saishang.science.weather.state import one_state, state_step

RULES = load_rules()
STEP = date(2018, 9, 1)
EVE = STEP - timedelta(days=1)
SKY = {EVE: {"T": 10.0, "P": 890.0}, STEP: {"T": 10.0, "P": 890.0}}


@pytest.mark.parametrize(("parameter", "way"), [("PM2.5", "particle"), ("PM10", "particle"), ("NO2", "gas"),
                                                ("O3_8H", "gas"), ("CO", "gas")])  # fmt: skip
def test_the_rules_know_the_step(parameter: str, way: str) -> None:
    step = state_step(RULES, parameter)
    assert step is not None and (step.day, step.way) == (STEP, way)


def test_what_has_no_state_has_no_step() -> None:
    assert state_step(RULES, "RH") is None


def test_converted_by_hand() -> None:
    gas = one_state({EVE: 100.0, STEP: 100.0}, SKY, state_step(RULES, "NO2"))
    assert isclose(gas.values[EVE], 100 * 273 / 298.15) and gas.values[STEP] == 100
    assert (gas.step, gas.converted, gas.lost) == (STEP, 1, 0)
    particle = one_state({EVE: 100.0, STEP: 100.0}, SKY, state_step(RULES, "PM2.5"))
    assert isclose(particle.values[EVE], 100 * 273 / 283.15 * 89.0 / 101.325)  # 84.7


@pytest.mark.parametrize("days", [[EVE - timedelta(days=1), EVE], [STEP, STEP + timedelta(days=1)]])
def test_on_one_side_nothing_is_converted(days: list[date]) -> None:
    made = one_state(dict.fromkeys(days, 100.0), SKY, state_step(RULES, "NO2"))
    assert set(made.values.values()) == {100.0} and made.step is None


@pytest.mark.parametrize("weather", [{}, {"T": 10.0}, {"T": 10.0, "P": None}, {"T": 10.0, "P": 89_000.0}])
def test_particles_without_usable_weather_are_left_out(weather: dict[str, float | None]) -> None:
    made = one_state({EVE: 100.0, STEP: 100.0}, {EVE: weather}, state_step(RULES, "PM2.5"))
    assert (list(made.values), made.lost, made.converted) == ([STEP], 1, 0)


def test_a_step_no_rule_converts_is_known_as_such() -> None:
    step = state_step(RULES, "NO2")
    assert step is not None
    made = one_state({EVE: 100.0, STEP: 100.0}, SKY, replace(step, way=""))
    assert (made.known, made.values[EVE]) == (False, 100.0)


def test_the_step_is_neither_weather_nor_policy() -> None:
    """Air that does not change, published in the state of its day: the whole change is the state's."""
    rule = WeatherRule.from_document(RULES.document("weather"))
    small = replace(rule, folds=3, draws=10, model_draws=10, trees=replace(rule.trees, number=25, rate=0.2))
    sky = yinchuan_weather()
    truth = planted(sky, 0, seed=2, noise=0.1)
    published = {
        day: None if value is None else value * (298.15 / 273 if day < STEP else 1) for day, value in truth.items()
    }
    step = state_step(RULES, "NO2")
    made = normalise(published, sky, small, name="state", step=step)
    (year,) = [one for one in made.changes if (one.kind, one.second) == ("year", "2019")]
    # 2018 has eight months before the step and four after it; 2019 none: 8.4 % on two thirds of the year.
    assert year.crosses and year.split.state < -0.03 * year.split.first
    assert abs(year.split.rest_ratio - 1) < 0.05
    untouched = [one.split.state for one in made.changes if not one.crosses]
    assert untouched and set(untouched) == {0.0}
    # Without the step known, the same series would show a policy that never was.
    assert step is not None
    blind = normalise(published, sky, small, name="state", step=replace(step, way=""))
    assert ("year", "2018", "2019") in blind.skipped
    assert all(not one.crosses for one in blind.changes)
