"""Help: how to read the pages, where the data come from, what the signs mean; and a sign of life."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from saishang import __version__
from saishang.web import texts, wording
from saishang.web.pages.exports import export
from saishang.web.pages.site import rules
from saishang.web.pages.tables import Cell, Column, Table
from saishang.web.security import public

__all__ = ["about", "health"]


@public
@require_safe
def about(request: HttpRequest) -> HttpResponse:
    """The help page."""
    rows = []
    for name, source in rules().documents_under("sources").items():
        rows.append(
            {
                "id": Cell(str(source.get("id", name))),
                "title": texts.both(source.get("zh"), source.get("en")),
                "origin": _flat(source.get("origin")),
                "licence": _flat(source.get("licence")),
                "status": Cell(source.get("status"), text=texts.mark_name(str(source.get("status") or ""))),
            }
        )
    table = Table(
        "sources",
        _("数据来源"),
        [
            Column("id", _("编号"), row_head=True, nowrap=True),
            Column("title", _("名称")),
            Column("origin", _("出处")),
            Column("licence", _("许可")),
            Column("status", _("核实状态")),
        ],
        rows,
        empty=_("规则中没有登记数据来源。"),
    )
    states = ["met", "on_track", "at_risk", "off_track", "not_evaluated", "undetermined"]
    return export(request, [table]) or render(request, "about/about.html", {"table": table, "states": states})


@public
@require_safe
def health(request: HttpRequest) -> HttpResponse:
    """Sign of life for supervision: answers when the process runs and the rules can be read."""
    return JsonResponse({"status": "ok", "version": __version__, "rules": rules().digest})


def _flat(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list | tuple):
        return "; ".join(_flat(item) for item in value)
    if hasattr(value, "get"):
        return texts.both(value.get("zh"), value.get("en")) or "; ".join(f"{v}" for v in value.values())
    return wording.clause(str(value))
