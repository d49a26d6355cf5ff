"""Take a table of reported figures: CSV or Excel in the form that the page gives out, cell by cell, row by row.

Good rows are taken, each as its own reported value with its own entry in the log; bad rows come back with line, column
and reason. The file itself is kept in the raw archive and named as the origin of every value.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from django.db import transaction

from saishang.apps.core.actions import record
from saishang.apps.indicators.actions.report_value import BASES, STATUSES, Report, report_value
from saishang.apps.indicators.catalogue import Catalogue
from saishang.apps.indicators.models import ReportedValue
from saishang.errors import SaishangError
from saishang.lake.archive import Archive
from saishang.lake.readers.blocks import Reject
from saishang.lake.readers.form import read_form
from saishang.rules import Rules

__all__ = ["BASES", "COLUMNS", "STATUSES", "Outcome", "Refusal", "region_code", "upload_values"]

#: Field → headings under which it is understood; the first two are what the form gives out in Chinese and English.
COLUMNS: dict[str, tuple[str, ...]] = {
    "indicator": ("指标", "indicator", "指标编号"),
    "region": ("区域", "region", "区域代码", "行政区划代码"),
    "period": ("时段", "period", "年度", "年份"),
    "text": ("数值", "value"),
    "unit": ("计量单位", "unit"),
    "basis": ("口径", "basis"),
    "agency": ("报送单位", "agency"),
    "evidence": ("依据", "evidence"),
    "status": ("可靠程度", "status"),
    "caliber": ("口径说明", "caliber"),
    "note": ("备注", "note"),
}
_REQUIRED = ("indicator", "region", "period", "text", "agency", "evidence")
#: More rows than a province reports in a year; larger tables are a mistake in the file.
_MOST_ROWS = 20_000


@dataclass(frozen=True)
class Refusal:
    """A row that was not taken: 1-based line, heading of the column (empty: the whole row), what stood there, why."""

    line: int
    column: str
    content: str
    message: str
    fix: str


@dataclass(frozen=True)
class Outcome:
    """What became of a table. With `dry_run` nothing was written and `changes` tells what would be."""

    rows: int
    added: int
    replaced: int
    unchanged: int
    refusals: tuple[Refusal, ...]
    sha256: str
    dry_run: bool


class _DryRun(Exception):
    """Rolls a trial back."""


def upload_values(
    actor: Any, path: Path, name: str, catalogue: Catalogue, rules: Rules, archive: Archive, *,
    reason: str = "", dry_run: bool = False,
) -> Outcome:  # fmt: skip
    """Permission → read → check → take row by row → log.

    Raises
    ------
    SaishangError
        When the actor may not, the file is no table, or a required column is missing; nothing is taken then.
    """
    if not isinstance(actor, str) and not actor.may("report_value"):
        raise SaishangError(
            "this account may not report values", fix="ask an administrator for the role editor", code="report-refused"
        )
    refusals: list[Refusal] = []
    rows = _read(path, name, refusals)
    sha256 = "" if dry_run else archive.put(path).sha256
    counts = {"added": 0, "replaced": 0, "unchanged": 0}
    try:
        with transaction.atomic():
            for line, fields in rows:
                try:
                    counts[
                        _take(actor, fields, f"{name[-150:]}:{line} sha256:{sha256[:12]}", catalogue, rules, reason)
                    ] += 1
                except SaishangError as error:
                    column = error.where or ""
                    refusals.append(Refusal(line, column, fields.get(_field(column), ""), error.message, error.fix))
            if dry_run:
                raise _DryRun
            record(
                actor, "indicators.upload_values", ("file", name),
                after={**counts, "refused": len(refusals), "sha256": sha256}, reason=reason,
            )  # fmt: skip
    except _DryRun:
        pass
    ordered = tuple(sorted(refusals, key=lambda refusal: refusal.line))
    return Outcome(len(rows) + sum(1 for r in refusals if not r.column), **counts, refusals=ordered, sha256=sha256,
                   dry_run=dry_run)  # fmt: skip


def _read(path: Path, name: str, refusals: list[Refusal]) -> list[tuple[int, dict[str, str]]]:
    def refuse(reject: Reject) -> None:
        refusals.append(Refusal(reject.line, reject.column, reject.content, reject.message, "correct the row"))

    return read_form(path, name, COLUMNS, _REQUIRED, refuse, most_rows=_MOST_ROWS)


def _take(actor: Any, fields: dict[str, str], origin: str, catalogue: Catalogue, rules: Rules, reason: str) -> str:
    indicator = catalogue.indicators.get(fields["indicator"]) or catalogue.for_target(fields["indicator"])
    if indicator is None:
        raise SaishangError(
            f"expected an indicator of the catalogue, got {fields['indicator']!r}", fix="write its id or its full name",
            where=COLUMNS["indicator"][0],
        )  # fmt: skip
    report = Report(
        indicator=indicator.id,
        region=region_code(fields["region"], rules),
        period=fields["period"],
        text=fields["text"],
        unit=fields.get("unit") or indicator.unit,
        basis=fields.get("basis") or "as_published",
        agency=fields["agency"],
        evidence=fields["evidence"],
        status=fields.get("status") or "unconfirmed",
        caliber=fields.get("caliber", ""),
        note=fields.get("note", ""),
        origin=origin,
    )
    same = {"indicator": report.indicator, "region": report.region, "period": report.period, "basis": report.basis}
    before = ReportedValue.objects.filter(**same, superseded_by=None).first()
    if before is not None and _number(report.text) == before.value:
        # A workbook keeps 85.0 as 85: the same number is no correction, and its digits as reported stay.
        report = replace(report, text=before.text)
    after = report_value(actor, report, catalogue, rules, reason)
    if before is None:
        return "added"
    return "unchanged" if after.pk == before.pk else "replaced"


def region_code(text: str, rules: Rules) -> str:
    """Code of a region by its code, name or short name; the text itself when nothing fits, to be refused later."""
    if text in rules.regions:
        return text
    for row in rules.regions.values():
        if text and text in (row["zh"], row["short"]):
            return str(row["code"])
    return text


def _number(text: str) -> Decimal | None:
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def _field(column: str) -> str:
    return next((key for key, headings in COLUMNS.items() if column in headings), "text")
