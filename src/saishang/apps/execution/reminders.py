"""What of the work is due: reports that were not handed in, milestones not reached, items not done.

Whoever has to act next hears of it: of a report that is being reviewed the reviewer, not the one who wrote it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from django.urls import reverse

from saishang.apps.execution.names import period_words
from saishang.apps.notices.kinds import DUE, NoticeKind, due_words, mark_words, register
from saishang.apps.notices.providers import DueThing, Provider, provide
from saishang.rules import Rules

__all__ = ["ITEM", "MILESTONE", "REPORT"]

#: State of a report that was not handed in → the action by which it goes on (`states.REPORT_MOVES`).
_NEXT = {
    "draft": "write_progress", "returned": "write_progress", "withdrawn": "write_progress",
    "in_review": "review_progress", "reviewed": "submit_progress",
}  # fmt: skip


def _report_words(params: Mapping[str, Any]) -> tuple[str, str]:
    (zh, en), mark = period_words(params["period"]), mark_words(params)
    what = f"{zh}进展报告 · {params['title']}{mark[0]}", f"progress report of {en} · {params['title']}{mark[1]}"
    return due_words(what, params)


def _milestone_words(params: Mapping[str, Any]) -> tuple[str, str]:
    what, mark = f"{params['step']} · {params['title']}", mark_words(params)
    return due_words((f"里程碑 {what}{mark[0]}", f"milestone {what}{mark[1]}"), params)


def _item_words(params: Mapping[str, Any]) -> tuple[str, str]:
    mark = mark_words(params)
    what = f"任务事项 {params['title']}{mark[0]}", f"item of work {params['title']}{mark[1]}"
    return due_words(what, params)


def _reports(rules: Rules, first: date, last: date) -> Iterator[DueThing]:
    from saishang.apps.execution.queries import reports_due

    for row in reports_due(first, last).filter(due__gte=first).iterator(chunk_size=2000):
        action = _NEXT.get(row.state)
        if action is not None:
            yield DueThing(
                REPORT.id, ("execution.ProgressReport", str(row.pk)), row.due, reverse("work-report", args=[row.pk]),
                action, row.organisation.code, part=action,
                params={"period": row.period, "title": row.item.title,
                        "invented": row.invented or row.item.invented},
            )  # fmt: skip


def _milestones(rules: Rules, first: date, last: date) -> Iterator[DueThing]:
    from saishang.apps.execution.models import Milestone

    rows = Milestone.objects.filter(item__state="active", reached__isnull=True, due__range=(first, last))
    for row in rows.select_related("item__organisation").order_by("due", "pk").iterator(chunk_size=2000):
        yield DueThing(
            MILESTONE.id, ("execution.WorkItem", str(row.item_id)), _day(row.due),
            reverse("work-item", args=[row.item.code]), "write_progress", row.item.organisation.code,
            part=f"milestone {row.pk}",
            params={"step": row.title, "title": row.item.title, "invented": row.item.invented},
        )  # fmt: skip


def _items(rules: Rules, first: date, last: date) -> Iterator[DueThing]:
    from saishang.apps.execution.models import WorkItem

    rows = WorkItem.objects.filter(state="active", due__range=(first, last)).select_related("organisation")
    for row in rows.order_by("due", "pk").iterator(chunk_size=2000):
        yield DueThing(
            ITEM.id, ("execution.WorkItem", str(row.pk)), _day(row.due), reverse("work-item", args=[row.code]),
            "edit_items", row.organisation.code, params={"title": row.title, "invented": row.invented},
        )  # fmt: skip


def _day(due: date | None) -> date:
    """A due day that the query has already asked for."""
    assert due is not None  # noqa: S101
    return due


REPORT = register(NoticeKind("execution.report", DUE.id, _report_words))
MILESTONE = register(NoticeKind("execution.milestone", DUE.id, _milestone_words))
ITEM = register(NoticeKind("execution.item", DUE.id, _item_words))
provide(Provider("reports", _reports))
provide(Provider("milestones", _milestones))
provide(Provider("items", _items))
