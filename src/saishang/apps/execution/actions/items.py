"""Add, change and override an item; its percent follows its milestones."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from saishang.apps.execution.actions.doing import allowed, holds, locked_item, log, said
from saishang.apps.execution.actions.item_draft import ItemDraft, MilestoneDraft, draft_faults, draft_of
from saishang.apps.execution.known import Known
from saishang.apps.execution.models import ItemUnit, Milestone, WorkItem
from saishang.apps.execution.refusals import WorkRefused, refuse
from saishang.apps.organisations.actions import Doing
from saishang.errors import Fault
from saishang.science.execution.percent import Step, percent_complete

__all__ = ["add_item", "change_item", "override_percent", "recompute", "write_draft"]

#: One writer of new codes at a time.
_CODES = 0x5A15_0007
_DEEPEST = 3
_SETTLED = ("verified", "cancelled")


def add_item(
    doing: Doing, draft: ItemDraft, there: Known, *, origin: str = "typed", batch: str = "", invented: bool = False
) -> WorkItem:
    """Permission → check → change → log: a new item as a draft.

    Raises
    ------
    WorkRefused
        Without permission over the owner, or with every fault of the draft.
    """
    with transaction.atomic():
        parent = _parent(draft, None)
        refuse([*draft_faults(draft, there), *parent[1]])
        row = WorkItem(
            code=_code(draft), plan=there.plan, state="draft", origin=origin, batch=batch, invented=invented,
            changed_at=timezone.now(), changed_by=doing.name,
        )  # fmt: skip
        write_draft(row, draft, there, parent[0])
        allowed(doing, "edit_items", row.organisation)
        row.save()
        _units(row, draft, there)
        _milestones(row, draft.milestones)
        recompute(row)
        log(doing, "add_item", row, None, _told(draft_of(row)) | {"code": row.code, "origin": origin})
    return row


def change_item(doing: Doing, code: str, draft: ItemDraft, there: Known, seen: int | None) -> WorkItem | None:
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
    with transaction.atomic():
        row = locked_item(code, seen)
        permission = "edit_items" if row.state == "draft" else "assign_items"
        allowed(doing, permission, row.organisation)
        if row.state in _SETTLED:
            raise WorkRefused(f"an item that is {row.state} is not changed", fix="reopen it first")
        before = draft_of(row)
        if before == draft:
            return None
        parent, more = _parent(draft, row)
        faults = [*draft_faults(draft, there), *more, *_kept_milestones(row, draft)]
        if row.state != "draft" and not doing.reason.strip():
            faults.append(Fault("reason", "a change of what was handed in needs a reason; got none", "say why"))
        refuse(faults)
        write_draft(row, draft, there, parent)
        if draft.organisation != before.organisation and not holds(doing, permission, row.organisation):
            message = f"this account may not give items to {draft.organisation}"
            raise WorkRefused(message, fix="ask the leading group's office",
                              faults=[Fault("organisation", message, "ask the leading group's office")])  # fmt: skip
        _touch(row, doing)
        _units(row, draft, there)
        _milestones(row, draft.milestones)
        recompute(row)
        was, now = _told(before), _told(draft_of(row))
        changed = {name for name in now if was[name] != now[name]}
        log(doing, "change_item", row, {name: was[name] for name in sorted(changed)},
            {name: now[name] for name in sorted(changed)} | {"code": row.code})  # fmt: skip
    return row


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


def _parent(draft: ItemDraft, row: WorkItem | None) -> tuple[WorkItem | None, list[Fault]]:
    """The item above: it exists, serves the same task, is not the item itself or below it, and not too deep."""
    if not draft.parent:
        return None, []
    found = WorkItem.objects.filter(code=draft.parent).first()
    if found is None:
        fault = Fault("parent", f"expected the code of an item; got {draft.parent[:40]!r}", "look at the list of items")
        return None, [fault]
    faults = []
    if found.task != draft.task:
        faults.append(Fault("parent", f"expected an item of {draft.task} above it; {found.code} is of {found.task}",
                            "choose one of the same task"))  # fmt: skip
    depth, above = 1, found
    while True:
        if row is not None and above.pk == row.pk:
            faults.append(Fault("parent", "an item does not stand above itself", "choose another one"))
            break
        if above.parent is None:
            break
        depth, above = depth + 1, above.parent
    if depth >= _DEEPEST:
        faults.append(Fault("parent", f"expected at most {_DEEPEST} levels", "choose an item further up"))
    return found, faults


def _code(draft: ItemDraft) -> str:
    """The next free code of a task and owner: `T10-640100-003`; of a duty, of which there is one: `T10-640100-D`."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s)", [_CODES])
    stem = f"{draft.task}-{draft.organisation}"
    if draft.kind == "duty":
        if WorkItem.objects.filter(code=f"{stem}-D").exists():
            raise WorkRefused(f"there is a duty {stem}-D already", fix="add measures below it")
        return f"{stem}-D"
    last = WorkItem.objects.filter(code__regex=rf"^{stem}-[0-9]+$").order_by("-pk").values_list("code", flat=True)[:1]
    number = max((int(code.rsplit("-", 1)[1]) for code in last), default=0)
    while WorkItem.objects.filter(code=f"{stem}-{number + 1:03d}").exists():
        number += 1
    return f"{stem}-{number + 1:03d}"


def _units(row: WorkItem, draft: ItemDraft, there: Known) -> None:
    wanted = {there.organisations[code]: role for code, role in draft.units}
    for unit in list(row.units.all()):
        role = wanted.pop(unit.organisation_id, None)
        if role is None:
            unit.delete()
        elif role != unit.role:
            unit.role = role
            unit.save()
    ItemUnit.objects.bulk_create(ItemUnit(item=row, organisation_id=pk, role=role) for pk, role in wanted.items())


def _kept_milestones(row: WorkItem, draft: ItemDraft) -> list[Fault]:
    """Milestones keep their row, because reports speak of it; a reached one cannot be left out."""
    known = {step.pk: step for step in row.milestones.all()}
    given = [step.pk for step in draft.milestones if step.pk is not None]
    faults = [
        Fault("milestones", f"{step.title!r} was reached on {step.reached} and cannot be left out", "keep it")
        for pk, step in known.items() if step.reached and pk not in given
    ]  # fmt: skip
    if len(set(given)) < len(given) or any(pk not in known for pk in given):
        faults.append(Fault("milestones", "expected milestones of this item", "load the page again"))
    return faults


def _milestones(row: WorkItem, drafts: Sequence[MilestoneDraft]) -> None:
    known = {step.pk: step for step in row.milestones.all()}
    kept = {draft.pk for draft in drafts if draft.pk is not None}
    for pk, step in known.items():
        if pk not in kept:
            step.delete()
    # First out of the way: positions are unique.
    for offset, step in enumerate((step for pk, step in known.items() if pk in kept), start=1):
        step.position = 10_000 + offset
        step.save()
    for position, draft in enumerate(drafts, start=1):
        step = known[draft.pk] if draft.pk is not None else Milestone(item=row)
        step.position, step.title, step.due = position, draft.title.strip(), draft.due
        step.weight = draft.weight.quantize(Decimal("0.01"))
        step.save()
    getattr(row, "_prefetched_objects_cache", {}).pop("milestones", None)


def _touch(row: WorkItem, doing: Doing) -> None:
    row.version += 1
    row.changed_at, row.changed_by = timezone.now(), doing.name
    row.save()


def _told(draft: ItemDraft) -> dict[str, Any]:
    """A draft as the log says it: without what is empty everywhere, days and amounts as text."""
    return {
        "task": draft.task, "kind": draft.kind, "title": draft.title, "organisation": draft.organisation,
        "content": draft.content, "expected": draft.expected, "region": draft.region, "programme": draft.programme,
        "start": draft.start, "due": draft.due, "budget": None if draft.budget is None else f"{draft.budget:f}",
        "targets": list(draft.targets), "cadence": draft.cadence, "parent": draft.parent,
        "units": [list(unit) for unit in draft.units],
        "milestones": [
            [step.title, step.due.isoformat() if step.due else None, f"{step.weight:f}"] for step in draft.milestones
        ],
    }  # fmt: skip
