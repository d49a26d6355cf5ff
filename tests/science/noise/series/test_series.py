"""Automatic noise stations: hours to levels to rates, against the exact functions, on both engines."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from saishang.lake.engines import DuckDB, Spark, spark_available
from saishang.lake.engines.base import EngineError
from saishang.lake.engines.noise import NOISE_TABLES, NoiseRun, evaluate_noise
from saishang.rules import load_rules
from saishang.science.noise.levels import day_night_level, energy_mean
from saishang.science.noise.series import NOISE_STATIONS, NoiseCalendar, NoiseRules
from saishang.science.noise.series.energy import TOP, energy_table
from saishang.science.numbers import InputError
from saishang.science.rounding import round_half_even
from tests.finished import rows_of
from tests.small_spark import SMALL

SCHEMA = pa.schema(
    [("source", pa.string()), ("station", pa.string()), ("parameter", pa.string()), ("start", pa.timestamp("us")),
     ("end", pa.timestamp("us")), ("value", pa.float64()), ("qualifier", pa.string())]
)  # fmt: skip
RULES = NoiseRules.from_rules(load_rules(), date(2026, 6, 1))
HOUR = timedelta(hours=1)
MONDAY = date(2026, 6, 1)
Row = tuple[Any, ...]


def hour(station: str, day: date, at: int, value: float | None, parameter: str = "LEQ", mark: str | None = None) -> Row:
    """One hour that starts at `at` of a day (24 and more: the next day)."""
    start = datetime.combine(day, datetime.min.time()) + at * HOUR
    return ("s", station, parameter, start, start + HOUR, value, mark)


def whole_day(station: str, day: date, by_day: float, by_night: float) -> list[Row]:
    """06:00 to 06:00 of the next morning."""
    return [hour(station, day, at, by_day if at < 22 else by_night) for at in range(6, 30)]


def table(rows: list[Row], schema: pa.Schema) -> pa.Table:
    columns = list(zip(*rows, strict=True)) or [()] * len(schema)
    return pa.table([pa.array(c, f.type) for c, f in zip(columns, schema, strict=True)], schema=schema)


def stations(*rows: tuple[Any, ...]) -> pa.Table:
    return table([(*row, *((None, None)[len(row) - 3 :])) for row in rows], NOISE_STATIONS)


@pytest.fixture
def engine() -> Iterator[DuckDB]:
    with DuckDB(threads=2) as made:
        yield made


class Evaluate:
    """`evaluate(portions, stations, last=…)` → tables as lists of rows."""

    def __init__(self, folder: Path, engine: Any) -> None:
        self.folder, self.engine, self.count = folder, engine, 0

    def __call__(
        self, rows: list[Row] | list[list[Row]], known: pa.Table, first: date = MONDAY, last: date = MONDAY
    ) -> NoiseRun:
        portions = rows if rows and isinstance(rows[0], list) else [rows]
        files = []
        for portion in portions:
            self.count += 1
            path = self.folder / f"{self.count}.parquet"
            pq.write_table(table(portion, SCHEMA), path)  # type: ignore[arg-type]
            files.append([path])
        return evaluate_noise(self.engine, files, known, NoiseCalendar(first, last, RULES))


@pytest.fixture
def evaluate(tmp_path: Path, engine: DuckDB) -> Evaluate:
    return Evaluate(tmp_path, engine)


def only(run: NoiseRun, name: str, **match: object) -> dict[str, Any]:
    found = rows_of(run, name, **match)
    assert len(found) == 1, found
    return found[0]


def test_a_constant_day_by_hand(evaluate: Evaluate) -> None:
    """60.0 by day, 50.0 by night: Ldn = 10·lg((16·10^6 + 8·10^6)/24) = 60.0; class 2 attains at both limits."""
    run = evaluate(whole_day("a", MONDAY, 60.0, 50.0), stations(("a", "640100", "2")))
    row = only(run, "noise_levels", station="a")
    assert (row["ld"], row["ln"], row["ldn"], row["day_hours"], row["night_hours"]) == (600, 500, 600, 16, 8)
    verdicts = {r["span"]: r for r in run.table("noise_verdicts").to_pylist()}
    assert (verdicts["day"]["limit"], verdicts["day"]["attains"]) == (600, True)
    assert (verdicts["night"]["limit"], verdicts["night"]["attains"]) == (500, True)


@pytest.mark.parametrize(("level", "attains"), [(49.9, True), (50.0, True), (50.1, False)])
def test_night_just_below_at_and_just_above_its_limit(evaluate: Evaluate, level: float, attains: bool) -> None:
    run = evaluate(whole_day("a", MONDAY, 50.0, level), stations(("a", "640100", "2")))
    assert only(run, "noise_verdicts", span="night")["attains"] is attains


def test_levels_agree_with_the_exact_functions(evaluate: Evaluate) -> None:
    """Second method: 40-digit energies, rounded half to even at the end. 40 random days of tenths of a dB."""
    rng = random.Random(7)
    days = [MONDAY + timedelta(days=step) for step in range(40)]
    values = {day: [rng.randint(250, 950) / 10 for _ in range(24)] for day in days}
    rows = [hour("a", day, 6 + at, value) for day in days for at, value in enumerate(values[day])]
    run = evaluate(rows, stations(("a", "640100", "1")), last=days[-1])
    for row in run.table("noise_levels").to_pylist():
        day, night = (
            energy_mean([str(v) for v in part]) for part in (values[row["day"]][:16], values[row["day"]][16:])
        )
        expected = [day, night, day_night_level(day, night, _periods())]
        assert [row["ld"], row["ln"], row["ldn"]] == [int(round_half_even(level, 1) * 10) for level in expected]


def _periods() -> Any:
    from saishang.science.noise.from_rules import periods

    return periods(load_rules(), MONDAY)


@pytest.mark.parametrize(("hours", "level", "reason"), [(11, None, "hours_short"), (12, 550, None), (16, 550, None)])
def test_a_day_needs_twelve_valid_hours(evaluate: Evaluate, hours: int, level: int | None, reason: str | None) -> None:
    rows = [hour("a", MONDAY, 6 + at, 55.0) for at in range(hours)]
    row = only(evaluate(rows, stations(("a", "640100", "1"))), "noise_levels")
    assert (row["ld"], row["day_reason"]) == (level, reason)
    assert (row["ln"], row["ldn"], row["night_reason"]) == (None, None, "no_data")


@pytest.mark.parametrize(("hours", "level", "reason"), [(5, None, "hours_short"), (6, 450, None), (8, 450, None)])
def test_a_night_needs_six_valid_hours(evaluate: Evaluate, hours: int, level: int | None, reason: str | None) -> None:
    rows = [hour("a", MONDAY, 22 + at, 45.0) for at in range(hours)]
    row = only(evaluate(rows, stations(("a", "640100", "1"))), "noise_levels")
    assert (row["ln"], row["night_reason"]) == (level, reason)


def test_hours_after_midnight_belong_to_the_night_before(evaluate: Evaluate) -> None:
    """22:00 of Monday to 06:00 of Tuesday is Monday's night, even across portions of two months."""
    last = date(2026, 6, 30)
    rows = whole_day("a", last, 50.0, 40.0)
    june, july = [r for r in rows if r[3].month == 6], [r for r in rows if r[3].month == 7]
    assert len(july) == 6
    row = only(evaluate([june, july], stations(("a", "640100", "0")), first=last, last=last), "noise_levels")
    assert (row["ld"], row["ln"], row["night_hours"]) == (500, 400, 8)


@pytest.mark.parametrize(
    ("parameter", "value", "valid"),
    [("WS", 4.9, True), ("WS", 5.0, True), ("WS", 5.1, False), ("PRECIP", 0.0, True), ("PRECIP", 0.1, False)],
)
def test_rain_and_wind_above_five_take_an_hour_out(
    evaluate: Evaluate, parameter: str, value: float, valid: bool
) -> None:
    """One loud hour at 10:00: with it the mean is 10·lg((15·10^5 + 10^9)/16) = 78.0, without it 50.0."""
    rows = [hour("a", MONDAY, at, 90.0 if at == 10 else 50.0) for at in range(6, 22)]
    rows.append(hour("a", MONDAY, 10, value, parameter))
    rows.append(hour("b", MONDAY, 11, 99.0, "WS"))  # another station's wind
    row = only(evaluate(rows, stations(("a", "640100", "1"))), "noise_levels")
    assert (row["ld"], row["day_hours"], row["weather_hours"]) == ((780, 16, 0) if valid else (500, 15, 1))


def test_a_rainy_day_says_so(evaluate: Evaluate) -> None:
    rows = [hour("a", MONDAY, at, 50.0) for at in range(6, 22)]
    rows += [hour("a", MONDAY, at, 1.0, "PRECIP") for at in range(6, 12)]
    assert only(evaluate(rows, stations(("a", "640100", "1"))), "noise_levels")["day_reason"] == "weather"


@pytest.mark.parametrize("bad", [float("nan"), -0.1, 140.1, None])
def test_what_is_no_level_is_left_out(evaluate: Evaluate, bad: float | None) -> None:
    rows = [hour("a", MONDAY, at, bad if at == 6 else 50.0) for at in range(6, 22)]
    row = only(evaluate(rows, stations(("a", "640100", "1"))), "noise_levels")
    assert (row["ld"], row["day_hours"]) == (500, 15)


def test_marked_and_broken_hours_are_left_out(evaluate: Evaluate) -> None:
    rows = [hour("a", MONDAY, at, 50.0, mark="D" if at == 6 else None) for at in range(6, 22)]
    source, station, parameter, start, _, value, mark = rows[1]
    rows[1] = (source, station, parameter, start, start + timedelta(minutes=59), value, mark)
    assert only(evaluate(rows, stations(("a", "640100", "1"))), "noise_levels")["day_hours"] == 14


def test_a_doubled_hour_is_an_error_of_the_data_not_a_level(evaluate: Evaluate) -> None:
    rows = [*whole_day("a", MONDAY, 50.0, 40.0), hour("a", MONDAY, 6, 50.0)]
    row = only(evaluate(rows, stations(("a", "640100", "1"))), "noise_levels")
    assert (row["ld"], row["day_reason"], row["ln"]) == (None, "duplicate_hours", 400)


def test_a_day_without_rows_and_a_station_without_days_are_there(evaluate: Evaluate) -> None:
    """A gap without rows and a gap with empty rows give the same answer."""
    empty = [hour("b", MONDAY, at, None) for at in range(6, 30)]
    run = evaluate(
        [*whole_day("a", MONDAY, 50.0, 40.0), *empty],
        stations(("a", "640100", "1"), ("b", "640100", "1"), ("c", "640100", "1")),
    )
    rows = {r["station"]: {k: v for k, v in r.items() if k != "station"} for r in run.table("noise_levels").to_pylist()}
    assert rows["b"] == rows["c"] and rows["c"]["day_reason"] == "no_data"


def test_days_of_service(evaluate: Evaluate) -> None:
    known = stations(("a", "640100", "1", date(2026, 6, 2), date(2026, 6, 3)))
    found = evaluate([], known, last=date(2026, 6, 5)).table("noise_levels").to_pylist()
    assert [row["day"] for row in found] == [date(2026, 6, 2), date(2026, 6, 3)]


def test_a_class_without_limit_is_not_evaluated(evaluate: Evaluate) -> None:
    run = evaluate(whole_day("a", MONDAY, 50.0, 40.0), stations(("a", "640100", "5")))
    row = only(run, "noise_verdicts", span="day")
    assert (row["attains"], row["reason"]) == (None, "no_limit")


def test_rates_by_zone_region_and_period(evaluate: Evaluate) -> None:
    """Class 1, 55 by day. Station a attains on 2 of 3 days, b on the one of 3 that is valid; c is of another city.

    Class 1 in 640100: 3 of 4 = 75.0%; over all regions with c's 3 failures: 3 of 7 = 42.857 → 42.9%.
    """
    days = [date(2026, 6, 30), date(2026, 7, 1), date(2026, 7, 2)]
    rows = []
    for day, level in zip(days, (55.0, 55.0, 55.1), strict=True):
        rows += whole_day("a", day, level, 40.0) + whole_day("c", day, 60.0, 40.0)
    rows += whole_day("b", days[0], 50.0, 40.0)
    known = stations(("a", "640100", "1"), ("b", "640100", "1"), ("c", "640200", "1"))
    run = evaluate(rows, known, first=days[0], last=days[-1])
    city = only(run, "noise_rates", period="2026", region="640100", zone="1", span="day")
    assert (city["stations"], city["passed"], city["evaluated"], city["not_evaluated"], city["rate"]) == (
        2,
        3,
        4,
        2,
        750,
    )
    assert only(run, "noise_rates", period="2026", region="all", zone="all", span="day")["rate"] == 429
    assert only(run, "noise_rates", period="2026-Q2", region="640100", zone="1", span="day")["rate"] == 1000
    assert only(run, "noise_rates", period="2026-Q3", region="640100", zone="1", span="day")["rate"] == 500
    assert only(run, "noise_rates", period="2026-07", region="640200", zone="1", span="night")["rate"] == 1000
    second = Fraction(3, 7) * 100
    assert round_half_even(second, 1) == Decimal("42.9")


def test_nothing_evaluated_is_no_rate(evaluate: Evaluate) -> None:
    row = only(evaluate([], stations(("a", "640100", "1"))), "noise_rates", period="2026", region="640100", zone="1",
               span="day")  # fmt: skip
    assert (row["evaluated"], row["not_evaluated"], row["rate"]) == (0, 1, None)


def test_the_energy_table_leaves_no_gap_and_overflows_nowhere() -> None:
    rows = energy_table().to_pylist()
    assert len(rows) == TOP + 1 and rows[0]["energy"] == 1000 and rows[100]["energy"] == 10_000
    for before, after in pairwise(rows):
        assert before["high"] == after["low"] and before["low"] <= before["energy"] < before["high"]
    assert rows[-1]["energy"] * 24 < 2**63


def test_a_span_runs_forward_and_tables_have_names(evaluate: Evaluate) -> None:
    with pytest.raises(InputError, match="backwards"):
        NoiseCalendar(date(2026, 6, 2), MONDAY, RULES)
    with pytest.raises(EngineError, match="noise_rates"):
        evaluate([], stations(("a", "640100", "1"))).table("rates")


def network() -> tuple[list[Row], pa.Table]:
    """Three stations over nine days across a quarter, with gaps, rain and marks."""
    rng = random.Random(3)
    rows = []
    for number, name in enumerate("abc"):
        for step in range(9):
            day = date(2026, 6, 26) + timedelta(days=step)
            for at in range(6, 30):
                if rng.random() < 0.15:
                    continue
                rows.append(hour(name, day, at, rng.randint(300, 800) / 10, mark=rng.choice([None] * 20 + ["D"])))
                if rng.random() < 0.05:
                    rows.append(hour(name, day, at, rng.choice([0.0, 2.5]), "PRECIP"))
        assert number < 3
    return rows, stations(("a", "640100", "1"), ("b", "640100", "4a"), ("c", "640200", "0"))


@pytest.mark.soak  # half a minute each; the air tables prove the engines equal in every run
@pytest.mark.spark
@pytest.mark.skipif(not spark_available(), reason="PySpark or Java is not installed")
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning", "ignore::ResourceWarning")
def test_spark_and_duckdb_agree_to_the_last_digit(tmp_path: Path, engine: DuckDB) -> None:
    rows, known = network()
    tables: list[Mapping[str, Any]] = []
    with Spark("local[1]", settings=SMALL) as spark:
        for made in (engine, spark):
            run = Evaluate(tmp_path, made)(rows, known, first=date(2026, 6, 26), last=date(2026, 7, 4))
            tables.append({name: run.table(name).to_pylist() for name in NOISE_TABLES})
    assert tables[0] == tables[1]
    assert any(row["rate"] not in (None, 0, 1000) for row in tables[0]["noise_rates"])
