"""Sand-dust: episodes proposed from the hours, masking only on confirmed days, both numbers kept."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import pyarrow as pa

from saishang.lake.engines import EXCLUDED, DuckDB, propose_dust
from saishang.science.air.dust import DustRule, dust_windows
from saishang.science.air.series import AirRules, Calendar, DustProposal, proposed_days
from saishang.science.numbers import exact, mean
from tests.science.air.series.by_hand import span
from tests.science.air.series.conftest import HOUR, Evaluate, hourly, one, published, rows_of, station_table, write

D = date(2021, 3, 15)
MIDNIGHT = datetime(2021, 3, 15)
#: AIR-091: a front that starts in the seventh hour and is over in the fourteenth
PM10 = [80, 82, 78, 85, 90, 85, 240, 620, 900, 700, 380, 180, 120, 90, 84]
PM25 = [40, 41, 39, 42, 44, 42, 58, 120, 160, 130, 75, 50, 44, 41, 40]


def proposals(
    folder: Path, rows: list[tuple[Any, ...]], stations: list[tuple[Any, ...]], rules: AirRules, **more: Any
) -> list[DustProposal]:
    path = write(folder / "hours.parquet", rows)
    with DuckDB(threads=1) as engine:
        calendar = Calendar(D, D + timedelta(days=9), rules)
        return propose_dust(engine, [path], station_table(stations), calendar, DustRule(min_baseline_hours=4), **more)


def front(station: str = "A") -> list[tuple[Any, ...]]:
    return hourly(station, "PM10", D, map(float, PM10)) + hourly(station, "PM2.5", D, map(float, PM25))


def test_the_worked_front_is_proposed(tmp_path: Path, air_rules: AirRules) -> None:
    (found,) = proposals(tmp_path, front(), [("A", "640100")], air_rules)
    assert (found.region, found.start, found.end) == ("640100", MIDNIGHT + 6 * HOUR, MIDNIGHT + 13 * HOUR)
    assert (found.baseline_pm10, found.peak_pm10) == (Fraction(500, 6), 900)
    assert proposed_days([found]).to_pylist() == [{"region": "640100", "day": D, "status": "proposed"}]


def test_a_rise_that_is_not_dust_is_not_proposed(tmp_path: Path, air_rules: AirRules) -> None:
    coarse = [60, 62, 58, 61, 63, 62, 118, 112, 90]  # AIR-092: 118 is below twice 61
    fine = [35, 36, 34, 36, 37, 36, 80, 76, 60]
    rows = hourly("A", "PM10", D, map(float, coarse)) + hourly("A", "PM2.5", D, map(float, fine))
    assert proposals(tmp_path, rows, [("A", "640100")], air_rules) == []


def test_episodes_are_those_of_the_single_rule_on_city_means(tmp_path: Path, air_rules: AirRules) -> None:
    """Three stations of a city, one of them background, ten days of hours with gaps and bursts."""
    chance = random.Random(120)
    hours = [MIDNIGHT + n * HOUR for n in range(240)]
    given: dict[tuple[str, str], list[float | None]] = {}
    for station in "ABC":
        coarse = [round(chance.uniform(50, 110)) for _ in hours]
        for start in (30, 95, 170):
            for step in range(chance.randint(4, 12)):
                coarse[start + step] = round(chance.uniform(300, 2000))
        fine = [round(v * chance.uniform(0.4, 0.6) if v < 200 else v * 0.15) for v in coarse]
        for code, series in (("PM10", coarse), ("PM2.5", fine)):
            given[station, code] = [None if chance.random() < 0.05 else float(v) for v in series]
    for at in (60, 61):  # nobody reports: two hours without any row
        for series in given.values():
            series[at] = None
    rows = [
        ("t", station, code, hour, hour + HOUR, value, None)
        for (station, code), series in given.items()
        for hour, value in zip(hours, series, strict=True)
        if value is not None
    ]
    city = {
        code: [mean(exact(v) for s in "AB" if (v := given[s, code][at]) is not None) for at in range(len(hours))]
        for code in ("PM10", "PM2.5")
    }
    expected = dust_windows(city["PM10"], city["PM2.5"], DustRule(min_baseline_hours=4))
    found = proposals(tmp_path, rows, [("A", "c"), ("B", "c"), ("C", "c", False)], air_rules)
    assert len(expected) >= 3
    assert [(p.start, p.end, p.baseline_pm10, p.peak_pm10) for p in found] == [
        (hours[w.start], None if w.end is None else hours[w.end], w.baseline_pm10, w.peak_pm10) for w in expected
    ]


def test_an_episode_over_midnight_touches_both_days(tmp_path: Path, air_rules: AirRules) -> None:
    late = [None] * 12 + [80.0] * 10 + [500.0, 600.0]
    rows = hourly("A", "PM10", D, late) + hourly("A", "PM2.5", D, [v and v * (0.5 if v == 80 else 0.1) for v in late])
    second = D + timedelta(days=1)
    rows += hourly("A", "PM10", second, [400.0, 85.0]) + hourly("A", "PM2.5", second, [40.0, 42.0])
    found = proposals(tmp_path, rows, [("A", "c")], air_rules)
    assert proposed_days(found).column("day").to_pylist() == [D, second]


def test_excluded_hours_propose_nothing(tmp_path: Path, air_rules: AirRules) -> None:
    out = [("test", "A", "PM10", MIDNIGHT + n * HOUR) for n in range(6, 13)]
    table = pa.table([pa.array(c, f.type) for c, f in zip(zip(*out, strict=True), EXCLUDED, strict=True)],
                     schema=EXCLUDED)  # fmt: skip
    assert proposals(tmp_path, front(), [("A", "c")], air_rules, excluded=table) == []


def test_only_confirmed_days_leave_the_particle_means(evaluate: Evaluate) -> None:
    month = span(date(2021, 3, 1), date(2021, 3, 31))
    storms = {date(2021, 3, 15): "confirmed", date(2021, 3, 16): "proposed", date(2021, 3, 28): "rejected"}
    rows = []
    for day in month:
        rows += [published("c", "PM10", day, 620.0 if day in storms else 62.0), published("c", "SO2", day, 9.0)]
    run = evaluate(rows, [], month[0], month[-1], to_date=(), dust=[("c", day, s) for day, s in storms.items()])
    both = {
        r["basis"]: r
        for r in rows_of(run, "period_statistics", id="c", period="2021-03", parameter="PM10", statistic="mean")
    }
    assert both["measured"]["value"] == (28 * 62 + 3 * 620) / 31 == 116.0
    removed = both["dust_removed"]
    assert removed["value"] == (28 * 62 + 2 * 620) / 30
    # The masked day was measured: it counts for validity, not for the figure.
    assert (removed["days_valid"], removed["days_masked"], removed["valid"]) == (30, 1, True)
    gases = rows_of(run, "period_statistics", id="c", period="2021-03", parameter="SO2", statistic="mean")
    assert {r["basis"]: r["value"] for r in gases} == {"measured": 9.0, "dust_removed": 9.0}


def test_masked_days_do_not_make_a_month_short(evaluate: Evaluate) -> None:
    """27 of 31 days measured, five of them dust: 22 days in the mean, and the month stays valid."""
    month = span(date(2021, 3, 1), date(2021, 3, 27))
    rows = [published("c", "PM10", day, 80.0) for day in month]
    run = evaluate(rows, [], month[0], date(2021, 3, 31), to_date=(), dust=[("c", d, "confirmed") for d in month[:5]])
    row = one(run, "period_statistics", id="c", period="2021-03", parameter="PM10", statistic="mean",
              basis="dust_removed")  # fmt: skip
    assert (row["days_valid"], row["days_masked"], row["valid"]) == (22, 5, True)
