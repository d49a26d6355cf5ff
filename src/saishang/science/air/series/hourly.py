"""The index of every hour (实时报, HJ 633) of stations and cities, and the hourly values behind it.

The items differ by edition: 2012 takes the hours of the gases, ozone's running 8-hour mean and the running 24-hour
means of the particles; 2026 takes the hours of all six. Both kinds are made here, the edition of the day (or a chosen
one) says which of them count.

Running means reach back over midnight and over the months in which observations are read: `station_hours` therefore
takes the hours before its own (`lead_hours`) along and gives back only its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import ibis

from saishang.science.air.series.calendar import Reference
from saishang.science.air.series.daily import hours
from saishang.science.air.series.fixed import PACK
from saishang.science.air.series.index import LEVELS, level_of, of_edition, sub_index, tenths_of
from saishang.science.air.series.rules import HOURLY, POLLUTANTS, AirRules, HourItem, IndexRule
from saishang.science.exact import exact_sum, floor_ratio, half_even, join_words

__all__ = ["LEAD_HOURS", "city_hour_items", "hourly_index", "station_hour_items", "station_hours"]

#: Hours before the first one that its running means look at.
LEAD_HOURS = 23
#: Items that are running means: pollutant and hours.
_RUNNING = {"O3_8h": ("O3", 8), "SO2_24h": ("SO2", 24), "PM10_24h": ("PM10", 24), "PM2.5_24h": ("PM2.5", 24)}


def station_hours(observations: Any, rules: AirRules, *, since: datetime | None = None) -> Any:
    """Hours of stations as packed sums, with the running sums behind the running means.

    Parameters
    ----------
    observations:
        Rows of the lake, with those of the `LEAD_HOURS` before `since` where there are any.
    since:
        Start of the first hour to give back; None = all.

    Returns
    -------
    `station, hour` and one column per code of `HOURLY`, packed (thousandths · PACK + number of hours) as doubles, null
    where nothing was sent; `hour` counts the hours from 1970 to the start of this one.
    """
    table = hours(observations, rules)
    numbered = table.select("station", "parameter", "packed", hour=_number(table.start))
    sums = {f"{code}_1h": numbered.packed.sum(where=numbered.parameter == code) for code in POLLUTANTS}
    wide = numbered.group_by("station", "hour").agg(**sums)
    running = {
        name: wide[f"{code}_1h"].sum().over(
            ibis.range_window(preceding=length - 1, following=0, group_by=wide.station, order_by=wide.hour)
        )
        for name, (code, length) in _RUNNING.items()
    }  # fmt: skip
    full = wide.mutate(**running)
    if since is not None:
        full = full.filter(full.hour >= int((since - datetime(1970, 1, 1)).total_seconds()) // 3600)
    return full.select("station", "hour", *HOURLY)


def station_hour_items(stations: Any, packed: Any, reference: Reference, rules: AirRules) -> Any:
    """Items of stations in ticks, every hour in which a station was open, from the first day with hours to the last.

    Parameters
    ----------
    packed:
        `station_hours`.

    Returns
    -------
    `station, region, city_mean, day, edition, hour, end` and one column per code of `HOURLY`, ticks or null. An hour
    with two rows is void; a running mean needs the hours that a mean of its length needs (`min_window_hours` of 8,
    `min_hours` of 24), and there is none in an hour in which the station sent nothing at all.
    """
    ends = packed.agg(begin=packed.hour.min(), end_=packed.hour.max())
    clock = reference.hours.cross_join(ends)
    # Whole days; hours are counted from a midnight.
    clock = clock.filter(clock.hour >= clock.begin - clock.begin % 24, clock.hour < clock.end_ - clock.end_ % 24 + 24)
    every = stations.cross_join(clock)
    grid = every.filter(
        every.opened.isnull() | (every.opened <= every.day), every.closed.isnull() | (every.day <= every.closed)
    ).select("station", "region", "city_mean", "day", "edition", "hour", "end")
    whole = packed.select("station", "hour", **{code: packed[code].cast("int64") for code in HOURLY})
    joined = grid.left_join(whole, ["station", "hour"]).select(*grid.columns, *HOURLY)
    counts = joined.mutate(**{f"n_{code}": joined[code] % PACK for code in HOURLY})
    return counts.select(*grid.columns, **{code: _ticks(counts, code, rules) for code in HOURLY})


def city_hour_items(items: Any, rules: AirRules) -> Any:
    """Items of cities in ticks: means over the stations that count, of running means too (HJ 663; as ozone's day).

    Returns
    -------
    `region, day, edition, hour, end` and one column per code of `HOURLY`; null where fewer than `city_percent` of the
    open stations have the item.
    """
    counted = items.filter(items.city_mean)
    keys = ["region", "day", "edition", "hour", "end"]
    sums = counted.group_by(*keys).agg(
        expected=counted.count(),
        **{f"s_{code}": exact_sum(counted[code]) for code in HOURLY},
        **{f"n_{code}": counted[code].count() for code in HOURLY},
    )
    means = {}
    for code in HOURLY:
        number = sums[f"n_{code}"]
        enough = (number > 0) & (number * 100 >= sums.expected * rules.city_percent)
        means[code] = ibis.cases(
            (enough, half_even(sums[f"s_{code}"], number.nullif(0))), else_=ibis.null("int64")
        )  # fmt: skip
    return sums.select(*keys, **means)


def hourly_index(items: Any, rules: AirRules, editions: Sequence[str], *, keys: Sequence[str]) -> Any:
    """Index of each hour.

    Parameters
    ----------
    items:
        `station_hour_items` or `city_hour_items`.
    editions:
        Names of the editions in `items`.
    keys:
        Columns that name the place (`region`, or `station, region`).

    Returns
    -------
    The keys, `end, aqi, level, primary, iaqi_<pollutant> …, value_<item> …, edition, publishable, complete, reason`.
    `iaqi_O3` is the larger of its two items where the edition has two; `primary` holds pollutants. Concentrations are
    rounded, half to even, to whole µg/m³ (CO: tenths) before the formula, as the daily index does; `value_<item>` is
    unrounded. Otherwise as `city_index`.
    """
    known = [rules.index_named(name) for name in editions]
    tenths = items.mutate(**{f"t_{code}": tenths_of(items[code], code.rpartition("_")[0], rules) for code in HOURLY})
    used = {item.name: item for rule in known for item in rule.hourly}
    points = {f"i_{name}": _by_edition(tenths, name, known, editions) for name in used}
    indexed = tenths.mutate(**points)
    parts = {f"iaqi_{code}": _largest(indexed, code, known) for code in POLLUTANTS}
    judged = indexed.mutate(**parts)
    top = ibis.greatest(*[judged[f"iaqi_{code}"].fill_null(-1) for code in POLLUTANTS])
    zero = [((top == 0) & (judged.edition == rule.name), rule.zero_index) for rule in known if rule.zero_index]
    judged = judged.mutate(aqi=ibis.cases(*zero, (top >= 0, top), else_=ibis.null("int64")).cast("int64"))
    named = judged.mutate(
        primary=join_words(
            ibis.cases(
                ((judged.aqi > LEVELS[0]) & (judged[f"iaqi_{code}"] == judged.aqi), ibis.literal(code)),
                else_=ibis.null("string"),
            )
            for code in POLLUTANTS
        ),
        gaps=join_words(
            ibis.cases((judged[f"iaqi_{code}"].isnull(), ibis.literal(code)), else_=ibis.null("string"))
            for code in POLLUTANTS
        ),
    )
    complete = named.gaps == ""
    gates = [
        (named.edition == rule.name, complete | (named.aqi > rule.publish_incomplete_above))
        for rule in known
        if rule.publish_incomplete_above is not None
    ]
    gate = ibis.cases(*gates, else_=True) if gates else ibis.literal(True)
    return named.select(
        *keys, "end", "aqi", level=level_of(named.aqi), primary=named.primary,
        **{f"iaqi_{code}": named[f"iaqi_{code}"] for code in POLLUTANTS},
        **{f"value_{_shown(code)}": named[code].cast("float64") / float(rules.grid.unit) for code in HOURLY},
        edition=named.edition,
        publishable=named.aqi.notnull() & gate.fill_null(False),
        complete=complete,
        reason=ibis.cases(
            (complete, ibis.null("string")),
            (named.aqi.isnull() & ibis.and_(*[named[code].isnull() for code in HOURLY]), "no_data"),
            else_=ibis.literal("missing:") + named.gaps,
        ),
    )  # fmt: skip


def _number(start: Any) -> Any:
    """Hours from 1970 to a start."""
    seconds = start.epoch_seconds().cast("int64")
    return floor_ratio(seconds - seconds % 3600, 3600)


def _ticks(counts: Any, code: str, rules: AirRules) -> Any:
    number, value = counts[f"n_{code}"], counts[code]
    least, most = 1, 1
    if code in _RUNNING:
        most = _RUNNING[code][1]
        least = rules.min_window_hours if most == rules.window_hours else rules.min_hours
    # Every count of hours allowed divides the tick: the mean is a whole number of ticks.
    share = floor_ratio(ibis.literal(rules.grid.thousandth), number)
    return ibis.cases(
        (number.between(least, most), floor_ratio(value - number, PACK) * share), else_=ibis.null("int64")
    )


def _by_edition(table: Any, name: str, known: Sequence[IndexRule], editions: Sequence[str]) -> Any:
    """Sub-index of one item in the edition of the row; null where the edition does not have the item."""
    found = {}
    for rule in known:
        items: Mapping[str, HourItem] = {item.name: item for item in rule.hourly}
        if name in items:
            found[rule.name] = _sub_index(table, items[name], items)
    return of_edition(table.edition, found, editions)


def _sub_index(table: Any, item: HourItem, items: Mapping[str, HourItem]) -> Any:
    instead = None if item.instead is None else _sub_index(table, items[item.instead], items)
    return sub_index(table[f"t_{item.name}"], item.column, instead)


def _largest(table: Any, code: str, known: Sequence[IndexRule]) -> Any:
    """Sub-index of a pollutant: the largest of its items, null when none has one."""
    names = dict.fromkeys(
        item.name for rule in known for item in rule.hourly if item.pollutant == code and not item.fallback_only
    )
    columns = [table[f"i_{name}"] for name in names]
    if len(columns) == 1:
        return columns[0]
    largest = ibis.greatest(*[column.fill_null(-1) for column in columns])
    return largest.nullif(-1)


def _shown(code: str) -> str:
    """Name of an item's value: the hour goes by its pollutant's code, as in the lake."""
    return code.removesuffix("_1h")
