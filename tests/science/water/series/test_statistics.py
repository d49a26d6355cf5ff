"""Water series on made-up samples whose figures are worked out by hand, in DuckDB; Spark gives the same tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from saishang.lake.engines import DuckDB, Spark, spark_available
from saishang.lake.engines.water import WATER_DAILY_TABLES, WATER_EXCLUDED, WATER_TABLES, WaterRun, evaluate_water
from saishang.rules import load_rules
from saishang.science.water.from_rules import cwqi_rule, trophic_rule
from saishang.science.water.series import Group, WaterCalendar, WaterRules, WaterSection
from tests.finished import rows_of
from tests.small_spark import SMALL

RULES = load_rules()
WATER = WaterRules.from_rules(RULES)
CWQI = cwqi_rule(RULES, date(2021, 6, 1))
Row = tuple[str, str, datetime, datetime, float | None, str | None, str]
AUTO, LAB, OFFICIAL = "cnemc-water", "laboratory", "section-class-monthly"


def samples(
    section: str, values: dict[str, float], days: Sequence[date], *, hours: Sequence[int] = range(0, 24, 4),
    mark: str | None = None, source: str = AUTO,
) -> list[Row]:  # fmt: skip
    """The same value at every hour of every day."""
    rows: list[Row] = []
    for day in days:
        for hour in hours:
            at = datetime(day.year, day.month, day.day, hour)
            rows += [(section, code, at, at, value, mark, source) for code, value in values.items()]
    return rows


def official(section: str, month: date, number: float | None, mark: str | None = None) -> Row:
    start = datetime(month.year, month.month, 1)
    end = datetime(month.year + month.month // 12, month.month % 12 + 1, 1)
    return (section, "WQ_CLASS", start, end, number, mark, OFFICIAL)


def days(first: date, count: int) -> list[date]:
    return [first + timedelta(days=n) for n in range(count)]


def write(rows: list[Row], path: Path) -> Path:
    station, parameter, start, end, value, mark, source = zip(*rows, strict=True)
    pq.write_table(
        pa.table(
            {
                "source": pa.array(source, pa.string()), "station": pa.array(station, pa.string()),
                "parameter": pa.array(parameter, pa.string()), "start": pa.array(start, pa.timestamp("us")),
                "end": pa.array(end, pa.timestamp("us")), "value": pa.array(value, pa.float64()),
                "qualifier": pa.array(mark, pa.string()),
            }
        ),
        path,
    )  # fmt: skip
    return path


@pytest.fixture
def engine() -> Iterator[DuckDB]:
    with DuckDB(threads=2, memory_limit="1GB") as opened:
        yield opened


def evaluate(
    engine: Any, rows: list[Row], folder: Path, sections: Sequence[WaterSection], groups: Sequence[Group] = (),
    last: date = date(2021, 12, 31), **options: Any,
) -> WaterRun:  # fmt: skip
    calendar = WaterCalendar(date(2021, 1, 1), last, WATER, sections, groups, to_date=())
    return evaluate_water(
        engine, [[write(rows, folder / "rows.parquet")]], calendar, trophic_rule(RULES), CWQI, **options
    )


FIVE = {"PH": 8.0, "DO": 8.0, "CODMN": 3.0, "NH3N": 0.2, "TP": 0.05}
MONTHS = [date(2021, month, 1) for month in range(1, 13)]


def test_a_day_needs_four_samples_and_a_month_twenty_days(engine: DuckDB, tmp_path: Path) -> None:
    rows = samples("a", {"NH3N": 0.3}, days(date(2021, 3, 1), 19))
    rows += samples("a", {"NH3N": 9.0}, [date(2021, 3, 20)], hours=(0, 4, 8))  # three samples: no day
    rows += samples("b", {"NH3N": 0.3}, days(date(2021, 3, 1), 20))
    run = evaluate(engine, rows, tmp_path, [WaterSection("a"), WaterSection("b")])
    short = rows_of(run, "section_daily", section="a", day=date(2021, 3, 20))[0]
    assert (short["value"], short["samples"], short["valid"], short["reason"]) == (None, 3, False, "samples_short")
    a, b = (rows_of(run, "section_items", section=code, period="2021-03")[0] for code in "ab")
    assert (a["value"], a["days_valid"], a["valid"], a["reason"]) == (pytest.approx(0.3), 19, False, "days_short")
    assert (b["days_valid"], b["valid"], b["class"]) == (20, True, 2)


def test_maintenance_rows_do_not_count_and_undetected_ones_count_half(engine: DuckDB, tmp_path: Path) -> None:
    month = days(date(2021, 3, 1), 25)
    rows = samples("a", {"NH3N": 5.0}, month, hours=(0,), mark="维护")
    rows += samples("a", {"NH3N": 0.04}, month, hours=(4, 8, 12, 16), mark="<")
    run = evaluate(engine, rows, tmp_path, [WaterSection("a")])
    item = rows_of(run, "section_items", period="2021-03")[0]
    assert (item["value"], item["samples"]) == (pytest.approx(0.02), 100)


def test_mean_ph_is_that_of_the_hydrogen_ions(engine: DuckDB, tmp_path: Path) -> None:
    month = days(date(2021, 3, 1), 20)
    rows = samples("a", {"PH": 7.0}, month, hours=(0, 4)) + samples("a", {"PH": 8.0}, month, hours=(8, 12))
    rows += samples("b", {"PH": 9.0}, month) + samples("c", {"PH": 9.01}, month)
    run = evaluate(engine, rows, tmp_path, [WaterSection(code) for code in "abc"])
    by_section = {row["section"]: row for row in rows_of(run, "section_items", period="2021-03")}
    assert by_section["a"]["value"] == pytest.approx(7.2596, abs=1e-4)  # -log10((1e-7 + 1e-8) / 2)
    assert [by_section[code]["class"] for code in "abc"] == [1, 1, 6]  # 9.00 is in, 9.01 is out


def test_values_on_the_limit_are_in_the_class(engine: DuckDB, tmp_path: Path) -> None:
    """Three days of 0.1 and three of 0.3 over and over: the mean is 0.2, the limit of class III, in ticks exactly."""
    rows = []
    for number, day in enumerate(days(date(2021, 3, 1), 30)):
        rows += samples("a", {"TP": 0.1 if number % 2 else 0.3, "DO": 5.0, "CODMN": 6.0}, [day])
    run = evaluate(engine, rows, tmp_path, [WaterSection("a"), WaterSection("b", "lake")])
    (row,) = rows_of(run, "section_class", section="a", period="2021-03")
    assert (row["class"], row["main"], row["missing"]) == (3, "", "NH3N,PH")


def test_a_year_is_the_mean_of_its_twelve_months(engine: DuckDB, tmp_path: Path) -> None:
    """Worked example M04: nine months of 0.08 and three of 0.9 are 0.285, class IV."""
    rows = []
    for number, month in enumerate(MONTHS):
        rows += samples("a", {**FIVE, "TP": 0.08 if number < 9 else 0.9}, days(month, 28))
    target = ((date(2021, 1, 1), None, 3),)
    run = evaluate(engine, rows, tmp_path, [WaterSection("a", targets=target)])
    (item,) = rows_of(run, "section_items", period="2021", parameter="TP")
    assert (item["value"], item["class"], item["multiple"]) == (pytest.approx(0.285), 4, pytest.approx(0.42))
    (year,) = rows_of(run, "section_class", period="2021")
    assert (year["class"], year["main"], year["complies"], year["valid"]) == (4, "TP", False, True)
    months = rows_of(run, "section_class", period_kind="month")
    assert [row["class"] for row in sorted(months, key=lambda row: row["period"])] == [2] * 9 + [6] * 3


def test_eleven_months_are_no_year_and_one_no_quarter(engine: DuckDB, tmp_path: Path) -> None:
    rows = []
    for month in MONTHS[:11]:
        rows += samples("a", FIVE, days(month, 28))
    run = evaluate(engine, rows, tmp_path, [WaterSection("a")])
    (year,) = rows_of(run, "section_class", period="2021")
    assert (year["class"], year["valid"], year["reason"]) == (2, False, "months_short")
    assert rows_of(run, "section_class", period="2021-Q4")[0]["valid"] is True  # two of three
    (gap,) = rows_of(run, "section_class", period="2021-12")
    assert (gap["class"], gap["valid"], gap["reason"]) == (None, False, "no_data")


def test_five_days_are_never_a_year(engine: DuckDB, tmp_path: Path) -> None:
    run = evaluate(engine, samples("a", FIVE, days(date(2021, 4, 1), 5)), tmp_path, [WaterSection("a")])
    (month,) = rows_of(run, "section_class", period="2021-04")
    assert (month["class"], month["valid"], month["reason"]) == (2, False, "days_short")
    (year,) = rows_of(run, "section_class", period="2021")
    assert (year["class"], year["valid"]) == (None, False)


def test_the_laboratory_stands_in_where_the_station_does_not(engine: DuckDB, tmp_path: Path) -> None:
    rows = samples("a", {"NH3N": 0.3}, days(date(2021, 3, 1), 25)) + samples("a", {"NH3N": 0.3}, days(MONTHS[3], 5))
    for month in (MONTHS[2], MONTHS[3]):
        rows += samples("a", {"NH3N": 0.8, "COD": 25.0, "HG": 0.00004}, [month], hours=(9,), source=LAB)
    run = evaluate(engine, rows, tmp_path, [WaterSection("a")])
    march = {row["parameter"]: row for row in rows_of(run, "section_items", period="2021-03")}
    april = {row["parameter"]: row for row in rows_of(run, "section_items", period="2021-04")}
    assert (march["NH3N"]["origin"], march["NH3N"]["value"]) == ("automatic", pytest.approx(0.3))
    assert (april["NH3N"]["origin"], april["NH3N"]["value"]) == ("sample", pytest.approx(0.8))
    assert (march["COD"]["class"], march["COD"]["multiple"], march["HG"]["class"]) == (4, pytest.approx(0.25), 1)
    (row,) = rows_of(run, "section_class", period="2021-03")
    assert (row["class"], row["main"]) == (4, "COD")


def test_own_items_of_a_section(engine: DuckDB, tmp_path: Path) -> None:
    """With a list of its items X a section is judged by the five and that list (2021 on); without one by everything."""
    rows = samples("a", FIVE, days(MONTHS[0], 28)) + samples("b", FIVE, days(MONTHS[0], 28))
    for code in "ab":
        rows += samples(code, {"F": 1.6, "COD": 25.0}, [MONTHS[0]], hours=(9,), source=LAB)
    listed = WaterSection("a", own_items={2021: frozenset({"COD"})})
    run = evaluate(engine, rows, tmp_path, [listed, WaterSection("b")])
    found = {row["section"]: row for row in rows_of(run, "section_class", period="2021-01")}
    assert (found["a"]["class"], found["a"]["main"]) == (4, "COD")
    assert (found["b"]["class"], found["b"]["main"]) == (6, "F,COD")


def test_main_pollutants_in_the_order_of_the_measures(engine: DuckDB, tmp_path: Path) -> None:
    rows = samples("a", {"NH3N": 2.4, "TP": 0.45, "DO": 8.0}, days(MONTHS[0], 28))
    rows += samples("a", {"PB": 0.06, "COD": 36.0}, [MONTHS[0]], hours=(9,), source=LAB)
    run = evaluate(engine, rows, tmp_path, [WaterSection("a")])
    (row,) = rows_of(run, "section_class", period="2021-01")
    assert (row["class"], row["main"]) == (6, "PB,NH3N,TP")  # worked example S09


def test_rivers_by_shares_and_by_means(engine: DuckDB, tmp_path: Path) -> None:
    rows: list[Row] = []
    clean, dirty = FIVE, {**FIVE, "NH3N": 4.1}
    for number in range(5):
        rows += samples(f"s{number}", dirty if number == 4 else clean, days(MONTHS[0], 28))
    sections = [WaterSection(f"s{number}", targets=((date(2021, 1, 1), None, 2),)) for number in range(5)]
    groups = [
        Group("river", "five", tuple(f"s{n}" for n in range(5))),
        Group("river", "two", ("s3", "s4")),
        Group("network", "national", tuple(f"s{n}" for n in range(5)), ((date(2021, 1, 1), None, 20),)),
    ]
    run = evaluate(engine, rows, tmp_path, sections, groups, last=date(2021, 1, 31))
    found = {row["id"]: row for row in rows_of(run, "water_evaluation", period="2021-01")}
    five, two, national = found["five"], found["two"], found["national"]
    # 4 of 5 are class II: 80 %, 良好 (2); one of five is 劣Ⅴ.
    assert (five["good_rounded"], five["bad_rounded"], five["grade"], five["method"]) == (80.0, 20.0, 2, "shares")
    assert (five["main"], five["complying"], five["compliance"]) == ("NH3N", 4, 80.0)
    # Mean ammonia (0.2 + 4.1) / 2 = 2.15: 劣Ⅴ, heavily polluted.
    assert (two["method"], two["class"], two["grade"], two["main"]) == ("means", 6, 5, "NH3N")
    # Five of twenty sections are no figure of the network.
    assert (national["valid"], national["reason"], national["sections_expected"]) == (False, "sections_short", 20)
    (rate,) = rows_of(run, "evaluation_items", id="five", period="2021-01", parameter="NH3N")
    assert (rate["sections_over"], rate["rate"]) == (1, 20.0)


def test_dry_and_frozen_sections_leave_the_denominator(engine: DuckDB, tmp_path: Path) -> None:
    rows = [official(f"s{n}", MONTHS[1], 2 + n % 3) for n in range(6)]
    rows += [official("dry", MONTHS[1], None, "断流"), official("ice", MONTHS[1], None, "结冰未监测")]
    rows += [official("lost", MONTHS[1], None, "uncertain")]
    names = [*[f"s{n}" for n in range(6)], "dry", "ice", "lost"]
    groups = [Group("river", "r", tuple(names)), Group("river", "few", ("s0", "s1"))]
    run = evaluate(engine, rows, tmp_path, [WaterSection(name) for name in names], groups, last=date(2021, 2, 28))
    found = {row["id"]: row for row in rows_of(run, "water_evaluation", period="2021-02", basis="published")}
    # Classes 2 3 4 2 3 4: four of six good. With the two excused eight of nine are there, 88.9 %.
    row = found["r"]
    assert (row["sections_evaluated"], row["sections_excused"], row["sections_expected"]) == (6, 2, 9)
    assert (row["good_rounded"], row["valid"], row["grade"]) == (66.7, True, 3)
    # Published classes have no values to average: below five sections there is no grade.
    assert (found["few"]["grade"], found["few"]["method"]) == (None, None)
    reasons = {r["section"]: r["reason"] for r in rows_of(run, "section_class", basis="published")}
    assert (reasons["dry"], reasons["ice"], reasons["lost"]) == ("no_flow", "frozen", "illegible")


def test_trophic_state_of_a_lake(engine: DuckDB, tmp_path: Path) -> None:
    """Worked example L01: 48.02, 中营养; chlorophyll comes in mg/L."""
    values = {"CHLA": 0.010, "TP": 0.05, "TN": 1.0, "CODMN": 4.0}
    rows = samples("lake", values, days(MONTHS[0], 28)) + samples("lake", {"SD": 1.0}, [MONTHS[0]], source=LAB)
    run = evaluate(engine, rows, tmp_path, [WaterSection("lake", "lake")], last=date(2021, 1, 31))
    (row,) = rows_of(run, "trophic_state", period="2021-01")
    assert (row["rounded"], row["grade"], row["items"], row["valid"]) == (48.02, 2, 5, True)


def test_city_index_of_a_river_and_a_lake(engine: DuckDB, tmp_path: Path) -> None:
    """Worked examples W01, W02, W04: 2.375 and 3.0556, of six and two sections 2.5451 (of unrounded parts)."""
    rows: list[Row] = []
    river = {"PH": 8.2, "DO": 8.0, "CODMN": 3.0, "NH3N": 0.25, "TP": 0.08}
    lake = {"PH": 8.5, "DO": 9.0, "CODMN": 4.5, "NH3N": 0.2, "TP": 0.04}
    names = [f"r{n}" for n in range(6)] + ["l0", "l1"]
    for name in names:
        rows += samples(name, river if name[0] == "r" else lake, days(MONTHS[0], 21), hours=(0, 4, 8, 12))
    sections = [WaterSection(name, "river" if name[0] == "r" else "lake") for name in names]
    run = evaluate(engine, rows, tmp_path, sections, [Group("city", "c", tuple(names))], last=date(2021, 1, 31))
    (row,) = rows_of(run, "cwqi", period="2021-01")
    # pH 8.2 and 8.5: 0.6 and 0.75; lake oxygen 5 / 9 = 0.555556.
    assert (row["river_index"], row["lake_index"]) == (pytest.approx(2.375), pytest.approx(3.055556))
    assert (row["river_sections"], row["lake_sections"], row["rounded"]) == (6, 2, 2.5451)


def test_excluded_samples_stay_out(engine: DuckDB, tmp_path: Path) -> None:
    rows = samples("a", {"NH3N": 0.3}, days(MONTHS[2], 28)) + samples(
        "a", {"NH3N": 90.0}, [date(2021, 3, 29)], hours=(0, 4, 8, 12)
    )
    out = [(AUTO, "a", "NH3N", datetime(2021, 3, 29, hour)) for hour in (0, 4, 8, 12)]
    excluded = pa.table([[row[n] for row in out] for n in range(4)], schema=WATER_EXCLUDED)
    run = evaluate(engine, rows, tmp_path, [WaterSection("a")], excluded=excluded)
    assert rows_of(run, "section_items", period="2021-03")[0]["value"] == pytest.approx(0.3)


def test_impossible_values_are_no_samples(engine: DuckDB, tmp_path: Path) -> None:
    month = days(MONTHS[0], 28)
    rows = samples("a", {"NH3N": 0.3, "PH": 8.0, "WT": -0.2}, month)
    rows += samples("a", {"NH3N": -99.0, "PH": 77.0, "WT": float("nan")}, month, hours=(1, 5))
    run = evaluate(engine, rows, tmp_path, [WaterSection("a")], last=date(2021, 1, 31))
    found = {row["parameter"]: row for row in rows_of(run, "section_items", period="2021-01")}
    assert {code: row["samples"] for code, row in found.items()} == dict.fromkeys(("NH3N", "PH", "WT"), 168)
    assert (found["NH3N"]["value"], found["WT"]["value"]) == (pytest.approx(0.3), 0.0)


def made_up() -> tuple[list[Row], list[WaterSection], list[Group]]:
    """Values that do not divide evenly, gaps, marks, laboratory samples and official classes."""
    rows: list[Row] = []
    for number in range(6):
        for place, day in enumerate(days(date(2021, 1, 1), 75)):
            if (place + number) % 11 == 0:
                continue
            values = {
                "PH": round(7.3 + 0.013 * place + 0.1 * number, 2), "DO": round(9.7 - 0.09 * place, 2),
                "CODMN": round(2.1 + 0.37 * number + 0.01 * place, 2), "NH3N": round(0.117 * (number + 1), 3),
                "TP": round(0.033 * (number + 1) + 0.0007 * place, 3), "TN": 2.2 + number, "CHLA": 0.0113,
                "ALGAE": 3.3e6 + place, "EC": 777.7, "WT": round(0.3 * place - 1, 1),
            }  # fmt: skip
            hours = range(0, 24, 4) if place % 7 else (0, 8, 12, 20, 22)
            rows += samples(f"s{number}", values, [day], hours=hours)
        rows += samples(f"s{number}", {"COD": 17.3 + number, "F": 1.13}, [MONTHS[1]], hours=(9,), source=LAB)
        rows.append(official(f"s{number}", MONTHS[0], 2.0 + number % 4))
    sections = [WaterSection(f"s{n}", "lake" if n == 5 else "river", targets=((MONTHS[0], None, 2 + n % 3),))
                for n in range(6)]  # fmt: skip
    groups = [Group("river", "r", ("s0", "s1", "s2")), Group("region", "all", tuple(f"s{n}" for n in range(6)))]
    return rows, sections, groups


def tables(engine: Any, folder: Path) -> dict[str, pa.Table]:
    rows, sections, groups = made_up()
    run = evaluate(engine, rows, folder, sections, groups, last=date(2021, 3, 31))
    return {name: run.table(name) for name in (*WATER_TABLES, *WATER_DAILY_TABLES)}


@pytest.mark.soak  # half a minute each; the air tables prove the engines equal in every run
@pytest.mark.spark
@pytest.mark.skipif(not spark_available(), reason="PySpark or Java is not installed")
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning", "ignore::ResourceWarning")
def test_spark_gives_the_same_tables(engine: DuckDB, tmp_path: Path) -> None:
    mine = tables(engine, tmp_path)
    with Spark("local[1]", settings=SMALL) as spark:
        theirs = tables(spark, tmp_path)
    for name, table in mine.items():
        assert table.num_rows > 0, name
        assert table.equals(theirs[name].cast(table.schema)), name


def test_portions_and_one_scan_give_the_same_tables(engine: DuckDB, tmp_path: Path) -> None:
    rows, sections, groups = made_up()
    halves = [[row for row in rows if (row[2].month < 3) is early] for early in (True, False)]
    calendar = WaterCalendar(date(2021, 1, 1), date(2021, 3, 31), WATER, sections, groups, to_date=())
    files = [[write(half, tmp_path / f"{number}.parquet")] for number, half in enumerate(halves)]
    run = evaluate_water(engine, files, calendar, trophic_rule(RULES), CWQI)
    whole = tables(engine, tmp_path)
    for name in WATER_TABLES:
        assert run.table(name).equals(whole[name]), name
