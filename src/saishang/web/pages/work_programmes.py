"""Programmes of major projects (五大重大工程): their projects, standing and budgets, by programme and by owner."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from saishang.apps.execution import queries
from saishang.apps.execution.queries import Sum
from saishang.apps.organisations import access
from saishang.apps.plan import queries as plans
from saishang.web import texts
from saishang.web.pages import site, work_common
from saishang.web.pages.exports import export
from saishang.web.pages.tables import Cell, Column, Table
from saishang.web.pages.work_items import read_filter
from saishang.web.security import somewhere

__all__ = ["index"]


@somewhere("view_internal")
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Budgets and standing by programme and by owner, of the items that the reader may see."""
    wanted, chosen = read_filter(request)
    today, soon = work_common.today(), work_common.soon()
    span = access.reach(request.user, "view_internal")
    names = work_common.programme_names()
    programmes = {row.key: row for row in queries.budgets(span, "programme", wanted, today, soon)}
    leads = _leads()
    rows = [
        _row(programmes.get(key, Sum(key, 0, 0, None, 0, 0)), words, {"programme": key}, leads.get(key, ""))
        for key, words in names.items()
    ]  # fmt: skip
    none = programmes.get("")
    owners = work_common.names()
    by_owner = [
        _row(row, owners.get(row.key, row.key), {"organisation": row.key, "only": "1"}, "")
        for row in queries.budgets(span, "organisation", wanted, today, soon)
    ]  # fmt: skip
    about = [_("截至 %(day)s；未填投资的事项不按零计，单独列出项数。") % {"day": today.isoformat()}]
    tables = [
        Table("programmes", _("五大重大工程"), _columns(_("重大工程"), lead=True), rows, about=about, tight=True,
              caption=_("方案任务 31；同一项目只归入一个工程。"), empty=_("现行方案没有列出工程。")),
        Table("owners", _("各单位投资"), _columns(_("责任单位"), lead=False), by_owner, about=about, tight=True,
              empty=_("还没有事项。")),
    ]  # fmt: skip
    answer = export(request, tables)
    if answer is not None:
        return answer
    known = [row for row in programmes.values() if row.key]
    context = {
        "programmes": tables[0], "owners": tables[1], "tabs": work_common.tabs("work-programmes", request),
        "chosen": chosen, "items": sum(row.items for row in known), "without": sum(row.without for row in known),
        "budget": _sum(known), "outside": none.items if none is not None else 0,
    }  # fmt: skip
    return render(request, "work/programmes.html", context)


def _sum(rows: list[Sum]) -> str:
    told = [row.budget for row in rows if row.budget is not None]
    return f"{sum(told):,.2f}" if told else ""


def _columns(label: str, *, lead: bool) -> list[Column]:
    columns = [
        Column("name", label, row_head=True), Column("items", _("事项数"), number=True),
        Column("late", _("逾期"), number=True), Column("done", _("办结"), number=True),
        Column("budget", _("投资合计"), unit=_("万元"), number=True), Column("without", _("未填投资"), number=True),
    ]  # fmt: skip
    if lead:
        columns.insert(1, Column("lead", _("方案中的牵头"), wide_only=True))
    return columns


def _row(row: Sum, words: str, query: Mapping[str, str], lead: str) -> dict[str, Any]:
    partly = 0 < row.without < row.items
    note = _("不含未填的 %(count)s 项") % {"count": row.without} if partly else ""
    href = f"{reverse('work-items')}?{urlencode(query)}" if row.items else None
    shown = f"{row.budget:,.2f}" if row.budget is not None else None
    return {
        "name": Cell(words, href=href), "lead": lead, "items": Cell(row.items, href=href), "done": row.done,
        "late": Cell(row.late, href=f"{href}&standing=late" if row.late and href else None),
        "budget": Cell(row.budget, text=shown, note=note), "without": row.without,
    }  # fmt: skip


def _leads() -> dict[str, str]:
    version = plans.current_version()
    document = site.rules().documents_under("plans").get(f"plans/{version.plan}/work", {}) if version else {}
    return {
        str(row["id"]): texts.listed(site.agency_name(name) for name in str(row["lead"]).split("、"))
        for row in document.get("programmes", ())
    }  # fmt: skip
