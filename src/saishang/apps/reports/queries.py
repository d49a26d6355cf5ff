"""Reads of the reports that were made, and the proof that each can be made again."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from saishang.apps.organisations.access import Span
from saishang.apps.reports.assemble import read_again
from saishang.apps.reports.blocks import OfficialDocument
from saishang.apps.reports.compose import compose
from saishang.apps.reports.content import AnnualReport, from_json
from saishang.apps.reports.models import Report
from saishang.apps.reports.refusals import ReportRefused
from saishang.apps.reports.word import to_docx
from saishang.apps.reports.writer import writer_version

__all__ = ["Again", "ReportRow", "document", "facts_of", "file_of", "made_again", "report", "reports"]


@dataclass(frozen=True)
class ReportRow:
    """A report as lists show it."""

    number: int
    kind: str
    organisation: str
    year: int
    run: str
    counted: datetime
    sha256: str
    writer: str
    invented: bool
    made_at: datetime
    made_by: str


@dataclass(frozen=True)
class Again:
    """A report made again: the digest kept and the one that came out; the programs that wrote them."""

    number: int
    kept: str
    made: str
    writer: str
    now: str
    same_facts: bool

    @property
    def same(self) -> bool:
        """Whether every byte is the same."""
        return self.kept == self.made


def reports(span: Span, code: str = "", year: int | None = None) -> list[ReportRow]:
    """Reports within a span of `view_internal`, the newest first; consolidated ones only with reach over everything."""
    rows = _seen(span)
    rows = rows.filter(organisation__code=code) if code else rows
    rows = rows.filter(year=year) if year else rows
    return [_row(row) for row in rows.defer("file", "facts")]


def report(span: Span, code: str, number: int) -> ReportRow | None:
    """One report of an organisation; None when there is none within the span."""
    row = _seen(span).filter(organisation__code=code, pk=number).defer("file", "facts").first()
    return None if row is None else _row(row)


def _seen(span: Span) -> QuerySet[Report]:
    rows = Report.objects.filter(span.filter("organisation")).select_related("organisation")
    return rows if span.everything else rows.filter(~Q(kind="consolidated"))


def facts_of(number: int) -> AnnualReport:
    """What a report says."""
    return from_json(Report.objects.only("facts").get(pk=number).facts)


def file_of(number: int) -> bytes:
    """The Word file as it was made."""
    return bytes(Report.objects.only("file").get(pk=number).file)


def document(number: int, language: str, unit: Callable[[str], str]) -> OfficialDocument:
    """The same content for a page, in the reader's language, with the reader's words for units."""
    return compose(facts_of(number), language, unit)


def made_again(number: int) -> Again:
    """Make a report again, its targets from the run itself and its work as it was counted, and compare the bytes.

    Nothing is written. Another program may set the same facts otherwise: `writer` and `now` tell.

    Raises
    ------
    ReportRefused
        When there is no such report.
    """
    row = Report.objects.defer("file").filter(pk=number).first()
    if row is None:
        raise ReportRefused(f"there is no report {number}", fix="look at `saishang report list`")
    kept = from_json(row.facts)
    again = read_again(kept)
    digest = hashlib.sha256(to_docx(compose(again))).hexdigest()
    return Again(row.pk, row.sha256, digest, row.writer, writer_version(), kept == again)


def _row(row: Report) -> ReportRow:
    return ReportRow(
        row.pk, row.kind, row.organisation.code, row.year, row.run, row.counted, row.sha256, row.writer, row.invented,
        row.made_at, row.made_by_name,
    )  # fmt: skip
