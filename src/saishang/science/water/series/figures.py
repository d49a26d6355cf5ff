"""Period figures of sections: mean, class and exceedance of every item in months, quarters, years and years to date.

A quarter's or year's figure is the mean of its *valid months* (a year: twelve), never a count of classes.
Figures stay `num / den` ticks; a value within the rounding of a limit is the limit, which is in its class.
"""

from __future__ import annotations

from typing import Any

import ibis

from saishang.science.exact import exact_sum, half_even
from saishang.science.water.series.calendar import WaterReference
from saishang.science.water.series.rules import WaterRules
from saishang.science.water.series.scales import to_value

__all__ = ["classed", "item_classes", "period_figures", "section_items"]

_PERIOD = ["period_kind", "period"]
_HUNDREDTHS = 100


def period_figures(months: Any, reference: WaterReference, rules: WaterRules) -> Any:
    """Means of every period that a section was in operation in.

    Parameters
    ----------
    months:
        `month_figures`.

    Returns
    -------
    `section, body, edition, own, period_kind, period, parameter, num, den, days_valid, days_expected, samples,
    months_valid, months_expected, origin, valid, reason`; num null when no month of a longer period is valid.
    """
    joined = months.inner_join(reference.period_months, "month")
    single = joined.period_kind == "month"
    fits = joined.valid | single
    summed = joined.group_by("section", "parameter", *_PERIOD).agg(
        num=exact_sum(joined.ticks, where=fits & joined.ticks.notnull()),
        den=joined.ticks.count(where=fits),
        days_valid=joined.days_valid.sum().cast("int64"),
        samples=joined.samples.sum().cast("int64"),
        months_valid=joined.count(where=joined.valid),
        # One word when all months come the same way.
        first_origin=joined.origin.min(), last_origin=joined.origin.max(),
    )  # fmt: skip
    placed = summed.inner_join(reference.section_periods, ["section", *_PERIOD]).inner_join(reference.periods, _PERIOD)
    month_ok = (placed.period_kind == "month") & (placed.months_valid == 1)
    longer_ok = (placed.period_kind != "month") & (placed.months_valid >= placed.months_needed)
    reason = ibis.cases(
        (month_ok | longer_ok, ibis.null("string")),
        (placed.samples == 0, "no_data"),
        (placed.period_kind == "month", "days_short"),
        else_="months_short",
    )
    return placed.select(
        "section", "body", "edition", "own", *_PERIOD, "parameter",
        num=(placed.den > 0).ifelse(placed.num, ibis.null("int64")), den=placed.den.nullif(0),
        days_valid=placed.days_valid, days_expected=placed.days_expected, samples=placed.samples,
        months_valid=placed.months_valid.cast("int64"), months_expected=placed.months_expected,
        origin=(placed.first_origin == placed.last_origin).ifelse(placed.first_origin, ibis.literal("both")),
        valid=month_ok | longer_ok, reason=reason,
    )  # fmt: skip


def classed(table: Any, slack: Any) -> Any:
    """Add `class` 1 … 6 (null without limits or figure) to rows with `num, den` and the columns of `limits`.

    Parameters
    ----------
    slack:
        Ticks (times `den`) that the rounding of means may have cost: as much is still the limit itself.
    """
    below = [table[f"class{number}"] * table.den + slack for number in range(1, 6)]
    above = [table[f"class{number}"] * table.den - slack for number in range(1, 6)]
    inside = (table.num >= table.low * table.den - slack) & (table.num <= table.high * table.den + slack)
    number = ibis.cases(
        (table.num.isnull() | table.direction.isnull(), ibis.null("int64")),
        (table.direction == "range", inside.ifelse(ibis.literal(1).cast("int64"), ibis.literal(6).cast("int64"))),
        *[
            ((table.direction == "max") & (table.num <= bound), ibis.literal(place).cast("int64"))
            for place, bound in enumerate(below, start=1)
        ],
        *[
            ((table.direction == "min") & (table.num >= bound), ibis.literal(place).cast("int64"))
            for place, bound in enumerate(above, start=1)
        ],
        else_=ibis.literal(6).cast("int64"),
    )
    return table.mutate(**{"class": number})


def item_classes(figures: Any, reference: WaterReference, rules: WaterRules) -> Any:
    """Class, part in the evaluation, multiple and place among the main pollutants of every item.

    Returns
    -------
    The columns of `period_figures` with `class, counts, basic, used, hundredths, main_rank`: `counts` says whether the
    item decides the class of its section, `used` whether this figure did (a void figure does only where no basic item
    has a valid one), `hundredths` the multiple over class III in hundredths.
    """
    limits = reference.limits
    joined = figures.left_join(limits, ["edition", "body", "parameter"]).select(
        *figures.columns, "direction", "low", "high", *[f"class{n}" for n in range(1, 6)], "counts", "basic",
        "priority", "has_multiple",
    )  # fmt: skip
    listed = reference.own_items.mutate(listed=ibis.literal(True))
    joined = joined.left_join(listed, ["section", *_PERIOD, "parameter"]).select(*joined.columns, "listed")
    found = classed(joined, joined.den)
    # With a list of its own items X a section is judged by the five and that list, else by all that was measured.
    counts = found.counts.fill_null(False) & (~found.own | found.basic.fill_null(False) | found.listed.fill_null(False))
    found = found.mutate(counts=counts & found["class"].notnull(), basic=found.basic.fill_null(False))
    group = [found.section, found.period_kind, found.period]
    some = (found.counts & found.basic & found.valid).cast("int64").sum().over(group_by=group) > 0
    found = found.mutate(used=found.counts & (found.valid | ~some))
    over = found.used & (found["class"] > rules.over_class)
    bound = found[f"class{rules.over_class}"] * found.den
    multiple = over & found.has_multiple
    found = found.mutate(
        over=over,
        hundredths=multiple.ifelse(half_even((found.num - bound) * _HUNDREDTHS, bound.nullif(0)), ibis.null("int64")),
        ratio=multiple.ifelse(
            (found.num - bound).cast("float64") / bound.nullif(0).cast("float64"), ibis.literal(-1.0)
        ),
    )
    place = ibis.row_number().over(
        group_by=[found.section, found.period_kind, found.period],
        order_by=[found.over.desc(), found.priority.fill_null(False).desc(), found["class"].desc(), found.ratio.desc(),
                  found.parameter],
    )  # fmt: skip
    found = found.mutate(main_rank=(place + 1).cast("int64"))
    named = found.over & (found.main_rank <= rules.most)
    found = found.mutate(main_rank=named.ifelse(found.main_rank, ibis.null("int64")))
    return found.select(*figures.columns, "class", "counts", "basic", "used", "over", "hundredths", "main_rank")


def section_items(items: Any, rules: WaterRules) -> Any:
    """Contract table `section_items`."""
    return items.select(
        "section", "parameter", *_PERIOD, basis=ibis.literal("measured"),
        value=to_value(items.parameter, items.num, items.den, hydrogen=rules.hydrogen),
        **{"class": items["class"]},
        counts=items.counts, used=items.used,
        multiple=items.hundredths.cast("float64") / 100.0, main_rank=items.main_rank,
        samples=items.samples, days_valid=items.days_valid, days_expected=items.days_expected,
        months_valid=items.months_valid, months_expected=items.months_expected, origin=items.origin,
        valid=items.valid, reason=items.reason,
    )  # fmt: skip
