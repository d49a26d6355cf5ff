"""City index of surface water (CWQI) of every group and period, from the figures that decided the classes."""

from __future__ import annotations

from typing import Any

import ibis

from saishang.science.exact import exact_sum, half_even
from saishang.science.water.cwqi import CwqiRule
from saishang.science.water.series.calendar import WaterReference
from saishang.science.water.series.rules import WaterRules
from saishang.science.water.series.scales import to_value

__all__ = ["water_indices"]

_GROUP = ["scope", "id", "period_kind", "period"]
#: An item's index is kept to six decimals before it is added up, so that no engine's order of terms shows.
_MICRO = 1e6


def water_indices(items: Any, reference: WaterReference, rule: CwqiRule, rules: WaterRules) -> Any:
    """Contract table `cwqi`.

    Returns
    -------
    `scope, id, period_kind, period, river_index, lake_index, river_sections, lake_sections, value, rounded, items,
    valid, reason`: the sum of the item indices of rivers and of lakes on their means over the sections, and both
    weighted by their sections. Valid when all figures are; figures that fall short stand in only where there are no
    others.
    """
    counted = items.filter(items.counts, items.parameter.isin(sorted(rule.items)))
    joined = counted.inner_join(reference.members, "section")
    keys = [*_GROUP, "body", "parameter"]
    some = joined.valid.cast("int64").sum().over(group_by=[joined[name] for name in keys]) > 0
    joined = joined.mutate(kept=joined.valid | ~some)
    joined = joined.filter(joined.kept)
    each = joined.mutate(ticks=half_even(joined.num, joined.den))
    means = each.group_by(*keys, "edition").agg(
        total=exact_sum(each.ticks), n=each.count().cast("int64"), fit=each.count(where=each.valid).cast("int64")
    )
    limited = means.inner_join(reference.limits, ["edition", "body", "parameter"])
    mean = half_even(limited.total, limited.n).cast("float64")
    bound = limited[f"class{rule.limit_class}"].cast("float64")
    ph = to_value(limited.parameter, limited.total, limited.n, hydrogen=rules.hydrogen)
    neutral = float(rule.neutral)
    index = ibis.cases(
        ((limited.parameter == "PH") & (ph <= neutral), (neutral - ph) / float(rule.neutral - rule.low)),
        (limited.parameter == "PH", (ph - neutral) / float(rule.high - rule.neutral)),
        (limited.direction == "min", bound / mean.nullif(0.0)),
        else_=mean / bound.nullif(0.0),
    )
    sized = limited.select(*_GROUP, "body", "n", "fit", micro=(index * _MICRO + 0.5).floor().cast("int64"))
    bodies = sized.group_by(*_GROUP, "body").agg(
        micro=exact_sum(sized.micro), sections=sized.n.max(), items=sized.count().cast("int64"),
        fit=(sized.fit == sized.n).all(),
    )  # fmt: skip
    river, lake = bodies.body == "river", bodies.body == "lake"
    both = bodies.group_by(*_GROUP).agg(
        river=bodies.micro.max(where=river), lake=bodies.micro.max(where=lake),
        m=bodies.sections.max(where=river), k=bodies.sections.max(where=lake),
        items=bodies["items"].max(), valid=bodies.fit.all(),
    )  # fmt: skip
    m, k = both.m.fill_null(0), both.k.fill_null(0)
    weighted = both.river.fill_null(0) * m + both.lake.fill_null(0) * k
    value = weighted.cast("float64") / (m + k).cast("float64") / _MICRO
    scale = 10**rule.decimals
    return both.select(
        *_GROUP,
        river_index=both.river.cast("float64") / _MICRO, lake_index=both.lake.cast("float64") / _MICRO,
        river_sections=m, lake_sections=k, value=value,
        rounded=half_even(weighted * scale, (m + k) * int(_MICRO)).cast("float64") / float(scale),
        items=both["items"], valid=both.valid,
        reason=both.valid.ifelse(ibis.null("string"), ibis.literal("section_invalid")),
    )  # fmt: skip
