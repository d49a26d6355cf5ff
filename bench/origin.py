"""Sources of the pollution against known answers: hit rates, false alarms, errors of paths, recovered lags, and times.

Everything is planted, so that the answer is known; wind and concentrations have a memory, as real ones have. Prints one
line for each question; with `--data FOLDER` (the shared measurements) also what hourly stations of Beijing say.

    python bench/origin.py [--seeds 200] [--data FOLDER]
"""

from __future__ import annotations

import argparse
import math
import time
from pathlib import Path

import numpy as np

from saishang.rules import load_rules
from saishang.science.origin.from_rules import OriginRule, origin_rule
from saishang.science.origin.lags import lead, pair_sums
from saishang.science.origin.polar import plane
from saishang.science.origin.potential import ends_by_cell, potential
from saishang.science.origin.probability import conditional, wilson
from saishang.science.origin.regime import afternoon, morning
from saishang.science.origin.trajectory import EARTH_KM, Field, back_paths
from saishang.science.origin.wind import components, sector_of

Arrays = tuple[np.ndarray, np.ndarray, np.ndarray]


def planted(seed: int, steps: int, strength: float, memory: float = 0.6) -> Arrays:
    """Wind and concentrations with memory; from 90° at 3 m/s and more a source multiplies them by e^strength."""
    random = np.random.default_rng(seed)
    noise = random.normal(size=(3, steps)) * np.sqrt(1 - memory**2)
    series = np.zeros((3, steps))
    for n in range(1, steps):
        series[:, n] = memory * series[:, n - 1] + noise[:, n]
    u, v = 2.5 * series[0], 2.5 * series[1]
    speed, direction = np.hypot(u, v), np.degrees(np.arctan2(-u, -v)) % 360
    fed = (np.abs((direction - 90 + 180) % 360 - 180) <= 22.5) & (speed >= 3)
    return np.exp(3.5 + 0.5 * series[2] + strength * fed), speed, direction


def sectors(rule: OriginRule, seeds: int, memory: float) -> None:
    """Planted source found in its sector; sectors that stand out without one, by our rule and by Wilson alone."""
    options = {"least": rule.probability.least, "level": rule.probability.level, "gap": rule.probability.gap_days}
    east = {3, 4, 5}  # 67.5°, 90°, 112.5°
    found = {"hit": 0, "else": 0, "false": 0, "wilson": 0}
    for seed in range(seeds):
        for strength in (0.8, 0.0):
            values, speed, direction = planted(seed, 1000, strength, memory)
            sector = sector_of(speed, direction, rule.wind.sectors, rule.wind.calm_below)
            made = conditional(values, sector, rule.wind.sectors, 75, **options)  # type: ignore[arg-type]
            out = {n for n, c in enumerate(made.cells) if c.p is not None and c.p <= rule.probability.stands_out}
            if strength:
                found["hit"] += bool(out & east)
                found["else"] += bool(out - east)
            else:
                found["false"] += bool(out)
                found["wilson"] += any(c.low is not None and c.low > made.overall for c in made.cells)
    print(
        f"CPF, memory {memory:.1f}: planted source found {found['hit']}/{seeds}, another sector named as well "
        f"{found['else']}/{seeds}; without a source a sector stands out in {found['false']}/{seeds} "
        f"(wanted {rule.probability.stands_out:.0%}; Wilson's interval alone: {found['wilson']}/{seeds})"
    )


def peak(rule: OriginRule, seeds: int) -> None:
    """Where the plane's peak lies for a source in the east beyond 3 m/s."""
    hits = 0
    for seed in range(seeds):
        values, speed, direction = planted(seed, 1000, 0.8)
        made = _plane(rule, values, speed, direction)
        x, y = np.unravel_index(np.nanargmax(made.mean), made.mean.shape)
        away = math.hypot(made.centres[x], made.centres[y])
        hits += (
            made.centres[x] > 0 and abs(math.degrees(math.atan2(made.centres[y], made.centres[x]))) <= 45 and away >= 2
        )
    print(f"plane: peak in the planted quarter at 2 m/s or more {hits}/{seeds}")


def _plane(rule: OriginRule, values: np.ndarray, speed: np.ndarray, direction: np.ndarray):  # type: ignore[no-untyped-def]
    u, v = components(speed, direction)
    p = rule.plane
    return plane(values, u, v, reach=p.reach, cell=p.cell, bandwidth=p.bandwidth, least=p.least)


def coverage(seeds: int) -> None:
    """How often Wilson's 95 % interval holds the true share of independent draws."""
    random = np.random.default_rng(1)
    for n, share in ((10, 0.25), (30, 0.25), (100, 0.1)):
        drawn = random.binomial(n, share, size=seeds * 50)
        held = np.mean([low <= share <= high for low, high in (wilson(int(m), n, 0.95) for m in drawn)])
        print(f"Wilson: n = {n}, share {share:.2f}: held {held:.1%} (wanted 95 %)")


def rotation() -> None:
    """Error of a path in solid rotation and in uniform wind against the analytic end, as a share of its length."""
    metres = EARTH_KM * 1000 * math.pi / 180
    omega = 2 * math.pi / 3 / 86400

    def turning(lon: np.ndarray, lat: np.ndarray, _t: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return -omega * lat * metres, omega * lon * metres

    def steady(lon: np.ndarray, _lat: np.ndarray, _t: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return np.full(len(lon), 5.0), np.full(len(lon), 3.0)

    for hours in (24, 48, 72):
        made = back_paths(turning, np.array([0.2]), np.array([0.0]), np.array([5.0]), hours=hours)
        angle = -omega * hours * 3600
        off = math.hypot(made.lon[0, -1] - 0.2 * math.cos(angle), made.lat[0, -1] - 0.2 * math.sin(angle))
        there = back_paths(steady, np.array([106.0]), np.array([38.0]), np.array([5.0]), hours=hours)
        north = 38 - 3 * hours * 3600 / metres
        share = abs(there.lat[0, -1] - north) * metres / (math.hypot(5, 3) * hours * 3600)
        print(f"path {hours} h: rotation off by {off / (0.2 * abs(angle)):.2%} of its length; uniform {share:.1e}")


def regions(rule: OriginRule, seeds: int) -> None:
    """Days that passed a planted region are polluted: is it found, and are cells named when there is none."""
    hit = false = 0
    for seed in range(seeds):
        random = np.random.default_rng(seed)
        days = 700
        winds = np.zeros((days, 4, 2))
        step = random.normal(size=(days, 2)) * 3
        for n in range(1, days):
            step[n] += 0.6 * step[n - 1]
        winds += step[:, None, :] + random.normal(size=(days, 4, 2))
        field = Field(np.array([103.0, 109, 103, 109]), np.array([35.0, 35, 41, 41]), winds[..., 0], winds[..., 1])
        times = np.arange(3, days) + 0.5
        paths = back_paths(field.at, np.full(len(times), 106.2), np.full(len(times), 38.5), times, hours=48)
        counts, cells = ends_by_cell(paths, 1.0)
        target = cells.index((104, 39))
        for strength in (1.5, 0.0):
            values = np.exp(3.5 + 0.4 * random.normal(size=len(times)) + strength * (counts[:, target] >= 3))
            made = potential(
                counts, cells, values, 1.0, 75, least_days=rule.paths.least_days, weights=rule.paths.weights,
                gap=rule.probability.gap_days,
            )  # fmt: skip
            out = {(c.lon, c.lat) for c in made.cells if c.p is not None and c.p <= rule.probability.stands_out}
            if strength:
                hit += any(math.hypot(x - 104, y - 39) <= 1.5 for x, y in out)
            else:
                false += bool(out)
    print(f"PSCF: planted region or its neighbour found {hit}/{seeds}; cells named without one {false}/{seeds}")


def delays(rule: OriginRule, seeds: int) -> None:
    """A planted delay of five hours; and two cities that only share their weather."""
    options = {"least_days": 20, "draws": 100, "level": rule.lags.level}
    right = inside = alone = 0
    for seed in range(seeds):
        random = np.random.default_rng(seed)
        shared = np.zeros(120 * 24)
        for n in range(1, len(shared)):
            shared[n] = 0.92 * shared[n - 1] + random.normal()
        near = (shared + random.normal(size=len(shared))).reshape(-1, 24)
        late = (np.roll(shared, 5) + random.normal(size=len(shared))).reshape(-1, 24)
        same = (shared + random.normal(size=len(shared))).reshape(-1, 24)
        taken = random.random(120) < 0.4
        got = lead(pair_sums(near, late, 24), taken, seed=seed, **options)  # type: ignore[arg-type]
        right += got.lag == 5
        inside += got.low is not None and got.high is not None and got.low <= 5 <= got.high
        none = lead(pair_sums(near, same, 24), taken, seed=seed, **options)  # type: ignore[arg-type]
        alone += none.low is not None and none.low > 0
    print(
        f"lag of 5 h: exact {right}/{seeds}, in the interval {inside}/{seeds}; a lead without any delay {alone}/{seeds}"
    )


def regimes(rule: OriginRule, seeds: int) -> None:
    """Hints with no tie between ozone and NO2 (false alarms), and with a planted one."""
    months = [(2019, 4 + n // 30) for n in range(180)]
    wrong = right = total = 0
    for seed in range(seeds):
        random = np.random.default_rng(seed)
        no2 = 30 + 6 * random.normal(size=180)
        for slope in (0.0, 0.8):
            ozone = 100 + slope * (no2 - 30) + 10 * random.normal(size=180)
            for hint in (afternoon(months, ozone, no2, rule.regime), morning(months, ozone, no2, rule.regime)):
                if slope:
                    right += hint.says == "nox_limited"
                else:
                    wrong += hint.says != "none"
                    total += 1
    print(f"ozone: planted tie hinted right {right}/{total}, a hint without any tie {wrong}/{total}")


def times(rule: OriginRule) -> None:
    """A city-year of hours on the plane, against a plain loop over cells and hours."""
    values, speed, direction = planted(0, 8760, 0.8)
    u, v = components(speed, direction)
    begin = time.perf_counter()
    made = _plane(rule, values, speed, direction)
    fast = time.perf_counter() - begin
    begin = time.perf_counter()
    slow = np.full(made.mean.shape, np.nan)
    for i, east in enumerate(made.centres):
        for j, north in enumerate(made.centres):
            if np.isnan(made.mean[i, j]):
                continue
            weight = np.exp(-0.5 * ((-u - east) ** 2 + (-v - north) ** 2) / rule.plane.bandwidth**2)
            slow[i, j] = (weight * values).sum() / weight.sum()
    took = time.perf_counter() - begin
    off = np.nanmax(np.abs(made.mean - slow) / slow)
    print(
        f"polar plot of 8,760 hours: {fast * 1000:.1f} ms, numpy loop over cells {took * 1000:.0f} ms, "
        f"ratio {took / fast:.0f}; cells of {rule.plane.cell:g} m/s move the mean by at most {off:.1%}"
    )


def beijing(rule: OriginRule, folder: Path) -> None:
    """Hours of eight stations with a wind of their own: what stands out, and for how many stations the same."""
    import pandas as pd

    names = ["N", "NNE", "NE", "ENE", "E", "ESE", "SE", "SSE", "S", "SSW", "SW", "WSW", "W", "WNW", "NW", "NNW"]
    frame = pd.read_parquet(folder / "air/uci_beijing_multisite_8_stations.parquet")
    counts = np.zeros(16, dtype=int)
    for _station, rows in frame.groupby("station"):
        direction = rows.wd.map({name: n * 22.5 for n, name in enumerate(names)}).to_numpy(dtype=float)
        speed = rows.ws_ms.to_numpy(dtype=float)
        sector = sector_of(speed, direction, 16, rule.wind.calm_below)
        made = conditional(
            rows.pm25.to_numpy(dtype=float), sector, 16, 75, least=rule.probability.least,
            level=rule.probability.level, gap=rule.probability.gap_days * 24,
        )  # fmt: skip
        counts += [c.p is not None and c.p <= rule.probability.stands_out for c in made.cells]
    told = ", ".join(f"{names[n]} {counts[n]}/8" for n in np.argsort(-counts) if counts[n])
    print(f"Beijing 2013–2017, PM2.5 by hours: sectors that stand out: {told or 'none'}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=100)
    parser.add_argument("--data", type=Path)
    given = parser.parse_args()
    rule = origin_rule(load_rules())
    for memory in (0.0, 0.6, 0.8):
        sectors(rule, given.seeds, memory)
    peak(rule, given.seeds)
    coverage(given.seeds)
    rotation()
    regions(rule, max(10, given.seeds // 4))
    delays(rule, given.seeds)
    regimes(rule, given.seeds)
    times(rule)
    if given.data:
        beijing(rule, given.data)


if __name__ == "__main__":
    main()
