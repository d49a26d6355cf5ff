"""One batch: what it brought, what was refused and why, what it replaced, and any line of the raw file."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from saishang.apps.observations import queries
from saishang.errors import SaishangError
from saishang.lake import Batch
from saishang.lake.reasons import explain
from saishang.lake.remarks import remarks
from saishang.web import texts, wording
from saishang.web.pages.data_tabs import source_name, span, status_name, tabs
from saishang.web.pages.exports import export
from saishang.web.pages.tables import Cell, Column, Table
from saishang.web.security import public
from saishang.web.texts import counted

__all__ = ["batch", "raw_line"]

_SHOWN = 200


@public
@require_safe
def batch(request: HttpRequest, number: int) -> HttpResponse:
    """One batch: counts, refused cells with reasons, replaced values."""
    try:
        detail = queries.batch_detail(number, limit=_SHOWN)
    except SaishangError as error:
        raise Http404(wording.say(error.message)) from None
    found = detail.batch
    rejects = _rejects(number, detail, bool(request.GET.get("format")))
    replaced = _replaced(number, detail, bool(request.GET.get("format")))
    counts = _counts(found)
    answer = export(request, [rejects, replaced, counts])
    if answer is not None:
        return answer
    context = {
        "batch": found,
        "status": status_name(found.status),
        "source": source_name(found.source),
        "span": span(found),
        "counts": counts,
        "remarks": [remark.en if texts.english() else remark.zh for remark in remarks(found)],
        "reasons": [(code, reject_reason(code), count, line) for code, count, line in detail.reject_reasons],
        "rejects": rejects,
        "replaced": replaced,
        "shown": _SHOWN,
        "may_see_actor": request.user.is_authenticated,
        "tabs": tabs("data", request),
    }
    return render(request, "data/batch.html", context)


def _counts(found: Batch) -> Table:
    """What became of the values of a file."""
    listed = [
        (_("读取行数"), found.rows_read), (_("接收值数"), found.accepted), (_("新增"), found.added),
        (_("替换"), found.replaced), (_("相同"), found.identical), (_("文件内重复"), found.duplicates),
        (_("拒绝"), found.rejected), (_("未取"), found.ignored), (_("空值"), found.empty),
        (_("新文件未提及"), found.absent),
    ]  # fmt: skip
    columns = [Column("what", _("项目"), row_head=True), Column("number", _("个数"), number=True)]
    rows = [{"what": words, "number": number} for words, number in listed]
    return Table("counts", _("计数"), columns, rows, tight=True)


def reject_reason(code: str) -> str:
    """Words for the code of a refusal; an unknown code is shown as it is."""
    return {
        "number": _("不是数值"),
        "unit": _("单位无法换算"),
        "time": _("时间无法识别"),
        "station": _("站点不在规则中"),
        "parameter": _("参数不在规则中"),
        "mark": _("无法识别的标记"),
        "formula": _("公式单元格"),
        "below-possible": _("低于可能的范围"),
        "cells": _("列数与表头不符"),
        "quotation": _("引号没有闭合"),
        "encoding": _("编码错误"),
        "contradiction": _("文件内前后矛盾"),
    }.get(code, code)


def _rejects(number: int, detail: Any, whole: bool) -> Table:
    columns = [
        Column("line", _("行"), number=True),
        Column("cell", _("列"), number=True),
        Column("column", _("列名")),
        Column("content", _("内容"), row_head=True),
        Column("reason", _("原因")),
        Column("message", _("详情")),
    ]

    def row(item: Any) -> dict[str, Any]:
        return {
            "line": Cell(item.line, href=_line_url(number, item.line, item.cell)),
            "cell": item.cell or None,
            "column": item.column,
            "content": item.content,
            "reason": reject_reason(item.code),
            # Rows from before the ledger kept parameters have their English text only.
            "message": explain(item.params, wording.say(item.message), "en" if texts.english() else "zh"),
        }

    rows = [row(item) for item in detail.rejects]
    if whole and detail.batch.rejected > len(rows):
        lake = queries.site_lake()
        rows = [
            row(item)
            for offset in range(0, detail.batch.rejected, 5000)
            for item in lake.ledger.rejects(number, limit=5000, offset=offset)
        ]
    caption = counted("共 %(all)s 个单元格未被接收；其余行照常入库。", detail.batch.rejected) % {
        "all": detail.batch.rejected
    }
    return Table(
        f"rejects-{number}", _("未接收的内容"), columns, rows, caption=caption, tight=True,
        empty=_("这个文件没有被拒绝的内容。"),
    )  # fmt: skip


def _replaced(number: int, detail: Any, whole: bool) -> Table:
    columns = [
        Column("station", _("站点"), row_head=True),
        Column("parameter", _("项目")),
        Column("interval", _("时段"), nowrap=True),
        Column("old", _("原值"), number=True),
        Column("new", _("新值"), number=True),
        Column("old_batch", _("原批次"), number=True),
        Column("old_line", _("原行"), number=True),
        Column("new_line", _("新行"), number=True),
    ]

    def row(item: dict[str, Any]) -> dict[str, Any]:
        return {
            "station": item["station"],
            "parameter": item["parameter"],
            "interval": f"{item['start']:%Y-%m-%d %H:%M} – {item['end']:%H:%M}",
            "old": item["old_value"],
            "new": item["new_value"],
            "old_batch": Cell(item["old_batch"], href=reverse("data-batch", args=[item["old_batch"]])),
            "old_line": item["old_line"],
            "new_line": Cell(item["new_line"], href=reverse("data-line-numbers", args=[number, item["new_line"]])),
        }

    rows = [row(vars(item)) for item in detail.supersessions]
    if whole and detail.batch.replaced > len(rows):
        ledger = queries.site_lake().ledger
        rows = [
            row(item)
            for offset in range(0, detail.batch.replaced, 5000)
            for item in ledger.supersessions(number, limit=5000, offset=offset)
        ]
    return Table(
        f"replaced-{number}", _("被替换的数值"), columns, rows, tight=True, empty=_("这个文件没有替换任何数值。")
    )


def _line_url(number: int, line: int, cell: int) -> str:
    return f"{reverse('data-line', args=[number, line])}?cell={cell}"


@public
@require_safe
def raw_line(request: HttpRequest, number: int, line: int) -> HttpResponse:
    """The raw text of a line in the archived file: the last link of the chain."""
    try:
        detail = queries.batch_detail(number, limit=1)
        text = queries.raw_line(number, line)
        cells = queries.raw_cells(number, line)
    except SaishangError as error:
        raise Http404(wording.say(error.message)) from None
    wanted = request.GET.get("cell", "")
    cell = int(wanted) if wanted.isdigit() else 0
    table = None
    if cells is not None:
        columns = [
            Column("number", _("列"), number=True),
            Column("name", _("列名"), row_head=True),
            Column("content", _("内容")),
        ]
        rows = [
            {"number": i, "name": name, "content": Cell(content, note="←" if i == cell else "")}
            for i, (name, content) in enumerate(cells, start=1)
        ]
        table = Table(f"row-{number}-{line}", _("第 %(line)s 行") % {"line": line}, columns, rows, tight=True)
    context = {"batch": detail.batch, "line": line, "cell": cell, "text": text, "table": table}
    answer = export(request, [table] if table else [])
    return answer or render(request, "data/line.html", context, status=200 if text is not None or table else 404)
