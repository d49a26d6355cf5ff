"""The work of `air_network.py` done by hand in pandas and in Polars, month by month, as a careful analyst would.

Both start from the same Parquet files and end in the same tables; both take their limits and breakpoints from the
project's rules. They do less: binary sums instead of exact ones, no basis without dust, no regions, no attainment, no
reasons for what is void. Before a value is rounded half to even its binary noise is cut off at nine decimals.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl

from saishang.science.air.series import DAILY, LINEAR, AirRules

__all__ = ["COLUMNS", "pandas_tables", "polars_tables"]

COLUMNS = ["station", "parameter", "start", "end", "value", "qualifier"]
REQUIRED = ("SO2", "NO2", "CO", "O3_8H", "PM10", "PM2.5")
KINDS = {"month": 1, "quarter": 3, "year": 12}


def half_even(values: Any, places: int | np.ndarray = 0) -> Any:
    """Round half to even after cutting off the noise of binary sums."""
    scale = 10.0**places
    return np.rint(np.round(values * scale, 8)) / scale


def sub_index(rules: AirRules, year: int, code: str, values: np.ndarray) -> np.ndarray:
    """Sub-index of one parameter's rounded concentrations, rounded up."""
    column = rules.index_on(_day(year)).columns[code]
    x, y = (np.array(part, dtype=float) for part in zip(*column.pairs, strict=True))
    found = np.ceil(np.round(np.interp(values * 10.0, x, y), 7))
    return np.where(values * 10.0 > x[-1], np.nan if column.beyond is None else column.beyond, found)


def ozone_windows(wide: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Largest 8-hour mean and largest hour of station days, shape (day, 24) → (day,); NaN where void."""
    there = ~np.isnan(wide)
    total = np.cumsum(np.where(there, wide, 0.0), axis=1)
    count = np.cumsum(there, axis=1)
    pad = np.zeros((len(wide), 1))
    total, count = np.hstack([pad, total]), np.hstack([pad, count])
    sums, hours = total[:, 8:] - total[:, :-8], count[:, 8:] - count[:, :-8]
    means = np.where(hours >= 6, sums / np.maximum(hours, 1), -np.inf)
    best = means.max(axis=1)
    stands = ((hours >= 6).sum(axis=1) >= 14) | (best > 160)
    top = np.where(there, wide, -np.inf).max(axis=1)
    return np.where(stands, best, np.nan), np.where(there.sum(axis=1) >= 20, top, np.nan)


def index_of(rules: AirRules, year: int, wide: dict[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Index, primary pollutants and completeness of city days from unrounded concentrations by parameter."""
    parts = {}
    for code, values in wide.items():
        parts[code] = sub_index(rules, year, code, half_even(values, 1 if code == "CO" else 0))
    together = np.stack([parts[code] for code in DAILY])
    aqi = np.where(np.isnan(together).all(axis=0), np.nan, np.nanmax(np.nan_to_num(together, nan=-1), axis=0))
    primary = np.full(len(aqi), "", dtype=object)
    for code in DAILY:
        leads = (aqi > 50) & (parts[code] == aqi)
        primary[leads] = primary[leads] + np.where(primary[leads] == "", code, "," + code)
    complete = ~np.isnan(np.stack([parts[code] for code in REQUIRED])).any(axis=0)
    return aqi, primary, complete


def pandas_tables(files: Sequence[Path], stations: pd.DataFrame, rules: AirRules) -> dict[str, pd.DataFrame]:
    """Every table in pandas."""
    days = pd.concat([_pandas_month(path) for path in files], ignore_index=True)
    counted = stations[stations.city_mean]
    expected = counted.groupby("region").size().rename("expected")
    joined = days.merge(counted[["station", "region"]], on="station")
    cities = joined.groupby(["region", "parameter", "day"])["value"].agg(["mean", "count"]).reset_index()
    cities = cities.merge(expected, on="region")
    cities = cities[cities["count"] * 100 >= cities.expected * 75].rename(columns={"mean": "value"})
    cities = cities[["region", "parameter", "day", "value"]]
    year = int(days.day.dt.year.iloc[0])
    wide = cities.pivot(index=["region", "day"], columns="parameter", values="value").reindex(columns=list(DAILY))
    aqi, primary, complete = index_of(rules, year, {code: wide[code].to_numpy() for code in DAILY})
    index = wide.index.to_frame(index=False).assign(aqi=aqi, primary=primary, complete=complete)
    figures = [
        _pandas_figures(frame.rename(columns={key: "id"}), scope, kind, rules)
        for frame, key, scope in ((days, "station", "station"), (cities, "region", "city"))
        for kind in KINDS
    ]
    statistics = pd.concat(figures, ignore_index=True)
    composite = _pandas_composite(statistics, rules)
    return {
        "station_daily": days,
        "city_daily": cities,
        "city_aqi": index[["region", "day", "aqi", "primary"]],
        "period_statistics": statistics,
        "period_days": _pandas_good_days(index),
        "composite": composite,
        "ranking": composite.assign(
            rank=composite.where(composite.valid).groupby("period")["value"].rank(method="min")
        )[["id", "period", "rank"]],
    }


def _pandas_month(path: Path) -> pd.DataFrame:
    """Station days of one file, void days left out."""
    frame = pd.read_parquet(path, columns=COLUMNS)
    fit = frame.value.between(0, 1e6) & (frame.end - frame.start == pd.Timedelta(hours=1))
    fit &= frame.qualifier.isna() | (frame.qualifier == "<")
    frame = frame[fit]
    frame = frame.assign(day=frame.start.dt.normalize(), hour=frame.start.dt.hour)
    linear = frame[frame.parameter.isin(LINEAR)].groupby(["station", "parameter", "day"])["value"]
    means = linear.agg(["mean", "count"]).reset_index()
    means = means[means["count"].between(20, 24)].rename(columns={"mean": "value"})
    ozone = frame[frame.parameter == "O3"].pivot(index=["station", "day"], columns="hour", values="value")
    eight, one = ozone_windows(ozone.reindex(columns=range(24)).to_numpy())
    keys = ozone.index.to_frame(index=False)
    parts = [means[["station", "parameter", "day", "value"]]]
    parts += [keys.assign(parameter=code, value=v).dropna() for code, v in (("O3_8H", eight), ("O3_1H", one))]
    return pd.concat(parts, ignore_index=True)[["station", "parameter", "day", "value"]]


def _pandas_figures(frame: pd.DataFrame, scope: str, kind: str, rules: AirRules) -> pd.DataFrame:
    month = frame.day.dt.month
    period = _names(frame.day.dt.year, month, kind)
    found = []
    counts = frame.assign(period=period, month=month).groupby(["id", "parameter", "period", "month"]).size()
    enough = (counts >= np.where(counts.index.get_level_values("month") == 2, 25, 27)).groupby(level=[0, 1, 2]).sum()
    total = counts.groupby(level=[0, 1, 2]).sum()
    valid = ((enough == KINDS[kind]) & ((total >= 324) | (kind != "year"))).rename("valid")
    groups = frame.assign(period=period).groupby(["id", "parameter", "period"])["value"]
    found.append(groups.mean().rename("value").reset_index().assign(statistic="mean"))
    if scope == "city" or kind == "year":
        for code, percent in rules.percentiles.items():
            chosen = frame[frame.parameter == code].assign(period=period[frame.parameter == code])
            ranks = chosen.groupby(["id", "parameter", "period"])["value"].quantile(percent / 100)
            found.append(ranks.rename("value").reset_index().assign(statistic=f"p{percent}"))
    every = pd.concat(found, ignore_index=True).merge(valid.reset_index(), on=["id", "parameter", "period"])
    rounded = half_even(every.value.to_numpy(), np.where(every.parameter == "CO", 1, 0))
    return every.assign(scope=scope, rounded=rounded)


def _pandas_composite(statistics: pd.DataFrame, rules: AirRules) -> pd.DataFrame:
    rule = next(r for r in rules.composites if r.name)
    wanted = dict.fromkeys(rule.bounds, "mean") | {"CO": "p95", "O3_8H": "p90"}
    cities = statistics[statistics.scope == "city"]
    cities = cities[cities.statistic == cities.parameter.map(wanted)]
    bound = cities.parameter.map(rule.bounds) / 1000
    single = half_even((cities.rounded / bound).to_numpy(), 2)
    grouped = cities.assign(single=single).groupby(["id", "period"])
    found = grouped.agg(value=("single", "sum"), n=("single", "count"), valid=("valid", "all")).reset_index()
    return found[found.n == 6].assign(value=lambda t: half_even(t.value.to_numpy(), 2)).drop(columns="n")


def _pandas_good_days(index: pd.DataFrame) -> pd.DataFrame:
    fit = index[index.complete | (index.aqi > 100)]
    found = []
    for kind in KINDS:
        period = _names(fit.day.dt.year, fit.day.dt.month, kind)
        counts = fit.assign(period=period, good=fit.aqi <= 100).groupby(["region", "period"])
        found.append(counts.agg(days_valid=("aqi", "count"), good=("good", "sum")).reset_index())
    return pd.concat(found, ignore_index=True).rename(columns={"region": "id"})


def polars_tables(files: Sequence[Path], stations: pl.DataFrame, rules: AirRules) -> dict[str, pl.DataFrame]:
    """Every table in Polars."""
    days = pl.concat([_polars_month(path) for path in files])
    counted = stations.filter("city_mean")
    expected = counted.group_by("region").len("expected")
    cities = (
        days.join(counted.select("station", "region"), on="station")
        .group_by("region", "parameter", "day")
        .agg(pl.col("value").mean(), pl.len().alias("count"))
        .join(expected, on="region")
        .filter(pl.col("count") * 100 >= pl.col("expected") * 75)
        .select("region", "parameter", "day", "value")
    )
    year = days["day"].dt.year()[0]
    wide = cities.pivot(on="parameter", index=["region", "day"], values="value")
    columns = {
        code: wide[code].cast(pl.Float64).fill_null(float("nan")).to_numpy()
        if code in wide.columns
        else np.full(len(wide), np.nan)
        for code in DAILY
    }
    aqi, primary, complete = index_of(rules, year, columns)
    index = wide.select("region", "day").with_columns(
        aqi=pl.Series(aqi), primary=pl.Series(list(primary), dtype=pl.String), complete=pl.Series(complete)
    )
    figures = [
        _polars_figures(frame.rename({key: "id"}), scope, kind, rules)
        for frame, key, scope in ((days, "station", "station"), (cities, "region", "city"))
        for kind in KINDS
    ]
    statistics = pl.concat(figures)
    composite = _polars_composite(statistics, rules)
    ranked = composite.with_columns(rank=pl.when("valid").then("value").rank("min").over("period").cast(pl.Float64))
    return {
        "station_daily": days,
        "city_daily": cities,
        "city_aqi": index.select("region", "day", "aqi", "primary"),
        "period_statistics": statistics,
        "period_days": _polars_good_days(index),
        "composite": composite,
        "ranking": ranked.select("id", "period", "rank"),
    }


def _polars_month(path: Path) -> pl.DataFrame:
    value, hour = pl.col("value"), pl.col("hour")
    rows = (
        pl.scan_parquet(path, hive_partitioning=False)
        .select(COLUMNS)
        .filter(
            value.is_between(0, 1e6),
            pl.col("end") - pl.col("start") == pl.duration(hours=1),
            pl.col("qualifier").is_null() | (pl.col("qualifier") == "<"),
        )
        .with_columns(day=pl.col("start").dt.date(), hour=pl.col("start").dt.hour())
    )
    linear = (
        rows.filter(pl.col("parameter").is_in(list(LINEAR)))
        .group_by("station", "parameter", "day")
        .agg(value.mean(), pl.len().alias("count"))
        .filter(pl.col("count").is_between(20, 24))
        .select("station", "parameter", "day", "value")
    )
    hours = [value.filter(hour == h).max().alias(f"h{h}") for h in range(24)]
    ozone = rows.filter(pl.col("parameter") == "O3").group_by("station", "day").agg(hours)
    means, wide = pl.collect_all([linear, ozone], engine="streaming")
    eight, one = ozone_windows(wide.select(f"h{h}" for h in range(24)).fill_null(float("nan")).to_numpy())
    parts = [means]
    for code, values in (("O3_8H", eight), ("O3_1H", one)):
        found = wide.select("station", parameter=pl.lit(code), day="day", value=pl.Series(values))
        parts.append(found.filter(pl.col("value").is_not_nan()))
    return pl.concat(parts)


def _polars_figures(frame: pl.DataFrame, scope: str, kind: str, rules: AirRules) -> pl.DataFrame:
    month = pl.col("day").dt.month()
    dated = frame.with_columns(period=_period(kind), month=month)
    keys = ["id", "parameter", "period"]
    counts = dated.group_by(*keys, "month").len("n")
    valid = counts.group_by(keys).agg(
        valid=((pl.col("n") >= pl.when(pl.col("month") == 2).then(25).otherwise(27)).sum() == KINDS[kind])
        & ((pl.col("n").sum() >= 324) | (kind != "year"))
    )
    found = [dated.group_by(keys).agg(pl.col("value").mean()).with_columns(statistic=pl.lit("mean"))]
    if scope == "city" or kind == "year":
        for code, percent in rules.percentiles.items():
            chosen = dated.filter(pl.col("parameter") == code)
            ranks = chosen.group_by(keys).agg(pl.col("value").quantile(percent / 100, "linear"))
            found.append(ranks.with_columns(statistic=pl.lit(f"p{percent}")))
    every = pl.concat(found).join(valid, on=keys)
    places = np.where((every["parameter"] == "CO").to_numpy(), 1, 0)
    return every.with_columns(scope=pl.lit(scope), rounded=pl.Series(half_even(every["value"].to_numpy(), places)))


def _polars_composite(statistics: pl.DataFrame, rules: AirRules) -> pl.DataFrame:
    rule = next(r for r in rules.composites if r.name)
    wanted = dict.fromkeys(rule.bounds, "mean") | {"CO": "p95", "O3_8H": "p90"}
    parameter = pl.col("parameter")
    cities = statistics.filter(
        pl.col("scope") == "city", pl.col("statistic") == parameter.replace_strict(wanted, default="none")
    ).with_columns(bound=parameter.replace_strict(rule.bounds, default=1) / 1000)
    single = half_even((cities["rounded"] / cities["bound"]).to_numpy(), 2)
    found = (
        cities.with_columns(single=pl.Series(single))
        .group_by("id", "period")
        .agg(pl.col("single").sum().alias("value"), pl.len().alias("n"), pl.col("valid").all())
        .filter(pl.col("n") == 6)
        .drop("n")
    )
    return found.with_columns(value=pl.Series(half_even(found["value"].to_numpy(), 2)))


def _polars_good_days(index: pl.DataFrame) -> pl.DataFrame:
    fit = index.filter(pl.col("complete") | (pl.col("aqi") > 100))
    return pl.concat(
        fit.group_by(pl.col("region").alias("id"), _period(kind)).agg(
            days_valid=pl.len().cast(pl.Int64), good=(pl.col("aqi") <= 100).sum().cast(pl.Int64)
        )
        for kind in KINDS
    )


def _period(kind: str) -> pl.Expr:
    year, month = pl.col("day").dt.strftime("%Y"), pl.col("day").dt.month()
    form: dict[str, Callable[[], pl.Expr]] = {
        "year": lambda: year,
        "quarter": lambda: year + "-Q" + ((month + 2) // 3).cast(pl.String),
        "month": lambda: pl.col("day").dt.strftime("%Y-%m"),
    }
    return form[kind]().alias("period")


def _names(year: pd.Series, month: pd.Series, kind: str) -> pd.Series:
    text = year.astype(str)
    if kind == "year":
        return text
    if kind == "quarter":
        return text + "-Q" + ((month + 2) // 3).astype(str)
    return text + "-" + month.astype(str).str.zfill(2)


def _day(year: int) -> Any:
    return pd.Timestamp(year, 1, 1).date()
