"""Enter a figure that an agency reports; a correction supersedes, nothing is overwritten."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from saishang.apps.core.actions import record
from saishang.apps.indicators.catalogue import Catalogue
from saishang.apps.indicators.models import ReportedValue
from saishang.apps.indicators.values import DEMONSTRATION
from saishang.errors import SaishangError
from saishang.rules import Rules

__all__ = ["BASES", "STATUSES", "Report", "load_published", "report_value"]

#: An invented figure is reported as such: it is shown with its mark and never held against a target.
BASES = ("as_published", "measured", "dust_removed", "assessment", "audited", DEMONSTRATION)
STATUSES = ("confirmed", "recalled", "unconfirmed")
#: Plain digits, as they are to be shown again; Python's own reading would also take 1_000, １２ and NaN.
_NUMBER = re.compile(r"[-+]?[0-9]+(?:\.[0-9]+)?\Z")
_YEAR = re.compile(r"(?:19|20)[0-9]{2}\Z")
#: Field → (heading, most characters that are kept).
_LENGTHS = {"text": ("数值", 40), "agency": ("报送单位", 80), "caliber": ("口径说明", 80), "origin": ("来源", 200)}


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
    for key, allowed, heading in (("basis", BASES, "口径"), ("status", STATUSES, "可靠程度")):
        if getattr(report, key) not in allowed:
            raise ReportRefused(
                f"expected one of {', '.join(allowed)}, got {getattr(report, key)!r}", fix="choose one", where=heading
            )
    if not _YEAR.match(report.period):
        raise ReportRefused(f"expected a year of four digits, got {report.period!r}", fix="write 2025", where="时段")
    if int(report.period) > timezone.localdate().year:
        raise ReportRefused(
            f"expected a year that has begun, got {report.period}",
            fix="a figure for a year to come is a goal",
            where="时段",
        )
    for key, (heading, most) in _LENGTHS.items():
        if len(getattr(report, key)) > most:
            raise ReportRefused(
                f"expected at most {most} characters, got {len(getattr(report, key))}", fix="shorten it", where=heading
            )
    if not _NUMBER.match(report.text):
        raise ReportRefused(
            f"expected a number, got {report.text!r}", fix="write digits and a decimal point", where="数值"
        )
    value = Decimal(report.text)
    if indicator.unit == "%" and not indicator.signed and not 0 <= value <= 100:
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
