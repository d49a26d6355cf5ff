"""Series with a known answer: real weather of Yinchuan, a known law of the air, noise in spells, and a planted step.

The law multiplies a winter of heating, still air, damp air, sunshine, wind from far (dust) and a weekday; none of its
forms is one that trees represent exactly. What the step does is known, so that the split can be held against it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

import saishang.demo_data

__all__ = ["STEP", "planted", "windy_after", "yinchuan_weather"]

#: Day of the planted step.
STEP = date(2017, 1, 1)
_COLUMNS = {
    "t_mean_c": "T",
    "rh_mean_pct": "RH",
    "ws_mean_ms": "WS",
    "gust_ms": "GUST",
    "sunshine_h": "SUN",
    "precip_mm": "PRECIP",
}
Days = Mapping[date, Mapping[str, float | None]]


def yinchuan_weather() -> dict[date, dict[str, float | None]]:
    """Day → weather, 2014 to 2019, from the package's demonstration data (pressure in hPa)."""
    path = Path(saishang.demo_data.__file__).parent / "met_daily_yinchuan_2014_2019.parquet"
    found: dict[date, dict[str, float | None]] = {}
    for row in pq.read_table(path).to_pylist():
        day = date.fromisoformat(str(row["date"])[:10])
        found[day] = {name: row[column] for column, name in _COLUMNS.items()}
        found[day]["P"] = None if row["p_mean_pa"] is None else row["p_mean_pa"] / 100
    return found


def planted(
    weather: Days, change: float, *, seed: int, noise: float = 0.2, carried: float = 0.3, gaps: tuple[int, ...] = ()
) -> dict[date, float | None]:
    """Concentrations of every day with weather; from `STEP` on they are `1 + change` times as high.

    Parameters
    ----------
    noise, carried:
        Standard deviation of the logarithm of the noise, and how much of it carries over to the next day.
    gaps:
        Years without any value.
    """
    rng = np.random.default_rng(seed)
    values: dict[date, float | None] = {}
    state, before = 0.0, None
    for day in sorted(weather):
        sky = {name: value if value is not None else 0.0 for name, value in weather[day].items()}
        state = carried * state + noise * float(np.sqrt(1 - carried**2)) * rng.standard_normal()
        winter = 0.45 * np.cos(2 * np.pi * (day.timetuple().tm_yday - 10) / 365.25)
        still = 0.7 * np.exp(-sky["WS"] / 1.2) + (0.0 if before is None else 0.3 * np.exp(-before / 1.2))
        damp = 0.006 * max(sky["RH"] - 40, 0) - 0.25 * min(sky["PRECIP"], 8) / 8
        dust = 0.6 if sky["GUST"] > 14 and sky["RH"] < 40 else 0.0
        law = 3.4 + winter + still + damp + dust - 0.012 * sky["SUN"] - (0.04 if day.weekday() == 6 else 0)
        step = np.log1p(change) if day >= STEP else 0.0
        values[day] = None if day.year in gaps else float(np.exp(law + step + state))
        before = sky["WS"]
    return values


def windy_after(weather: Days) -> dict[date, dict[str, float | None]]:
    """The same days in another order: each month's windiest years come after the step, the stillest before it.

    Weather and step then go the same way, and whoever only looks at the change takes the one for the other.
    """
    years = sorted({day.year for day in weather})
    found: dict[date, dict[str, float | None]] = {}
    for month in range(1, 13):
        wind = {
            year: np.mean([w["WS"] or 0.0 for day, w in weather.items() if (day.year, day.month) == (year, month)])
            for year in years
        }
        for target, origin in zip(years, sorted(years, key=lambda year: wind[year]), strict=True):
            for day, w in weather.items():
                if (day.year, day.month) == (origin, month) and (month, day.day) != (2, 29):
                    found[date(target, month, day.day)] = dict(w)
    return found
