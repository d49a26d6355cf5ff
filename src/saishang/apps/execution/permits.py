"""Who may do what to one item or report: the predicate of organisations, and for reading also who has a part in it."""

from __future__ import annotations

from saishang.apps.execution.models import ProgressReport, WorkItem
from saishang.apps.organisations.access import reach

__all__ = ["may_item", "may_report"]


def may_item(person: object, action: str, code: str) -> bool:
    """Whether a person may do an action to an item; False when there is none."""
    row = WorkItem.objects.select_related("organisation").filter(code=code).first()
    if row is None:
        return False
    span = reach(person, action)
    if span.covers(row.organisation):
        return True
    if action != "view_internal":
        return False
    return any(span.covers(unit.organisation) for unit in row.units.select_related("organisation"))


def may_report(person: object, action: str, pk: int) -> bool:
    """Whether a person may do an action to a report; False when there is none."""
    row = ProgressReport.objects.select_related("organisation").filter(pk=pk).first()
    return row is not None and reach(person, action).covers(row.organisation)
