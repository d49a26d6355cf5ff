"""Ozone's day: the largest 8-hour mean (臭氧日最大8小时平均, HJ 663 6.1.2) and the largest hour.

The windows end at 08:00 … 24:00 of the natural day, so they never reach into the day before: 17 conditional sums per
station and day say everything, no sliding window over the hours is needed.
"""

from __future__ import annotations

from math import lcm
from typing import Any

import ibis

from saishang.science.air.series.daily import hours
from saishang.science.air.series.fixed import PACK, floor_ratio
from saishang.science.air.series.rules import AirRules

__all__ = ["ozone_days", "ozone_sums"]


def ozone_sums(observations: Any, rules: AirRules) -> Any:
    """Packed sums of the windows per station and day.

    Returns
    -------
    `station, day, hours, top` and `w8 … w24`: hours present, largest packed hour, packed sum of the window ending at.
    """
    table = hours(observations, rules, "O3")
    windows = {
        # Adding nought for the hours outside costs less than leaving them out.
        f"w{end}": ibis.cases(((table.hour >= end - rules.window_hours) & (table.hour < end), table.packed), else_=0.0)
        .sum()
        .cast("int64")
        for end in _ends(rules)
    }
    return table.group_by("station", "day").agg(hours=table.count(), top=table.packed.max().cast("int64"), **windows)


def ozone_days(days: Any, sums: Any, rules: AirRules) -> Any:
    """Daily maximum 8-hour mean `O3_8H` and daily maximum hour `O3_1H`; columns as of `station_means`.

    A day with fewer windows than the rule asks is void, unless the largest found is above the limit: it stands.
    """
    least, most = rules.min_window_hours, rules.window_hours
    common = lcm(*range(least, most + 1))  # 168: means over 6, 7 and 8 hours side by side as whole numbers
    counts = {f"c{end}": sums[f"w{end}"] % PACK for end in _ends(rules)}
    counted = sums.mutate(**counts)
    means = {
        f"m{end}": ibis.cases(
            (
                counted[f"c{end}"].between(least, most),
                (counted[f"w{end}"] - counted[f"c{end}"]) * floor_ratio(ibis.literal(common), counted[f"c{end}"]),
            ),
            else_=-1,
        )
        for end in _ends(rules)
    }
    meant = counted.select("station", "day", "hours", "top", **means)
    columns = [meant[f"m{end}"] for end in _ends(rules)]
    best = meant.select(
        "station",
        "day",
        "hours",
        "top",
        best=ibis.greatest(*columns),
        windows=sum(((column >= 0).cast("int64") for column in columns[1:]), (columns[0] >= 0).cast("int64")),
    )
    wide = days.left_join(best, ["station", "day"]).select(*days.columns, "hours", "top", "best", "windows")
    present = wide.hours.fill_null(0)
    limit = rules.ozone_limit * common * PACK
    enough = wide.windows >= rules.min_windows
    stands = enough | (wide.best > limit)
    eight = wide.select(
        "station", "region", "city_mean", "day",
        parameter=ibis.literal("O3_8H"),
        ticks=ibis.cases(
            (stands & (present <= 24), floor_ratio(wide.best, PACK) * (rules.grid.thousandth // common)),
            else_=ibis.null("int64"),
        ),
        hours_present=present,
        reason=ibis.cases(
            (present == 0, "no_data"), (present > 24, "duplicate_hours"), (enough, ibis.null("string")),
            (stands, "above_limit_stands"), else_="windows_short",
        ),
    )  # fmt: skip
    filled = (present >= rules.min_hours) & (present <= 24)
    one = wide.select(
        "station", "region", "city_mean", "day",
        parameter=ibis.literal("O3_1H"),
        ticks=ibis.cases(
            (filled, floor_ratio(wide.top - 1, PACK) * rules.grid.thousandth), else_=ibis.null("int64")
        ),
        hours_present=present,
        reason=ibis.cases(
            (filled, ibis.null("string")), (present == 0, "no_data"), (present > 24, "duplicate_hours"),
            else_="hours_short",
        ),
    )  # fmt: skip
    order = ("station", "region", "city_mean", "parameter", "day", "ticks", "hours_present", "reason")
    return ibis.union(eight.select(*order), one.select(*order))


def _ends(rules: AirRules) -> range:
    return range(rules.first_end, rules.last_end + 1)
