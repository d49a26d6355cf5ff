"""Samples → sums of a section's day → means of days and months.

An automatic station's sample is an instant every four hours. A day counts with at least `samples_needed` of them, a
month with at least `days_needed` such days. Other samples (of a laboratory) count one by one: a month has a
mean from one sample on. Where an automatic month is valid it goes before the laboratory's.
"""

from __future__ import annotations

from typing import Any

import ibis

from saishang.science.exact import exact_sum, floor_ratio, half_even
from saishang.science.water.series.rules import WaterRules
from saishang.science.water.series.scales import AUTOMATIC, PACK, fine, is_number, magnitudes, to_value

__all__ = ["automatic_months", "daily", "day_sums", "month_figures", "other_rows", "sample_months"]

_BELOW = "<"


def day_sums(observations: Any, rules: WaterRules) -> Any:
    """Sums per section and day in one pass: columns `section, day`, one per code of `AUTOMATIC`, and `PH_samples`.

    A sum is packed (`magnitude · PACK + 1` per sample), but for pH, whose magnitudes would not leave room.
    """
    table = observations
    below = table.qualifier == _BELOW
    kept = table.filter(
        table.source.isin(rules.automatic),
        table.start == table.end,
        table.qualifier.isnull() | below,
        is_number(table.value),
    )
    # Half the detection limit stands for what was not detected.
    value = kept.qualifier.isnull().ifelse(kept.value, kept.value * float(rules.below_share))
    ions = kept.parameter == "PH"
    whole = magnitudes(kept.parameter, value, hydrogen=rules.hydrogen)
    # One size per row and plain sums of it: conditions inside the sums would be worked out once for each of them.
    rows = kept.select(
        section=kept.station, parameter=kept.parameter, day=kept.start.date(),
        size=ions.ifelse(whole, whole * float(PACK) + 1.0),
    )  # fmt: skip
    sums = {code: rows["size"].sum(where=rows.parameter == code).cast("int64") for code in AUTOMATIC}
    return rows.group_by("section", "day").agg(**sums, PH_samples=rows["size"].count(where=rows.parameter == "PH"))


def _day(table: Any, code: str, rules: WaterRules) -> tuple[Any, Any]:
    """(daily mean in ticks, null when void; number of samples) of one parameter."""
    packed = table[code].fill_null(0)
    count = table.PH_samples.fill_null(0) if code == "PH" else packed % PACK
    total = packed if code == "PH" else floor_ratio(packed - count, PACK)
    ticks = fine(code, hydrogen=rules.hydrogen)
    step = ibis.literal(ticks).cast("int64")
    # Up to `exact` samples divide the step: no remainder has to be looked at.
    exact = next(n for n in range(1, 12) if ticks % (n + 1))
    mean = ibis.cases(
        (count <= exact, total * floor_ratio(step, count.nullif(0))), else_=half_even(total * step, count.nullif(0))
    )
    return (count >= rules.samples_needed).ifelse(mean, ibis.null("int64")), count


def daily(sums: Any, rules: WaterRules) -> Any:
    """Contract table `section_daily`: one row per section, day and parameter with any sample."""
    parts = []
    for code in AUTOMATIC:
        ticks, count = _day(sums, code, rules)
        found = sums.select("section", "day", parameter=ibis.literal(code), ticks=ticks, samples=count.cast("int64"))
        parts.append(found.filter(found.samples > 0))
    rows = ibis.union(*parts)
    return rows.select(
        "section", "parameter", "day",
        value=to_value(rows.parameter, rows.ticks, ibis.literal(1), hydrogen=rules.hydrogen),
        samples=rows.samples, samples_expected=ibis.literal(rules.samples_per_day).cast("int64"),
        valid=rows.ticks.notnull(),
        reason=rows.ticks.notnull().ifelse(ibis.null("string"), ibis.literal("samples_short")),
    )  # fmt: skip


def automatic_months(sums: Any, rules: WaterRules) -> Any:
    """Monthly means from days: `section, month, parameter, ticks, days_valid, samples, valid, origin`.

    `ticks` is there from one valid day on; `valid` says whether there were enough of them.
    """
    dated = sums.mutate(month=_month(sums.day))
    each: dict[str, Any] = {}
    for code in AUTOMATIC:
        ticks, count = _day(dated, code, rules)
        each |= {f"ticks_{code}": ticks, f"n_{code}": count}
    wide = dated.select("section", "month", **each)
    sums_of: dict[str, Any] = {}
    for code in AUTOMATIC:
        sums_of |= {
            f"total_{code}": exact_sum(wide[f"ticks_{code}"]),
            f"days_{code}": wide[f"ticks_{code}"].count(),
            f"samples_{code}": wide[f"n_{code}"].sum().cast("int64"),
        }
    months = wide.group_by("section", "month").agg(**sums_of)
    parts = [
        months.select(
            "section", "month", parameter=ibis.literal(code), total=months[f"total_{code}"],
            days_valid=months[f"days_{code}"], samples=months[f"samples_{code}"],
        )
        for code in AUTOMATIC
    ]  # fmt: skip
    rows = ibis.union(*parts)
    rows = rows.filter(rows.samples > 0)
    return rows.select(
        "section", "month", "parameter",
        ticks=half_even(rows.total, rows.days_valid.nullif(0)),
        days_valid=rows.days_valid.cast("int64"), samples=rows.samples.cast("int64"),
        valid=rows.days_valid >= rules.days_needed,
        origin=ibis.literal("automatic"),
    )  # fmt: skip


def other_rows(observations: Any, rules: WaterRules) -> Any:
    """Rows of all other series (laboratory samples, published classes), a few beside the automatic ones."""
    table = observations
    return table.filter(~table.source.isin(rules.automatic)).select(
        "station", "parameter", "start", "end", "value", "qualifier"
    )


def sample_months(others: Any, parameters: tuple[str, ...], rules: WaterRules) -> Any:
    """Monthly means of single samples; shape as of `automatic_months`, `days_valid` counts the days sampled."""
    below = others.qualifier == _BELOW
    kept = others.filter(
        others.qualifier.isnull() | below,
        others.parameter.isin(list(parameters)),
        is_number(others.value),
    )
    value = kept.qualifier.isnull().ifelse(kept.value, kept.value * float(rules.below_share))
    step = (kept.parameter == "PH").ifelse(
        ibis.literal(fine("PH", hydrogen=rules.hydrogen)).cast("int64"), ibis.literal(fine("DO")).cast("int64")
    )
    samples = kept.select(
        section=kept.station, parameter=kept.parameter, day=kept.start.date(), month=_month(kept.start.date()),
        ticks=magnitudes(kept.parameter, value, hydrogen=rules.hydrogen).cast("int64") * step,
    )  # fmt: skip
    samples = samples.filter(samples.ticks.notnull())
    summed = samples.group_by("section", "month", "parameter").agg(
        total=exact_sum(samples.ticks), samples=samples.count(), days_valid=samples.day.nunique()
    )
    return summed.select(
        "section", "month", "parameter",
        ticks=half_even(summed.total, summed.samples),
        days_valid=summed.days_valid.cast("int64"), samples=summed.samples.cast("int64"),
        valid=ibis.literal(True), origin=ibis.literal("sample"),
    )  # fmt: skip


def month_figures(automatic: Any, sampled: Any) -> Any:
    """One figure per section, month and parameter: the automatic one where it is valid, else the sample's."""
    both = automatic.union(sampled)
    ranked = both.mutate(
        place=ibis.row_number().over(
            group_by=[both.section, both.month, both.parameter], order_by=[both.valid.desc(), both.origin]
        )
    )
    return ranked.filter(ranked.place == 0).drop("place")


def _month(day: Any) -> Any:
    return day.year().cast("int64") * 100 + day.month().cast("int64")
