"""Paths of the air to each city of a run, PSCF, and over which regions the air passed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np

from saishang.apps.indicators.origin_data import PARAMETERS, OriginInputs, Place, places_of
from saishang.science.origin.potential import ends_by_cell, potential, residence
from saishang.science.origin.trajectory import Paths, back_paths, distance_km, leave_one_out
from saishang.science.origin.wind import Floats, Ints

__all__ = ["field_rows", "path_rows"]

#: Side of the cells in which a region is looked up [°].
_LOOKUP = 0.1
_OCTANTS = ("N", "NE", "E", "SE", "S", "SW", "W", "NW")


def field_rows(inputs: OriginInputs) -> list[dict[str, Any]]:
    """The points of the field, and how wrong the others are about each."""
    if inputs.field is None:
        return [{"kind": "field", "reason": "no_field", "points": []}]
    error, spread = leave_one_out(inputs.field)
    names = {place.code: place for place in _points(inputs)}
    points = [
        {"code": place.code, "zh": place.zh, "en": place.en, "lon": place.lon, "lat": place.lat, "error": float(e),
         "spread": float(s)}
        for place, e, s in zip(names.values(), error, spread, strict=True)
    ]  # fmt: skip
    home = int(np.argmin([_apart_home(inputs, place) for place in names.values()]))
    return [
        {
            "kind": "field", "reason": "", "points": points, "home_error": float(error[home]),
            "first": inputs.field_first.isoformat(),
            "last": (inputs.field_first + timedelta(days=len(inputs.field.u) - 1)).isoformat(),
        }
    ]  # fmt: skip


def _points(inputs: OriginInputs) -> list[Place]:
    """Places of the field's points, in the field's order."""
    field = inputs.field
    wanted = [] if field is None else list(zip(field.lon, field.lat, strict=True))
    known = places_of(inputs.rules, inputs.site, "wind")
    return [place for place in known if (place.lon, place.lat) in wanted]


def _apart_home(inputs: OriginInputs, place: Place) -> float:
    lon = np.mean([city.lon for city in inputs.cities.values()]) if inputs.cities else place.lon
    lat = np.mean([city.lat for city in inputs.cities.values()]) if inputs.cities else place.lat
    return float(distance_km(np.array(lon), np.array(lat), np.array(place.lon), np.array(place.lat)))


def path_rows(inputs: OriginInputs) -> list[dict[str, Any]]:
    """PSCF of every city, item and season."""
    if inputs.field is None:
        return [{"kind": "paths", "city": city, "reason": "no_field"} for city in inputs.cities]
    rows: list[dict[str, Any]] = []
    for city, place in inputs.cities.items():
        rows.extend(_of_city(inputs, city, place))
    return rows


def _of_city(inputs: OriginInputs, city: str, place: Place) -> list[dict[str, Any]]:
    rule = inputs.rule.paths
    field = inputs.field
    assert field is not None  # noqa: S101 - asked above
    measured = {day for (code, _parameter), days in inputs.values.items() if code == city for day in days}
    size = len(field.u)
    # The whole path needs wind: the first days of the record have none before them.
    earliest = int(np.ceil((rule.hours - rule.arrival) / 24))
    span = (inputs.field_first + timedelta(days=n) for n in range(max(0, earliest), size))
    days = [day for day in span if day in measured and day <= inputs.as_of]
    if not days:
        return [{"kind": "paths", "city": city, "reason": "no_day"}]
    times = np.array([(day - inputs.field_first).days for day in days]) + rule.arrival / 24
    full = np.full(len(days), 1.0)
    paths = back_paths(field.at, full * place.lon, full * place.lat, times, hours=rule.hours, step=rule.step)
    labels, names = _labels(inputs, paths)
    counts, cells = ends_by_cell(paths, rule.cell)
    short = int((paths.lasting < rule.hours).sum())
    rows = []
    for parameter in PARAMETERS:
        by_day = inputs.values.get((city, parameter), {})
        values = np.array([by_day.get(day, np.nan) for day in days])
        for season, months in ({"all": None} | dict(inputs.rule.seasons)).items():
            head = {"kind": "paths", "city": city, "parameter": parameter, "season": season}
            mask = np.array([months is None or day.month in months for day in days])
            # A city that no point of the field reaches has paths without any end.
            if not (mask & ~np.isnan(values) & (counts.sum(axis=1) > 0)).any():
                rows.append(head | {"reason": "no_day"})
                continue
            rows.append(
                head
                | _one(inputs, [day for day, m in zip(days, mask, strict=True) if m], paths, mask, counts, cells,
                       labels, names, values)
                | {"without": len(by_day) - int((~np.isnan(values)).sum()) if season == "all" else None,
                   "short": short}
            )  # fmt: skip
    return rows


def _one(
    inputs: OriginInputs, days: Sequence[date], paths: Paths, mask: np.ndarray, counts: Floats,
    cells: Sequence[tuple[int, int]], labels: Ints, names: Sequence[str], values: Floats,
) -> dict[str, Any]:  # fmt: skip
    rule = inputs.rule.paths
    taken = values[mask]
    made = potential(
        counts[mask], cells, taken, rule.cell, rule.percentile, least_days=rule.least_days, weights=rule.weights,
        gap=inputs.rule.probability.gap_days,
    )  # fmt: skip
    known = ~np.isnan(taken)
    high = known & (taken > made.threshold)
    polluted, every = residence(labels[mask], high, known, len(names))
    worst = [int(n) for n in np.argsort(np.where(known, -taken, np.inf), kind="stable")[: rule.drawn] if known[n]]
    lon, lat = paths.lon[mask], paths.lat[mask]
    # A point every three hours is enough for the eye.
    stride = max(1, round(3 / rule.step))
    return {
        "reason": "", "first": days[0].isoformat(), "last": days[-1].isoformat(), "days": made.days,
        "above": made.above, "threshold": made.threshold, "overall": made.overall, "mean_ends": made.mean_ends,
        "shifts": made.shifts, "cell": rule.cell, "hours": rule.hours,
        "cells": [
            [c.lon, c.lat, c.ends, c.above, c.days, c.share, c.weighted, c.p]
            for c in made.cells if c.share is not None
        ],
        "hidden": sum(c.share is None for c in made.cells),
        "residence": sorted(
            ([name, float(a), float(b)] for name, a, b in zip(names, polluted, every, strict=True) if b > 0),
            key=lambda row: (-float(row[2]), row[0]),
        ),
        "paths": [
            {
                "day": days[n].isoformat(), "value": float(taken[n]),
                "line": " ".join(
                    f"{x:.2f},{y:.2f}" for x, y in zip(lon[n, ::stride], lat[n, ::stride], strict=True)
                    if not np.isnan(x)
                ),
            }
            for n in worst
        ],
    }  # fmt: skip


def _labels(inputs: OriginInputs, paths: Paths) -> tuple[Ints, list[str]]:
    """Region of each end as a number into the names (below 0: none), looked up in small cells.

    Names are a city of the site, `near:<town>`, or `far:<octant>`.
    """
    lon, lat = paths.lon[:, 1:], paths.lat[:, 1:]
    known = ~np.isnan(lon)
    keys = np.stack([np.floor(lon[known] / _LOOKUP), np.floor(lat[known] / _LOOKUP)], axis=1).astype(np.int64)
    unique, at = np.unique(keys, axis=0, return_inverse=True)
    x, y = ((unique[:, n].astype(np.float64) + 0.5) * _LOOKUP for n in (0, 1))
    names = np.full(len(unique), "", dtype=object)
    for code, rings in inputs.outlines.items():
        names[_inside(x, y, rings)] = code
    towns = list(inputs.towns)
    centre = (
        np.mean([city.lon for city in inputs.cities.values()]), np.mean([city.lat for city in inputs.cities.values()])
    )  # fmt: skip
    left = names == ""
    if left.any():
        east = (x[left] - centre[0]) * np.cos(np.radians(centre[1]))
        octant = np.round(np.degrees(np.arctan2(east, y[left] - centre[1])) % 360 / 45).astype(int) % 8
        given = np.array([f"far:{_OCTANTS[n]}" for n in octant], dtype=object)
        if towns:
            away = distance_km(
                x[left][:, None], y[left][:, None], np.array([t.lon for t in towns])[None, :],
                np.array([t.lat for t in towns])[None, :],
            )  # fmt: skip
            nearest = away.argmin(axis=1)
            close = away.min(axis=1) <= inputs.rule.paths.place_reach_km
            given[close] = [f"near:{towns[n].code}" for n in nearest[close]]
        names[left] = given
    listed, number = np.unique(names.astype(str), return_inverse=True)
    labels = np.full(lon.shape, -1, dtype=np.int64)
    labels[known] = number.reshape(-1)[at.reshape(-1)]
    return labels, [str(name) for name in listed]


def _inside(x: Floats, y: Floats, rings: Sequence[Floats]) -> np.ndarray:
    """Whether points lie inside rings, holes left out (even–odd rule)."""
    inside = np.zeros(len(x), dtype=bool)
    for ring in rings:
        low, high = ring.min(axis=0), ring.max(axis=0)
        near = np.nonzero((x >= low[0]) & (x <= high[0]) & (y >= low[1]) & (y <= high[1]))[0]
        if not len(near):
            continue
        px, py = x[near, None], y[near, None]
        x0, y0, x1, y1 = ring[:-1, 0], ring[:-1, 1], ring[1:, 0], ring[1:, 1]
        crossing = (y0 > py) != (y1 > py)
        with np.errstate(divide="ignore", invalid="ignore"):
            left = px < (x1 - x0) * (py - y0) / (y1 - y0) + x0
        inside[near] ^= (crossing & left).sum(axis=1) % 2 == 1
    return inside
