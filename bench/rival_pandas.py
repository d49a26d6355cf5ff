"""The work of `air_network.py` in pandas with NumPy kernels, all nine tables; see `air_rivals.py`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from air_rivals import (
    COLUMNS,
    COMPOSITE,
    KINDS,
    Spans,
    half_even,
    index_columns,
    ozone_windows,
    singles,
    top_of,
)

from saishang.science.air.series import DAILY, LINEAR, AirRules
from saishang.science.air.series.rules import STATISTICS

__all__ = ["pandas_tables", "tables_of_days"]

LEVELS = ("excellent", "good_level", "light", "moderate", "heavy", "severe")


def pandas_tables(
    files: Sequence[Path], stations: pd.DataFrame, dust: pd.DataFrame, rules: AirRules, spans: Spans
) -> dict[str, pd.DataFrame]:
    """Every table, with arrays where pandas has no fast way of its own."""
    months = [_month(path) for path in files]
    linear = pd.concat([part[0] for part in months], ignore_index=True)
    ozone = pd.concat([part[1] for part in months])
    days = pd.date_range(spans.first, spans.last, name="day")
    wide = _station_days(linear, ozone, stations, days, rules)
    cities = _city_days(wide, rules)
    return {
        "station_daily": _station_rows(wide),
        "city_daily": _city_rows(cities),
        **tables_of_days(wide[list(DAILY)], cities[list(DAILY)], dust, rules, spans),
    }


def tables_of_days(
    stations: pd.DataFrame, cities: pd.DataFrame, dust: pd.DataFrame, rules: AirRules, spans: Spans
) -> dict[str, pd.DataFrame]:
    """Tables of index and periods from days; a column per parameter, index (station, day) and (region, day)."""
    dusty = dust[dust.status == "confirmed"].assign(dusty=True).set_index(["region", "day"])["dusty"]
    mask = dusty.reindex(cities.index).notna().to_numpy()
    masked = {code: mask & cities[code].notna().to_numpy() for code in rules.dust_masked}
    removed = cities.copy()
    for code in rules.dust_masked:
        removed.loc[mask, code] = np.nan
    measured = _index(cities, {}, rules, spans)
    clean = _index(removed, masked, rules, spans)
    figures = [
        _figures(stations.rename_axis(index=["id", "day"]), {}, "station", "measured", rules, spans),
        _figures(cities.rename_axis(index=["id", "day"]), {}, "city", "measured", rules, spans),
    ]
    particles = removed[list(rules.dust_masked)].rename_axis(index=["id", "day"])
    gases = figures[1][~figures[1].parameter.isin(rules.dust_masked)].assign(basis="dust_removed")
    figures += [gases, _figures(particles, masked, "city", "dust_removed", rules, spans)]
    statistics = pd.concat(figures, ignore_index=True)
    composite = _composite(statistics, rules, spans)
    return {
        "city_aqi": measured,
        "city_aqi_without_dust": clean,
        "period_statistics": statistics,
        "period_days": _period_days(measured, clean, rules, spans),
        "composite": composite,
        "attainment": _attainment(statistics, rules, spans),
        "ranking": _ranking(composite, statistics),
    }


def _month(path: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Sums of the linear parameters' days, and ozone's windows, of one file."""
    frame = pd.read_parquet(path, columns=COLUMNS)
    fit = frame.value.between(0, 1e6) & (frame.end - frame.start == pd.Timedelta(hours=1))
    fit &= frame.qualifier.isna() | (frame.qualifier == "<")
    frame = frame[fit]
    frame = frame.assign(day=frame.start.dt.normalize(), hour=frame.start.dt.hour)
    linear = frame[frame.parameter.isin(LINEAR)].groupby(["station", "parameter", "day"])["value"]
    means = linear.agg(["mean", "count"]).reset_index()
    pivot = frame[frame.parameter == "O3"].pivot(index=["station", "day"], columns="hour", values="value")
    best, windows, hours, top = ozone_windows(pivot.reindex(columns=range(24)).to_numpy())
    ozone = pd.DataFrame({"best": best, "windows": windows, "hours": hours, "top": top}, index=pivot.index)
    return means, ozone


def _station_days(
    linear: pd.DataFrame, ozone: pd.DataFrame, stations: pd.DataFrame, days: pd.DatetimeIndex, rules: AirRules
) -> pd.DataFrame:
    """Every station on every day: a column per parameter, hours and reasons beside it."""
    grid = pd.MultiIndex.from_product([stations.station, days], names=["station", "day"])
    table = linear.pivot(index=["station", "day"], columns="parameter", values=["mean", "count"]).reindex(grid)
    ozone = ozone.reindex(grid)
    out: dict[str, Any] = {}
    for code in LINEAR:
        hours = np.nan_to_num(table["count"][code].to_numpy()).astype(int)
        enough = (hours >= rules.min_hours) & (hours <= 24)
        out[code] = np.where(enough, table["mean"][code].to_numpy(), np.nan)
        out[f"h_{code}"], out[f"r_{code}"] = hours, _reason(hours, enough, "hours_short")
    hours = np.nan_to_num(ozone.hours.to_numpy()).astype(int)
    best, windows = ozone.best.to_numpy(), ozone.windows.to_numpy()
    enough, stands = windows >= rules.min_windows, best > rules.ozone_limit / 1000
    out["O3_8H"] = np.where((enough | stands) & (hours <= 24), best, np.nan)
    short = np.where(stands, "above_limit_stands", "windows_short")
    out["h_O3_8H"], out["r_O3_8H"] = hours, _reason(hours, enough & (hours <= 24), short)
    enough = (hours >= rules.min_hours) & (hours <= 24)
    out["O3_1H"] = np.where(enough, ozone.top.to_numpy(), np.nan)
    out["h_O3_1H"], out["r_O3_1H"] = hours, _reason(hours, enough, "hours_short")
    wide = pd.DataFrame(out, index=grid)
    known = stations.set_index("station")
    order = known.index.get_indexer(grid.get_level_values("station"))
    return wide.assign(region=known.region.to_numpy()[order], city_mean=known.city_mean.to_numpy()[order])


def _reason(hours: np.ndarray, enough: np.ndarray, short: Any) -> np.ndarray:
    found = np.where(hours > 24, "duplicate_hours", short).astype(object)
    found[hours == 0] = "no_data"
    found[enough] = None
    return found


def _station_rows(wide: pd.DataFrame) -> pd.DataFrame:
    keys = wide[["region", "city_mean"]].reset_index()
    parts = [
        keys.assign(
            parameter=code, value=wide[code].to_numpy(), hours_present=wide[f"h_{code}"].to_numpy(), hours_expected=24,
            valid=wide[code].notna().to_numpy(), reason=wide[f"r_{code}"].to_numpy(),
        )
        for code in DAILY
    ]  # fmt: skip
    return pd.concat(parts, ignore_index=True)


def _city_days(wide: pd.DataFrame, rules: AirRules) -> pd.DataFrame:
    counted = wide[wide.city_mean].groupby(["region", "day"])
    means, number, size = counted[list(DAILY)].mean(), counted[list(DAILY)].count(), counted.size()
    enough = (number.mul(100)).ge(size * rules.city_percent, axis=0) & (number > 0)
    return means.where(enough).assign(expected=size, **{f"n_{code}": number[code] for code in DAILY})


def _city_rows(cities: pd.DataFrame) -> pd.DataFrame:
    keys = cities[["expected"]].reset_index().rename(columns={"expected": "stations_expected"})
    parts = []
    for code in DAILY:
        valid, number = cities[code].notna().to_numpy(), cities[f"n_{code}"].to_numpy()
        reason = np.where(number == 0, "no_data", "stations_short").astype(object)
        reason[valid] = None
        parts.append(
            keys.assign(parameter=code, value=cities[code].to_numpy(), stations_valid=number, valid=valid,
                        reason=reason, origin="stations")
        )  # fmt: skip
    return pd.concat(parts, ignore_index=True)


def _index(days: pd.DataFrame, excused: dict[str, np.ndarray], rules: AirRules, spans: Spans) -> pd.DataFrame:
    columns = index_columns(rules, spans.first, {code: days[code].to_numpy() for code in DAILY}, excused)
    return days.index.to_frame(index=False).assign(**columns)


def _figures(
    values: pd.DataFrame, masked: dict[str, np.ndarray], scope: str, basis: str, rules: AirRules, spans: Spans
) -> pd.DataFrame:
    """Means and percentiles of all periods; `values` has a column per parameter, index (id, day)."""
    codes = list(values.columns)
    month = values.index.get_level_values("day").month
    ids = values.index.get_level_values("id")
    number = values.notna().groupby([ids, month]).sum()
    left_out = pd.DataFrame({code: masked.get(code, np.zeros(len(values), bool)) for code in codes}, index=values.index)
    left_out = left_out.groupby([ids, month]).sum() if masked else number * 0
    least = np.where(number.index.get_level_values(1) == 2, rules.february_days, rules.month_days)
    enough = (number + left_out).ge(least, axis=0)
    parts = []
    for kind in KINDS:
        place = {m: n for n, period in enumerate(spans.periods[kind]) for m in spans.months_of(period)}
        by_month = [number.index.get_level_values(0), number.index.get_level_values(1).map(place)]
        n, gone, fit = (table.groupby(by_month).sum() for table in (number, left_out, enough))
        groups = values.groupby([ids, month.map(place)])
        found = {"mean": groups.mean()}
        if scope == "city" or kind == "year":
            for percent in sorted({rules.percentiles[code] for code in codes if code in rules.percentiles}):
                chosen = [code for code in codes if rules.percentiles.get(code) == percent]
                found[f"p{percent}"] = groups[chosen].quantile(percent / 100)
        periods = spans.periods[kind]
        at = n.index.get_level_values(1).to_numpy()
        names = np.array([p.name for p in periods], dtype=object)[at]
        expected = np.array([p.days for p in periods])[at]
        months = np.array([len(spans.months_of(p)) for p in periods])[at]
        for statistic, table in found.items():
            for code in table.columns:
                there, out = n[code].to_numpy(), gone[code].to_numpy()
                reason = np.full(len(there), None, dtype=object)
                if kind == "year":
                    reason[there + out < rules.year_days] = "days_short"
                reason[fit[code].to_numpy() < months] = "month_short"
                reason[there == 0] = "no_data"
                value = table[code].to_numpy()
                parts.append(
                    pd.DataFrame({
                        "scope": scope, "id": n.index.get_level_values(0), "parameter": code, "period_kind": kind,
                        "period": names, "statistic": statistic, "basis": basis, "value": value,
                        "rounded": half_even(value, rules.places(code, spans.last)), "days_valid": there,
                        "days_masked": out, "days_expected": expected, "valid": reason == None,  # noqa: E711
                        "reason": reason,
                    })
                )  # fmt: skip
    return pd.concat(parts, ignore_index=True)


def _period_days(measured: pd.DataFrame, clean: pd.DataFrame, rules: AirRules, spans: Spans) -> pd.DataFrame:
    """Days per level on the three bases."""

    def counted(index: pd.DataFrame) -> pd.Series:
        return index.level.where(index.publishable & (index.complete | (index.aqi > 100)))

    plain, without = counted(measured), counted(clean)
    deducted = (plain > 2) & (without <= 2)
    keys = measured[["region", "day"]].rename(columns={"region": "id"})
    parts = []
    for basis, level, gone in (
        ("measured", plain, None),
        ("dust_removed", without, None),
        ("assessment", plain, deducted),
    ):
        taken = np.zeros(len(keys), bool) if gone is None else gone.to_numpy()
        month = keys.day.dt.month
        table = pd.DataFrame({"n": level.notna(), "deducted": taken})
        for number, name in enumerate(LEVELS, start=1):
            table[name] = (level == number) & ~taken
        by_month = table.groupby([keys.id, month]).sum()
        months = by_month.index.get_level_values(1)
        by_month["fit"] = by_month.n >= np.where(months == 2, rules.february_days, rules.month_days)
        for kind in KINDS:
            periods = spans.periods[kind]
            place = {m: n for n, period in enumerate(periods) for m in spans.months_of(period)}
            sums = by_month.groupby([by_month.index.get_level_values(0), months.map(place)]).sum()
            at = sums.index.get_level_values(1).to_numpy()
            there = sums.n.to_numpy()
            reason = np.full(len(sums), None, dtype=object)
            if kind == "year":
                reason[there < rules.year_days] = "days_short"
            reason[sums.fit.to_numpy() < np.array([len(spans.months_of(p)) for p in periods])[at]] = "month_short"
            reason[there == 0] = "no_data"
            good = (sums.excellent + sums.good_level + sums.deducted).to_numpy()
            ratio = np.where(there > 0, good * 100.0 / np.maximum(there, 1), np.nan)
            parts.append(
                pd.DataFrame({
                    "scope": "city", "id": sums.index.get_level_values(0),
                    "period": np.array([p.name for p in periods], dtype=object)[at],
                    "period_kind": kind, "basis": basis,
                    "days_valid": there, "days_expected": np.array([p.days for p in periods])[at], "good": good,
                    **{name: sums[name].to_numpy() for name in LEVELS if name != "good_level"},
                    "deducted": sums.deducted.to_numpy(), "good_ratio": ratio, "rounded": half_even(ratio, 1),
                    "valid": reason == None, "reason": reason,  # noqa: E711
                })
            )  # fmt: skip
    return pd.concat(parts, ignore_index=True)


def _composite(statistics: pd.DataFrame, rules: AirRules, spans: Spans) -> pd.DataFrame:
    wanted = dict.fromkeys(COMPOSITE, "mean") | {"CO": "p95", "O3_8H": "p90"}
    cities = statistics[statistics.scope == "city"]
    cities = cities[cities.statistic == cities.parameter.map(wanted)]
    keys = ["scope", "id", "basis", "period_kind", "period"]
    wide = cities.pivot(index=keys, columns="parameter", values=["rounded", "valid"])
    rule, single = singles(rules, spans.last, {code: wide["rounded"][code].to_numpy(float) for code in COMPOSITE})
    fit = np.stack([wide["valid"][code].to_numpy(bool) for code in COMPOSITE]).all(axis=0)
    value = half_even(sum(single[code] for code in COMPOSITE), 2)
    reason = np.where(fit, None, "parameter_invalid").astype(object)
    reason[np.isnan(value)] = "parameter_missing"
    return wide.index.to_frame(index=False).assign(
        standard=rule.standard, setting=rule.name, value=value,
        **{f"single_{code}": single[code] for code in COMPOSITE}, main=top_of(single, len(wide)), valid=fit,
        reason=reason,
    )  # fmt: skip


def _attainment(statistics: pd.DataFrame, rules: AirRules, spans: Spans) -> pd.DataFrame:
    years = statistics[statistics.period_kind == "year"]
    kept = ["scope", "id", "basis", "period_kind", "period", "parameter", "statistic", "valid", "reason"]
    parts = []
    for stage in rules.stages_between(spans.first, spans.last):
        for parameter, statistic, averaging in STATISTICS:
            rows = years[(years.parameter == parameter) & (years.statistic == statistic)]
            limit = stage.limits[parameter, averaging] / 1000
            value = half_even(rows.value.to_numpy(), rules.compliance_decimals.get(parameter, 0))
            over = value > limit
            attains = np.where(rows.valid.to_numpy() & ~np.isnan(value), ~over, None)
            parts.append(
                rows[kept].assign(
                    standard=stage.name, value=value, limit=limit, attains=attains.astype(object),
                    multiple=np.where(over, half_even((value - limit) / limit, 2), np.nan),
                )
            )  # fmt: skip
    return pd.concat(parts, ignore_index=True)


def _ranking(composite: pd.DataFrame, statistics: pd.DataFrame) -> pd.DataFrame:
    fine = statistics[
        (statistics.scope == "city") & (statistics.parameter == "PM2.5") & (statistics.statistic == "mean")
    ]
    keys = ["id", "basis", "period_kind", "period", "standard", "criterion", "value"]
    both = [composite.assign(criterion="composite"), fine.assign(criterion="PM2.5", standard="")]
    rows = pd.concat([table.assign(value=table.value.where(table.valid))[keys] for table in both], ignore_index=True)
    group = ["criterion", "basis", "period_kind", "period", "standard"]
    cut = rows.assign(cut=rows.value.round(9)).groupby(group)["cut"]
    year = rows.period.str[:4].astype(int)
    before = (year - 1).astype(str) + rows.period.str[4:]
    rows = rows.assign(list="all", rank=cut.rank(method="min"), ranked=cut.transform("count"), year_before=before)
    earlier = rows[[*group, "list", "id", "value", "rank"]].rename(
        columns={"period": "year_before", "value": "before", "rank": "rank_before"}
    )
    keys = ["list", "criterion", "basis", "period_kind", "standard", "id", "year_before"]
    rows = rows.merge(earlier, on=keys, how="left")
    change = half_even(100 * (rows.value - rows.before) / rows.before, 1)
    return rows.assign(change=change, change_rank=rows.assign(c=change).groupby(group)["c"].rank(method="min"))
