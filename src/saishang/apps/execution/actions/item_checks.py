"""Whether an item may be added or changed as a draft says: every fault at once, and nothing is written.

The actions ask it under lock before they write, and the preview of a table asks it for every row.
"""

from __future__ import annotations

from collections.abc import Sequence

from saishang.apps.execution.actions.doing import holds
from saishang.apps.execution.actions.item_draft import ItemDraft, draft_faults
from saishang.apps.execution.known import Known
from saishang.apps.execution.models import WorkItem
from saishang.apps.organisations.actions import Doing
from saishang.apps.organisations.queries import one
from saishang.errors import Fault

__all__ = ["DEEPEST", "change_faults", "duty_code", "new_faults", "parent_of"]

#: Levels of items, a duty of the plan included.
DEEPEST = 3


def new_faults(doing: Doing, draft: ItemDraft, there: Known) -> list[Fault]:
    """What stands against adding an item: its faults, a duty that there is already, no permission over the owner."""
    faults = [*draft_faults(draft, there), *parent_of(draft, None)[1]]
    if draft.kind == "duty" and WorkItem.objects.filter(code=duty_code(draft)).exists():
        faults.append(Fault("kind", f"there is a duty {duty_code(draft)} already", "add measures below it"))
    return [*faults, *_owner(doing, "edit_items", draft, there)]


def change_faults(doing: Doing, row: WorkItem, before: ItemDraft, draft: ItemDraft, there: Known) -> list[Fault]:
    """What stands against changing an item, beside the permission over its owner as it is."""
    faults = [*draft_faults(draft, there), *parent_of(draft, row)[1], *_kept_milestones(row, draft)]
    if (draft.kind == "duty") != (before.kind == "duty"):
        faults.append(Fault("kind", f"expected {before.kind}: what is a duty of the plan stays one, and nothing else "
                            f"becomes one; got {draft.kind}", "add another item"))  # fmt: skip
    if draft.task != before.task and row.children.exists():
        faults.append(Fault("task", f"the items below it belong to {before.task}; got {draft.task}",
                            "move them first"))  # fmt: skip
    if row.state != "draft" and not doing.reason.strip():
        faults.append(Fault("reason", "a change of what was handed in needs a reason; got none", "say why"))
    if draft.organisation != before.organisation:
        faults += _owner(doing, "edit_items" if row.state == "draft" else "assign_items", draft, there)
    return faults


def duty_code(draft: ItemDraft) -> str:
    """Code of the one duty of a task and owner: `T10-640100-D`."""
    return f"{draft.task}-{draft.organisation}-D"


def parent_of(draft: ItemDraft, row: WorkItem | None) -> tuple[WorkItem | None, list[Fault]]:
    """The item above: it exists, serves the same task, is not the item itself or below it, and leaves the depth.

    Parameters
    ----------
    row:
        The item that is changed, None for a new one.
    """
    if not draft.parent:
        return None, []
    found = WorkItem.objects.filter(code=draft.parent).select_related("parent__parent").first()
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
    if depth + _height(row) > DEEPEST:
        faults.append(Fault("parent", f"expected at most {DEEPEST} levels", "choose an item further up"))
    return found, faults


def _height(row: WorkItem | None) -> int:
    """Levels from an item downwards, itself included."""
    height, level = 1, [] if row is None or row.pk is None else [row.pk]
    while level and height <= DEEPEST:
        level = list(WorkItem.objects.filter(parent__in=level).values_list("pk", flat=True))
        height += bool(level)
    return height


def _owner(doing: Doing, permission: str, draft: ItemDraft, there: Known) -> Sequence[Fault]:
    if draft.organisation not in there.organisations or isinstance(doing.actor, str):
        return ()
    if holds(doing, permission, one(draft.organisation)):
        return ()
    message = f"this account may not give items to {draft.organisation}"
    return (Fault("organisation", message, "ask the leading group's office"),)


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
