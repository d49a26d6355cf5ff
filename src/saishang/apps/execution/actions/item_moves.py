"""Move an item through its life (报送、下达、办结、核实、销号), as the table allows."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils import timezone

from saishang.apps.execution.actions.doing import locked_item, log, move_of, said
from saishang.apps.execution.models import WorkItem
from saishang.apps.execution.refusals import NotAllowed, refuse
from saishang.apps.execution.states import ITEM_MOVES
from saishang.apps.execution.telling import tell_of_item
from saishang.apps.organisations.actions import Doing
from saishang.errors import Fault

__all__ = ["move_item"]

_FIELDS = ("state", "assigned_on", "finished", "finished_by")


def move_item(doing: Doing, code: str, action: str, seen: int | None, *, on: date | None = None) -> WorkItem:
    """Permission → lock → check → change → log.

    Parameters
    ----------
    on:
        Day from which it is owed (`assign`) or on which it was done (`finish`); today when left out, never later.

    Raises
    ------
    WorkRefused
        When the table has no such move, the actor may not, the reason is missing, milestones are open at `finish`, or
        whoever said that it is done wants to verify it.
    """
    with transaction.atomic():
        row = locked_item(code, seen)
        move = move_of(ITEM_MOVES, row, action, doing)
        if move.not_by == "finisher" and row.finished_by == doing.name:
            raise NotAllowed("whoever said that it is done does not verify it", fix="let somebody else do it")
        day = on or doing.today
        faults = []
        if day > doing.today:
            faults.append(Fault("on", f"expected a day up to today; got {day}", "choose the day on which it happened"))
        if "milestones" in move.needs:
            faults += [
                Fault("milestones", f"milestone {step.position} {step.title!r} is not reached",
                      "report it first, or have it changed")
                for step in row.milestones.filter(reached__isnull=True)
            ]  # fmt: skip
            if not row.expected.strip() and not row.milestones.exists() and not doing.reason.strip():
                faults.append(Fault("reason", "without milestones it has to be said what was achieved; got nothing",
                                    "say what was achieved"))  # fmt: skip
        refuse(faults)
        before = said(row, _FIELDS)
        row.state = move.after
        if action == "assign":
            row.assigned_on = day
        elif action == "finish":
            row.finished, row.finished_by = day, doing.name
        elif move.after == "active":
            row.finished, row.finished_by = None, ""
        row.version += 1
        row.changed_at, row.changed_by = timezone.now(), doing.name
        row.save()
        log(doing, f"{action}_item", row, before, said(row, _FIELDS) | {"code": row.code})
        tell_of_item(doing, row, action)
    return row
