"""The work of `air_network.py` in Polars, all nine tables; see `air_rivals.py`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import polars as pl
from air_rivals import COLUMNS, COMPOSITE, KINDS, Spans, half_even, index_columns, ozone_windows, singles, top_of

from saishang.science.air.series import DAILY, LINEAR, AirRules
from saishang.science.air.series.rules import STATISTICS

__all__ = ["polars_tables"]

LEVELS = ("excellent", "good_level", "light", "moderate", "heavy", "severe")
FIGURE = ["scope", "id", "parameter", "period_kind", "period", "statistic", "basis", "value", "rounded", "days_valid",
          "days_masked", "days_expected", "valid", "reason"]  # fmt: skip


def polars_tables(
    files: Sequence[Path], stations: pl.DataFrame, dust: pl.DataFrame, rules: AirRules, spans: Spans
) -> dict[str, pl.DataFrame]:
    """Every table in Polars."""
    months = [_month(path) for path in files]
    linear, ozone = pl.concat([part[0] for part in months]), pl.concat([part[1] for part in months])
    wide = _station_days(linear, ozone, stations, rules, spans)
    cities = _city_days(wide, rules)
    dusty = dust.filter(pl.col("status") == "confirmed").select("region", "day", dusty=True)
    joined = cities.join(dusty, on=["region", "day"], how="left").with_columns(pl.col("dusty").fill_null(False))
    removed = joined.with_columns(
        *(pl.when("dusty").then(None).otherwise(pl.col(code)).alias(code) for code in rules.dust_masked),
        *((pl.col("dusty") & pl.col(code).is_not_null()).alias(f"m_{code}") for code in rules.dust_masked),
    )
    measured = _index(cities, {}, rules, spans)
    clean = _index(removed, {code: removed[f"m_{code}"].to_numpy() for code in rules.dust_masked}, rules, spans)
    station_figures = _figures(wide.rename({"station": "id"}), list(DAILY), "station", "measured", rules, spans)
    city_figures = _figures(cities.rename({"region": "id"}), list(DAILY), "city", "measured", rules, spans)
    gases = city_figures.filter(~pl.col("parameter").is_in(rules.dust_masked)).with_columns(
        basis=pl.lit("dust_removed")
    )
    particles = _figures(
        removed.rename({"region": "id"}), list(rules.dust_masked), "city", "dust_removed", rules, spans
    )
    statistics = pl.concat([station_figures, city_figures, gases, particles])
    composite = _composite(statistics, rules, spans)
    return {
        "station_daily": _station_rows(wide, rules),
        "city_daily": _city_rows(cities),
        "city_aqi": measured,
        "city_aqi_without_dust": clean,
        "period_statistics": statistics,
        "period_days": _period_days(measured, clean, rules, spans),
        "composite": composite,
        "attainment": _attainment(statistics, rules, spans),
        "ranking": _ranking(composite, statistics),
    }


def _month(path: Path) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Sums of the linear parameters' days, and ozone's windows, of one file."""
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
        .agg(value.mean().alias("mean"), pl.len().alias("count"))
    )
    hours = [value.filter(hour == h).max().alias(f"h{h}") for h in range(24)]
    ozone = rows.filter(pl.col("parameter") == "O3").group_by("station", "day").agg(hours)
    means, pivot = pl.collect_all([linear, ozone], engine="streaming")
    best, windows, there, top = ozone_windows(pivot.select(f"h{h}" for h in range(24)).fill_null(np.nan).to_numpy())
    return means, pivot.select("station", "day", best=best, windows=windows, hours=there, top=top)


def _station_days(
    linear: pl.DataFrame, ozone: pl.DataFrame, stations: pl.DataFrame, rules: AirRules, spans: Spans
) -> pl.DataFrame:
    """Every station on every day: a column per parameter, hours and windows beside it."""
    days = pl.DataFrame({"day": pl.date_range(spans.first, spans.last, eager=True)})
    grid = stations.select("station", "region", "city_mean").join(days, how="cross")
    pivot = linear.pivot(on="parameter", on_columns=list(LINEAR), index=["station", "day"], values=["mean", "count"])
    joined = grid.join(pivot, on=["station", "day"], how="left").join(ozone, on=["station", "day"], how="left")
    hours = {code: pl.col(f"count_{code}").fill_null(0).cast(pl.Int64) for code in LINEAR}
    hours |= dict.fromkeys(("O3_8H", "O3_1H"), pl.col("hours").fill_null(0).cast(pl.Int64))
    eight = (
        (pl.col("windows") >= rules.min_windows) | (pl.col("best") > rules.ozone_limit / 1000)
    ) & (hours["O3_8H"] <= 24)  # fmt: skip
    full = {code: hours[code].is_between(rules.min_hours, 24) for code in (*LINEAR, "O3_1H")}
    return joined.with_columns(
        *(pl.when(full[code]).then(f"mean_{code}").alias(code) for code in LINEAR),
        pl.when(eight).then("best").alias("O3_8H"),
        pl.when(full["O3_1H"]).then("top").alias("O3_1H"),
        *(hours[code].alias(f"h_{code}") for code in DAILY),
    )


def _station_rows(wide: pl.DataFrame, rules: AirRules) -> pl.DataFrame:
    parts = []
    for code in DAILY:
        hours, valid = pl.col(f"h_{code}"), pl.col(code).is_not_null()
        fine, short = valid, pl.lit("hours_short")
        if code == "O3_8H":
            fine = valid & (pl.col("windows") >= rules.min_windows)
            short = pl.when(valid).then(pl.lit("above_limit_stands")).otherwise(pl.lit("windows_short"))
        reason = (
            pl.when(fine).then(None).when(hours == 0).then(pl.lit("no_data"))
            .when(hours > 24).then(pl.lit("duplicate_hours")).otherwise(short)
        )  # fmt: skip
        parts.append(
            wide.select(
                "station", "region", "city_mean", "day",
                parameter=pl.lit(code), value=pl.col(code), hours_present=hours,
                hours_expected=pl.lit(24, pl.Int64), valid=valid, reason=reason,
            )
        )  # fmt: skip
    return pl.concat(parts)


def _city_days(wide: pl.DataFrame, rules: AirRules) -> pl.DataFrame:
    sums = (
        wide.filter("city_mean")
        .group_by("region", "day")
        .agg(
            *(pl.col(code).mean() for code in DAILY),
            *(pl.col(code).count().cast(pl.Int64).alias(f"n_{code}") for code in DAILY),
            pl.len().cast(pl.Int64).alias("expected"),
        )
    )
    enough = {code: pl.col(f"n_{code}") * 100 >= pl.col("expected") * rules.city_percent for code in DAILY}
    return sums.with_columns(pl.when(enough[code] & (pl.col(f"n_{code}") > 0)).then(code).alias(code) for code in DAILY)


def _city_rows(cities: pl.DataFrame) -> pl.DataFrame:
    parts = [
        cities.select(
            "region", "day",
            parameter=pl.lit(code), value=pl.col(code), stations_valid=pl.col(f"n_{code}"),
            stations_expected="expected", valid=pl.col(code).is_not_null(),
            reason=pl.when(pl.col(code).is_not_null()).then(None)
            .when(pl.col(f"n_{code}") == 0).then(pl.lit("no_data")).otherwise(pl.lit("stations_short")),
            origin=pl.lit("stations"),
        )
        for code in DAILY
    ]  # fmt: skip
    return pl.concat(parts)


def _index(days: pl.DataFrame, excused: Mapping[str, np.ndarray], rules: AirRules, spans: Spans) -> pl.DataFrame:
    values = {code: days[code].fill_null(np.nan).to_numpy() for code in DAILY}
    columns = index_columns(rules, spans.first, values, excused)
    return days.select("region", "day").with_columns(
        pl.Series(name, column.tolist(), dtype=pl.String)
        if column.dtype == object
        else pl.Series(name, column).fill_nan(None)
        if column.dtype == float
        else pl.Series(name, column)
        for name, column in columns.items()
    )


def _period_table(spans: Spans) -> pl.DataFrame:
    """One row per kind and month: the month's period, its days and its months."""
    rows = [
        (kind, month, period.name, period.days, len(spans.months_of(period)))
        for kind in KINDS
        for period in spans.periods[kind]
        for month in spans.months_of(period)
    ]
    names = ["period_kind", "month", "period", "days_expected", "months"]
    return pl.DataFrame(rows, schema=names, orient="row").with_columns(pl.col("month").cast(pl.Int8))


def _needed(rules: AirRules) -> pl.Expr:
    return pl.when(pl.col("month") == 2).then(rules.february_days).otherwise(rules.month_days)


def _reasons(days: pl.Expr, rules: AirRules) -> pl.Expr:
    return (
        pl.when(pl.col("n") == 0).then(pl.lit("no_data"))
        .when(pl.col("fit") < pl.col("months")).then(pl.lit("month_short"))
        .when((pl.col("period_kind") == "year") & (days < rules.year_days)).then(pl.lit("days_short"))
    )  # fmt: skip


def _figures(
    wide: pl.DataFrame, codes: list[str], scope: str, basis: str, rules: AirRules, spans: Spans
) -> pl.DataFrame:
    """Means and percentiles of all periods; `wide` has a column per parameter beside `id` and `day`."""
    table = _period_table(spans)
    dated = wide.with_columns(month=pl.col("day").dt.month())
    parts = []
    for code in codes:
        out = pl.col(f"m_{code}").sum() if f"m_{code}" in wide.columns else pl.lit(0)
        by_month = dated.group_by("id", "month").agg(
            n=pl.col(code).count().cast(pl.Int64), out=out.cast(pl.Int64), total=pl.col(code).sum()
        )
        sums = (
            by_month.join(table, on="month")
            .with_columns(fit=pl.col("n") + pl.col("out") >= _needed(rules))
            .group_by("id", "period_kind", "period")
            .agg(pl.col("n", "out", "total", "fit").sum(), pl.col("days_expected", "months").first())
        )
        found = [
            sums.with_columns(
                statistic=pl.lit("mean"), value=pl.when(pl.col("n") > 0).then(pl.col("total") / pl.col("n"))
            )
        ]
        percent = rules.percentiles.get(code)
        for kind in KINDS if percent is not None else ():
            if scope != "city" and kind != "year":
                continue
            ranks = (
                dated.join(table.filter(period_kind=kind).select("month", "period_kind", "period"), on="month")
                .group_by("id", "period_kind", "period")
                .agg(value=pl.col(code).quantile((percent or 0) / 100, "linear"))
            )
            one = sums.join(ranks, on=["id", "period_kind", "period"])
            found.append(one.with_columns(statistic=pl.lit(f"p{percent}")).select(found[0].columns))
        every = pl.concat(found)
        rounded = half_even(every["value"].fill_null(np.nan).to_numpy(), rules.places(code, spans.last))
        reason = _reasons(pl.col("n") + pl.col("out"), rules)
        parts.append(
            every.select(
                "id", "period_kind", "period", "statistic", "value",
                scope=pl.lit(scope), parameter=pl.lit(code), basis=pl.lit(basis),
                rounded=pl.Series(rounded).fill_nan(None), days_valid="n", days_masked="out",
                days_expected="days_expected", valid=reason.is_null(), reason=reason,
            ).select(FIGURE)
        )  # fmt: skip
    return pl.concat(parts)


def _period_days(measured: pl.DataFrame, clean: pl.DataFrame, rules: AirRules, spans: Spans) -> pl.DataFrame:
    """Days per level on the three bases."""
    counts = pl.col("publishable") & (pl.col("complete") | (pl.col("aqi") > 100))
    keys = [pl.col("region").alias("id"), "day"]
    plain = measured.select(*keys, level=pl.when(counts).then("level"))
    without = clean.select(*keys, without=pl.when(counts).then("level"))
    both = plain.join(without, on=["id", "day"])
    taken = ((pl.col("level") > 2) & (pl.col("without") <= 2)).fill_null(False)
    levels = pl.concat([
        both.select("id", "day", "level", basis=pl.lit("measured"), deducted=pl.lit(False)),
        both.select("id", "day", level="without", basis=pl.lit("dust_removed"), deducted=pl.lit(False)),
        both.select("id", "day", "level", basis=pl.lit("assessment"), deducted=taken),
    ])  # fmt: skip
    number = pl.col("level")
    by_month = levels.group_by("id", "basis", pl.col("day").dt.month().alias("month")).agg(
        n=number.count().cast(pl.Int64), deducted=pl.col("deducted").sum().cast(pl.Int64),
        **{
            name: ((number == at) & ~pl.col("deducted")).sum().cast(pl.Int64) for at, name in enumerate(LEVELS, start=1)
        },
    )  # fmt: skip
    sums = (
        by_month.join(_period_table(spans), on="month")
        .with_columns(fit=pl.col("n") >= _needed(rules))
        .group_by("id", "basis", "period_kind", "period")
        .agg(pl.col("n", "deducted", "fit", *LEVELS).sum(), pl.col("days_expected", "months").first())
    )
    good = pl.col("excellent") + pl.col("good_level") + pl.col("deducted")
    shown = sums.with_columns(good=good, reason=_reasons(pl.col("n"), rules)).with_columns(
        good_ratio=pl.when(pl.col("n") > 0).then(pl.col("good") * 100.0 / pl.col("n"))
    )
    rounded = half_even(shown["good_ratio"].fill_null(np.nan).to_numpy(), 1)
    return shown.select(
        "id", "period", "period_kind", "basis", "days_expected", "good", "excellent", "light", "moderate", "heavy",
        "severe", "deducted", "good_ratio", "reason",
        scope=pl.lit("city"), days_valid="n", rounded=pl.Series(rounded).fill_nan(None),
        valid=pl.col("reason").is_null(),
    )  # fmt: skip


def _composite(statistics: pl.DataFrame, rules: AirRules, spans: Spans) -> pl.DataFrame:
    wanted = dict.fromkeys(COMPOSITE, "mean") | {"CO": "p95", "O3_8H": "p90"}
    chosen = pl.col("statistic") == pl.col("parameter").replace_strict(wanted, default="none")
    keys = ["scope", "id", "basis", "period_kind", "period"]
    wide = statistics.filter(pl.col("scope") == "city", chosen).pivot(
        on="parameter", on_columns=list(COMPOSITE), index=keys, values=["rounded", "valid"]
    )
    figures = {code: wide[f"rounded_{code}"].fill_null(np.nan).to_numpy() for code in COMPOSITE}
    rule, single = singles(rules, spans.last, figures)
    value = half_even(sum(single[code] for code in COMPOSITE), 2)
    found = wide.select(
        *keys, standard=pl.lit(rule.standard), setting=pl.lit(rule.name), value=pl.Series(value).fill_nan(None),
        **{f"single_{code}": pl.Series(single[code]).fill_nan(None) for code in COMPOSITE},
        main=pl.Series(top_of(single, len(wide)).tolist(), dtype=pl.String),
        valid=pl.all_horizontal(f"valid_{code}" for code in COMPOSITE),
    )  # fmt: skip
    return found.with_columns(
        reason=pl.when(pl.col("value").is_null()).then(pl.lit("parameter_missing"))
        .when(~pl.col("valid")).then(pl.lit("parameter_invalid"))
    )  # fmt: skip


def _attainment(statistics: pl.DataFrame, rules: AirRules, spans: Spans) -> pl.DataFrame:
    years = statistics.filter(pl.col("period_kind") == "year")
    parts = []
    for stage in rules.stages_between(spans.first, spans.last):
        for parameter, statistic, averaging in STATISTICS:
            rows = years.filter(pl.col("parameter") == parameter, pl.col("statistic") == statistic)
            limit = stage.limits[parameter, averaging] / 1000
            value = half_even(rows["value"].fill_null(np.nan).to_numpy(), rules.compliance_decimals.get(parameter, 0))
            multiple = np.where(value > limit, half_even((value - limit) / limit, 2), np.nan)
            parts.append(
                rows.select(
                    "scope", "id", "basis", "period_kind", "period", "parameter", "statistic", "valid", "reason",
                    standard=pl.lit(stage.name), value=pl.Series(value).fill_nan(None), limit=pl.lit(limit),
                    attains=pl.when("valid").then(pl.Series(value) <= limit),
                    multiple=pl.Series(multiple).fill_nan(None),
                )
            )  # fmt: skip
    return pl.concat(parts)


def _ranking(composite: pl.DataFrame, statistics: pl.DataFrame) -> pl.DataFrame:
    fine = statistics.filter(scope="city", parameter="PM2.5", statistic="mean")
    keys = ["id", "basis", "period_kind", "period", "standard", "criterion"]
    value = pl.when("valid").then("value").alias("value")
    rows = pl.concat([
        composite.with_columns(criterion=pl.lit("composite")).select(*keys, value),
        fine.with_columns(criterion=pl.lit("PM2.5"), standard=pl.lit("")).select(*keys, value),
    ])  # fmt: skip
    group = ["criterion", "basis", "period_kind", "period", "standard"]
    cut = pl.col("value").round(9)
    year = pl.col("period").str.slice(0, 4).cast(pl.Int64)
    rows = rows.with_columns(
        list=pl.lit("all"), rank=cut.rank("min").over(group), ranked=cut.count().over(group),
        year_before=(year - 1).cast(pl.String) + pl.col("period").str.slice(4),
    )  # fmt: skip
    earlier = rows.select(
        "criterion", "basis", "period_kind", "standard", "list", "id",
        year_before="period", before="value", rank_before="rank",
    )  # fmt: skip
    on = ["list", "criterion", "basis", "period_kind", "standard", "id", "year_before"]
    joined = rows.join(earlier, on=on, how="left")
    share = (100 * (joined["value"] - joined["before"]) / joined["before"]).fill_null(np.nan).to_numpy()
    changed = joined.with_columns(change=pl.Series(half_even(share, 1)).fill_nan(None))
    return changed.with_columns(change_rank=pl.col("change").rank("min").over(group))
