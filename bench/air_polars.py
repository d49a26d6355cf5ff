"""The evaluation of `air_network.py` in Polars: lazy scans, the streaming engine, sums per window instead of a rolling
mean. The numbers of the rules come from the same objects; nothing else is shared."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import polars as pl

from saishang.science.air.series import AirRules

LINEAR = ("SO2", "NO2", "CO", "PM10", "PM2.5")
DAILY = ("SO2", "NO2", "CO", "O3_8H", "O3_1H", "PM10", "PM2.5")
PERCENT = {"SO2": 98, "NO2": 98, "PM10": 95, "PM2.5": 95, "CO": 95, "O3_8H": 90}
COMPOSITE = ("SO2", "NO2", "PM10", "PM2.5", "CO", "O3_8H")
KINDS = ("month", "quarter", "year")


def evaluate(
    files: list[Path], stations: Any, first: dt.date, last: dt.date, rules: AirRules
) -> dict[str, pl.DataFrame]:
    """Return the tables `station_daily city_daily city_aqi period_statistics period_days composite ranking`."""
    known = pl.from_arrow(stations)
    assert isinstance(known, pl.DataFrame)
    days = pl.DataFrame({"day": pl.date_range(first, last, eager=True)})
    station_days = _station_days(files, known, days)
    city_days = _city_days(station_days, known)
    aqi = _index(city_days, rules, first)
    figures = pl.concat([_figures(station_days, "station", ("year",)), _figures(city_days, "region", KINDS)])
    figures = pl.concat([figures, _region(figures)])
    composite = _composite(figures, rules)
    return {
        "station_daily": station_days,
        "city_daily": city_days,
        "city_aqi": aqi,
        "period_statistics": figures,
        "period_days": _good_days(aqi),
        "composite": composite,
        "ranking": _ranking(composite, figures),
    }


def _station_days(files: list[Path], stations: pl.DataFrame, days: pl.DataFrame) -> pl.DataFrame:
    rows = pl.scan_parquet([str(path) for path in files], hive_partitioning=False).filter(
        pl.col("value").is_between(0, 1e6), pl.col("end") - pl.col("start") == pl.duration(hours=1),
        pl.col("qualifier").is_null() | (pl.col("qualifier") == "<"),
    )  # fmt: skip
    dated = rows.with_columns(day=pl.col("start").dt.date(), hour=pl.col("start").dt.hour())
    means = (
        dated.filter(pl.col("parameter") != "O3")
        .group_by("station", "parameter", "day")
        .agg(pl.col("value").sum().alias("total"), pl.len().cast(pl.Int64).alias("hours"))
        .with_columns(value=pl.when(pl.col("hours") >= 20).then(pl.col("total") / pl.col("hours")))
        .select("station", "parameter", "day", "value", "hours")
    )
    inside = {end: pl.col("value").filter(pl.col("hour").is_between(end - 8, end - 1)) for end in range(8, 25)}
    windows = (
        dated.filter(pl.col("parameter") == "O3")
        .group_by("station", "day")
        .agg(
            *[values.sum().alias(f"s{end}") for end, values in inside.items()],
            *[values.len().alias(f"n{end}") for end, values in inside.items()],
            pl.len().cast(pl.Int64).alias("hours"),
            pl.col("value").max().alias("top"),
        )
    )
    mean = [pl.when(pl.col(f"n{end}") >= 6).then(pl.col(f"s{end}") / pl.col(f"n{end}")) for end in inside]
    enough = pl.sum_horizontal(*[(pl.col(f"n{end}") >= 6).cast(pl.Int64) for end in inside]) >= 14
    ozone = windows.with_columns(best=pl.max_horizontal(*mean), enough=enough)
    eight = ozone.select(
        "station", pl.lit("O3_8H").alias("parameter"), "day",
        pl.when(pl.col("enough") | (pl.col("best") > 160)).then("best").alias("value"), "hours",
    )  # fmt: skip
    one = ozone.select(
        "station", pl.lit("O3_1H").alias("parameter"), "day", pl.when(pl.col("hours") >= 20).then("top").alias("value"),
        "hours",
    )  # fmt: skip
    collected = pl.collect_all([means, eight, one], engine="streaming")
    found = pl.concat(collected)
    grid = stations.select("station").join(pl.DataFrame({"parameter": DAILY}), how="cross").join(days, how="cross")
    return grid.join(found, on=["station", "parameter", "day"], how="left").with_columns(pl.col("hours").fill_null(0))


def _city_days(station_days: pl.DataFrame, stations: pl.DataFrame) -> pl.DataFrame:
    counted = stations.filter(pl.col("city_mean")).select("station", "region")
    return (
        station_days.join(counted, on="station")
        .group_by("region", "parameter", "day")
        .agg(pl.col("value").mean().alias("mean"), pl.col("value").count().alias("n"), pl.len().alias("size"))
        .with_columns(value=pl.when((pl.col("n") > 0) & (pl.col("n") * 100 >= pl.col("size") * 75)).then("mean"))
        .select("region", "parameter", "day", "value")
    )


def _index(city_days: pl.DataFrame, rules: AirRules, day: dt.date) -> pl.DataFrame:
    edition = rules.index_on(day)
    wide = city_days.pivot("parameter", index=["region", "day"], values="value")
    subs = []
    for parameter, column in edition.columns.items():
        value = pl.col(parameter).round(1 if parameter == "CO" else 0) * 10
        expression = pl.when(value.is_null()).then(None)
        for (low, base), (high, top) in zip(column.pairs, column.pairs[1:], strict=False):
            piece = (value - low) * (top - base) / (high - low) + base
            expression = expression.when(value <= high + 1e-6).then((piece - 1e-9).ceil())
        subs.append(expression.otherwise(column.beyond).cast(pl.Int64).alias(f"iaqi_{parameter}"))
    names = [f"iaqi_{code}" for code in DAILY if code in edition.columns]
    found = wide.select("region", "day", *subs).with_columns(aqi=pl.max_horizontal(*names))
    aqi = pl.col("aqi")
    words = [pl.when((aqi > 50) & (pl.col(name) == aqi)).then(pl.lit(name.removeprefix("iaqi_"))) for name in names]
    level = pl.when(aqi <= 50).then(1).when(aqi <= 100).then(2).when(aqi <= 150).then(3).when(aqi <= 200).then(4)
    return found.with_columns(
        primary=pl.concat_str(*words, separator=",", ignore_nulls=True),
        complete=pl.all_horizontal(*[pl.col(f"iaqi_{code}").is_not_null() for code in edition.required]),
        level=pl.when(aqi.is_null()).then(None).otherwise(level.when(aqi <= 300).then(5).otherwise(6)),
    )


def _named(kind: str) -> pl.Expr:
    day = pl.col("day")
    if kind == "month":
        return day.dt.strftime("%Y-%m")
    return day.dt.strftime("%Y") if kind == "year" else pl.format("{}-Q{}", day.dt.year(), day.dt.quarter())


def _figures(days: pl.DataFrame, key: str, percentiles: tuple[str, ...]) -> pl.DataFrame:
    rows = days.select(pl.col(key).alias("id"), "parameter", "day", "value")
    percent = pl.col("parameter").replace_strict(PERCENT, default=None)
    parts = []
    for kind in KINDS:
        dated = rows.with_columns(period=_named(kind), month=pl.col("day").dt.month())
        months = dated.group_by("id", "parameter", "period", "month").agg(n=pl.col("value").count())
        need = pl.when(pl.col("month") == 2).then(25).otherwise(27)
        validity = months.group_by("id", "parameter", "period").agg(
            days_valid=pl.col("n").sum().cast(pl.Int64), valid=(pl.col("n") >= need).all()
        )
        if kind == "year":
            validity = validity.with_columns(valid=pl.col("valid") & (pl.col("days_valid") >= 324))
        group = dated.group_by("id", "parameter", "period")
        tables = [group.agg(pl.col("value").mean()).with_columns(statistic=pl.lit("mean"))]
        if kind in percentiles:
            for value in sorted(set(PERCENT.values())):
                some = dated.filter(percent == value).group_by("id", "parameter", "period")
                found = some.agg(pl.col("value").quantile(value / 100, "linear"))
                tables.append(found.with_columns(statistic=pl.lit(f"p{value}")))
        parts.append(
            pl.concat(tables).join(validity, on=["id", "parameter", "period"]).with_columns(period_kind=pl.lit(kind))
        )
    return _rounded(pl.concat(parts).with_columns(scope=pl.lit("station" if key == "station" else "city")))


def _rounded(found: pl.DataFrame) -> pl.DataFrame:
    value = pl.col("value")
    rounded = pl.when(pl.col("parameter") == "CO").then(value.round(1)).otherwise(value.round(0))
    return found.with_columns(rounded=rounded)


def _region(figures: pl.DataFrame) -> pl.DataFrame:
    found = (
        figures.filter(pl.col("scope") == "city")
        .group_by("parameter", "period_kind", "period", "statistic")
        .agg(
            value=pl.when(pl.col("value").is_not_null().all()).then(pl.col("value").mean()),
            valid=pl.col("valid").all(),
            days_valid=pl.col("days_valid").sum(),
        )
    )
    return _rounded(found.with_columns(scope=pl.lit("region"), id=pl.lit("all"))).select(figures.columns)


def _composite(figures: pl.DataFrame, rules: AirRules) -> pl.DataFrame:
    bounds = {code: value / 1000 for code, value in rules.composites[0].bounds.items()}
    wanted = {code: "p95" if code == "CO" else "p90" if code == "O3_8H" else "mean" for code in COMPOSITE}
    rows = figures.filter(
        pl.col("scope") != "station",
        pl.col("parameter").replace_strict(wanted, default=None) == pl.col("statistic"),
    ).with_columns(single=(pl.col("rounded") / pl.col("parameter").replace_strict(bounds)).round(9).round(2))
    keys = ["scope", "id", "period_kind", "period"]
    value = pl.when(pl.col("single").count() == len(COMPOSITE)).then(pl.col("single").sum().round(2))
    main = pl.col("parameter").sort_by("single", descending=True, nulls_last=True).first()
    return rows.group_by(keys).agg(value=value, main=main, valid=pl.col("valid").all())


def _good_days(aqi: pl.DataFrame) -> pl.DataFrame:
    counted = aqi.with_columns(level=pl.when(pl.col("complete") | (pl.col("aqi") > 100)).then("level"))
    parts = []
    for kind in KINDS:
        level = pl.col("level")
        counts = {"days_valid": level.count(), "good": (level <= 2).sum(), "heavy": (level >= 5).sum()}
        city = counted.group_by(pl.col("region").alias("id"), _named(kind).alias("period")).agg(**counts)
        region = city.group_by("period").agg(pl.col(list(counts)).sum()).with_columns(id=pl.lit("all"))
        both = [
            city.with_columns(scope=pl.lit("city")),
            region.select(city.columns).with_columns(scope=pl.lit("region")),
        ]
        parts.append(pl.concat(both).with_columns(period_kind=pl.lit(kind)))
    share = pl.when(pl.col("days_valid") > 0).then((pl.col("good") * 100 / pl.col("days_valid")).round(1))
    return pl.concat(parts).with_columns(rounded=share)


def _ranking(composite: pl.DataFrame, figures: pl.DataFrame) -> pl.DataFrame:
    names = ["criterion", "period_kind", "period", "id", "value", "valid"]
    index = composite.filter(pl.col("scope") == "city").with_columns(criterion=pl.lit("composite")).select(names)
    fine = figures.filter(
        pl.col("scope") == "city", pl.col("parameter") == "PM2.5", pl.col("statistic") == "mean"
    ).with_columns(criterion=pl.lit("PM2.5"))
    rows = pl.concat([index, fine.select(names)]).with_columns(value=pl.when("valid").then("value"))
    return rows.with_columns(rank=pl.col("value").rank("min").over("criterion", "period_kind", "period"))
