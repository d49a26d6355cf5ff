"""A year of the national surface-water network, made up: 4-hourly rows of nine parameters in the lake layout.

Nothing here is a measurement. Levels, seasons, maintenance blocks (rows marked 维护, which must not count) and
gaps are drawn from a seeded generator: 3,641 sections of 400 rivers, of which every twentieth is a lake.

    python bench/generate_water.py TARGET --sections 3641 --first 2025-01 --months 12 --seed 7
"""

from __future__ import annotations

import argparse
import datetime as dt
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from generate import months

__all__ = ["PARAMETERS", "Sections", "make_sections", "write_water"]

PARAMETERS = ("WT", "PH", "DO", "EC", "TURB", "CODMN", "NH3N", "TP", "TN")
_EPOCH = dt.datetime(1970, 1, 1)
_PER_DAY = 6
#: level, spread of the logarithm, decimals, height of the yearly cycle (peak in July)
_SHAPE = {
    "WT": (14.0, 0.15, 1, 0.6),
    "PH": (7.9, 0.04, 2, 0.0),
    "DO": (8.6, 0.18, 2, -0.2),
    "EC": (520.0, 0.5, 1, 0.0),
    "TURB": (38.0, 0.9, 1, 0.4),
    "CODMN": (3.2, 0.45, 2, 0.1),
    "NH3N": (0.22, 0.9, 3, -0.3),
    "TP": (0.075, 0.6, 3, 0.2),
    "TN": (2.6, 0.5, 2, -0.1),
}


@dataclass(frozen=True)
class Sections:
    """Sections of a made-up network, with the river of each and whether it is a lake."""

    codes: tuple[str, ...]
    rivers: tuple[str, ...]
    lakes: tuple[bool, ...]
    targets: tuple[int, ...]


def make_sections(count: int) -> Sections:
    """Lay out `count` sections over rivers of nine."""
    return Sections(
        tuple(f"W{i:05d}" for i in range(count)),
        tuple(f"river-{i // 9:03d}" for i in range(count)),
        tuple(i % 20 == 19 for i in range(count)),
        tuple(2 + i % 3 for i in range(count)),
    )


def _month(root: Path, sections: Sections, start: dt.datetime, end: dt.datetime, seed: int) -> int:
    steps = int((end - start).total_seconds() // (86400 // _PER_DAY))
    rng = np.random.default_rng([seed, start.year, start.month])
    count = len(sections.codes)
    own = np.random.default_rng(seed)
    silent = rng.random((steps, count)) < 0.02
    marked = np.zeros((steps, count), dtype=bool)
    for section in np.flatnonzero(rng.random(count) < 0.10):
        at, length = rng.integers(steps), int(rng.exponential(24)) + 1
        (marked if rng.random() < 0.5 else silent)[at : at + length, section] = True
    season = np.cos(2 * np.pi * (start.month - 7) / 12)
    columns = []
    for name in PARAMETERS:
        level, spread, places, year = _SHAPE[name]
        base = np.exp(spread * own.standard_normal(count))
        noise = np.exp(spread * 0.3 * rng.standard_normal((steps, count)))
        values = np.round(level * (1 + year * season) * base[None, :] * noise, places)
        columns.append((np.maximum(values, 10.0**-places), ~silent & (rng.random((steps, count)) >= 0.01)))
    values = np.stack([c[0] for c in columns], axis=1)
    present = np.stack([c[1] for c in columns], axis=1)
    step, number, section = np.nonzero(present)
    begin = int((start - _EPOCH).total_seconds()) * 1_000_000 + step.astype(np.int64) * (86400 // _PER_DAY) * 1_000_000
    rows = len(step)

    def words(codes: np.ndarray, names: tuple[str, ...]) -> pa.Array:
        return pa.DictionaryArray.from_arrays(pa.array(codes.astype(np.int32)), pa.array(names, pa.string()))

    stamp = pa.array(begin).cast(pa.timestamp("us"))
    mark = marked[step, section]
    table = pa.table(
        {
            "source": words(np.zeros(rows, np.int32), ("cnemc-water",)).cast(pa.string()),
            "station": words(section, sections.codes).cast(pa.string()),
            "parameter": words(number, PARAMETERS).cast(pa.string()),
            "start": stamp,
            "end": stamp,
            "value": pa.array(values[present]),
            "qualifier": pa.array(np.where(mark, "维护", None), pa.string()),
            "batch": pa.array((step // _PER_DAY + 1).astype(np.int64)),
            "line": pa.array((step % _PER_DAY * count + section + 2).astype(np.int32)),
            "cell": pa.array((number + 7).astype(np.int32)),
        }
    )
    folder = root / "medium=water" / f"month={start:%Y-%m}"
    folder.mkdir(parents=True, exist_ok=True)
    pq.write_table(table, folder / "part-0.parquet", compression="snappy", row_group_size=1_000_000)
    return rows


def write_water(root: Path, *, sections: int, first: str, count: int, seed: int = 7) -> tuple[Sections, int]:
    """Write `count` months under `root`; return the network and the number of rows."""
    network = make_sections(sections)
    return network, sum(_month(root, network, start, end, seed) for start, end in months(first, count))


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("target", type=Path)
    parser.add_argument("--sections", type=int, default=3641)
    parser.add_argument("--first", default="2025-01")
    parser.add_argument("--months", type=int, default=12)
    parser.add_argument("--seed", type=int, default=7)
    given = parser.parse_args()
    _, rows = write_water(given.target, sections=given.sections, first=given.first, count=given.months, seed=given.seed)
    print(f"{rows:,} rows under {given.target}")


if __name__ == "__main__":
    main()
