"""What a merged organisation owes goes to its successor (接续办理): items, unsent reports, parts in others' items.

Closing an organisation ends the roles in it: without this nobody could write on what it left.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from saishang.apps.execution.actions.doing import allowed, log
from saishang.apps.execution.models import ItemUnit, ProgressReport, WorkItem
from saishang.apps.execution.refusals import WorkRefused
from saishang.apps.execution.states import SETTLED, WRITABLE
from saishang.apps.organisations.actions import Doing
from saishang.apps.organisations.actions.doing import heir_of

__all__ = ["TakenOver", "take_over"]

#: In these a report is still the owner's: it was not handed in, or has come back.
_UNSENT = (*sorted(WRITABLE), "in_review", "reviewed")


@dataclass(frozen=True)
class TakenOver:
    """Items that the successor owes now, duties that it owed already (codes), and how many reports went along."""

    successor: str
    items: tuple[str, ...]
    known: tuple[str, ...]
    reports: int


def take_over(doing: Doing, code: str) -> TakenOver:
    """Permission (`assign_items` over both) → check → change → log, all that is not settled in one transaction.

    A duty of the plan that the successor has as well is cancelled, and what stands below it goes below the successor's.
    What was handed in stays with whoever handed it in.

    Raises
    ------
    ChangeRefused
        While the organisation exists, or when nobody follows it.
    WorkRefused
        Without permission or reason.
    """
    with transaction.atomic():
        found, heir = heir_of(code, doing.today)
        allowed(doing, "assign_items", found)
        allowed(doing, "assign_items", heir)
        if not doing.reason.strip():
            raise WorkRefused("this needs a reason; got none", fix="say why")
        moved: list[WorkItem] = []
        known: list[str] = []
        rows = WorkItem.objects.select_for_update(of=("self",)).filter(organisation=found).exclude(state__in=SETTLED)
        for row in rows.order_by("code"):
            same = WorkItem.objects.filter(
                organisation=heir, kind="duty", plan=row.plan, task=row.task, region=row.region
            ).exclude(state="cancelled")
            twin = same.first() if row.kind == "duty" else None
            before = {"organisation": code, "state": row.state}
            if twin is None:
                row.organisation = heir
                moved.append(row)
            else:
                row.state = "cancelled"
                WorkItem.objects.filter(parent=row).update(parent=twin)
                known.append(row.code)
            row.version += 1
            row.changed_at, row.changed_by = timezone.now(), doing.name
            row.save()
            owner = heir.code if twin is None else code
            log(doing, "take_over_item", row, before, {"organisation": owner, "state": row.state, "code": row.code})
        reports = ProgressReport.objects.filter(item__in=moved, organisation=found, state__in=_UNSENT)
        count = reports.update(organisation=heir, version=F("version") + 1)
        for part in ItemUnit.objects.filter(organisation=found).exclude(item__state__in=SETTLED):
            taken = part.item.organisation_id == heir.pk or part.item.units.filter(organisation=heir).exists()
            if taken:
                part.delete()
            else:
                part.organisation = heir
                part.save()
    return TakenOver(heir.code, tuple(row.code for row in moved), tuple(known), count)
