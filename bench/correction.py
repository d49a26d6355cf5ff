"""One corrected hour in a province's year: what it touches recomputed, beside a full evaluation of the same hours.

    python bench/correction.py [--stations 41] [--months 12] [--corrections 10] [--recipes FOLDER]

The hours are made up by `generate.py`. For each correction one hour of one station gets another value; then the tables
are made twice: by `AirCorrection` from the days that the first evaluation kept, and by a whole evaluation. Every table
is compared, row by row and to the last digit, and so is the list of rows that changed. Aim: under 1 s.
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
import tempfile
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
from generate import dust_days, make_network, months, write_network

FIRST = "2025-01"
LIMIT_SECONDS = 1.0
KEY = "bench"


def evaluate(files: list[Path], stations: pa.Table, dust: pa.Table, calendar: Any) -> dict[str, pa.Table]:
    """Every table that a run holds, by a whole evaluation."""
    from saishang.lake.engines import AIR_TABLES, DAY_STATES, EXTRA_TABLES, HOURLY_TABLES, DuckDB, evaluate_air

    with DuckDB() as engine:
        run = evaluate_air(engine, [[path] for path in files], stations, calendar, dust=dust)
        return {name: run.table(name) for name in (*AIR_TABLES, *EXTRA_TABLES, *HOURLY_TABLES, *DAY_STATES)}


def correct(path: Path, target: Path, station: str, start: datetime, value: float) -> None:
    """Copy a month with one hour changed: its PM2.5, PM10 and ozone."""
    with duckdb.connect() as connection:
        connection.execute(
            'copy (select * replace (case when station = $station and "start" = $start and parameter in '
            "('PM2.5', 'PM10', 'O3') then $value else value end as value) from read_parquet($source, "
            "hive_partitioning = false)) to '" + str(target) + "' (format parquet)",
            {"station": station, "start": start, "value": value, "source": str(path)},
        )


def differences(mine: dict[str, pa.Table], theirs: dict[str, pa.Table]) -> list[str]:
    """Tables whose rows are not the same."""
    return [name for name, table in theirs.items() if not _same(mine[name], table)]


def _same(mine: pa.Table, theirs: pa.Table) -> bool:
    columns = theirs.schema.names
    with duckdb.connect() as connection:
        connection.register("a", mine.select(columns))
        connection.register("b", theirs)
        row = connection.execute(
            "select (select count(*) from (from a except all from b)), "
            "(select count(*) from (from b except all from a))"
        ).fetchone()
    return row == (0, 0)


def patched(before: dict[str, pa.Table], changes: dict[str, tuple[pa.Table, pa.Table]]) -> dict[str, pa.Table]:
    """Tables of the first evaluation with the rows that do not stand any more replaced by those that stand now."""
    found = dict(before)
    with duckdb.connect() as connection:
        for name, (gone, come) in changes.items():
            connection.register("before", before[name].select(gone.schema.names))
            connection.register("gone", gone)
            connection.register("come", come)
            found[name] = connection.execute("(from before except all from gone) union all from come").to_arrow_table()
    return found


def main() -> int:
    """Command line."""
    from saishang.lake.engines.correction import CHANGED_DAYS, AirCorrection
    from saishang.rules import load_rules
    from saishang.science.air.series import AirRules, Calendar

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--stations", type=int, default=41)
    parser.add_argument("--months", type=int, default=12)
    parser.add_argument("--corrections", type=int, default=10)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--recipes", type=Path, help="folder that keeps the statements for the next process")
    arguments = parser.parse_args()
    rng = random.Random(arguments.seed)
    rules = AirRules.from_rules(load_rules())
    with tempfile.TemporaryDirectory(prefix="correction-") as folder:
        root = Path(folder)
        network, rows = write_network(root / "data", stations=arguments.stations, first=FIRST, count=arguments.months)
        files = sorted((root / "data").glob("medium=air/month=*/*.parquet"))
        spans = list(months(FIRST, arguments.months))
        first, last = spans[0][0].date(), (spans[-1][1] - timedelta(days=1)).date()
        cities = sorted(set(network.regions))
        calendar = Calendar(first, last, rules, members={"640000": cities}, lists={"cities": cities})
        stations, dust = network.table(), dust_days(make_network(arguments.stations), FIRST, arguments.months)
        started = time.perf_counter()
        before = evaluate(files, stations, dust, calendar)
        first_full = time.perf_counter() - started
        kept = root / "run"
        kept.mkdir()
        for name, table in before.items():
            pq.write_table(table, kept / f"{name}.parquet", compression="zstd")
        print(f"{arguments.stations} stations, {len(cities)} cities, {arguments.months} months, {rows:,} rows")
        quick, worked, full, wrong = [], [], [], 0
        for number in range(arguments.corrections):
            station = rng.choice(network.stations)
            day = first + timedelta(days=rng.randrange((last - first).days + 1))
            start = datetime(day.year, day.month, day.day, rng.randrange(24))
            now = list(files)
            place = next(i for i, path in enumerate(files) if f"month={day:%Y-%m}" in str(path))
            now[place] = root / f"corrected-{number}.parquet"
            correct(files[place], now[place], station, start, rng.choice([1.0, 77.0, 480.0]))
            changed = pa.table([[station], [day]], schema=CHANGED_DAYS)
            started, busy = time.perf_counter(), time.process_time()
            with AirCorrection(KEY, kept, calendar, stations, changed, recipes=arguments.recipes) as correction:
                begin, end = correction.months
                correction.read([
                    path for path, (a, _b) in zip(now, spans, strict=True) if begin <= f"{a:%Y-%m}" <= end
                ])  # fmt: skip
                _, changes = correction.tables(dust)
            quick.append(time.perf_counter() - started)
            worked.append(time.process_time() - busy)
            started = time.perf_counter()
            after = evaluate(now, stations, dust, calendar)
            full.append(time.perf_counter() - started)
            apart = differences(patched(before, changes), after)
            wrong += bool(apart)
            touched = sum(come.num_rows for _, come in changes.values())
            print(f"  {station} {start:%Y-%m-%d %H}: {touched:,} rows of {len(changes)} tables in {quick[-1]:.2f} s; "
                  f"whole {full[-1]:.2f} s{'; NOT EQUAL: ' + ', '.join(apart) if apart else ''}")  # fmt: skip
        rest = quick[1:] or quick
        typical, slowest, whole = statistics.median(rest), max(rest), statistics.median(full)
        print(f"first correction of the process: {quick[0]:.2f} s, processor {worked[0]:.2f} s")
        print(f"then median {typical:.2f} s, slowest {slowest:.2f} s = {slowest / LIMIT_SECONDS:.2f} x the limit of "
              f"{LIMIT_SECONDS:g} s")  # fmt: skip
        busy = worked[1:] or worked
        print(f"processor: median {statistics.median(busy):.2f} s, most {max(busy):.2f} s (two threads)")
        print(f"whole evaluation {first_full:.2f} s first, median {whole:.2f} s = {whole / typical:.1f} x a correction")
        print("every table equal" if not wrong else f"{wrong} corrections NOT EQUAL")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
