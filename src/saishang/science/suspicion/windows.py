"""Sliding windows over days: means and their spread, compared with the series' own other days."""

from __future__ import annotations

import numpy as np

from saishang.science.suspicion.network import Array, middle, robust_scale

__all__ = ["rolling_mean", "standardised", "without_season"]


def rolling_mean(days: Array, length: int, *, least: int) -> Array:
    """Mean of `length` days from each day on [D − length + 1, S]; NaN with fewer than `least` values."""
    there = ~np.isnan(days)
    total = np.cumsum(np.vstack([np.zeros((1, days.shape[1])), np.where(there, days, 0)]), axis=0)
    count = np.cumsum(np.vstack([np.zeros((1, days.shape[1])), there]), axis=0)
    sums, counts = total[length:] - total[:-length], count[length:] - count[:-length]
    return np.where(counts >= least, sums / np.maximum(counts, 1), np.nan)


def without_season(days: Array, span: int) -> Array:
    """Days less the median of the `span` days around each: what lasts for seasons is the station's own place [D, S]."""
    half = span // 2
    padded = np.vstack([np.full((half, days.shape[1]), np.nan), days, np.full((half, days.shape[1]), np.nan)])
    around = np.lib.stride_tricks.sliding_window_view(padded, 2 * half + 1, axis=0)
    ordered = np.sort(around, axis=-1)
    count = (~np.isnan(around)).sum(axis=-1)
    low, high = np.maximum(count - 1, 0) // 2, np.minimum(count // 2, around.shape[-1] - 1)
    pick = np.take_along_axis(ordered, low[..., None], -1) + np.take_along_axis(ordered, high[..., None], -1)
    found: Array = days - np.where(count >= half // 2, pick[..., 0] / 2, np.nan)
    return found


def standardised(statistics: Array) -> Array:
    """Each station's statistics by its own median and its spread, drawn half way to the network's [W, S].

    The spread of a station whose figures were changed for long is large because they were: its own spread alone would
    excuse it, the network's alone would accuse stations beside a busy road.
    """
    centre, spread = robust_scale(statistics)
    usual = middle(spread[None, :])[0]
    found: Array = (statistics - centre) / np.sqrt(spread * usual)
    return found
