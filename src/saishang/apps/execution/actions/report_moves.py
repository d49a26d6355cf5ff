"""Move a report (审核、报出、验收、发布), as the table allows; every move keeps the whole content as a version."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils import timezone

from saishang.apps.execution.actions.doing import locked_report, log, move_of
from saishang.apps.execution.actions.items import recompute
from saishang.apps.execution.actions.reports import content_faults
from saishang.apps.execution.models import Milestone, ProgressReport, ReportVersion, WorkItem
from saishang.apps.execution.refusals import NotAllowed, refuse
from saishang.apps.execution.states import REPORT_MOVES
from saishang.apps.execution.telling import tell_of_report
from saishang.apps.organisations.actions import Doing

__all__ = ["move_report"]

#: In these what the report says of milestones holds.
_HOLDS = frozenset({"accepted", "published"})


def move_report(doing: Doing, pk: int, action: str, seen: int | None) -> ProgressReport:
    """Permission → lock → check → change → version → log.

    The first handing in decides for good whether the report was late: a return does not make a late one early, nor one
    in time late. With the acceptance its milestones are reached, and its percent, where it claims one with a reason,
    overrides the computed one; a return takes both back.

    Raises
    ------
    WorkRefused
        When the table has no such move, the actor may not (whoever wrote does not review), the reason is missing, or
        with everything that keeps the content from being handed over.
    """
    with transaction.atomic():
        row = locked_report(pk, seen)
        move = move_of(REPORT_MOVES, row, action, doing)
        if move.not_by == "writer" and row.written_by is not None and doing.is_self(row.written_by):
            raise NotAllowed("whoever wrote the report does not review it", fix="let somebody else do it")
        if "content" in move.needs:
            refuse(content_faults(row, doing.today))
        before = row.state
        row.state = move.after
        row.version += 1
        now = timezone.now()
        if move.after == "submitted" and row.submitted_at is None:
            row.submitted_at, row.late = now, timezone.localdate(now) > row.due
        row.published_at = now if move.after == "published" else None
        row.save()
        if (before in _HOLDS) != (move.after in _HOLDS):
            _carry(doing, row, holds=move.after in _HOLDS)
        _keep(doing, row, action, before)
        log(doing, f"{action}_report", row, {"state": before}, {
            "state": row.state, "item": row.item.code, "period": row.period, "late": row.late,
        })  # fmt: skip
        tell_of_report(doing, row, action)
    return row


def _carry(doing: Doing, row: ProgressReport, *, holds: bool) -> None:
    """Into the item what an accepted report says, or out of it again."""
    item = WorkItem.objects.select_for_update().get(pk=row.item_id)
    if holds:
        for key, day in row.milestones.items():
            Milestone.objects.filter(pk=int(key), item=item, reached__isnull=True).update(
                reached=date.fromisoformat(day), reached_by=doing.name, report=row
            )
    else:
        Milestone.objects.filter(item=item, report=row).update(reached=None, reached_by="", report=None)
    recompute(item)
    # The newest accepted report speaks: an older one that is accepted late does not turn its claim back.
    newest = item.reports.filter(state__in=_HOLDS).order_by("-last").first()
    claim = newest if newest is not None and newest.percent is not None else None
    item.override = claim.percent if claim else None
    item.override_by = (str(claim.written_by) if claim.written_by else doing.name)[:150] if claim else ""
    item.override_reason = claim.percent_reason if claim else ""
    item.version += 1
    item.changed_at, item.changed_by = timezone.now(), doing.name
    item.save()


def _keep(doing: Doing, row: ProgressReport, action: str, before: str) -> None:
    files = row.evidence.filter(struck_at__isnull=True).values("name", "sha256", "size")
    ReportVersion.objects.create(
        report=row, number=row.versions.count() + 1, action=action, before=before, after=row.state,
        reason=doing.reason.strip(), evidence=list(files), at=timezone.now(),
        actor=None if isinstance(doing.actor, str) else doing.actor, actor_name=doing.name, done=row.done,
        problems=row.problems, next_steps=row.next_steps, figures=row.figures, milestones=row.milestones,
        percent=row.percent, percent_reason=row.percent_reason,
    )  # fmt: skip
