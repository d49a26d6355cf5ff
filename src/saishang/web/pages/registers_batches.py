"""What became of many changes at once: how far a job is, what it told, every change of a batch, and the way back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from django.core.paginator import Paginator
from django.db.models import F
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from saishang.apps.jobs import queries as jobs
from saishang.apps.jobs.queries import JobRow
from saishang.apps.registers.actions import RowRefusal
from saishang.apps.registers.actions.take_rows import RowChange
from saishang.apps.registers.jobs import BULK_EDIT, LOAD_REGISTER, UNDO_REGISTER, told_of
from saishang.apps.registers.models import Version
from saishang.errors import SaishangError
from saishang.science.register.kind import Kind
from saishang.web import texts, wording
from saishang.web.pages.exports import export
from saishang.web.pages.registers_common import (
    action_name,
    change_words,
    entry_url,
    kind_name,
    opened,
    state_name,
    tabs,
)
from saishang.web.pages.registers_forms import fault_words
from saishang.web.pages.registers_tables import changes_table, refusals_table
from saishang.web.pages.tables import Cell, Column, Table
from saishang.web.security import permission

__all__ = ["batch", "job_of", "running"]

_PER_PAGE = 50
#: Refusals that a page lists; all of them are in its export.
_SHOWN = 200


def job_of(kind: Kind, number: int, *wanted: str) -> JobRow:
    """A job that changes this register, of the kinds of jobs `wanted`, or any (Errors: Http404 for any other)."""
    try:
        row = jobs.job(number)
    except SaishangError:
        raise Http404 from None
    known = wanted or (BULK_EDIT.id, LOAD_REGISTER.id, UNDO_REGISTER.id)
    if row.kind not in known or row.params.get("register") != kind.id:
        raise Http404
    return row


@permission("edit_registers")
@require_safe
def running(request: HttpRequest, kind: str, number: int) -> HttpResponse:
    """How far a job is; afterwards what it told, and what can be done about it."""
    found = opened(request, kind)
    if isinstance(found, HttpResponse):
        return found
    known, reader = found
    row = job_of(known, number)
    result = row.result or {}
    context: dict[str, Any] = {
        "kind": known, "name": kind_name(known), "row": row, "step": texts.both(row.step_zh, row.step_en),
        "what": texts.both(row.kind_zh, row.kind_en), "file": row.params.get("file", ""), "result": result,
        "tabs": tabs(known, reader, "registers-import" if row.kind == LOAD_REGISTER.id else ""),
        "workers": jobs.workshop().workers if not row.over else 1, "loads": row.kind == LOAD_REGISTER.id,
        "told": " ".join((wording.say(row.error["message"]), wording.say(row.error["fix"] or ""))) if row.error else "",
    }  # fmt: skip
    if request.headers.get("HX-Request") == "true":
        answer = render(request, "registers/running_part.html", context)
        if row.over:
            answer.headers["HX-Refresh"] = "true"
        return answer
    if result.get("told"):
        told = told_of(result["told"])
        tables = [_refused(known, told["refusals"])] if row.kind == BULK_EDIT.id else [
            refusals_table(known, [RowRefusal(*one) for one in told["refusals"]], shown=_SHOWN),
            changes_table(known, [RowChange(*one) for one in told["changes"]], _("将要发生的变化"), shown=_SHOWN),
        ]  # fmt: skip
        answer_file = export(request, tables)
        if answer_file is not None:
            return answer_file
        context |= {
            "refusals": tables[0], "changes": tables[-1], "more": max(0, len(told["refusals"]) - _SHOWN),
            "more_changes": result.get("added", 0) + result.get("changed", 0) - len(tables[-1].rows),
        }  # fmt: skip
    return render(request, "registers/running.html", context)


@permission("edit_registers")
@require_safe
def batch(request: HttpRequest, kind: str, batch: str) -> HttpResponse:
    """Every change of a batch, a page at a time, with the way back."""
    found = opened(request, kind)
    if isinstance(found, HttpResponse):
        return found
    known, reader = found
    rows = Version.objects.filter(batch=batch, entry__kind=known.id).order_by("pk")
    first = rows.first()
    if first is None:
        raise Http404(_("没有这一批改动。"))
    page = Paginator(rows, _PER_PAGE).get_page(request.GET.get("page"))
    table = Table(
        "changes", _("本批改动"), _columns(known), list(_rows(known, page.object_list)), tight=True,
        everything=_rows(known, rows.iterator(chunk_size=2000)),
        about=[kind_name(known), first.reason, first.actor_name],
    )  # fmt: skip
    answer = export(request, [table])
    if answer is not None:
        return answer
    context = {
        "kind": known, "name": kind_name(known), "tabs": tabs(known, reader, ""), "batch": batch, "first": first,
        "page": page, "table": table, "count": page.paginator.count,
        # What was changed since stays as it is when the batch is taken back.
        "left": rows.filter(entry__number=F("number")).count(),
    }  # fmt: skip
    return render(request, "registers/batch.html", context)


def _columns(kind: Kind) -> list[Column]:
    key = kind.fields[kind.key]
    return [
        Column("key", texts.both(key.zh, key.en), row_head=True, nowrap=True), Column("title", _("名称")),
        Column("action", _("事项"), nowrap=True), Column("fields", _("改动"), long=True),
        Column("effective", _("生效日期"), nowrap=True),
    ]  # fmt: skip


def _rows(kind: Kind, versions: Iterable[Version]) -> Iterator[dict[str, Any]]:
    rest = iter(versions)
    while some := list(islice(rest, 500)):
        numbers = {row.entry_id: row.number - 1 for row in some}
        earlier = Version.objects.filter(entry__in=list(numbers), number__in=set(numbers.values()))
        before = {row.entry_id: row for row in earlier if numbers[row.entry_id] == row.number}
        for row in some:
            yield {
                "key": Cell(row.key, href=entry_url(kind, row.entry_id)), "title": row.title,
                "effective": row.effective, "action": action_name(kind, row.action),
                "fields": _differs(kind, before.get(row.entry_id), row),
            }  # fmt: skip


def _differs(kind: Kind, before: Any, after: Any) -> str:
    """What a version says otherwise than the one before it; of a new entry its state."""
    words = []
    if kind.life is not None and (before is None or before.state != after.state):
        words.append(state_name(kind, after.state) if before is None else
                     f"{state_name(kind, before.state)} → {state_name(kind, after.state)}")  # fmt: skip
    if before is not None:
        words += [
            change_words(known, before.values.get(known.id), after.values.get(known.id))
            for known in kind.fields.values() if before.values.get(known.id) != after.values.get(known.id)
        ]  # fmt: skip
        if before.place != after.place:
            words.append(_("位置"))
    return texts.listed(words)


def _refused(kind: Kind, refusals: Sequence[Sequence[Any]]) -> Table:
    """Entries that a bulk edit left as they are: number, key, title, message, fix, field."""
    key = kind.fields[kind.key]
    columns = [
        Column("key", texts.both(key.zh, key.en), row_head=True, nowrap=True), Column("title", _("名称")),
        Column("message", _("原因"), long=True), Column("fix", _("怎么办"), long=True),
    ]  # fmt: skip
    rows = [
        {"key": known, "title": title, "message": fault_words(kind, name, message), "fix": wording.say(fix)}
        for _number, known, title, message, fix, name in refusals
    ]
    return Table("refusals", _("不能修改的条目"), columns, rows[:_SHOWN], everything=rows, tight=True)
