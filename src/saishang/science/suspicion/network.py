"""Hours of a network as arrays, its neighbours, and residuals against them: what every signal works on."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "HOURS",
    "LEAST_OUTER",
    "OUTER",
    "PARTICLES",
    "Answer",
    "Array",
    "Found",
    "Hours",
    "Network",
    "by_day",
    "middle",
    "robust_scale",
    "winsorised",
]

Array = NDArray[np.float64]
Hours = NDArray[np.datetime64]
HOURS = 24
_EARTH_KM = 6371.0
#: MAD × this = standard deviation of a normal distribution.
_NORMAL = 1.4826
PARTICLES = ("PM2.5", "PM10", "TSP")
#: Days count at most so many robust spreads, but at least this logarithm (40 % less, 65 % more).
OUTER, LEAST_OUTER = 3.0, 0.5


@dataclass(frozen=True)
class Found:
    """One stretch of one series that a signal points at, before false discoveries are controlled.

    Attributes
    ----------
    series:
        Place of the station in `Network.stations`.
    parameter:
        Code, or several joined by `/` for a ratio.
    begin, end:
        Hours of the stretch: `network.start[begin]` to `network.start[end]`, the end exclusive.
    log10_p:
        log10 of the probability of one test being at least as extreme when nothing is wrong.
    numbers:
        Evidence in figures, plain values.
    variant:
        Which question of the signal was asked (`own_past`, `month_end` …).
    other:
        The other station of a comparison, or -1.
    """

    series: int
    parameter: str
    begin: int
    end: int
    log10_p: float
    numbers: Mapping[str, Any]
    variant: str = ""
    other: int = -1


@dataclass(frozen=True)
class Answer:
    """What one question of a signal found, and log10 of how many tests it made: false discoveries are counted against
    all of them, question by question."""

    found: tuple[Found, ...]
    log10_tests: float

    @staticmethod
    def of(found: Sequence[Found], tests: float) -> Answer:
        """From a number of tests."""
        return Answer(tuple(found), math.log10(max(tests, 1)))


@dataclass(frozen=True)
class Network:
    """Hours of all stations on one grid.

    Attributes
    ----------
    start:
        Beginning of each hour, without a break, China Standard Time; begins at midnight [T].
    stations, groups:
        Codes, and the city of each [S].
    lon, lat:
        Degrees [S].
    values:
        Parameter → [T, S], NaN where there is no value [µg/m³; CO mg/m³].
    quantum:
        Parameter → smallest step in which it is reported.
    radius_km, most_neighbours:
        Who counts as a neighbour: the nearest ones within the radius.
    floors:
        Parameter → value added before logarithms are taken, so that clean air does not make ratios of nothing.
    dust:
        PM10 above which (here or around) an hour is one of blown dust: its particles are compared with nobody's.
    """

    start: Hours
    stations: tuple[str, ...]
    groups: tuple[str, ...]
    lon: Array
    lat: Array
    values: Mapping[str, Array]
    quantum: Mapping[str, float]
    radius_km: float
    most_neighbours: int
    floors: Mapping[str, float]
    dust: float = math.inf

    def __post_init__(self) -> None:
        if len(self.start) % HOURS or len(self.start) == 0:
            raise ValueError(f"expected whole days of hours, got {len(self.start)} hours")

    @property
    def days(self) -> int:
        """How many days the grid has."""
        return len(self.start) // HOURS

    @cached_property
    def neighbours(self) -> tuple[NDArray[np.intp], ...]:
        """Places of each station's neighbours, the nearest first."""
        lat, lon = np.radians(self.lat), np.radians(self.lon)
        part = np.sin((lat[:, None] - lat) / 2) ** 2
        part += np.cos(lat[:, None]) * np.cos(lat) * np.sin((lon[:, None] - lon) / 2) ** 2
        apart = 2 * _EARTH_KM * np.arcsin(np.sqrt(np.clip(part, 0, 1)))
        np.fill_diagonal(apart, np.inf)
        order = np.argsort(apart, axis=1, kind="stable")[:, : self.most_neighbours]
        return tuple(row[apart[place, row] <= self.radius_km] for place, row in enumerate(order))

    def around(self, parameter: str) -> Array:
        """Median of the neighbours that have a value, hour by hour; NaN with fewer than two [T, S]."""
        values = self.values[parameter]
        found = np.full(values.shape, np.nan)
        for place, near in enumerate(self.neighbours):
            if len(near) >= 2:
                found[:, place] = middle(values[:, near], at_least=2)
        return found

    def residual(self, parameter: str) -> Array:
        """ln((value + floor) / (neighbours' median + floor)) [T, S]; NaN where either is missing."""
        if parameter not in self._residuals:
            floor = self.floors[parameter]
            self._residuals[parameter] = np.log(
                np.maximum(self.values[parameter], 0) + floor
            ) - np.log(np.maximum(self.around(parameter), 0) + floor)  # fmt: skip
            if parameter in PARTICLES:
                self._residuals[parameter][self.dusty] = np.nan
        return self._residuals[parameter]

    @cached_property
    def dusty(self) -> NDArray[np.bool_]:
        """Hours of blown dust at or around each station [T, S]: fronts pass one station before another."""
        if "PM10" not in self.values:
            return np.zeros((len(self.start), len(self.stations)), dtype=bool)
        with np.errstate(invalid="ignore"):
            found: NDArray[np.bool_] = (self.values["PM10"] > self.dust) | (self.around("PM10") > self.dust)
        return found

    @cached_property
    def _residuals(self) -> dict[str, Array]:
        return {}

    def have(self, wanted: Sequence[str]) -> list[str]:
        """Those of the wanted parameters that the network measures."""
        return [code for code in wanted if code in self.values and not np.isnan(self.values[code]).all()]


def middle(values: Array, *, at_least: int = 1) -> Array:
    """Median along the last axis of what is there; NaN with fewer than `at_least` values."""
    ordered = np.sort(values, axis=-1)  # NaN last
    count = (~np.isnan(values)).sum(axis=-1)
    low = np.maximum(count - 1, 0) // 2
    high = count // 2
    high = np.minimum(high, values.shape[-1] - 1)
    found = (np.take_along_axis(ordered, low[..., None], -1) + np.take_along_axis(ordered, high[..., None], -1))[
        ..., 0
    ] / 2
    return np.where(count >= at_least, found, np.nan)


def by_day(values: Array, *, least_hours: int) -> Array:
    """Daily means [D, S] of hours [T, S]; NaN for a day with fewer hours."""
    days = values.reshape(-1, HOURS, values.shape[1])
    there = ~np.isnan(days)
    count = there.sum(axis=1)
    total = np.where(there, days, 0).sum(axis=1)
    return np.where(count >= least_hours, total / np.maximum(count, 1), np.nan)


def winsorised(values: Array, spreads: float, *, least: float) -> Array:
    """Values held within so many robust spreads (at least `least`) of their column's median: a storm is no pattern."""
    centre, spread = robust_scale(values)
    reach = np.fmax(spreads * spread, least)
    found: Array = np.clip(values, centre - reach, centre + reach)
    return found


def robust_scale(values: Array, axis: int = 0) -> tuple[Array, Array]:
    """Median and MAD-based standard deviation along an axis, NaN left out; the spread is never 0 but NaN then."""
    moved = np.moveaxis(values, axis, -1)
    centre = middle(moved)
    spread = _NORMAL * middle(np.abs(moved - centre[..., None]))
    return centre, np.where(spread > 0, spread, np.nan)
