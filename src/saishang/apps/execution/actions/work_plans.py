"""A year's work plan (年度工作计划) of an organisation: drafted from the plan and last year, handed in, approved."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from saishang.apps.execution.actions.doing import allowed, locked_plan, log, move_of
from saishang.apps.execution.models import WorkItem, WorkPlan, WorkPlanLine
from saishang.apps.execution.refusals import NotAllowed, OldVersion, WorkRefused, refuse
from saishang.apps.execution.states import PLAN_MOVES, SETTLED
from saishang.apps.execution.telling import tell_of_plan
from saishang.apps.organisations.actions import Doing
from saishang.apps.organisations.actions.doing import find_organisation
from saishang.errors import Fault

__all__ = ["approve_invented", "draft_work_plan", "move_work_plan", "set_aim", "take_out"]

_WRITABLE = ("draft", "returned")
_LONG_AIM = 5000
_YEARS = (2000, 2100)


def draft_work_plan(doing: Doing, code: str, year: int) -> tuple[WorkPlan, int]:
    """Permission → change → log: make the plan of a year, or add to it what is not yet in it.

    In it are the organisation's duties of the plan, what last year's plan had and is not done (carried over, with
    last year's aim as a start), and its other items that are in force in the year.

    Returns
    -------
    The plan, and how many lines are new.

    Raises
    ------
    WorkRefused
        Without permission (`edit_items`); for a year that is none; for a plan that was handed in.
    """
    with transaction.atomic():
        where = find_organisation(code)
        allowed(doing, "edit_items", where)
        if not _YEARS[0] <= year <= _YEARS[1]:
            message = f"expected a year from {_YEARS[0]} to {_YEARS[1]}; got {year}"
            raise WorkRefused(message, fix="choose the year", faults=[Fault("year", message, "choose the year")])
        row, made = WorkPlan.objects.select_for_update().get_or_create(
            organisation=where, year=year, defaults={"changed_at": timezone.now(), "changed_by": doing.name}
        )
        if row.state not in _WRITABLE:
            raise WorkRefused(f"a plan that is {row.state} is not drafted again", fix="have it returned first")
        have = set(row.lines.values_list("item_id", flat=True))
        aims = dict(
            WorkPlanLine.objects.filter(work_plan__organisation=where, work_plan__year=year - 1)
            .values_list("item_id", "aim")
        )  # fmt: skip
        lines = []
        for item in _wanted(where.pk, year):
            if item.pk in have:
                continue
            carried = item.pk in aims and item.kind != "duty"
            origin = "plan" if item.kind == "duty" else "carried" if carried or _older(item, year) else "new"
            lines.append(WorkPlanLine(work_plan=row, item=item, aim=aims.get(item.pk, "") if carried else "",
                                      origin=origin))  # fmt: skip
        WorkPlanLine.objects.bulk_create(lines)
        if made or lines:
            _touch(row, doing)
            log(doing, "draft_work_plan", row, None, {"organisation": code, "year": year, "lines": len(lines)})
    return row, len(lines)


def set_aim(doing: Doing, pk: int, item: str, aim: str, was: str | None) -> WorkPlanLine:
    """Permission → lock → change → log: the aim of the year for one item; an item that is not in the plan comes in.

    Parameters
    ----------
    was:
        The aim as the actor saw it: two people on different lines of one plan do not stand in each other's way. None
        for commands, which see it now.

    Raises
    ------
    OldVersion
        When somebody else changed this aim meanwhile.
    WorkRefused
        Without permission; for a plan that was handed in, an item of somebody else, or too long an aim.
    """
    with transaction.atomic():
        row = _writable(doing, pk, None)
        found = WorkItem.objects.filter(code=item, organisation=row.organisation).first()
        if found is None:
            raise WorkRefused(f"expected the code of an item of {row.organisation.code}; got {item!r}",
                              fix="add the item first")  # fmt: skip
        if len(aim) > _LONG_AIM:
            message = f"expected at most {_LONG_AIM} characters; got {len(aim)}"
            raise WorkRefused(message, fix="say it shorter", faults=[Fault("aim", message, "say it shorter")])
        line, made = WorkPlanLine.objects.get_or_create(work_plan=row, item=found, defaults={"origin": "new"})
        before, now = line.aim, _plain(aim)
        if was is not None and _plain(was) != before and now != before:
            raise OldVersion("somebody else changed this aim meanwhile", fix="look at what they wrote, then save again")
        if made or before != now:
            line.aim = now
            line.save()
            _touch(row, doing)
            log(doing, "set_aim", row, {"aim": before}, {"item": item, "aim": line.aim, "year": row.year})
    return line


def take_out(doing: Doing, pk: int, item: str, seen: int | None) -> None:
    """Permission → lock → change → log: a line out of the plan; duties of the plan stay.

    Raises
    ------
    WorkRefused
        Without permission; for a plan that was handed in; for a duty, or an item that is not in it.
    """
    with transaction.atomic():
        row = _writable(doing, pk, seen)
        line = row.lines.select_related("item").filter(item__code=item).first()
        if line is None:
            raise WorkRefused(f"{item!r} is not in this plan", fix="load the page again")
        if line.item.kind == "duty":
            raise WorkRefused("a duty of the plan stays in every year's plan", fix="leave its aim empty")
        line.delete()
        _touch(row, doing)
        log(doing, "take_out", row, {"item": item, "aim": line.aim}, {"item": item, "year": row.year})


def move_work_plan(doing: Doing, pk: int, action: str, seen: int | None) -> WorkPlan:
    """Permission → lock → check → change → log. With the approval its drafts are in force (下达).

    Raises
    ------
    WorkRefused
        When the table has no such move, the actor may not, the reason is missing, or the plan has no line.
    """
    with transaction.atomic():
        row = locked_plan(pk, seen)
        move = move_of(PLAN_MOVES, row, action, doing)
        if move.not_by == "submitter" and row.submitted_by == doing.name:
            raise NotAllowed("whoever handed the plan in does not approve it", fix="let somebody else do it")
        if "lines" in move.needs and not row.lines.exists():
            refuse([Fault("lines", "expected at least one line; got none", "draft the plan first")])
        before = row.state
        row.state = move.after
        if action == "submit":
            row.submitted_by = doing.name
        assigned: list[str] = []
        if action == "approve":
            drafts = WorkItem.objects.select_for_update().filter(
                plan_lines__work_plan=row, state__in=("draft", "proposed")
            )
            for item in drafts:
                item.state, item.assigned_on = "active", doing.today
                item.version += 1
                item.changed_at, item.changed_by = timezone.now(), doing.name
                item.save()
                assigned.append(item.code)
        _touch(row, doing)
        log(doing, f"{action}_work_plan", row, {"state": before}, {
            "state": row.state, "organisation": row.organisation.code, "year": row.year, "assigned": assigned,
        })  # fmt: skip
        tell_of_plan(doing, row, action)
    return row


def approve_invented(doing: Doing, row: WorkPlan) -> None:
    """Permission → change → log: a demonstration's plan stands approved, its aims taken from what is expected."""
    allowed(doing, "assign_items", None)
    with transaction.atomic():
        for line in row.lines.select_related("item").filter(aim="", item__invented=True):
            line.aim = line.item.expected
            line.save()
        row.state, row.invented = "approved", True
        _touch(row, doing)
        log(doing, "approve_work_plan", row, None, {"state": row.state, "year": row.year, "invented": True})


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n").strip()


def _wanted(organisation: int, year: int) -> list[WorkItem]:
    rows = WorkItem.objects.filter(organisation_id=organisation).exclude(state__in=SETTLED)
    begun = Q(start__isnull=True) | Q(start__year__lte=year)
    # What is overdue is carried over: it is still owed.
    return list(rows.filter(begun).order_by("task", "code"))


def _older(item: WorkItem, year: int) -> bool:
    begun = item.start or item.assigned_on
    return begun is not None and begun.year < year


def _writable(doing: Doing, pk: int, seen: int | None) -> WorkPlan:
    row = locked_plan(pk, seen)
    allowed(doing, "edit_items", row.organisation)
    if row.state not in _WRITABLE:
        raise WorkRefused(f"a plan that is {row.state} is not written on", fix="have it returned first")
    return row


def _touch(row: WorkPlan, doing: Doing) -> None:
    row.version += 1
    row.changed_at, row.changed_by = timezone.now(), doing.name
    row.save()
