"""The network series of `weather.py`: UCI Beijing Multi-Site, hourly, with the stations' own weather (CC BY 4.0)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

from saishang.science.weather.frame import Frame
from saishang.science.weather.rule import Trees, WeatherRule

__all__ = ["FEATURES", "hourly_rule", "linear_r2", "read_hours"]

FEATURES = ("T", "RH", "WS", "WIND_EAST", "WIND_NORTH", "PRECIP", "P")
_POINTS = ["N", "NNE", "NE", "ENE", "E", "ESE", "SE", "SSE", "S", "SSW", "SW", "WSW", "W", "WNW", "NW", "NNW"]
_ANGLE = {name: np.deg2rad(22.5 * place) for place, name in enumerate(_POINTS)}
Hours = dict[datetime, float | None]
Skies = dict[datetime, Mapping[str, float | None]]


def hourly_rule(rule: WeatherRule) -> WeatherRule:
    """The shipped rule for hours: more rows carry more trees; wind direction is there, as two components."""
    return replace(
        rule,
        features=FEATURES,
        before=("T", "RH", "WS", "PRECIP"),
        trees=Trees(number=150, rate=0.1, leaves=31, least_rows=100),
        draws=20,
        model_draws=10,
    )


def read_hours(path: Path, column: str, station: str | None = None) -> tuple[Hours, Skies]:
    """Hour → concentration [µg/m³], and hour → weather; humidity from the dew point (Magnus)."""
    filters = None if station is None else [("station", "=", station)]
    values: Hours = {}
    weather: Skies = {}
    for row in pq.read_table(path, filters=filters).to_pylist():
        values[row["time"]] = row[column]
        warm, dew, wind, point = row["temp_c"], row["dewp_c"], row["ws_ms"], row["wd"]
        humid = None if warm is None or dew is None else 100 * _vapour(dew) / _vapour(warm)
        angle = _ANGLE.get(point)
        flow = None if angle is None or wind is None else (wind * np.sin(angle), wind * np.cos(angle))
        weather[row["time"]] = {
            "T": warm,
            "RH": humid,
            "WS": wind,
            "P": row["pres_hpa"],
            "PRECIP": row["rain_mm"],
            "WIND_EAST": None if flow is None else float(flow[0]),
            "WIND_NORTH": None if flow is None else float(flow[1]),
        }
    return values, weather


def _vapour(celsius: float) -> float:
    return float(6.112 * np.exp(17.62 * celsius / (243.12 + celsius)))


def linear_r2(frame: Frame, folds: list[tuple[np.ndarray, np.ndarray]]) -> float:
    """Held-out R² of a least-squares line on the same weather, with harmonics of season and hour, weekday and trend."""
    season = 2 * np.pi * frame.calendar[:, 0] / 365.25
    hour = 2 * np.pi * frame.hour / 24
    weekday = np.eye(7)[frame.calendar[:, 1].astype(int)][:, 1:]
    columns = [np.ones(len(season)), frame.calendar[:, -1] / 365]
    for angle in (season, hour):
        for times in (1, 2, 3):
            columns += [np.sin(times * angle), np.cos(times * angle)]
    table = np.hstack(
        [np.column_stack(columns), weekday, (frame.weather - frame.weather.mean(0)) / frame.weather.std(0)]
    )
    expected = np.empty(len(season))
    for held, learned in folds:
        weights, *_ = np.linalg.lstsq(table[learned], frame.values[learned], rcond=None)
        expected[held] = table[held] @ weights
    return float(1 - np.sum((frame.values - expected) ** 2) / np.sum((frame.values - frame.values.mean()) ** 2))
