"""Paths of the air backwards in time, from the wind at a few points.

Kinematic, at one level: each step follows the wind at its middle by Petterssen's scheme (1940), the one that HYSPLIT
uses (Draxler & Hess 1998, Australian Meteorological Magazine 47:295). Between points the wind is weighted by inverse
distance, between days it runs straight from the middle of one to the middle of the next. No vertical motion, no
mixing: with winds near the ground such a path says where surface air drifted, not where a whole polluted layer came
from.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from saishang.science.numbers import InputError
from saishang.science.origin.wind import Floats

__all__ = ["EARTH_KM", "Field", "Paths", "back_paths", "distance_km", "leave_one_out"]

#: Mean radius of the earth [km].
EARTH_KM = 6371.0
_M_PER_DEGREE = EARTH_KM * 1000.0 * np.pi / 180.0
#: Wind at places (lon, lat) [°] and times [days]: components [m/s], NaN where the field does not reach.
Wind = Callable[[Floats, Floats, Floats], tuple[Floats, Floats]]


def distance_km(lon_a: Floats, lat_a: Floats, lon_b: Floats, lat_b: Floats) -> Floats:
    """Distance of places along the great circle (haversine); arrays spread against each other."""
    east, north = np.radians(lon_b - lon_a), np.radians(lat_b - lat_a)
    chord = np.sin(north / 2) ** 2 + np.cos(np.radians(lat_a)) * np.cos(np.radians(lat_b)) * np.sin(east / 2) ** 2
    return np.asarray(2 * EARTH_KM * np.arcsin(np.sqrt(np.clip(chord, 0, 1))))


@dataclass(frozen=True)
class Field:
    """Daily winds at points, as a wind field.

    Attributes
    ----------
    lon, lat:
        Points [°].
    u, v:
        Daily means [day, point], NaN where a day is missing; day 0 covers the time 0 … 1.
    power:
        Exponent of the inverse distance.
    reach_km:
        A place with no point so near has no wind.
    """

    lon: Floats
    lat: Floats
    u: Floats
    v: Floats
    power: float = 2.0
    reach_km: float = np.inf

    def __post_init__(self) -> None:
        if self.u.shape != self.v.shape or self.u.shape[1:] != self.lon.shape or self.lon.shape != self.lat.shape:
            raise InputError("Winds and points do not fit together.", fix="Give u and v as [day, point].")

    def at(self, lon: Floats, lat: Floats, time: Floats) -> tuple[Floats, Floats]:
        """Wind at places and times [days since the first]; missing where no point near has both days around."""
        moment = np.asarray(time, dtype=float) - 0.5
        before = np.floor(moment).astype(np.int64)
        part = (moment - before)[:, None]
        weight = self.weights(lon, lat)
        days = len(self.u)
        inside = (before >= -1) & (before < days)
        # Half a day beyond the ends is the first or last day itself.
        first, last = np.clip(before, 0, days - 1), np.clip(before + 1, 0, days - 1)
        found = []
        for each in (self.u, self.v):
            wind = each[first] * (1 - part) + each[last] * part
            known = ~np.isnan(wind) & inside[:, None]
            total = (weight * known).sum(axis=1)
            with np.errstate(invalid="ignore", divide="ignore"):
                found.append(np.where(total > 0, (weight * np.where(known, wind, 0.0)).sum(axis=1) / total, np.nan))
        return found[0], found[1]

    def weights(self, lon: Floats, lat: Floats) -> Floats:
        """Weights [place, point], not yet divided by their sum."""
        away = distance_km(lon[:, None], lat[:, None], self.lon[None, :], self.lat[None, :])
        # Within a kilometre of a point the wind is the point's.
        weight = np.maximum(away, 1.0) ** -self.power
        return np.asarray(np.where(away.min(axis=1, keepdims=True) <= self.reach_km, weight, 0.0))


def leave_one_out(field: Field) -> tuple[Floats, Floats]:
    """How wrong the interpolated wind is at each point when the point itself is left out.

    Returns
    -------
    (error, spread):
        Root mean square of the vector error [m/s] at each point, and of the wind's own departure from its mean: an
        error as large as the spread means that the others say nothing about this point.
    """
    size = len(field.lon)
    error, spread = np.full(size, np.nan), np.full(size, np.nan)
    for one in range(size):
        others = np.arange(size) != one
        if not others.any():
            continue
        rest = Field(field.lon[others], field.lat[others], field.u[:, others], field.v[:, others], field.power)
        days = np.arange(len(field.u), dtype=np.float64) + 0.5
        u, v = rest.at(np.full(len(days), field.lon[one]), np.full(len(days), field.lat[one]), days)
        known = ~np.isnan(u + field.u[:, one])
        if not known.any():
            continue
        du, dv = (field.u[:, one] - u)[known], (field.v[:, one] - v)[known]
        error[one] = np.sqrt(np.mean(du**2 + dv**2))
        own_u, own_v = field.u[known, one], field.v[known, one]
        spread[one] = np.sqrt(np.var(own_u) + np.var(own_v))
    return error, spread


@dataclass(frozen=True)
class Paths:
    """Paths [path, step], step 0 at the place itself; NaN from where a path has left the field.

    Attributes
    ----------
    hours:
        Time of each step before the arrival.
    """

    lon: Floats
    lat: Floats
    hours: Floats

    @property
    def lasting(self) -> Floats:
        """Hours that each path lasted."""
        steps = (~np.isnan(self.lon)).sum(axis=1) - 1
        return np.asarray(self.hours[np.maximum(steps, 0)])


def back_paths(wind: Wind, lon: Floats, lat: Floats, time: Floats, *, hours: float, step: float = 1.0) -> Paths:
    """Follow the air that arrives at places and times back for so many hours.

    Parameters
    ----------
    wind:
        `Field.at`, or any function of places and times [days].
    step:
        Length of a step [h]; it must divide `hours`.
    """
    steps = round(hours / step)
    if step <= 0 or steps < 1 or abs(steps * step - hours) > 1e-9:
        raise InputError("The hours of a path must be a whole number of steps.", fix="Use steps of one hour.")
    at_lon, at_lat = np.asarray(lon, dtype=float).copy(), np.asarray(lat, dtype=float).copy()
    now = np.asarray(time, dtype=float)
    lons, lats = [at_lon], [at_lat]
    seconds, days = step * 3600.0, step / 24.0
    u, v = wind(at_lon, at_lat, now)
    for number in range(1, steps + 1):
        then = np.asarray(time, dtype=float) - number * days
        guess_lon, guess_lat = _moved(at_lon, at_lat, u, v, seconds)
        u_there, v_there = wind(guess_lon, guess_lat, then)
        at_lon, at_lat = _moved(at_lon, at_lat, (u + u_there) / 2, (v + v_there) / 2, seconds)
        u, v = wind(at_lon, at_lat, then)
        lons.append(at_lon)
        lats.append(at_lat)
    return Paths(np.stack(lons, axis=1), np.stack(lats, axis=1), np.arange(steps + 1, dtype=np.float64) * step)


def _moved(lon: Floats, lat: Floats, u: Floats, v: Floats, seconds: float) -> tuple[Floats, Floats]:
    """Places from which the air came in so many seconds."""
    north = lat - v * seconds / _M_PER_DEGREE
    # The circle of latitude half way: a step north and back again must end where it began.
    width = np.cos(np.radians((lat + north) / 2))
    return lon - u * seconds / (_M_PER_DEGREE * width), north
