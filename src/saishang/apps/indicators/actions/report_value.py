"""Enter a figure that an agency reports; a correction supersedes, nothing is overwritten."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db import transaction
from django.utils import timezone

from saishang.apps.core.actions import record
from saishang.apps.indicators.catalogue import Catalogue
from saishang.apps.indicators.models import ReportedValue
from saishang.errors import SaishangError
from saishang.rules import Rules

__all__ = ["Report", "load_published", "report_value"]


@dataclass(frozen=True)
class Report:
    """What somebody reports: the figure as text (so that its decimals are kept), its basis and its evidence."""

    indicator: str
    region: str
    period: str
    text: str
    unit: str
    basis: str
    agency: str
    evidence: str
    status: str = "unconfirmed"
    caliber: str = ""
    note: str = ""
    origin: str = ""


class ReportRefused(SaishangError):
    """The figure cannot be taken as it is."""

    code = "report-refused"


def report_value(actor: Any, report: Report, catalogue: Catalogue, rules: Rules, reason: str = "") -> ReportedValue:
    """Permission → check → change → log.

    Raises
    ------
    ReportRefused
        When the person may not report, the indicator, region or unit is unknown, the figure is no number, or the
        evidence is empty.
    """
    if not isinstance(actor, str) and not actor.may("report_value"):
        raise ReportRefused("this account may not report values", fix="ask an administrator for the role editor")
    value = _check(report, catalogue, rules)
    with transaction.atomic():
        before = (
            ReportedValue.objects.select_for_update()
            .filter(
                indicator=report.indicator, region=report.region, period=report.period, basis=report.basis,
                superseded_by=None,
            )
            .first()
        )  # fmt: skip
        if before is not None and _same(before, report):
            return before
        after = ReportedValue.objects.create(
            indicator=report.indicator,
            region=report.region,
            period=report.period,
            basis=report.basis,
            value=value,
            text=report.text,
            unit=report.unit,
            agency=report.agency,
            evidence=report.evidence,
            status=report.status,
            caliber=report.caliber,
            note=report.note,
            origin=report.origin,
            entered_at=timezone.now(),
            entered_by=None if isinstance(actor, str) else actor,
        )
        if before is not None:
            before.superseded_by = after
            before.save(update_fields=["superseded_by"])
        record(actor, "indicators.report_value", after, _state(before), _state(after), reason)
    return after


def load_published(rules: Rules, site: str, actor: str = "saishang") -> int:
    """Take the site's published figures (with their sources) as reported values; the number of new ones."""
    catalogue = Catalogue(rules)
    known = ReportedValue.objects.count()
    for row in rules.table(f"sites/{site}/published_figures").rows:
        report = Report(
            indicator=row["indicator"],
            region=row["region"],
            period=str(row["period"]),
            text=str(row["value"]),
            unit=row["unit"],
            basis=row["basis"],
            agency=row["agency"],
            evidence=row["evidence"],
            status=row["status"],
            caliber=row["caliber"] or "",
            note=row["note"] or "",
            origin=f"{row.file}:{row.line}",
        )
        report_value(actor, report, catalogue, rules)
    return ReportedValue.objects.count() - known


def _check(report: Report, catalogue: Catalogue, rules: Rules) -> Decimal:
    indicator = catalogue.indicators.get(report.indicator)
    if indicator is None:
        raise ReportRefused(
            f"expected an indicator of the catalogue, got {report.indicator!r}",
            fix="see `saishang rules show indicators`",
        )
    if report.region not in rules.regions:
        raise ReportRefused(
            f"expected a region code or name, got {report.region!r}",
            fix="see `saishang rules show regions`",
            where="区域",
        )
    if report.unit != indicator.unit:
        raise ReportRefused(
            f"{indicator.zh} is kept in {indicator.unit}, got {report.unit!r}",
            fix=f"convert the figure to {indicator.unit}",
        )
    if not report.evidence.strip():
        raise ReportRefused(
            "a figure without evidence cannot be taken", fix="name the document, page and date", where="依据"
        )
    if not report.agency.strip():
        raise ReportRefused("a figure needs the body that reports it", fix="name the agency", where="报送单位")
    try:
        value = Decimal(report.text)
    except InvalidOperation:
        raise ReportRefused(
            f"expected a number, got {report.text!r}", fix="write digits and a decimal point", where="数值"
        ) from None
    if not value.is_finite() or (indicator.unit == "%" and not 0 <= value <= 100):
        raise ReportRefused(
            f"{report.text} is outside what {indicator.zh} can be", fix="check the figure", where="数值"
        )
    return value


def _same(before: ReportedValue, report: Report) -> bool:
    return (before.text, before.unit, before.agency, before.evidence, before.status, before.caliber, before.note) == (
        report.text, report.unit, report.agency, report.evidence, report.status, report.caliber, report.note,
    )  # fmt: skip


def _state(row: ReportedValue | None) -> Mapping[str, Any] | None:
    if row is None:
        return None
    return {"text": row.text, "unit": row.unit, "agency": row.agency, "evidence": row.evidence, "status": row.status}
