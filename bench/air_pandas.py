"""The evaluation of `air_network.py` in pandas, written as one would for speed: categories, one month at a time, NumPy
where rows lie in a regular grid. The numbers of the rules come from the same objects; nothing else is shared."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from saishang.science.air.series import AirRules

LINEAR = ("SO2", "NO2", "CO", "PM10", "PM2.5")
DAILY = ("SO2", "NO2", "CO", "O3_8H", "O3_1H", "PM10", "PM2.5")
PERCENT = {"SO2": 98, "NO2": 98, "PM10": 95, "PM2.5": 95, "CO": 95, "O3_8H": 90}
COMPOSITE = ("SO2", "NO2", "PM10", "PM2.5", "CO", "O3_8H")
LEVELS = (0, 50, 100, 150, 200, 300, 10_000)


def evaluate(
    files: list[Path], stations: pd.DataFrame, first: dt.date, last: dt.date, rules: AirRules
) -> dict[str, Any]:
    """Return the tables `station_daily city_daily city_aqi period_statistics period_days composite ranking`."""
    days = pd.date_range(first, last)
    station_days = _station_days(files, stations, days)
    city_days = _city_days(station_days, stations)
    aqi = _index(city_days, rules)
    calendar = _periods(days)
    figures = pd.concat(
        [_figures(station_days, "station", calendar, ("year",)), _figures(city_days, "region", calendar, None)],
        ignore_index=True,
    )
    figures = pd.concat([figures, _region(figures)], ignore_index=True)
    composite = _composite(figures, rules)
    return {
        "station_daily": station_days,
        "city_daily": city_days,
        "city_aqi": aqi,
        "period_statistics": figures,
        "period_days": _good_days(aqi, calendar),
        "composite": composite,
        "ranking": _ranking(composite, figures),
    }


def _station_days(files: list[Path], stations: pd.DataFrame, days: pd.DatetimeIndex) -> pd.DataFrame:
    sums, ozone = [], []
    columns = ["station", "parameter", "start", "end", "value", "qualifier"]
    for path in files:
        rows = pq.read_table(path, columns=columns, read_dictionary=["station", "parameter"]).to_pandas()
        hour = pd.Timedelta(hours=1)
        rows = rows[
            rows["value"].between(0, 1e6) & (rows["end"] - rows["start"] == hour)
            & (rows["qualifier"].isna() | (rows["qualifier"] == "<"))
        ]  # fmt: skip
        rows = rows[["station", "parameter", "start", "value"]]
        is_ozone = rows["parameter"] == "O3"
        linear = rows[~is_ozone].assign(day=lambda frame: frame["start"].dt.floor("D"))
        sums.append(
            linear.groupby(["station", "parameter", "day"], observed=True)["value"].agg(["sum", "count"]).reset_index()
        )
        ozone.append(_ozone(rows[is_ozone]))
    means = pd.concat(sums, ignore_index=True)
    means = means.assign(value=(means["sum"] / means["count"]).where(means["count"] >= 20), hours=means["count"])
    found = pd.concat([means[["station", "parameter", "day", "value", "hours"]], *ozone], ignore_index=True)
    found["station"] = found["station"].astype(str)
    found["parameter"] = found["parameter"].astype(str)
    grid = pd.MultiIndex.from_product([stations["station"], DAILY, days], names=["station", "parameter", "day"])
    full = found.set_index(["station", "parameter", "day"]).reindex(grid).reset_index()
    return full.assign(hours=full["hours"].fillna(0).astype("int64"))


def _ozone(rows: pd.DataFrame) -> pd.DataFrame:
    """MDA8 and largest hour from a dense (station, day, hour) block: running sums instead of a rolling window."""
    codes, names = pd.factorize(rows["station"])
    begin = rows["start"].min().floor("D")
    hour = ((rows["start"] - begin) / pd.Timedelta(hours=1)).round().astype("int64").to_numpy()
    count = int(hour.max()) // 24 + 1
    block = np.full((len(names), count * 24), np.nan)
    block[codes, hour] = rows["value"].to_numpy()
    block = block.reshape(len(names), count, 24)
    present = ~np.isnan(block)
    total = np.concatenate([np.zeros((*block.shape[:2], 1)), np.nancumsum(block, axis=2)], axis=2)
    hours = np.concatenate([np.zeros((*block.shape[:2], 1)), np.cumsum(present, axis=2)], axis=2)
    window, size = total[:, :, 8:] - total[:, :, :-8], hours[:, :, 8:] - hours[:, :, :-8]
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(size >= 6, window / size, -1.0)
    best, enough = mean.max(axis=2), (size >= 6).sum(axis=2) >= 14
    eight = np.where((enough & (best >= 0)) | (best > 160), best, np.nan)
    number = present.sum(axis=2)
    largest = np.where(number >= 20, np.where(present, block, -1.0).max(axis=2), np.nan)
    index = pd.MultiIndex.from_product([names, pd.date_range(begin, periods=count)], names=["station", "day"])
    parts = [
        pd.DataFrame({"value": values.ravel(), "hours": number.ravel()}, index=index)
        .assign(parameter=name)
        .reset_index()
        for name, values in (("O3_8H", eight), ("O3_1H", largest))
    ]
    return pd.concat(parts, ignore_index=True)


def _city_days(station_days: pd.DataFrame, stations: pd.DataFrame) -> pd.DataFrame:
    counted = station_days.merge(stations.loc[stations["city_mean"], ["station", "region"]], on="station")
    found = counted.groupby(["region", "parameter", "day"])["value"].agg(["mean", "count", "size"]).reset_index()
    enough = (found["count"] > 0) & (found["count"] * 100 >= found["size"] * 75)
    return found.assign(value=found["mean"].where(enough))[["region", "parameter", "day", "value"]]


def _index(city_days: pd.DataFrame, rules: AirRules) -> pd.DataFrame:
    wide = city_days.pivot(index=["region", "day"], columns="parameter", values="value")
    edition = rules.index_on(wide.index.get_level_values("day")[0].date())
    subs = pd.DataFrame(index=wide.index)
    for parameter, column in edition.columns.items():
        places = 1 if parameter == "CO" else 0
        value = np.round(wide[parameter].to_numpy(), places) * 10
        points = np.array(column.pairs, dtype=float)
        # 1e-9 keeps binary noise from pushing a whole number up to the next.
        found = np.ceil(np.interp(value, points[:, 0], points[:, 1]) - 1e-9)
        beyond = np.nan if column.beyond is None else column.beyond
        subs[f"iaqi_{parameter}"] = np.where(np.isnan(value), np.nan, np.where(value > points[-1, 0], beyond, found))
    names = [f"iaqi_{code}" for code in DAILY if f"iaqi_{code}" in subs]
    aqi = subs[names].max(axis=1)
    tops = subs[names].eq(aqi, axis=0).to_numpy() & (aqi > 50).to_numpy()[:, None]
    codes = np.array([name.removeprefix("iaqi_") for name in names])
    words = {tuple(row): ",".join(codes[list(row)]) for row in np.unique(tops, axis=0)}
    primary = [words[tuple(row)] for row in tops]
    complete = subs[[f"iaqi_{code}" for code in edition.required]].notna().all(axis=1)
    level = pd.cut(aqi, LEVELS, labels=False, include_lowest=True) + 1
    return subs.assign(aqi=aqi, level=level, primary=primary, complete=complete).reset_index()


def _periods(days: pd.DatetimeIndex) -> dict[str, pd.Series]:
    """Kind → name of the period of each day; least days per month follow from the names."""
    return {
        "month": pd.Series(days.strftime("%Y-%m"), index=days),
        "quarter": pd.Series([f"{day.year}-Q{day.quarter}" for day in days], index=days),
        "year": pd.Series(days.strftime("%Y"), index=days),
    }


def _valid(counts: pd.DataFrame, kind: str, names: pd.Series) -> pd.DataFrame:
    """`counts`: key…, month, n → key…, period, days_valid, valid."""
    keys = [name for name in counts.columns if name not in ("month", "n")]
    need = np.where(counts["month"].str.endswith("-02"), 25, 27)
    period = counts["month"].map(dict(zip(names.index.strftime("%Y-%m"), names, strict=True)))
    marked = counts.assign(period=period, enough=counts["n"] >= need)
    found = marked.groupby([*keys, "period"]).agg(days_valid=("n", "sum"), valid=("enough", "all")).reset_index()
    if kind == "year":
        found["valid"] &= found["days_valid"] >= 324
    return found


def _figures(
    days: pd.DataFrame, key: str, calendar: dict[str, pd.Series], percentiles: tuple[str, ...] | None
) -> pd.DataFrame:
    scope = "station" if key == "station" else "city"
    rows = days.rename(columns={key: "id"})[["id", "parameter", "day", "value"]]
    rows = rows.assign(id=rows["id"].astype("category"), parameter=rows["parameter"].astype("category"))
    rows["month"] = rows["day"].map(calendar["month"])
    counts = rows.groupby(["id", "parameter", "month"], observed=True)["value"].count().rename("n").reset_index()
    parts = []
    for kind, names in calendar.items():
        rows["period"] = rows["day"].map(names).astype("category")
        group = rows.groupby(["id", "parameter", "period"], observed=True)["value"]
        validity = _valid(counts.astype({"id": str, "parameter": str}), kind, names)
        tables = [group.mean().rename("value").reset_index().assign(statistic="mean")]
        if percentiles is None or kind in percentiles:
            for percent in sorted(set(PERCENT.values())):
                codes = [code for code, value in PERCENT.items() if value == percent]
                some = rows[rows["parameter"].isin(codes)].groupby(["id", "parameter", "period"], observed=True)[
                    "value"
                ]
                found = some.quantile(percent / 100).rename("value").reset_index()
                tables.append(found.assign(statistic=f"p{percent}"))
        table = pd.concat(tables).astype({"id": str, "parameter": str, "period": str})
        parts.append(table.merge(validity, on=["id", "parameter", "period"]).assign(period_kind=kind))
    found = pd.concat(parts, ignore_index=True).assign(scope=scope)
    return _rounded(found)


def _rounded(found: pd.DataFrame) -> pd.DataFrame:
    value = found["value"].to_numpy()
    return found.assign(rounded=np.where(found["parameter"] == "CO", np.round(value, 1), np.round(value)))


def _region(figures: pd.DataFrame) -> pd.DataFrame:
    cities = figures[figures["scope"] == "city"]
    keys = ["parameter", "period_kind", "period", "statistic"]
    found = cities.groupby(keys).agg(
        value=("value", "mean"), n=("value", "count"), size=("value", "size"), valid=("valid", "all"),
        days_valid=("days_valid", "sum"),
    )  # fmt: skip
    found["value"] = found["value"].where(found["n"] == found["size"])
    return _rounded(found.reset_index().assign(scope="region", id="all"))[figures.columns]


def _composite(figures: pd.DataFrame, rules: AirRules) -> pd.DataFrame:
    settings = rules.composites[0]
    wanted = {code: "p95" if code == "CO" else "p90" if code == "O3_8H" else "mean" for code in COMPOSITE}
    rows = figures[
        figures["scope"].isin(["city", "region"]) & (figures["parameter"].map(wanted) == figures["statistic"])
    ]
    bound = rows["parameter"].map(settings.bounds).to_numpy() / 1000
    # A quotient that ends in 5 is exact in thousandths: round twice the half away from binary noise.
    single = np.round(np.round(rows["rounded"].to_numpy() / bound, 9), 2)
    rows = rows.assign(single=single)
    keys = ["scope", "id", "period_kind", "period"]
    wide = rows.pivot(index=keys, columns="parameter", values="single")
    valid = rows.groupby(keys)["valid"].all()
    value = wide[list(COMPOSITE)].sum(axis=1, skipna=False).round(2)
    main = wide[list(COMPOSITE)].idxmax(axis=1, skipna=True)
    return pd.DataFrame({"value": value, "main": main, "valid": valid}).reset_index()


def _good_days(aqi: pd.DataFrame, calendar: dict[str, pd.Series]) -> pd.DataFrame:
    counted = aqi.assign(level=aqi["level"].where(aqi["complete"] | (aqi["aqi"] > 100)))
    counted["month"] = counted["day"].map(calendar["month"])
    parts = []
    for kind, names in calendar.items():
        counted["period"] = counted["day"].map(names)
        found = counted.groupby(["region", "period"]).agg(
            days_valid=("level", "count"), good=("level", lambda level: (level <= 2).sum()),
            heavy=("level", lambda level: (level >= 5).sum()),
        )  # fmt: skip
        city = found.reset_index().rename(columns={"region": "id"}).assign(scope="city")
        region = found.groupby("period").sum().reset_index().assign(scope="region", id="all")
        parts.append(pd.concat([city, region]).assign(period_kind=kind))
    whole = pd.concat(parts, ignore_index=True)
    return whole.assign(rounded=(whole["good"] * 100 / whole["days_valid"].where(whole["days_valid"] > 0)).round(1))


def _ranking(composite: pd.DataFrame, figures: pd.DataFrame) -> pd.DataFrame:
    index = composite[composite["scope"] == "city"].assign(criterion="composite")
    fine = figures[
        (figures["scope"] == "city") & (figures["parameter"] == "PM2.5") & (figures["statistic"] == "mean")
    ].assign(criterion="PM2.5")
    rows = pd.concat([index, fine], ignore_index=True)[["criterion", "period_kind", "period", "id", "value", "valid"]]
    rows["value"] = rows["value"].where(rows["valid"])
    rows["rank"] = rows.groupby(["criterion", "period_kind", "period"])["value"].rank(method="min")
    return rows
