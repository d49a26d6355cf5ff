"""The rules, to look at: every table with its sources and how sure they are."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from saishang.rules import RuleLookupError
from saishang.web import texts, wording
from saishang.web.pages.exports import export
from saishang.web.pages.site import rules
from saishang.web.pages.tables import Cell, Column, Table
from saishang.web.security import public

__all__ = ["document", "index"]

_PAGE = 200


@public
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """All tables and documents of the rules with their counts by status."""
    found = rules()
    rows: list[dict[str, Any]] = []
    for name, source in sorted(found.tables.items()):
        marks = Counter(str(row.get("status") or "") for row in source.rows)
        rows.append(
            {
                "name": Cell(name, href=reverse("rules-document", args=[name])),
                "kind": _("表"),
                "rows": len(source.rows),
                **{key: marks.get(key, 0) for key in ("confirmed", "recalled", "unconfirmed")},
            }
        )
    for name, content in sorted(found.documents.items()):
        marks = Counter(_statuses(content))
        rows.append(
            {
                "name": Cell(name, href=reverse("rules-document", args=[name])),
                "kind": _("文档"),
                "rows": len(content),
                **{key: marks.get(key, 0) for key in ("confirmed", "recalled", "unconfirmed")},
            }
        )
    columns = [
        Column("name", _("名称"), row_head=True),
        Column("kind", _("类型")),
        Column("rows", _("行数或键数"), number=True),
        Column("confirmed", texts.mark_name("confirmed"), number=True),
        Column("recalled", texts.mark_name("recalled"), number=True),
        Column("unconfirmed", texts.mark_name("unconfirmed"), number=True),
    ]
    table = Table(
        "rules", _("规则表"), columns, rows, about=[_("规则摘要：%(digest)s") % {"digest": found.digest}], tight=True
    )
    return export(request, [table]) or render(request, "rules/index.html", {"table": table, "digest": found.digest})


@public
@require_safe
def document(request: HttpRequest, name: str) -> HttpResponse:
    """One table or document."""
    found = rules()
    if name in found.tables:
        return _table_page(request, name)
    try:
        content = found.document(name)
    except RuleLookupError as error:
        raise Http404(wording.say(error.message)) from None
    rows = [{"key": Cell(path), "value": value} for path, value in _flat(content)]
    columns = [Column("key", _("键"), row_head=True), Column("value", _("值"))]
    table = Table(name.replace("/", "-"), name, columns, rows, tight=True)
    context = {"table": table, "name": name, "page": None}
    return export(request, [table]) or render(request, "rules/document.html", context)


def _table_page(request: HttpRequest, name: str) -> HttpResponse:
    source = rules().table(name)
    query = request.GET.get("q", "").strip()
    rows = [
        row
        for row in source.rows
        if not query or query.casefold() in " ".join(_say(v) for v in row.values()).casefold()
    ]
    keys = list(source.rows[0].keys()) if source.rows else []
    columns = [
        Column(key, _heading(key), row_head=index == 0, number=_numeric(source.rows, key))
        for index, key in enumerate(keys)
    ]

    def shown(row: Any) -> dict[str, Any]:
        made: dict[str, Any] = {key: row[key] for key in keys}
        for key in ("source", "clause"):
            if row.get(key):
                made[key] = Cell(row[key], text=wording.clause(str(row[key])))
        if row.get("status") in {"confirmed", "recalled", "unconfirmed"}:
            made["status"] = Cell(row["status"], text=texts.mark_name(row["status"]), swatch=None)
        return made

    page = Paginator(rows, _PAGE).get_page(request.GET.get("page"))
    table = Table(
        name.replace("/", "-"),
        name,
        columns,
        [shown(row) for row in page.object_list],
        everything=[shown(row) for row in rows],
        tight=True,
        caption=_("共 %(count)d 行") % {"count": len(rows)},
    )
    context = {"table": table, "name": name, "page": page, "query": query}
    return export(request, [table]) or render(request, "rules/document.html", context)


def _heading(key: str) -> str:
    """Words for a column that many tables have; the others keep the name that the rules give them."""
    return {
        "from": _("施行起"), "to": _("施行止"), "edition": _("版本"), "standard": _("标准"), "stage": _("阶段"),
        "parameter": _("项目"), "averaging": _("平均时间"), "unit": _("单位"), "medium": _("介质"), "code": _("代码"),
        "zh": _("中文名"), "en": _("英文名"), "level": _("级别"), "value": _("数值"), "rule": _("规定"),
        "source": _("来源"), "clause": _("条款"), "status": _("核实状态"), "note": _("备注"), "class1": _("一级限值"),
        "class2": _("二级限值"), "region": _("地区"), "lon": _("经度"), "lat": _("纬度"), "opened": _("启用"),
        "closed": _("停用"), "low": _("下限"), "high": _("上限"), "decimals": _("小数位数"), "concentration": _("浓度"),
    }.get(key, key)  # fmt: skip


def _numeric(rows: Any, key: str) -> bool:
    values = [row[key] for row in rows if row.get(key) is not None]
    return bool(values) and all(not isinstance(v, str | bool | date) for v in values)


def _say(value: Any) -> str:
    return "" if value is None else str(value)


def _flat(node: Any, path: str = "") -> list[tuple[str, str]]:
    if hasattr(node, "items"):
        return [pair for key, item in node.items() for pair in _flat(item, f"{path}.{key}" if path else str(key))]
    if isinstance(node, list | tuple):
        if all(not hasattr(item, "items") and not isinstance(item, list | tuple) for item in node):
            return [(path, ", ".join(_say(item) for item in node))]
        return [pair for index, item in enumerate(node) for pair in _flat(item, f"{path}[{index}]")]
    return [(path, _say(node))]


def _statuses(node: Any) -> list[str]:
    if hasattr(node, "items"):
        own = [str(node["status"])] if "status" in node and isinstance(node["status"], str) else []
        return own + [s for item in node.values() for s in _statuses(item)]
    if isinstance(node, list | tuple):
        return [s for item in node for s in _statuses(item)]
    return []
