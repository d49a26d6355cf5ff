"""Indicators made of reported parts: a rate from its areas, a share from its counts (由报送分项计算).

An entry of the catalogue with `statistic: {source: reports, formula: …, parts: {…}}` is computed wherever its parts are
reported for one region, period and basis. The agency's own figure of the rate stands beside it, never in its place.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Context, Decimal
from typing import Any

from saishang.apps.indicators.catalogue import Catalogue, Indicator
from saishang.apps.indicators.models import ReportedValue
from saishang.apps.indicators.values import Value
from saishang.science.composed import FORMULAS, compose
from saishang.science.numbers import InputError
from saishang.science.rounding import round_half_even

__all__ = ["composed_values", "is_composed"]

_EXACT = Context(prec=40)
Key = tuple[str, str, str]


def is_composed(indicator: Indicator) -> bool:
    """Whether an indicator is made of reported parts."""
    return bool(indicator.by("reports"))


def composed_values(catalogue: Catalogue, reports: Iterable[ReportedValue]) -> list[Value]:
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
        for value in _values(way, catalogue, by_indicator)
    ]


def _values(
    indicator: Indicator, catalogue: Catalogue, by_indicator: Mapping[str, Mapping[Key, ReportedValue]]
) -> Iterator[Value]:
    parts: Mapping[str, str] = indicator.statistic["parts"]
    keys = sorted({key for code in parts.values() for key in by_indicator.get(code, {})})
    for region, period, basis in keys:
        found = {name: by_indicator.get(code, {}).get((region, period, basis)) for name, code in parts.items()}
        yield _value(indicator, catalogue, found, region, period, basis)


def _value(
    indicator: Indicator,
    catalogue: Catalogue,
    found: Mapping[str, ReportedValue | None],
    region: str,
    period: str,
    basis: str,
) -> Value:
    parts: Mapping[str, str] = indicator.statistic["parts"]
    formula = str(indicator.statistic["formula"])
    missing = [parts[name] for name, report in found.items() if report is None]
    number: Decimal | None = None
    reason = f"missing:{','.join(missing)}" if missing else ""
    if not missing:
        try:
            exact = compose(formula, {name: report.value for name, report in found.items() if report is not None})
            number = _EXACT.divide(Decimal(exact.numerator), Decimal(exact.denominator))
        except InputError as error:
            reason = f"parts_refused:{error.message}"
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
        coverage={"parts": len(given), "parts_expected": len(FORMULAS[formula][0])},
        reason=reason,
        clause=indicator.clause,
        inputs={"formula": formula, "parts": [_part(catalogue, code, report) for code, report in given.items()]},
    )


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
