"""What every change of work begins with: permission over the thing's organisation, the row under lock, the log."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Protocol

from django.db import models

from saishang.apps.core.actions import Logged, record_all
from saishang.apps.execution.models import ProgressReport, WorkItem, WorkPlan
from saishang.apps.execution.refusals import NotAllowed, OldVersion, WorkRefused
from saishang.apps.execution.states import Move, moves_from
from saishang.apps.organisations.access import may
from saishang.apps.organisations.actions import Doing
from saishang.errors import Fault

__all__ = [
    "Moved", "allowed", "check_version", "holds", "locked_item", "locked_plan", "locked_report", "log",
    "logged_at_the_end", "move_of", "said",
]  # fmt: skip

_LONGEST = 1000
_LATER: ContextVar[list[Logged] | None] = ContextVar("later", default=None)


@contextmanager
def logged_at_the_end() -> Iterator[None]:
    """Inside it entries of the log wait until the end of the block, in their order; an error drops them.

    The log has one writer at a time until its transaction ends: a load of thousands of rows would keep everybody else
    from changing anything for as long as it lasts.
    """
    kept: list[Logged] = []
    token = _LATER.set(kept)
    try:
        yield
    finally:
        _LATER.reset(token)
    record_all(kept)


class Moved(Protocol):
    """A row that moves through a state table: where it stands, whose it is, how often it was changed."""

    state: Any
    version: Any
    organisation: Any


def holds(doing: Doing, action: str, organisation: Any) -> bool:
    """Whether the actor may do an action to things of an organisation; a command may everything."""
    return isinstance(doing.actor, str) or may(doing.actor, action, organisation)


def allowed(doing: Doing, action: str, organisation: Any) -> None:
    """Permission over one organisation.

    Raises
    ------
    NotAllowed
        When the actor may not.
    """
    if not holds(doing, action, organisation):
        code = organisation.code if organisation is not None else "no organisation"
        raise NotAllowed(f"this account may not do that ({action}) for {code}",
                         fix="ask somebody whose role reaches it, or an administrator")  # fmt: skip


def check_version(row: Moved, seen: int | None) -> None:
    """Whether the row still is as it was seen; None for commands, which see it now.

    Raises
    ------
    OldVersion
        When somebody else was faster.
    """
    if seen is not None and row.version != seen:
        raise OldVersion(f"somebody else changed it meanwhile (version {row.version}, seen {seen})",
                         fix="look at what they changed, then save again")  # fmt: skip


def locked_item(code: str, seen: int | None) -> WorkItem:
    """An item under lock, inside a transaction.

    Raises
    ------
    WorkRefused
        When there is none, or somebody else was faster.
    """
    row = WorkItem.objects.select_for_update(of=("self",)).select_related("organisation").filter(code=code).first()
    if row is None:
        raise WorkRefused(f"expected the code of an item; got {code!r}", fix="look at the list of items")
    check_version(row, seen)
    return row


def locked_report(pk: int, seen: int | None) -> ProgressReport:
    """A report under lock, inside a transaction.

    Raises
    ------
    WorkRefused
        When there is none, or somebody else was faster.
    """
    rows = ProgressReport.objects.select_for_update(of=("self",)).select_related("organisation", "item")
    row = rows.filter(pk=pk).first()
    if row is None:
        raise WorkRefused(f"expected the number of a report; got {pk}", fix="look at the list of reports")
    check_version(row, seen)
    return row


def locked_plan(pk: int, seen: int | None) -> WorkPlan:
    """A year's work plan under lock, inside a transaction.

    Raises
    ------
    WorkRefused
        When there is none, or somebody else was faster.
    """
    row = WorkPlan.objects.select_for_update(of=("self",)).select_related("organisation").filter(pk=pk).first()
    if row is None:
        raise WorkRefused(f"expected the number of a work plan; got {pk}", fix="look at the work plans")
    check_version(row, seen)
    return row


def move_of(table: tuple[Move, ...], row: Moved, action: str, doing: Doing) -> Move:
    """The row of a state table for a move: it must start here, the actor must hold it, a reason be given if asked.

    Raises
    ------
    WorkRefused
        When the table has no such move from this state, the actor may not, or the reason is missing or too long.
    """
    move = next((one for one in table if one.action == action), None)
    if move is None or row.state not in move.before:
        can = ", ".join(one.action for one in moves_from(table, row.state)) or "nothing"
        raise WorkRefused(f"{action!r} does not lead on from {row.state}; possible: {can}",
                          fix="load the page again: somebody else may have moved it")  # fmt: skip
    allowed(doing, move.permission, row.organisation)
    words = doing.reason.strip()
    if move.reason and not words:
        raise _about_reason("this needs a reason; got none", "say why")
    if len(words) > _LONGEST:
        raise _about_reason(f"expected a reason of at most {_LONGEST} characters; got {len(words)}", "say it shorter")
    return move


def _about_reason(message: str, fix: str) -> WorkRefused:
    return WorkRefused(message, fix=fix, faults=[Fault("reason", message, fix)])


def said(row: models.Model, fields: tuple[str, ...]) -> dict[str, Any]:
    """Fields of a row as a log entry says them."""
    return {name: getattr(row, name) for name in fields}


def log(
    doing: Doing, verb: str, obj: models.Model | tuple[str, str], before: Mapping[str, Any] | None,
    after: Mapping[str, Any] | None,
) -> None:  # fmt: skip
    """One entry of the action log, about a row or (type, id)."""
    entry = Logged(doing.actor, f"execution.{verb}", obj, before, after, doing.reason.strip(), doing.address)
    kept = _LATER.get()
    if kept is not None:
        kept.append(entry)
    else:
        record_all([entry])
