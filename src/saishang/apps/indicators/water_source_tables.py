"""Rows of drinking-water sources and of black-odorous waters, by month, year and year to date."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any, cast

from saishang.apps.indicators.values import DEMONSTRATION
from saishang.apps.indicators.water_places import Dated, periods_to, stations_of
from saishang.apps.indicators.water_samples import Samples, means
from saishang.apps.registers import queries as registers
from saishang.apps.registers.queries import EntryView
from saishang.rules import Rules
from saishang.science.groundwater.classes import Groundwater
from saishang.science.groundwater.from_rules import groundwater_standard
from saishang.science.numbers import InputError, exact
from saishang.science.periods import Period
from saishang.science.rounding import round_half_even
from saishang.science.units import conversion
from saishang.science.water.black_odorous import (
    HEAVY,
    BlackRule,
    PointGrade,
    body_grade,
    heavy_stretches,
    point_from_samples,
)
from saishang.science.water.from_rules import black_rule, section_rule, setting, source_rule
from saishang.science.water.limits import Body
from saishang.science.water.sources import (
    SourceRule,
    SourceState,
    Verdict,
    judge_groundwater,
    judge_surface,
    shares,
    year_verdict,
)

__all__ = ["black_rows", "source_rows"]

_MEASURED, _ALL = "measured", "all"
_IN_USE = "in_use"
#: Parameter of the lake → item of the black-odorous rule, with its size in that item's unit.
_BLACK = {"SD": ("sd_cm", 100), "DO": ("do", 1), "ORP": ("orp", 1), "NH3N": ("nh3n", 1), "DEPTH": ("depth_cm", 100)}


@dataclass(frozen=True)
class _Month:
    """A source in a month in which it was in use."""

    period: Period
    view: EntryView
    values: Mapping[str, object]
    days: int
    verdict: Verdict
    volume: Fraction | None


def source_rows(
    rules: Rules, region: str, as_of: date, found: Sequence[Dated], samples: Samples
) -> dict[str, list[dict[str, Any]]]:
    """Rows of `water_sources` and `water_source_shares`; none while no source has a sample."""
    points = {str(view.values["station"]) for entry in found for _, _, view in entry.spans}
    first = samples.first_day(points)
    if first is None:
        return {}
    rule = source_rule(rules, as_of)
    rows: list[dict[str, Any]] = []
    for entry in found:
        rows += _source(rules, rule, entry, samples, first, as_of)
    rows.sort(key=lambda row: (row["source"], row["period_kind"], row["period"]))
    return {"water_sources": rows, "water_source_shares": list(_shares(rules, rule, region, rows))}


def _source(
    rules: Rules, rule: SourceRule, entry: Dated, samples: Samples, first: date, as_of: date
) -> Iterator[dict[str, Any]]:
    hydrogen = setting(rules, "ph_mean") == "hydrogen_ion"
    periods = [period for period in periods_to(first, as_of) if period.kind != "quarter"]
    months: dict[int, _Month] = {}
    for period in periods:
        if period.kind != "month":
            continue
        view = entry.within(period.first, min(period.last, as_of))
        values = samples.between(str(view.values["station"]), period.first, period.last) if view else {}
        # The running month is told as soon as it was sampled; before that nobody owes it.
        if view is None or view.state != _IN_USE or (period.last > as_of and not values):
            continue
        mean = means(values, hydrogen=hydrogen)
        station = str(view.values["station"])
        volume = view.values.get("monthly_volume")
        months[period.months[0]] = _Month(
            period, view, mean, len(samples.days(station, period.first, period.last)),
            _judge(rules, rule, view, mean, period.last), None if volume is None else exact(volume),
        )  # fmt: skip
    basis = DEMONSTRATION if entry.invented else _MEASURED
    for period in periods:
        # A year that is not over has no verdict of the year; its months to date have.
        if period.kind == "year" and period.last > as_of:
            continue
        mine = [months[number] for number in period.months if number in months]
        if mine:
            yield _row(rules, rule, basis, period, mine)


def _row(rules: Rules, rule: SourceRule, basis: str, period: Period, months: Sequence[_Month]) -> dict[str, Any]:
    last = months[-1]
    volumes = [month.volume for month in months if month.volume is not None]
    volume = sum(volumes, Fraction(0)) if len(volumes) == len(months) else None
    kept: Fraction | None = None
    if period.kind == "month":
        verdict, compliant = last.verdict, last.verdict.compliant
        kept = None if volume is None or compliant is None else volume if compliant else Fraction(0)
        reason = "no_data" if not verdict.items else "items_missing" if compliant is None else ""
    elif rule.year_verdict == "mean":
        values = _mean_of([month.values for month in months])
        verdict = _judge(rules, rule, last.view, values, period.last)
        sampled = all(month.days for month in months)
        compliant = verdict.compliant if sampled else None
        kept = None if volume is None or compliant is None else volume if compliant else Fraction(0)
        reason = "" if compliant is not None else "items_missing" if sampled else "months_missing"
    else:
        compliant = year_verdict([month.verdict.compliant for month in months])
        verdict = _worst(months)
        if volume is not None and all(month.verdict.compliant is not None for month in months):
            kept = sum((m.volume for m in months if m.verdict.compliant and m.volume is not None), Fraction(0))
        reason = "" if all(month.verdict.compliant is not None for month in months) else "months_missing"
    return {
        "source": last.view.key, "station": last.view.values["station"],
        "region": last.view.region, "kind": last.view.values["kind"],
        "level": last.view.values["level"], "basis": basis, "period_kind": period.kind, "period": period.name,
        "class": verdict.number, "compliant": compliant,
        "over": ",".join(f"{name}:{_multiple(multiple, rule)}" for name, multiple in verdict.over),
        "missing": ",".join(verdict.missing), "short": verdict.short, "items": verdict.items,
        "days": sum(month.days for month in months), "volume": _real(volume), "compliant_volume": _real(kept),
        "valid": compliant is not None, "reason": reason or None,
    }  # fmt: skip


def _worst(months: Sequence[_Month]) -> Verdict:
    """Of several months the worst class, every item that was over in any of them, and all that was missing."""
    over: dict[str, Fraction | None] = {}
    for month in months:
        for name, multiple in month.verdict.over:
            before = over.get(name)
            over[name] = multiple if before is None else max(before, multiple or Fraction(0))
    numbers = [month.verdict.number for month in months if month.verdict.number is not None]
    return Verdict(
        None, max(numbers, default=None),
        tuple(sorted(over.items(), key=lambda pair: (pair[1] is None, -(pair[1] or 0), pair[0]))),
        tuple(sorted({name for month in months for name in month.verdict.missing})),
        max(month.verdict.short for month in months), min(month.verdict.items for month in months),
    )  # fmt: skip


def _mean_of(months: Sequence[Mapping[str, object]]) -> dict[str, object]:
    collected: dict[str, list[Fraction]] = {}
    for values in months:
        for name, value in values.items():
            collected.setdefault(name, []).append(exact(cast("Fraction", value)))
    return {name: sum(listed, Fraction(0)) / len(listed) for name, listed in collected.items()}


def _judge(rules: Rules, rule: SourceRule, view: EntryView, values: Mapping[str, object], on: date) -> Verdict:
    kind = str(view.values["kind"])
    if kind == "groundwater":
        standard = groundwater_standard(rules, on)
        return judge_groundwater(_groundwater(rules, values, standard), standard, limit_class=rule.limit_class)
    asked = int(view.values.get("specific_items") or 0)
    body: Body = "lake" if kind == "lake" else "river"
    return judge_surface(values, section_rule(rules, on), rule, body=body, specific_asked=asked)


def _groundwater(rules: Rules, values: Mapping[str, object], standard: Groundwater) -> dict[str, object]:
    """Parameters of the lake under the keys of the groundwater standard, in its units; others are passed over."""
    found: dict[str, object] = {}
    for code, value in values.items():
        row = rules.parameters[code]
        for name in (code, row["zh"], row["en"]):
            try:
                item = standard.item(str(name))
            except InputError:
                continue
            if item.kind == "word":  # told in words, kept as 0 or 1: one sample that had it is enough
                found[item.key] = "有" if value else "无"
                break
            # Another quantity of the same name is no value of this item.
            with contextlib.suppress(InputError):
                found[item.key] = conversion(str(row["unit"]), item.unit)(exact(cast("Fraction", value)))
            break
    return found


def _shares(rules: Rules, rule: SourceRule, region: str, rows: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    below = {code: set(registers.inside(rules, code)) for code in registers.inside(rules, region)}
    groups: dict[tuple[str, str, str], list[Mapping[str, Any]]] = {}
    for row in rows:
        groups.setdefault((row["basis"], row["period_kind"], row["period"]), []).append(row)
    for (basis, kind, period), mine in sorted(groups.items()):
        for code in sorted(below):
            inside = [row for row in mine if row["region"] in below[code]]
            if not inside:
                continue
            for level in (_ALL, *sorted({row["level"] for row in inside})):
                some = [row for row in inside if level in (_ALL, row["level"])]
                yield _share(rule, code, level, basis, kind, period, some)


def _state(row: Mapping[str, Any]) -> SourceState:
    kept = _exact(row["compliant_volume"])
    # Judged, but how much of its water complied is not known (a month is missing): then its volume tells nothing.
    volume = None if row["compliant"] is not None and kept is None else _exact(row["volume"])
    return SourceState(row["compliant"], volume, kept)


def _share(
    rule: SourceRule, code: str, level: str, basis: str, kind: str, period: str, rows: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    found = shares([_state(row) for row in rows])
    reason = "no_data" if not found.evaluated else "" if found.complete else "sources_short"
    return {
        "scope": "region", "id": code, "level": level, "basis": basis, "period_kind": kind, "period": period,
        "sources": found.sources, "evaluated": found.evaluated, "complying": found.complying,
        "by_number": _real(found.by_number), "number_rounded": _rounded(found.by_number, rule.share_decimals),
        "volume": _real(found.volume), "complying_volume": _real(found.complying_volume),
        "by_volume": _real(found.by_volume), "volume_rounded": _rounded(found.by_volume, rule.share_decimals),
        "valid": not reason, "reason": reason or None,
        "volume_reason": "volume_missing" if found.evaluated and found.volume is None else None,
    }  # fmt: skip


def black_rows(rules: Rules, as_of: date, found: Sequence[Dated], samples: Samples) -> dict[str, list[dict[str, Any]]]:
    """Rows of `water_black_points` and `water_black_bodies`: months in which a body was sampled."""
    rule = black_rule(rules)
    points: list[dict[str, Any]] = []
    waters: list[dict[str, Any]] = []
    for entry in found:
        codes = {code for _, _, view in entry.spans for code in stations_of(view.values.get("stations"))}
        first = samples.first_day(codes)
        if first is None:
            continue
        basis = DEMONSTRATION if entry.invented else _MEASURED
        for period in periods_to(first, as_of):
            view = entry.within(period.first, min(period.last, as_of))
            listed = stations_of(view.values.get("stations")) if view is not None else []
            if period.kind != "month" or view is None:
                continue
            graded = [_point(samples, code, period, rule) for code in listed]
            if not any(count for count, _ in graded):
                continue
            head = {"basis": basis, "period_kind": period.kind, "period": period.name}
            points += [
                {"body": view.key, "station": code, "place": place, **head, **_point_row(count, grade, rule)}
                for place, (code, (count, grade)) in enumerate(zip(listed, graded, strict=True), start=1)
            ]
            waters.append({"body": view.key, "region": view.region, **head, **_body_row(graded, rule)})
    return {"water_black_points": points, "water_black_bodies": waters}


def _point(samples: Samples, code: str, period: Period, rule: BlackRule) -> tuple[int, PointGrade]:
    each = []
    for _day, values in samples.days(code, period.first, period.last):
        sample: dict[str, object] = {}
        for parameter, (key, size) in _BLACK.items():
            listed = values.get(parameter)
            if listed:
                sample[key] = sum(listed, Fraction(0)) / len(listed) * size
        if sample:
            each.append(sample)
    return len(each), point_from_samples(each, rule)


def _point_row(samples: int, grade: PointGrade, rule: BlackRule) -> dict[str, Any]:
    reason = "no_data" if not samples else "items_missing" if grade.grade is None else ""
    reason = reason or ("samples_short" if samples < rule.least_times else "")
    heavy = ",".join(f"{key}:{grade.heavy[key]}/{grade.data[key]}" for key in rule.items if grade.heavy[key])
    return {
        "samples": samples, "grade": grade.grade if samples else None, "heavy": heavy,
        "missing": ",".join(grade.missing), "valid": not reason, "reason": reason or None,
    }  # fmt: skip


def _body_row(graded: Sequence[tuple[int, PointGrade]], rule: BlackRule) -> dict[str, Any]:
    grades = [grade.grade if count else None for count, grade in graded]
    known = [grade for grade in grades if grade is not None]
    heavy = sum(grade == HEAVY for grade in known)
    number: int | None
    if len(known) == len(grades):
        number, reason = body_grade(known, rule), ""
    else:
        # Enough heavy points decide whatever the others are; otherwise what is not known is no pass.
        number = HEAVY if Fraction(100 * heavy, len(grades)) >= rule.body_share else None
        reason = "points_missing"
    if not reason and len(grades) < rule.least_points:
        reason = "few_points"
    if not reason and min(count for count, _ in graded) < rule.least_times:
        reason = "samples_short"
    stretches = heavy_stretches([-1 if grade is None else grade for grade in grades], rule)
    return {
        "points": len(grades), "points_graded": len(known), "points_heavy": heavy,
        "stretches": ",".join(f"{first + 1}-{last + 1}" for first, last in stretches), "grade": number,
        "valid": not reason, "reason": reason or None,
    }  # fmt: skip


def _multiple(value: Fraction | None, rule: SourceRule) -> str:
    return "" if value is None else str(round_half_even(value, rule.multiple_decimals))


def _real(value: Fraction | None) -> float | None:
    return None if value is None else float(value)


def _exact(value: float | None) -> Fraction | None:
    return None if value is None else exact(value)


def _rounded(value: Fraction | None, decimals: int) -> float | None:
    return None if value is None else float(round_half_even(value, decimals))
