"""A year of the national network, made up: hourly rows with realistic gaps, in the lake's Parquet layout.

Nothing here is a measurement. The levels, the daily and yearly cycles, the dust bursts and the gaps are drawn from a
seeded generator whose shape follows the public hourly archive: the whole network misses about 4 % of the hours in
blocks (a file that was never published), stations fall silent for hours to weeks, and 1-3 % of the single cells are
empty. Missing cells are absent rows, as the readers of the lake leave them out.

    python bench/generate.py TARGET --stations 1700 --first 2025-01 --months 12 --seed 7
"""

from __future__ import annotations

import argparse
import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

__all__ = ["PARAMETERS", "Network", "dust_days", "make_network", "months", "write_month", "write_network"]

PARAMETERS = ("PM2.5", "PM10", "SO2", "NO2", "CO", "O3")
_EPOCH = dt.datetime(1970, 1, 1)
# level, spread of the logarithm, height and peak hour of the daily cycle, height and peak month of the yearly cycle
_SHAPE = {
    "PM2.5": (38.0, 0.55, 0.15, 22, 0.45, 1),
    "PM10": (72.0, 0.55, 0.15, 21, 0.35, 3),
    "SO2": (9.0, 0.45, 0.20, 10, 0.40, 1),
    "NO2": (26.0, 0.45, 0.35, 20, 0.40, 12),
    "CO": (0.7, 0.35, 0.15, 9, 0.30, 1),
    "O3": (62.0, 0.35, 0.55, 15, 0.35, 6),
}


@dataclass(frozen=True)
class Network:
    """Stations of a made-up network: code, city and whether the station counts for the city mean."""

    stations: tuple[str, ...]
    regions: tuple[str, ...]
    city_mean: tuple[bool, ...]

    def table(self) -> pa.Table:
        """Return the `stations` table of the statistics; shape (station,)."""
        n = len(self.stations)
        return pa.table(
            {
                "station": pa.array(self.stations, pa.string()),
                "region": pa.array(self.regions, pa.string()),
                "city_mean": pa.array(self.city_mean, pa.bool_()),
                "opened": pa.array([None] * n, pa.date32()),
                "closed": pa.array([None] * n, pa.date32()),
            }
        )


def make_network(stations: int) -> Network:
    """Lay out `stations` codes over cities of five; every twelfth station is a background station."""
    codes = tuple(f"{1001 + i:04d}A" for i in range(stations))
    regions = tuple(f"{100000 + (i // 5) * 100}" for i in range(stations))
    return Network(codes, regions, tuple(i % 12 != 11 for i in range(stations)))


def months(first: str, count: int) -> Iterator[tuple[dt.datetime, dt.datetime]]:
    """Yield (first hour, end) of `count` calendar months from `first` (`YYYY-MM`)."""
    year, month = (int(x) for x in first.split("-"))
    for _ in range(count):
        following = (year + month // 12, month % 12 + 1)
        yield dt.datetime(year, month, 1), dt.datetime(*following, 1)
        year, month = following


def write_month(root: Path, network: Network, start: dt.datetime, end: dt.datetime, seed: int) -> int:
    """Write one month of hourly rows; return the number of rows. Rows lie in the order of the day files."""
    hours = int((end - start).total_seconds() // 3600)
    count = len(network.stations)
    rng, silent, episode, dust = _weather(start, hours, count, seed)
    clock = np.arange(hours)
    city = np.array([int(r) for r in network.regions])
    city_level = np.exp(0.35 * np.sin(city / 700.0))  # neighbouring cities share their level
    episode = np.repeat(np.repeat(episode, 24, axis=0)[:hours], 5, axis=1)[:, :count]
    columns = []
    for number, name in enumerate(PARAMETERS):
        level, spread, day_wave, day_peak, year_wave, year_peak = _SHAPE[name]
        wave = 1 + day_wave * np.cos(2 * np.pi * (clock % 24 - day_peak) / 24)
        season = 1 + year_wave * np.cos(2 * np.pi * (start.month - year_peak) / 12)
        noise = np.exp(spread * 0.6 * rng.standard_normal((hours, count)) + (episode if name != "O3" else -episode / 2))
        values = level * season * wave[:, None] * city_level[None, :] * noise
        if name in ("PM10", "PM2.5"):
            values *= np.where(dust[clock // 24], 6.0 if name == "PM10" else 2.0, 1.0)[:, None]
        tidy = np.round(values, 1) if name == "CO" else np.maximum(np.round(values), 1.0)
        present = ~silent & (rng.random((hours, count)) >= 0.02)
        columns.append((number, tidy, present))
    table = _rows(network, start, hours, columns)
    folder = root / "medium=air" / f"month={start:%Y-%m}"
    folder.mkdir(parents=True, exist_ok=True)
    pq.write_table(table, folder / "part-0.parquet", compression="snappy", row_group_size=1_000_000)
    return int(table.num_rows)


def dust_days(network: Network, first: str, count: int, seed: int = 7) -> pa.Table:
    """The made-up sand-dust days as the statistics take them, `region, day, status`; two of three confirmed."""
    regions = sorted(set(network.regions))
    rows = []
    for start, end in months(first, count):
        hours = int((end - start).total_seconds() // 3600)
        *_, dust = _weather(start, hours, len(network.stations), seed)
        for day in np.flatnonzero(dust[: hours // 24]):
            for number, region in enumerate(regions):
                status = "confirmed" if (number + int(day)) % 3 else "proposed"
                rows.append((region, (start + dt.timedelta(days=int(day))).date(), status))
    columns = [[row[n] for row in rows] for n in range(3)]
    return pa.table(
        [pa.array(c, t) for c, t in zip(columns, (pa.string(), pa.date32(), pa.string()), strict=True)],
        names=["region", "day", "status"],
    )


def _weather(
    start: dt.datetime, hours: int, count: int, seed: int
) -> tuple[np.random.Generator, np.ndarray, np.ndarray, np.ndarray]:
    """What a month's hours share: generator, silence (hour, station), episodes (day, city), dust days (day,)."""
    rng = np.random.default_rng([seed, start.year, start.month])
    silent = _outages(rng, hours, count)
    episode = rng.normal(0, 0.35, (hours // 24 + 1, count // 5 + 1))
    return rng, silent, episode, rng.random(hours // 24 + 1) < 0.03


def _outages(rng: np.random.Generator, hours: int, count: int) -> np.ndarray:
    """Return a mask (hour, station) of silence: blocks of the whole network, and long outages of single stations."""
    silent = np.zeros((hours, count), dtype=bool)
    for _ in range(rng.poisson(hours / 240)):
        at = rng.integers(hours)
        silent[at : at + rng.integers(2, 16)] = True
    for station in np.flatnonzero(rng.random(count) < 0.20):
        at = rng.integers(hours)
        silent[at : at + int(rng.exponential(30)) + 1, station] = True
    return silent


def _rows(
    network: Network, start: dt.datetime, hours: int, columns: list[tuple[int, np.ndarray, np.ndarray]]
) -> pa.Table:
    """Melt the matrices into rows ordered by hour, parameter, station."""
    count = len(network.stations)
    values = np.stack([c[1] for c in columns], axis=1)  # (hour, parameter, station)
    present = np.stack([c[2] for c in columns], axis=1)
    hour, number, station = np.nonzero(present)
    base = int((start - _EPOCH).total_seconds()) * 1_000_000
    begin = base + hour.astype(np.int64) * 3_600_000_000
    rows = len(hour)

    def words(codes: np.ndarray, names: tuple[str, ...]) -> pa.Array:
        return pa.DictionaryArray.from_arrays(pa.array(codes.astype(np.int32)), pa.array(names, pa.string()))

    return pa.table(
        {
            "source": words(np.zeros(rows, np.int32), ("cnemc-site-hourly",)),
            "station": words(station, network.stations),
            "parameter": words(number, PARAMETERS),
            "start": pa.array(begin).cast(pa.timestamp("us")),
            "end": pa.array(begin + 3_600_000_000).cast(pa.timestamp("us")),
            "value": pa.array(values[present]),
            "qualifier": pa.nulls(rows, pa.string()),
            "batch": pa.array((hour // 24 + 1).astype(np.int64)),
            "line": pa.array((hour % 24 * 15 + number + 2).astype(np.int32)),
            "cell": pa.array((station % count + 4).astype(np.int32)),
        }
    ).cast(
        pa.schema(
            [
                ("source", pa.string()),
                ("station", pa.string()),
                ("parameter", pa.string()),
                ("start", pa.timestamp("us")),
                ("end", pa.timestamp("us")),
                ("value", pa.float64()),
                ("qualifier", pa.string()),
                ("batch", pa.int64()),
                ("line", pa.int32()),
                ("cell", pa.int32()),
            ]
        )
    )


def write_network(root: Path, *, stations: int, first: str, count: int, seed: int = 7) -> tuple[Network, int]:
    """Write `count` months of `stations` stations under `root`; return the network and the number of rows."""
    network = make_network(stations)
    rows = sum(write_month(root, network, start, end, seed) for start, end in months(first, count))
    return network, rows


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("target", type=Path)
    parser.add_argument("--stations", type=int, default=1700)
    parser.add_argument("--first", default="2025-01")
    parser.add_argument("--months", type=int, default=12)
    parser.add_argument("--seed", type=int, default=7)
    given = parser.parse_args()
    _, rows = write_network(
        given.target, stations=given.stations, first=given.first, count=given.months, seed=given.seed
    )
    print(f"{rows:,} rows under {given.target}")


if __name__ == "__main__":
    main()
