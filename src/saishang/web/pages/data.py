"""Data: the ledger of loaded files, what was refused and replaced, gaps, the raw line, and the upload."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from saishang.apps.observations import queries
from saishang.apps.observations.actions import upload as take
from saishang.errors import SaishangError
from saishang.lake import Batch
from saishang.web import texts
from saishang.web.pages import site
from saishang.web.pages.charts import Chart
from saishang.web.pages.exports import export
from saishang.web.pages.tables import Cell, Column, Table
from saishang.web.reasons import quality_reasons
from saishang.web.security import may, permission, public

__all__ = ["batch", "gaps", "index", "raw_line", "upload"]

_PAGE = 50
_SHOWN = 200
_HEAT = ("#7e1d1d", "#c2603f", "#e8b16a", "#b9d7c9", "#5aa897", "#0f6b63")


def tabs(current: str, request: HttpRequest) -> list[tuple[str, str, bool]]:
    """(words, address, current) of the data pages."""
    entries = [("data", _("入库账本")), ("data-gaps", _("缺口"))]
    if may(request, "upload_data"):
        entries.append(("data-upload", _("上传")))
    return [(words, reverse(name), name == current) for name, words in entries]


def status_name(status: str) -> str:
    """Words for the status of a batch."""
    return {
        "started": _("读取中"),
        "prepared": _("提交中"),
        "committed": _("已入库"),
        "aborted": _("已中止"),
        "refused": _("已拒收"),
    }.get(status, status)


def source_name(identifier: str) -> str:
    """Title of a source description."""
    for source in site.rules().documents_under("sources").values():
        if source.get("id") == identifier:
            return texts.both(source.get("zh"), source.get("en"))
    return identifier


@public
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Ledger of batches with filters, and the newest quality run."""
    chosen = {key: request.GET.get(key, "").strip() for key in ("status", "source", "text")}
    number = max(1, int(page)) if (page := request.GET.get("page", "1")).isdigit() else 1
    found = queries.batch_page(**chosen, limit=_PAGE, offset=(number - 1) * _PAGE)

    def everything() -> Iterator[dict[str, Any]]:
        offset = 0
        while True:
            part = queries.batch_page(**chosen, limit=500, offset=offset)
            yield from (_batch_row(item) for item in part.batches)
            offset += 500
            if offset >= part.total:
                return

    columns = [
        Column("id", _("批次"), number=True),
        Column("file", _("文件"), row_head=True),
        Column("status", _("状态"), nowrap=True),
        Column("span", _("时段"), nowrap=True),
        Column("added", _("新增"), number=True),
        Column("replaced", _("替换"), number=True),
        Column("identical", _("相同"), number=True, wide_only=True),
        Column("rejected", _("拒绝"), number=True),
        Column("finished", _("完成时间"), nowrap=True),
    ]
    table = Table(
        "batches",
        _("入库账本"),
        columns,
        [_batch_row(item) for item in found.batches],
        everything=list(everything()) if request.GET.get("format") else None,
        caption=_("每个文件一个批次；同一文件再次载入不产生变化，更正文件只替换有变化的数值。"),
        empty=_("还没有载入任何文件。用 saishang ingest 载入，或登录后在“上传”中提交。"),
        tight=True,
    )
    answer = export(request, [table])
    if answer is not None:
        return answer
    context = {
        "tabs": tabs("data", request),
        "table": table,
        "page": Paginator(range(found.total), _PAGE).get_page(number),
        "chosen": chosen,
        "statuses": [(name, status_name(name)) for name in ("started", "prepared", "committed", "aborted", "refused")],
        "sources": [
            (s["id"], texts.both(s.get("zh"), s.get("en"))) for s in site.rules().documents_under("sources").values()
        ],
        "quality": _quality(),
    }
    return render(request, "data/index.html", context)


def _batch_row(item: Batch) -> dict[str, Any]:
    return {
        "id": Cell(item.id, href=reverse("data-batch", args=[item.id])),
        "file": Cell(item.file_name, href=reverse("data-batch", args=[item.id]), note=source_name(item.source)),
        "status": Cell(item.status, text=status_name(item.status)),
        "span": _span(item),
        "added": item.added,
        "replaced": item.replaced,
        "identical": item.identical,
        "rejected": item.rejected,
        "finished": item.finished_at,
    }


def _span(item: Batch) -> str:
    if item.first_start is None or item.last_end is None:
        return ""
    return f"{item.first_start:%Y-%m-%d} – {item.last_end:%Y-%m-%d}"


def _quality() -> Table | None:
    summary = queries.quality_summary()
    if summary is None:
        return None
    columns = [
        Column("test", _("检验"), row_head=True),
        Column("action", _("处置")),
        Column("passed", _("通过"), number=True),
        Column("flagged", _("标记"), number=True),
        Column("open", _("未评估"), number=True),
        Column("reasons", _("未评估的原因")),
    ]
    rows = [
        {
            "test": Cell(texts.both(count.zh, count.en), note=count.test),
            "action": {"flag": _("仅标记"), "exclude": _("剔除")}.get(count.action, count.action),
            "passed": count.passed,
            "flagged": count.flagged,
            "open": count.not_evaluated,
            "reasons": quality_reasons(count.reasons),
        }
        for count in summary.counts
    ]
    caption = _("第 %(run)s 次质量检验，%(first)s 至 %(last)s，数据版本 %(version)s。未评估不是通过。") % {
        "run": summary.run, "first": f"{summary.first:%Y-%m-%d}", "last": f"{summary.last:%Y-%m-%d}",
        "version": summary.table_version,
    }  # fmt: skip
    return Table("quality", _("质量检验"), columns, rows, caption=caption, tight=True)


@public
@require_safe
def batch(request: HttpRequest, number: int) -> HttpResponse:
    """One batch: counts, refused cells with reasons, replaced values."""
    try:
        detail = queries.batch_detail(number, limit=_SHOWN)
    except SaishangError as error:
        raise Http404(error.message) from None
    found = detail.batch
    rejects = _rejects(number, detail, bool(request.GET.get("format")))
    replaced = _replaced(number, detail, bool(request.GET.get("format")))
    answer = export(request, [rejects, replaced])
    if answer is not None:
        return answer
    counts = [
        (_("读取行数"), found.rows_read), (_("接收值数"), found.accepted), (_("新增"), found.added),
        (_("替换"), found.replaced), (_("相同"), found.identical), (_("文件内重复"), found.duplicates),
        (_("拒绝"), found.rejected), (_("未取"), found.ignored), (_("空值"), found.empty),
        (_("新文件未提及"), found.absent),
    ]  # fmt: skip
    context = {
        "batch": found,
        "status": status_name(found.status),
        "source": source_name(found.source),
        "span": _span(found),
        "counts": counts,
        "reasons": [(code, reject_reason(code), count, line) for code, count, line in detail.reject_reasons],
        "rejects": rejects,
        "replaced": replaced,
        "shown": _SHOWN,
        "may_see_actor": request.user.is_authenticated,
        "tabs": tabs("data", request),
    }
    return render(request, "data/batch.html", context)


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
            "message": item.message,
        }

    rows = [row(item) for item in detail.rejects]
    if whole and detail.batch.rejected > len(rows):
        lake = queries.site_lake()
        rows = [
            row(item)
            for offset in range(0, detail.batch.rejected, 5000)
            for item in lake.ledger.rejects(number, limit=5000, offset=offset)
        ]
    caption = _("共 %(all)s 个单元格未被接收；其余行照常入库。") % {"all": detail.batch.rejected}
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
            "new_line": item["new_line"],
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
        raise Http404(error.message) from None
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


@public
@require_safe
def gaps(request: HttpRequest) -> HttpResponse:
    """Coverage of every station and month, and why the rest is missing."""
    span = queries.gap_span()
    base: dict[str, Any] = {"tabs": tabs("data-gaps", request), "span": span}
    if span is None:
        return render(request, "data/gaps.html", base)
    parameter = request.GET.get("parameter", "")
    rows = queries.gap_months(parameter or None)
    names = {place.code: texts.both(place.zh, place.en) for place in queries.stations()}
    table = _gap_table(rows, names)
    answer = export(request, [table])
    if answer is not None:
        return answer
    months = sorted({row.month for row in rows})
    codes = sorted({row.station for row in rows})
    cells = [
        {
            "value": [months.index(row.month), codes.index(row.station), round(row.coverage, 4)],
            "note": f"{row.station} {names.get(row.station, '')}\n{row.month}：{texts.percent(row.coverage, 1)}",
        }
        for row in rows
        if row.coverage is not None
    ]
    labels = [f"{code} {names.get(code, '')}".strip() for code in codes]
    size = "chart-rows-s" if len(codes) <= 8 else "chart-rows-m" if len(codes) <= 30 else "chart-rows-l"
    spec = {"kind": "heat", "x": months, "y": labels, "cells": cells, "colours": list(_HEAT)}
    label = _("各站逐月数据覆盖率热图；同样的数字列在下面的表里。")
    context = base | {
        "chart": Chart("gaps", label, spec, table, size=size),
        "parameters": _parameters(),
        "parameter": parameter,
    }
    return render(request, "data/gaps.html", context)


def _parameters() -> list[str]:
    return ["PM2.5", "PM10", "SO2", "NO2", "CO", "O3"]


def _gap_table(rows: list[Any], names: dict[str, str]) -> Table:
    columns = [
        Column("station", _("站点"), row_head=True, nowrap=True),
        Column("month", _("月份"), nowrap=True),
        Column("expected", _("应有小时"), number=True),
        Column("present", _("实有小时"), number=True),
        Column("coverage", _("覆盖率"), number=True),
        Column("not_sent", _("未传"), number=True),
        Column("empty", _("文件中为空"), number=True),
        Column("marked", _("带缺测标记"), number=True),
        Column("rejected", _("被拒收"), number=True),
        Column("removed_by_qc", _("质检剔除"), number=True),
        Column("closed", _("站点停用"), number=True),
    ]
    listed = [
        {
            "station": f"{row.station} {names.get(row.station, '')}".strip(),
            "month": row.month,
            "expected": row.expected,
            "present": row.present,
            "coverage": Cell(
                None if row.coverage is None else round(row.coverage, 4), text=texts.percent(row.coverage, 1)
            ),
            **{
                key: getattr(row, key) for key in ("not_sent", "empty", "marked", "rejected", "removed_by_qc", "closed")
            },
        }
        for row in rows
    ]
    return Table("gaps", _("各站逐月缺口"), columns, listed, tight=True)


class UploadForm(forms.Form):
    """A file, the kind of source, and why."""

    file = forms.FileField(
        label=gettext_lazy("文件"),
        help_text=gettext_lazy("CSV、Excel 或 Parquet，最大 200 MiB；按内容而不是按文件名识别。"),
    )
    source = forms.ChoiceField(label=gettext_lazy("来源"), required=False, help_text=gettext_lazy("留空则按内容识别。"))
    reason = forms.CharField(label=gettext_lazy("事由"), required=False, max_length=300)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [
            (s["id"], texts.both(s.get("zh"), s.get("en"))) for s in site.rules().documents_under("sources").values()
        ]
        source = self.fields["source"]
        if isinstance(source, forms.ChoiceField):
            source.choices = [("", _("自动识别")), *choices]
            source.widget.attrs["class"] = "form-select"
        for name in ("file", "reason"):
            self.fields[name].widget.attrs["class"] = "form-control"


@permission("upload_data")
@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: HttpRequest) -> HttpResponse:
    """Take a file; afterwards show its batch with everything that was refused."""
    form = UploadForm(request.POST or None, request.FILES or None)
    context: dict[str, Any] = {"form": form, "tabs": tabs("data-upload", request)}
    if request.method != "POST" or not form.is_valid():
        return render(request, "data/upload.html", context, status=422 if request.method == "POST" else 200)
    try:
        found = take(
            request.user, form.cleaned_data["file"], source=form.cleaned_data["source"] or None,
            reason=form.cleaned_data["reason"], address=request.META.get("REMOTE_ADDR"),
        )  # fmt: skip
    except SaishangError as error:
        return render(request, "data/upload.html", context | {"error": error}, status=422)
    if found.no_op:
        messages.info(request, _("这个文件以前已经载入过，没有任何变化。"))
    else:
        messages.success(
            request,
            _("已入库：新增 %(added)s，替换 %(replaced)s，拒绝 %(rejected)s。")
            % {"added": found.added, "replaced": found.replaced, "rejected": found.rejected},
        )
    return redirect("data-batch", number=found.id)
