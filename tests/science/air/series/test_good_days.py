"""Good days on three bases, pooled over regions: published arithmetic and `saishang.science.air.good_days`."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from saishang.lake.engines import AirRun
from saishang.science.air.good_days import GoodDays, good_days, pooled
from tests.science.air.series.by_hand import span
from tests.science.air.series.conftest import Evaluate, one, published, rows_of

FIRST, LAST = date(2025, 1, 1), date(2025, 12, 31)
YEAR = span(FIRST, LAST)
CLEAN = {"SO2": 6.0, "NO2": 10.0, "CO": 0.4, "O3_8H": 60.0, "PM10": 60.0, "PM2.5": 20.0}
DUST = YEAR[100:113]


def air(day: date) -> dict[str, float]:
    """Yinchuan 2025 in its numbers: 55 polluted days, 12 of them dust; a thirteenth dust day has high ozone too."""
    place = YEAR.index(day)
    if day in DUST:
        return CLEAN | {"PM10": 300.0} | ({"O3_8H": 200.0} if day == DUST[-1] else {})
    if place < 42:  # 13 + 42 = 55
        return CLEAN | {"PM2.5": 90.0}
    return CLEAN | ({"PM10": 40.0} if place >= 355 else {})  # ten days at 优: PM10 40, the rest at 良


@pytest.fixture(scope="module")
def year(evaluate_once: Evaluate) -> AirRun:
    rows = [published("640100", code, day, value) for day in YEAR for code, value in air(day).items()]
    # A second city: clean all year, without NO2 on 20 days of March and without PM2.5 on a polluted day.
    for day in YEAR:
        given = CLEAN | ({"PM10": 500.0} if day == date(2025, 4, 1) else {})
        gone = {"NO2"} if day.month == 3 and day.day <= 20 else {"PM2.5"} if day == date(2025, 4, 1) else set()
        rows += [published("640200", code, day, value) for code, value in given.items() if code not in gone]
    dust = [("640100", day, "confirmed") for day in DUST]
    # Days that are proposed or rejected take no effect; a clean dust day is not deducted: it was good before.
    dust += [("640100", YEAR[0], "proposed"), ("640100", YEAR[1], "rejected"), ("640100", YEAR[200], "confirmed")]
    members = {"640000": ["640100", "640200"]}
    return evaluate_once(rows, [], FIRST, LAST, dust=dust, members=members, edition="HJ 633-2012")


def days(run: AirRun, place: str, basis: str, period: str = "2025") -> dict[str, Any]:
    return one(run, "period_days", id=place, basis=basis, period=period)


def test_three_bases_of_a_year(year: AirRun) -> None:
    measured = days(year, "640100", "measured")
    assert (measured["days_valid"], measured["days_expected"], measured["good"]) == (365, 365, 310)
    assert (measured["rounded"], measured["deducted"]) == (84.9, 0)  # 310 / 365 = 84.93
    judged = days(year, "640100", "assessment")
    # Deducted days become non-polluted and stay in the denominator: 322 / 365 = 88.22; the ozone day stays polluted.
    assert (judged["good"], judged["deducted"], judged["days_valid"], judged["rounded"]) == (322, 12, 365, 88.2)
    assert judged["good_ratio"] == pytest.approx(float(good_days(365, 55, abnormal_dust=12).percent or 0))
    # Without the particles of the dust days the index is that of the gases: the same 322 here.
    assert days(year, "640100", "dust_removed")["good"] == 322


def test_days_per_level(year: AirRun) -> None:
    row = days(year, "640100", "measured")
    # PM10 300 is 150 + 50/100 x 50 = 175 → 中度 (13 days); PM2.5 90 is 100 + 50/40 x 15 = 118.75 → 轻度 (42 days)
    assert [row[name] for name in ("excellent", "light", "moderate", "heavy", "severe")] == [10, 42, 13, 0, 0]
    judged = days(year, "640100", "assessment")
    assert [judged[name] for name in ("excellent", "light", "moderate")] == [10, 42, 1]


def test_an_incomplete_day_counts_only_when_it_is_polluted_anyway(year: AirRun) -> None:
    row = days(year, "640200", "measured")
    assert (row["days_valid"], row["good"], row["heavy"], row["severe"]) == (345, 344, 0, 1)  # PM10 500 → 400
    assert (row["valid"], row["reason"]) == (False, "month_short")  # March has 11 valid days of 27
    march = days(year, "640200", "measured", "2025-03")
    assert (march["days_valid"], march["valid"]) == (11, False)


def test_regions_pool_the_days(year: AirRun) -> None:
    region = days(year, "640000", "measured")
    expected = pooled({"a": GoodDays(310, 365), "b": GoodDays(344, 345)})
    assert (region["good"], region["days_valid"], region["scope"]) == (expected.good, expected.days, "region")
    assert region["good_ratio"] == pytest.approx(float(expected.percent or 0))
    assert (region["valid"], region["reason"]) == (False, "city_invalid")


def test_published_quarter_of_five_cities(evaluate: Evaluate) -> None:
    """Ningxia, first quarter of 2016: 287 good of 455 days are 63.1 %; the mean of rounded city shares is 63.0."""
    quarter = span(date(2016, 1, 1), date(2016, 3, 31))
    good = {"640100": 54, "640200": 55, "640300": 59, "640400": 64, "640500": 55}
    assert sum(good.values()) == 287
    rows = [
        published(city, code, day, value)
        for city, count in good.items()
        for place, day in enumerate(quarter)
        for code, value in (CLEAN | ({} if place < count else {"PM10": 200.0})).items()
    ]
    run = evaluate(rows, [], quarter[0], quarter[-1], members={"640000": sorted(good)})
    row = days(run, "640000", "measured", "2016-Q1")
    assert (row["good"], row["days_valid"], row["rounded"], row["valid"]) == (287, 455, 63.1, True)


def test_dust_removed_index_names_its_gaps_and_keeps_both_numbers(year: AirRun) -> None:
    day = DUST[0]
    measured, clean = (one(year, t, region="640100", day=day) for t in ("city_aqi", "city_aqi_without_dust"))
    assert (measured["aqi"], measured["primary"]) == (175, "PM10")
    # 60 of ozone is 30, 10 of NO2 12.5 → 13, 6 of SO2 6, 0.4 of CO 10
    assert (clean["aqi"], clean["iaqi_PM10"], clean["iaqi_PM2.5"]) == (30, None, None)
    assert clean["complete"]
    assert [r["day"] for r in rows_of(year, "city_aqi_without_dust", region="640100") if r["iaqi_PM10"] is None] == [
        *DUST, YEAR[200],
    ]  # fmt: skip
    untouched = one(year, "city_aqi_without_dust", region="640100", day=YEAR[0] + timedelta(days=1))
    assert untouched["iaqi_PM2.5"] == 119
