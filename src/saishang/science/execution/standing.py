"""Standing (进度状态) of an item: what its state, its due day and today say together. Derived, never stored."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Literal

__all__ = ["STANDINGS", "Standing", "standing", "worst"]

Standing = Literal[
    "late", "due_soon", "on_time", "not_begun", "no_day", "done", "verified", "paused", "cancelled", "draft"
]
#: In the order in which a board shows them: what needs somebody first.
STANDINGS: tuple[Standing, ...] = (
    "late", "due_soon", "on_time", "not_begun", "no_day", "done", "verified", "paused", "draft", "cancelled",
)  # fmt: skip
#: States that are their own standing.
_OWN: dict[str, Standing] = {
    "draft": "draft", "proposed": "draft", "done": "done", "verified": "verified", "paused": "paused",
    "cancelled": "cancelled",
}  # fmt: skip


def standing(state: str, start: date | None, due: date | None, today: date, soon: int) -> Standing:
    """Standing of an item on a day.

    The due day itself is still in time. Without a due day an item is never late and says so (`no_day`): the plan names
    no day for many of its commitments.

    Parameters
    ----------
    state:
        State of the item (`apps.execution.states`).
    soon:
        Days before the due day from which on it is due soon [d].
    """
    if state in _OWN:
        return _OWN[state]
    if due is not None and due < today:
        return "late"
    if due is not None and due <= today + timedelta(days=soon):
        return "due_soon"
    if start is not None and start > today:
        return "not_begun"
    return "no_day" if due is None else "on_time"


def worst(found: dict[str, int]) -> Standing | None:
    """The standing, among those that are counted, that needs somebody most; None when nothing is counted."""
    return next((name for name in STANDINGS if found.get(name)), None)
