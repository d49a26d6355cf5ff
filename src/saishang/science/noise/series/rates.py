"""Rates of function zones (功能区声环境质量达标率): point-times that attain over all that were evaluated.

A valid day of an automatic station is one point-time by day and one by night (our reading; manual monitoring has four
days a year). Rates are whole tenths of a percent, rounded once, half to even.
"""

from __future__ import annotations

from typing import Any

import ibis

from saishang.science.exact import half_even

__all__ = ["ALL", "pass_rates"]

#: Region and zone of rows over all of them.
ALL = "all"


def pass_rates(verdicts: Any, periods: Any) -> Any:
    """Rates by region, class of zone and span, for every month, quarter and year.

    Parameters
    ----------
    verdicts:
        `station_verdicts`.
    periods:
        `periods` of the calendar.

    Returns
    -------
    `period_kind, period, region, zone, span, stations, passed, evaluated, not_evaluated, rate`; `region` and `zone` are
    also `all`; rate in tenths of a percent, null when nothing was evaluated.
    """
    dated = verdicts.inner_join(periods, "day").select(*verdicts.columns, "period_kind", "period")
    wide = [
        dated.mutate(region=region, zone=zone)
        for region in (dated.region, ibis.literal(ALL))
        for zone in (dated.zone, ibis.literal(ALL))
    ]
    rows = ibis.union(*wide)
    counts = rows.group_by("period_kind", "period", "region", "zone", "span").agg(
        stations=rows.station.nunique().cast("int64"),
        passed=ibis.ifelse(rows.attains.fill_null(False), 1, 0).sum().cast("int64"),
        evaluated=rows.attains.count().cast("int64"),
        rows=rows.count().cast("int64"),
    )
    # A divisor of 1 where nothing was evaluated: both sides of a choice may be computed.
    rate = half_even(counts.passed * 1000, ibis.greatest(counts.evaluated, 1))
    return counts.select(
        "period_kind", "period", "region", "zone", "span", "stations", "passed", "evaluated",
        not_evaluated=counts.rows - counts.evaluated,
        rate=ibis.ifelse(counts.evaluated > 0, rate, ibis.null("int64")),
    )  # fmt: skip
