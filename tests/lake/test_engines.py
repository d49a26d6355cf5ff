"""Engines: what they promise, and that DuckDB and Spark agree to the last digit on real measurements."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from saishang.errors import ConfigurationError
from saishang.lake.engines import (
    AIR_TABLES,
    EXCLUDED,
    HOURLY_TABLES,
    STATIONS,
    DuckDB,
    EngineError,
    Spark,
    evaluate_air,
    open_engine,
    spark_available,
)
from saishang.rules import load_rules
from saishang.science.air.series import DUST_DAYS, AirRules, Calendar
from saishang.science.exact import exact_sum
from tests.small_spark import SMALL

CITIES = ["640100", "640200", "640300", "640400", "640500"]
COLUMNS = {"pm25": "PM2.5", "pm10": "PM10", "so2": "SO2", "no2": "NO2", "co": "CO", "o3": "O3"}


def ningxia_hours(folder: Path, months: list[tuple[int, int]]) -> list[list[Path]]:
    """The demo's hourly measurements as lake files, one per month; the stamp is the end of the hour."""
    source = files("saishang") / "demo_data" / "air_hourly_ningxia_2019_01_09.parquet"
    wide = pq.read_table(str(source))
    end = wide["time"].cast(pa.timestamp("us"))
    start = pc.subtract(end, pa.scalar(timedelta(hours=1)))
    parts = []
    for column, code in COLUMNS.items():
        rows = len(wide)
        parts.append(
            pa.table(
                {
                    "source": pa.array(["cnemc-site-hourly"] * rows), "station": wide["station_code"].cast(pa.string()),
                    "parameter": pa.array([code] * rows), "start": start, "end": end,
                    "value": wide[column].cast(pa.float64()), "qualifier": pa.nulls(rows, pa.string()),
                }
            )
        )  # fmt: skip
    long = pa.concat_tables(parts)
    long = long.filter(pc.is_valid(long["value"]))
    found = []
    for year, month in months:
        inside = pc.and_(pc.equal(pc.year(long["start"]), year), pc.equal(pc.month(long["start"]), month))
        path = folder / f"{year}-{month:02d}.parquet"
        pq.write_table(long.filter(inside), path)
        found.append([path])
    return found


def ningxia_stations() -> pa.Table:
    rows = load_rules().table("sites/ningxia/air_stations").rows
    names = {"station": "code", "region": "region", "city_mean": "city_mean", "opened": "opened", "closed": "closed"}
    return pa.Table.from_pylist([{k: row[v] for k, v in names.items()} for row in rows], schema=STATIONS)


def ningxia_calendar(last: date) -> Calendar:
    return Calendar(
        date(2019, 1, 1), last, AirRules.from_rules(load_rules()), members={"640000": CITIES}, lists={"cities": CITIES}
    )


def dust_days() -> pa.Table:
    days = [date(2019, 5, 12), date(2019, 5, 15)]
    rows = [(city, day, "confirmed") for city in CITIES for day in days] + [("640100", date(2019, 4, 24), "proposed")]
    return pa.table([[row[n] for row in rows] for n in range(3)], schema=DUST_DAYS)


@pytest.fixture
def duckdb() -> Iterator[DuckDB]:
    with DuckDB(threads=2, memory_limit="1GB") as engine:
        yield engine


def test_setting_opens_the_engine_it_names() -> None:
    with open_engine("duckdb") as engine:
        assert engine.name == "duckdb"
    for wrong in ("postgres", "spark://"):
        with pytest.raises(ConfigurationError, match="SAISHANG_ENGINE"):
            open_engine(wrong)


def test_spark_without_its_extra_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("saishang.lake.engines.spark.spark_available", lambda: False)
    with pytest.raises(EngineError, match=r"saishang\[spark\]"):
        Spark("local")


def test_no_files_are_an_error_that_says_so(duckdb: DuckDB) -> None:
    with pytest.raises(EngineError, match="load measurements"):
        duckdb.observations([])
    with pytest.raises(EngineError, match="load measurements"):
        evaluate_air(duckdb, [], ningxia_stations(), ningxia_calendar(date(2019, 1, 31)))


def test_portions_and_one_scan_give_the_same_tables(tmp_path: Path) -> None:
    months = ningxia_hours(tmp_path, [(2019, 1), (2019, 2)])
    whole = [[path for (path,) in months]]
    tables = []
    for portions in (months, whole):
        with DuckDB(threads=2) as engine:
            run = evaluate_air(engine, portions, ningxia_stations(), ningxia_calendar(date(2019, 2, 28)))
            tables.append({name: run.table(name) for name in ("station_daily", "city_aqi", "period_statistics")})
    for name, table in tables[0].items():
        assert table.equals(tables[1][name]), name


def test_a_table_that_is_none_is_named(duckdb: DuckDB, tmp_path: Path) -> None:
    months = ningxia_hours(tmp_path, [(2019, 1)])
    run = evaluate_air(duckdb, months, ningxia_stations(), ningxia_calendar(date(2019, 1, 31)))
    with pytest.raises(EngineError, match="city_aqi"):
        run.table("city_iaq")


def test_written_tables_hold_what_run_returns(duckdb: DuckDB, tmp_path: Path) -> None:
    months = ningxia_hours(tmp_path, [(2019, 1)])
    run = evaluate_air(duckdb, months, ningxia_stations(), ningxia_calendar(date(2019, 1, 31)))
    (path,) = run.write(tmp_path / "out", ["city_aqi"])
    order = [(column, "ascending") for column in AIR_TABLES["city_aqi"]]
    assert pq.read_table(path).sort_by(order).to_pylist() == run.table("city_aqi").to_pylist()


def test_excluded_hours_stay_out(duckdb: DuckDB, tmp_path: Path) -> None:
    """Five hours of one station's day taken out leave 19: the day is void; nothing else moves."""
    (month,) = ningxia_hours(tmp_path, [(2019, 1)])
    calendar = ningxia_calendar(date(2019, 1, 31))
    whole = evaluate_air(duckdb, [month], ningxia_stations(), calendar).table("station_daily").to_pylist()
    full = next(r for r in whole if r["parameter"] == "PM10" and r["hours_present"] == 24)
    noon = datetime.combine(full["day"], time(12))
    rows = [("cnemc-site-hourly", full["station"], "PM10", noon + n * timedelta(hours=1)) for n in range(5)]
    # Named too: an hour of a source that is not there, and one that does not exist. They take nothing out.
    rows += [("other", full["station"], "PM10", noon - timedelta(hours=1)), (rows[0][0], "x", "PM10", noon)]
    columns = zip(zip(*rows, strict=True), EXCLUDED, strict=True)
    out = pa.table([pa.array(column, field.type) for column, field in columns], schema=EXCLUDED)
    with DuckDB(threads=2) as engine:
        run = evaluate_air(engine, [month], ningxia_stations(), calendar, excluded=out)
        left = run.table("station_daily").to_pylist()
    changed = [(a, b) for a, b in zip(whole, left, strict=True) if a != b]
    ((before, after),) = changed
    assert (before["station"], before["day"], before["parameter"]) == (full["station"], full["day"], "PM10")
    assert (after["hours_present"], after["valid"], after["reason"], after["value"]) == (19, False, "hours_short", None)


def test_an_engine_that_nobody_closed_leaves_no_folder() -> None:
    engine = DuckDB()
    folder = engine._scratch
    del engine
    gc.collect()
    assert not folder.exists()


def test_a_folder_that_was_given_stays(tmp_path: Path) -> None:
    with DuckDB(scratch=tmp_path / "scratch"):
        pass
    assert (tmp_path / "scratch").is_dir()


def test_closing_removes_the_scratch_folder() -> None:
    engine = DuckDB()
    folder = engine._scratch
    assert folder.is_dir()
    engine.close()
    assert not folder.exists()


def agree(folder: Path, months: list[tuple[int, int]], last: date, tables: Sequence[str]) -> None:
    """Real hours, with days of sand and hours taken out: each table of the two engines has the same rows."""
    parts = ningxia_hours(folder, months)
    gone = datetime(2019, 4, 24, 12)
    hours = [gone + n * timedelta(hours=1) for n in range(5)]
    out = [("cnemc-site-hourly", "1484A", code, hour) for code in ("PM10", "O3") for hour in hours]
    columns = zip(zip(*out, strict=True), EXCLUDED, strict=True)
    excluded = pa.table([pa.array(column, field.type) for column, field in columns], schema=EXCLUDED)
    found: list[dict[str, pa.Table]] = []
    engines: list[Any] = [
        lambda: DuckDB(threads=2),
        lambda: Spark("local[2]", settings=SMALL),
    ]
    for make in engines:
        with make() as engine:
            run = evaluate_air(
                engine, parts, ningxia_stations(), ningxia_calendar(last), dust=dust_days(), excluded=excluded,
                station_percentiles=("month", "year"),
            )  # fmt: skip
            found.append({name: run.table(name) for name in tables})
    ours, theirs = found
    for name, table in ours.items():
        assert table.num_rows > 0, name
        assert table.column_names == theirs[name].column_names, name
        assert table.to_pylist() == theirs[name].to_pylist(), name


SPARK = (
    pytest.mark.spark,
    pytest.mark.skipif(not spark_available(), reason="PySpark or Java is not installed"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning", "ignore::ResourceWarning"),
)


def with_spark(test: Any) -> Any:
    for mark in SPARK:
        test = mark(test)
    return test


@with_spark
def test_spark_and_duckdb_agree_on_the_daily_tables(tmp_path: Path) -> None:
    """A month with hours taken out: from hours to a city's index, where sums are exact and values rounded."""
    agree(tmp_path, [(2019, 4)], date(2019, 4, 30), ("station_daily", "city_daily", "city_aqi"))


@with_spark
@pytest.mark.soak  # two minutes: Spark plans every table of the contract anew
def test_spark_and_duckdb_agree_to_the_last_digit(tmp_path: Path) -> None:
    """Two months of real hours of 19 stations, one of them with its sand storms, every table of the contract."""
    agree(tmp_path, [(2019, 4), (2019, 5)], date(2019, 5, 31), (*AIR_TABLES, *HOURLY_TABLES))


def test_keys_that_come_as_a_dictionary_are_read_and_written_as_texts(duckdb: DuckDB, tmp_path: Path) -> None:
    names = pa.array(["a", "it's", None, "a"]).dictionary_encode()
    kept = duckdb.table("keyed", pa.table({"name": names, "number": [1, 2, 3, 4]}))
    whole = duckdb.run(kept.order_by("number"))
    assert whole.schema.field("name").type == pa.string()
    assert whole["name"].to_pylist() == ["a", "it's", None, "a"]
    counted = duckdb.run(kept.group_by("name").agg(total=kept.number.sum()).filter(lambda t: t.name == "a"))
    assert counted.to_pylist() == [{"name": "a", "total": 5}]
    duckdb.write(kept, tmp_path / "keyed.parquet")
    duckdb.finish()
    assert pq.read_schema(tmp_path / "keyed.parquet").field("name").type == pa.string()
    empty = duckdb.table("keyed", pa.table({"name": names.slice(0, 0), "number": pa.array([], pa.int64())}))
    assert duckdb.run(empty).num_rows == 0


def test_an_exact_sum_beyond_64_bits_is_an_error(duckdb: DuckDB) -> None:
    large = duckdb.table("large", pa.table({"n": [2**63 - 1, 1]}))
    with pytest.raises(Exception, match="INT64"):
        duckdb.run(large.agg(total=exact_sum(large.n)))
    fits = duckdb.table("fits", pa.table({"n": [2**63 - 2, 1]}))
    assert duckdb.run(fits.agg(total=exact_sum(fits.n))).to_pylist() == [{"total": 2**63 - 1}]


def test_a_table_made_anew_or_dropped_waits_for_who_reads_it(duckdb: DuckDB, tmp_path: Path) -> None:
    """Statements run two at a time; the result is that of one after the other."""
    numbers = duckdb.table("numbers", pa.table({"n": list(range(200_000))}))
    for turn in range(3):
        kept = duckdb.keep("kept", numbers.mutate(n=numbers.n + turn))
        duckdb.write(kept.agg(total=kept.n.sum()), tmp_path / f"{turn}.parquet")
        if turn == 1:
            duckdb.drop("kept")
    duckdb.finish()
    totals = [pq.read_table(tmp_path / f"{turn}.parquet")["total"].to_pylist() for turn in range(3)]
    assert totals == [[199_999 * 100_000 + turn * 200_000] for turn in range(3)]


def test_a_fault_of_a_statement_surfaces_when_its_rows_are_asked_for(duckdb: DuckDB, tmp_path: Path) -> None:
    texts = duckdb.table("texts", pa.table({"text": ["1", "two"]}))
    kept = duckdb.keep("numbers", texts.select(number=texts.text.cast("int64")))
    with pytest.raises(Exception, match="two"):
        duckdb.run(kept)
    duckdb.write(kept, tmp_path / "numbers.parquet")
    with pytest.raises(Exception, match="two"):
        duckdb.finish()


def test_portions_of_files_are_read_with_one_expression(duckdb: DuckDB, tmp_path: Path) -> None:
    months = ningxia_hours(tmp_path, [(2019, 1), (2019, 2)])
    kept = duckdb.keep_each("counts", months, lambda rows: rows.agg(n=rows.count(), first=rows.start.min()))
    found = duckdb.run(kept).sort_by("first").to_pylist()
    assert [row["n"] for row in found] == [pq.read_metadata(path).num_rows for (path,) in months]
    # The first hour of January that the demo has ends at 00:00 and lies in December: it is in no portion.
    assert [row["first"].month for row in found] == [1, 2]
    with pytest.raises(EngineError, match="load measurements"):
        duckdb.keep_each("nothing", [[]], lambda rows: rows)
