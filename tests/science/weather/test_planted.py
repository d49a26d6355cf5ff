"""A step of known size under real weather comes out again; no step, no effect. The larger set: `bench/weather.py`."""

from __future__ import annotations

from datetime import date

import pytest

from bench.planted import STEP, planted, windy_after, yinchuan_weather
from saishang.rules import load_rules
from saishang.science.weather.decide import Answer, prepared
from saishang.science.weather.rule import WeatherRule
from saishang.science.weather.split import Split

RULE = WeatherRule.from_document(load_rules().document("weather"))
WEATHER = yinchuan_weather()


def measured(change: float, *, windy: bool = False, gaps: tuple[int, ...] = ()) -> Split:
    sky = windy_after(WEATHER) if windy else WEATHER
    # Noise as small as means of three years leave of any: the method is asked, not the luck of the draw.
    values = planted(sky, change, seed=11, noise=0.1, gaps=gaps)
    made = prepared(values, sky, RULE, name=f"planted/{change}/{windy}")
    assert not isinstance(made, Answer), made.reason
    before = made.rows(date(2014, 1, 1), date(STEP.year - 1, 12, 31))
    return made.compare(before, made.rows(STEP, date(2019, 12, 31)), "step")


@pytest.mark.parametrize("change", [0.0, -0.15])
def test_a_step_comes_out_within_three_points(change: float) -> None:
    found = measured(change)
    assert abs(found.rest_ratio - 1 - change) < 0.03
    assert found.rest_low < 1 + change < found.rest_high
    assert found.beyond_chance is (change != 0)


def test_a_step_that_comes_with_wind_is_not_taken_for_it() -> None:
    found = measured(-0.15, windy=True)
    # Whoever looks at the change alone sees almost 19 %: the windy years come after the step.
    assert found.second / found.first - 1 < -0.175
    assert abs(found.rest_ratio - 0.85) < 0.03
    assert found.weather < 0


def test_a_step_across_missing_years() -> None:
    """The demonstration's case: years without values between."""
    found = measured(-0.15, gaps=(2016, 2018))
    assert abs(found.rest_ratio - 0.85) < 0.03
