"""The work of `air_network.py` as people write it in pandas: long frames, groupby, rolling, merge; see `air_rivals.py`.

`rival_pandas.py` turns hours and days into arrays and works on those with NumPy. Here the rows stay rows: a rolling
mean over each station's hours, a calendar merged in, a share of valid stations by group. No loop over rows, no `apply`:
each step is the vectorised method that the documentation of pandas names for it. The tables of periods, which are
groupby and quantile in the other one already, are shared with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from air_rivals import COLUMNS, Spans
from rival_pandas import tables_of_days

from saishang.science.air.series import DAILY, LINEAR, AirRules

__all__ = ["frames_tables"]

_CELL = ["station", "parameter", "day"]


def frames_tables(
    files: Sequence[Path], stations: pd.DataFrame, dust: pd.DataFrame, rules: AirRules, spans: Spans
) -> dict[str, pd.DataFrame]:
    """Every table, from long frames."""
    found = pd.concat([_days(path, rules) for path in files], ignore_index=True)
    station_daily = _station_daily(found, stations, rules, spans)
    city_daily = _city_daily(station_daily, rules)
    wide = station_daily.pivot(index=["station", "day"], columns="parameter", values="value")
    cities = city_daily.pivot(index=["region", "day"], columns="parameter", values="value")
    return {
        "station_daily": station_daily,
        "city_daily": city_daily,
        **tables_of_days(wide[list(DAILY)], cities[list(DAILY)], dust, rules, spans),
    }


def _days(path: Path, rules: AirRules) -> pd.DataFrame:
    """Days of one file's stations that have any hour: `station, parameter, day, value, hours, windows`."""
    frame = pd.read_parquet(path, columns=COLUMNS)
    frame = frame[
        frame.value.between(0, 1e6)
        & (frame.end - frame.start == pd.Timedelta(hours=1))
        & (frame.qualifier.isna() | (frame.qualifier == "<"))
    ]
    frame = frame.assign(day=frame.start.dt.normalize())
    linear = frame[frame.parameter.isin(LINEAR)].groupby(_CELL)["value"].agg(value="mean", hours="count").reset_index()
    hours = frame[frame.parameter == "O3"]
    largest = hours.groupby(["station", "day"])["value"].agg(value="max", hours="count").reset_index()
    eight = _windows(hours, rules).merge(largest[["station", "day", "hours"]], on=["station", "day"])
    return pd.concat([linear, largest.assign(parameter="O3_1H"), eight.assign(parameter="O3_8H")], ignore_index=True)


def _windows(hours: pd.DataFrame, rules: AirRules) -> pd.DataFrame:
    """Largest 8-hour mean and number of windows of a station's day: `station, day, value, windows`."""
    clock = pd.date_range(hours.day.min(), hours.day.max() + pd.Timedelta(hours=23), freq="h")
    # Every hour of every station: a window may end in an hour that was not measured.
    every = pd.MultiIndex.from_product([hours.station.unique(), clock], names=["station", "start"])
    series = hours.set_index(["station", "start"])["value"].reindex(every)
    rolled = series.groupby(level="station").rolling(rules.window_hours, min_periods=rules.min_window_hours).mean()
    means = rolled.droplevel(0).reset_index()
    means = means[means.start.dt.hour >= rules.first_end - 1]
    found = means.assign(day=means.start.dt.normalize()).groupby(["station", "day"])["value"]
    return found.agg(value="max", windows="count").reset_index()


def _station_daily(found: pd.DataFrame, stations: pd.DataFrame, rules: AirRules, spans: Spans) -> pd.DataFrame:
    """Every station, parameter and day of the calendar with its value or the reason why there is none."""
    days = pd.DataFrame({"day": pd.date_range(spans.first, spans.last)})
    known = stations[["station", "region", "city_mean"]]
    every = known.merge(pd.DataFrame({"parameter": DAILY}), how="cross").merge(days, how="cross")
    rows = every.merge(found, on=_CELL, how="left")
    rows["hours"] = rows.hours.fillna(0).astype("int64")
    eight, twice = rows.parameter == "O3_8H", rows.hours > 24
    enough = ((rows.hours >= rules.min_hours) & ~eight) | ((rows.windows >= rules.min_windows) & eight)
    stands = eight & (rows.value > rules.ozone_limit / 1000)
    short = [rows.hours == 0, twice, enough, stands, eight]
    rows["reason"] = np.select(
        short, ["no_data", "duplicate_hours", None, "above_limit_stands", "windows_short"], default="hours_short"
    )
    rows["value"] = rows.value.where((enough | stands) & ~twice)
    rows["valid"] = rows.value.notna()
    rows = rows.rename(columns={"hours": "hours_present"}).drop(columns="windows")
    return rows.assign(hours_expected=24)


def _city_daily(station_daily: pd.DataFrame, rules: AirRules) -> pd.DataFrame:
    """Mean of the stations that count, where enough of them are valid."""
    counted = station_daily[station_daily.city_mean].groupby(["region", "parameter", "day"])["value"]
    rows = counted.agg(value="mean", stations_valid="count", stations_expected="size").reset_index()
    enough = (rows.stations_valid > 0) & (rows.stations_valid * 100 >= rows.stations_expected * rules.city_percent)
    rows["value"] = rows.value.where(enough)
    rows["valid"] = enough
    rows["reason"] = np.select([enough, rows.stations_valid == 0], [None, "no_data"], default="stations_short")
    return rows.assign(origin="stations")
