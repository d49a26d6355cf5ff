"""A year of the national network evaluated: ours beside pandas, Polars and the floor, each in a process of its own.

    python bench/air_network.py [--scale full|small] [--stations 1700] [--months 12] [--only ours,floor] [--data FOLDER]

The hours are made up by `generate.py` (1,700 stations, six pollutants, realistic gaps: some 83 million rows a year).
All of them write the same nine tables (`air_rivals.py`): station and city days, the index with and without sand-dust
days, means and percentiles, good days, composite index, attainment and rankings, on every basis, with the reasons of
everything void. The floor is DuckDB reading the same files and grouping them to daily means, which is what no engine
can do without. Pandas runs twice: `pandas` as its users write it, on long frames (`rival_frames.py`), and
`pandas-numpy` with array kernels (`rival_pandas.py`); Polars has array kernels too. Aims: at most twice the floor, ten
times pandas, less than 4 GB of memory. Every column of every table of all is compared: doubles to 1e-9, everything
rounded, counted, ranked or said exactly. CPU seconds cover the whole process, start and imports included; on a busy
machine they say more than the clock.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
from generate import dust_days, make_network, months, write_network

RUNNERS = ("floor", "ours", "polars", "pandas-numpy", "pandas")
SCALES = {"full": (1700, 12), "small": (40, 2)}
FIRST = "2025-01"
MEMORY_LIMIT = "3GB"
#: Columns that are compared to 1e-9; all others exactly.
DOUBLES = {"value", "good_ratio"}


def run(runner: str, data: Path, inputs: Path, out: Path, count: int) -> dict[str, Any]:
    """Do the work of one runner in this process; return its figures."""
    files = sorted(data.glob("medium=air/month=*/*.parquet"))[:count]
    started = time.perf_counter()
    work = {"floor": floor, "ours": ours, "polars": polars, "pandas-numpy": pandas_numpy, "pandas": pandas}[runner]
    work(files, inputs, out, count)
    seconds = time.perf_counter() - started
    used = resource.getrusage(resource.RUSAGE_SELF)
    busy = used.ru_utime + used.ru_stime
    return {"runner": runner, "seconds": seconds, "busy": busy, "peak": used.ru_maxrss * 1024}


def floor(files: list[Path], inputs: Path, out: Path, count: int) -> None:
    """Only read and group."""
    with duckdb.connect(config={"threads": os.cpu_count() or 2, "memory_limit": MEMORY_LIMIT}) as connection:
        connection.execute(
            """create table days as select station, parameter, "start"::date as day, avg(value) as value, count(*) as n
            from read_parquet(?, hive_partitioning = false) group by all""",
            [[str(path) for path in files]],
        )


def ours(files: list[Path], inputs: Path, out: Path, count: int) -> None:
    """Every table of the contract."""
    from saishang.lake.engines import DuckDB, evaluate_air
    from saishang.rules import load_rules
    from saishang.science.air.series import AirRules, Calendar

    stations, dust = _inputs(inputs)
    first, last = _days(count)
    lists = {"all": sorted(set(stations["region"].to_pylist()))}
    calendar = Calendar(first, last, AirRules.from_rules(load_rules()), to_date=(), lists=lists)
    with DuckDB(memory_limit=MEMORY_LIMIT) as engine:
        evaluate_air(engine, [[path] for path in files], stations, calendar, dust=dust).write(out)


def polars(files: list[Path], inputs: Path, out: Path, count: int) -> None:
    """The same tables in Polars."""
    import polars as pl
    from rival_polars import polars_tables

    table, dust = (pl.from_arrow(given) for given in _inputs(inputs))
    if not isinstance(table, pl.DataFrame) or not isinstance(dust, pl.DataFrame):
        raise TypeError("expected tables of stations and dust days")
    rules, spans = _rules(count)
    for name, frame in polars_tables(files, table, dust, rules, spans).items():
        frame.write_parquet(out / f"{name}.parquet")


def pandas_numpy(files: list[Path], inputs: Path, out: Path, count: int) -> None:
    """The same tables in pandas with NumPy kernels."""
    from rival_pandas import pandas_tables

    _in_pandas(pandas_tables, files, inputs, out, count)


def pandas(files: list[Path], inputs: Path, out: Path, count: int) -> None:
    """The same tables in pandas as its users write it."""
    from rival_frames import frames_tables

    _in_pandas(frames_tables, files, inputs, out, count)


def _in_pandas(tables: Callable[..., Any], files: list[Path], inputs: Path, out: Path, count: int) -> None:
    from pandas import to_datetime

    stations, dust = (given.to_pandas() for given in _inputs(inputs))
    dust["day"] = to_datetime(dust["day"])
    rules, spans = _rules(count)
    for name, frame in tables(files, stations, dust, rules, spans).items():
        frame.to_parquet(out / f"{name}.parquet")


def _inputs(folder: Path) -> tuple[pa.Table, pa.Table]:
    """Stations and sand-dust days as `_write_inputs` left them."""
    return pq.read_table(folder / "stations.parquet"), pq.read_table(folder / "dust.parquet")


def _write_inputs(folder: Path, stations: int, count: int) -> Path:
    """Make what an evaluation needs beside the hours; making it up is no part of anybody's work."""
    folder.mkdir()
    network = make_network(stations)
    pq.write_table(network.table(), folder / "stations.parquet")
    pq.write_table(dust_days(network, FIRST, count), folder / "dust.parquet")
    return folder


def _days(count: int) -> tuple[date, date]:
    spans = list(months(FIRST, count))
    return spans[0][0].date(), date.fromordinal(spans[-1][1].toordinal() - 1)


def _rules(count: int) -> Any:
    from air_rivals import Spans

    from saishang.rules import load_rules
    from saishang.science.air.series import AirRules

    rules = AirRules.from_rules(load_rules())
    return rules, Spans.of(*_days(count), rules)


def differences(mine: Path, theirs: Path) -> dict[str, tuple[dict[str, int], int]]:
    """Per table: column → rows in which it differs (those that differ), and rows; a row of one side only counts."""
    from saishang.lake.engines import AIR_TABLES

    found = {}
    with duckdb.connect() as connection:
        for name, keys in AIR_TABLES.items():
            names = [row[0] for row in connection.execute(f"describe from '{mine / name}.parquet'").fetchall()]
            columns = [column for column in names if column not in keys]
            chosen = ", ".join(f'{_plain(column)} as "{column}"' for column in names)
            counts = ", ".join(f"count(*) filter (where not coalesce({_same(column)}, false))" for column in columns)
            row = connection.execute(
                f"select count(*), count(*) filter (where a.here is null or b.here is null), {counts} "
                f"from (select true as here, {chosen} from '{mine / name}.parquet') a "
                f"full join (select true as here, {chosen} from '{theirs / name}.parquet') b using ({', '.join(keys)})"
            ).fetchone()
            if row is None:
                raise RuntimeError(f"no comparison of {name}")
            apart = dict(zip(["a row of one side only", *columns], row[1:], strict=True))
            found[name] = ({column: number for column, number in apart.items() if number}, int(row[0]))
    return found


def _plain(column: str) -> str:
    return "day::date" if column == "day" else f'"{column}"'


def _same(column: str) -> str:
    a, b = f'a."{column}"', f'b."{column}"'
    if column in DOUBLES:
        return f"(abs({a} - {b}) <= 1e-9 * greatest(1, abs({a})) or ({a} is null and {b} is null))"
    return f"{a} is not distinct from {b}"


def measure(arguments: argparse.Namespace, data: Path, folder: Path) -> dict[str, dict[str, Any]]:
    """Run each runner in a fresh process."""
    found = {}
    inputs = _write_inputs(folder / "inputs", arguments.stations, arguments.months)
    for runner in arguments.only:
        out = folder / runner
        out.mkdir()
        command = [sys.executable, __file__, "--run", runner, "--data", str(data), "--out", str(out),
                   "--inputs", str(inputs), "--months", str(arguments.months)]  # fmt: skip
        done = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True)
        found[runner] = json.loads(done.stdout.splitlines()[-1])
        print(f"{runner}: {found[runner]['seconds']:.1f} s", file=sys.stderr, flush=True)
    return found


def report(found: dict[str, dict[str, Any]], rows: int, folder: Path) -> bool:
    """Print the table; True when every compared row is equal."""
    print(f"{'':12}{'seconds':>10}{'CPU s':>10}{'rows/s':>14}{'x floor':>10}{'x ours':>10}{'peak MB':>10}")
    for runner, line in found.items():
        seconds = line["seconds"]
        times = [f"{seconds / found[to]['seconds']:.2f}" if to in found else "-" for to in ("floor", "ours")]
        print(f"{runner:12}{seconds:>10.1f}{line['busy']:>10.1f}{rows / seconds:>14,.0f}{times[0]:>10}{times[1]:>10}"
              f"{line['peak'] / 1e6:>10,.0f}")  # fmt: skip
    equal = True
    for rival in ("polars", "pandas-numpy", "pandas"):
        if rival in found and "ours" in found:
            counts = differences(folder / "ours", folder / rival)
            total, apart = sum(n for _, n in counts.values()), {name: d for name, (d, _) in counts.items() if d}
            equal = equal and not apart
            print(f"ours against {rival}: {total:,} rows compared, {apart or 'all equal'}")
    return equal


def main() -> int:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scale", choices=SCALES, default="full")
    parser.add_argument("--stations", type=int)
    parser.add_argument("--months", type=int)
    parser.add_argument("--only", type=lambda text: text.split(","), default=list(RUNNERS))
    parser.add_argument("--data", type=Path, help="folder with a generated network; made and deleted when not given")
    parser.add_argument("--run", choices=RUNNERS, help=argparse.SUPPRESS)
    parser.add_argument("--out", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--inputs", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    arguments.stations = arguments.stations or SCALES[arguments.scale][0]
    arguments.months = arguments.months or SCALES[arguments.scale][1]
    if arguments.run:
        print(json.dumps(run(arguments.run, arguments.data, arguments.inputs, arguments.out, arguments.months)))
        return 0
    with tempfile.TemporaryDirectory(prefix="air-network-") as folder:
        data = arguments.data
        if data is None:
            data = Path(folder) / "data"
            write_network(data, stations=arguments.stations, first=FIRST, count=arguments.months)
        files = sorted(data.glob("medium=air/month=*/*.parquet"))[: arguments.months]
        with duckdb.connect() as connection:
            counted = connection.execute("select count(*) from read_parquet(?)", [[str(f) for f in files]]).fetchone()
        rows = int(counted[0]) if counted else 0
        print(f"{arguments.stations} stations, {arguments.months} months, {rows:,} rows, {os.cpu_count()} cores")
        return 0 if report(measure(arguments, data, Path(folder)), rows, Path(folder)) else 1


if __name__ == "__main__":
    sys.exit(main())
