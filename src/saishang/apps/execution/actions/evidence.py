"""Lay evidence (佐证材料) beside a report or an item, and strike it out; the bytes stay in the raw archive."""

from __future__ import annotations

from pathlib import Path

from django.db import transaction
from django.utils import timezone

from saishang.apps.execution.actions.doing import allowed, locked_item, log
from saishang.apps.execution.keeping import keep_file
from saishang.apps.execution.models import Evidence, ProgressReport
from saishang.apps.execution.refusals import WorkRefused
from saishang.apps.execution.states import WRITABLE
from saishang.apps.organisations.actions import Doing
from saishang.lake.archive import Archive
from saishang.rules import Rules

__all__ = ["attach_evidence", "strike_evidence"]


def attach_evidence(
    doing: Doing, rules: Rules, archive: Archive, code: str, path: Path, name: str, *, report: int | None = None,
    milestone: int | None = None, note: str = "",
) -> Evidence:  # fmt: skip
    """Permission → check of size and content → keep → log. The same bytes beside the same report are kept once.

    Beside a report it is laid by whoever writes it, beside the item itself by whoever keeps the list.

    Raises
    ------
    WorkRefused
        Without permission; for a report that cannot be written on; for too many or too large files.
    EvidenceRefused
        For a content that is none of those that evidence may have.
    """
    with transaction.atomic():
        item = locked_item(code, None)
        allowed(doing, "edit_items" if report is None else "write_progress", item.organisation)
        about = None
        if report is not None:
            about = ProgressReport.objects.filter(pk=report, item=item).first()
            if about is None or about.state not in WRITABLE:
                raise WorkRefused("expected a report of this item that can be written on", fix="take it back first")
        beside = item.evidence.filter(report=about, struck_at__isnull=True)
        kept = keep_file(rules, archive, path, name, beside.count())
        known = beside.filter(sha256=kept.sha256).first()
        if known is not None:
            return known
        step = item.milestones.filter(pk=milestone).first() if milestone is not None else None
        made = Evidence.objects.create(
            item=item, report=about, milestone=step, name=kept.name, sha256=kept.sha256, size=kept.size,
            kind=kept.kind, note=note.strip()[:300], added_at=timezone.now(), added_by=doing.name,
        )  # fmt: skip
        log(doing, "attach_evidence", made, None, {
            "item": item.code, "period": about.period if about else "", "name": made.name, "sha256": kept.sha256,
            "size": kept.size,
        })  # fmt: skip
    return made


def strike_evidence(doing: Doing, pk: int) -> Evidence:
    """Strike evidence out, with a reason; it stays readable and in the versions of the report that it lay beside.

    Raises
    ------
    WorkRefused
        Without permission or reason; when the report that it lies beside was handed over.
    """
    with transaction.atomic():
        row = (
            Evidence.objects.select_for_update(of=("self",)).select_related("item__organisation").filter(pk=pk).first()
        )
        if row is None:
            raise WorkRefused("there is no such evidence", fix="load the page again")
        allowed(doing, "edit_items" if row.report is None else "write_progress", row.item.organisation)
        if row.report is not None and row.report.state not in WRITABLE:
            raise WorkRefused("evidence of a report that was handed over stays", fix="take the report back first")
        if not doing.reason.strip():
            raise WorkRefused("striking evidence out needs a reason; got none", fix="say why")
        if row.struck_at is None:
            row.struck_at, row.struck_by = timezone.now(), doing.name
            row.struck_reason = doing.reason.strip()[:300]
            row.save()
            log(doing, "strike_evidence", row, None, {"item": row.item.code, "name": row.name, "sha256": row.sha256})
    return row
