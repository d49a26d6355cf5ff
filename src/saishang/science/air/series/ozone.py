"""Ozone's day: the largest 8-hour mean (臭氧日最大8小时平均, HJ 663 6.1.2) and the largest hour.

The windows end at 08:00 … 24:00 of the natural day, so they never reach into the day before: 17 conditional sums per
station and day say everything, no sliding window over the hours is needed.
"""

from __future__ import annotations

from typing import Any

import ibis

from saishang.science.air.series.daily import packed_hours
from saishang.science.air.series.fixed import PACK
from saishang.science.air.series.rules import AirRules
from saishang.science.exact import floor_ratio

__all__ = ["ozone_days"]


def ozone_days(observations: Any, rules: AirRules) -> Any:
    """Largest 8-hour mean, largest hour and number of windows per station and day.

    Returns
    -------
    `station, day, hours, top, best, windows`: hours present, largest packed hour, best = largest window mean as
    thousandths · PACK · `window_grid` (-1 without a valid window), number of valid windows.
    """
    # In one statement: the sums of 17 windows are never kept, only what comes of them.
    return _best_windows(_window_sums(observations, rules), rules)


def _window_sums(observations: Any, rules: AirRules) -> Any:
    """Packed sums of the windows per station and day.

    Returns
    -------
    `station, day, hours, top` and `w8 … w24`: hours present, largest packed hour, packed sum of the window ending at.
    """
    table = packed_hours(observations.filter(observations.parameter == "O3"), rules)
    windows = {
        # Adding nought for the hours outside costs less than leaving them out.
        f"w{end}": ibis.cases((table.hour.between(end - rules.window_hours, end - 1), table.packed), else_=0.0)
        .sum()
        .cast("int64")
        for end in _ends(rules)
    }
    return table.group_by("station", "day").agg(
        hours=table.packed.count(), top=table.packed.max().cast("int64"), **windows
    )


def _best_windows(sums: Any, rules: AirRules) -> Any:
    """Largest 8-hour mean and number of windows from `_window_sums`."""
    least, most = rules.min_window_hours, rules.window_hours
    counts = {f"c{end}": sums[f"w{end}"] % PACK for end in _ends(rules)}
    counted = sums.mutate(**counts)
    common = ibis.literal(rules.window_grid)  # 168: means over 6, 7 and 8 hours side by side as whole numbers
    means = {
        f"m{end}": ibis.cases(
            (
                counted[f"c{end}"].between(least, most),
                (counted[f"w{end}"] - counted[f"c{end}"]) * floor_ratio(common, counted[f"c{end}"]),
            ),
            else_=-1,
        )
        for end in _ends(rules)
    }
    meant = counted.select("station", "day", "hours", "top", **means)
    columns = [meant[f"m{end}"] for end in _ends(rules)]
    return meant.select(
        "station",
        "day",
        "hours",
        "top",
        best=ibis.greatest(*columns),
        windows=sum(((column >= 0).cast("int32") for column in columns[1:]), (columns[0] >= 0).cast("int32")),
    )


def _ends(rules: AirRules) -> range:
    return range(rules.first_end, rules.last_end + 1)
