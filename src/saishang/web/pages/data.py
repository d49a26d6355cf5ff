"""Data: the ledger of loaded files and the newest quality run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from saishang.apps.observations import queries
from saishang.lake import Batch
from saishang.web import texts
from saishang.web.pages import site
from saishang.web.pages.data_tabs import source_name, span, status_name, tabs
from saishang.web.pages.exports import export
from saishang.web.pages.tables import Cell, Column, Table
from saishang.web.reasons import quality_reasons
from saishang.web.security import public

__all__ = ["index"]

_PAGE = 50


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
        _("入库台账"),
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
        "span": span(item),
        "added": item.added,
        "replaced": item.replaced,
        "identical": item.identical,
        "rejected": item.rejected,
        "finished": item.finished_at,
    }


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
