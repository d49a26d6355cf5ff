"""Rivers, basins, cities, regions and networks: shares of classes, grade, main pollutants, compliance.

From five sections with data on the shares decide; below that the means of the items (环办〔2011〕22号).
A section without water (dry, frozen) or without data enough leaves the denominator; both counts stand in the row, and
the row is valid only while the sections that are left, with those without water, are a named share of all.
"""

from __future__ import annotations

from typing import Any

import ibis

from saishang.science.exact import exact_sum, half_even, join_words
from saishang.science.water.series.calendar import WaterReference
from saishang.science.water.series.figures import classed
from saishang.science.water.series.rules import WaterRules
from saishang.science.water.series.scales import to_value

__all__ = ["evaluation_items", "group_items", "water_evaluation"]

_GROUP = ["scope", "id", "period_kind", "period"]
_EXCUSED = ("no_flow", "frozen")
_RATE = 1000


def group_items(items: Any, reference: WaterReference, rules: WaterRules) -> Any:
    """Items of groups: mean over the sections, its class, and how many sections are over class III.

    Returns
    -------
    `scope, id, period_kind, period, parameter, body, num, den, sections, over, class, basic, has_multiple, place`.
    """
    used = items.filter(items.used)
    joined = used.inner_join(reference.members, "section")
    # Figures that fall short of the minimum data stand in only where the group has no others.
    some = joined.valid.cast("int64").sum().over(group_by=[*[joined[name] for name in _GROUP], joined.parameter]) > 0
    kept = joined.mutate(kept=joined.valid | ~some)
    kept = kept.filter(kept.kept)
    each = kept.mutate(ticks=half_even(kept.num, kept.den))
    lakes = each.body == "lake"
    summed = each.group_by(*_GROUP, "parameter", "edition").agg(
        num=exact_sum(each.ticks), den=each.count().cast("int64"), over=each.count(where=each.over).cast("int64"),
        # River limits as soon as one section of the group is a river's.
        lakes_only=each.count(where=~lakes) == 0,
    )  # fmt: skip
    bodied = summed.mutate(body=summed.lakes_only.ifelse(ibis.literal("lake"), ibis.literal("river")))
    limited = bodied.inner_join(reference.limits, ["edition", "body", "parameter"])
    found = classed(limited, limited.den)
    bound = found[f"class{rules.over_class}"] * found.den
    exceeds = found["class"] > rules.over_class
    ratio = (exceeds & found.has_multiple).ifelse(
        (found.num - bound).cast("float64") / bound.nullif(0).cast("float64"), ibis.literal(-1.0)
    )
    found = found.mutate(exceeds=exceeds, ratio=ratio)
    group = [found[name] for name in _GROUP]
    by_rate = ibis.row_number().over(group_by=group, order_by=[found.over.desc(), found.parameter])
    by_mean = ibis.row_number().over(
        group_by=group,
        order_by=[found.exceeds.desc(), found.priority.desc(), found["class"].desc(), found.ratio.desc(),
                  found.parameter],
    )  # fmt: skip
    return found.select(
        *_GROUP, "parameter", "body", "num", "den", "over", "class", "basic", "exceeds",
        by_rate=(by_rate + 1).cast("int64"), by_mean=(by_mean + 1).cast("int64"),
    )  # fmt: skip


def evaluation_items(grouped: Any, rules: WaterRules) -> Any:
    """Contract table `evaluation_items`."""
    return grouped.select(
        *_GROUP, "parameter", basis=ibis.literal("measured"),
        mean=to_value(grouped.parameter, grouped.num, grouped.den, hydrogen=rules.hydrogen),
        **{"class": grouped["class"]},
        sections=grouped.den, sections_over=grouped.over,
        rate=half_even(grouped.over * _RATE, grouped.den).cast("float64") / 10.0,
    )  # fmt: skip


def water_evaluation(classes: Any, grouped: Any, reference: WaterReference, rules: WaterRules) -> Any:
    """Contract table `water_evaluation`.

    Returns
    -------
    `scope, id, period_kind, period, basis, sections_expected, sections_evaluated, sections_excused, sections_valid,
    class_1 … class_6, good, bad, good_ratio, good_rounded, bad_ratio, bad_rounded, method, class, grade, main,
    with_target, complying, compliance, valid, reason`. Shares in per cent, rounded to one decimal. Grade 1 … 5.
    """
    joined = classes.inner_join(reference.members, "section")
    fit = joined.valid & joined["class"].notnull()
    group = [*[joined[name] for name in _GROUP], joined.basis]
    some = fit.cast("int64").sum().over(group_by=group) > 0
    joined = joined.mutate(number=(fit | ~some).ifelse(joined["class"], ibis.null("int64")), fit=fit)
    joined = joined.mutate(kept=joined.number.notnull().ifelse(joined.complies, ibis.null("boolean")))
    number = joined.number
    counts = joined.group_by(*_GROUP, "basis").agg(
        evaluated=number.count(),
        excused=joined.count(where=joined.reason.isin(_EXCUSED).fill_null(False)),
        fit=joined.count(where=joined.fit),
        good=joined.count(where=(number <= rules.good_up_to).fill_null(False)),
        bad=joined.count(where=(number >= rules.bad_from).fill_null(False)),
        with_target=joined.kept.count(),
        complying=joined.count(where=joined.kept.fill_null(False)),
        **{f"class_{n}": joined.count(where=(number == n).fill_null(False)) for n in range(1, 7)},
    )
    sized = counts.inner_join(reference.group_periods, _GROUP)
    means = grouped.group_by(*_GROUP).agg(
        mean_class=grouped["class"].max(), basics=grouped.count(where=grouped.basic),
        **{
            f"{by}_{rank}": grouped.parameter.max(where=(grouped[by] == rank) & over)
            for by, over in (("by_rate", grouped.over > 0), ("by_mean", grouped.exceeds))
            for rank in range(1, rules.most + 1)
        },
    )  # fmt: skip
    ranks = [f"{by}_{rank}" for by in ("by_rate", "by_mean") for rank in range(1, rules.most + 1)]
    means = means.mutate(basis=ibis.literal("measured"))
    wide = sized.left_join(means, [*_GROUP, "basis"]).select(*sized.columns, "mean_class", "basics", *ranks)
    some = wide.evaluated > 0
    by_shares = wide.evaluated >= rules.river.shares_from
    by_means = some & ~by_shares & (wide.basics.fill_null(0) > 0)
    reason = ibis.cases(
        (~some, "no_data"),
        (wide.fit == 0, "section_invalid"),
        ((wide.fit + wide.excused) * 100 < wide.sections_expected * rules.sections_percent, "sections_short"),
        else_=ibis.null("string"),
    )
    mean_class = by_means.ifelse(wide.mean_class, ibis.null("int64"))
    return wide.select(
        *_GROUP, "basis", "sections_expected",
        sections_evaluated=wide.evaluated.cast("int64"), sections_excused=wide.excused.cast("int64"),
        sections_valid=wide.fit.cast("int64"),
        **{f"class_{n}": wide[f"class_{n}"].cast("int64") for n in range(1, 7)},
        good=wide.good.cast("int64"), bad=wide.bad.cast("int64"),
        good_ratio=_share(wide.good, wide.evaluated), good_rounded=_rounded(wide.good, wide.evaluated),
        bad_ratio=_share(wide.bad, wide.evaluated), bad_rounded=_rounded(wide.bad, wide.evaluated),
        method=ibis.cases((by_shares, "shares"), (by_means, "means"), else_=ibis.null("string")),
        **{"class": mean_class},
        grade=ibis.cases((by_shares, _grade(wide, rules)), (by_means, _class_grade(mean_class, rules)),
                         else_=ibis.null("int64")),
        main=by_shares.ifelse(
            join_words([wide[f"by_rate_{rank}"] for rank in range(1, rules.most + 1)]),
            by_means.ifelse(
                join_words([wide[f"by_mean_{rank}"] for rank in range(1, rules.most + 1)]), ibis.literal("")
            ),
        ),
        with_target=wide.with_target.cast("int64"), complying=wide.complying.cast("int64"),
        compliance=_rounded(wide.complying, wide.with_target),
        valid=reason.isnull(), reason=reason,
    )  # fmt: skip


def _share(part: Any, whole: Any) -> Any:
    return (whole > 0).ifelse(part.cast("float64") * 100.0 / whole.nullif(0).cast("float64"), ibis.null("float64"))


def _rounded(part: Any, whole: Any) -> Any:
    tenths = half_even(part.cast("int64") * _RATE, whole.cast("int64").nullif(0))
    return (whole > 0).ifelse(tenths.cast("float64") / 10.0, ibis.null("float64"))


def _grade(wide: Any, rules: WaterRules) -> Any:
    """Grade 1 … 5 by the steps of the rule, in whole numbers: `good · 100 >= bound · sections`."""
    order = list(dict.fromkeys(rules.grades.values()))
    branches = []
    for step in rules.river.steps:
        place = ibis.literal(order.index(step.grade) + 1).cast("int64")
        if step.good_from is not None:
            bound = step.good_from
            branches.append((wide.good * (100 * bound.denominator) >= wide.evaluated * bound.numerator, place))
        if step.bad_below is not None:
            bound = step.bad_below
            branches.append((wide.bad * (100 * bound.denominator) < wide.evaluated * bound.numerator, place))
    last = ibis.literal(order.index(rules.river.steps[-1].grade) + 1).cast("int64")
    return ibis.cases(*branches, else_=last)


def _class_grade(number: Any, rules: WaterRules) -> Any:
    order = list(dict.fromkeys(rules.grades.values()))
    return ibis.cases(
        *[(number == known, ibis.literal(order.index(word) + 1).cast("int64")) for known, word in rules.grades.items()],
        else_=ibis.null("int64"),
    )
