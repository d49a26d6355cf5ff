"""Means and percentiles of periods: least days (GB 3095 table 4), ranks, rounding, regions, years to date."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import pytest

from saishang.lake.engines import AirRun
from saishang.science.numbers import exact, mean
from saishang.science.percentile import percentile
from saishang.science.rounding import round_half_even
from tests.science.air.series.by_hand import PERCENTILES, span
from tests.science.air.series.conftest import Evaluate, one, published, rows_of

FIRST, LAST = date(2019, 1, 1), date(2019, 12, 31)
YEAR = span(FIRST, LAST)


def days_of(lengths: dict[int, int], rest: int = 31) -> list[date]:
    """The first days of each month, as many as asked for."""
    return [day for day in YEAR if day.day <= lengths.get(day.month, rest)]


SHORT = dict.fromkeys(range(1, 13), 27) | {2: 25}  # 11 x 27 + 25 = 322
CASES: dict[str, tuple[list[date], str | None]] = {
    "full": (days_of({}), None),
    "january-27": (days_of({1: 27}), None),
    "january-26": (days_of({1: 26}), "month_short"),
    "february-25": (days_of({2: 25}), None),
    "february-24": (days_of({2: 24}), "month_short"),
    "322": (days_of(SHORT), "days_short"),  # every month has its minimum, the year has not
    "323": (days_of(SHORT | {1: 28}), "days_short"),
    "324": (days_of(SHORT | {1: 28, 3: 28}), None),
    "325": (days_of(SHORT | {1: 28, 3: 28, 5: 28}), None),
    "no-march": ([day for day in YEAR if day.month != 3], "month_short"),
}
RAMP = {code: {day: float(n) for n, day in enumerate(YEAR, start=1)} for code in ("SO2", "PM2.5", "O3_8H", "CO")}


def values(chance: random.Random, code: str) -> dict[date, float]:
    return {day: round(chance.uniform(0.2, 180.0), 1 if code == "CO" else 0) for day in YEAR if chance.random() < 0.95}


CHANCE = {code: values(random.Random(663 + n), code) for n, code in enumerate((*PERCENTILES, "O3_1H"))}


@pytest.fixture(scope="module")
def year(evaluate_once: Evaluate) -> AirRun:
    rows = [published(city, "PM10", day, 50.0 + day.day % 2) for city, (days, _) in CASES.items() for day in days]
    rows += [published("ramp", code, day, v) for code, days in RAMP.items() for day, v in days.items()]
    rows += [published("chance", code, day, v) for code, days in CHANCE.items() for day, v in days.items()]
    # April has 30 days: 15 of 30 and 15 of 31 make 30.5, 15 of 31 and 15 of 32 make 31.5
    april = span(date(2019, 4, 1), date(2019, 4, 30))
    rows += [published("tie-30.5", "PM10", day, 30.0 + day.day % 2) for day in april]
    rows += [published("tie-31.5", "PM10", day, 31.0 + day.day % 2) for day in april]
    rows += [published("tie-co", "CO", day, 0.6 + day.day % 2 * 0.1) for day in april]
    return evaluate_once(rows, [], FIRST, LAST)


def statistic(run: AirRun, city: str, period: str, name: str = "mean", parameter: str = "PM10") -> dict[str, Any]:
    return one(run, "period_statistics", id=city, period=period, statistic=name, parameter=parameter,
               basis="measured")  # fmt: skip


def test_least_days_of_a_year_and_its_months(year: AirRun) -> None:
    for city, (days, reason) in CASES.items():
        row = statistic(year, city, "2019")
        assert (row["days_valid"], row["days_expected"]) == (len(days), 365), city
        assert (row["valid"], row["reason"]) == (reason is None, reason), city
        assert statistic(year, city, "2019", "p95")["valid"] is (reason is None), city


def test_least_days_of_a_month_and_a_quarter(year: AirRun) -> None:
    found = {case: statistic(year, case, "2019-01") for case in ("january-27", "january-26")}
    assert [(r["days_valid"], r["days_expected"], r["valid"]) for r in found.values()] == [
        (27, 31, True), (26, 31, False),
    ]  # fmt: skip
    assert [statistic(year, f"february-{n}", "2019-02")["valid"] for n in (25, 24)] == [True, False]
    assert [statistic(year, f"january-{n}", "2019-Q1")["valid"] for n in (27, 26)] == [True, False]
    quarter = statistic(year, "no-march", "2019-Q1")
    assert (quarter["valid"], quarter["reason"], quarter["days_expected"]) == (False, "month_short", 90)


def test_a_month_without_a_day_has_no_row_that_could_pass(year: AirRun) -> None:
    rows = rows_of(year, "period_statistics", id="no-march", period="2019-03", parameter="PM10")
    assert rows
    assert all((r["value"], r["valid"], r["reason"]) == (None, False, "no_data") for r in rows)


def test_period_means_are_means_of_days_not_of_months(year: AirRun) -> None:
    # 16 x 51 + 15 x 50 in months of 31 days, 15 + 15 in 30, 14 + 14 in 28: odd days 7 x 16 + 4 x 15 + 14 = 186 of 365.
    assert statistic(year, "full", "2019")["value"] == pytest.approx(50 + 186 / 365, abs=1e-9)


def test_ranks_of_a_known_year(year: AirRun) -> None:
    """Days 1 … 365 carry their number: k = 1 + 364 p / 100 is the percentile itself."""
    assert statistic(year, "ramp", "2019", "p98", "SO2")["value"] == pytest.approx(357.72, abs=1e-9)
    assert statistic(year, "ramp", "2019", "p95", "PM2.5")["value"] == pytest.approx(346.8, abs=1e-9)
    assert statistic(year, "ramp", "2019", "p95", "CO")["rounded"] == 346.8
    assert statistic(year, "ramp", "2019", "p90", "O3_8H")["value"] == pytest.approx(328.6, abs=1e-9)
    assert statistic(year, "ramp", "2019", "p90", "O3_8H")["rounded"] == 329.0
    # January: k = 1 + 30 x 0.98 = 30.4 → 30.4
    assert statistic(year, "ramp", "2019-01", "p98", "SO2")["value"] == pytest.approx(30.4, abs=1e-9)


def test_means_and_percentiles_by_the_single_calculations(year: AirRun) -> None:
    within: dict[str, Callable[[date], bool]] = {
        "2019": lambda day: True, "2019-Q2": lambda day: day.month in (4, 5, 6), "2019-07": lambda day: day.month == 7,
    }  # fmt: skip
    for code, days in CHANCE.items():
        for period, inside in within.items():
            chosen = [exact(value) for day, value in days.items() if inside(day)]
            expected: dict[str, Fraction | None] = {"mean": mean(chosen)}
            if code in PERCENTILES:
                expected[f"p{PERCENTILES[code]}"] = percentile(chosen, PERCENTILES[code]).value
            for name, value in expected.items():
                assert value is not None
                row = statistic(year, "chance", period, name, code)
                assert row["value"] == pytest.approx(float(value), abs=1e-9), (code, period, name)
                assert row["rounded"] == float(round_half_even(value, 1 if code == "CO" else 0)), (code, period, name)
                assert row["days_valid"] == len(chosen)


def test_a_half_goes_to_the_even_digit(year: AirRun) -> None:
    assert [statistic(year, f"tie-{v}", "2019-04")["rounded"] for v in (30.5, 31.5)] == [30.0, 32.0]
    # 0.65 in binary is not a tie; the published 0.6 and 0.7 make one: 0.6
    assert statistic(year, "tie-co", "2019-04", parameter="CO")["rounded"] == 0.6


def test_places_of_pm25_follow_the_edition(evaluate: Evaluate) -> None:
    """HJ 663-2026 table 3: statistics of PM2.5 with one decimal, before that whole numbers. 30.25 → 30.2 (even)."""
    days = span(date(2026, 2, 1), date(2026, 3, 31))
    rows = [published("a", "PM2.5", day, 30.25) for day in days]
    run = evaluate(rows, [], days[0], days[-1], to_date=())
    assert statistic(run, "a", "2026-02", parameter="PM2.5")["rounded"] == 30.0
    assert statistic(run, "a", "2026-03", parameter="PM2.5")["rounded"] == 30.2


@pytest.mark.parametrize(("april", "valid"), [(12, True), (11, False)])
def test_a_year_to_date_that_stops_within_a_month(evaluate: Evaluate, april: int, valid: bool) -> None:
    """To 15 April, of which 15 - 3 = 12 days are needed: a whole April may miss three of its thirty."""
    last = date(2019, 4, 15)
    rows = [published("a", "PM10", day, 60.0) for day in span(FIRST, last) if day.month < 4 or day.day <= april]
    row = statistic(evaluate(rows, [], FIRST, last), "a", "2019-01..2019-04")
    assert (row["period_kind"], row["days_expected"], row["valid"]) == ("to_date", 31 + 28 + 31 + 15, valid)


def test_a_leap_year_needs_the_same_days(evaluate: Evaluate) -> None:
    first, last = date(2020, 1, 1), date(2020, 12, 31)
    rows = [published("full", "PM10", day, 60.0) for day in span(first, last)]
    rows += [
        published("february-24", "PM10", day, 60.0) for day in span(first, last) if day.month != 2 or day.day <= 24
    ]
    run = evaluate(rows, [], first, last)
    assert [(r["days_valid"], r["days_expected"], r["valid"]) for r in (statistic(run, "full", "2020"),
            statistic(run, "february-24", "2020"))] == [(366, 366, True), (361, 366, False)]  # fmt: skip


def test_regions_are_the_mean_of_their_cities(evaluate: Evaluate) -> None:
    """Ningxia, November 2022 as published: PM10 89, 94, 96, 72, 112 → 92.6 → 93; Ningdong is not one of the five."""
    cities = {"640100": 89.0, "640200": 94.0, "640300": 96.0, "640400": 72.0, "640500": 112.0, "ningdong": 1000.0}
    co = {"640100": 1.2, "640200": 1.4, "640300": 1.0, "640400": 0.9, "640500": 0.6}  # 5.1 / 5 = 1.02 → 1.0
    november = span(date(2022, 11, 1), date(2022, 11, 30))
    rows = [published(city, "PM10", day, value) for city, value in cities.items() for day in november]
    rows += [published(city, "CO", day, value) for city, value in co.items() for day in november]
    # Sulphur dioxide: one city has no day at all, nitrogen dioxide: one has 26 days.
    rows += [published(city, "SO2", day, 10.0) for city in list(co)[1:] for day in november]
    rows += [published(city, "NO2", day, 10.0) for city in co for day in november if city != "640500" or day.day <= 26]
    run = evaluate(rows, [], november[0], november[-1], members={"640000": list(co)})
    pm10 = statistic(run, "640000", "2022-11")
    assert (pm10["scope"], pm10["value"], pm10["rounded"], pm10["valid"]) == ("region", 92.6, 93.0, True)
    assert (pm10["days_valid"], pm10["days_expected"]) == (150, 150)
    assert statistic(run, "640000", "2022-11", "p95", "CO")["rounded"] == 1.0
    so2 = statistic(run, "640000", "2022-11", parameter="SO2")
    assert (so2["value"], so2["valid"], so2["reason"]) == (None, False, "city_missing")
    no2 = statistic(run, "640000", "2022-11", parameter="NO2")
    assert (no2["value"], no2["valid"], no2["reason"]) == (10.0, False, "city_invalid")


def test_published_figures_meet_the_mean_of_the_stations(evaluate: Evaluate) -> None:
    """One city by its stations, one by its own series of the same days: the same statistics but for the origin."""
    from tests.science.air.series.conftest import hourly

    month = [date(2019, 6, 1) + timedelta(days=n) for n in range(30)]
    rows = [r for day in month for s in "AB" for r in hourly(s, "PM10", day, [40.0 + day.day + (s == "B")] * 24)]
    rows += [published("own", "PM10", day, 40.5 + day.day) for day in month]
    run = evaluate(rows, [("A", "ours"), ("B", "ours")], month[0], month[-1])
    both = [statistic(run, city, "2019-06") for city in ("ours", "own")]
    assert both[0] | {"id": ""} == both[1] | {"id": ""}
    assert both[0]["value"] == 56.0  # 40.5 + 15.5
    origins = {row["region"]: row["origin"] for row in rows_of(run, "city_daily", parameter="PM10")}
    assert origins == {"ours": "stations", "own": "published"}
