"""Bulletins of what is overdue (逾期通报): the list, making today's, one of them for screen, paper and tables."""

from __future__ import annotations

from datetime import date
from itertools import groupby
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from saishang.apps.supervision import queries
from saishang.apps.supervision.actions import make_bulletin
from saishang.apps.supervision.actions.bulletins import digest_of
from saishang.apps.supervision.models import Bulletin
from saishang.errors import SaishangError
from saishang.web import texts
from saishang.web.pages.exports import export
from saishang.web.pages.registers_common import day_of
from saishang.web.pages.supervision_common import error_words, may_everywhere, tabs
from saishang.web.pages.supervision_words import overdue_kind
from saishang.web.pages.tables import Cell, Column, Table
from saishang.web.pages.work_common import doing, today
from saishang.web.security import somewhere

__all__ = ["bulletin", "index", "make"]


@somewhere("view_internal")
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Every bulletin, the newest first."""
    columns = [
        Column("number", _("期号"), row_head=True, nowrap=True), Column("day", _("日期"), nowrap=True),
        Column("rows", _("逾期事项"), number=True), Column("units", _("涉及单位"), number=True),
        Column("by", _("经办")),
    ]  # fmt: skip
    rows = [
        {
            "number": Cell(_number(row), href=reverse("supervision-bulletin", args=[row.day.isoformat()])),
            "day": row.day, "rows": len(row.content["rows"]),
            "units": len({one["organisation"] for one in row.content["rows"]}), "by": row.made_by,
        }
        for row in queries.bulletins()
    ]  # fmt: skip
    table = Table("bulletins", _("逾期通报"), columns, rows, tight=True,
                  empty=_("还没有通报。通报由办公室制发，内容当日定格，此后不变。"))  # fmt: skip
    answer = export(request, [table])
    if answer is not None:
        return answer
    context = {
        "tabs": tabs("supervision-bulletins"), "table": table, "may_make": may_everywhere(request, "supervise"),
        "made_today": queries.bulletin(today()) is not None,
    }  # fmt: skip
    return render(request, "supervision/bulletins.html", context)


def _number(row: Bulletin) -> str:
    return _("逾期通报〔%(year)s〕%(number)s号") % {"year": row.year, "number": row.number}


@somewhere("supervise")
@require_POST
def make(request: HttpRequest) -> HttpResponse:
    """Make today's bulletin."""
    try:
        made = make_bulletin(doing(request))
    except SaishangError as error:
        messages.error(request, error_words(error))
        return redirect("supervision-bulletins")
    messages.success(request, _("已制发，内容定格，摘要记入操作日志。"))
    return redirect("supervision-bulletin", made.day.isoformat())


@somewhere("view_internal")
@require_safe
def bulletin(request: HttpRequest, day: str) -> HttpResponse:
    """One bulletin, by organisation."""
    on = day_of(day)
    row = queries.bulletin(on) if on is not None else None
    if row is None:
        raise Http404(_("这一天没有通报。"))
    told: list[dict[str, Any]] = row.content["rows"]
    table = _table(row, told)
    answer = export(request, [table])
    if answer is not None:
        return answer
    groups = [
        (texts.both(first["zh"], first["en"]), [_line(one) for one in lines])
        for lines in (list(found) for _code, found in groupby(told, key=lambda one: one["organisation"]))
        for first in lines[:1]
    ]  # fmt: skip
    context = {
        "tabs": tabs("supervision-bulletins"), "row": row, "number": _number(row), "groups": groups, "table": table,
        "count": len(told), "whole": digest_of(row.content) == row.digest,
    }  # fmt: skip
    return render(request, "supervision/bulletin.html", context)


def _line(one: dict[str, Any]) -> dict[str, Any]:
    return {
        "kind": overdue_kind(one["kind"]), "code": one["code"], "title": one["title"], "href": _address(one),
        "due": date.fromisoformat(one["due"]), "days": one["days"],
    }  # fmt: skip


def _address(one: dict[str, Any]) -> str:
    """Page of what was overdue: of a milestone or a report the item's; a case goes by its code in the list."""
    if one["kind"] == "finding":
        return reverse("supervision-finding", args=[one["code"]])
    if one["kind"] == "case":
        return f"{reverse('supervision')}?q={one['code']}"
    return reverse("work-item", args=[one["code"]])


def _table(row: Bulletin, told: list[dict[str, Any]]) -> Table:
    columns = [
        Column("organisation", _("责任单位"), row_head=True), Column("kind", _("类别")), Column("code", _("编号")),
        Column("title", _("事项名称"), long=True), Column("due", _("期限")), Column("days", _("逾期天数"), number=True),
    ]  # fmt: skip
    rows = [{"organisation": texts.both(one["zh"], one["en"]), **_line(one)} for one in told]
    about = [_number(row), _("日期：%(day)s") % {"day": row.day}, f"SHA-256 {row.digest}"]
    return Table(f"bulletin-{row.day.isoformat()}", _number(row), columns, rows, about=about)
