"""What search finds of the plan in force: its items with their measures, targets and promises, duties."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from django.utils import timezone

from saishang.apps.plan import queries
from saishang.apps.search.providers import WHOLE, Document, Provider, Watch, register

__all__ = ["DUTY", "TARGET", "TASK"]

#: A version is imported as a whole and never changed.
_WATCH = (Watch("plan_planversion", f"'{WHOLE}'"),)


def _current() -> tuple[list[queries.ItemView], date | None]:
    found = queries.current_version()
    if found is None:
        return [], None
    return queries.items(found.id), timezone.localdate(found.imported_at)


def _tasks(_keys: Sequence[str] | None) -> Iterator[Document]:
    items, day = _current()
    for item in items:
        owners = list(dict.fromkeys(owner.name for owner in item.owners))
        zh = [text for text, _en in item.measures]
        en = [text for _zh, text in item.measures if text]
        yield Document(
            item.id, f"{item.id} {item.title}", "plan-task", {"item": item.id},
            title_en=f"{item.id} {item.title_en}" if item.title_en else "",
            text="\n".join([*zh, "、".join(owners), item.chapter_title, item.section_title]),
            text_en="\n".join([*en, item.chapter_title_en, item.section_title_en]), day=day,
        )  # fmt: skip


def _targets(_keys: Sequence[str] | None) -> Iterator[Document]:
    items, day = _current()
    for item in items:
        for target in (*item.targets, *item.commitments):
            owners = "、".join(dict.fromkeys(owner.name for owner in target.owners))
            yield Document(
                target.code, target.indicator, "plan-task", {"item": item.id}, title_en=target.indicator_en,
                text="\n".join([target.text, target.state, f"{item.id} {item.title}", owners, target.code]),
                text_en=f"{target.code}\n{item.id} {item.title_en}", day=day,
            )  # fmt: skip


def _duties(_keys: Sequence[str] | None) -> Iterator[Document]:
    items, day = _current()
    for item in items:
        for number, duty in enumerate(item.duties, start=1):
            yield Document(
                f"{item.id}.{number}", duty.what, "plan-task", {"item": item.id}, title_en=duty.what_en,
                text="\n".join(part for part in (duty.text, duty.who, duty.to, duty.copy, duty.when) if part),
                text_en=f"{item.id} {item.title_en}", day=day,
            )  # fmt: skip


TASK = register(Provider("task", "方案任务", "Plan items", _tasks, watch=_WATCH, place=20))
TARGET = register(Provider("target", "目标", "Targets", _targets, watch=_WATCH, place=30))
DUTY = register(Provider("duty", "周期性要求", "Recurring duties", _duties, watch=_WATCH, place=40))
