"""Between cities: who leads on which wind. And ozone against NO2: what each pattern hints."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from functools import partial
from itertools import permutations
from typing import Any

import numpy as np

from saishang.apps.indicators.origin_data import OriginInputs, Place, WindSeries, km_between
from saishang.science.origin.from_rules import LagRule, OriginRule
from saishang.science.origin.lags import Lead, along, anomalies, bearing, lead, pair_sums
from saishang.science.origin.regime import afternoon, morning, ratio, verdict, weekend
from saishang.science.origin.wind import Floats

__all__ = ["lag_rows", "ozone_rows"]


def lag_rows(inputs: OriginInputs) -> list[dict[str, Any]]:
    """Every ordered pair of cities with hours, for each item of the rules."""
    rule = inputs.rule.lags
    rows: list[dict[str, Any]] = []
    for parameter in rule.parameters:
        found = {city: inputs.hours[city, parameter] for city in inputs.cities if (city, parameter) in inputs.hours}
        if len(found) < 2:
            rows.append({"kind": "lag", "parameter": parameter, "city": "", "other": "", "reason": "no_hours"})
            continue
        rest = {city: anomalies(hours, rule.window) for city, hours in found.items()}
        for a, b in permutations(found, 2):
            rows.append(_pair(inputs, parameter, a, b, rest[a], rest[b]))
    return rows


def _pair(inputs: OriginInputs, parameter: str, a: str, b: str, x: Floats, y: Floats) -> dict[str, Any]:
    rule, one, two = inputs.rule.lags, inputs.cities[a], inputs.cities[b]
    way = bearing(one.lon, one.lat, two.lon, two.lat)
    apart = km_between(one, two)
    options: dict[str, Any] = {
        "least_days": rule.least_days, "draws": rule.draws, "level": rule.level, "seed": rule.seed,
    }  # fmt: skip
    sums = pair_sums(x, y, rule.most)
    every = lead(sums, np.ones(len(x), dtype=bool), **options)
    head = {
        "kind": "lag", "parameter": parameter, "city": a, "other": b, "bearing": way, "distance": apart,
        "first": inputs.hours_first.isoformat(),
        "last": (inputs.hours_first + timedelta(days=len(x) - 1)).isoformat(), "all": asdict(every),
    }  # fmt: skip
    found = _gating(inputs, one, two)
    if found is None:
        return head | {"reason": "no_wind_near", "says": "none"}
    station, wind = found
    speed, direction = _on(inputs, wind, len(x))
    strong = np.nan_to_num(speed) >= rule.least_speed
    forth = strong & along(direction, way, rule.within)
    back = strong & along(direction, (way + 180) % 360, rule.within)
    with_wind, against = lead(sums, forth, **options), lead(sums, back, **options)
    pace = float(np.nanmean(speed[forth])) if forth.any() else None
    travel = None if not pace else apart / (pace * 3.6)
    reason = _reason(with_wind, against, travel, rule)
    return head | {
        "reason": reason, "says": "none" if reason else "transport", "station": station.code, "wind": wind.kind,
        "along": asdict(with_wind), "against": asdict(against), "speed": pace, "travel": travel,
        "no_wind": int(np.isnan(speed).sum()),
    }  # fmt: skip


def _reason(found: Lead, against: Lead, travel: float | None, rule: LagRule) -> str:
    """Why a pair gives no hint of transport; empty when it does."""
    if found.lag is None or found.low is None or found.correlation is None:
        return "few_days"
    if found.correlation < rule.least_correlation:
        return "weak"
    if found.low <= 0:
        return "no_lead"
    if travel is not None and found.lag < rule.least_of_travel * travel:
        return "too_fast"
    # The same delay whatever the wind: something passes over both, nothing is carried from one to the other.
    if against.low is not None and against.low > 0:
        return "also_against"
    return ""


def _gating(inputs: OriginInputs, one: Place, two: Place) -> tuple[Place, WindSeries] | None:
    """The nearest station with daily wind in the time of the hours that has both cities within its reach."""
    found = []
    for station, wind in inputs.station_winds:
        away = [km_between(city, station) for city in (one, two)]
        begins, ends = wind.first, wind.first + timedelta(days=wind.days)
        if wind.per_day == 1 and max(away) <= inputs.rule.lags.wind_reach_km and begins <= inputs.hours_first < ends:
            found.append((max(away), station, wind))
    return min(found, key=lambda each: each[0])[1:] if found else None


def _on(inputs: OriginInputs, wind: WindSeries, size: int) -> tuple[Floats, Floats]:
    """Speed and direction on the days of the hours."""
    speed, direction = np.full(size, np.nan), np.full(size, np.nan)
    begin = (inputs.hours_first - wind.first).days
    part = wind.speed[begin : begin + size]
    speed[: len(part)], direction[: len(part)] = part, wind.direction[begin : begin + size]
    return speed, direction


def ozone_rows(inputs: OriginInputs) -> list[dict[str, Any]]:
    """The four hints of every city."""
    rule = inputs.rule
    rows = []
    for city in inputs.cities:
        ozone, no2 = (inputs.values.get((city, item), {}) for item in ("O3_8H", "NO2"))
        days = sorted(day for day in {*ozone} & {*no2} if day.month in rule.regime_months)
        hints = [
            weekend(
                days, np.array([ozone[day] for day in days]), np.array([no2[day] for day in days]), rule.regime
            )
        ]  # fmt: skip
        hours = {item: inputs.hours.get((city, item)) for item in ("O3", "NO2")}
        size = 0 if hours["O3"] is None else len(hours["O3"])
        dates = [inputs.hours_first + timedelta(days=n) for n in range(size)]
        warm = np.array([day.month in rule.regime_months for day in dates], dtype=bool)
        months = [(day.year, day.month) for day, taken in zip(dates, warm, strict=True) if taken]

        part = partial(_part, rule, warm)
        same_day = np.array([ozone.get(day, np.nan) for day, taken in zip(dates, warm, strict=True) if taken])
        hints += [
            afternoon(months, part(hours["O3"], "afternoon"), part(hours["NO2"], "afternoon"), rule.regime),
            morning(months, same_day, part(hours["NO2"], "morning"), rule.regime),
            ratio(part(hours["O3"], "midday"), part(hours["NO2"], "midday"), rule.regime),
        ]
        rows.append(
            {
                "kind": "ozone", "city": city, "reason": "", "verdict": verdict(hints),
                "hints": [asdict(hint) for hint in hints],
                "days": [days[0].isoformat(), days[-1].isoformat(), len(days)] if days else [],
                "hours": [dates[0].isoformat(), dates[-1].isoformat()] if dates else [],
            }
        )  # fmt: skip
    return rows


def _part(rule: OriginRule, warm: np.ndarray, hours: Floats | None, name: str) -> Floats:
    """Mean of a part of each warm day; NaN where too few of its hours are known."""
    if hours is None:
        return np.full(int(warm.sum()), np.nan)
    # Hours of the rules are named by their end, those of the table by their beginning.
    taken = hours[:, [hour - 1 for hour in rule.regime_hours[name]]][warm]
    known = (~np.isnan(taken)).sum(axis=1)
    return np.where(known >= rule.regime_least_hours, np.nansum(taken, axis=1) / np.maximum(known, 1), np.nan)
