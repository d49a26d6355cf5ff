"""Hand an annual report over (报送年度报告): its file lies beside the duty that it fulfils, the duty is fulfilled."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from django.db import transaction

from saishang.apps.organisations.actions import Doing
from saishang.apps.reports.models import Report
from saishang.apps.reports.refusals import ReportRefused
from saishang.apps.supervision import actions as supervision
from saishang.apps.supervision.queries import ANNUAL, Annual, annual_duty
from saishang.apps.supervision.refusals import SupervisionRefused
from saishang.lake.archive import Archive
from saishang.rules import Rules

__all__ = ["Delivered", "deliver_report"]


@dataclass(frozen=True)
class Delivered:
    """What was handed over: number of the duty, when, and its due day."""

    duty: int
    on: date
    due: date | None


def deliver_report(doing: Doing, rules: Rules, archive: Archive, number: int, seen: int | None = None) -> Delivered:
    """File beside the duty → duty fulfilled, in one transaction; each part asks for its own permission and is logged.

    Parameters
    ----------
    seen:
        Version of the duty that the person saw; None: whichever it is.

    Raises
    ------
    ReportRefused
        When there is no such report, it is the consolidated one, or no duty of its year waits for it.
    SupervisionRefused
        Without permission (`answer_supervision` over the organisation, or `supervise`); when the duty is fulfilled.
    """
    report = Report.objects.select_related("organisation").filter(pk=number).first()
    if report is None:
        raise ReportRefused(f"there is no report {number}", fix="look at `saishang report list`")
    if report.kind != "organisation":
        raise ReportRefused(
            "the consolidated report is nobody's yearly duty", fix="hand over the report of one organisation"
        )
    code = report.organisation.code
    with transaction.atomic():
        duty = annual_duty(rules, code, report.year)
        if duty is None:
            raise ReportRefused(
                f"no duty of {code} for {report.year} waits for an annual report",
                fix="have the duties of that year opened by the leading group's office",
            )
        if duty.state == "fulfilled":
            # Said before a file is laid beside it: what is over takes no files, and that would be all that is told.
            raise SupervisionRefused("it is fulfilled already", fix="have it returned first, if that was wrong")
        with TemporaryDirectory() as folder:
            path = Path(folder) / f"annual-report-{code}-{report.year}-{number}.docx"
            path.write_bytes(bytes(report.file))
            supervision.attach_file(doing, rules, archive, duty, path, path.name)
        text = f"年度报告 编号{number}，评估 {report.run}，SHA-256 {report.sha256}"
        handed = Annual(number, code, report.year, report.sha256)
        row = supervision.fulfil_duty(doing, rules, duty.pk, ANNUAL, seen, text=text, annual=handed)
    return Delivered(row.pk, row.done_on or doing.today, row.due)
