"""A year of the national surface-water network evaluated: ours beside pandas and the floor, each in a process.

    python bench/water_network.py [--scale full|small] [--sections 3641] [--months 12] [--only ours,floor] [--data DIR]

The rows are made up by `generate_water.py`: 3,641 sections, every four hours, nine parameters, 69 million rows a year
after gaps. `ours` writes every table of periods: items, classes with main pollutants, trophic state, rivers and the
network with grade and compliance. pandas (`water_rivals.py`) writes the main ones; the floor is DuckDB reading the same
files and grouping them to daily means. Aims: at most twice the floor, ten times pandas. The tables are compared: values
to 1e-9 (pH to its four decimals), classes, counts and grades exactly.
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
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
from generate import months
from generate_water import Sections, make_sections, write_water

RUNNERS = ("floor", "ours", "pandas")
SCALES = {"full": (3641, 12), "small": (60, 3)}
FIRST = "2025-01"
MEMORY_LIMIT = "3GB"
#: Tables compared: key columns, and value columns of each; the same names on both sides.
COMPARED = {
    "section_items": (["section", "parameter", "period_kind", "period"], ["value", "class", "valid"]),
    "section_class": (["section", "period_kind", "period"], ["class", "main", "valid", "complies"]),
    "water_evaluation": (
        ["scope", "id", "period_kind", "period"],
        ["sections_evaluated", "good", "bad", "complying", "grade"],
    ),
}
#: What narrows ours, which holds rows without a figure too, to what pandas makes.
OURS = {"section_items": "value is not null", "section_class": "class is not null", "water_evaluation": "true"}


def run(runner: str, data: Path, out: Path, sections: int, count: int) -> dict[str, Any]:
    """Do the work of one runner in this process; return its figures."""
    files = sorted(data.glob("medium=water/month=*/*.parquet"))[:count]
    started = time.perf_counter()
    {"floor": floor, "ours": ours, "pandas": pandas}[runner](files, out, make_sections(sections), count)
    seconds = time.perf_counter() - started
    used = resource.getrusage(resource.RUSAGE_SELF)
    return {
        "runner": runner,
        "seconds": seconds,
        "busy": used.ru_utime + used.ru_stime,
        "peak": used.ru_maxrss * 1024,
    }


def floor(files: list[Path], out: Path, network: Sections, count: int) -> None:
    """Only read and group."""
    with duckdb.connect(config={"threads": os.cpu_count() or 2, "memory_limit": MEMORY_LIMIT}) as connection:
        connection.execute(
            """create table days as select station, parameter, "start"::date as day, avg(value) as value, count(*) as n
            from read_parquet(?, hive_partitioning = false) group by all""",
            [[str(path) for path in files]],
        )


def ours(files: list[Path], out: Path, network: Sections, count: int) -> None:
    """Every table of periods."""
    from saishang.lake.engines import DuckDB
    from saishang.lake.engines.water import evaluate_water
    from saishang.rules import load_rules
    from saishang.science.water.from_rules import cwqi_rule, trophic_rule
    from saishang.science.water.series import Group, WaterCalendar, WaterRules, WaterSection

    rules = load_rules()
    sections = [
        WaterSection(code, "lake" if lake else "river", targets=((date(2021, 1, 1), None, target),))
        for code, lake, target in zip(network.codes, network.lakes, network.targets, strict=True)
    ]
    rivers: dict[str, list[str]] = {}
    for code, river, lake in zip(network.codes, network.rivers, network.lakes, strict=True):
        if not lake:
            rivers.setdefault(river, []).append(code)
    groups = [Group("river", river, tuple(codes)) for river, codes in rivers.items()]
    groups.append(Group("region", "all", network.codes))
    spans = list(months(FIRST, count))
    last = date.fromordinal(spans[-1][1].toordinal() - 1)
    calendar = WaterCalendar(spans[0][0].date(), last, WaterRules.from_rules(rules), sections, groups, to_date=())
    with DuckDB(memory_limit=MEMORY_LIMIT) as engine:
        evaluate_water(engine, [[path] for path in files], calendar, trophic_rule(rules), cwqi_rule(rules, last)).write(
            out
        )


def pandas(files: list[Path], out: Path, network: Sections, count: int) -> None:
    from water_rivals import pandas_tables

    from saishang.rules import load_rules
    from saishang.science.water.series import WaterRules

    for name, frame in pandas_tables(files, network, WaterRules.from_rules(load_rules())).items():
        frame.to_parquet(out / f"{name}.parquet")


def differences(mine: Path, theirs: Path) -> dict[str, tuple[int, int]]:
    """Rows that differ, and rows, of every compared table; a row that only one side has differs."""
    found = {}
    with duckdb.connect() as connection:
        for name, (keys, values) in COMPARED.items():
            same = " and ".join(_same(column) for column in values)
            chosen = ", ".join(f'"{column}"' for column in [*keys, *values])
            row = connection.execute(
                f"select count(*) filter (where not coalesce({same}, false)), count(*) "
                f"from (select {chosen} from '{mine / name}.parquet' where {OURS[name]}) a "
                f"full join (select {chosen} from '{theirs / name}.parquet') b using ({', '.join(keys)})"
            ).fetchone()
            if row is None:
                raise RuntimeError(f"no comparison of {name}")
            found[name] = (int(row[0]), int(row[1]))
    return found


def _same(column: str) -> str:
    a, b = f'a."{column}"', f'b."{column}"'
    if column == "value":
        return f"abs({a} - {b}) <= case when parameter = 'PH' then 5.1e-5 else 1e-9 * greatest(1, abs({a})) end"
    return f"{a} is not distinct from {b}"


def measure(arguments: argparse.Namespace, data: Path, folder: Path) -> dict[str, dict[str, Any]]:
    """Run each runner in a fresh process."""
    found = {}
    for runner in arguments.only:
        out = folder / runner
        out.mkdir()
        command = [sys.executable, __file__, "--run", runner, "--data", str(data), "--out", str(out),
                   "--sections", str(arguments.sections), "--months", str(arguments.months)]  # fmt: skip
        done = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True)
        found[runner] = json.loads(done.stdout.splitlines()[-1])
        print(f"{runner}: {found[runner]['seconds']:.1f} s", file=sys.stderr, flush=True)
    return found


def report(found: dict[str, dict[str, Any]], rows: int, folder: Path) -> bool:
    """Print the table; True when every compared row is equal."""
    print(f"{'':8}{'seconds':>10}{'CPU s':>10}{'rows/s':>14}{'x floor':>10}{'CPU x floor':>13}{'peak MB':>10}")
    for runner, line in found.items():
        times = [f"{line[key] / found['floor'][key]:.2f}" if "floor" in found else "-" for key in ("seconds", "busy")]
        print(f"{runner:8}{line['seconds']:>10.1f}{line['busy']:>10.1f}{rows / line['seconds']:>14,.0f}{times[0]:>10}"
              f"{times[1]:>13}{line['peak'] / 1e6:>10,.0f}")  # fmt: skip
    if not {"ours", "pandas"} <= set(found):
        return True
    counts = differences(folder / "ours", folder / "pandas")
    total, apart = sum(n for _, n in counts.values()), {name: d for name, (d, _) in counts.items() if d}
    print(f"ours against pandas: {total:,} rows compared, {apart or 'all equal'}")
    return not apart


def main() -> int:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scale", choices=SCALES, default="full")
    parser.add_argument("--sections", type=int)
    parser.add_argument("--months", type=int)
    parser.add_argument("--only", type=lambda text: text.split(","), default=list(RUNNERS))
    parser.add_argument("--data", type=Path, help="folder with a generated network; made and deleted when not given")
    parser.add_argument("--run", choices=RUNNERS, help=argparse.SUPPRESS)
    parser.add_argument("--out", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    arguments.sections = arguments.sections or SCALES[arguments.scale][0]
    arguments.months = arguments.months or SCALES[arguments.scale][1]
    if arguments.run:
        print(json.dumps(run(arguments.run, arguments.data, arguments.out, arguments.sections, arguments.months)))
        return 0
    with tempfile.TemporaryDirectory(prefix="water-network-") as folder:
        data = arguments.data
        if data is None:
            data = Path(folder) / "data"
            write_water(data, sections=arguments.sections, first=FIRST, count=arguments.months)
        files = sorted(data.glob("medium=water/month=*/*.parquet"))[: arguments.months]
        with duckdb.connect() as connection:
            counted = connection.execute("select count(*) from read_parquet(?)", [[str(f) for f in files]]).fetchone()
        rows = int(counted[0]) if counted else 0
        print(f"{arguments.sections} sections, {arguments.months} months, {rows:,} rows, {os.cpu_count()} cores")
        return 0 if report(measure(arguments, data, Path(folder)), rows, Path(folder)) else 1


if __name__ == "__main__":
    sys.exit(main())
