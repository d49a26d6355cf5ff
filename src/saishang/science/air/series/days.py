"""Good days (优良天数) and days per level, of cities and pooled over regions, on three bases.

- `measured`: the index of everything measured;
- `dust_removed`: the particles of sand-dust days masked, the index made from the gases that are left;
- `assessment`: the measured index, with sand-dust exceedance days deducted: they become non-polluted and stay in the
  denominator (Yinchuan 2025: 365 - 55 polluted + 12 deducted = 322 good, 322 / 365 = 88.2 %).
"""

from __future__ import annotations

from typing import Any

import ibis

from saishang.science.air.series.calendar import Reference
from saishang.science.air.series.periods import month_of
from saishang.science.air.series.rules import AirRules
from saishang.science.exact import exact_sum, half_even

__all__ = ["day_levels", "period_day_counts"]

_LEVELS = ("excellent", "good_level", "light", "moderate", "heavy", "severe")
_PERIOD = ["period_kind", "period"]


def day_levels(measured: Any, removed: Any, rules: AirRules) -> Any:
    """Level of each city's day per basis: `id, day, basis, level, deducted`; level null when the day does not count.

    Parameters
    ----------
    measured, removed:
        `city_index` of the city days as measured, and with the particles of dust days masked and excused.

    Notes
    -----
    With an item missing a day counts only when its index is above 100 all the same: a missing value never makes a good
    day. A dust day is deducted when it exceeds as measured and does not exceed without its particles: a day that
    ozone alone pushes above 100 stays polluted.
    """
    plain = _counted(measured, rules).mutate(basis=ibis.literal("measured"), deducted=ibis.literal(False))
    clean = _counted(removed, rules)
    dust = clean.mutate(basis=ibis.literal("dust_removed"), deducted=ibis.literal(False))
    both = plain.select("id", "day", "level").left_join(
        clean.select("id", "day", without="level"), ["id", "day"]
    ).select("id", "day", "level", "without")  # fmt: skip
    deducted = ((both.level > 2) & (both.without <= 2)).fill_null(False)
    judged = both.select("id", "day", basis=ibis.literal("assessment"), level=both.level, deducted=deducted)
    order = ("id", "day", "basis", "level", "deducted")
    return ibis.union(plain.select(*order), dust.select(*order), judged.select(*order))


def period_day_counts(levels: Any, reference: Reference) -> Any:
    """The table `period_days` of cities and, pooled, of regions.

    Returns
    -------
    `scope, id, period, period_kind, basis, days_valid, days_expected, good, excellent, light, moderate, heavy, severe,
    deducted, good_ratio, rounded, valid, reason`. `good` counts the days with an index up to 100, `excellent` those of
    them up to 50; levels 3 … 6 are what is left after deduction. The share [%] is of the valid days, one decimal.
    """
    dated = levels.mutate(month=month_of(levels.day))
    per_level = {
        # Without the filling an engine may answer null instead of 0 where no day has a level.
        name: dated.count(where=((dated.level == number) & ~dated.deducted).fill_null(False))
        for number, name in enumerate(_LEVELS, start=1)
    }
    months = dated.group_by("id", "basis", "month").agg(
        n=dated.level.count(), deducted=dated.count(where=dated.deducted), **per_level
    )
    joined = months.inner_join(reference.period_months, "month")
    counts = [*_LEVELS, "deducted"]
    cities = joined.group_by("id", "basis", *_PERIOD).agg(
        n=exact_sum(joined.n),
        months_enough=joined.count(where=joined.n >= joined.month_needed),
        **{name: exact_sum(joined[name]) for name in counts},
    )
    cities = cities.inner_join(reference.periods, _PERIOD)
    reason = ibis.cases(
        (cities.n == 0, "no_data"),
        (cities.months_enough < cities.months_expected, "month_short"),
        (cities.n < cities.days_needed, "days_short"),
        else_=ibis.null("string"),
    )
    city = cities.select(
        "id", "basis", *_PERIOD, "n", "days_expected", *counts, scope=ibis.literal("city"), reason=reason
    )
    order = ["scope", "id", "basis", *_PERIOD, "n", "days_expected", *counts, "reason"]
    return _shares(ibis.union(city.select(*order), _pooled(city, reference).select(*order)))


def _pooled(city: Any, reference: Reference) -> Any:
    """Days of a region's cities added up; every city must have valid days enough for the region's share to be valid."""
    size = reference.members.group_by("region").agg(cities=reference.members.count())
    joined = city.inner_join(reference.members, city.id == reference.members.city)
    names = ["n", "days_expected", *_LEVELS, "deducted"]
    summed = joined.group_by("region", "basis", *_PERIOD).agg(
        **{name: exact_sum(joined[name]) for name in names}, fit=joined.count(where=joined.reason.isnull()),
        present=joined.count(where=joined.n > 0),
    )  # fmt: skip
    sized = summed.inner_join(size, "region")
    reason = ibis.cases(
        (sized.present < sized.cities, "city_missing"),
        (sized.fit < sized.cities, "city_invalid"),
        else_=ibis.null("string"),
    )
    return sized.select(*names, "basis", *_PERIOD, scope=ibis.literal("region"), id=sized.region, reason=reason)


def _shares(counts: Any) -> Any:
    good = counts.excellent + counts.good_level + counts.deducted
    some = counts.n > 0
    share = some.ifelse(good.cast("float64") * 100.0 / counts.n.cast("float64"), ibis.null("float64"))
    rounded = some.ifelse(half_even(good * 1000, counts.n.nullif(0)), ibis.null("int64"))
    return counts.select(
        "scope", "id", "period", "period_kind", "basis",
        days_valid=counts.n, days_expected=counts.days_expected, good=good, excellent=counts.excellent,
        light=counts.light, moderate=counts.moderate, heavy=counts.heavy, severe=counts.severe,
        deducted=counts.deducted, good_ratio=share, rounded=rounded.cast("float64") / 10.0,
        valid=counts.reason.isnull(), reason=counts.reason,
    )  # fmt: skip


def _counted(index: Any, rules: AirRules) -> Any:
    fits = index.publishable
    if rules.whole_index:
        fits = fits & (index.complete | (index.aqi > 100))
    return index.select(id=index.region, day=index.day, level=fits.ifelse(index.level, ibis.null("int64")))
