"""One year of the national network, evaluated in full, side by side with pandas, Polars and the floor.

    python bench/air_network.py [--scale full|medium|small] [--data FOLDER] [--json] [--repeat N]

About 1,700 stations × 6 parameters × 8,760 hours are generated with realistic gaps (`generate.py`) and evaluated: hours
to station days (minimum data, ozone's windows), city days, daily index with primary pollutants, means and percentiles
of months, quarters and the year for stations, cities and the region, good days, composite index, rankings. Every
candidate runs in a process of its own with the same threads and writes its tables; the clock runs from after the
imports to the last table written. The floor is DuckDB reading the same files and grouping them to daily means, no
more. Ours does what the others leave out, too: the basis without sand-dust days, attainment, reasons, exact digits.

The tables of pandas and Polars are compared with ours cell by cell; they work in binary fractions, so a value on a
rounding tie may differ, and the count of such cells is printed.

Aims: at most 2 × the floor, at least 10 × faster than pandas, under 4 GB.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

SCALES = {"full": (1700, 12), "medium": (400, 12), "small": (40, 3)}
FIRST = "2025-01"
CANDIDATES = ("floor", "saishang", "polars", "pandas")
MEMORY = "3GB"
AIM_FLOOR, AIM_PANDAS, AIM_GB = 2.0, 10.0, 4.0


def files_of(data: Path) -> list[Path]:
    """Parquet files of the generated lake, by month."""
    return sorted((data / "medium=air").glob("month=*/*.parquet"))


def run_floor(data: Path, out: Path, stations: int, count: int) -> float:
    """Scan and group to daily means, nothing else."""
    import duckdb

    connection = duckdb.connect(config={"threads": threads(), "memory_limit": MEMORY})
    begin = time.perf_counter()
    connection.execute("set preserve_insertion_order = false")
    names = [str(path) for path in files_of(data)]
    connection.execute(
        "create table days as select station, parameter, start::date as day, avg(value) as value "
        "from read_parquet($names, hive_partitioning = false) group by all",
        {"names": names},
    )
    return time.perf_counter() - begin


def run_saishang(data: Path, out: Path, stations: int, count: int) -> float:
    """The evaluation as `saishang evaluate` runs it."""
    import generate

    from saishang.lake.engines import DuckDB, evaluate_air

    network = generate.make_network(stations)
    begin = time.perf_counter()
    calendar = _calendar(network, count)
    with DuckDB(threads=threads(), memory_limit=MEMORY) as engine:
        run = evaluate_air(engine, [[path] for path in files_of(data)], network.table(), calendar)
        run.write(out)
        return time.perf_counter() - begin


def run_pandas(data: Path, out: Path, stations: int, count: int) -> float:
    """The same in pandas."""
    import air_pandas
    import generate

    network = generate.make_network(stations)
    begin = time.perf_counter()
    calendar = _calendar(network, count)
    tables = air_pandas.evaluate(
        files_of(data), network.table().to_pandas(), calendar.first, calendar.last, calendar.rules
    )
    out.mkdir(parents=True, exist_ok=True)
    for name, table in tables.items():
        table.to_parquet(out / f"{name}.parquet", compression="zstd")
    return time.perf_counter() - begin


def run_polars(data: Path, out: Path, stations: int, count: int) -> float:
    """The same in Polars."""
    import air_polars
    import generate

    network = generate.make_network(stations)
    begin = time.perf_counter()
    calendar = _calendar(network, count)
    tables = air_polars.evaluate(files_of(data), network.table(), calendar.first, calendar.last, calendar.rules)
    out.mkdir(parents=True, exist_ok=True)
    for name, table in tables.items():
        table.write_parquet(out / f"{name}.parquet", compression="zstd")
    return time.perf_counter() - begin


def _calendar(network: Any, count: int) -> Any:
    import generate

    from saishang.rules import load_rules
    from saishang.science.air.series import AirRules, Calendar

    last = list(generate.months(FIRST, count))[-1][1].date() - dt.timedelta(days=1)
    cities = sorted(set(network.regions))
    rules = AirRules.from_rules(load_rules())
    # No year to date: pandas and Polars do not make it either.
    return Calendar(dt.date(2025, 1, 1), last, rules, to_date=(), members={"all": cities}, lists={"all": cities})


def threads() -> int:
    """Threads for every candidate: the cores of the machine."""
    return os.cpu_count() or 1


def child(name: str, data: Path, out: Path, stations: int, count: int) -> dict[str, float]:
    """Run one candidate in its own process; return seconds and peak memory [GB]."""
    command = [sys.executable, str(HERE / "air_network.py"), "--child", name, "--data", str(data), "--out", str(out),
               "--stations", str(stations), "--months", str(count)]  # fmt: skip
    environment = os.environ | {"POLARS_MAX_THREADS": str(threads())}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    if done.returncode != 0:
        raise SystemExit(f"{name} failed:\n{done.stderr[-3000:]}")
    result: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return result


def differences(ours: Path, theirs: Path) -> dict[str, tuple[int, int]]:
    """Table and column → (cells that differ, cells compared); every row of theirs must have its row of ours."""
    import duckdb

    connection = duckdb.connect()
    found = {}
    for table, keys, column, tolerance in COMPARED:
        left, right = ours / f"{table}.parquet", theirs / f"{table}.parquet"
        names = {row[0] for row in connection.execute(f"describe select * from '{left}'").fetchall()}
        some = " and basis = 'measured'" if "basis" in names else ""
        join = " and ".join(f"a.{key}::varchar = b.{key}::varchar" for key in keys)
        # A missing value is null with us and NaN with pandas; both must be missing together.
        a, b = f"a.{column}::double", f"case when isnan(b.{column}::double) then null else b.{column}::double end"
        if "valid" in names and table in ("ranking", "composite"):
            b = f"case when b.valid then {b} end"
            a = f"case when a.valid then {a} end" if table == "composite" else a
        query = f"""
            select count(*) filter (where not coalesce(abs({a} - ({b})) <= {tolerance}, ({a}) is null and ({b}) is null)),
                   count(*), (select count(*) from '{right}')
            from (select * from '{left}' where true{some}) a join '{right}' b on {join}"""
        differing, compared, expected = connection.execute(
            query.replace("b.day::varchar", "b.day::date::varchar")
        ).fetchall()[0]
        if compared != expected:
            raise SystemExit(f"{table}: {expected} rows of {right.parent.name}, {compared} of them with a row of ours")
        found[f"{table}.{column}"] = (differing, compared)
    return found


_PERIOD = ("scope", "id", "period_kind", "period")
COMPARED: tuple[tuple[str, tuple[str, ...], str, float], ...] = (
    ("station_daily", ("station", "parameter", "day"), "value", 1e-9),
    ("city_daily", ("region", "parameter", "day"), "value", 1e-9),
    ("city_aqi", ("region", "day"), "aqi", 0.0),
    ("period_statistics", (*_PERIOD, "parameter", "statistic"), "value", 1e-9),
    ("period_statistics", (*_PERIOD, "parameter", "statistic"), "rounded", 1e-9),
    ("period_days", _PERIOD, "good", 0.0),
    ("period_days", _PERIOD, "rounded", 1e-9),
    ("composite", _PERIOD, "value", 1e-9),
    ("ranking", ("criterion", "period_kind", "period", "id"), "rank", 0.0),
)


def measure(data: Path, work: Path, stations: int, count: int, repeat: int, only: list[str]) -> dict[str, Any]:
    """Run every candidate `repeat` times, keep the best time of each, and compare the tables."""
    best: dict[str, dict[str, float]] = {}
    for _ in range(repeat):
        for name in only:
            result = child(name, data, work / name, stations, count)
            if name not in best or result["seconds"] < best[name]["seconds"]:
                best[name] = result
    compared = {
        name: differences(work / "saishang", work / name)
        for name in ("pandas", "polars")
        if name in best and "saishang" in best
    }
    return {"candidates": best, "differences": compared}


def report(result: dict[str, Any], rows: int, stations: int, count: int) -> str:
    """One table with ratios and peak memory."""
    best = result["candidates"]
    lines = [f"{rows:,} hourly rows, {stations:,} stations, {count} months, {threads()} threads", ""]
    lines.append(f"{'':22}{'seconds':>9}{'x floor':>9}{'ours is':>12}{'peak GB':>9}")
    mine, floor = best.get("saishang", {}).get("seconds"), best.get("floor", {}).get("seconds")
    labels = {"floor": "floor: DuckDB, means", "saishang": "Saishang, DuckDB", "polars": "Polars", "pandas": "pandas"}
    for name in CANDIDATES:
        if name not in best:
            continue
        seconds = best[name]["seconds"]
        against = f"{seconds / floor:.2f}" if floor else ""
        faster = f"{seconds / mine:.2f} x" if mine and name in ("polars", "pandas") else ""
        lines.append(f"{labels[name]:22}{seconds:9.2f}{against:>9}{faster:>12}{best[name]['gigabytes']:9.2f}")
    for name, compared in result["differences"].items():
        total = sum(count for _, count in compared.values())
        wrong = {column: differing for column, (differing, _) in compared.items() if differing}
        lines.append(f"\nequal to {name}: {total:,} cells compared, {sum(wrong.values()):,} differ {wrong or ''}")
    if mine and floor:
        lines.append(f"\naims: at most {AIM_FLOOR} x floor: {mine / floor:.2f}; under {AIM_GB} GB: "
                     f"{best['saishang']['gigabytes']:.2f}")  # fmt: skip
        if "pandas" in best:
            lines[-1] += f"; at least {AIM_PANDAS} x pandas: {best['pandas']['seconds'] / mine:.2f}"
    return "\n".join(lines)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scale", choices=SCALES, default="full")
    parser.add_argument("--data", type=Path, help="folder of generated data to use or to fill; kept")
    parser.add_argument("--repeat", type=int, default=1)
    parser.add_argument("--only", nargs="+", choices=CANDIDATES, default=list(CANDIDATES))
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--child", choices=CANDIDATES, help=argparse.SUPPRESS)
    parser.add_argument("--out", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--stations", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--months", type=int, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.child:
        candidates = {"floor": run_floor, "saishang": run_saishang, "pandas": run_pandas, "polars": run_polars}
        seconds = candidates[given.child](given.data, given.out, given.stations, given.months)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
        print(json.dumps({"seconds": seconds, "gigabytes": peak}))
        return
    stations, count = SCALES[given.scale]
    work = Path(tempfile.mkdtemp(prefix="saishang-bench-"))
    try:
        data = given.data or work / "data"
        if not files_of(data):
            import generate

            generate.write_network(data, stations=stations, first=FIRST, count=count)
        import pyarrow.parquet as pq

        rows = sum(pq.read_metadata(path).num_rows for path in files_of(data))
        result = measure(data, work, stations, count, given.repeat, given.only)
        if given.json:
            print(json.dumps({"rows": rows, "stations": stations, "months": count, **result}))
        else:
            print(report(result, rows, stations, count))
    finally:
        shutil.rmtree(work, ignore_errors=True)


if __name__ == "__main__":
    main()
