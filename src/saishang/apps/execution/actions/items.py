"""Add, change and override an item; its percent follows its milestones."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from saishang.apps.execution.actions.doing import allowed, locked_item, log, said
from saishang.apps.execution.actions.item_checks import change_faults, duty_code, new_faults, parent_of
from saishang.apps.execution.actions.item_draft import ItemDraft, MilestoneDraft, draft_of, tidy
from saishang.apps.execution.known import Known
from saishang.apps.execution.models import ItemUnit, Milestone, WorkItem
from saishang.apps.execution.refusals import WorkRefused, refuse
from saishang.apps.execution.states import SETTLED, WRITABLE
from saishang.apps.organisations.actions import Doing
from saishang.apps.organisations.queries import one
from saishang.errors import Fault
from saishang.science.execution.percent import Step, percent_complete

__all__ = [
    "add_item", "change_item", "may_change", "one_writer_of_codes", "override_percent", "recompute", "told",
    "write_draft",
]  # fmt: skip

#: One writer of new codes at a time.
_CODES = 0x5A15_0007


def add_item(
    doing: Doing, draft: ItemDraft, there: Known, *, origin: str = "typed", batch: str = "", invented: bool = False
) -> WorkItem:
    """Permission → check → change → log: a new item as a draft.

    Raises
    ------
    WorkRefused
        Without permission over the owner, or with every fault of the draft.
    """
    draft = tidy(draft)
    with transaction.atomic():
        if draft.organisation in there.organisations:
            allowed(doing, "edit_items", one(draft.organisation))
        one_writer_of_codes()
        refuse(new_faults(doing, draft, there))
        row = WorkItem(
            code=_code(draft), plan=there.plan, state="draft", origin=origin, batch=batch, invented=invented,
            changed_at=timezone.now(), changed_by=doing.name,
        )  # fmt: skip
        write_draft(row, draft, there, parent_of(draft, None)[0])
        row.percent = _percent(draft.milestones)
        row.save()
        _units(row, draft, there, ())
        _milestones(row, draft.milestones, ())
        log(doing, "add_item", row, None, told(draft) | {"code": row.code, "origin": origin, "batch": batch})
    return row


def change_item(
    doing: Doing, code: str, draft: ItemDraft, there: Known, seen: int | None, *, batch: str = ""
) -> WorkItem | None:
    """Permission → lock → check → change → log; None when nothing differs, and then nothing is written.

    A draft is its owner's; once it was handed in, the leading group's office changes it, with a reason. Who owes it
    can be changed to by somebody only who holds the permission there, too.

    Raises
    ------
    OldVersion
        When somebody else was faster.
    WorkRefused
        Without permission or reason; with every fault; for an item that is verified or cancelled.
    """
    draft = tidy(draft)
    with transaction.atomic():
        row = locked_item(code, seen)
        may_change(doing, row)
        before = tidy(draft_of(row))
        if before == draft:
            return None
        refuse(change_faults(doing, row, before, draft, there))
        write_draft(row, draft, there, parent_of(draft, row)[0])
        _touch(row, doing)
        if before.organisation != draft.organisation:
            _reports_along(row)
        _units(row, draft, there, row.units.all())
        _milestones(row, draft.milestones, row.milestones.all())
        recompute(row)
        was, now = told(before), told(draft)
        changed = sorted(name for name in now if was[name] != now[name])
        after = {name: now[name] for name in changed} | {"code": row.code}
        if batch:
            after |= {"batch": batch}
        log(doing, "change_item", row, {name: was[name] for name in changed}, after)
    return row


def _reports_along(row: WorkItem) -> None:
    """Reports that are still to be written go to the new owner: the former one does not report on it any more."""
    row.reports.filter(state__in=WRITABLE).exclude(organisation=row.organisation_id).update(
        organisation=row.organisation_id, version=F("version") + 1
    )


def may_change(doing: Doing, row: WorkItem) -> None:
    """Whether the actor may change what an item says, as its state stands.

    Raises
    ------
    WorkRefused
        Without permission; for an item that is verified or cancelled.
    """
    allowed(doing, "edit_items" if row.state == "draft" else "assign_items", row.organisation)
    if row.state in SETTLED:
        raise WorkRefused(f"an item that is {row.state} is not changed", fix="reopen it first")


def override_percent(doing: Doing, code: str, percent: int | None, seen: int | None) -> WorkItem:
    """Say another percent complete than the milestones do (人工核定), or (None) let these stand again.

    Raises
    ------
    WorkRefused
        Without permission (`accept_progress`) or reason; for anything but 0 to 100.
    """
    with transaction.atomic():
        row = locked_item(code, seen)
        allowed(doing, "accept_progress", row.organisation)
        faults = []
        if percent is not None and not 0 <= percent <= 100:
            faults.append(Fault("percent", f"expected 0 to 100; got {percent}", "enter a whole per cent"))
        if not doing.reason.strip():
            faults.append(Fault("reason", "another percent than the computed one needs a reason; got none", "say why"))
        refuse(faults)
        names = ("override", "override_by", "override_reason")
        before = said(row, names)
        row.override = percent
        row.override_by, row.override_reason = ("", "") if percent is None else (doing.name, doing.reason.strip()[:500])
        _touch(row, doing)
        log(doing, "override_percent", row, before, said(row, names) | {"computed": row.percent})
    return row


def recompute(row: WorkItem) -> None:
    """Percent complete from the milestones as they are now."""
    steps = [Step(step.weight, step.due, step.reached) for step in row.milestones.all()]
    row.percent = percent_complete(steps, timezone.localdate())
    WorkItem.objects.filter(pk=row.pk).update(percent=row.percent)


def write_draft(row: WorkItem, draft: ItemDraft, there: Known, parent: WorkItem | None) -> None:
    """The plain fields of a checked draft, onto a row that is not yet saved."""
    row.task, row.kind, row.title = draft.task, draft.kind, draft.title.strip()
    row.content, row.expected = draft.content.strip(), draft.expected.strip()
    row.organisation_id = there.organisations[draft.organisation]
    row.region, row.programme, row.start, row.due = draft.region, draft.programme, draft.start, draft.due
    row.budget, row.targets, row.cadence = draft.budget, list(draft.targets), draft.cadence
    row.parent = parent


def one_writer_of_codes() -> None:
    """Take the one place of a writer of codes, until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s)", [_CODES])


def _code(draft: ItemDraft) -> str:
    """The next free code of a task and owner: `T10-640100-003`; of a duty, of which there is one: `T10-640100-D`."""
    stem = f"{draft.task}-{draft.organisation}"
    if draft.kind == "duty":
        return duty_code(draft)
    # By the number at its end: a code of another organisation may begin with this one's.
    like = rf"^{re.escape(stem)}-[0-9]+$"
    last = WorkItem.objects.filter(code__startswith=f"{stem}-", code__regex=like).order_by("-pk")
    number = max((int(code.rsplit("-", 1)[1]) for code in last.values_list("code", flat=True)[:1]), default=0)
    while WorkItem.objects.filter(code=f"{stem}-{number + 1:03d}").exists():
        number += 1
    return f"{stem}-{number + 1:03d}"


def _units(row: WorkItem, draft: ItemDraft, there: Known, before: Iterable[ItemUnit]) -> None:
    wanted = {there.organisations[code]: role for code, role in draft.units}
    for unit in list(before):
        role = wanted.pop(unit.organisation_id, None)
        if role is None:
            unit.delete()
        elif role != unit.role:
            unit.role = role
            unit.save()
    ItemUnit.objects.bulk_create(ItemUnit(item=row, organisation_id=pk, role=role) for pk, role in wanted.items())


def _milestones(row: WorkItem, drafts: Sequence[MilestoneDraft], before: Iterable[Milestone]) -> None:
    known = {step.pk: step for step in before}
    kept = {draft.pk for draft in drafts if draft.pk is not None}
    for pk, step in known.items():
        if pk not in kept:
            step.delete()
    # First out of the way: positions are unique.
    for offset, step in enumerate((step for pk, step in known.items() if pk in kept), start=1):
        step.position = 10_000 + offset
        step.save()
    new: list[Milestone] = []
    for position, draft in enumerate(drafts, start=1):
        step = known[draft.pk] if draft.pk is not None else Milestone(item=row)
        step.position, step.title, step.due = position, draft.title.strip(), draft.due
        step.weight = draft.weight
        if step.pk is None:
            new.append(step)
        else:
            step.save()
    Milestone.objects.bulk_create(new)
    getattr(row, "_prefetched_objects_cache", {}).pop("milestones", None)


def _touch(row: WorkItem, doing: Doing) -> None:
    row.version += 1
    row.changed_at, row.changed_by = timezone.now(), doing.name
    row.save()


def _percent(steps: Sequence[MilestoneDraft]) -> int | None:
    """Percent complete of a new item: nothing is reached yet."""
    return 0 if steps else None


def told(draft: ItemDraft) -> dict[str, Any]:
    """A draft as the log says it: days and amounts as text."""
    return {
        "task": draft.task, "kind": draft.kind, "title": draft.title, "organisation": draft.organisation,
        "content": draft.content, "expected": draft.expected, "region": draft.region, "programme": draft.programme,
        "start": draft.start, "due": draft.due, "budget": None if draft.budget is None else f"{draft.budget:.2f}",
        "targets": list(draft.targets), "cadence": draft.cadence, "parent": draft.parent,
        "units": [list(unit) for unit in draft.units],
        "milestones": [
            [step.title, step.due.isoformat() if step.due else None, f"{step.weight:.2f}"] for step in draft.milestones
        ],
    }  # fmt: skip
