"""Standing (进度状态) of an item: what state, days, reports and today say together. Derived, never stored."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Literal

__all__ = ["STANDINGS", "Standing", "goes_on", "standing", "worst"]

Standing = Literal[
    "late", "unreported", "due_soon", "on_time", "continuing", "not_begun", "no_day", "done", "verified", "paused",
    "cancelled", "draft",
]  # fmt: skip
#: In the order in which a board shows them: what needs somebody first.
STANDINGS: tuple[Standing, ...] = (
    "late", "unreported", "due_soon", "on_time", "continuing", "not_begun", "no_day", "done", "verified", "paused",
    "draft", "cancelled",
)  # fmt: skip
#: States that are their own standing.
_OWN: dict[str, Standing] = {
    "draft": "draft", "proposed": "draft", "done": "done", "verified": "verified", "paused": "paused",
    "cancelled": "cancelled",
}  # fmt: skip


def goes_on(kind: str, due: date | None, cadence: str) -> bool:
    """Whether an item is a duty that lasts as long as the plan: without a due day, and reported on every so often.

    A duty that nobody reports on is none of these: then nothing tells how it stands, and it wants a due day or a
    cadence. Measures, actions and projects end at some time, and want a due day.
    """
    return kind == "duty" and due is None and cadence != ""


def standing(
    state: str, start: date | None, due: date | None, today: date, soon: int, *, kind: str = "", cadence: str = "",
    report_due: date | None = None,
) -> Standing:  # fmt: skip
    """Standing of an item on a day.

    The due day itself is still in time. Without a due day an item is never late: a duty that goes on (`goes_on`) is
    judged by its reports alone, `continuing` or `unreported`; anything else says that it has none (`no_day`).

    Parameters
    ----------
    state:
        State of the item (`apps.execution.states`).
    soon:
        Days before the due day from which on it is due soon [d].
    kind, cadence:
        Kind of the item (`duty` …) and how often it is reported on, empty for never.
    report_due:
        The earliest due day of a report on it that was never handed in; None when none is owed.
    """
    if state in _OWN:
        return _OWN[state]
    if due is not None and due < today:
        return "late"
    if due is not None and due <= today + timedelta(days=soon):
        return "due_soon"
    if start is not None and start > today:
        return "not_begun"
    if goes_on(kind, due, cadence):
        return "unreported" if report_due is not None and report_due < today else "continuing"
    return "no_day" if due is None else "on_time"


def worst(found: dict[str, int]) -> Standing | None:
    """The standing, among those that are counted, that needs somebody most; None when nothing is counted."""
    return next((name for name in STANDINGS if found.get(name)), None)
