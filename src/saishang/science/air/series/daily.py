"""Hourly values → sums of a station's day → daily means (GB 3095 table 4), in one pass for all parameters.

An hour belongs to the natural day in which it starts: the hour ending at 24:00 of a day starts at 23:00 of that day.
A day's sums are kept packed (`PACK`), so that the pass over the hours does as little as possible: everything that costs
thought happens afterwards, on one row per station and day. Days never reach across months, so the sums can be made
month by month and put together.

Days are wide: one row per place and day, one column per parameter (`t_PM10` ticks, `h_PM10` hours). Long rows, as the
contract has them, are made when they are asked for.
"""

from __future__ import annotations

from typing import Any

import ibis

from saishang.science.air.series.calendar import Reference
from saishang.science.air.series.fixed import PACK, concentration, thousandths
from saishang.science.air.series.rules import DAILY, LINEAR, AirRules
from saishang.science.exact import floor_ratio

__all__ = ["day_sums", "hours", "operating_days", "packed_hours", "station_days", "station_rows"]

#: Highest number of hours of a day; more means that an hour came twice.
_MOST = 24


def packed_hours(observations: Any, rules: AirRules) -> Any:
    """All rows with what they add to sums, null for what may not enter statistics.

    What may: whole hours, not negative, without a voiding mark.

    Parameters
    ----------
    observations:
        Lake columns `station, parameter, start, end, value, qualifier`; one row per station, parameter and hour.

    Returns
    -------
    `station, parameter, start, day, hour, packed`: hour 0 … 23 by its start, packed = thousandths of the unit · PACK
    + 1, a double: engines add those up in one machine word, whole numbers below 2**53 exactly and in any order.
    """
    table = observations
    fits = (
        concentration(table.value)
        & (table.end.epoch_seconds() - table.start.epoch_seconds() == 3600)
        & (table.qualifier.isnull() | table.qualifier.isin(rules.marks))
    )
    return table.select(
        station=table.station,
        parameter=table.parameter,
        start=table.start,
        day=table.start.date(),
        hour=table.start.hour(),
        # A product with null is null. Dropping the rows instead costs an engine more: it copies all others.
        packed=(thousandths(table.value) * float(PACK) + 1.0) * (fits | ibis.null("boolean")).cast("float64"),
    )


def hours(observations: Any, rules: AirRules, *parameters: str) -> Any:
    """The rows of `packed_hours` that may enter statistics; of `parameters` only, when some are named."""
    rows = observations
    if parameters:
        rows = rows.filter(ibis.or_(*[rows.parameter == code for code in parameters]))
    packed = packed_hours(rows, rules)
    return packed.filter(packed.packed.notnull())


def day_sums(observations: Any, rules: AirRules) -> Any:
    """Packed sum per station, day and linear parameter; columns `station, day` and one per code of `LINEAR`.

    Days without any hour may be absent here; `operating_days` brings them back from the calendar.
    """
    # The other parameters' rows fall out in the sums; a filter on the name in front of them would cost more.
    table = packed_hours(observations, rules)
    sums = {code: table.packed.sum(where=table.parameter == code).cast("int64") for code in LINEAR}
    return table.group_by("station", "day").agg(**sums)


def operating_days(stations: Any, reference: Reference) -> Any:
    """Every station on every day of the calendar on which it was open, `opened` and `closed` inclusive."""
    every = stations.cross_join(reference.days)
    return every.filter(
        every.opened.isnull() | (every.opened <= every.day), every.closed.isnull() | (every.day <= every.closed)
    ).select("station", "region", "city_mean", "day")


def station_days(days: Any, sums: Any, ozone: Any, rules: AirRules) -> Any:
    """Daily values of stations in ticks.

    Parameters
    ----------
    days, sums, ozone:
        `operating_days`, `day_sums` and `ozone.ozone_days`.

    Returns
    -------
    `station, region, city_mean, day`, `t_<code>` ticks (null when void) and `h_<code>` hours present for each code of
    `DAILY`, and `windows`, the number of valid ozone windows.
    """
    linear = days.left_join(sums, ["station", "day"]).select(*days.columns, *LINEAR)
    wide = linear.left_join(ozone, ["station", "day"]).select(*linear.columns, "hours", "top", "best", "windows")
    counted = wide.mutate(
        **{f"h_{code}": (wide[code] % PACK).fill_null(0).cast("int32") for code in LINEAR},
        h_O3=wide.hours.fill_null(0).cast("int32"),
    )
    ticks = {f"t_{code}": _mean(counted, code, rules) for code in LINEAR}
    ticks |= {"t_O3_8H": _eight(counted, rules), "t_O3_1H": _largest(counted, rules)}
    return counted.select(
        "station", "region", "city_mean", "day",
        **{f"t_{code}": ticks[f"t_{code}"] for code in DAILY},
        **{f"h_{code}": counted[f"h_{code.split('_')[0]}"] for code in DAILY},
        windows=counted.windows,
    )  # fmt: skip


def _mean(table: Any, code: str, rules: AirRules) -> Any:
    present = table[f"h_{code}"].cast("int64")
    # Every count of hours from min_hours to 24 divides the tick: the mean is a whole number of ticks.
    share = floor_ratio(ibis.literal(rules.grid.thousandth), present)
    return ibis.cases(
        (present.between(rules.min_hours, _MOST), floor_ratio(table[code] - present, PACK) * share),
        else_=ibis.null("int64"),
    )


def _eight(table: Any, rules: AirRules) -> Any:
    """Daily maximum 8-hour mean; with fewer windows than the rule asks it stands only above the limit."""
    common = rules.window_grid
    stands = (table.windows >= rules.min_windows) | (table.best > rules.ozone_limit * common * PACK)
    return ibis.cases(
        (stands & (table.h_O3 <= _MOST), floor_ratio(table.best, PACK) * (rules.grid.thousandth // common)),
        else_=ibis.null("int64"),
    )


def _largest(table: Any, rules: AirRules) -> Any:
    return ibis.cases(
        (table.h_O3.between(rules.min_hours, _MOST), floor_ratio(table.top - 1, PACK) * rules.grid.thousandth),
        else_=ibis.null("int64"),
    )


def station_rows(wide: Any, rules: AirRules) -> Any:
    """Long rows of `station_days`: `station, region, city_mean, parameter, day, ticks, hours_present, reason`."""
    parts = [
        wide.select(
            "station", "region", "city_mean", "day",
            parameter=ibis.literal(code), ticks=wide[f"t_{code}"], hours_present=wide[f"h_{code}"].cast("int64"),
            reason=_reason(wide, code, rules),
        )
        for code in DAILY
    ]  # fmt: skip
    return ibis.union(*parts)


def _reason(wide: Any, code: str, rules: AirRules) -> Any:
    present, valid = wide[f"h_{code}"], wide[f"t_{code}"].notnull()
    fine, short = valid, ibis.literal("hours_short")
    if code == "O3_8H":
        fine = valid & (wide.windows >= rules.min_windows)
        short = ibis.cases((valid, "above_limit_stands"), else_="windows_short")
    return ibis.cases(
        (fine, ibis.null("string")), (present == 0, "no_data"), (present > _MOST, "duplicate_hours"), else_=short
    )
