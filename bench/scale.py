"""A billion hourly rows, out of core: the DuckDB engine under a memory limit far below the size of the data.

    python bench/scale.py [--rows 1e9] [--memory 4GB] [--keep FOLDER]

Months of a made-up national network (`generate.py`, 1,700 stations, about 6.9 million rows each) are written as the
lake lays them out until the number of rows is reached; then a process of its own makes every table of the contract from
all of them, in portions of a month. Printed: rows, bytes on disk, seconds, rows per second, peak memory of that process
(resident, as the kernel counts it) and the most it laid off to disk. The aim is less than 8 GB for a billion rows
(some twelve years). The data need about 0.4 GB of disk per hundred million rows and are deleted at the end.
"""

from __future__ import annotations

import argparse
import json
import resource
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from datetime import date
from pathlib import Path
from typing import Any

from generate import make_network, months, write_month

STATIONS = 1700
FIRST = "2013-01"
MOST_MONTHS = 400
AIM = 8e9


def write(data: Path, rows: int) -> tuple[int, int]:
    """Write months until there are `rows`; return months and rows written."""
    network = make_network(STATIONS)
    total = 0
    for number, (start, end) in enumerate(months(FIRST, MOST_MONTHS), start=1):
        total += write_month(data, network, start, end, seed=number)
        if total >= rows:
            return number, total
    return MOST_MONTHS, total


def evaluate(data: Path, out: Path, count: int, memory: str) -> dict[str, Any]:
    """Make every table in this process."""
    from saishang.lake.engines import AIR_TABLES, DuckDB, evaluate_air
    from saishang.rules import load_rules
    from saishang.science.air.series import AirRules, Calendar

    spans = list(months(FIRST, count))
    last = date.fromordinal(spans[-1][1].toordinal() - 1)
    network = make_network(STATIONS)
    lists = {"all": sorted(set(network.regions))}
    calendar = Calendar(spans[0][0].date(), last, AirRules.from_rules(load_rules()), to_date=(), lists=lists)
    files = [[path] for path in sorted(data.glob("medium=air/month=*/*.parquet"))]
    scratch = out / "scratch"
    with Spill(scratch) as spill, DuckDB(memory_limit=memory, scratch=scratch) as engine:
        started = time.perf_counter()
        run = evaluate_air(engine, files, network.table(), calendar)
        run.station_days()
        engine.finish()
        hours = time.perf_counter() - started
        sizes = {path.stem: path.stat().st_size for path in run.write(out, list(AIR_TABLES))}
        seconds = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return {"hours": hours, "seconds": seconds, "peak": peak, "spilled": spill.most, "written": sum(sizes.values())}


class Spill:
    """Watches how much lies in a folder; `most` is the largest seen."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.most = 0
        self._end = threading.Event()
        self._watch = threading.Thread(target=self._look, daemon=True)

    def _look(self) -> None:
        while not self._end.wait(0.5):
            self.most = max(self.most, size(self.folder))

    def __enter__(self) -> Spill:
        self._watch.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._end.set()
        self._watch.join()


def size(folder: Path) -> int:
    """Bytes of the files in a folder; files that vanish meanwhile count nothing."""
    total = 0
    for path in folder.rglob("*"):
        try:
            total += path.stat().st_size if path.is_file() else 0
        except FileNotFoundError:
            continue
    return total


def main() -> int:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=float, default=1e9)
    parser.add_argument("--memory", default="4GB", help="limit of the engine; the process needs somewhat more")
    parser.add_argument("--keep", type=Path, help="folder for the data, which then stay")
    parser.add_argument("--run", type=int, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.run:
        folder = arguments.keep
        print(json.dumps(evaluate(folder / "data", folder / "out", arguments.run, arguments.memory)))
        return 0
    folder = arguments.keep or Path(tempfile.mkdtemp(prefix="scale-"))
    try:
        started = time.perf_counter()
        count, rows = write(folder / "data", int(arguments.rows))
        print(f"{rows:,} rows in {count} months, {size(folder / 'data') / 1e9:.1f} GB of Parquet, written in "
              f"{time.perf_counter() - started:.0f} s", flush=True)  # fmt: skip
        (folder / "out").mkdir(parents=True, exist_ok=True)
        command = [sys.executable, __file__, "--run", str(count), "--keep", str(folder), "--memory", arguments.memory]
        done = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True)
        found = json.loads(done.stdout.splitlines()[-1])
        gigabytes = {name: found[name] / 1e9 for name in ("peak", "spilled", "written")}
        print(
            f"hours to days {found['hours']:.0f} s, every table {found['seconds']:.0f} s, "
            f"{rows / found['seconds']:,.0f} rows/s; engine limit {arguments.memory}, peak {gigabytes['peak']:.2f} GB, "
            f"spilled {gigabytes['spilled']:.2f} GB, tables {gigabytes['written']:.2f} GB"
        )
        return 0 if found["peak"] < AIM else 1
    finally:
        if arguments.keep is None:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
