"""Class of every section in every period: as measured, and as its agency published it."""

from __future__ import annotations

from typing import Any

import ibis

from saishang.science.exact import join_words
from saishang.science.water.series.calendar import WaterReference
from saishang.science.water.series.rules import WaterRules

__all__ = ["measured_classes", "published_classes", "section_class"]

_PERIOD = ["period_kind", "period"]
_ORDER = ["section", *_PERIOD, "basis", "class", "main", "missing", "items", "target", "valid", "reason"]
#: Marks of official tables that stand for a section without water to sample.
_EXCUSES = {"断流": "no_flow", "no flow": "no_flow", "结冰未监测": "frozen", "frozen and not sampled": "frozen"}


def measured_classes(items: Any, reference: WaterReference, rules: WaterRules) -> Any:
    """Worst item of every section in operation; class null when no basic item has a figure.

    Returns
    -------
    `section, period_kind, period, basis, class, main, missing, items, target, valid, reason`; `main` the codes of the
    main pollutants, `missing` those of the basic items without a figure, `items` the number that decided.
    """
    basic = sorted({code for edition in rules.editions for code in edition.basic})
    used = items.used
    grouped = items.group_by("section", *_PERIOD).agg(
        worst=items["class"].max(where=used),
        items=items.count(where=used),
        basic_used=items.count(where=used & items.basic),
        basic_valid=items.count(where=used & items.basic & items.valid),
        void=items.reason.max(where=items.basic & ~items.valid),
        **{
            f"main_{rank}": items.parameter.max(where=(items.main_rank == rank).fill_null(False))
            for rank in range(1, rules.most + 1)
        },
        **{f"has_{code}": items.count(where=used & (items.parameter == code)) for code in basic},
    )
    grid = reference.section_periods
    wide = grid.left_join(grouped, ["section", *_PERIOD]).select(
        *grid.columns, "worst", "items", "basic_used", "basic_valid", "void",
        *[f"main_{rank}" for rank in range(1, rules.most + 1)], *[f"has_{code}" for code in basic],
    )  # fmt: skip
    there = wide.basic_used.fill_null(0) > 0
    valid = wide.basic_valid.fill_null(0) > 0
    absent = [(wide[f"has_{code}"].fill_null(0) == 0).ifelse(ibis.literal(code), ibis.null("string")) for code in basic]
    return wide.select(
        "section", *_PERIOD, basis=ibis.literal("measured"),
        **{"class": there.ifelse(wide.worst, ibis.null("int64"))},
        main=join_words([wide[f"main_{rank}"] for rank in range(1, rules.most + 1)]),
        missing=join_words(absent),
        items=wide["items"].fill_null(0).cast("int64"), target=wide.target, valid=valid,
        reason=ibis.cases(
            (valid, ibis.null("string")), (wide.void.notnull(), wide.void), else_=ibis.literal("no_data")
        ),
    ).select(*_ORDER)  # fmt: skip


def published_classes(others: Any, reference: WaterReference) -> Any:
    """Official monthly classes of sections; a mark (no flow, frozen, illegible) is a row without a class."""
    rows = others.filter(
        others.parameter == "WQ_CLASS",
        others.end.epoch_seconds() - others.start.epoch_seconds() > 27 * 86400,
    )
    named = rows.select(
        section=rows.station,
        month=rows.start.year().cast("int64") * 100 + rows.start.month().cast("int64"),
        qualifier=rows.qualifier,
        number=rows.qualifier.isnull().ifelse((rows.value + 0.5).floor().cast("int64"), ibis.null("int64")),
    )
    months = reference.period_months.filter(reference.period_months.period_kind == "month")
    joined = named.inner_join(months, "month").inner_join(reference.section_periods, ["section", *_PERIOD])
    excuse = ibis.cases(*[(joined.qualifier == mark, word) for mark, word in _EXCUSES.items()], else_="illegible")
    return joined.select(
        "section", *_PERIOD, basis=ibis.literal("published"),
        **{"class": joined.number},
        main=ibis.literal(""), missing=ibis.literal(""), items=ibis.literal(0).cast("int64"), target=joined.target,
        valid=joined.number.notnull(),
        reason=joined.number.notnull().ifelse(ibis.null("string"), excuse),
    ).select(*_ORDER)  # fmt: skip


def section_class(measured: Any, published: Any | None) -> Any:
    """Contract table `section_class`: both bases with their verdict on the section's own target."""
    rows = measured if published is None else measured.union(published)
    return rows.mutate(
        complies=(rows["class"].notnull() & rows.target.notnull()).ifelse(
            rows["class"] <= rows.target, ibis.null("boolean")
        )
    )
