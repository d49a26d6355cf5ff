"""Sources of the pollution in a run: by wind, by paths of the air, between cities, and ozone's hints; kept beside the
run.

Rows by `kind`, all with `reason` (empty, or why there is nothing):

- `wind`: (city, wind, season) rose, calm, missing; `series` once for all seasons: what each day's wind was
- `polar`: (city, parameter, wind, season) CPF by percentile, CBPF cells, plane, pollution rose; what was left out
- `agreement`: (city) how far a station's wind and the field say the same direction
- `paths`: (city, parameter, season) PSCF cells, residence, drawn paths, what was left out
- `field`: points of the wind field with the error of leaving each out
- `lag`: (city, other, parameter) who leads, with wind along, against, and on all days
- `ozone`: (city) hints and what they say together
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, timedelta
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from saishang.apps.indicators.kept import Kept, Progress, plain
from saishang.apps.indicators.origin_data import PARAMETERS, OriginInputs, WindSeries, read_inputs
from saishang.apps.indicators.origin_links import lag_rows, ozone_rows
from saishang.apps.indicators.origin_paths import field_rows, path_rows
from saishang.science.origin.polar import plane
from saishang.science.origin.probability import Conditional, conditional
from saishang.science.origin.wind import CALM, Floats, components, rose, sector_of, speed_class

__all__ = ["KEPT", "SEASONS", "compute", "read"]

#: Names of seasons in the order of pages; `all` is every month.
SEASONS = ("all", "heating", "warm")
#: Items by day and what the hours of a city call them.
_BY_HOUR = {"PM2.5": "PM2.5", "PM10": "PM10", "NO2": "NO2", "O3_8H": "O3"}


def read(identifier: str) -> list[dict[str, Any]] | None:
    """What is kept beside a run (id or `latest`); None when it was not made (`saishang origin`).

    Raises
    ------
    NoSuchRun
        When there is no such run.
    """
    body = KEPT.read(identifier)
    return None if body is None else list(body["rows"])


def compute(identifier: str, progress: Progress = lambda step: None) -> list[dict[str, Any]]:
    """All rows of a run (by id)."""
    inputs = read_inputs(identifier)
    rows: list[dict[str, Any]] = []
    for city in inputs.cities:
        progress(f"wind {city}")
        winds = inputs.winds.get(city, ())
        if not winds:
            rows.append({"kind": "wind", "city": city, "wind": "", "season": "all", "reason": "no_wind"})
        for wind in winds:
            rows.extend(_wind_rows(inputs, city, wind))
            rows.extend(_polar_rows(inputs, city, wind))
        rows.extend(_agreement(inputs, city))
    progress("paths")
    rows.extend(field_rows(inputs))
    rows.extend(path_rows(inputs))
    progress("lags")
    rows.extend(lag_rows(inputs))
    progress("ozone")
    rows.extend(ozone_rows(inputs))
    return rows


def _within(inputs: OriginInputs, first: date, size: int, season: str) -> np.ndarray:
    """Which of the days from `first` belong to the season and lie no later than the run."""
    months = inputs.rule.seasons.get(season)
    days = [first + timedelta(days=n) for n in range(size)]
    return np.array([day <= inputs.as_of and (months is None or day.month in months) for day in days], dtype=bool)


def _wind_rows(inputs: OriginInputs, city: str, wind: WindSeries) -> list[dict[str, Any]]:
    """Rose of every day of the record, whether anything was measured that day or not."""
    found = []
    rule = inputs.rule.wind
    for season in SEASONS:
        mask = np.repeat(_within(inputs, wind.first, wind.days, season), wind.per_day)
        if not mask.any():
            continue
        made = rose(wind.speed[mask], wind.direction[mask], rule.sectors, rule.speeds, rule.calm_below)
        known = wind.speed[mask][~np.isnan(wind.speed[mask])]
        found.append(
            {
                "kind": "wind", "city": city, "wind": wind.kind, "station": wind.station, "season": season,
                "reason": "" if made.known else "no_wind", "first": wind.first.isoformat(),
                "last": (wind.first + timedelta(days=wind.days - 1)).isoformat(), "per_day": wind.per_day,
                "counts": made.counts.tolist(), "calm": made.calm, "missing": made.missing,
                "mean_speed": float(known.mean()) if len(known) else None,
            }
        )  # fmt: skip
    if wind.per_day == 1:
        found.append(
            {
                "kind": "series", "city": city, "wind": wind.kind, "season": "all", "reason": "",
                "first": wind.first.isoformat(),
                # Numbers in one text each: a list of thousands would take a line of the file for every day.
                "speed": _packed(wind.speed, 2), "direction": _packed(wind.direction, 1),
            }
        )  # fmt: skip
    return found


def _packed(values: Floats, decimals: int) -> str:
    return " ".join("-" if np.isnan(value) else f"{value:.{decimals}f}" for value in values)


def _values_of(inputs: OriginInputs, city: str, parameter: str, wind: WindSeries) -> Floats:
    """Values at the times of a wind, NaN where there is none."""
    made = np.full(wind.days * wind.per_day, np.nan)
    if wind.per_day == 24:
        hours = inputs.hours.get((city, _BY_HOUR.get(parameter, "")))
        if hours is not None:
            for number in range(len(hours)):
                place = (inputs.hours_first - wind.first).days + number
                if 0 <= place < wind.days:
                    made[place * 24 : place * 24 + 24] = hours[number]
        return made
    for day, value in inputs.values.get((city, parameter), {}).items():
        place = (day - wind.first).days
        if 0 <= place < wind.days:
            made[place] = value
    return made


def _polar_rows(inputs: OriginInputs, city: str, wind: WindSeries) -> list[dict[str, Any]]:
    found = []
    for parameter in PARAMETERS:
        values = _values_of(inputs, city, parameter, wind)
        for season in SEASONS:
            mask = np.repeat(_within(inputs, wind.first, wind.days, season), wind.per_day)
            head: dict[str, Any] = {
                "kind": "polar",
                "city": city,
                "parameter": parameter,
                "wind": wind.kind,
                "season": season,
            }
            # From the first to the last value: what lies before and after is not called left out.
            there = np.nonzero(mask & ~np.isnan(values))[0]
            if not len(there):
                found.append(head | {"reason": "no_value"})
                continue
            taken = np.arange(len(values))[there[0] : there[-1] + 1]
            taken = taken[mask[taken]]
            body = _polar(inputs, wind, values[taken], wind.speed[taken], wind.direction[taken])
            first, last = (wind.first + timedelta(days=int(n) // wind.per_day) for n in (there[0], there[-1]))
            found.append(head | {"first": first.isoformat(), "last": last.isoformat(), "per_day": wind.per_day} | body)
    return found


def _polar(
    inputs: OriginInputs, wind: WindSeries, values: Floats, speed: Floats, direction: Floats
) -> dict[str, Any]:  # fmt: skip
    rule = inputs.rule
    sector = sector_of(speed, direction, rule.wind.sectors, rule.wind.calm_below)
    if not (~np.isnan(values) & (sector >= 0)).any():
        return {"reason": "no_pair", "no_wind": int((~np.isnan(values)).sum())}
    gap = rule.probability.gap_days * wind.per_day
    options: dict[str, Any] = {"least": rule.probability.least, "level": rule.probability.level}
    cpf = {
        f"{percentile:g}": _cpf(conditional(values, sector, rule.wind.sectors, percentile, gap=gap, **options))
        for percentile in rule.probability.percentiles
    }
    classes = len(rule.wind.speeds) + 1
    speeds = speed_class(speed, rule.wind.speeds)
    both = np.where(sector >= 0, sector * classes + np.maximum(speeds, 0), sector)
    shown = rule.probability.shown
    cbpf = conditional(values, both, rule.wind.sectors * classes, shown, **options)
    # Calm has no direction and no place on the plane.
    u, v = components(speed, direction)
    blowing = np.where(sector >= 0, values, np.nan)
    within: dict[str, Any] = {
        "reach": rule.plane.reach, "cell": rule.plane.cell, "bandwidth": rule.plane.bandwidth, "least": rule.plane.least
    }  # fmt: skip
    means = plane(blowing, u, v, **within)
    # NaN > threshold is False; a missing value must stay missing.
    above = np.where(np.isnan(blowing), np.nan, (np.nan_to_num(blowing) > cbpf.threshold).astype(float))
    chances = plane(above, u, v, **within)
    cells = [
        [float(means.centres[x]), float(means.centres[y]), float(means.mean[x, y]), float(chances.mean[x, y]),
         int(means.support[x, y])]
        for x, y in zip(*np.nonzero(~np.isnan(means.mean)), strict=True)
    ]  # fmt: skip
    steps = np.nanpercentile(values[(sector >= CALM) & ~np.isnan(values)], [25, 50, 75, 90])
    return {
        "reason": "", "cpf": cpf, "used": cbpf.used, "calm": cbpf.calm, "no_wind": cbpf.no_wind,
        "no_value": cbpf.no_value,
        "cbpf": [[n, c.count, c.above, c.share, c.low, c.high] for n, c in enumerate(cbpf.cells) if c.count],
        "plane": cells, "beyond": means.beyond, "classes": [float(step) for step in steps],
        "pollution": _pollution(values, sector, steps, rule.wind.sectors),
        "calm_mean": _mean(values[sector == CALM]), "mean": _mean(values[sector >= CALM]),
        "sector_means": [_mean(values[sector == n]) for n in range(rule.wind.sectors)],
    }  # fmt: skip


def _cpf(found: Conditional) -> dict[str, Any]:
    return {
        "threshold": found.threshold, "overall": found.overall, "shifts": found.shifts,
        "cells": [[c.count, c.above, c.share, c.low, c.high, c.p] for c in found.cells],
    }  # fmt: skip


def _pollution(values: Floats, sector: np.ndarray, steps: Floats, sectors: int) -> list[list[int]]:
    """Pollution rose: pairs by sector and class of concentration (edges: quartiles and the 90th percentile)."""
    counts = np.zeros((sectors, len(steps) + 1), dtype=np.int64)
    used = ~np.isnan(values) & (sector >= 0)
    np.add.at(counts, (sector[used], np.searchsorted(steps, values[used], side="left")), 1)
    return [[int(n) for n in row] for row in counts]


def _mean(values: Floats) -> float | None:
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else None


def _agreement(inputs: OriginInputs, city: str) -> list[dict[str, Any]]:
    """Cosine of the angle between the station's direction and the field's, where both blow with at least 2 m/s."""
    by_kind = {wind.kind: wind for wind in inputs.winds.get(city, ())}
    if not {"station", "reanalysis"} <= set(by_kind):
        return []
    station, field = by_kind["station"], by_kind["reanalysis"]
    first = max(station.first, field.first)
    size = min(station.first + timedelta(days=station.days), field.first + timedelta(days=field.days)) - first
    if size.days < 1:
        return []
    parts = []
    for wind in (station, field):
        begin = (first - wind.first).days
        parts.append((wind.speed[begin : begin + size.days], wind.direction[begin : begin + size.days]))
    (speed_a, a), (speed_b, b) = parts
    days = [first + timedelta(days=n) for n in range(size.days)]
    past = np.array([day <= inputs.as_of for day in days])
    with np.errstate(invalid="ignore"):
        both = (speed_a >= inputs.rule.wind.calm_below) & (speed_b >= _STRONG) & ~np.isnan(a + b) & past
    if not both.any():
        return []
    off = np.radians(a[both] - b[both])
    near = np.abs((a[both] - b[both] + 180) % 360 - 180) <= 45
    speeds = np.corrcoef(speed_a[both], speed_b[both])[0, 1] if both.sum() > 2 else np.nan
    return [
        {
            "kind": "agreement", "city": city, "reason": "", "days": int(both.sum()),
            "cosine": float(np.cos(off).mean()), "within_45": float(near.mean()),
            "speed_correlation": None if np.isnan(speeds) else float(speeds), "least_speed": _STRONG,
        }
    ]  # fmt: skip


_STRONG = 2.0


def _rows(identifier: str, progress: Progress) -> list[dict[str, Any]]:
    # Many small products: on a busy machine threads of the linear algebra only wait for one another.
    with threadpool_limits(1):
        return [plain(_bare(row)) for row in compute(identifier, progress)]


def _bare(thing: Any) -> Any:
    """JSON knows neither NaN nor numpy's numbers."""
    if isinstance(thing, Mapping):
        return {key: _bare(value) for key, value in thing.items()}
    if isinstance(thing, list | tuple):
        return [_bare(value) for value in thing]
    if isinstance(thing, np.generic):
        thing = thing.item()
    if isinstance(thing, float) and not np.isfinite(thing):
        return None
    return thing if not hasattr(thing, "__dataclass_fields__") else _bare(asdict(thing))


KEPT = Kept("origin", "污染物溯源", "sources of the pollution", _rows)
