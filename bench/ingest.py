"""Rows per second of `saishang ingest` against DuckDB's own CSV read of the same files.

    python bench/ingest.py [--days 10] [--tidy-rows 2000000] [--json]

Ours does all of it: archive with fsync, read, units and marks, comparison with what is there, Parquet, ledger, commit.
DuckDB's part is the floor: `create table … as select * from read_csv(file)`, nothing else. The aim is a ratio of at
most 3. Files are made with a fixed seed and realistic gaps; figures are the median of the files (day files) or the
best of three (tidy file, both sides). CPU seconds stand beside: they tell when something else was running. The
database is an embedded server in a temporary folder, or DATABASE_URL.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import psycopg

TYPES = ("AQI", "PM2.5", "PM2.5_24h", "PM10", "PM10_24h", "SO2", "SO2_24h", "NO2", "NO2_24h", "O3", "O3_24h", "O3_8h",
         "O3_8h_24h", "CO", "CO_24h")  # fmt: skip
STATIONS = 1_700
AIM = 3.0
MAPPING = """\
id: bench-tidy
medium: air
layout: long
label: hour_beginning
time: time
station: station
parameter: parameter
value: value
values: {PM2.5: PM2.5, PM10: PM10, SO2: SO2, NO2: NO2, O3: O3}
"""


@dataclass(frozen=True)
class Result:
    """One line of the table."""

    what: str
    rows: int
    megabytes: float
    ours: float
    floor: float
    cpu_ours: float
    cpu_floor: float

    @property
    def ratio(self) -> float:
        return self.ours / self.floor

    @property
    def cpu_ratio(self) -> float:
        return self.cpu_ours / self.cpu_floor


def day_file(folder: Path, day: int, chance: np.random.Generator) -> Path:
    """A wide day file of the network: 24 hours x 15 types x 1,700 stations, 3 % empty, some stations closed."""
    codes = [f"{1001 + i}A" for i in range(STATIONS)]
    closed = chance.random(STATIONS) < 0.04
    lines = ["date,hour,type," + ",".join(codes)]
    stamp = (np.datetime64("2019-01-01") + day).astype(str).replace("-", "")
    for hour in range(24):
        for kind in TYPES:
            numbers = chance.gamma(2.0, 25.0, STATIONS)
            gone = closed | (chance.random(STATIONS) < 0.03)
            cells = [
                "" if empty else (f"{number / 40:.1f}" if kind.startswith("CO") else str(int(number)))
                for number, empty in zip(numbers, gone, strict=True)
            ]
            lines.append(f"{stamp},{hour},{kind}," + ",".join(cells))
    path = folder / f"china_sites_{stamp}.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def tidy_file(folder: Path, rows: int, chance: np.random.Generator) -> Path:
    """A long table: time, station, parameter, value; values with one decimal."""
    per_hour = 200 * 5
    path = folder / "tidy.csv"
    with path.open("w", encoding="utf-8") as out:
        out.write("time,station,parameter,value\n")
        for hour in range(rows // per_hour):
            stamp = str(np.datetime64("2020-01-01T00") + hour).replace("T", " ") + ":00"
            numbers = chance.gamma(2.0, 25.0, per_hour)
            out.writelines(
                f"{stamp},S{i // 5:04d},{('PM2.5', 'PM10', 'SO2', 'NO2', 'O3')[i % 5]},{number:.1f}\n"
                for i, number in enumerate(numbers)
            )
    return path


def timed(work: Callable[[], int]) -> tuple[float, float, int]:
    """Wall and CPU seconds of some work, and what it returns."""
    wall, cpu = time.perf_counter(), time.process_time()
    rows = work()
    return time.perf_counter() - wall, time.process_time() - cpu, rows


def floor(path: Path) -> int:
    """Let DuckDB read the file into a table."""
    duck = duckdb.connect()
    duck.execute("create table t as select * from read_csv($file)", {"file": str(path)})
    duck.close()
    return 0


def measure(days: int, tidy_rows: int) -> list[Result]:
    """Make the files, load them, read them with DuckDB, one after the other."""
    from saishang.database import Cluster
    from saishang.lake import Lake
    from saishang.rules import load_rules

    home = Path(tempfile.mkdtemp(prefix="saishang-bench-"))
    home.chmod(0o711)
    cluster = None if os.environ.get("DATABASE_URL") else Cluster(home / "postgres")
    try:
        dsn = os.environ["DATABASE_URL"] if cluster is None else cluster.ensure_running()
        if cluster is not None:
            import saishang.lake as package

            ledger = sorted((Path(package.__file__).parent / "sql").glob("0*.sql"))
            with psycopg.connect(dsn, autocommit=True) as connection:
                for sql in ledger:
                    connection.execute(sql.read_text(encoding="utf-8").encode())
        lake = Lake(home / "lake", home / "archive", dsn, load_rules())
        lake.prepare()
        chance = np.random.default_rng(20190512)
        files = [day_file(home, day, chance) for day in range(days + 1)]
        mapping = home / "mapping.yaml"
        mapping.write_text(MAPPING, encoding="utf-8")
        lake.ingest(files[0])  # the first load of a process also loads libraries
        floor(files[0])
        ours, floors = [], []
        for path in files[1:]:
            floors.append(timed(lambda path=path: floor(path)))
            ours.append(timed(lambda path=path: lake.ingest(path).added))
        size = sum(path.stat().st_size for path in files[1:]) / 1e6

        def middle(runs: list[tuple[float, float, int]], which: int) -> float:
            return statistics.median(run[which] for run in runs) * days

        results = [
            Result(f"{days} network day files", sum(run[2] for run in ours), size, middle(ours, 0), middle(floors, 0),
                   middle(ours, 1), middle(floors, 1))
        ]  # fmt: skip
        tidy = tidy_file(home, tidy_rows, chance)
        base = [timed(lambda: floor(tidy)) for _ in range(3)]
        loads = []
        for number in range(3):  # another series each time: nothing is known yet, nothing is there to compare with
            mapping.write_text(MAPPING.replace("bench-tidy", f"bench-tidy-{number}"), encoding="utf-8")
            loads.append(timed(lambda: lake.ingest(tidy, mapping=mapping).added))
        results.append(
            Result("tidy CSV, one file", loads[0][2], tidy.stat().st_size / 1e6, min(loads)[0], min(base)[0],
                   min(run[1] for run in loads), min(run[1] for run in base))
        )  # fmt: skip
        return results
    finally:
        if cluster is not None:
            cluster.stop()
        shutil.rmtree(home, ignore_errors=True)


def main() -> int:
    """Print the table and whether the aim is met."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--days", type=int, default=10)
    parser.add_argument("--tidy-rows", type=int, default=2_000_000)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    results = measure(options.days, options.tidy_rows)
    if options.json:
        print(json.dumps([{**r.__dict__, "ratio": r.ratio, "cpu_ratio": r.cpu_ratio} for r in results]))
    else:
        print(f"{'what':<26}{'rows':>12}{'MB':>8}{'ours s':>9}{'rows/s':>12}{'DuckDB s':>10}{'ratio':>8}{'CPU':>7}")
        for r in results:
            print(
                f"{r.what:<26}{r.rows:>12,}{r.megabytes:>8.1f}{r.ours:>9.2f}{r.rows / r.ours:>12,.0f}{r.floor:>10.2f}"
                f"{r.ratio:>8.2f}{r.cpu_ratio:>7.2f}  aim of 3 {'met' if r.ratio <= AIM else 'missed'}"
            )
    return 0


if __name__ == "__main__":
    sys.exit(main())
