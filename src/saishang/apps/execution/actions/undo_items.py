"""Take a load of items back: what nobody touched since is as it was before."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from saishang.apps.core.queries import entries
from saishang.apps.execution.actions.doing import log
from saishang.apps.execution.actions.item_cells import kept_rows, read_day
from saishang.apps.execution.actions.item_draft import ItemDraft, MilestoneDraft, draft_of, tidy
from saishang.apps.execution.actions.items import change_item
from saishang.apps.execution.actions.load_items import log_batch
from saishang.apps.execution.known import Known, known
from saishang.apps.execution.models import WorkItem
from saishang.apps.execution.refusals import WorkRefused, refuse
from saishang.apps.organisations.actions import Doing
from saishang.errors import Fault
from saishang.rules import Rules

__all__ = ["Undone", "undo_items"]


@dataclass(frozen=True)
class Undone:
    """Codes of items that were dropped again, of those that are as before, and of those that were left alone."""

    dropped: tuple[str, ...]
    restored: tuple[str, ...]
    left: tuple[str, ...]


def undo_items(doing: Doing, rules: Rules, batch: str) -> Undone:
    """Permission → lock → check → change → log. New items become cancelled drafts: their codes are not given again.

    An item that anybody touched since (another version, a state further on, a line in a work plan) is left alone, as is
    one that the actor may not change.

    Raises
    ------
    WorkRefused
        Without a reason; for a batch that does not exist, or was taken back already.
    """
    if not doing.reason.strip():
        refuse([Fault("reason", "taking a load back needs a reason; got none", "say why")])
    with transaction.atomic():
        loaded = entries("execution.load_items").filter(object_id=batch).first()
        if loaded is None or loaded.after is None:
            raise WorkRefused(f"expected the number of a load; got {batch[:40]!r}", fix="open it from its own page")
        if entries("execution.undo_items").filter(object_id=batch).exists():
            raise WorkRefused("this load was taken back already", fix="load the table again if it was right")
        there = known(rules, doing.today)
        dropped: list[str] = []
        restored: list[str] = []
        left: list[str] = []
        for code in loaded.after["added"]:
            (dropped if _drop(doing, code) else left).append(code)
        for code, version in loaded.after["changed"]:
            (restored if _restore(doing, there, code, version, batch) else left).append(code)
        if not dropped and not restored:
            raise WorkRefused("nothing of this load can be taken back: all of it was worked on since, or is not yours "
                              "to change", fix="change the items themselves")  # fmt: skip
        log_batch(doing, "undo_items", batch, {"dropped": dropped, "restored": restored, "left": left})
    return Undone(tuple(dropped), tuple(restored), tuple(left))


def _locked(code: str) -> WorkItem | None:
    rows = WorkItem.objects.select_for_update(of=("self",)).select_related("organisation")
    return rows.filter(code=code).first()


def _drop(doing: Doing, code: str) -> bool:
    row = _locked(code)
    if row is None or row.version != 1 or row.state != "draft" or row.plan_lines.exists() or row.children.exists():
        return False
    if not doing.span("edit_items").covers(row.organisation):
        return False
    row.state, row.version = "cancelled", row.version + 1
    row.changed_at, row.changed_by = timezone.now(), doing.name
    row.save()
    log(doing, "drop_item", row, {"state": "draft"}, {"state": "cancelled", "code": code})
    return True


def _restore(doing: Doing, there: Known, code: str, version: int, batch: str) -> bool:
    row = _locked(code)
    if row is None or row.version != version:
        return False
    entry = entries("execution.change_item").filter(object_type=WorkItem._meta.label, object_id=str(row.pk)).first()
    if entry is None or entry.before is None or (entry.after or {}).get("batch") != batch:
        return False
    try:
        change_item(doing, code, _with(tidy(draft_of(row)), entry.before), there, None)
    except WorkRefused:
        return False
    return True


def _with(draft: ItemDraft, before: dict[str, Any]) -> ItemDraft:
    """A draft with the fields as the log says that they were."""
    told: dict[str, Any] = dict(before)
    for name in ("start", "due"):
        if name in told:
            told[name] = read_day(told[name]) if told[name] else None
    if told.get("budget") is not None:
        told["budget"] = Decimal(told["budget"])
    if "targets" in told:
        told["targets"] = tuple(told["targets"])
    if "units" in told:
        told["units"] = tuple((code, role) for code, role in told["units"])
    if "milestones" in told:
        steps = [
            MilestoneDraft(title, read_day(due) if due else None, Decimal(weight))
            for title, due, weight in told["milestones"]
        ]
        told["milestones"] = kept_rows(steps, draft.milestones)
    return replace(draft, **told)
