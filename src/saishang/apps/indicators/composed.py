"""Indicators made of reported parts: a rate from its areas, a share from its counts (由报送分项计算).

An entry of the catalogue with `statistic: {source: reports, formula: …, parts: {…}}` is computed wherever its parts are
reported for one region, period and basis. The agency's own figure of the rate stands beside it, never in its place.
The formula `balance` with a `stream` of waste is the difference of what came in and what went; its verdict, by the
tolerance of the rules, stands in the coverage.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from saishang.apps.indicators.catalogue import Catalogue, Indicator
from saishang.apps.indicators.models import ReportedValue
from saishang.apps.indicators.values import Value, exact_decimal
from saishang.rules import Rules
from saishang.science.composed import compose
from saishang.science.numbers import InputError
from saishang.science.rounding import round_half_even
from saishang.science.waste.balance import balance
from saishang.science.waste.from_rules import setting, streams

__all__ = ["BALANCE", "composed_values", "is_composed"]

#: Name of the formula whose parts are the flows of a stream of waste.
BALANCE = "balance"
#: What the column of a value's reason holds; the parts that are there stand in `inputs`.
_LONGEST = 200
Key = tuple[str, str, str]


def is_composed(indicator: Indicator) -> bool:
    """Whether an indicator is made of reported parts."""
    return bool(indicator.by("reports"))


def composed_values(catalogue: Catalogue, reports: Iterable[ReportedValue], rules: Rules) -> list[Value]:
    """Values of every composed indicator, in the order of the catalogue, then region, period and basis.

    Where some parts are reported and others are not, a value without a number says which are missing: half the parts
    are no reason to guess, and none of them are no reason to speak.
    """
    by_indicator: dict[str, dict[Key, ReportedValue]] = {}
    for report in reports:
        by_indicator.setdefault(report.indicator, {})[report.region, report.period, report.basis] = report
    return [
        value
        for indicator in catalogue.indicators.values()
        for way in indicator.by("reports")
        for value in _values(way, catalogue, by_indicator, rules)
    ]


def _values(
    indicator: Indicator, catalogue: Catalogue, by_indicator: Mapping[str, Mapping[Key, ReportedValue]], rules: Rules
) -> Iterator[Value]:
    parts: Mapping[str, str] = indicator.statistic["parts"]
    keys = sorted({key for code in parts.values() for key in by_indicator.get(code, {})})
    for region, period, basis in keys:
        found = {name: by_indicator.get(code, {}).get((region, period, basis)) for name, code in parts.items()}
        yield _value(indicator, catalogue, found, region, period, basis, rules)


def _value(
    indicator: Indicator,
    catalogue: Catalogue,
    found: Mapping[str, ReportedValue | None],
    region: str,
    period: str,
    basis: str,
    rules: Rules,
) -> Value:
    parts: Mapping[str, str] = indicator.statistic["parts"]
    formula = str(indicator.statistic["formula"])
    missing = [parts[name] for name, report in found.items() if report is None]
    number: Decimal | None = None
    reason = f"missing:{_fitting(missing)}" if missing else ""
    coverage: dict[str, Any] = {"parts": len(parts) - len(missing), "parts_expected": len(parts)}
    if not missing:
        told = {name: report.value for name, report in found.items() if report is not None}
        try:
            if formula == BALANCE:
                exact, facts = _balance(str(indicator.statistic["stream"]), told, rules)
                coverage |= facts
            else:
                exact = compose(formula, told)
            number = exact_decimal(exact)
        except InputError as error:
            reason = f"parts_refused:{error.message}"
    elif formula == BALANCE:
        coverage["verdict"] = "cannot_tell"
    given = {parts[name]: report for name, report in found.items() if report is not None}
    return Value(
        indicator=indicator.id,
        region=region,
        period=period,
        period_kind="year",
        basis=basis,
        kind="computed",
        value=number,
        rounded="" if number is None else str(round_half_even(number, indicator.decimals)),
        unit=indicator.unit,
        valid=number is not None,
        coverage=coverage,
        reason=reason[:_LONGEST],
        clause=indicator.clause,
        inputs={"formula": formula, "parts": [_part(catalogue, code, report) for code, report in given.items()]},
    )


def _balance(stream: str, masses: Mapping[str, Decimal], rules: Rules) -> tuple[Fraction, dict[str, Any]]:
    """The difference of a stream over a region's year, and what its verdict rests on."""
    tolerance = setting(rules, "balance_tolerance_percent")
    found = balance(streams(rules)[stream].of_region, masses, tolerance)
    if found.difference is None or found.sources is None or found.sinks is None:
        raise InputError(f"A part is missing: {', '.join(found.missing)}.", fix="A missing part is not zero.")
    share = found.difference_percent
    return found.difference, {
        "verdict": found.verdict,
        "sources": _text(found.sources),
        "sinks": _text(found.sinks),
        "difference_percent": "" if share is None else str(round_half_even(share, 2)),
        "tolerance_percent": str(tolerance),
    }


def _fitting(codes: Sequence[str]) -> str:
    """Codes joined by commas, as many as the column of reasons holds; the parts that are there tell the rest."""
    kept = list(codes)
    while len(",".join(kept)) > _LONGEST - len("missing:,…"):
        kept.pop()
    return ",".join(kept) + ("" if len(kept) == len(codes) else ",…")


def _text(exact: Fraction) -> str:
    """A sum of reported decimals as plain digits: it ends, since its parts do."""
    return f"{exact_decimal(exact).normalize():f}"


def _part(catalogue: Catalogue, code: str, report: ReportedValue) -> dict[str, Any]:
    """One part as the chain shows it."""
    return {
        "indicator": code,
        "zh": catalogue.indicators[code].zh,
        "value": report.text,
        "unit": report.unit,
        "report": report.pk,
        "agency": report.agency,
        "evidence": report.evidence,
        "status": report.status,
        "caliber": report.caliber,
        "note": report.note,
        "origin": report.origin,
        "entered_at": report.entered_at.isoformat(),
    }
