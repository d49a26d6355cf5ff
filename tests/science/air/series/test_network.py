"""A small network from its hours to its index of the month, against the second method of `by_hand`."""

from __future__ import annotations

import random
from datetime import date, datetime
from typing import Any, NamedTuple

import pytest

from saishang.lake.engines import AirRun
from saishang.rules import load_rules
from saishang.science.rounding import round_half_even
from tests.science.air.series.by_hand import DAILY, HOUR, PERCENTILES, ByHand, month, span
from tests.science.air.series.conftest import Evaluate, one, rows_of

FIRST, LAST = date(2019, 4, 1), date(2019, 4, 30)
STATIONS = {"A1": ("a", True), "A2": ("a", True), "A3": ("a", True), "A4": ("a", False), "B1": ("b", True)}
DUST = [("a", date(2019, 4, 9)), ("b", date(2019, 4, 9)), ("b", date(2019, 4, 21))]
LEVELS = {"SO2": 12, "NO2": 30, "CO": 0.8, "PM10": 90, "PM2.5": 35, "O3": 95}


class Both(NamedTuple):
    run: AirRun
    hand: ByHand


def made_up_hours() -> dict[tuple[str, str, datetime], float]:
    """A month of hours: noise, silences of hours and days, single empty cells, whole values and tenths of CO."""
    chance = random.Random(3095)
    hours = {}
    for station in STATIONS:
        silent = {chance.randrange(720) + n for _ in range(4) for n in range(chance.choice((3, 6, 30)))}
        for code, level in LEVELS.items():
            for at in range(720):
                wave = 1.5 if code == "O3" and 11 <= at % 24 <= 18 else 1.0
                value = level * wave * chance.lognormvariate(0, 0.4)
                if (code == "PM10" and at // 24 == 8) or at // 24 == 20:
                    value *= 6
                if at in silent or chance.random() < 0.04:
                    continue
                hours[station, code, datetime(2019, 4, 1) + at * HOUR] = round(value, 1 if code == "CO" else 0)
    return hours


@pytest.fixture(scope="module")
def both(evaluate_once: Evaluate) -> Both:
    hours = made_up_hours()
    rows = [("t", station, code, at, at + HOUR, value, None) for (station, code, at), value in hours.items()]
    stations = [(code, city, counts) for code, (city, counts) in STATIONS.items()]
    dust = [(city, day, "confirmed") for city, day in DUST]
    run = evaluate_once(rows, stations, FIRST, LAST, dust=dust, to_date=(), lists={"all": ["a", "b"]})
    return Both(run, ByHand.evaluate(load_rules(), hours, STATIONS, FIRST, LAST))


def close(value: float | None, expected: Any) -> bool:
    """Equal, or both missing; the exact fraction and its nearest double."""
    if value is None or expected is None:
        return value is None and expected is None
    return bool(value == pytest.approx(float(expected), rel=1e-13))


def test_station_days(both: Both) -> None:
    rows = rows_of(both.run, "station_daily")
    assert len(rows) == 5 * 7 * 30
    for row in rows:
        expected = both.hand.station_days[row["station"], row["parameter"], row["day"]]
        assert close(row["value"], expected), row
        assert row["valid"] is (expected is not None), row
        assert (row["reason"] is None) or not row["valid"] or row["reason"] == "above_limit_stands", row
    assert 40 < sum(not row["valid"] for row in rows) < 500


def test_city_days(both: Both) -> None:
    rows = rows_of(both.run, "city_daily")
    assert len(rows) == 2 * 7 * 30
    for row in rows:
        assert close(row["value"], both.hand.city_days[row["region"], row["parameter"], row["day"]]), row
    assert 10 < sum(not row["valid"] for row in rows) < 250


@pytest.mark.parametrize("table", ["city_aqi", "city_aqi_without_dust"])
def test_index(both: Both, table: str) -> None:
    rows = rows_of(both.run, table)
    assert len(rows) == 60
    for row in rows:
        masked = table == "city_aqi_without_dust" and (row["region"], row["day"]) in DUST
        expected = both.hand.index(row["region"], row["day"], masked=masked)
        assert row["aqi"] == expected.aqi, row
        if expected.aqi is not None:
            assert {code.split("_")[0] for code in row["primary"].split(",") if code} == set(expected.primary), row


@pytest.mark.parametrize("basis", ["measured", "dust_removed"])
def test_month(both: Both, basis: str) -> None:
    without = DUST if basis == "dust_removed" else []
    for city in ("a", "b"):
        for code in DAILY:
            figures = both.hand.period(city, code, *month(2019, 4), without=without)
            for name, expected in figures.items():
                row = one(both.run, "period_statistics", id=city, scope="city", parameter=code, period="2019-04",
                          statistic=name, basis=basis)  # fmt: skip
                assert close(row["value"], expected), row
                assert expected is not None
                assert row["rounded"] == float(round_half_even(expected, 1 if code == "CO" else 0)), row


def test_stations_have_their_month_too(both: Both) -> None:
    for station in STATIONS:
        days = [v for d in span(FIRST, LAST) if (v := both.hand.station_days[station, "PM10", d]) is not None]
        row = one(both.run, "period_statistics", id=station, parameter="PM10", period="2019-04", statistic="mean")
        assert (row["scope"], row["days_valid"], row["valid"]) == ("station", len(days), len(days) >= 27)
        assert close(row["value"], sum(days) / len(days))


@pytest.mark.parametrize("basis", ["measured", "dust_removed"])
def test_composite_of_the_month(both: Both, basis: str) -> None:
    for city in ("a", "b"):
        without = DUST if basis == "dust_removed" else []
        expected = both.hand.composite(city, FIRST, LAST, without=without)
        row = one(both.run, "composite", id=city, period="2019-04", basis=basis)
        assert expected.index is not None
        assert row["value"] == float(expected.index)
        for code in PERCENTILES:
            assert row[f"single_{code}"] == float(expected.single[code.split("_")[0]] or 0), code
