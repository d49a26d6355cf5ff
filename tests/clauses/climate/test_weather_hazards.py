"""GB/T 21987 cold waves; warning signals of rain, cold and heat; hot days, heat waves and grades of rain."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

import pytest

from saishang.apps.indicators.catalogue import Catalogue
from saishang.rules import Rules
from saishang.science.climate.cold_waves import ColdWave, cold_waves, judge_fall
from saishang.science.climate.from_rules import adaptive_city_indicators, cold_wave_rule, heat_rule, scale, signal_rows
from saishang.science.climate.signals import cold_signal, heat_signal, rain_signal
from saishang.science.climate.spells import heat_waves, hot_days, longest_spell, rain_year

START = date(2019, 1, 1)


def series(*values: float | None) -> dict[date, float | None]:
    return {START + timedelta(days=place): value for place, value in enumerate(values)}


@pytest.mark.parametrize(
    ("falls", "tmin", "by"),
    [
        (("8", 0, 0), 4, 24),
        (("7.99", 0, 0), 4, None),
        ((0, 10, 0), "4.0", 48),
        ((0, "9.99", 0), 4, None),
        ((0, 0, 12), -3, 72),
        ((0, 0, "11.99"), -3, None),
        ((9, 11, 13), 2, 24),
        ((16, 16, 16), "4.01", None),
    ],
)
def test_cold_wave(rules: Rules, falls: tuple[object, ...], tmin: object, by: int | None) -> None:
    found = judge_fall(dict(zip((24, 48, 72), falls, strict=True)), tmin, cold_wave_rule(rules))
    assert (found.cold_wave, found.by) == (by is not None, by)


@pytest.mark.parametrize(
    ("falls", "tmin", "verdict", "missing"),
    [
        ({24: 9}, 2, True, ()),  # one criterion is enough
        ({24: 7}, 2, None, ("drop48", "drop72")),  # the others could decide
        ({24: 7, 48: 9, 72: 11}, None, False, ()),  # no fall, whatever the minimum
        ({24: 9}, None, None, ("tmin", "drop48", "drop72")),
        ({}, 6, False, ()),  # too warm, whatever the fall
    ],
)
def test_a_missing_fall_is_never_a_no(
    rules: Rules, falls: dict[int, object], tmin: object, verdict: bool | None, missing: tuple[str, ...]
) -> None:
    found = judge_fall(falls, tmin, cold_wave_rule(rules))
    assert found.cold_wave is verdict and found.missing == missing


def test_cold_waves_of_a_series(rules: Rules) -> None:
    """5.1 → -3.0 is 8.1 in a day; → -6 is 11.1 in two days (more than 10): one wave from 1 to 3 January."""
    found = cold_waves(series(5.1, -3.0, -6.0, -6.5, 1.0), cold_wave_rule(rules))
    assert found == (ColdWave(date(2019, 1, 1), date(2019, 1, 3), 11.1, 48, -6.0),)


def test_tenths_are_exact_and_gaps_are_no_fall(rules: Rules) -> None:
    """4.1 - (-3.9) is 8.0 and counts; across a missing day only the fall of 48 hours is judged: 9.9 is below 10."""
    rule = cold_wave_rule(rules)
    assert len(cold_waves(series(4.1, -3.9), rule)) == 1
    assert cold_waves(series(4.1, -3.8), rule) == ()
    assert cold_waves(series(4.9, None, -5.0), rule) == ()
    assert len(cold_waves(series(5.0, None, -5.0), rule)) == 1
    assert len(cold_waves(series(4.1, -3.9, None, 9.0, 0.5), rule)) == 2
    assert cold_waves({}, rule) == ()


@pytest.mark.parametrize(
    ("sums", "zh"),
    [
        ((100, 100, 100), "红色"), (("99.9", 100, 100), "橙色"), ((50, 50, 50), "橙色"), (("49.9", 50, 50), "黄色"),
        (("49.9", "49.9", 50), "蓝色"), (("49.9", "49.9", "49.9"), None),
    ],
)  # fmt: skip
def test_rain_signal(rules: Rules, sums: tuple[object, ...], zh: str | None) -> None:
    found = rain_signal(dict(zip((3, 6, 12), sums, strict=True)), signal_rows(rules, "rain"))
    assert (found.row and found.row.zh, found.missing) == (zh, ())


def test_what_is_missing_could_be_stronger(rules: Rules) -> None:
    found = rain_signal({6: 60, 12: 60}, signal_rows(rules, "rain"))
    assert found.row is not None and (found.row.zh, found.missing) == ("黄色", ("rain_3h",))
    assert rain_signal({3: 10}, signal_rows(rules, "rain")).missing == ("rain_6h", "rain_12h")


@pytest.mark.parametrize(
    ("falls", "tmin", "wind", "zh"),
    [
        ((16, 16), 0, 6, "红色"), (("15.9", 16), 0, 6, "橙色"), ((12, 12), 0, 6, "橙色"), ((12, 12), "0.1", 6, "黄色"),
        ((10, 10), 4, 6, "黄色"), (("9.9", 10), 4, 6, "蓝色"), ((10, 10), 4, 5, "蓝色"), ((0, 8), 4, 5, "蓝色"),
        ((0, "7.9"), 4, 5, None), ((0, 8), "4.1", 5, None), ((0, 8), 4, 4, None), ((20, 20), -9, 4, None),
    ],
)  # fmt: skip
def test_cold_signal(rules: Rules, falls: tuple[object, ...], tmin: object, wind: object, zh: str | None) -> None:
    rows = signal_rows(rules, "cold")
    found = cold_signal(dict(zip((24, 48), falls, strict=True)), tmin, wind, rows)
    assert (found.row and found.row.zh, found.missing) == (zh, ())


@pytest.mark.parametrize(
    ("maxima", "zh"),
    [
        ([30, 30, 40], "红色"), ([30, 30, "39.9"], "橙色"), ([30, 30, 37], "橙色"), ([30, 30, "36.9"], None),
        ([35, 35, 35], "黄色"), (["34.9", 35, 36], None), ([38, 38, 34], None),
    ],
)  # fmt: skip
def test_heat_signal(rules: Rules, maxima: list[object], zh: str | None) -> None:
    found = heat_signal(maxima, signal_rows(rules, "heat"))
    assert (found.row and found.row.zh) == zh


def test_heat_over_a_gap_is_open(rules: Rules) -> None:
    rows = signal_rows(rules, "heat")
    assert heat_signal([36, None, 36], rows).missing == ("tmax",)
    assert heat_signal([36], rows).missing == ("tmax",)
    assert heat_signal([20, None, 36], rows).row is None


def test_hot_days_and_heat_waves(rules: Rules) -> None:
    """35.0 is hot; three on end are a wave, two are not, and a gap ends one."""
    rule = heat_rule(rules)
    maxima = series(35.0, 35.2, 36.0, 34.9, 35.0, 35.0, None, 35.0, 37.5, 38.1, 35.0)
    assert len(hot_days(maxima, rule)) == 9
    found = heat_waves(maxima, rule)
    assert [(wave.start.day, wave.end.day, wave.days, wave.extreme) for wave in found] == [
        (1, 3, 3, 36.0), (8, 11, 4, 38.1)]  # fmt: skip


def test_days_that_are_not_in_the_series_end_a_wave(rules: Rules) -> None:
    maxima = series(36.0, 36.0, 36.0)
    del maxima[date(2019, 1, 2)]
    assert heat_waves(maxima, heat_rule(rules)) == ()


@pytest.mark.parametrize(
    ("rain", "zh"),
    [("0", "无雨"), ("0.09", "无雨"), ("0.1", "小雨"), ("9.9", "小雨"), ("10", "中雨"), ("24.9", "中雨"),
     ("25", "大雨"),
     ("49.9", "大雨"), ("50", "暴雨"), ("99.9", "暴雨"), ("100", "大暴雨"), ("249.9", "大暴雨"), ("250", "特大暴雨")],
)  # fmt: skip
def test_grades_of_rain(rules: Rules, rain: str, zh: str) -> None:
    grade = scale(rules, "rain_24h").grade(rain)
    assert grade is not None and grade.zh == zh


def test_rain_of_a_year(rules: Rules) -> None:
    """Four days on record of 365: 361 missing, the sum is a lower bound."""
    found = rain_year(series(0.0, 0.1, 25.0, 50.3), 2019, scale(rules, "rain_24h"))
    assert (found.total, found.missing) == (75.4, 361)
    assert found.days == {"无雨": 1, "小雨": 1, "大雨": 1, "暴雨": 1}
    assert found.wettest == (date(2019, 1, 4), 50.3)
    assert rain_year({}, 2020, scale(rules, "rain_24h")).missing == 366


def test_longest_spells() -> None:
    rain = series(0.0, 0.0, 0.0, 1.0, 2.0, None, 0.0, 0.05)
    dry = longest_spell(rain, wet=False, least=Fraction("0.1"))
    wet = longest_spell(rain, wet=True, least=Fraction("0.1"))
    assert dry is not None and (dry.start.day, dry.days) == (1, 3)
    assert wet is not None and (wet.start.day, wet.days, wet.extreme) == (4, 2, 2.0)
    assert longest_spell({}, wet=True, least=Fraction("0.1")) is None


def test_the_set_for_cities_is_marked_as_open(rules: Rules) -> None:
    """Six indicators, each with both languages and a unit; no national set was confirmed."""
    assert len(adaptive_city_indicators(rules)) == 6
    known = Catalogue(rules).indicators
    for item in adaptive_city_indicators(rules).values():
        assert (item.zh, item.en, item.unit) == (
            known[item.indicator].zh,
            known[item.indicator].en,
            known[item.indicator].unit,
        )
    assert rules.document("standards/climate/extremes")["groups"]["adaptive_city"]["status"] == "unconfirmed"
