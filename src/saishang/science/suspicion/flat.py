"""Flat lines (恒值): longer runs of one value than the series' own habit makes plausible.

How long a value stays by itself depends on the step in which it is reported, on the level and on the station: sulphur
dioxide of 8 µg/m³ repeats for hours, PM10 of 150 does not. The chance that a run goes on for another hour is counted
by level, over the network and over the station's own other runs; a run of n equal hours then has the chance h^(n−1).
Published signal: low variance among outliers of the national network, Wu et al. 2018 (air.md section 10).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from saishang.science.suspicion.network import Answer, Array, Found, Network

__all__ = ["FlatRule", "find", "runs"]

#: A run says how sticky its level is from this many repeats on: instruments that stick do so for long.
_STUCK = 2


@dataclass(frozen=True)
class FlatRule:
    """Settings.

    Attributes
    ----------
    parameters:
        Codes looked at.
    least_hours:
        Parameter → runs shorter than this many equal hours are never a lead.
    low, low_hours:
        Parameter → level at or below which (near the detection limit) a run has to last at least `low_hours`.
    prior:
        Weight of the network's habit against the station's own, in hours.
    """

    parameters: tuple[str, ...]
    least_hours: dict[str, int]
    low: dict[str, float]
    low_hours: int
    prior: float


def runs(values: Array) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]:
    """(station, first hour, number of hours) of every stretch of equal values [T, S]; a missing hour ends a stretch."""
    series = values.T
    hours = series.shape[1]
    there = ~np.isnan(series)
    starts = there.copy()
    starts[:, 1:] &= ~(there[:, :-1] & (series[:, 1:] == series[:, :-1]))
    ends = there.copy()
    ends[:, :-1] &= ~(there[:, 1:] & (series[:, 1:] == series[:, :-1]))
    first = np.flatnonzero(starts.ravel())
    last = np.flatnonzero(ends.ravel())
    return first // hours, first % hours, last - first + 1


def _levels(values: Array, quantum: float) -> NDArray[np.intp]:
    """Level classes, two to each doubling of the value in its smallest step."""
    found: NDArray[np.intp] = np.floor(2 * np.log2(np.maximum(values, 0) / quantum + 1)).astype(np.intp)
    return found


def find(network: Network, rule: FlatRule) -> tuple[Answer, ...]:
    """Runs that are longer than their level and station explain; tests are all runs."""
    found: list[Found] = []
    tests = 0
    for parameter in network.have(rule.parameters):
        values = network.values[parameter]
        station, first, length = runs(values)
        level = values[first, station]
        kind = _levels(level, network.quantum[parameter])
        tests += len(length)
        # Repeats and chances to repeat once `_STUCK` repeats stand, per class, and per class and station.
        went_on = np.maximum(length - 1 - _STUCK, 0).astype(float)
        chances = np.where(length > _STUCK, went_on + 1, 0.0)
        early = np.minimum(length - 1, _STUCK).astype(float)
        early_chances = np.minimum(length, _STUCK).astype(float)
        early_habit = _habit(kind, station, early, early_chances, rule.prior, np.full(len(length), 0.5), 1.0)
        # Long runs are rare at high levels: until there are some, going on is as likely as it was at first.
        late_habit = _habit(kind, station, went_on, chances, rule.prior, early_habit, 5.0)
        steps = length - 1
        habit = np.maximum(late_habit, early_habit)
        log10_p = np.minimum(early, steps) * np.log10(early_habit) + np.maximum(steps - _STUCK, 0) * np.log10(habit)
        low = level <= rule.low.get(parameter, -math.inf)
        wanted = (length >= rule.least_hours[parameter]) & (~low | (length >= rule.low_hours))
        for place in np.flatnonzero(wanted):
            s, t, n = int(station[place]), int(first[place]), int(length[place])
            near = network.neighbours[s]
            window = values[t : t + n, near]
            moved = np.nanmax(window, axis=0) - np.nanmin(window, axis=0) if _some(window) else np.empty(0)
            numbers = {
                "hours": n,
                "value": float(level[place]),
                "habit_percent": round(100 * float(habit[place]), 1),
                "neighbours_range": None if not len(moved) else round(float(np.median(moved)), 1),
                "near_detection": bool(low[place]),
            }
            found.append(Found(s, parameter, t, t + n, float(log10_p[place]), numbers))
    return (Answer.of(found, tests),)


def _some(window: Array) -> bool:
    return bool(window.size) and not bool(np.isnan(window).all(axis=0).any())


def _habit(
    kind: NDArray[np.intp], station: NDArray[np.intp], repeats: Array, chances: Array, prior: float, lent: Array,
    weight: float,
) -> Array:  # fmt: skip
    """Chance of going on, of each run, from all others: the network's class pulled towards the station's own.

    `lent` is what the class starts from, worth `weight` hours, so that a class without runs is not certain of anything.
    """
    cell = kind * (station.max(initial=0) + 1) + station
    size = kind.max(initial=0) + 1
    net_repeats = np.bincount(kind, repeats, size)[kind] - repeats
    net_chances = np.bincount(kind, chances, size)[kind] - chances
    own_repeats = np.bincount(cell, repeats)[cell] - repeats
    own_chances = np.bincount(cell, chances)[cell] - chances
    net = (net_repeats + weight * lent) / (net_chances + weight)
    found: Array = (own_repeats + prior * net) / (own_chances + prior)
    return np.clip(np.maximum(found, net), 1e-3, 0.999)
