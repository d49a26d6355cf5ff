"""Composite index (环境空气质量综合指数), attainment of the limits, rankings and their history.

Each single index `I = C / S` is rounded to two decimals, half to even, and the six are then added: this reproduces the
published tables, adding first does not. `C` is the period's figure as published (rounded to whole µg/m³, CO to tenths).
Limits and weights go by name: indices of different settings stand in different rows and are never ranked together.
"""

from __future__ import annotations

from typing import Any

import ibis

from saishang.science.air.series.calendar import Reference
from saishang.science.exact import exact_sum, half_even, join_words

__all__ = ["COMPOSITE", "attainment", "composite_index", "rankings"]

#: Parameters of the composite index.
COMPOSITE = ("SO2", "NO2", "PM10", "PM2.5", "CO", "O3_8H")
_KEY = ["scope", "id", "basis", "period_kind", "period"]


def composite_index(figures: Any, reference: Reference, *, alternative: bool = False) -> Any:
    """Composite index of every city and region and period.

    Parameters
    ----------
    figures:
        `period_figures` (and `region_figures`).
    alternative:
        Take the settings that no day selects by itself (weighted sums) instead of those in force.

    Returns
    -------
    `scope, id, basis, period_kind, period, standard, setting, value, single_<parameter> …, main, valid, reason`;
    value null while a pollutant is missing (a sum of five would look like clean air), `valid` false when one of the
    figures behind it is not valid. `main` = the largest weighted single index, joint when equal.
    """
    settings = reference.settings.filter(
        reference.settings.alternative if alternative else ~reference.settings.alternative
    )
    joined = figures.inner_join(settings, ["period_kind", "period", "parameter", "statistic"])
    # C in units of its last place times 1000 over the limit in thousandths: hundredths of the single index.
    rounded = half_even(joined.num, joined.den * joined.single_step, slack=joined.den)
    single = half_even(rounded * 100_000, joined.bound * joined.single_scale)
    each = joined.mutate(single=single, weighted=single * joined.weight)
    wide = each.group_by(*_KEY, "standard", "setting").agg(
        total=exact_sum(each.weighted),
        present=each.single.count(),
        fit=each.count(where=each.valid),
        **{f"single_{code}": each.single.max(where=each.parameter == code) for code in COMPOSITE},
        **{f"w_{code}": each.weighted.max(where=each.parameter == code) for code in COMPOSITE},
    )
    largest = ibis.greatest(*[wide[f"w_{code}"].fill_null(-1) for code in COMPOSITE])
    whole = wide.present == len(COMPOSITE)
    main = join_words(
        ibis.cases((whole & (wide[f"w_{code}"] == largest), ibis.literal(code)), else_=ibis.null("string"))
        for code in COMPOSITE
    )
    return wide.select(
        *_KEY, "standard", "setting",
        value=whole.ifelse(wide.total.cast("float64") / 100.0, ibis.null("float64")),
        **{f"single_{code}": wide[f"single_{code}"].cast("float64") / 100.0 for code in COMPOSITE},
        main=main,
        valid=wide.fit == len(COMPOSITE),
        reason=ibis.cases(
            (~whole, "parameter_missing"), (wide.fit < len(COMPOSITE), "parameter_invalid"), else_=ibis.null("string")
        ),
    )  # fmt: skip


def attainment(figures: Any, reference: Reference) -> Any:
    """Yearly figures against every set of limits in force in the year (a split year shows both).

    Returns
    -------
    `scope, id, basis, period_kind, period, standard, parameter, statistic, value, limit, attains, multiple, valid,
    reason`. `value` is the figure rounded to the places of compliance (HJ 663-2026 table 3; rounding before comparing
    is inferred from it), `multiple` the exceedance `(C - S) / S` with two decimals, null where nothing exceeds.
    `attains` is null when the figure is not valid: what is missing is not passed.
    """
    years = figures.filter(figures.period_kind == "year")
    joined = years.inner_join(reference.limits, ["period_kind", "period", "parameter", "statistic"])
    rounded = half_even(joined.num, joined.den * joined.limit_step, slack=joined.den)
    judged = joined.mutate(thousandths=rounded * 1000, bounds=joined.bound * joined.limit_scale)
    over = judged.thousandths > judged.bounds
    excess = half_even(over.ifelse(judged.thousandths - judged.bounds, 0) * 100, judged.bounds)
    return judged.select(
        *_KEY, "standard", "parameter", "statistic",
        value=judged.thousandths.cast("float64") / (judged.limit_scale.cast("float64") * 1000.0),
        limit=judged.bound.cast("float64") / 1000.0,
        attains=judged.valid.ifelse(~over, ibis.null("boolean")),
        multiple=over.ifelse(excess.cast("float64") / 100.0, ibis.null("float64")),
        valid=judged.valid, reason=judged.reason,
    )  # fmt: skip


def rankings(composite: Any, figures: Any, reference: Reference) -> Any:
    """Rank the members of each list: by composite index, by PM2.5, and by improvement of both on the year before.

    Parameters
    ----------
    composite, figures:
        `composite_index` and `period_figures` (the PM2.5 mean is ranked unrounded).

    Returns
    -------
    `list, criterion, basis, period_kind, period, standard, id, value, rank, ranked, year_before, before, change,
    change_rank, rank_before`. Equal values share a rank and the next ranks are skipped; who has no valid value has no
    rank. `change` [%] is rounded to one decimal and ranked as published, the largest fall first.
    """
    indices = composite.filter(composite.scope == "city").select(
        "id", "basis", "period_kind", "period", "standard",
        criterion=ibis.literal("composite"),
        amount=composite.valid.ifelse((composite.value * 100.0 + 0.5).floor().cast("int64"), ibis.null("int64")),
        unit=ibis.literal(100.0),
    )  # fmt: skip
    fine = figures.filter(figures.scope == "city", figures.parameter == "PM2.5", figures.statistic == "mean")
    # Ranked on the unrounded mean, to the tick, which every engine has alike.
    ticks = half_even(fine.num, fine.den)
    particles = fine.select(
        "id", "basis", "period_kind", "period",
        standard=ibis.literal(""),
        criterion=ibis.literal("PM2.5"),
        amount=fine.valid.ifelse(ticks, ibis.null("int64")),
        unit=ibis.literal(float(reference.unit)),
    )  # fmt: skip
    order = ("criterion", "basis", "period_kind", "period", "standard", "id", "amount", "unit")
    amounts = ibis.union(indices.select(*order), particles.select(*order))
    listed = amounts.inner_join(reference.lists, "id").select("list", *order)
    ranked = _with_rank(listed, "amount", "rank")
    dated = ranked.inner_join(reference.periods, ["period_kind", "period"]).select(*ranked.columns, "year_before")
    before = ranked.select(
        "list", "criterion", "basis", "period_kind", "standard", "id",
        year_before="period", amount_before="amount", rank_before="rank",
    )  # fmt: skip
    keys = ["list", "criterion", "basis", "period_kind", "standard", "id", "year_before"]
    both = dated.left_join(before, keys).select(*dated.columns, "amount_before", "rank_before")
    difference = both.amount - both.amount_before
    tenths = half_even(difference.abs() * 1000, both.amount_before.nullif(0))
    changed = both.mutate(change=(difference < 0).ifelse(-tenths, tenths))
    final = _with_rank(changed, "change", "change_rank")
    return final.select(
        "list", "criterion", "basis", "period_kind", "period", "standard", "id",
        value=final.amount.cast("float64") / final.unit, rank=final["rank"], ranked=final.ranked,
        year_before=final.year_before, before=final.amount_before.cast("float64") / final.unit,
        change=final.change.cast("float64") / 10.0, change_rank=final.change_rank, rank_before=final.rank_before,
    )  # fmt: skip


def _with_rank(table: Any, column: str, name: str) -> Any:
    """Rank ascending within each list; null has no rank (nulls sort last, so they take none from the others)."""
    group = ["list", "criterion", "basis", "period_kind", "period", "standard"]
    place = ibis.rank().over(ibis.window(group_by=group, order_by=ibis.asc(table[column], nulls_first=False)))
    out = {name: table[column].notnull().ifelse(place.cast("int64") + 1, ibis.null("int64"))}
    if name == "rank":
        out["ranked"] = table[column].count().over(ibis.window(group_by=group))
    return table.mutate(**out)
