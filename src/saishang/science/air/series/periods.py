"""Means and percentiles of months, quarters, years and years to date, with their validity (HJ 663, GB 3095 table 4).

A period's mean is the mean of its *days* (not of its months). Percentiles are ours by rank arithmetic:
`k = 1 + (n - 1) p / 100` over the ascending days, never an engine's own quantile. Figures stay a fraction
`num / den` of ticks until they are rounded once.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import ibis

from saishang.science.air.series.calendar import KINDS, SLOTS, Reference
from saishang.science.air.series.fixed import Grid
from saishang.science.air.series.rules import DAILY, AirRules
from saishang.science.exact import exact_sum, floor_ratio, half_even

__all__ = ["daily_values", "month_of", "month_sums", "order_statistics", "period_figures", "published_statistics",
           "region_figures", "without_dust"]  # fmt: skip

_KEY = ["id", "parameter"]
_PERIOD = ["period_kind", "period"]
_FIGURE = ["scope", "id", "basis", "parameter", "period_kind", "period", "statistic", "num", "den", "step", "scale",
           "days_valid", "days_masked", "days_expected", "valid", "reason"]  # fmt: skip


def daily_values(days: Any, *, key: str) -> Any:
    """Bring station or city days into one shape: `id, day, t_<code> …` and, where there are any, `m_<code> …`."""
    kept = [name for name in days.columns if name.startswith(("t_", "m_"))]
    return days.select("day", *kept, id=days[key])


def month_sums(values: Any, codes: Sequence[str] = DAILY) -> Any:
    """Valid days, masked days and exact sum per month; every longer period adds up from here.

    Returns
    -------
    `id, parameter, month, n, masked, total`.
    """
    dated = values.mutate(month=month_of(values.day))
    masked = [code for code in codes if f"m_{code}" in values.columns]
    wide = dated.group_by("id", "month").agg(
        **{f"n_{code}": dated[f"t_{code}"].count() for code in codes},
        **{f"s_{code}": exact_sum(dated[f"t_{code}"]) for code in codes},
        **{f"m_{code}": dated.count(where=dated[f"m_{code}"]) for code in masked},
    )
    parts = [
        wide.select(
            "id", "month",
            parameter=ibis.literal(code), n=wide[f"n_{code}"],
            masked=wide[f"m_{code}"] if code in masked else ibis.literal(0).cast("int64"), total=wide[f"s_{code}"],
        )
        for code in codes
    ]  # fmt: skip
    return ibis.union(*parts)


def order_statistics(
    values: Any, reference: Reference, rules: AirRules, codes: Sequence[str] = DAILY, kinds: Sequence[str] = KINDS
) -> Any:
    """Order statistics around the percentiles of each period.

    Returns
    -------
    `id, figure, low, gap, part`: `low` = x_s, `gap` = x_(s+1) - x_s in ticks, `part` = hundredths of the gap.
    """
    wanted = reference.day_periods.filter(reference.day_periods.period_kind.isin(list(kinds)))
    days = values.inner_join(wanted, "day").select(*values.columns, "number")
    ranked = [code for code in codes if code in rules.percentiles]
    # The days of a group in ascending order, as a list: its places are the ranks. Cheaper than numbering rows, because
    # only the two around the percentile are ever looked at.
    lists = days.group_by("id", "number").agg(**{code: days[f"t_{code}"].collect() for code in ranked})
    parts = [
        lists.select(
            "id",
            figure=lists.number * SLOTS + DAILY.index(code),
            percent=ibis.literal(rules.percentiles[code]).cast("int64"),
            ranked=lists[code],
        )
        for code in ranked
    ]
    long = ibis.union(*parts)
    placed = long.filter(long.ranked.length() > 0)
    placed = placed.select("id", "figure", "percent", ranked=placed.ranked.sort(), n=placed.ranked.length())
    span = (placed.n.cast("int64") - 1) * placed.percent
    part = span % 100
    found = placed.select("id", "figure", "ranked", part=part, place=floor_ratio(span - part, 100), last=placed.n - 1)
    # x_s and x_(s+1): places count from 0, ranks from 1. Spark wants its places in 32 bits.
    low = found.ranked[found.place.cast("int32")]
    high = found.ranked[ibis.least(found.place + 1, found.last).cast("int32")]
    return found.select("id", "figure", "part", low=low, gap=high - low)


def period_figures(
    months: Any,
    ranked: Any,
    reference: Reference,
    *,
    scope: str,
    basis: str = "measured",
    percentile_kinds: Sequence[str] = KINDS,
) -> Any:
    """Means and percentiles of every period, unrounded.

    Parameters
    ----------
    months, ranked:
        `month_sums` and `order_statistics` of the same values.
    scope, basis:
        What `id` names (`station` or `city`), and which days these are (`measured` or `dust_removed`).
    percentile_kinds:
        Kinds of periods whose percentiles are wanted; ranking all days is the dearest part.

    Returns
    -------
    `scope, id, basis, parameter, period_kind, period, statistic, num, den, step, scale, days_valid, days_masked,
    days_expected, valid, reason`: the figure is `num / den` ticks, null without a valid day. A masked sand-dust day
    was measured and left out by rule: it counts towards validity and not towards the figure.
    """
    joined = months.inner_join(reference.period_months, "month")
    enough = joined.n + joined.masked >= joined.month_needed
    summed = joined.group_by(*_KEY, *_PERIOD).agg(
        n=exact_sum(joined.n), masked=exact_sum(joined.masked), total=exact_sum(joined.total),
        months_enough=joined.count(where=enough),
    )  # fmt: skip
    periods = summed.inner_join(reference.periods, _PERIOD).drop("year_before")
    counted = periods.n + periods.masked
    judged = periods.mutate(
        reason=ibis.cases(
            (periods.n == 0, "no_data"),
            (periods.months_enough < periods.months_expected, "month_short"),
            (counted < periods.days_needed, "days_short"),
            else_=ibis.null("string"),
        )
    )
    figures = judged.inner_join(reference.figures, ["parameter", *_PERIOD])
    figures = figures.filter(figures.percent.isnull() | figures.period_kind.isin(list(percentile_kinds)))
    wide = figures.left_join(ranked, ["id", "figure"]).select(*figures.columns, "low", "gap", "part")
    is_mean = wide.percent.isnull()
    # A percentile is `low + gap * part / 100`: hundredths of a tick.
    num = is_mean.ifelse(wide.total, wide.low * 100 + wide.gap * wide.part)
    return wide.select(
        *_KEY, *_PERIOD, "statistic",
        scope=ibis.literal(scope), basis=ibis.literal(basis),
        num=(wide.n > 0).ifelse(num, ibis.null("int64")),
        den=is_mean.ifelse(wide.n, ibis.literal(100).cast("int64")),
        step=wide.step, scale=wide.scale,
        days_valid=wide.n, days_masked=wide.masked, days_expected=wide.days_expected,
        valid=wide.reason.isnull(), reason=wide.reason,
    ).select(*_FIGURE)  # fmt: skip


def without_dust(measured: Any, particles: Any, masked: Sequence[str]) -> Any:
    """Put the basis `dust_removed` together: gases as measured, the particles' figures without the dust days."""
    gases = measured.filter(~measured.parameter.isin(list(masked))).mutate(basis=ibis.literal("dust_removed"))
    return gases.select(*_FIGURE).union(particles.select(*_FIGURE))


def region_figures(figures: Any, reference: Reference) -> Any:
    """Means over the cities of each region, of means and of percentiles alike; shape as of `period_figures`.

    A region has a figure only when every one of its cities has: a mean over whoever is there would move with who is
    missing. Days are counted over all cities.
    """
    cities = figures.filter(figures.scope == "city", figures.period_kind.notnull())
    size = reference.members.group_by("region").agg(cities=reference.members.count())
    joined = cities.inner_join(reference.members, cities.id == reference.members.city)
    each = joined.mutate(ticks=half_even(joined.num, joined.den))
    keys = ["region", "basis", "parameter", *_PERIOD, "statistic", "step", "scale"]
    summed = each.group_by(*keys).agg(
        total=exact_sum(each.ticks), present=each.ticks.count(), fit=each.count(where=each.valid),
        days_valid=exact_sum(each.days_valid), days_masked=exact_sum(each.days_masked),
        days_expected=exact_sum(each.days_expected),
    )  # fmt: skip
    sized = summed.inner_join(size, "region")
    whole = sized.present == sized.cities
    return sized.select(
        scope=ibis.literal("region"), id=sized.region, basis=sized.basis, parameter=sized.parameter,
        period_kind=sized.period_kind, period=sized.period, statistic=sized.statistic,
        num=whole.ifelse(sized.total, ibis.null("int64")), den=sized.cities, step=sized.step, scale=sized.scale,
        days_valid=sized.days_valid, days_masked=sized.days_masked, days_expected=sized.days_expected,
        valid=sized.fit == sized.cities,
        reason=ibis.cases(
            (sized.fit == sized.cities, ibis.null("string")), (whole, "city_invalid"), else_="city_missing"
        ),
    ).select(*_FIGURE)  # fmt: skip


def published_statistics(figures: Any, grid: Grid) -> Any:
    """Turn figures into the table `period_statistics`: value [unit of the parameter] and value rounded half to even."""
    # A region's cities and a city's stations may each have been rounded to the tick: as much is a tie still a tie.
    rounded = half_even(figures.num, figures.den * figures.step, slack=figures.den)
    return figures.select(
        "scope", "id", "parameter", *_PERIOD, "statistic", "basis",
        value=figures.num.cast("float64") / (figures.den.cast("float64") * float(grid.unit)),
        rounded=rounded.cast("float64") / figures.scale.cast("float64"),
        days_valid=figures.days_valid, days_masked=figures.days_masked, days_expected=figures.days_expected,
        valid=figures.valid, reason=figures.reason,
    )  # fmt: skip


def month_of(day: Any) -> Any:
    """Month of a day as a number, 201903; names of months would be dear to build on every row."""
    return day.year().cast("int64") * 100 + day.month().cast("int64")
