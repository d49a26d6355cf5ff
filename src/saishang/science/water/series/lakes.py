"""Trophic state of lakes and city indices of every period, from the figures of the items."""

from __future__ import annotations

from typing import Any

import ibis

from saishang.science.water.series.rules import WaterRules
from saishang.science.water.series.scales import to_value
from saishang.science.water.trophic import TrophicRule

__all__ = ["trophic_state"]

_KEY = ["section", "period_kind", "period"]


def trophic_state(items: Any, rule: TrophicRule, rules: WaterRules) -> Any:
    """Contract table `trophic_state`: index and grade of lakes and reservoirs with chlorophyll or two other items.

    Returns
    -------
    `section, period_kind, period, tli, rounded, grade, items, valid, reason`; `items` counts the sub-indices.
    Logarithms differ
    between engines in their last bit, so the index is kept to six decimals.
    """
    lakes = items.filter(items.body == "lake", items.num > 0)
    valued = lakes.mutate(value=to_value(lakes.parameter, lakes.num, lakes.den, hydrogen=rules.hydrogen))
    codes = {item.parameter: item for item in rule.items.values()}
    parts = []
    for code, item in codes.items():
        one = valued.filter(valued.parameter == code)
        # The station files give chlorophyll in mg/L, the formula wants mg/m³.
        size = one.value * (1000.0 if code == "CHLA" else 1.0)
        index = (size.ln() * float(item.b) + float(item.a)) * 10.0
        parts.append(
            one.select(*_KEY, parameter=ibis.literal(code), part=index, weight=ibis.literal(float(item.r2)),
                       valid=one.valid)
        )  # fmt: skip
    rows = ibis.union(*parts)
    summed = rows.group_by(*_KEY).agg(
        **{f"part_{code}": rows.part.max(where=rows.parameter == code) for code in codes},
        items=rows.count(),
        fit=rows.count(where=rows.valid),
    )
    weighted, weights = ibis.literal(0.0), ibis.literal(0.0)
    for code, item in codes.items():
        there = summed[f"part_{code}"]
        weighted = weighted + there.fill_null(0.0) * float(item.r2)
        weights = weights + there.notnull().ifelse(ibis.literal(float(item.r2)), ibis.literal(0.0))
    kept = summed.mutate(tli=(weighted / weights * 1e6 + 0.5).floor() / 1e6)
    # Two items at least, and one of them more than transparency: the reports read use four or five.
    enough = kept["items"] >= 3
    branches = []
    for place, grade in enumerate(rule.grades, start=1):
        mark = ibis.literal(place).cast("int64")
        if grade.below is not None:
            branches.append((kept.tli < float(grade.below), mark))
        elif grade.up_to is not None:
            branches.append((kept.tli <= float(grade.up_to), mark))
    valid = enough & (kept.fit == kept["items"])
    return kept.select(
        *_KEY,
        tli=enough.ifelse(kept.tli, ibis.null("float64")),
        rounded=enough.ifelse((kept.tli * 100.0 + 0.5).floor() / 100.0, ibis.null("float64")),
        grade=enough.ifelse(
            ibis.cases(*branches, else_=ibis.literal(len(rule.grades)).cast("int64")), ibis.null("int64")
        ),
        items=kept["items"].cast("int64"), valid=valid,
        reason=ibis.cases((valid, ibis.null("string")), (~enough, "items_short"), else_="item_invalid"),
    )  # fmt: skip
