"""The daily index of cities in both editions: hand values of HJ 633, the single calculation as second method."""

from __future__ import annotations

import random
from datetime import date
from typing import Any

import pytest

from saishang.lake.engines import AirRun
from saishang.rules import load_rules
from saishang.science.numbers import exact
from tests.science.air.series.by_hand import DAILY, ByHand
from tests.science.air.series.conftest import Evaluate, one, published, rows_of

D = date(2019, 5, 12)
EDITIONS = ("HJ 633-2012", "HJ 633-2026")
CLEAN = {"SO2": 6.0, "NO2": 10.0, "CO": 0.4, "O3_8H": 60.0, "PM10": 30.0, "PM2.5": 10.0}
#: city → concentrations; index of 2012 and of 2026 by hand from table 1
BY_HAND: dict[str, tuple[dict[str, float], int | None, int | None]] = {
    # PM2.5 70: 2012 (100-50)/(75-35)*(70-35)+50 = 93.75 → 94; 2026 (150-100)/(115-60)*(70-60)+100 = 109.09 → 110
    "pm25-70": (CLEAN | {"PM2.5": 70.0}, 94, 110),
    # at the breakpoints: 75 → 100 exactly in 2012; 60 → 100 exactly in 2026 and 50/40*25+50 = 81.25 → 82 in 2012
    "pm25-75": (CLEAN | {"PM2.5": 75.0}, 100, 114),  # 2026: 50/55*15+100 = 113.6 → 114
    "pm25-60": (CLEAN | {"PM2.5": 60.0}, 82, 100),
    # PM10 120: 2012 50/100*70+50 = 85; 2026 exactly 100; 121: 85.5 → 86; 50/130*1+100 = 100.38 → 101
    "pm10-120": (CLEAN | {"PM10": 120.0}, 85, 100),
    "pm10-121": (CLEAN | {"PM10": 121.0}, 86, 101),
    # rounded first, half to even: 120.5 → 120, 121.5 → 122: 86; 50/130*2+100 = 100.77 → 101
    "pm10-120.5": (CLEAN | {"PM10": 120.5}, 85, 100),
    "pm10-121.5": (CLEAN | {"PM10": 121.5}, 86, 101),
    # CO 2.05 → 2.0 (even) → 50; 2.15 → 2.2 (even): 50/2*0.2+50 = 55
    "co-2.05": (CLEAN | {"CO": 2.05, "O3_8H": 20.0}, 50, 50),
    "co-2.15": (CLEAN | {"CO": 2.15, "O3_8H": 20.0}, 55, 55),
    # ozone above 800: 2012 falls back to the largest hour, 900 → 100/200*100+300 = 350; 2026 has 300
    "o3-801": (CLEAN | {"O3_8H": 801.0, "O3_1H": 900.0}, 350, 300),
    "o3-800": (CLEAN | {"O3_8H": 800.0, "O3_1H": 800.0}, 300, 300),
    # the end of the table: 500
    "pm10-600": (CLEAN | {"PM10": 600.0}, 500, 500),
    "pm10-1500": (CLEAN | {"PM10": 1500.0}, 500, 500),
    # 50 exactly has no primary pollutant
    "pm10-50": (CLEAN | {"PM10": 50.0}, 50, 50),
    "none": ({}, None, None),
}


def made_up(number: int) -> dict[str, dict[str, float]]:
    """Concentrations around and between the breakpoints, some missing."""
    chance = random.Random(633)
    steps = {
        "SO2": (50, 150, 475, 800, 1600), "NO2": (40, 80, 180, 280, 565), "CO": (2, 4, 14, 24, 36),
        "O3_8H": (100, 160, 215, 265, 800), "O3_1H": (160, 200, 300, 400, 800), "PM10": (50, 120, 150, 250, 350, 420),
        "PM2.5": (35, 60, 75, 115, 150, 250),
    }  # fmt: skip
    cities = {}
    for n in range(number):
        given = {}
        for code in DAILY:
            step = 0.1 if code == "CO" else 1
            value = chance.choice(steps[code]) + chance.choice((-step, -step / 2, 0, step / 2, step))
            if chance.random() < 0.6:
                value = chance.uniform(0, steps[code][2])
            if chance.random() > 0.06:
                given[code] = round(value, 3)
        cities[f"r{n:03d}"] = given
    return cities


RANDOM = made_up(150)


@pytest.fixture(scope="module", params=EDITIONS)
def index(request: pytest.FixtureRequest, evaluate_once: Evaluate) -> tuple[str, AirRun]:
    cities = {name: given for name, (given, _, _) in BY_HAND.items()} | RANDOM
    rows = [published(city, code, D, value) for city, given in cities.items() for code, value in given.items()]
    stations = [(f"s-{city}", city) for city in cities]  # without hours: every city is there, with or without values
    return request.param, evaluate_once(rows, stations, D, D, edition=request.param)


def test_index_by_hand(index: tuple[str, AirRun]) -> None:
    edition, run = index
    found = {row["region"]: row for row in rows_of(run, "city_aqi")}
    for city, (_, old, new) in BY_HAND.items():
        assert found[city]["aqi"] == (old if edition == EDITIONS[0] else new), city
        assert found[city]["edition"] == edition
    assert found["pm10-50"]["primary"] == ""
    assert (found["pm10-121"]["level"], found["pm10-120"]["level"]) == ((2, 2) if edition == EDITIONS[0] else (3, 2))
    assert (found["none"]["publishable"], found["none"]["level"]) == (False, None)
    assert found["none"]["reason"] == "missing:SO2,NO2,CO,O3_8H,PM10,PM2.5"
    assert (found["pm10-600"]["level"], found["pm10-600"]["primary"]) == (6, "PM10")


def test_index_by_the_single_calculation(index: tuple[str, AirRun]) -> None:
    edition, run = index
    hand = ByHand(load_rules())
    for city, given in RANDOM.items():
        for code in DAILY:
            hand.city_days[city, code, D] = exact(given[code]) if code in given else None
    found = {row["region"]: row for row in rows_of(run, "city_aqi")}
    compared = 0
    for city in RANDOM:
        expected, row = hand.index(city, D, edition=edition), found[city]
        assert row["aqi"] == expected.aqi, city
        if expected.aqi is None:
            continue
        ours = {code.split("_")[0] for code in row["primary"].split(",") if code}
        assert ours == set(expected.primary), city
        assert row["publishable"] == expected.publishable, city
        for pollutant, value in expected.iaqi.items():
            codes = ("O3_8H", "O3_1H") if pollutant == "O3" else (pollutant,)
            parts = [row[f"iaqi_{code}"] for code in codes if row[f"iaqi_{code}"] is not None]
            assert max(parts, default=None) == value, (city, pollutant)
        compared += 1
    assert compared > 140


def test_ties_are_joint_after_rounding_up(evaluate: Evaluate) -> None:
    # O3 8h 133: 50/60*33+50 = 77.5 → 78; PM10 106: 50/100*56+50 = 78; PM2.5 57: 50/40*22+50 = 77.5 → 78
    rows = [published("a", code, D, value)
            for code, value in (CLEAN | {"O3_8H": 133.0, "PM10": 106.0, "PM2.5": 57.0}).items()]  # fmt: skip
    row = one(evaluate(rows, [], D, D), "city_aqi")
    assert (row["aqi"], row["primary"], row["edition"]) == (78, "O3_8H,PM10,PM2.5", "HJ 633-2012")


def test_the_edition_in_force_on_each_day(evaluate: Evaluate) -> None:
    """The 2026 edition is in force from 2026-03-01: the same air is 94 the day before and 110 from then on."""
    days = [date(2026, 2, 28), date(2026, 3, 1)]
    rows = [published("a", code, day, v) for day in days for code, v in (CLEAN | {"PM2.5": 70.0}).items()]
    found = [(r["edition"], r["aqi"], r["level"]) for r in rows_of(evaluate(rows, [], *days), "city_aqi")]
    assert found == [("HJ 633-2012", 94, 2), ("HJ 633-2026", 110, 3)]


@pytest.mark.parametrize(("pm10", "publishable"), [(120.0, False), (121.0, True)])
def test_with_an_item_missing_2026_publishes_only_above_100(evaluate: Evaluate, pm10: float, publishable: bool) -> None:
    """HJ 633-2026: computed from the rest, published only when above 100; 120 → 100, 121 → 101."""
    given: dict[str, Any] = CLEAN | {"PM10": pm10}
    rows = [published("a", code, date(2026, 5, 1), v) for code, v in given.items() if code != "NO2"]
    row = one(evaluate(rows, [], date(2026, 5, 1), date(2026, 5, 1)), "city_aqi")
    assert (row["publishable"], row["complete"], row["reason"]) == (publishable, False, "missing:NO2")
