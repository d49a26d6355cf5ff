"""A city's day: the mean of its stations' days (HJ 663), or the value the city published itself.

Every region of the calendar has a row for every day and parameter, so that a gap is a row that says so.
"""

from __future__ import annotations

from typing import Any

import ibis

from saishang.science.air.series.calendar import Reference
from saishang.science.air.series.fixed import concentration, thousandths
from saishang.science.air.series.rules import DAILY, AirRules
from saishang.science.exact import exact_sum, half_even

__all__ = ["city_days", "city_rows", "published_days"]

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
        `station_days`.
    published:
        `published_days`, or None.

    Returns
    -------
    `region, day, edition, stations_expected`, and for each code of `DAILY` `t_<code>` ticks (null when void),
    `n_<code>` valid stations and `p_<code>` whether the value arrived as such. A city needs `city_percent` of the
    stations that were open on the day and count for its mean.
    """
    counted = stations.filter(stations.city_mean)
    sums = counted.group_by("region", "day").agg(
        expected=counted.count(),
        **{f"s_{code}": exact_sum(counted[f"t_{code}"]) for code in DAILY},
        **{f"n_{code}": counted[f"t_{code}"].count() for code in DAILY},
    )
    regions = counted.select("region").distinct()
    if published is not None:
        regions = ibis.union(regions, published.select("region").distinct(), distinct=True)
    grid = regions.cross_join(reference.days).select("region", "day", "edition")
    columns = ["expected", *(f"{kind}_{code}" for code in DAILY for kind in "sn")]
    joined = grid.left_join(sums, ["region", "day"]).select(*grid.columns, *columns)
    if published is None:
        wide = joined
    else:
        given = published.group_by("region", "day").agg(
            **{f"g_{code}": published.given.max(where=published.parameter == code) for code in DAILY}
        )
        wide = joined.left_join(given, ["region", "day"]).select(*joined.columns, *(f"g_{code}" for code in DAILY))
    means = wide.mutate(**{f"m_{code}": _mean(wide, code, rules) for code in DAILY})
    stations_win = rules.prefer == "stations"
    out = {}
    for code in DAILY:
        ours = means[f"m_{code}"]
        theirs = ibis.null("int64") if published is None else means[f"g_{code}"]
        out[f"t_{code}"] = ibis.coalesce(ours, theirs) if stations_win else ibis.coalesce(theirs, ours)
        out[f"n_{code}"] = means[f"n_{code}"].fill_null(0)
        out[f"p_{code}"] = theirs.notnull() & ours.isnull() if stations_win else theirs.notnull()
    return means.select(*grid.columns, stations_expected=means.expected.fill_null(0), **out)


def _mean(wide: Any, code: str, rules: AirRules) -> Any:
    """Mean of the stations; none where too few are valid, or where no station has a row."""
    number = wide[f"n_{code}"]
    enough = (number > 0) & (number * 100 >= wide.expected * rules.city_percent)
    return ibis.cases((enough, half_even(wide[f"s_{code}"], number)), else_=ibis.null("int64"))


def city_rows(wide: Any) -> Any:
    """Long rows of `city_days`: `region, parameter, day, ticks, stations_valid, stations_expected, reason, origin`."""
    parts = []
    for code in DAILY:
        ticks, number = wide[f"t_{code}"], wide[f"n_{code}"]
        reason = ibis.cases(
            (ticks.notnull(), ibis.null("string")),
            (wide.stations_expected == 0, "no_station"),
            (number == 0, "no_data"),
            else_="stations_short",
        )
        parts.append(
            wide.select(
                "region", "day", "stations_expected",
                parameter=ibis.literal(code), ticks=ticks, stations_valid=number, reason=reason,
                origin=wide[f"p_{code}"].ifelse("published", "stations"),
            )
        )  # fmt: skip
    return ibis.union(*parts)
