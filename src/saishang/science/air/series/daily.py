"""Hourly values → sums of a station's day → daily means (GB 3095 table 4), in one pass for all parameters.

An hour belongs to the natural day in which it starts: the hour ending at 24:00 of a day starts at 23:00 of that day.
A day's sums are kept packed (`PACK`), so that the pass over the hours does as little as possible: everything that costs
thought happens afterwards, on one row per station and day. Days never reach across months, so the sums can be made
month by month and put together.
"""

from __future__ import annotations

from typing import Any

import ibis

from saishang.science.air.series.calendar import Reference
from saishang.science.air.series.fixed import PACK, concentration, floor_ratio, thousandths
from saishang.science.air.series.rules import LINEAR, AirRules

__all__ = ["day_sums", "hours", "operating_days", "station_means"]


def hours(observations: Any, rules: AirRules, *parameters: str) -> Any:
    """Hourly values that may enter statistics: whole hours, not negative, without a voiding mark.

    Parameters
    ----------
    observations:
        Lake columns `station, parameter, start, end, value, qualifier`; one row per station, parameter and hour.
    parameters:
        Codes to keep; none = all.

    Returns
    -------
    `station, parameter, start, day, hour, packed`: hour 0 … 23 by its start, packed = thousandths of the unit · PACK
    + 1.
    """
    table = observations
    unmarked = table.qualifier.isnull() | table.qualifier.isin(rules.marks)
    wanted = [ibis.or_(*[table.parameter == code for code in parameters])] if parameters else []
    kept = table.filter(
        *wanted,
        concentration(table.value),
        table.end.epoch_seconds() - table.start.epoch_seconds() == 3600,
        unmarked,
    )
    return kept.select(
        station=kept.station,
        parameter=kept.parameter,
        start=kept.start,
        day=kept.start.date(),
        hour=kept.start.hour(),
        # As a double: engines add those up in one machine word, whole numbers below 2**53 exactly and in any order.
        packed=thousandths(kept.value) * float(PACK) + 1.0,
    )


def day_sums(observations: Any, rules: AirRules) -> Any:
    """Packed sum per station, day and linear parameter; columns `station, day` and one per code of `LINEAR`.

    Days without any hour are absent here; `operating_days` brings them back from the calendar.
    """
    # The other parameters' rows fall out in the sums; a filter on the name in front of them would cost more.
    table = hours(observations, rules)
    sums = {code: table.packed.sum(where=table.parameter == code).cast("int64") for code in LINEAR}
    return table.group_by("station", "day").agg(**sums)


def operating_days(stations: Any, reference: Reference) -> Any:
    """Every station on every day of the calendar on which it was open, `opened` and `closed` inclusive."""
    every = stations.cross_join(reference.days)
    return every.filter(
        every.opened.isnull() | (every.opened <= every.day), every.closed.isnull() | (every.day <= every.closed)
    ).select("station", "region", "city_mean", "day")


def station_means(days: Any, sums: Any, rules: AirRules) -> Any:
    """Daily means of the linear parameters.

    Parameters
    ----------
    days:
        `operating_days`.
    sums:
        `day_sums`.

    Returns
    -------
    `station, region, city_mean, parameter, day, ticks, hours_present, reason`; ticks null when void.
    """
    wide = days.left_join(sums, ["station", "day"]).select(*days.columns, *LINEAR)
    parts = [
        wide.select(
            "station", "region", "city_mean", "day", parameter=ibis.literal(code), packed=wide[code].fill_null(0)
        )
        for code in LINEAR
    ]
    rows = ibis.union(*parts)
    long = rows.mutate(present=rows.packed % PACK)
    enough = (long.present >= rules.min_hours) & (long.present <= 24)
    # Every count of hours from min_hours to 24 divides the tick: the mean is a whole number of ticks.
    share = floor_ratio(ibis.literal(rules.grid.thousandth), long.present)
    return long.select(
        "station", "region", "city_mean", "parameter", "day",
        ticks=ibis.cases((enough, floor_ratio(long.packed - long.present, PACK) * share), else_=ibis.null("int64")),
        hours_present=long.present,
        reason=ibis.cases(
            (enough, ibis.null("string")), (long.present == 0, "no_data"), (long.present > 24, "duplicate_hours"),
            else_="hours_short",
        ),
    )  # fmt: skip
