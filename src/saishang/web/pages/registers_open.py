"""Open data of a register, and the entries behind one of its figures."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from saishang.apps.registers.reading import behind, last_written
from saishang.apps.registers.series import any_real, series
from saishang.science.register.kind import Figure, Kind
from saishang.web import texts
from saishang.web.api.answers import mark_of, place_in
from saishang.web.api.downloads import open_rule
from saishang.web.api.problems import Problem
from saishang.web.api.seeing import Sight, sight_of
from saishang.web.pages import site
from saishang.web.pages.exports import export
from saishang.web.pages.registers_common import day_of, entry_url, kind_name, opened, state_name, tabs, today
from saishang.web.pages.tables import Cell, Column, Table
from saishang.web.security import public

__all__ = ["counted", "counted_url", "open_data"]

_PER_PAGE = 200


@public
@require_safe
def open_data(request: HttpRequest, kind: str) -> HttpResponse:
    """What of a register is open, under which licence, and the files."""
    found = opened(request, kind)
    if isinstance(found, HttpResponse):
        return found
    known, reader = found
    sight = sight_of(request, known, only_open=True)
    table = _fields(known, sight, reader.staff)
    _real, made_up = any_real(known)
    rule = open_rule()
    context = {
        "kind": known, "name": kind_name(known), "tabs": tabs(known, reader, "registers-open"), "table": table,
        "open": sight is not None, "changed": last_written(known), "invented": made_up,
        "publisher": texts.both(rule["publisher_zh"], rule["publisher_en"]), "licence_url": rule["licence_url"],
        "licence": texts.both(rule["licence_zh"], rule["licence_en"]), "contact": rule["contact"],
        "update": texts.both(rule["update_zh"], rule["update_en"]), "mark": rule["status"],
    }  # fmt: skip
    return export(request, [table]) or render(request, "registers/open.html", context)


def _fields(kind: Kind, sight: Sight | None, staff: bool) -> Table:
    shown = kind.fields.values() if staff else kind.seen_by(False)
    columns = [
        Column("id", _("列名"), row_head=True, nowrap=True), Column("name", _("字段")),
        Column("type", _("类型"), nowrap=True),
        Column("unit", _("计量单位")), Column("about", _("说明"), long=True), Column("open", _("开放"), nowrap=True),
    ]  # fmt: skip
    kinds = {
        "text": _("文本"), "long_text": _("长文本"), "integer": _("整数"), "number": _("数值"), "date": _("日期"),
        "choice": _("选项"), "truth": _("是否"), "region": _("行政区划代码"), "entry": _("另一名录的编码"),
    }  # fmt: skip
    rows = []
    for field in shown:
        words = texts.both(field.help_zh, field.help_en)
        if field.choices and len(field.choices) <= 12:
            listed = texts.listed(f"{choice.id} = {texts.both(choice.zh, choice.en)}" for choice in field.choices)
            words = f"{words} {listed}".strip()
        rows.append({
            "id": field.id, "name": texts.both(field.zh, field.en), "type": kinds[field.type],
            "unit": texts.unit_name(field.unit), "about": words,
            "open": _("开放") if sight is not None and sight.sees(field.id) else _("不开放"),
        })  # fmt: skip
    return Table("fields", _("字段说明"), columns, rows, about=[kind_name(kind)])


def counted_url(kind: Kind, figure: Figure, region: str, on: Any, *, invented: bool) -> str:
    """Address of the entries that a figure of a region counted on a day."""
    told = {"region": region} | ({"on": on.isoformat()} if on else {}) | ({"invented": "1"} if invented else {})
    return f"{reverse('registers-counted', args=[kind.id, figure.id])}?{urlencode(told)}"


@public
@require_safe
def counted(request: HttpRequest, kind: str, figure: str) -> HttpResponse:
    """The entries that a figure counted: from a number back to what it is made of."""
    found = opened(request, kind)
    if isinstance(found, HttpResponse):
        return found
    known, reader = found
    sight = Sight(known, tuple(reader.fields), reader.staff)
    one = known.figures.get(figure)
    region = request.GET.get("region", "")
    if one is None or not sight.tells(one) or region not in site.rules().regions:
        raise Http404(_("没有这个指标，或它依据不公开的字段。"))
    on, invented = day_of(request.GET.get("on")), bool(request.GET.get("invented"))
    try:
        after = place_in(request.GET.get("after"), str if on is None else int)
    except Problem as problem:
        raise Http404(problem.title) from None
    listed, last = behind(known, one, site.rules(), region, on, invented=invented, after=after, most=_PER_PAGE)
    (value,) = series(known, one, site.rules(), region, [on or today()], invented=invented)
    name = texts.both(one.zh, one.en)
    columns = [Column("key", _("编码"), row_head=True, nowrap=True), Column("title", _("名称"))]
    if sight.region:
        columns.append(Column("region", _("地区")))
    columns += [Column("state", _("状态")), Column("version", _("第几版"), number=True)]
    if one.field:
        field = known.fields[one.field]
        columns.append(Column("number", texts.both(field.zh, field.en), texts.unit_name(field.unit), number=True))
    if one.measure == "share":
        columns.append(Column("counted", _("计入")))
    rows: list[dict[str, Any]] = []
    for row in listed:
        view = row.read.view
        rows.append({
            "key": Cell(view.key, href=entry_url(known, view.pk)), "title": sight.title(view),
            "region": site.region_name(view.region) if view.region else "", "state": state_name(known, view.state),
            "version": view.number, "number": Cell(view.values.get(one.field)) if one.field else None,
            "counted": _("分子和分母") if row.counted else _("只在分母"),
        })  # fmt: skip
    about = [kind_name(known), name, site.region_name(region), (on or today()).isoformat()]
    table = Table("counted", name, columns, rows, about=about, empty=_("那一天没有计入的条目。"), tight=True)
    query = request.GET.copy()
    mark = mark_of(last)
    if mark is not None:
        query["after"] = mark
    context = {
        "kind": known, "name": kind_name(known), "tabs": tabs(known, reader, "registers-figures"), "table": table,
        "figure": name, "value": value.rounded, "unit": texts.unit_name(one.unit), "region": site.region_name(region),
        "on": (on or today()).isoformat(), "invented": invented, "counted": value.counted, "base": value.base,
        "share": one.measure == "share", "next": f"?{query.urlencode()}" if mark is not None else "",
    }  # fmt: skip
    return export(request, [table], invented=invented) or render(request, "registers/counted.html", context)
