"""The index of every hour: the single calculation of HJ 633 as second method on real hours, hand values, gaps, and the
index that the national network published itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from fractions import Fraction
from importlib.resources import files
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from saishang.lake.engines import HOURLY_TABLES, AirRun, DuckDB, evaluate_air
from saishang.rules import Rules, load_rules
from saishang.science.air.aqi import air_quality_index
from saishang.science.air.from_rules import index_edition
from saishang.science.air.series import HOURLY, POLLUTANTS, AirRules, Calendar
from saishang.science.numbers import exact, mean
from saishang.science.rounding import round_half_even
from tests.science.air.series.conftest import OBSERVATIONS, Evaluate, hourly, one, rows_of, station_table
from tests.shared_material import shared

HOUR = timedelta(hours=1)
EDITIONS = ("HJ 633-2012", "HJ 633-2026")
COLUMNS = {"pm25": "PM2.5", "pm10": "PM10", "so2": "SO2", "no2": "NO2", "co": "CO", "o3": "O3"}
STATIONS = {"1484A": "640100", "1487A": "640100", "1488A": "640100", "2924A": "640100", "2680A": "640500"}
#: The week of the great sand storm of May 2019, with silent hours, gaps and PM10 above 3,000.
FIRST, LAST = date(2019, 5, 9), date(2019, 5, 16)
#: item → pollutant, hours of its mean, hours needed (GB 3095 table 4)
ITEMS = {f"{code}_1h": (code, 1, 1) for code in POLLUTANTS} | {
    "O3_8h": ("O3", 8, 6), "SO2_24h": ("SO2", 24, 20), "PM10_24h": ("PM10", 24, 20), "PM2.5_24h": ("PM2.5", 24, 20),
}  # fmt: skip
Hours = dict[tuple[str, str, datetime], float]


def real_hours(first: date, last: date, stations: Mapping[str, str] = STATIONS) -> Hours:
    """(station, parameter, end of the hour) → value, from the measurements of the demo."""
    wide = pq.read_table(str(files("saishang") / "demo_data" / "air_hourly_ningxia_2019_01_09.parquet"))
    begin, end = (
        datetime.combine(first, datetime.min.time()),
        datetime.combine(last + timedelta(days=1), datetime.min.time()),
    )
    time = wide["time"].cast(pa.timestamp("us"))
    kept = wide.filter(pc.and_(pc.greater(time, pa.scalar(begin)), pc.less_equal(time, pa.scalar(end))))
    return {
        (row["station_code"], code, row["time"]): round(float(row[column]), 1)
        for row in kept.to_pylist()
        if row["station_code"] in stations
        for column, code in COLUMNS.items()
        if row[column] is not None
    }  # fmt: skip


def write(path: Path, given: Hours) -> Path:
    rows = [("cnemc-site-hourly", s, p, end - HOUR, end, value, None) for (s, p, end), value in given.items()]
    columns = zip(zip(*rows, strict=True), OBSERVATIONS, strict=True)
    pq.write_table(pa.table([pa.array(c, f.type) for c, f in columns], schema=OBSERVATIONS), path)
    return path


def item_of(given: Hours, station: str, item: str, end: datetime) -> Fraction | None:
    """One item of a station by a plain loop; no running mean in an hour in which the station sent nothing."""
    code, length, need = ITEMS[item]
    if not any((station, p, end) in given for p in POLLUTANTS):
        return None
    found = [exact(given[key]) for n in range(length) if (key := (station, code, end - n * HOUR)) in given]
    return mean(found) if len(found) >= need else None


def expected(rules: Rules, edition: str, values: Mapping[str, Fraction | None]) -> Any:
    """The single calculation, with concentrations rounded as they are published."""
    chosen = index_edition(rules, edition)
    rounded = {
        name: None if value is None else round_half_even(value, 1 if name == "CO_1h" else 0)
        for name, value in values.items()
        if chosen.has_item("hourly", name)
    }
    return air_quality_index(chosen, "hourly", rounded)


def compare(row: Mapping[str, Any], want: Any, values: Mapping[str, Fraction | None]) -> None:
    where = (row["end"], row["region"])
    assert row["aqi"] == want.aqi, where
    assert tuple(row["primary"].split(",")) == (want.primary or ("",)), where
    assert {code: row[f"iaqi_{code}"] for code in POLLUTANTS} == want.iaqi, where
    assert (row["publishable"], row["complete"]) == (want.publishable, not want.missing), where
    assert row["level"] == (None if want.aqi is None else want.category.number), where
    for name, value in values.items():
        shown = row[f"value_{name.removesuffix('_1h')}"]
        assert shown is None if value is None else shown == pytest.approx(float(value), rel=1e-12), (where, name)


@pytest.fixture(scope="module", params=EDITIONS)
def week(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """(edition, hours, run): the week in portions of two days, so that running means reach over their ends."""
    folder = tmp_path_factory.mktemp("hourly")
    given = real_hours(FIRST, LAST)
    portions = []
    for n in range(0, 8, 2):
        day = FIRST + timedelta(days=n)
        part = {key: v for key, v in given.items() if day <= (key[2] - HOUR).date() < day + timedelta(days=2)}
        portions.append([write(folder / f"{n}.parquet", part)])
    rows = [(code, city, code != "1484A") for code, city in STATIONS.items()]
    calendar = Calendar(FIRST, LAST, AirRules.from_rules(load_rules()), index_edition=request.param)
    with DuckDB(threads=2) as engine:
        yield request.param, given, evaluate_air(engine, portions, station_table(rows), calendar)


def test_stations_by_the_single_calculation(week: tuple[str, Hours, AirRun], rules: Rules) -> None:
    edition, given, run = week
    rows = run.table("station_aqi_hourly").to_pylist()
    assert len(rows) == len(STATIONS) * 8 * 24
    compared = 0
    for row in rows:
        values = {item: item_of(given, row["station"], item, row["end"]) for item in HOURLY}
        compare(row, expected(rules, edition, values), values)
        compared += row["aqi"] is not None
    assert compared > 600
    assert max(row["aqi"] or 0 for row in rows) == 500  # the storm of 12 and 15 May


def test_cities_by_the_single_calculation(week: tuple[str, Hours, AirRun], rules: Rules) -> None:
    """A city's item is the mean of its stations' items, running means too; the background station is left out."""
    edition, given, run = week
    rows = run.table("city_aqi_hourly").to_pylist()
    assert len(rows) == 2 * 8 * 24
    for row in rows:
        members = [s for s, city in STATIONS.items() if city == row["region"] and s != "1484A"]
        values: dict[str, Fraction | None] = {}
        for item in HOURLY:
            there = [v for s in members if (v := item_of(given, s, item, row["end"])) is not None]
            values[item] = mean(there) if there and len(there) * 100 >= len(members) * 75 else None
        compare(row, expected(rules, edition, values), values)


def test_tables_of_hours_are_made_on_demand_only(week: tuple[str, Hours, AirRun], tmp_path: Path) -> None:
    _, _, run = week
    assert not set(run.tables) & set(HOURLY_TABLES)
    assert {path.stem for path in run.write(tmp_path, ["city_aqi_hourly"])} == {"city_aqi_hourly"}


CLEAN = {"SO2": 6.0, "NO2": 10.0, "CO": 0.4, "O3": 60.0, "PM10": 30.0, "PM2.5": 10.0}


def steady(day: date, values: Mapping[str, float], count: int = 24) -> list[tuple[Any, ...]]:
    return [row for code, v in values.items() for row in hourly("s", code, day, [v] * count)]


def last_hour(run: AirRun, day: date) -> dict[str, Any]:
    return one(run, "city_aqi_hourly", end=datetime.combine(day + timedelta(days=1), datetime.min.time()))


@pytest.mark.parametrize(
    ("so2", "old", "new"),
    [
        (800.0, 200, 200),  # the last pair of the column
        # 2012: no index of the hour above 800, the running day speaks: (300-200)/(1600-800)*1+200 = 200.1 → 201
        (801.0, 201, 200),
        (1600.0, 300, 200),
    ],
)
def test_sulphur_dioxide_above_800(evaluate: Evaluate, so2: float, old: int, new: int) -> None:
    """HJ 633-2012 table 1 note 2; HJ 633-2026: 200."""
    day = date(2019, 1, 1)
    for edition, aqi in zip(EDITIONS, (old, new), strict=True):
        run = evaluate(steady(day, CLEAN | {"SO2": so2}), [("s", "c")], day, day, edition=edition)
        row = last_hour(run, day)
        assert (row["aqi"], row["iaqi_SO2"], row["primary"]) == (aqi, aqi, "SO2")


def test_without_a_day_behind_it_sulphur_dioxide_above_800_has_no_index_in_2012(evaluate: Evaluate) -> None:
    day = date(2019, 1, 1)
    run = evaluate(steady(day, CLEAN | {"SO2": 900.0}, 19), [("s", "c")], day, day)
    row = one(run, "city_aqi_hourly", end=datetime(2019, 1, 1, 19))
    assert (row["iaqi_SO2"], row["complete"], row["reason"]) == (None, False, "missing:SO2,PM10,PM2.5")
    assert (row["aqi"], row["publishable"]) == (30, True)  # O3 8 h: 50/100*60 = 30; 1 h: 50/160*60 = 18.75


@pytest.mark.parametrize(("hours", "complete"), [(19, False), (20, True), (24, True)])
def test_a_running_day_needs_20_hours(evaluate: Evaluate, hours: int, complete: bool) -> None:
    day = date(2019, 1, 1)
    run = evaluate(steady(day, CLEAN, hours), [("s", "c")], day, day)
    row = one(run, "city_aqi_hourly", end=datetime(2019, 1, 1) + hours * HOUR)
    assert (row["complete"], row["value_PM10_24h"]) == (complete, 30.0 if complete else None)


def test_a_silent_hour_says_so(evaluate: Evaluate) -> None:
    day = date(2019, 1, 1)
    run = evaluate(steady(day, CLEAN, 23), [("s", "c")], day, day)
    row = last_hour(run, day)
    assert (row["aqi"], row["reason"], row["publishable"]) == (None, "no_data", False)
    assert len(rows_of(run, "station_aqi_hourly")) == 24


def test_the_edition_turns_with_the_day_of_the_hour(evaluate: Evaluate) -> None:
    """The hour ending at 00:00 on 2026-03-01 belongs to 28 February and to the edition of 2012."""
    days = [date(2026, 2, 28), date(2026, 3, 1)]
    rows = [row for day in days for row in steady(day, CLEAN | {"PM2.5": 70.0})]
    found = {row["end"]: row for row in rows_of(evaluate(rows, [("s", "c")], *days), "city_aqi_hourly")}
    before, after = found[datetime(2026, 3, 1)], found[datetime(2026, 3, 1, 1)]
    # 2012: (100-50)/(75-35)*35+50 = 93.75 → 94; 2026: (150-100)/(115-60)*10+100 = 109.09 → 110
    assert (before["edition"], before["aqi"]) == ("HJ 633-2012", 94)
    assert (after["edition"], after["aqi"], after["primary"]) == ("HJ 633-2026", 110, "PM2.5")


@pytest.mark.parametrize(("pm10", "publishable"), [(120.0, False), (121.0, True)])
def test_with_an_item_missing_2026_publishes_only_above_100(evaluate: Evaluate, pm10: float, publishable: bool) -> None:
    day = date(2026, 5, 1)
    given = {code: v for code, v in (CLEAN | {"PM10": pm10}).items() if code != "NO2"}
    row = last_hour(evaluate(steady(day, given), [("s", "c")], day, day), day)
    assert (row["publishable"], row["complete"], row["reason"]) == (publishable, False, "missing:NO2")


def test_two_rows_of_one_hour_make_it_void(evaluate: Evaluate) -> None:
    day = date(2026, 5, 1)
    rows = steady(day, CLEAN) + hourly("s", "SO2", day, [None] * 23 + [7.0])
    row = last_hour(evaluate(rows, [("s", "c")], day, day), day)
    assert (row["value_SO2"], row["reason"]) == (None, "missing:SO2")


Published = Callable[[str], tuple[int, int]]


def test_the_published_index_is_that_of_the_hours(tmp_path: Path) -> None:
    """What the national network published hour by hour in 2019 against both readings of the edition of 2012.

    The published index takes the hours of the particles (in the points of the day) and no 8-hour mean of ozone. With
    the setting `published` it is reproduced; where not, the archive's concentration is not the one it was made from
    (particles blanked afterwards). The published 24-hour means are ours to the rounding where all 24 hours are there;
    the published 8-hour mean restarts at midnight, ours runs through (they agree from 08:00 to 24:00).
    """
    path = shared("data/air/cnemc_hourly_2019_ningxia_jan_sep.parquet")
    table = pq.read_table(path)
    inside = pc.and_(
        pc.greater(table["time"], datetime(2019, 2, 1)), pc.less_equal(table["time"], datetime(2019, 3, 1))
    )
    theirs = {(row["station_code"], row["time"]): row for row in table.filter(inside).to_pylist()}
    given = {
        (station, code, end): round(float(row[column]), 1)
        for (station, end), row in theirs.items()
        for column, code in COLUMNS.items()
        if row[column] is not None
    }
    overlay = tmp_path / "overlay" / "standards" / "air"
    overlay.mkdir(parents=True)
    (overlay / "hj633.yaml").write_text("settings:\n  - id: hourly_items\n    default: published\n", encoding="utf-8")
    files_ = [[write(tmp_path / "hours.parquet", given)]]
    stations = station_table([(code, "c") for code in sorted({s for s, _ in theirs})])
    equal = {}
    ours: dict[str, dict[tuple[str, datetime], dict[str, Any]]] = {}
    for which, rules in (("text", load_rules()), ("published", load_rules(tmp_path / "overlay"))):
        calendar = Calendar(date(2019, 2, 1), date(2019, 2, 28), AirRules.from_rules(rules))
        with DuckDB(threads=2) as engine:
            run = evaluate_air(engine, files_, stations, calendar)
            ours[which] = {(r["station"], r["end"]): r for r in run.table("station_aqi_hourly").to_pylist()}
        pairs = [(ours[which][key]["aqi"], row["aqi"]) for key, row in theirs.items() if row["aqi"] is not None]
        equal[which] = sum(a == b for a, b in pairs) / len(pairs)
    assert equal["published"] > 0.95, equal
    assert equal["text"] < 0.2, equal
    blanked = [
        key for key, row in theirs.items()
        if row["aqi"] is not None and ours["published"][key]["aqi"] != row["aqi"] and ours["published"][key]["complete"]
    ]  # fmt: skip
    assert len(blanked) < 0.005 * len(theirs)
    whole = {key for key in theirs if all((key[0], "PM2.5", key[1] - n * HOUR) in given for n in range(24))}
    apart = [abs(ours["text"][k]["value_PM2.5_24h"] - theirs[k]["pm25_24h"]) for k in whole if theirs[k]["pm25_24h"]]
    assert sum(d <= 0.5 for d in apart) > 0.999 * len(apart) > 1000
    full = [
        (key[1].hour, abs(ours["text"][key]["value_O3_8h"] - row["o3_8h"])) for key, row in theirs.items()
        if row["o3_8h"] is not None and all((key[0], "O3", key[1] - n * HOUR) in given for n in range(8))
    ]  # fmt: skip
    daytime = [d for hour, d in full if hour == 0 or hour >= 8]
    assert sum(d <= 0.5 for d in daytime) > 0.995 * len(daytime) > 1000
    assert sum(d <= 0.5 for hour, d in full if hour == 1) < 0.2 * sum(hour == 1 for hour, _ in full)
