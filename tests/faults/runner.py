"""Runs loads in processes that are killed, limited or run side by side, and tells what was left.

A program of its own (`python runner.py COMMAND JSON`): it imports everything once and forks, so that a trial costs
milliseconds. The parent never touches the lake: only forked processes do, so that no lock or thread is inherited.
"""

from __future__ import annotations

import json
import os
import random
import resource
import signal
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from saishang.errors import SaishangError
from saishang.lake import Lake
from saishang.lake.archive import Archive
from saishang.lake.audit import audit
from saishang.lake.ledger import Ledger
from saishang.lake.stage import Stage
from saishang.lake.table import ObservationsTable
from saishang.rules import load_rules

STATIONS = [f"{1484 + i}A" for i in range(16)]
PARAMETERS = {"PM2.5": 1, "PM10": 2, "SO2": 3, "NO2": 4, "O3": 5}
RULES = load_rules()


def lake_of(config: dict[str, Any]) -> Lake:
    lake = Lake(Path(config["root"]) / "lake", Path(config["root"]) / "archive", config["dsn"], RULES)
    lake.prepare()
    return lake


# -- files with known content -----------------------------------------------------------------------------------------


def value_of(day: int, hour: int, parameter: str, station: int, corrected: bool) -> int:
    """What the file says; a correction changes every seventh station."""
    base = (day * 31 + hour * 7 + PARAMETERS[parameter] * 13 + station) % 400
    return base + 1000 if corrected and station % 7 == 0 else base


def write_day(folder: Path, day: int, corrected: bool) -> Path:
    path = folder / f"china_sites_201901{day:02d}{'_corrected' if corrected else ''}.csv"
    lines = ["date,hour,type," + ",".join(STATIONS)]
    for hour in range(24):
        for parameter in PARAMETERS:
            cells = [str(value_of(day, hour, parameter, i, corrected)) for i in range(len(STATIONS))]
            lines.append(f"201901{day:02d},{hour},{parameter}," + ",".join(cells))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


# -- forked processes -------------------------------------------------------------------------------------------------


def fork(work: Callable[[], Any]) -> tuple[int, int]:
    """Start `work` in a process; returns its number and the pipe that its result comes through."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reading)
        try:
            result = {"ok": True, "result": work()}
        except SaishangError as error:
            result = {"ok": False, "code": error.code, "error": str(error), "fix": error.fix}
        except BaseException as error:
            result = {"ok": False, "code": "crash", "error": "".join(traceback.format_exception(error))[-3000:]}
        with os.fdopen(writing, "w") as out:
            json.dump(result, out)
        os._exit(0)
    os.close(writing)
    return pid, reading


def join(pid: int, reading: int) -> dict[str, Any] | None:
    """Result of a process; None when it was killed."""
    with os.fdopen(reading) as source:
        text = source.read()
    os.waitpid(pid, 0)
    return json.loads(text) if text else None


def in_child(work: Callable[[], Any]) -> Any:
    found = join(*fork(work))
    if found is None or not found["ok"]:
        raise SystemExit(f"a process that should have worked did not: {found}")
    return found["result"]


def load(config: dict[str, Any], files: list[str]) -> list[dict[str, Any]]:
    lake = lake_of(config)
    return [
        {"id": b.id, "status": b.status, "no_op": b.no_op, "added": b.added, "replaced": b.replaced}
        for b in (lake.ingest(Path(file)) for file in files)
    ]


def state(config: dict[str, Any]) -> dict[str, Any]:
    """What is in the lake after everything unfinished was settled."""
    lake = lake_of(config)
    settled = lake.reconcile()
    table = lake.observations().to_table(columns=["station", "parameter", "start", "value"])
    rows = sorted(
        (s, p, t.strftime("%Y-%m-%d %H"), v)
        for s, p, t, v in zip(*(table[name].to_pylist() for name in table.column_names), strict=True)
    )
    batches = lake.ledger.batches(limit=10_000)
    return {
        "settled": {str(k): v for k, v in settled.items()},
        "rows": len(rows),
        "keys": len({row[:3] for row in rows}),
        "content": rows if config.get("content") else None,
        "faults": [f"{f.what}: {f.detail}" for f in audit(lake) if f.faults],
        "statuses": [b.status for b in batches],
        "committed": [b.file_name for b in batches if b.status == "committed"],
        "staging": len(list((lake.root / "staging").glob("*"))),
    }


# -- commands ---------------------------------------------------------------------------------------------------------


def kill_at_random(config: dict[str, Any]) -> dict[str, Any]:
    """Load a file and its correction, killed at a random moment; settle, load again; many times over."""
    folder = Path(config["root"])
    chance = random.Random(config["seed"])
    warm = [str(write_day(folder, 1, False)), str(write_day(folder, 1, True))]
    began = time.monotonic()
    in_child(lambda: load(config, warm))
    usual = time.monotonic() - began
    outcomes: dict[str, int] = {"killed": 0, "finished": 0, "settled committed": 0, "settled aborted": 0}
    faults: list[str] = []
    days = list(range(2, 29))
    for trial in range(config["trials"]):
        trial_config = {**config, "root": str(folder / f"round{trial // len(days)}")}
        Path(trial_config["root"]).mkdir(exist_ok=True)
        if trial % len(days) == 0:
            in_child(lambda c=trial_config: clear(c))
        day = days[trial % len(days)]
        files = [str(write_day(folder, day, False)), str(write_day(folder, day, True))]
        pid, pipe = fork(lambda c=trial_config, f=files: load(c, f))
        time.sleep(chance.uniform(0, usual * 1.1))
        os.kill(pid, signal.SIGKILL)
        outcomes["finished" if join(pid, pipe) else "killed"] += 1
        found = in_child(lambda c=trial_config, f=files: (state(c), load(c, f))[0])
        faults += found["faults"]
        for status in found["settled"].values():
            outcomes[f"settled {status}"] += 1
        last = trial % len(days) == len(days) - 1 or trial == config["trials"] - 1
        if last:
            done = days[: trial % len(days) + 1]
            final = in_child(lambda c=trial_config: state({**c, "content": True}))
            faults += final["faults"]
            expected = expected_rows(done)
            if [tuple(row) for row in final["content"]] != expected:
                faults.append(f"round {trial // len(days)}: {final['rows']} rows, expected {len(expected)}")
            if sorted(final["committed"]) != sorted(Path(p).name for d in done for p in both(folder, d)):
                faults.append(f"committed {sorted(final['committed'])}")
    return {"outcomes": outcomes, "faults": faults, "usual_seconds": usual}


def both(folder: Path, day: int) -> list[Path]:
    return [folder / f"china_sites_201901{day:02d}{end}.csv" for end in ("", "_corrected")]


def expected_rows(days: list[int]) -> list[tuple[str, str, str, float]]:
    """Content after all corrections, worked out from the generator alone: hour h of day D starts one hour earlier."""
    from datetime import datetime, timedelta

    return sorted(
        (station, parameter, (datetime(2019, 1, day, hour) - timedelta(hours=1)).strftime("%Y-%m-%d %H"),
         float(value_of(day, hour, parameter, i, True)))
        for day in days for hour in range(24) for parameter in PARAMETERS for i, station in enumerate(STATIONS)
    )  # fmt: skip


def clear(config: dict[str, Any]) -> None:
    import psycopg

    with psycopg.connect(config["dsn"], autocommit=True) as connection:
        connection.execute("truncate lake_batch, lake_gap, lake_quality_run cascade")


#: Moments of the walk: where the process dies.
POINTS: dict[str, tuple[type, str, str]] = {
    "after the archive": (Archive, "put", "after"),
    "after the batch was opened": (Ledger, "start", "after"),
    "after reading": (Stage, "settle", "after"),
    "before the ledger is prepared": (Ledger, "prepare", "before"),
    "after the ledger is prepared": (Ledger, "prepare", "after"),
    "after rows were appended": (ObservationsTable, "append", "after"),
    "before rows are replaced": (ObservationsTable, "replace", "before"),
    "after rows were replaced": (ObservationsTable, "replace", "after"),
    "after the ledger says committed": (Ledger, "finish", "after"),
}


def kill_at_points(config: dict[str, Any]) -> dict[str, Any]:
    """Every named moment in a lake of its own."""
    found = {}
    for number, point in enumerate(POINTS):
        root = Path(config["root"]) / f"point{number}"
        root.mkdir()
        one = {**config, "root": str(root), "point": point}
        in_child(lambda c=one: clear(c))
        found[point] = kill_at_point(one)
    return found


def kill_at_point(config: dict[str, Any]) -> dict[str, Any]:
    """Die at a named moment of loading a file (or its correction), then settle and load again."""
    folder = Path(config["root"])
    owner, name, when = POINTS[config["point"]]
    first, second = (str(write_day(folder, 3, corrected)) for corrected in (False, True))
    replacing = name == "replace"
    if replacing:
        in_child(lambda: load(config, [first]))

    def die() -> None:
        original = getattr(owner, name)

        def patched(*args: Any, **kwargs: Any) -> Any:
            if when == "before":
                os.kill(os.getpid(), signal.SIGKILL)
            original(*args, **kwargs)
            os.kill(os.getpid(), signal.SIGKILL)

        static = isinstance(owner.__dict__[name], staticmethod)
        setattr(owner, name, staticmethod(patched) if static else patched)
        load(config, [second if replacing else first])

    killed = join(*fork(die)) is None
    after, final = in_child(
        lambda: (state(config), load(config, [first, second]), state({**config, "content": True}))[::2]
    )
    return {
        "killed": killed,
        "after": after,
        "faults": after["faults"] + final["faults"],
        "equal": [tuple(row) for row in final["content"]] == expected_rows([3]),
        "committed": sorted(final["committed"]),
    }


def side_by_side(config: dict[str, Any]) -> dict[str, Any]:
    """Several processes load overlapping files of one month while another reads and a third compacts."""
    folder = Path(config["root"])
    days = list(range(2, 2 + config["days"]))
    for day in days:
        write_day(folder, day, False), write_day(folder, day, True)
    in_child(lambda: lake_of(config).version)

    def writer(seed: int) -> list[dict[str, Any]]:
        order = days[:]
        random.Random(seed).shuffle(order)
        return load(config, [str(p) for day in order for p in both(folder, day)])

    def reader() -> list[str]:
        lake, wrong = lake_of(config), []
        per_day = 24 * len(PARAMETERS) * len(STATIONS)
        stop = time.monotonic() + config["for_seconds"]
        while time.monotonic() < stop:
            table = lake.observations().to_table(columns=["station", "parameter", "start"])
            if len(table) % per_day:
                wrong.append(f"a reader saw half a file: {len(table)} rows")
            if len(table.group_by(["station", "parameter", "start"]).aggregate([])) != len(table):
                wrong.append("a reader saw a row twice")
        return wrong

    def compactor() -> int:
        lake = lake_of(config)
        stop, times = time.monotonic() + config["for_seconds"], 0
        while time.monotonic() < stop:
            lake.table.compact()
            times += 1
            time.sleep(0.2)
        return times

    children = [fork(lambda s=seed: writer(s)) for seed in range(config["writers"])]
    children += [fork(reader), fork(compactor)]
    results = [join(*child) for child in children]
    final = in_child(lambda: state({**config, "content": True}))
    return {
        "results": results,
        "faults": final["faults"],
        "equal": [tuple(row) for row in final["content"]] == expected_rows(days),
        "committed": sorted(final["committed"]),
        "expected": sorted(p.name for day in days for p in both(folder, day)),
    }


def limited(config: dict[str, Any]) -> dict[str, Any]:
    """Load a file while no file may grow beyond `bytes`, from the start or from the table commit on."""
    if config["since"] == "commit":
        original = ObservationsTable.append

        def patched(self: ObservationsTable, *args: Any) -> int:
            resource.setrlimit(resource.RLIMIT_FSIZE, (config["bytes"], resource.RLIM_INFINITY))
            try:
                return original(self, *args)
            finally:
                resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))

        def work() -> Any:
            ObservationsTable.append = patched  # type: ignore[method-assign,assignment]
            return load(config, [config["file"]])

    else:

        def work() -> Any:
            lake_of(config)
            resource.setrlimit(resource.RLIMIT_FSIZE, (config["bytes"], resource.RLIM_INFINITY))
            try:
                return load(config, [config["file"]])
            finally:
                resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))

    first = join(*fork(work))
    after = in_child(lambda: state(config))
    again = in_child(lambda: load(config, [config["file"]]))
    return {"first": first, "after": after, "again": again, "final": in_child(lambda: state(config))}


def measured(config: dict[str, Any]) -> dict[str, Any]:
    """Load a file; tell the error and how much memory the process took at most [MiB]."""
    reading, writing = os.pipe()

    def work() -> Any:
        try:
            return load(config, [config["file"]])
        finally:
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            os.write(writing, f"{peak:.1f}".encode())

    began = time.monotonic()
    outcome = join(*fork(work))
    peak = float(os.read(reading, 100))
    return {"outcome": outcome, "peak_mib": peak, "seconds": time.monotonic() - began, "state": in_child(
        lambda: state(config))}  # fmt: skip


COMMANDS = {
    "kill_at_random": kill_at_random,
    "kill_at_points": kill_at_points,
    "side_by_side": side_by_side,
    "limited": limited,
    "measured": measured,
}

if __name__ == "__main__":
    print(json.dumps(COMMANDS[sys.argv[1]](json.loads(sys.argv[2])), ensure_ascii=False))
