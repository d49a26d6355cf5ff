"""Hours of automatic stations → Ld, Ln and Ldn of each day → whether the function zone attains.

An hour is valid when it is whole, unmarked, a level, and without rain or strong wind at the same station (GB 3096:
measuring conditions; HJ 906: data validity). The night from 22:00 to 06:00 belongs to the day on which it begins.
"""

from __future__ import annotations

from typing import Any

import ibis

from saishang.science.noise.series.calendar import NoiseReference
from saishang.science.noise.series.energy import TOP, level_of, tenths_of
from saishang.science.noise.series.rules import NoiseRules

__all__ = ["hour_sums", "station_levels", "station_verdicts"]

_SPANS = ("day", "night")


def hour_sums(observations: Any, reference: NoiseReference, rules: NoiseRules) -> Any:
    """Energies of the valid hours, added up by station, day and span.

    Parameters
    ----------
    observations:
        Lake columns `station, parameter, start, end, value, qualifier` of noise and, where stations have them, of wind
        and rain under the same station code; one row per station, parameter and hour. A portion may be a month: sums of
        portions are added up by `station_levels`.

    Returns
    -------
    `station, day, span, hours, weather_hours, energy`: valid hours, hours lost to the weather, sum of energies.
    """
    table = observations
    whole = table.filter(
        table.end.epoch_seconds() - table.start.epoch_seconds() == 3600,
        table.qualifier.isnull(),
        table.value * 0.0 == 0.0,  # NaN is no level
    )
    rough = whole.filter(_bad_weather(whole, rules)).select("station", "start").distinct().mutate(rough=True)
    levels = whole.filter(whole.parameter == rules.level, whole.value >= 0, whole.value * 10.0 < TOP + 0.5)
    levels = levels.select("station", "start", tenths=tenths_of(levels.value))
    told = levels.left_join(rough, ["station", "start"]).select("station", "start", "tenths", "rough")
    loud = told.inner_join(reference.energies, "tenths").select("station", "start", "energy", "rough")
    hour = loud.start.hour()
    by_day = (hour >= rules.day_start) & (hour < rules.day_end)
    # Hours before the day begins are the end of the night before.
    moved = ibis.ifelse(hour < rules.day_start, loud.start - ibis.interval(days=1), loud.start)
    valid = loud.rough.isnull()
    marked = loud.select(
        station=loud.station,
        day=moved.date(),
        span=ibis.ifelse(by_day, ibis.literal("day"), ibis.literal("night")),
        hours=valid.cast("int64"),
        weather_hours=(~valid).cast("int64"),
        energy=ibis.ifelse(valid, loud.energy, 0),
    )
    return _added(marked)


def _bad_weather(table: Any, rules: NoiseRules) -> Any:
    windy = (table.parameter == rules.wind) & (table.value > rules.wind_above)
    if not rules.rain_excludes:
        return windy
    return windy | ((table.parameter == rules.rain) & (table.value > 0))


def _added(table: Any) -> Any:
    return table.group_by("station", "day", "span").agg(
        hours=table.hours.sum().cast("int64"),
        weather_hours=table.weather_hours.sum().cast("int64"),
        energy=table.energy.sum().cast("decimal(38, 0)").cast("int64"),
    )


def station_levels(sums: Any, stations: Any, reference: NoiseReference, rules: NoiseRules) -> Any:
    """Levels of every station on every day of its service.

    Parameters
    ----------
    sums:
        `hour_sums`, of one portion or of several together.
    stations:
        `NOISE_STATIONS`.

    Returns
    -------
    `station, region, zone, day, day_hours, night_hours, weather_hours, ld, ln, ldn, day_reason, night_reason`; levels
    in whole tenths of a dB, null when the span has too few valid hours; reason `no_data`, `weather`, `hours_short`,
    `duplicate_hours`. Ldn needs both spans.
    """
    every = stations.cross_join(reference.days)
    open_days = every.filter(
        every.opened.isnull() | (every.opened <= every.day), every.closed.isnull() | (every.day <= every.closed)
    ).select("station", "region", "zone", "day")
    total = _added(sums)
    wide = open_days
    for span in _SPANS:
        part = total.filter(total.span == span).select(
            "station",
            "day",
            **{
                f"{span}_hours": total.hours,
                f"{span}_weather": total.weather_hours,
                f"{span}_energy": total.energy,
            },
        )
        wide = wide.left_join(part, ["station", "day"]).select(*wide.columns, *part.columns[2:])
    filled = wide.mutate(
        **{name: wide[name].fill_null(0) for span in _SPANS for name in (f"{span}_hours", f"{span}_weather")}
    )
    bounds = {"day": (rules.min_day, rules.day_hours), "night": (rules.min_night, rules.night_hours)}
    judged = filled.mutate(
        **{f"{span}_mean": _mean(filled, span, *bounds[span]) for span in _SPANS},
        **{f"{span}_reason": _reason(filled, span, *bounds[span]) for span in _SPANS},
    )
    both = judged.mutate(
        dn_mean=(
            judged.day_mean * float(rules.day_hours)
            + judged.night_mean * float(rules.night_hours * 10 ** (rules.penalty // 10))
        )
        / 24.0
    )
    levels = both
    for mean, name in (("day_mean", "ld"), ("night_mean", "ln"), ("dn_mean", "ldn")):
        levels = level_of(levels, mean, reference.energies, name)
    return levels.select(
        "station", "region", "zone", "day", "day_hours", "night_hours",
        "ld", "ln", "ldn", "day_reason", "night_reason",
        weather_hours=levels.day_weather + levels.night_weather,
    )  # fmt: skip


def _mean(table: Any, span: str, least: int, most: int) -> Any:
    hours = table[f"{span}_hours"]
    mean = table[f"{span}_energy"].cast("float64") / hours.cast("float64")
    return ibis.ifelse((hours >= least) & (hours <= most), mean, ibis.null("float64"))


def _reason(table: Any, span: str, least: int, most: int) -> Any:
    hours, weather = table[f"{span}_hours"], table[f"{span}_weather"]
    return ibis.cases(
        (hours > most, "duplicate_hours"),
        (hours >= least, ibis.null("string")),
        (hours + weather >= least, "weather"),
        (hours + weather == 0, "no_data"),
        else_="hours_short",
    )


def station_verdicts(levels: Any, reference: NoiseReference) -> Any:
    """Each span of each day against the limit of the station's class: equal attains, null = not evaluated.

    Returns
    -------
    `station, region, zone, day, span, level, limit, attains, reason`; level and limit in tenths of a dB.
    """
    parts = [
        levels.select("station", "region", "zone", "day", span=ibis.literal(span), level=levels[level],
                      reason=levels[f"{span}_reason"])
        for span, level in (("day", "ld"), ("night", "ln"))
    ]  # fmt: skip
    rows = ibis.union(*parts)
    limited = rows.left_join(reference.limits, ["zone", "span"]).select(*rows.columns, "limit")
    return limited.select(
        "station", "region", "zone", "day", "span", "level", "limit",
        attains=ibis.ifelse(
            limited.level.isnull() | limited["limit"].isnull(), ibis.null("boolean"), limited.level <= limited["limit"]
        ),
        reason=ibis.cases(
            (limited["limit"].isnull(), "no_limit"), (limited.level.isnull() & limited.reason.isnull(), "out_of_range"),
            else_=limited.reason,
        ),
    )  # fmt: skip
