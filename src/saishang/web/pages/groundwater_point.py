"""Groundwater: one point with its class by year, its items over the years against the limits, and every sample."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from saishang.apps.indicators import queries
from saishang.apps.indicators.laboratory import file_links
from saishang.apps.indicators.queries import RunFacts
from saishang.apps.observations.queries import site_lake
from saishang.apps.registers.queries import EntryView
from saishang.science.groundwater.classes import Groundwater, Item
from saishang.science.groundwater.from_rules import editions, groundwater_standard
from saishang.science.groundwater.parameters import parameter_items
from saishang.science.numbers import exact_text
from saishang.web import texts, wording
from saishang.web.pages import site
from saishang.web.pages.air_common import choice
from saishang.web.pages.charts import Chart
from saishang.web.pages.exports import export
from saishang.web.pages.groundwater_common import (
    POINTS,
    choice_name,
    class_cell,
    class_name,
    item_names,
    line_cell,
    plain,
    points,
    short,
    table_of,
    yes_no,
)
from saishang.web.pages.registers_common import entry_url, kind_named
from saishang.web.pages.runs import about_run, chosen_run
from saishang.web.pages.tables import Cell, Column, Table
from saishang.web.reasons import basis_name, reason_name
from saishang.web.security import public

__all__ = ["point"]


@public
@require_safe
def point(request: HttpRequest, code: str) -> HttpResponse:
    """A point: what the register says, classes, items by year with limits and trends, samples down to file and line."""
    view = points().get(code)
    if view is None:
        raise Http404(_("没有编码为“%(code)s”的地下水点位。") % {"code": code})
    run = chosen_run(request)
    kind = kind_named(POINTS)
    base: dict[str, Any] = {
        "run": run, "name": view.title, "facts": _facts(view), "demonstration": view.standing.invented,
        "entry": entry_url(kind, view.pk) if kind is not None else "",
    }  # fmt: skip
    found = table_of(run, "groundwater_class", "point = ?", [code], "period, period_kind")
    if run is None or not any(row["samples"] for row in found):
        return render(request, "groundwater/point.html", base)
    about = [view.title, *about_run(run)]
    standard = groundwater_standard(site.rules(), editions(site.rules())[-1])
    items = table_of(run, "groundwater_items", "point = ?", [code], "period, parameter")
    trends = {row["parameter"]: row for row in table_of(run, "groundwater_trends", "point = ?", [code])}
    by_code = {parameter: standard.items[key] for parameter, key in parameter_items(site.rules(), standard).items()}
    yearly = [row for row in items if row["period_kind"] != "sample"]
    codes = [parameter for parameter in by_code if any(row["parameter"] == parameter for row in yearly)]
    numbered = [parameter for parameter in codes if by_code[parameter].kind != "word"]
    days = [row["period"] for row in found if row["period_kind"] == "sample"]
    parameter = choice(request, "parameter", numbered, _telling(numbered, yearly, trends)) if numbered else ""
    day = choice(request, "day", days, days[-1])
    chart = _chart(parameter, by_code[parameter], yearly, view, about) if parameter else None
    tables = [
        _classes_table(found, about), _years_table(codes, by_code, yearly, trends, about),
        _sample_table(run, code, day, by_code, items, standard, about),
    ]  # fmt: skip
    answer = export(
        request,
        tables + ([chart.table] if chart is not None and chart.table is not None else []),
        invented=view.standing.invented,
    )
    if answer is not None:
        return answer
    context = base | {
        "classes": tables[0], "years": tables[1], "sample": tables[2], "chart": chart, "parameter": parameter,
        "parameters": [(value, short(texts.name_of(site.rules().parameters[value]))) for value in numbered],
        "days": [(value, texts.period_name(value)) for value in reversed(days)], "day": day,
    }  # fmt: skip
    return render(request, "groundwater/point.html", context)


def _facts(view: EntryView) -> list[tuple[str, str]]:
    kind, values = kind_named(POINTS), view.values
    target = values.get("target")
    depth = values.get("depth")
    facts = [
        (_("编码"), view.key),
        (_("地区"), site.region_name(view.region)),
        (_("监测网"), choice_name(kind, "network", values.get("network"))),
        (_("类型"), choice_name(kind, "point_kind", values.get("point_kind"))),
        (_("分区"), choice_name(kind, "zone", values.get("zone"))),
        (_("含水层"), choice_name(kind, "aquifer", values.get("aquifer"))),
        (_("井深"), f"{depth} m" if depth else ""),
        (_("目标类别"), class_name(int(target)) if target else _("未设")),
        (_("启用"), str(values.get("opened") or "")),
        (_("停用"), str(values.get("closed") or "")),
        (_("坐标"), ", ".join(str(part) for part in view.place["coordinates"]) if view.place else _("未登记")),
    ]
    return [(label, text) for label, text in facts if text]


def _telling(codes: Sequence[str], yearly: Sequence[Mapping[str, Any]], trends: Mapping[str, Mapping[str, Any]]) -> str:
    """The item that a reader should see first: one that becomes worse, else the one of the worst class."""
    worse = next((code for code in codes if trends.get(code, {}).get("worse")), None)
    if worse is not None:
        return worse
    last = {row["parameter"]: row["class"] for row in yearly}
    return max(codes, key=lambda code: last.get(code, 0))


def _classes_table(rows: Sequence[Mapping[str, Any]], about: Sequence[str]) -> Table:
    columns = [
        Column("period", _("时段"), row_head=True, nowrap=True), Column("class", _("质量类别")),
        Column("target", _("目标类别")), Column("complies", _("达到目标")), Column("worst", _("定类项目"), long=True),
        Column("missing", _("缺测必测项目"), long=True), Column("samples", _("样品数"), number=True),
        Column("basis", _("口径")), Column("note", _("备注")),
    ]  # fmt: skip
    listed = [
        {
            "period": texts.period_name(row["period"]),
            "class": class_cell(row["class"], sure=bool(row["sure"])),
            "target": class_cell(row["target"]),
            "complies": yes_no(row["complies"]),
            "worst": item_names(row["worst"]),
            "missing": item_names(row["missing"]),
            "samples": row["samples"],
            "basis": basis_name(row["basis"]),
            "note": reason_name(row["reason"]),
        }
        for row in rows
        if row["period_kind"] != "sample"
    ]
    return Table("classes", _("各年类别"), columns, listed, about=about, tight=True)


def _years_table(
    codes: Sequence[str], items: Mapping[str, Item], rows: Sequence[Mapping[str, Any]],
    trends: Mapping[str, Mapping[str, Any]], about: Sequence[str],
) -> Table:  # fmt: skip
    periods = sorted({str(row["period"]) for row in rows})
    at = {(row["parameter"], row["period"]): row for row in rows}
    columns = [
        Column("item", _("项目"), row_head=True, nowrap=True), Column("unit", _("单位"), nowrap=True),
        Column("three", _("Ⅲ类限值"), number=True), Column("four", _("Ⅳ类限值"), number=True),
        *[Column(period, texts.period_name(period), number=True) for period in periods],
        Column("trend", _("趋势"), nowrap=True),
    ]  # fmt: skip
    listed = []
    for code in codes:
        item = items[code]
        listed.append(
            {
                "item": short(texts.name_of(site.rules().parameters[code])), "unit": _unit(code),
                "three": _limit_text(item, 2), "four": _limit_text(item, 3),
                **{period: _year_cell(at.get((code, period)), code) for period in periods},
                "trend": _trend(trends.get(code)),
            }
        )  # fmt: skip
    caption = _("格内为均值和单项类别；低于检出限的以检出限的一半参加计算，标“<”。")
    return Table("items", _("各项目历年均值"), columns, listed, about=about, caption=caption, tight=True)


def _year_cell(row: Mapping[str, Any] | None, code: str) -> Cell:
    if row is None:
        return Cell(None)
    if row["value"] is None:
        return Cell(row["class"], text=f"{_('有') if row['class'] == 5 else _('无')} {class_name(row['class'])}")
    hidden = row["below"] == row["samples"]
    # Half the limit stands in the table; a reader knows the result by its limit.
    shown = f"<{plain(2 * row['value'])}" if hidden else plain(row["value"])
    note = _("检出限过粗") if row["coarse"] else _("需做核素分析") if row["nuclides"] else ""
    return Cell(row["value"], text=f"{shown} {class_name(row['class'])}", note=note)


def _trend(row: Mapping[str, Any] | None) -> str:
    if row is None:
        return ""
    if row["reason"]:
        return reason_name(row["reason"])
    up, down = _("上升"), _("下降")
    return {"up": up, "down": down, "not significant": _("不显著")}.get(row["trend"], "")


def _limit_text(item: Item, place: int) -> str:
    low, high = item.low[place], item.high[place]
    if low is not None and high is not None:
        return f"{exact_text(low)}–{exact_text(high)}"
    return "" if high is None else f"≤ {exact_text(high)}"


def _unit(code: str) -> str:
    unit = str(site.rules().parameters[code]["unit"])
    return "" if unit == "1" else unit


def _chart(
    code: str, item: Item, rows: Sequence[Mapping[str, Any]], view: EntryView, about: Sequence[str]
) -> Chart | None:
    mine = [row for row in rows if row["parameter"] == code and row["value"] is not None]
    if not mine:
        return None
    target = int(view.values.get("target") or 3)
    limit = item.high[target - 1] if target < 5 else item.high[3]
    name = short(texts.name_of(site.rules().parameters[code]))
    words = class_name(target if target < 5 else 4)
    spec = {
        "kind": "lines", "unit": _unit(code), "x": [texts.period_name(row["period"]) for row in mine],
        "series": [
            {"name": name, "data": [row["value"] for row in mine], "limit": None if limit is None else float(limit),
             "limit_label": _("%(class)s类限值 %(limit)s") % {
                 "class": words, "limit": "" if limit is None else exact_text(limit)}}
        ],
    }  # fmt: skip
    columns = [
        Column("period", _("时段"), row_head=True, nowrap=True), Column("value", _("均值"), _unit(code), number=True),
        Column("class", _("单项类别")), Column("samples", _("样品数"), number=True),
    ]  # fmt: skip
    listed = [
        {"period": texts.period_name(row["period"]), "value": _year_cell(row, code), "class": class_cell(row["class"]),
         "samples": row["samples"]}
        for row in mine
    ]  # fmt: skip
    title = _("%(item)s历年均值") % {"item": name}
    table = Table("item", title, columns, listed, about=about, tight=True)
    return Chart("item", _("%(title)s折线图；同样的数字列在下面的表里。") % {"title": title}, spec, table)


def _sample_table(
    run: RunFacts, code: str, day: str, items: Mapping[str, Item], rows: Sequence[Mapping[str, Any]],
    standard: Groundwater, about: Sequence[str],
) -> Table:  # fmt: skip
    on = date.fromisoformat(day)
    files = file_links(
        site_lake(), queries.get_run(run.id), "groundwater", [code], on, on + timedelta(days=1)
    )  # fmt: skip
    classes = {row["parameter"]: row for row in rows if row["period_kind"] == "sample" and row["period"] == day}
    columns = [
        Column("item", _("项目"), row_head=True, nowrap=True), Column("value", _("结果"), number=True),
        Column("unit", _("单位")), Column("class", _("单项类别")), Column("three", _("Ⅲ类限值"), number=True),
        Column("note", _("备注")), Column("batch", _("批次"), number=True), Column("line", _("文件和行")),
    ]  # fmt: skip
    listed = []
    for parameter, item in items.items():
        for link in files.get((code, parameter), ()):
            facts, row = link.facts, classes.get(parameter)
            told = {"0": _("无"), "1": _("有")}.get(link.value, link.value) if item.kind == "word" else link.value
            listed.append(
                {
                    "item": short(texts.name_of(site.rules().parameters[parameter])),
                    "value": told or _("未检出"), "unit": _unit(parameter),
                    "class": class_cell(row["class"]) if row is not None else Cell(None),
                    "three": _limit_text(item, 2),
                    "note": "" if row is None else _("检出限过粗") if row["coarse"] else "",
                    "batch": Cell(facts["batch"], href=reverse("data-batch", args=[facts["batch"]])),
                    "line": line_cell(facts["batch"], facts["line"], facts["cell"], link.name),
                }
            )  # fmt: skip
    title = _("%(day)s采样的结果") % {"day": texts.period_name(day)}
    caption = _("%(standard)s；结果按实验室报出的样子列出，“<”后为检出限。原文中还有方法和实验室。") % {
        "standard": wording.clause(standard.name),
    }  # fmt: skip
    return Table("sample", title, columns, listed, about=about, caption=caption, tight=True)
