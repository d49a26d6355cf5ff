"""A city's day: the mean of its stations' days (HJ 663), or the value the city published itself.

Every region of the calendar has a row for every day and parameter, so that a gap is a row that says so.
"""

from __future__ import annotations

from typing import Any

import ibis

from saishang.science.air.series.calendar import Reference
from saishang.science.air.series.fixed import concentration, exact_sum, half_even, thousandths
from saishang.science.air.series.rules import DAILY, AirRules

__all__ = ["city_days", "published_days"]

_CITY = "city:"


def published_days(observations: Any, rules: AirRules) -> Any:
    """Daily values that arrived as such: rows of one whole day whose station is `city:<region>`.

    Returns
    -------
    `region, parameter, day, given` (ticks). Of several sources of one value the largest is taken: a choice that no
    order of rows can change; hand in one source to make it yours.
    """
    table = observations
    kept = table.filter(
        table.station.startswith(_CITY),
        table.parameter.isin(DAILY),
        concentration(table.value),
        table.end.epoch_seconds() - table.start.epoch_seconds() == 86400,
        table.qualifier.isnull() | table.qualifier.isin(rules.marks),
    )
    values = kept.select(
        region=kept.station.substr(len(_CITY)),
        parameter=kept.parameter,
        day=kept.start.date(),
        # The cast comes after the maximum: an engine may cast before it drops what is no number.
        given=thousandths(kept.value),
    )
    return values.group_by("region", "parameter", "day").agg(
        given=values.given.max().cast("int64") * rules.grid.thousandth
    )


def city_days(stations: Any, published: Any, reference: Reference, rules: AirRules) -> Any:
    """Daily values of cities.

    Parameters
    ----------
    stations:
        Station days (`station_means` and `ozone_days`).
    published:
        `published_days`, or None.

    Returns
    -------
    `region, parameter, day, ticks, stations_valid, stations_expected, reason, origin`; ticks null when void. A city
    needs `city_percent` of the stations that were open on the day and count for its mean.
    """
    counted = stations.filter(stations.city_mean)
    sums = counted.group_by("region", "parameter", "day").agg(
        total=exact_sum(counted.ticks),
        stations_valid=counted.ticks.count(),
        stations_expected=counted.count(),
    )
    regions = counted.select("region").distinct()
    if published is not None:
        regions = ibis.union(regions, published.select("region").distinct(), distinct=True)
    grid = regions.cross_join(reference.parameters).cross_join(reference.days.select("day"))
    wide = grid.left_join(sums, ["region", "parameter", "day"]).select(
        *grid.columns, "total", "stations_valid", "stations_expected"
    )
    if published is not None:
        wide = wide.left_join(published, ["region", "parameter", "day"]).select(*wide.columns, "given")
    else:
        wide = wide.mutate(given=ibis.null("int64"))
    wide = wide.mutate(
        stations_valid=wide.stations_valid.fill_null(0), stations_expected=wide.stations_expected.fill_null(0)
    )
    enough = (wide.stations_valid > 0) & (wide.stations_valid * 100 >= wide.stations_expected * rules.city_percent)
    mean = ibis.cases((enough, half_even(wide.total, wide.stations_valid)), else_=ibis.null("int64"))
    both = wide.mutate(mean=mean)
    ours, theirs = (both.mean, both.given) if rules.prefer == "stations" else (both.given, both.mean)
    origin = ("stations", "published") if rules.prefer == "stations" else ("published", "stations")
    reason = ibis.cases(
        (ours.notnull() | theirs.notnull(), ibis.null("string")),
        (both.stations_expected == 0, "no_station"),
        (both.stations_valid == 0, "no_data"),
        else_="stations_short",
    )
    return both.select(
        "region",
        "parameter",
        "day",
        ticks=ibis.coalesce(ours, theirs),
        stations_valid=both.stations_valid,
        stations_expected=both.stations_expected,
        reason=reason,
        origin=ibis.cases((ours.notnull(), origin[0]), (theirs.notnull(), origin[1]), else_="stations"),
    )
