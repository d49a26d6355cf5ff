"""Inputs as people and other systems write them: names, widths, units, Chinese words; and what must never pass."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from saishang.errors import SaishangError
from saishang.rules import Rules
from saishang.science.calc import calculate, find_topic
from saishang.science.calc.registry import Result

DAY = date(2026, 11, 24)
AQI_DAY = {"SO2": 15, "NO2": 40, "CO": "1.0", "O3": 98, "PM10": 130, "PM2.5": 70}
CLEAN = {"sd_cm": 60, "do": 4, "orp": 120, "nh3n": 3}


def run(rules: Rules, name: str, inputs: dict[str, Any], standard: str = "", averaging: str = "") -> Result:
    return calculate(name, inputs, rules=rules, on=DAY, standard=standard, averaging=averaging)


@pytest.mark.parametrize(
    ("written", "name"),
    [("空气质量指数", "AQI"), ("Air quality index", "AQI"), ("composite-index", "composite_index"),
     ("环境空气质量综合指数", "composite_index"), ("good day ratio", "good_day_ratio"),
     ("断面水质类别", "surface_section"), ("区域生态质量", "eqi"), ("生物多样性指数", "biodiversity_index")],
)  # fmt: skip
def test_a_topic_is_found_by_its_titles(written: str, name: str) -> None:
    assert find_topic(written).name == name


def test_an_unknown_topic_does_not_recite_them_all() -> None:
    with pytest.raises(SaishangError) as caught:
        find_topic("nonsense")
    assert "--list" in caught.value.fix
    assert len(caught.value.fix) < 120


@pytest.mark.parametrize("value", ["70", "７０", "70 µg/m³", "70ug/m3", "0.07 mg/m3", "70 微克/立方米", 70])
def test_a_concentration_in_any_spelling(rules: Rules, value: object) -> None:
    found = run(rules, "AQI", AQI_DAY | {"PM2.5": value}, "HJ 633-2026", "daily")
    assert found["iaqi"]["PM2.5"] == 110  # 100 + 50 (70 - 60)/(115 - 60) = 109.09, carried up


@pytest.mark.parametrize("value", ["70 K", "70 mg/L", "<0.5", "1,200", "－70"])
def test_what_is_no_concentration_is_refused(rules: Rules, value: str) -> None:
    with pytest.raises(SaishangError) as caught:
        run(rules, "AQI", AQI_DAY | {"PM2.5": value}, "HJ 633-2026", "daily")
    assert "PM2.5" in caught.value.message


@pytest.mark.parametrize("word", ["日报", "日均", "日", "24h"])
def test_averaging_times_in_chinese(rules: Rules, word: str) -> None:
    assert run(rules, "AQI", AQI_DAY, "HJ 633-2026", word)["aqi"] == 110


@pytest.mark.parametrize("name", ["PM25", "pm2.5", "PM₂.₅"])
def test_a_choice_in_any_case_and_width(rules: Rules, name: str) -> None:
    found = run(rules, "IAQI", {"pollutant": name, "averaging": "日均", "concentration": 115}, "HJ 633-2026")
    assert found == {"iaqi": 150}


@pytest.mark.parametrize("cloud", [">3/8", ">=3/8", "<=4/8", "3/8"])
def test_signs_of_comparison_are_not_dropped(rules: Rules, cloud: str) -> None:
    with pytest.raises(SaishangError, match="cloud"):
        run(rules, "air", {"wind_ms": "2.5", "night": True, "cloud": cloud})


def test_a_class_that_the_table_lacks_says_so(rules: Rules) -> None:
    """Pasquill, table 19-3: no class below 2 m/s by night."""
    clear = {"night": True, "cloud": "<=3/8"}
    assert run(rules, "air", {"wind_ms": "1.99", **clear}) == {"cls": "F", "assumed": True}
    assert run(rules, "air", {"wind_ms": "2", **clear}) == {"cls": "F"}
    assert run(rules, "air", {"wind_ms": "1.5", "night": True, "cloud": "overcast"}) == {"cls": "D"}


@pytest.mark.parametrize("value", ["0.6", "0.6 mg/L", "600 µg/L", "０.６", "6e-1"])
def test_ammonia_in_any_spelling(rules: Rules, value: str) -> None:
    for item in ("nh3n", "NH3-N", "氨氮"):
        assert run(rules, "surface_section", {"body": "河流", "values": {"do": 7, item: value}})["class"] == "Ⅲ"


@pytest.mark.parametrize("value", ["0.025L", "<0.025", "＜０.０２５", "<25 µg/L", "0.025l"])
def test_below_detection_in_any_spelling(rules: Rules, value: str) -> None:
    """环办监测函〔2020〕82号 point 7: half the limit, 0.0125, enters the mean."""
    assert run(rules, "statistics", {"nh3n": [value, "0.1", "0.2"]})["mean"] == pytest.approx(0.1042)


def test_water_bodies_and_land_classes_in_chinese(rules: Rules) -> None:
    values = {"do": 8, "tp": "0.06"}
    assert run(rules, "surface_section", {"body": "水库", "values": values})["class"] == "Ⅳ"
    assert run(rules, "surface_section", {"body": "River", "values": values})["class"] == "Ⅱ"
    for word in ("第一类", "一类用地", "第一类用地", "Ⅰ", 1, "1"):
        assert run(rules, "development_land", {"land_class": word, "values": {"砷": 45}}) == {"result": "超筛选值"}
    assert run(rules, "development_land", {"land_class": 1, "values": {"苯并（a）芘": "0.56"}}) == {
        "result": "超筛选值"
    }


def test_soil_below_detection(rules: Rules) -> None:
    found = run(rules, "farmland_soil", {"ph": 7, "land_use": "旱地", "values": {"cd": "<0.01", "pb": "60 mg/kg"}})
    assert found == {"category": "优先保护", "over_screening": [], "over_intervention": []}
    assert run(rules, "development_land", {"land_class": 2, "values": {"汞": "0.002L"}}) == {"result": "不超筛选值"}


def test_groundwater_units_are_those_of_the_item(rules: Rules) -> None:
    """GB/T 14848-2017, table 2: tetrachloroethene Ⅳ up to 300 µg/L."""
    assert run(rules, "groundwater", {"values": {"四氯乙烯": "0.3 mg/L"}})["class"] == "Ⅳ"
    assert run(rules, "groundwater", {"values": {"四氯乙烯": "0.301 mg/L"}})["class"] == "Ⅴ"


def test_trophic_items_by_their_names(rules: Rules) -> None:
    keys = {"chla": "10 mg/m³", "tp": "0.05", "tn": "1.0", "sd": "100 cm", "codmn": "4.0"}
    names = dict(zip(("叶绿素a", "总磷", "总氮", "透明度", "高锰酸盐指数"), keys.values(), strict=True))
    assert run(rules, "tli", {"values": names}) == run(rules, "tli", {"values": keys})
    assert run(rules, "tli", {"values": keys})["tli"] == 48.02
    with pytest.raises(SaishangError, match="twice"):
        run(rules, "tli", {"values": {"chla": 10, "叶绿素a": 3}})


def test_items_of_a_source_keep_the_name_they_came_under(rules: Rules) -> None:
    """GB 3838-2002, table 3: tetrachloroethene 0.04 mg/L; (0.05 - 0.04)/0.04 = 0.25."""
    found = run(rules, "drinking_source", {"table1_class": "Ⅱ", "specific": {"四氯乙烯": "0.05"}})
    assert found == {"compliant": False, "over": [["四氯乙烯", 0.25]]}


def test_a_gap_is_never_a_pass(rules: Rules) -> None:
    found = run(rules, "black_odorous", CLEAN | {"do": None})
    assert found == {"result": "无法判定", "missing": ["do"]}
    found = run(rules, "drinking_source", {"table1_class": "Ⅱ", "supplementary": {"so4": None, "cl": 120}})
    assert found == {"compliant": None, "over": [], "missing": ["so4"]}


def test_a_city_is_not_better_for_an_item_it_did_not_measure(rules: Rules) -> None:
    """环办监测〔2017〕51号: the index is a sum over the items; without one it is smaller, and smaller ranks better."""
    means = {"ph": "8.2", "do": "8.0", "codmn": "3.0", "nh3n": "0.25", "tp": "0.08"}
    assert run(rules, "cwqi", {"body": "river", "means": means}) == {"index": 2.375}
    assert run(rules, "cwqi", {"means": means | {"tp": None}}) == {"index": None, "missing": ["tp"]}
    assert run(rules, "cwqi", {"means": means | {"氟化物": "*"}}) == {"index": None, "missing": ["氟化物"]}
    assert run(rules, "cwqi", {"means": means | {"tn": None}}) == {"index": 2.375}  # total nitrogen is not of the list
    found = run(rules, "cwqi", {"river_index": 2, "M": 3, "lake_index": None, "N": 2})
    assert found == {"city_index": None, "missing": ["lake_index"]}
    assert run(rules, "cwqi", {"river_index": 2, "M": 3, "lake_index": None, "N": 0}) == {"city_index": 2}


def test_the_trophic_index_leaves_out_what_is_missing(rules: Rules) -> None:
    """总站生字〔2001〕090号: weights over the items present; of 10 mg/m³ chlorophyll 10 (2.5 + 1.086 ln 10) = 50.01."""
    for gap in (None, "", "*", "—"):
        assert run(rules, "tli", {"values": {"chla": 10, "tp": gap}})["tli"] == 50.01


@pytest.mark.parametrize(
    ("topic", "averaging", "inputs"),
    [
        ("validity", "24h", {"valid_hours": 25}),
        ("validity", "8h", {"valid_hours": 9}),
        ("validity", "1h", {"minutes": 61}),
        ("validity", "24h", {"pollutant": "TSP", "sampling_hours": 25}),
        ("validity", "8h_daily_max", {"valid_windows": 18}),
        ("trend", "", {"good1": 170, "bad1": 10, "good2": 90, "bad2": 10}),
        ("trend", "", {"good1": 70, "bad1": 40, "good2": 90, "bad2": 10}),
        ("surface_section", "", {"values": {"ph": 15, "do": 7}}),
        ("ei", "", {"bio": 140, "veg": 55, "water": 20, "land": 30, "load": 10}),
        ("air", "", {"wind_ms": -1, "night": True, "cloud": "<=3/8"}),
        ("event", "", {"deaths": "2.5"}),
        ("reporting", "", {"source_class": "III"}),
        ("reporting", "", {"source_class": "III", "what": "safe"}),
    ],
)
def test_what_cannot_be_is_refused(rules: Rules, topic: str, averaging: str, inputs: dict[str, Any]) -> None:
    with pytest.raises(SaishangError):
        run(rules, topic, inputs, averaging=averaging)


@pytest.mark.parametrize("grade", ["重大", "重大事件", "Ⅱ级", "II", "Ⅱ"])
def test_grades_of_events_in_any_spelling(rules: Rules, grade: str) -> None:
    """部令17号, article 3: two hours for 特别重大 and 重大."""
    assert run(rules, "reporting", {"known": "2026-12-31T23:20", "grade": grade})["due"] == "2027-01-01T01:20"


@pytest.mark.parametrize("source", ["III", "Ⅲ", "Ⅲ类", "3", "iii"])
def test_classes_of_sources_in_any_spelling(rules: Rules, source: str) -> None:
    assert run(rules, "reporting", {"source_class": source, "what": "丢失"}) == {"radiation_accident": "较大"}


def test_facts_of_events_in_chinese(rules: Rules) -> None:
    assert run(rules, "event", {"water_supply": "县级", "deaths": 1}) == {"grade": "重大"}
    assert run(rules, "event", {"cross": "跨省"}) == {"grade": "重大"}
    assert run(rules, "noise", {"values": [50.0, 50.1], "period": "昼间"}) == {"grades": ["一级", "二级"]}
    assert run(rules, "source", {"nuclide": "Cs-137", "A_Bq": "37 GBq"}) == {"category": "IV"}


NOVEMBER = {"SO2": 16, "NO2": 44, "PM10": 89, "PM2.5": 42, "CO": "1.2", "O3": 80}


@pytest.mark.parametrize(
    ("standard", "limits", "composite"),
    [
        # Yinchuan, November 2022: 4.64 by the limits of 2012; PM10/60 and PM2.5/30 give 5.05 by the transition;
        # 0.80 + 1.47 + 1.78 + 1.68 + 0.30 + 0.50 = 6.53 by the full limits of 2031.
        ("GB 3095-2012", None, "4.64"),
        ("2012 limits", None, "4.64"),
        ("GB 3095-2026 transition", None, "5.05"),
        ("2026 limits, equal weights", None, "5.05"),
        ("GB 3095-2026 final", None, "6.53"),
        ("GB 3095-2026 full limits", None, "6.53"),
        ("", "GB 3095-2012", "4.64"),
        ("", "2026 final", "6.53"),
        ("GB 3095-2012", "2026f", "6.53"),
        ("排名技术规定", "2012", "4.64"),
    ],
)
def test_the_composite_index_uses_the_limits_that_are_named(
    rules: Rules, standard: str, limits: str | None, composite: str
) -> None:
    """城市环境空气质量排名技术规定: a standard that is named is never passed over for that of the day."""
    inputs = NOVEMBER if limits is None else NOVEMBER | {"limits": limits}
    assert run(rules, "composite_index", inputs, standard)["composite"] == composite


@pytest.mark.parametrize("standard", ["GB 3095-2026 final", "GB 3095-2026 full", "GB 3095-2026第二阶段"])
def test_attainment_by_the_stage_that_is_named(rules: Rules, standard: str) -> None:
    """GB 3095-2026, table 1: PM2.5 of class 2 is 25 a year from 2031, 30 before."""
    inputs = {"pollutant": "PM2.5", "annual_mean": 26, "p95": 50}
    assert run(rules, "attainment", inputs, standard)["attains"] is False
    assert run(rules, "attainment", inputs, "GB 3095-2026过渡阶段")["attains"] is True
    assert run(rules, "attainment", inputs | {"class": "一类区"}, "GB 3095-2026过渡阶段")["attains"] is False


@pytest.mark.parametrize(
    ("topic", "standard", "inputs"),
    [
        ("surface_section", "GB 3838-1988", {"values": {"do": 7}}),
        ("groundwater", "GB/T 14848-1993", {"values": {"ph": 7}}),
        ("farmland_soil", "GB 15618-1995", {"ph": 7, "land_use": "其他", "values": {"cd": 1}}),
        ("emf", "GB 8702-1988", {"f_MHz": 10}),
        ("ei", "HJ 192-2006", {"EI": 58}),
    ],
)
def test_another_edition_is_not_answered_by_this_one(
    rules: Rules, topic: str, standard: str, inputs: dict[str, Any]
) -> None:
    with pytest.raises(SaishangError) as caught:
        run(rules, topic, inputs, standard)
    assert caught.value.code == "unknown-standard"


def test_standards_that_are_named_beside_others(rules: Rules) -> None:
    for standard in ("GB 3838-2002; 环办〔2011〕22号", "2018 water resources bulletin", "宁夏月报 2025-07"):
        assert run(rules, "surface_section", {"values": {"do": 7}}, standard)["class"] == "Ⅱ"


@pytest.mark.parametrize(
    ("standard", "cls", "level", "verdict"),
    [
        ("GB 12523-2011", "-", 70, "达标"),  # construction: 70 by day
        ("GB 12523-2025", "-", "70.1", "超标"),
        ("GB 12348-2008", "4", 70, "达标"),  # boundaries of works know a class 4
        ("GB 3096-2008", "4b", "70.1", "超标"),
    ],
)
def test_the_standard_says_which_place_is_meant(
    rules: Rules, standard: str, cls: str, level: object, verdict: str
) -> None:
    assert run(rules, "noise", {"cls": cls, "Ld": level}, standard)["day"] == verdict
