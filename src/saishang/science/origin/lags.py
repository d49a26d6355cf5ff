"""Which of two cities leads: correlation of their hours at lags, on days when the wind blows from one to the other.

Cities of one region share their weather, so their hours rise and fall together at lag 0 whatever is carried. What
transport adds is a delay in the wind's direction. Hence three conditions for a hint: on days with the wind along the
way the downwind city is behind by a time that the bootstrap of days keeps above 0; the correlation is strong enough;
and on days with the opposite wind the delay does not stay the same.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from saishang.science.numbers import InputError
from saishang.science.origin.wind import Floats

__all__ = ["Lead", "along", "anomalies", "bearing", "lead", "pair_sums"]

_HOURS = 24


def bearing(lon_a: float, lat_a: float, lon_b: float, lat_b: float) -> float:
    """Direction from a to b [0 … 360°], clockwise from north, at the start of the great circle."""
    east = math.radians(lon_b - lon_a)
    a, b = math.radians(lat_a), math.radians(lat_b)
    x = math.sin(east) * math.cos(b)
    y = math.cos(a) * math.sin(b) - math.sin(a) * math.cos(b) * math.cos(east)
    return math.degrees(math.atan2(x, y)) % 360.0


def along(direction: Floats, way: float, within: float) -> np.ndarray:
    """Whether a wind from this direction blows along a way (bearing), up to `within` degrees off, inclusive."""
    off = np.abs((np.asarray(direction, dtype=float) + 180.0 - way + 180.0) % 360.0 - 180.0)
    with np.errstate(invalid="ignore"):
        return np.asarray(off <= within + 1e-9)


def anomalies(values: Floats, window: int) -> Floats:
    """Hours [day, 24] without their daily course and slow part: logarithm less a running mean less the hour's mean.

    The running mean takes `window` days around; NaN stays NaN. Values of 0 or less count as missing.
    """
    if values.ndim != 2 or values.shape[1] != _HOURS:
        raise InputError("Expected hours as [day, 24].", fix="Pad the first and last day with NaN.")
    with np.errstate(invalid="ignore", divide="ignore"):
        logs = np.where(values > 0, np.log(values), np.nan)
    daily, known = np.nansum(logs, axis=1), (~np.isnan(logs)).sum(axis=1)
    # A record shorter than the window is its own slow part; the longer of the two would give the length.
    box = np.ones(2 * min(window // 2, len(values) - 1) + 1)
    with np.errstate(invalid="ignore", divide="ignore"):
        half = len(box) // 2
        slow = (np.convolve(daily, box) / np.convolve(known, box))[half : half + len(daily)]
        rest = logs - slow[:, None]
        counts = (~np.isnan(rest)).sum(axis=0)
        hourly = np.where(counts > 0, np.nansum(rest, axis=0) / np.maximum(counts, 1), np.nan)
    return np.asarray(rest - hourly[None, :])


@dataclass(frozen=True)
class Lead:
    """How one city follows another.

    Attributes
    ----------
    lag, low, high:
        Hours by which b follows a at the strongest correlation, and the bootstrap's interval; None without enough days.
    correlation, at_zero:
        Correlation there, and without any lag.
    days, pairs:
        Days that were taken, and pairs of hours at the best lag.
    """

    days: int
    pairs: int = 0
    lag: int | None = None
    low: float | None = None
    high: float | None = None
    correlation: float | None = None
    at_zero: float | None = None


def pair_sums(a: Floats, b: Floats, most: int) -> Floats:
    """Sums of each day and lag behind a correlation [six sums, day, lag]: n, Σx, Σy, Σx², Σy², Σxy.

    Hours of b count on their own day; hours of a may lie on the days around it.
    """
    flat_a, flat_b = a.reshape(-1), b.reshape(-1)
    lags = np.arange(-most, most + 1)
    padded = np.concatenate([np.full(most, np.nan), flat_a, np.full(most, np.nan)])
    sums = np.zeros((6, len(a), len(lags)))
    for place, lag in enumerate(lags):
        before = padded[most - lag : most - lag + len(flat_a)]
        known = ~(np.isnan(before) | np.isnan(flat_b))
        x, y = np.where(known, before, 0.0), np.where(known, flat_b, 0.0)
        for row, part in enumerate((known.astype(float), x, y, x * x, y * y, x * y)):
            sums[row, :, place] = part.reshape(-1, _HOURS).sum(axis=1)
    return sums


def lead(sums: Floats, taken: np.ndarray, *, least_days: int, draws: int, level: float, seed: int) -> Lead:
    """By how many hours b follows a on the taken days, −most … most; below 0 b leads.

    Parameters
    ----------
    sums:
        From `pair_sums`.
    draws, level, seed:
        Bootstrap of whole days.
    """
    most = sums.shape[2] // 2
    days = int((taken & (sums[0].max(axis=1) > 0)).sum())
    if days < least_days:
        return Lead(days)
    lags = np.arange(-most, most + 1)
    sums = sums[:, taken]
    whole = _correlations(sums.sum(axis=1))
    if np.isnan(whole).all():
        return Lead(days)
    best = int(np.nanargmax(whole))
    size = sums.shape[1]
    weights = np.random.default_rng(seed).multinomial(size, np.full(size, 1 / size), size=draws).astype(float)
    drawn = _correlations(np.stack([weights @ part for part in sums]))
    drawn = np.where(np.isnan(drawn), -np.inf, drawn)
    found = lags[np.argmax(drawn, axis=1)]
    low, high = np.percentile(found, [50 - level * 50, 50 + level * 50])
    return Lead(
        days, int(sums[0, :, best].sum()), int(lags[best]), float(low), float(high), float(whole[best]),
        None if np.isnan(whole[most]) else float(whole[most]),
    )  # fmt: skip


def _correlations(sums: Floats) -> Floats:
    n, x, y, xx, yy, xy = sums
    with np.errstate(invalid="ignore", divide="ignore"):
        covariance = xy - x * y / n
        scale = np.sqrt((xx - x * x / n) * (yy - y * y / n))
        return np.asarray(np.where((n >= 3) & (scale > 1e-12), covariance / scale, np.nan))
