"""What search finds of work: items for their owner and whoever has a part in them, reports for whoever owed them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.db.models import F

from saishang.apps.execution.models import ProgressReport, WorkItem
from saishang.apps.execution.names import period_words
from saishang.apps.search.providers import Document, Provider, Watch, register

__all__ = ["PROGRESS", "WORK"]

_READ = "view_internal"


def _items(keys: Sequence[str] | None) -> Iterator[Document]:
    rows = WorkItem.objects.prefetch_related("units", "milestones").order_by("changed_at", "pk")
    if keys is not None:
        rows = rows.filter(pk__in=[int(key) for key in keys])
    for row in rows.iterator(chunk_size=2000):
        places = [row.organisation_id, *(unit.organisation_id for unit in row.units.all())]
        steps = "；".join(step.title for step in row.milestones.all())
        yield Document(
            str(row.pk), row.title, "work-item", {"code": row.code},
            text="\n".join(part for part in (row.content, row.expected, steps, row.code) if part),
            audience=_READ, organisations=tuple(dict.fromkeys(places)), day=row.changed_at.date(),
        )  # fmt: skip


def _reports(keys: Sequence[str] | None) -> Iterator[Document]:
    """Reports in which something was written; one that only waits for its author says nothing."""
    rows = ProgressReport.objects.exclude(done="", problems="", next_steps="").annotate(title=F("item__title"))
    if keys is not None:
        rows = rows.filter(pk__in=[int(key) for key in keys])
    for row in rows.order_by("last", "pk").iterator(chunk_size=2000):
        yield Document(
            str(row.pk), f"{row.title} {period_words(row.period)[0]}", "work-report", {"pk": row.pk},
            text="\n".join(part for part in (row.done, row.problems, row.next_steps) if part),
            audience=_READ, organisations=(row.organisation_id,), day=row.last,
        )  # fmt: skip


WORK = register(
    Provider(
        "work", "措施与项目", "Measures and projects", _items,
        watch=(
            Watch("execution_workitem", "id"), Watch("execution_itemunit", "item_id"),
            Watch("execution_milestone", "item_id"),
        ),
        many=True, audiences=(_READ,), place=24,
    )
)  # fmt: skip
PROGRESS = register(
    Provider(
        "progress", "进展报告", "Progress reports", _reports, watch=(Watch("execution_progressreport", "id"),),
        many=True, audiences=(_READ,), place=28,
    )
)  # fmt: skip
