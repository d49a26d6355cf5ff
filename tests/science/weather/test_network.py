"""Hours of a real station of the network with its own weather: blocks, hours, and what a leak would pretend.

The whole network stands in `bench/weather.py`.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from bench.beijing import hourly_rule, linear_r2, read_hours
from saishang.rules import load_rules
from saishang.science.weather.frame import Frame, build_frame
from saishang.science.weather.model import cross_fit, fit, folds_of, one_thread, predict, skill
from saishang.science.weather.normalise import draw_pools, usual
from saishang.science.weather.rule import Trees, WeatherRule

HOURS = Path(__file__).resolve().parents[2] / "data" / "weather" / "uci_beijing_gucheng_no2_2014_03_2015_02.parquet"
SHIPPED = hourly_rule(WeatherRule.from_document(load_rules().document("weather")))
RULE = replace(SHIPPED, folds=4, draws=5, block=7, trees=Trees(number=40, rate=0.15, leaves=15, least_rows=60))


def test_hours_beat_their_rivals_in_blocks_and_random_rows_flatter() -> None:
    values, weather = read_hours(HOURS, "no2")
    frame = build_frame(values, weather, RULE)
    missing = sum(value is None for value in values.values())
    assert frame.hourly and frame.no_value == missing and 0 < frame.no_weather < 1500
    assert len(frame.moments) == len(values) - missing - frame.no_weather

    with one_thread():
        _holds(frame)


def _holds(frame: Frame) -> None:
    folds = cross_fit(frame, RULE)
    found, expected = skill(frame, folds, RULE)
    linear = linear_r2(frame, folds_of(frame.day, RULE))
    assert found.better(1) and found.r2 > linear > 0 and found.r2 > found.r2_without + 0.1

    # Rows at random have seen the hour before and the hour after.
    fold = np.random.default_rng(1).integers(0, 4, size=len(frame.values))
    leaked = np.empty_like(expected)
    for number in range(4):
        model = fit(frame.inputs[fold != number], frame.values[fold != number], RULE.trees)
        leaked[fold == number] = predict(model, frame.inputs[fold == number])
    total = np.sum((frame.values - frame.values.mean()) ** 2)
    assert 1 - np.sum((frame.values - leaked) ** 2) / total > found.r2 + 0.05

    # Weather of an hour is drawn from the same hour.
    pools = draw_pools(frame, RULE, "network")
    assert {hour for _season, hour in pools} == set(range(24))
    for (_season, hour), drawn in pools.items():
        assert set(frame.pool_hour[drawn].tolist()) == {hour} and len(drawn) <= RULE.draws
    held = folds[0].held
    normal = usual(frame, folds[0].model, held, pools)
    assert normal.std() < expected[held].std()  # usual weather has no storms and no stagnant weeks
