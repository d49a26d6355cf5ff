"""Rates of function zones (功能区声环境质量达标率): point-times that attain over all that were evaluated.

A valid day of an automatic station is one point-time by day and one by night (our reading; manual monitoring has four
days a year). Rates are whole tenths of a percent, rounded once, half to even. A rate over part of what should have been
measured keeps its figure and is not valid: hours that are missing must not make a zone quiet.
"""

from __future__ import annotations

from typing import Any

import ibis

from saishang.science.exact import half_even

__all__ = ["ALL", "pass_rates", "station_rates"]

#: Region and zone of rows over all of them.
ALL = "all"


def pass_rates(verdicts: Any, periods: Any, above: Any, least_share: int) -> Any:
    """Rates by region, class of zone and span, for every month, quarter, year and year to date.

    Parameters
    ----------
    verdicts:
        `station_verdicts`.
    periods, above:
        `periods` and `above` of the calendar.
    least_share:
        Least share of the point-times that must have been evaluated [%] (unconfirmed setting).

    Returns
    -------
    `period_kind, period, region, zone, span, stations, passed, evaluated, not_evaluated, rate, valid, reason`; `region`
    is also each region above and `all`, `zone` also `all`; rate in tenths of a percent, null when nothing was
    evaluated; reason `no_data`, `points_short`, `period_open`.
    """
    dated = verdicts.inner_join(periods, "day").select(*verdicts.columns, "period_kind", "period", "over")
    wider = dated.inner_join(above, "region").select(*dated.columns, "wide")
    placed = ibis.union(
        dated, dated.mutate(region=ibis.literal(ALL)), wider.mutate(region=wider.wide).select(*dated.columns)
    )
    rows = ibis.union(placed, placed.mutate(zone=ibis.literal(ALL)))
    told = _told(rows, ("period_kind", "period", "region", "zone", "span"), least_share)
    return told.select(
        "period_kind", "period", "region", "zone", "span", "stations", "passed", "evaluated", "not_evaluated", "rate",
        "valid", "reason",
    )  # fmt: skip


def station_rates(verdicts: Any, periods: Any, least_share: int) -> Any:
    """Rates of single stations, as `pass_rates`.

    Returns
    -------
    `station, zone, period_kind, period, span, passed, evaluated, not_evaluated, rate, valid, reason`.
    """
    dated = verdicts.inner_join(periods, "day").select(*verdicts.columns, "period_kind", "period", "over")
    told = _told(dated, ("station", "zone", "period_kind", "period", "span"), least_share)
    return told.select(
        "station", "zone", "period_kind", "period", "span", "passed", "evaluated", "not_evaluated", "rate", "valid",
        "reason",
    )  # fmt: skip


def _told(rows: Any, by: tuple[str, ...], least_share: int) -> Any:
    """Counts, rate, and whether it holds, of verdicts in groups."""
    counts = rows.group_by(*by).agg(
        stations=rows.station.nunique().cast("int64"),
        passed=ibis.ifelse(rows.attains.fill_null(False), 1, 0).sum().cast("int64"),
        evaluated=rows.attains.count().cast("int64"),
        rows=rows.count().cast("int64"),
        over=rows.over.all(),
    )
    # A divisor of 1 where nothing was evaluated: both sides of a choice may be computed.
    rate = half_even(counts.passed * 1000, ibis.greatest(counts.evaluated, 1))
    told = counts.mutate(
        reason=ibis.cases(
            (counts.evaluated == 0, "no_data"),
            (counts.evaluated * 100 < counts.rows * least_share, "points_short"),
            (~counts.over, "period_open"),
            else_=ibis.null("string"),
        )
    )
    return told.mutate(
        not_evaluated=told.rows - told.evaluated,
        rate=ibis.ifelse(told.evaluated > 0, rate, ibis.null("int64")),
        valid=told.reason.isnull(),
    )
