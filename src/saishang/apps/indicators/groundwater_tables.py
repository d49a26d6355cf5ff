"""The groundwater tables of a run: samples of the lake, points of the register, classes of GB/T 14848.

Tables (column names are a contract for pages and export):

- `groundwater_items(point, region, basis, period_kind, period, parameter, value, below, samples, class, required,
  coarse, nuclides)`; period_kind `sample | year | to_date`, period a day, a year or `2026-01..2026-11`;
  value the mean [unit of the parameter], null for items told in words; below = samples below detection
- `groundwater_class(point, region, network, point_kind, zone, basis, period_kind, period, samples, class, worst,
  missing, items, target, complies, sure, open, reason)`; worst and missing parameters joined by commas;
  complies null where it cannot be told; reason `no_data items_missing`
- `groundwater_trends(point, region, basis, parameter, first, last, years, s, p, slope, trend, worse, reason)`; slope
  per year; reason `years_short mostly_below_detection`
- `groundwater_shares(scope, id, network, period_kind, period, basis, points_expected, points_evaluated, points_sure,
  class_1 … class_5, class_five, class_five_rounded, with_target, complying, compliance, compliance_rounded, valid,
  reason)`; scope `region | zone | point_kind`, network `all | national`; shares [%] of the points evaluated; reason
  `no_data points_unsure`
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

import pyarrow as pa

from saishang.apps.indicators.laboratory import (
    Period,
    Points,
    Sample,
    entries_by_year,
    excluded_parameters,
    members,
    periods_of,
    samples,
)
from saishang.apps.indicators.media import Asked
from saishang.apps.indicators.register_values import basis_of
from saishang.apps.registers.queries import EntryView
from saishang.rules import RuleLookupError, Rules
from saishang.science.groundwater.classes import Groundwater, Measured
from saishang.science.groundwater.from_rules import groundwater_standard
from saishang.science.groundwater.parameters import MEDIUM, parameter_items, reading
from saishang.science.groundwater.periods import (
    PeriodRule,
    PeriodVerdict,
    period_rule,
    period_verdict,
    yearly_trend,
)
from saishang.science.rounding import round_half_even

__all__ = ["GROUNDWATER_TABLES", "POINTS", "parameters_of", "tables_of"]

#: The register of points.
POINTS = "groundwater_points"
_POINT = [("point", pa.string()), ("region", pa.string())]
_PERIOD = [("basis", pa.string()), ("period_kind", pa.string()), ("period", pa.string())]
_CLASSES = tuple(f"class_{number}" for number in range(1, 6))
GROUNDWATER_TABLES: Mapping[str, pa.Schema] = {
    "groundwater_items": pa.schema(
        [
            *_POINT, *_PERIOD, ("parameter", pa.string()), ("value", pa.float64()), ("below", pa.int32()),
            ("samples", pa.int32()), ("class", pa.int32()), ("required", pa.bool_()), ("coarse", pa.bool_()),
            ("nuclides", pa.bool_()),
        ]
    ),
    "groundwater_class": pa.schema(
        [
            *_POINT, ("network", pa.string()), ("point_kind", pa.string()), ("zone", pa.string()), *_PERIOD,
            ("samples", pa.int32()), ("class", pa.int32()), ("worst", pa.string()), ("missing", pa.string()),
            ("items", pa.int32()), ("target", pa.int32()), ("complies", pa.bool_()), ("sure", pa.bool_()),
            ("open", pa.bool_()), ("reason", pa.string()),
        ]
    ),
    "groundwater_trends": pa.schema(
        [
            *_POINT, ("basis", pa.string()), ("parameter", pa.string()), ("first", pa.int32()), ("last", pa.int32()),
            ("years", pa.int32()), ("s", pa.int32()), ("p", pa.float64()), ("slope", pa.float64()),
            ("trend", pa.string()), ("worse", pa.bool_()), ("reason", pa.string()),
        ]
    ),
    "groundwater_shares": pa.schema(
        [
            ("scope", pa.string()), ("id", pa.string()), ("network", pa.string()), *_PERIOD,
            *((name, pa.int32()) for name in ("points_expected", "points_evaluated", "points_sure", *_CLASSES)),
            ("class_five", pa.float64()), ("class_five_rounded", pa.string()), ("with_target", pa.int32()),
            ("complying", pa.int32()), ("compliance", pa.float64()), ("compliance_rounded", pa.string()),
            ("valid", pa.bool_()), ("reason", pa.string()),
        ]
    ),
}  # fmt: skip


def parameters_of(asked: Asked) -> dict[str, Any]:
    """What decides the digits of groundwater beside lake, rules, code and registers."""
    return excluded_parameters(asked, MEDIUM)


def tables_of(asked: Asked) -> dict[str, pa.Table]:
    """The groundwater tables of a run; none without samples of registered points."""
    taken = samples(asked, MEDIUM)
    if not taken:
        return {}
    asked.progress("groundwater")
    years = range(min(sample.day.year for sample in taken), asked.as_of.year + 1)
    points = entries_by_year(asked, POINTS, years)
    reading_of = _Standards(asked.rules)
    found = [made for made in (_visit(sample, points, reading_of) for sample in taken) if made is not None]
    if not found:
        return {}
    rule = period_rule(asked.rules)
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in GROUNDWATER_TABLES}
    classes = [*_samples(found, reading_of, rule, rows)]
    for period in periods_of(years, asked.as_of):
        classes += _period(period, found, points, reading_of, rule, rows)
    rows["groundwater_class"] += classes
    rows["groundwater_trends"] += _trends(found, reading_of, rule, asked.as_of)
    rows["groundwater_shares"] += _shares(asked, points, [row for row in classes if row["period_kind"] != "sample"])
    return {name: pa.Table.from_pylist(rows[name], schema=schema) for name, schema in GROUNDWATER_TABLES.items()}


class _Standards:
    """The standard of each day, and which parameter is which of its items."""

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self._known: dict[str, tuple[Groundwater, Mapping[str, str], Mapping[str, str]]] = {}

    def on(self, day: date) -> tuple[Groundwater, Mapping[str, str], Mapping[str, str]] | None:
        """(standard, parameter → item, item → parameter); None before the first edition."""
        try:
            name = str(self.rules.edition("standards/groundwater/assessment", day)["id"])
        except RuleLookupError:
            return None
        if name not in self._known:
            standard = groundwater_standard(self.rules, name)
            items = parameter_items(self.rules, standard)
            self._known[name] = (standard, items, {item: code for code, item in items.items()})
        return self._known[name]


@dataclass(frozen=True)
class _Visit:
    """One sample of a registered point, its readings by item."""

    view: EntryView
    day: date
    values: Mapping[str, Measured]


def _visit(sample: Sample, points: Points, standards: _Standards) -> _Visit | None:
    view, known = points.at(sample.point, sample.day.year), standards.on(sample.day)
    if view is None or known is None:
        return None
    standard, items, _ = known
    values = {
        items[code]: reading(standard.items[items[code]], found.value, found.below, standard)
        for code, found in sample.readings.items()
        if code in items
    }
    return _Visit(view, sample.day, values)


def _head(view: EntryView) -> dict[str, Any]:
    return {"point": view.key, "region": view.region, "basis": basis_of(view)}


def _class_row(
    view: EntryView, kind: str, period: str, verdict: PeriodVerdict | None, codes: Mapping[str, str], count: int,
    *, is_open: bool,
) -> dict[str, Any]:  # fmt: skip
    values = view.values
    target = int(values["target"]) if values.get("target") else None
    row = _head(view) | {
        "network": values.get("network"), "point_kind": values.get("point_kind"),
        "zone": values.get("zone") or "general", "period_kind": kind, "period": period, "samples": count,
        "target": target, "open": is_open,
    }  # fmt: skip
    if verdict is None or verdict.number is None:
        return row | {"class": None, "worst": "", "missing": "", "items": 0, "complies": None, "sure": False,
                      "reason": "no_data"}  # fmt: skip
    return row | {
        "class": verdict.number,
        # Items in the class are named only where it is one to explain.
        "worst": ",".join(codes[key] for key in verdict.worst) if verdict.number > 1 else "",
        "missing": ",".join(codes[key] for key in verdict.missing), "items": len(verdict.items),
        "complies": verdict.complies(target), "sure": verdict.sure,
        "reason": "items_missing" if verdict.missing else "",
    }  # fmt: skip


def _item_rows(
    view: EntryView, kind: str, period: str, verdict: PeriodVerdict, codes: Mapping[str, str], rule: PeriodRule
) -> Iterator[dict[str, Any]]:
    for entry in verdict.items:
        yield _head(view) | {
            "period_kind": kind, "period": period, "parameter": codes[entry.item.key],
            "value": None if entry.value is None else float(entry.value), "below": entry.below,
            "samples": entry.samples, "class": entry.number, "required": entry.item.key in rule.required,
            "coarse": entry.coarse, "nuclides": entry.nuclides,
        }  # fmt: skip


def _samples(
    visits: Sequence[_Visit], standards: _Standards, rule: PeriodRule, rows: dict[str, list[dict[str, Any]]]
) -> Iterator[dict[str, Any]]:
    for visit in visits:
        known = standards.on(visit.day)
        if known is None:  # visits of days without a standard are not made
            continue
        standard, _, codes = known
        verdict = period_verdict([visit.values], standard, rule)
        day = visit.day.isoformat()
        rows["groundwater_items"] += _item_rows(visit.view, "sample", day, verdict, codes, rule)
        yield _class_row(visit.view, "sample", day, verdict, codes, 1, is_open=True)


def _period(
    period: Period, visits: Sequence[_Visit], points: Points, standards: _Standards, rule: PeriodRule,
    rows: dict[str, list[dict[str, Any]]],
) -> Iterator[dict[str, Any]]:  # fmt: skip
    """Every point that was sampled in the period, and those that should have been."""
    known = standards.on(period.last)
    if known is None:
        return
    standard, _, codes = known
    mine: dict[str, list[_Visit]] = {}
    for visit in visits:
        if period.first <= visit.day <= period.last:
            mine.setdefault(visit.view.key, []).append(visit)
    listed = {view.key: view for view in points.open_in(period)}
    for key in sorted({*listed, *mine}):
        view = listed.get(key) or mine[key][-1].view
        taken = [visit.values for visit in mine.get(key, ())]
        verdict = period_verdict(taken, standard, rule) if taken else None
        if verdict is not None:
            rows["groundwater_items"] += _item_rows(view, period.kind, period.name, verdict, codes, rule)
        yield _class_row(view, period.kind, period.name, verdict, codes, len(taken), is_open=key in listed)


def _trends(visits: Sequence[_Visit], standards: _Standards, rule: PeriodRule, as_of: date) -> Iterator[dict[str, Any]]:
    """Trend of the yearly means of every item and point; the running year is not over and stays out."""
    known = standards.on(as_of)
    if known is None:
        return
    standard, _, codes = known
    over = as_of.year if (as_of.month, as_of.day) == (12, 31) else as_of.year - 1
    by_point: dict[str, list[_Visit]] = {}
    for visit in visits:
        if visit.day.year <= over:
            by_point.setdefault(visit.view.key, []).append(visit)
    for mine in by_point.values():
        view = mine[-1].view
        for key, code in codes.items():
            years: dict[int, tuple[Fraction, bool]] = {}
            for year in sorted({visit.day.year for visit in mine}):
                found = [v.values[key] for v in mine if v.day.year == year and key in v.values]
                numbers = [measured.value for measured in found if measured.value is not None]
                if numbers:
                    hidden = all(measured.below for measured in found)
                    years[year] = (sum(numbers, Fraction(0)) / len(numbers), hidden)
            trend = yearly_trend(standard.items[key], years, rule)
            if trend is None:
                continue
            made = trend.found
            yield _head(view) | {
                "parameter": code, "first": min(years), "last": max(years), "years": trend.years,
                "s": None if made is None else made.s, "p": None if made is None else made.p,
                "slope": None if made is None or made.slope is None else float(made.slope),
                "trend": "not evaluated" if made is None else made.trend, "worse": trend.worse,
                "reason": trend.reason,
            }  # fmt: skip


def _shares(asked: Asked, points: Points, classes: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """Counts of classes per period, basis, network and group over the points that are open."""
    inside = members(asked, points.latest.values())
    groups: dict[tuple[str, ...], list[Mapping[str, Any]]] = {}
    for row in classes:
        if not row["open"]:
            continue
        head = (row["period_kind"], row["period"], row["basis"])
        for network in ("all", "national") if row["network"] == "national" else ("all",):
            for code, codes in inside.items():
                if row["region"] in codes:
                    groups.setdefault(("region", code, network, *head), []).append(row)
        groups.setdefault(("zone", row["zone"], "all", *head), []).append(row)
        groups.setdefault(("point_kind", row["point_kind"], "all", *head), []).append(row)
    for (scope, code, network, kind, period, basis), rows in sorted(groups.items()):
        yield {
            "scope": scope, "id": code, "network": network, "period_kind": kind, "period": period, "basis": basis,
        } | _counted(rows)  # fmt: skip


def _counted(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    known = [row for row in rows if row["class"] is not None]
    counts = {f"class_{number}": sum(row["class"] == number for row in known) for number in range(1, 6)}
    judged = [row for row in known if row["target"] is not None and row["complies"] is not None]
    complying = sum(bool(row["complies"]) for row in judged)
    sure = sum(bool(row["sure"]) for row in known)
    five, met = _share(counts["class_5"], len(known)), _share(complying, len(judged))
    return counts | {
        "points_expected": len(rows), "points_evaluated": len(known), "points_sure": sure,
        "class_five": None if five is None else float(five),
        "class_five_rounded": None if five is None else str(round_half_even(five, 1)),
        "with_target": len(judged), "complying": complying, "compliance": None if met is None else float(met),
        "compliance_rounded": None if met is None else str(round_half_even(met, 1)),
        # A point without a sure class could be one of class Ⅴ: a share without it would flatter.
        "valid": bool(rows) and sure == len(rows),
        "reason": "no_data" if not known else "" if sure == len(rows) else "points_unsure",
    }  # fmt: skip


def _share(part: int, whole: int) -> Fraction | None:
    return Fraction(100 * part, whole) if whole else None
