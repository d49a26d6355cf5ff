"""The registry: what a topic declares, how inputs are checked, how errors teach."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from saishang.errors import SaishangError
from saishang.rules import Rules, load_rules
from saishang.science.calc import LABELS, Topic, calculate, find_topic, registry, topics
from saishang.science.calc.registry import Case, Result, family, topic
from saishang.science.numbers import InputError

DAY = date(2026, 11, 24)
TOPICS = topics()


def run(rules: Rules, name: str, standard: str = "", averaging: str = "", **inputs: Any) -> Result:
    return calculate(name, inputs, rules=rules, on=DAY, standard=standard, averaging=averaging)


@pytest.mark.parametrize("known", TOPICS, ids=lambda known: known.name)
def test_every_topic_is_declared_in_two_languages_with_an_example_that_runs(rules: Rules, known: Topic) -> None:
    assert known.zh and known.en and known.description_zh and known.description_en
    for field in known.fields:
        assert field.zh and field.en
    example = known.example
    result = calculate(
        known.name,
        example["inputs"],
        rules=rules,
        on=DAY,
        standard=example.get("standard", ""),
        averaging=example.get("averaging", ""),
    )
    assert result and json.dumps(result, ensure_ascii=False)
    if known.open_inputs is None:
        assert set(result) <= {*LABELS, "O3", "NO2", "SO2", "CO"}  # codes need no words


def test_names_are_found_in_any_case() -> None:
    assert find_topic("aqi").name == "AQI"
    assert find_topic("Good-Day-Ratio").name == "good_day_ratio"


def test_unknown_topic_names_the_nearest() -> None:
    with pytest.raises(InputError) as caught:
        find_topic("composit")
    assert "composite_index" in caught.value.fix
    assert caught.value.code == "unknown-topic"


def test_a_topic_is_declared_once() -> None:
    with pytest.raises(ValueError, match="twice"):

        @topic("aqi", medium="air", zh="", en="", description_zh="", description_en="", example={})
        def again(case: Case) -> Result:
            return {}


@pytest.mark.parametrize(
    ("name", "inputs", "words"),
    [
        ("AQI", {"PM2.6": 70}, "PM2.5"),
        ("AQI", {"PM2.5": -1}, "must not be negative"),
        ("AQI", {"PM2.5": "high"}, "must be a number"),
        ("AQI", {"PM2.5": True}, "must be one number"),
        ("AQI", {"PM2.5": [1]}, "must be one number"),
        ("AQI", {"PM2.5": 1, "pm25": 2}, "given twice"),
        ("AQI", {}, "at least one pollutant"),
        ("IAQI", {"pollutant": "PM2.6", "concentration": 1}, "Did you mean PM2.5"),
        ("IAQI", {"pollutant": "PM2.5"}, "needs the concentration"),
        ("IAQI", {"pollutant": "PM2.5", "averaging": "8h", "concentration": 1}, "no sub-index"),
        ("percentile", {"p": 90}, "either values or arith"),
        ("percentile", {"values": [], "p": 90}, "at least one value"),
        ("percentile", {"values": "3,4", "p": 90}, "list of numbers"),
        ("percentile", {"values": [1]}, "needs the input p"),
        ("percentile", {"arith": {"start": 1}, "p": 90}, "lacks n, step"),
        ("percentile", {"arith": {"start": 1, "step": 1, "n": 10**9}, "p": 90}, "must not be above"),
        ("MDA8", {"hour_ending_01_to_24": [1] * 23}, "24 hourly means"),
        ("validity", {}, "averaging"),
        ("validity", {"days_per_month": [27] * 11}, "averaging"),
        ("validity", {"valid_hours": 19.5}, "whole number"),
        ("attainment", {"annual_mean": 3}, "needs a pollutant"),
        ("attainment", {"pollutant": "PM2.5", "p98": 3}, "does not judge the p98"),
        ("exceedance_multiple", {"C": 5, "S": 0}, "above 0"),
        ("composite_index", {"PM2.5": 5, "limits": "1996"}, "GB 3095-2026 transition"),
        ("ranking", {}, "at least one"),
        ("good_day_ratio", {"days": 365}, "either polluted or good"),
        ("good_day_ratio", {"银川市": [51]}, "two numbers"),
        ("three_year_mean", {"2024": 1, "2026": 1, "2027": 1}, "consecutive"),
        ("three_year_mean", {"first": 1}, "not a year"),
        ("rounding", {"value": "1", "decimals": "1.5"}, "whole number"),
        ("reference_state", {"C_std": 100, "T": 10, "P_kPa": 89}, "kelvin"),
        ("reference_state", {"T": 280}, "exactly one"),
        ("dust_window", {"pm10": [1, 2], "pm2.5": [1]}, "same hours"),
        ("dust_masking", {"date_status": "dusty", "PM10": 1}, "Did you mean dust"),
    ],
)
def test_errors_say_what_was_expected(rules: Rules, name: str, inputs: dict[str, Any], words: str) -> None:
    with pytest.raises(SaishangError) as caught:
        run(rules, name, **inputs)
    assert words in str(caught.value)
    assert caught.value.fix


def test_missing_days_do_not_count_and_none_left_is_no_value(rules: Rules) -> None:
    # 3 and 5: k = 1.5, 3 + 2 × 0.5 = 4.0
    assert run(rules, "percentile", values=[3, None, 5], p=50)["percentile"] == "4.0"
    assert run(rules, "percentile", values=[None], p=50) == {"k": None, "percentile": None, "rounded": None}


def test_pollutant_decides_the_decimals_of_a_statistic(rules: Rules) -> None:
    # 2026: PM2.5 statistics keep one decimal, in 2013 none.
    values = [30, 31, 30, 31]
    assert run(rules, "percentile", "HJ 663-2026", values=values, p=50, pollutant="PM2.5")["rounded"] == "30.5"
    assert run(rules, "percentile", "HJ 663-2013", values=values, p=50, pollutant="PM2.5")["rounded"] == "30"


@pytest.mark.parametrize(
    ("averaging", "inputs", "expected"),
    [
        ("24h", {"valid_hours": 20}, {"valid": True}),
        ("24h", {"valid_hours": None, "pollutant": "PM10"}, None),
        ("24h", {"pollutant": "TSP", "sampling_hours": 23}, {"valid": False}),
        ("8h", {"valid_hours": 6}, {"valid": True}),
        ("1h", {"minutes": 44}, {"valid": False}),
        ("quarter", {"pollutant": "Pb", "days_per_month": [5, 5, 5]}, {"valid": True, "total": 15}),
        ("quarter", {"pollutant": "Pb", "days_per_month": [8, 8, 4]}, {"valid": False, "total": 20}),
        ("annual", {"pollutant": "TSP", "days_per_month": [5] * 12}, {"valid": True, "total": 60}),
        ("annual", {"pollutant": "O3", "days_per_month": [27, 25] + [27] * 10}, {"valid": False, "total": 322}),
        ("month", {"days_per_month": [25], "month": 2}, {"valid": True, "total": 25}),
        ("month", {"valid_days": 26, "month": 3}, {"valid": False, "total": 26}),
        ("8h_daily_max", {"valid_windows": 13, "max_8h": 160}, {"valid": False}),
        ("8h_daily_max", {"valid_windows": 13, "max_8h": 161}, {"valid": True}),
        ("8h_daily_max", {"valid_windows": 14}, {"valid": True}),
        ("city", {"valid_stations": 3, "stations": 4}, {"valid": True}),
        ("", {"valid_hours": 19}, {"valid": False}),
    ],
)
def test_validity_by_averaging_time(
    rules: Rules, averaging: str, inputs: dict[str, Any], expected: Result | None
) -> None:
    if expected is None:
        with pytest.raises(InputError, match="missing"):
            run(rules, "validity", "GB 3095-2026", averaging, **inputs)
    else:
        assert run(rules, "validity", "GB 3095-2026", averaging, **inputs) == expected


@pytest.mark.parametrize(
    ("standard", "inputs", "expected"),
    [
        ("GB 3095-2012", {"pollutant": "SO2", "annual_mean": "60.5", "p98": "150.5"},
         {"annual_for_compliance": "60", "p98_for_compliance": "150", "attains": True}),
        ("GB 3095-2026 final", {"pollutant": "SO2", "annual_mean": 21, "p98": 40},
         {"annual_for_compliance": "21", "p98_for_compliance": "40", "attains": False}),
        ("GB 3095-2026 transition", {"pollutant": "CO", "p95": "4.05"}, {"p95_for_compliance": "4.0", "attains": True}),
        ("GB 3095-2026 transition", {"pollutant": "O3", "p90": "160.6"},
         {"p90_for_compliance": "161", "attains": False}),
        ("GB 3095-2012", {"pollutant": "PM2.5", "annual_mean": 30},
         {"annual_for_compliance": "30", "p95_for_compliance": None, "attains": None}),
        ("GB 3095-2012", {"pollutant": "Pb", "annual_mean": "0.504"},
         {"annual_for_compliance": "0.50", "attains": True}),
        ("GB 3095-2012", {"pollutant": "PM10", "daily_mean": 151}, {"daily_mean_for_compliance": "151",
                                                                    "attains": False}),
        ("GB 3095-2012", {"pollutant": "PM2.5", "annual_mean": 16, "p95": 30, "class": 1},
         {"annual_for_compliance": "16", "p95_for_compliance": "30", "attains": False}),
        ("GB 3095-2026 final", {"PM2.5": 28, "CO": "4.1"}, {"GB 3095-2026 final": ["PM2.5", "CO"]}),
    ],
)  # fmt: skip
def test_attainment_of_other_pollutants_and_limits(
    rules: Rules, standard: str, inputs: dict[str, Any], expected: Result
) -> None:
    assert run(rules, "attainment", standard, "annual", **inputs) == expected


@pytest.mark.parametrize(
    ("standard", "day", "attains"),
    [
        # 27 is within the transition limit of 30 and above the full limit of 25.
        ("GB 3095-2026", date(2026, 6, 1), True),
        ("GB 3095-2026", date(2031, 6, 1), False),
        ("GB 3095-2026 final", date(2026, 6, 1), False),
        ("", date(2031, 6, 1), False),
        ("GB 3095-2012", date(2031, 6, 1), True),
    ],
)
def test_stage_of_the_limits_by_name_or_day(rules: Rules, standard: str, day: date, attains: bool) -> None:
    inputs = {"pollutant": "PM2.5", "annual_mean": 27, "p95": 50}
    assert calculate("attainment", inputs, rules=rules, on=day, standard=standard)["attains"] is attains


def test_edition_by_day_when_no_standard_is_named(rules: Rules) -> None:
    inputs = {"SO2": 15, "NO2": 40, "CO": 1, "O3": 98, "PM10": 130, "PM2.5": 70}
    old = calculate("AQI", inputs, rules=rules, on=date(2026, 2, 28))
    new = calculate("AQI", inputs, rules=rules, on=date(2026, 3, 1))
    assert (old["aqi"], new["aqi"]) == (94, 110)


def test_nine_items_of_a_2012_hour(rules: Rules) -> None:
    # SO2 20 → 6.67; NO2 30 → 15; CO 0.8 → 8; O3 1 h 90 → 28.1, 8 h 120 → 66.7; PM10 24 h 60 → 55; PM2.5 24 h 50 → 68.75
    found = run(rules, "AQI", "HJ 633-2012", "hourly", SO2_1h=20, NO2_1h=30, CO_1h="0.8", O3_1h=90, O3_8h_rolling=120,
                PM10_1h=300, PM10_24h_rolling=60, **{"PM2.5_1h": 200, "PM2.5_24h_rolling": 50})  # fmt: skip
    assert found["iaqi"] == {"SO2": 7, "NO2": 15, "CO": 8, "O3": 67, "PM10": 55, "PM2.5": 69}
    assert (found["aqi"], found["primary"]) == (69, ["PM2.5"])
    assert (found["so2_iaqi"], found["o3_1h_iaqi"], found["o3_8h_iaqi"], found["pm25_iaqi"]) == (7, 29, 67, 69)


def test_hours_of_particles_by_edition(rules: Rules) -> None:
    inputs = {"PM10_1h": 420, "PM10_24h_rolling": 140, "PM2.5_1h": 110, "PM2.5_24h_rolling": 60}
    assert run(rules, "AQI", "HJ 633-2012", "hourly", **inputs) == {"pm10_iaqi": 95, "pm25_iaqi": 82}
    assert run(rules, "AQI", "HJ 633-2026", "hourly", **inputs) == {"pm10_iaqi": 300, "pm25_iaqi": 146}


def test_gap_of_a_2012_day_is_noted(rules: Rules) -> None:
    found = run(rules, "AQI", "HJ 633-2012", "daily", SO2=15, NO2=40, CO=1, O3=None, PM10=40, **{"PM2.5": 20})
    assert (found["aqi"], found["missing"]) == (50, ["O3"])


def test_a_value_above_the_table_without_stand_in_is_told(rules: Rules) -> None:
    inputs = {"SO2": 15, "NO2": 40, "CO": 1, "O3": 812, "PM10": 40, "PM2.5": 20}
    found = run(rules, "AQI", "HJ 633-2012", "daily", **inputs)
    assert (found["aqi"], found["iaqi"]["O3"], found["above_range"]) == (50, None, ["O3"])
    found = run(rules, "AQI", "HJ 633-2012", "daily", **(inputs | {"O3": None}))
    assert "above_range" not in found
    # 950 in the hour: 24-hour 160 stands in; without it nothing does.
    hour = {"SO2_1h": 950, "NO2_1h": 20, "CO_1h": 1, "O3_1h": 60, "PM10_24h": 40, "PM2.5_24h": 20}
    assert run(rules, "AQI", "HJ 633-2012", "hourly", **hour)["above_range"] == ["SO2"]
    assert "above_range" not in run(rules, "AQI", "HJ 633-2012", "hourly", SO2_24h=160, **hour)


@pytest.mark.parametrize(
    ("status", "masked"),
    [("dust", True), ("confirmed", True), ("proposed", False), ("rejected", False), ("clear", False), ("正常", False)],
)
def test_only_dust_days_are_masked(rules: Rules, status: str, masked: bool) -> None:
    found = run(rules, "dust_masking", date_status=status, PM10=212, O3=158)
    assert found == {"PM10_deducted": None if masked else 212, "O3": 158}


def test_zero_and_the_mark_of_an_item_out_of_the_plan(rules: Rules) -> None:
    clean = {"SO2": 0, "NO2": 0, "CO": 0, "O3": 0, "PM10": 0, "PM2.5": 0}
    assert run(rules, "AQI", "HJ 633-2026", **clean)["aqi"] == 0
    found = run(rules, "AQI", "HJ 633-2026", **(clean | {"CO": "/", "O3": 120}))
    assert (found["aqi"], found["iaqi"]["CO"]) == (67, "/")


def test_composite_index_with_a_gap(rules: Rules) -> None:
    found = run(rules, "composite_index", SO2=16, NO2=44, PM10=89, CO="1.2", O3=None, limits="2012", **{"PM2.5": 42})
    assert (found["composite"], found["main_pollutant"], found["single"]["O3"]) == (None, None, None)


def test_regional_share_and_a_city_without_valid_days(rules: Rules) -> None:
    found = run(rules, "good_day_ratio", 甲市=[51, 91], 乙市=[0, 0])
    assert found == {"cities": {"甲市": "56.0", "乙市": None}, "region": "56.0"}


json_values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-(10**6), 10**6), st.floats(), st.text(max_size=6)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=4), inner, max_size=3)),
    max_leaves=6,
)
FIELD_NAMES = sorted({field.name for known in TOPICS for field in known.fields} | {"银川市", "2024"})


@settings(max_examples=400, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.sampled_from(TOPICS), st.dictionaries(st.sampled_from(FIELD_NAMES), json_values, max_size=4), st.data())
def test_whatever_comes_in_the_answer_is_a_result_or_a_teaching_error(
    known: Topic, inputs: dict[str, Any], data: st.DataObject
) -> None:
    names = [field.name for field in known.fields] or ["2024"]
    inputs = {data.draw(st.sampled_from(names)): value for value in inputs.values()} or inputs
    standard = data.draw(st.sampled_from(["", "HJ 633-2012", "2026", "GB 3095-2026 final", "x"]))
    averaging = data.draw(st.sampled_from(["", "hourly", "24h", "annual", "1h", "x"]))
    try:
        result = calculate(known.name, inputs, rules=load_rules(), on=DAY, standard=standard, averaging=averaging)
    except SaishangError as error:
        assert error.fix
    else:
        json.dumps(result)


def test_a_family_is_answered_by_the_member_its_inputs_fit(rules: Rules, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_TOPICS", dict(registry._TOPICS))
    family("air_family", medium="air", zh="空气", en="air", members=("exceedance_multiple", "change_rate"))
    assert run(rules, "air_family", C="90", S="60") == {"multiple": "0.50"}
    assert run(rules, "air_family", current="4.32", previous="4.58") == {"change_percent": "-5.7"}
    with pytest.raises(InputError, match="fit no calculation") as caught:
        run(rules, "air_family", C="90", previous="4")
    assert "exceedance_multiple" in caught.value.fix
    with pytest.raises(InputError, match="needs the input S"):
        run(rules, "air_family", C="90", S=None)
    with pytest.raises(ValueError, match="twice"):
        family("air_family", medium="air", zh="空气", en="air", members=("change_rate",))


def test_no_spelling_means_two_things() -> None:
    titles: dict[str, set[str]] = {}
    for known in TOPICS:
        for title in (known.name, known.zh, known.en):
            titles.setdefault(registry._letters(title), set()).add(known.name)
        for field in known.fields:
            meant: dict[str, set[str]] = {}
            for word, choice in (*((one, one) for one in field.choices), *field.words):
                meant.setdefault(registry._letters(word), set()).add(choice)
            assert all(len(found) == 1 or _synonyms(found) for found in meant.values()), (known.name, field.name, meant)
    assert {title: found for title, found in titles.items() if len(found) > 1} == {}


def _synonyms(choices: set[str]) -> bool:
    """`non_dust` and `non-dust` are one word."""
    return len({choice.replace("-", "_") for choice in choices}) == 1
