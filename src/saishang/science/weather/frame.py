"""Rows of a series with their weather: what the trees see of a day (or an hour), in one fixed order.

The order is that of time, whatever order the values came in, so that permuting the input changes no digit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
from numpy.typing import NDArray

from saishang.science.weather.rule import WeatherRule

__all__ = ["Floats", "Frame", "Ints", "Weather", "build_frame"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
#: Moment → weather parameter → value in its canonical unit.
Weather = Mapping[date, Mapping[str, float | None]]
_DAY = 24


@dataclass(frozen=True)
class Frame:
    """Rows with a value and whole weather, and all whole weather that may be drawn.

    Attributes
    ----------
    moments:
        Days, or beginnings of hours, ascending; shape (n,).
    values:
        Concentrations; shape (n,).
    weather, names:
        Shape (n, features); `X@before` is the mean of X over the 24 hours before.
    calendar, calendar_names:
        Day of the year, day of the week (Monday 0), hour where hourly, days since the first row.
    day:
        Days since the first row, whole; what blocks are cut by.
    pool, pool_day_of_year, pool_hour:
        Weather of every moment that has it whole, with a value of the air or without.
    no_value, no_weather:
        Moments of the series without a value above 0, and those left out because their weather is not whole.
    """

    moments: tuple[date, ...]
    values: Floats
    weather: Floats
    names: tuple[str, ...]
    calendar: Floats
    calendar_names: tuple[str, ...]
    day: Ints
    pool: Floats
    pool_day_of_year: Ints
    pool_hour: Ints
    pool_years: tuple[int, ...]
    hourly: bool
    no_value: int
    no_weather: int

    @property
    def day_of_year(self) -> Ints:
        """Day of the year of every row."""
        return self.calendar[:, 0].astype(np.int64)

    @property
    def hour(self) -> Ints:
        """Hour of every row; 0 for days."""
        return np.array([_hour(moment) for moment in self.moments], dtype=np.int64)

    @property
    def inputs(self) -> Floats:
        """Weather and calendar side by side, as the trees take them."""
        return np.hstack([self.weather, self.calendar])


def build_frame(values: Mapping[date, float | None], weather: Weather, rule: WeatherRule) -> Frame:
    """Put values and weather together.

    Parameters
    ----------
    values:
        Day or beginning of an hour → concentration. A moment without a value above 0 does not count: the split is one
        of ratios.
    weather:
        As `values`. A moment that lacks one of the features, or whose day before lacks one of `rule.before`, is left
        out and counted; nothing is filled in.
    """
    hourly = any(isinstance(moment, datetime) for moment in values)
    vectors = _vectors(weather, rule, hourly)
    given = sorted(moment for moment, value in values.items() if value is not None and value > 0)
    moments = tuple(moment for moment in given if moment in vectors)
    drawn = sorted(vectors)
    names = (*rule.features, *(f"{name}@before" for name in rule.before))
    first = moments[0].toordinal() if moments else 0
    hours = np.array([_hour(moment) for moment in moments], dtype=float)
    day = np.array([moment.toordinal() - first for moment in moments], dtype=np.int64)
    columns = [
        np.array([moment.timetuple().tm_yday for moment in moments], dtype=float),
        np.array([moment.weekday() for moment in moments], dtype=float),
        *([hours] if hourly else []),
        day + hours / _DAY,
    ]
    width = len(names)
    return Frame(
        moments=moments,
        values=np.array([values[moment] for moment in moments], dtype=float),
        weather=np.array([vectors[moment] for moment in moments], dtype=float).reshape(-1, width),
        names=names,
        calendar=np.column_stack(columns),
        calendar_names=("season", "weekday", *(["hour"] if hourly else []), "trend"),
        day=day,
        pool=np.array([vectors[moment] for moment in drawn], dtype=float).reshape(-1, width),
        pool_day_of_year=np.array([moment.timetuple().tm_yday for moment in drawn], dtype=np.int64),
        pool_hour=np.array([_hour(moment) for moment in drawn], dtype=np.int64),
        pool_years=tuple(sorted({moment.year for moment in drawn})),
        hourly=hourly,
        no_value=len(values) - len(given),
        no_weather=len(given) - len(moments),
    )


def _vectors(weather: Weather, rule: WeatherRule, hourly: bool) -> dict[date, list[float]]:
    """Feature vectors of the moments that have all of them."""
    if not weather:
        return {}
    moments = sorted(weather)
    steps = _DAY if hourly else 1
    table = np.array(
        [[_number(weather[moment].get(name)) for name in (*rule.features, *rule.before)] for moment in moments],
        dtype=float,
    ).reshape(len(moments), -1)
    place = np.array([_step(moment, steps) for moment in moments], dtype=np.int64)
    # On a line of all moments, so that "before" means before in time and not in the file.
    line = np.full((int(place[-1] - place[0]) + 1, table.shape[1]), np.nan)
    line[place - place[0]] = table
    own = line[:, : len(rule.features)]
    lagged = np.full((len(line), len(rule.before)), np.nan)
    for back in range(1, steps + 1):
        shifted = np.vstack(
            [np.full((min(back, len(line)), len(rule.before)), np.nan), line[:-back, len(rule.features) :]]
        )
        lagged = shifted if back == 1 else lagged + shifted
    whole = np.hstack([own, lagged / steps])[place - place[0]]
    return {moment: list(row) for moment, row in zip(moments, whole, strict=True) if not np.isnan(row).any()}


def _step(moment: date, steps: int) -> int:
    return moment.toordinal() * steps + (_hour(moment) if steps > 1 else 0)


def _hour(moment: date) -> int:
    return moment.hour if isinstance(moment, datetime) else 0


def _number(value: float | None) -> float:
    return float("nan") if value is None else float(value)
