"""Surface water: one section with its items, days, targets and trophic state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from saishang.apps.indicators import queries
from saishang.apps.indicators.queries import RunFacts
from saishang.apps.registers.queries import EntryView
from saishang.science.water.classes import class_number
from saishang.science.water.from_rules import bloom_rule
from saishang.web import texts, wording
from saishang.web.pages import site
from saishang.web.pages.air_common import choice, kind_name
from saishang.web.pages.charts import Chart
from saishang.web.pages.exports import export
from saishang.web.pages.runs import about_run, chosen_run
from saishang.web.pages.tables import Cell, Column, Table
from saishang.web.pages.water_board import demo_note
from saishang.web.pages.water_common import KINDS, class_cell, codes_named, fitting, group_name, section_row, tabs
from saishang.web.reasons import basis_name, figure, reason_name
from saishang.web.security import public
from saishang.web.texts import counted

__all__ = ["section"]


@public
@require_safe
def section(request: HttpRequest, code: str) -> HttpResponse:
    """Items of a section in every period of a kind, its days of one item, its classes and targets."""
    row = section_row(code)
    if row is None:
        raise Http404(_("没有名为“%(code)s”的断面。") % {"code": code})
    run = chosen_run(request)
    name = texts.name_of(row)
    base: dict[str, Any] = {"tabs": tabs("water"), "run": run, "row": row, "name": name, "facts": _facts(row),
                            "demo": demo_note([row["drain"]]) if row.get("drain") is not None else ""}  # fmt: skip
    targets = _targets_table(code, row.get("drain"))
    if run is None:
        return render(request, "water/section.html", base | {"targets": targets})
    items = queries.select(run.id, "section_items", "section = ?", [code], "period, parameter")
    found = queries.select(
        run.id, "section_class", "section = ? and (class is not null or basis = 'published')", [code],
        "period_kind, period, basis",
    )  # fmt: skip
    about = [name, *about_run(run)]
    tables = [_class_table(found, about), targets]
    context = base | {"classes": tables[0], "targets": targets}
    trends = _trends_table(run, code, about)
    if trends.rows:
        tables.append(trends)
        context["trends"] = trends
    if row["body"] == "lake":
        lake = _lake_tables(run, code, about)
        tables += lake
        context["lake"] = lake
    kinds = [kind for kind in KINDS if any(item["period_kind"] == kind for item in items)]
    if kinds:
        kind = choice(request, "kind", kinds, kinds[0])
        mine = [item for item in items if item["period_kind"] == kind]
        known = sorted({str(item["period"]) for item in mine}, reverse=True)
        period = fitting(request, "period", ["all", *known], {str(item["period"]) for item in items}, known[0])
        table = _items_table([item for item in mine if period in ("all", item["period"])], about)
        codes = list(dict.fromkeys(str(item["parameter"]) for item in items))
        parameter = choice(request, "parameter", codes, "NH3N" if "NH3N" in codes else codes[0])
        chart = _days_chart(run, code, parameter, about) or _months_chart(items, parameter, about)
        tables += [table, *([chart.table] if chart is not None and chart.table is not None else [])]
        context |= {
            "kinds": [(value, kind_name(value)) for value in kinds], "kind": kind, "items": table, "chart": chart,
            "parameters": [(value, texts.name_of(site.rules().parameters[value])) for value in codes],
            "parameter": parameter, "period": period,
            "periods": [("all", _("全部")), *[(value, texts.period_name(value)) for value in known]],
        }  # fmt: skip
    invented = row.get("drain") is not None and row["drain"].standing.invented
    return export(request, tables, invented=invented) or render(request, "water/section.html", context)


def _facts(row: Mapping[str, Any]) -> list[tuple[str, str]]:
    level = {"national": _("国控"), "provincial": _("区控")}.get(row["control_level"] or "", "")
    body = _("湖库") if row["body"] == "lake" else _("河流")
    drain = row.get("drain")
    facts = [
        (_("河流") if drain is None else _("排水沟"), group_name("river", str(row["river"]))),
        (_("位置"), texts.both(row["role"], row["role_en"]) if row["role"] else ""),
        (_("控制级别"), level),
        (_("评价限值"), body),
        (_("坐标"), f"{row['lon']}, {row['lat']}" if row["lon"] is not None else _("未公开")),
    ]
    return [(label, text) for label, text in facts if text]


def _targets_table(code: str, drain: EntryView | None = None) -> Table:
    table = site.rules().tables.get(f"sites/{site.site()}/section_targets")
    rows = [row for row in table if row["section"] == code] if table is not None else []
    columns = [
        Column("target", _("目标类别")), Column("from", _("自"), row_head=True), Column("to", _("至")),
        Column("source", _("来源"), long=True),
    ]  # fmt: skip
    listed = [
        {"target": class_cell(class_number(row["target_class"])), "from": row["from"], "to": row["to"],
         "source": Cell(row["source"], text=wording.clause(row["source"]), mark=row["status"])}
        for row in rows
    ]  # fmt: skip
    if drain is not None and drain.values.get("target_class"):
        source = str(drain.values.get("target_source") or _("名录登记"))
        listed.append(
            {"target": class_cell(int(drain.values["target_class"])), "from": drain.effective, "to": None,
             "source": source}
        )  # fmt: skip
    return Table("targets", _("目标类别"), columns, listed, empty=_("没有查到本断面公开的目标类别。"))


def _class_table(rows: Sequence[Mapping[str, Any]], about: Sequence[str]) -> Table:
    columns = [
        Column("period", _("时段"), row_head=True, nowrap=True), Column("basis", _("口径")),
        Column("class", _("类别")), Column("target", _("目标")), Column("complies", _("达到目标")),
        Column("main", _("主要污染指标")), Column("note", _("备注")),
    ]  # fmt: skip
    listed = [
        {
            "period": texts.period_name(row["period"]),
            "basis": basis_name(row["basis"]),
            "class": class_cell(row["class"], valid=bool(row["valid"])),
            "target": class_cell(row["target"]),
            "complies": None if row["complies"] is None else (_("是") if row["complies"] else _("否")),
            "main": codes_named(row["main"]),
            "note": reason_name(row["reason"]),
        }
        for row in rows
    ]
    return Table("classes", _("各时段水质类别"), columns, listed, about=about, tight=True)


def _decimals(parameter: str) -> int:
    return int(site.rules().parameters[parameter]["decimals"])


def _items_table(items: Sequence[Mapping[str, Any]], about: Sequence[str]) -> Table:
    columns = [
        Column("period", _("时段"), row_head=True, nowrap=True), Column("item", _("项目"), nowrap=True),
        Column("value", _("均值"), number=True), Column("unit", _("单位")), Column("class", _("类别")),
        Column("multiple", _("超标倍数"), number=True), Column("samples", _("样品数"), number=True),
        Column("days", _("有效 / 应有天数"), number=True), Column("origin", _("数据")), Column("note", _("备注")),
    ]  # fmt: skip
    origins = {"automatic": _("自动站"), "sample": _("手工"), "both": _("自动站和手工")}
    listed = [
        {
            "period": texts.period_name(row["period"]),
            "item": texts.name_of(site.rules().parameters[row["parameter"]]),
            "value": Cell(
                row["value"], text=figure(row["value"], _decimals(row["parameter"])), valid=bool(row["valid"])
            ),
            "unit": "" if site.rules().parameters[row["parameter"]]["unit"] == "1" else
                    site.rules().parameters[row["parameter"]]["unit"],
            "class": class_cell(row["class"], valid=bool(row["valid"])) if row["counts"] else Cell(None),
            "multiple": Cell(row["multiple"], text=figure(row["multiple"], 2)),
            "samples": row["samples"],
            # A sample stands for its month: nobody expects one every day.
            "days": str(row["days_valid"]) if row["origin"] == "sample"
            else f"{row['days_valid']} / {row['days_expected']}",
            "origin": origins.get(row["origin"], row["origin"]),
            "note": reason_name(row["reason"]),
        }
        for row in items
    ]  # fmt: skip
    title = _("各项目均值与类别")
    caption = _("总氮、水温、电导率、浊度等不参与类别评价，不列类别。")
    return Table("items", title, columns, listed, about=about, caption=caption, tight=True)


def _lake_tables(run: RunFacts, code: str, about: Sequence[str]) -> list[Table]:
    """Trophic state by period, and algal blooms by day with the warning of the last days."""
    rules = site.rules()
    states = queries.select(run.id, "trophic_state", "section = ? and tli is not null", [code], "period_kind, period")
    grades = rules.document("standards/water/trophic_index")["grades"]
    trophic = Table(
        "trophic", _("综合营养状态"),
        [Column("period", _("时段"), row_head=True, nowrap=True), Column("tli", "TLI(Σ)", number=True),
         Column("grade", _("营养状态")), Column("items", _("项目数"), number=True), Column("note", _("备注"))],
        [
            {
                "period": texts.period_name(state["period"]),
                "tli": Cell(state["tli"], text=figure(state["rounded"], 2), valid=bool(state["valid"])),
                "grade": texts.name_of(grades[state["grade"] - 1]), "items": state["items"],
                "note": reason_name(state["reason"]),
            }
            for state in states
        ],
        about=about, caption=_("叶绿素a、总磷、总氮、透明度、高锰酸盐指数；缺项时对其余项目重新归一。"),
    )  # fmt: skip
    listed = []
    bloom_grades = bloom_rule(rules).grades
    ahead = bloom_rule(rules).days_ahead
    for row in queries.select(run.id, "water_blooms", "section = ?", [code], "day"):
        grade = bloom_grades[row["grade"] - 1]
        note = (
            counted("预警：按近日增长，%(n)s 天内可达轻度水华", ahead) % {"n": ahead}
            if row["warn"]
            else reason_name(row["reason"])
        )
        doubling = row["doubling_days"]
        listed.append(
            {"day": row["day"], "density": Cell(row["density"], text=f"{row['density']:.3g}"),
             "grade": f"{grade.id} {texts.both(grade.zh, grade.en)}",
             "doubling": Cell(doubling, text=None if doubling is None else f"{doubling:.1f}"), "note": note}
        )  # fmt: skip
    blooms = Table(
        "blooms", _("水华分级与预警"),
        [Column("day", _("日期"), row_head=True, nowrap=True), Column("density", _("藻密度"), "cells/L", number=True),
         Column("grade", _("水华等级")), Column("doubling", _("倍增天数"), number=True), Column("note", _("预警"))],
        listed, about=about, tight=True, caption=_("预警按近七日指数增长外推，为本系统自定规则。"),
        empty=_("本次评估没有藻密度数据。"),
    )  # fmt: skip
    return [trophic, blooms]


def _months_chart(items: Sequence[Mapping[str, Any]], parameter: str, about: Sequence[str]) -> Chart | None:
    """Monthly figures of one item, where a section is sampled by hand and has no days."""
    months = [row for row in items if row["period_kind"] == "month" and row["parameter"] == parameter]
    if len(months) < 2:
        return None
    row = site.rules().parameters[parameter]
    unit = "" if row["unit"] == "1" else str(row["unit"])
    places = _decimals(parameter)
    columns = [
        Column("period", _("时段"), row_head=True, nowrap=True), Column("value", _("均值"), unit, number=True),
        Column("class", _("类别")), Column("samples", _("样品数"), number=True), Column("note", _("备注")),
    ]  # fmt: skip
    listed = [
        {"period": texts.period_name(month["period"]),
         "value": Cell(month["value"], text=figure(month["value"], places), valid=bool(month["valid"])),
         "class": class_cell(month["class"], valid=bool(month["valid"])) if month["counts"] else Cell(None),
         "samples": month["samples"], "note": reason_name(month["reason"])}
        for month in months
    ]  # fmt: skip
    title = _("%(item)s月均值") % {"item": texts.name_of(row)}
    table = Table("months", title, columns, listed, about=about, tight=True)
    spec = {
        "kind": "lines", "unit": unit, "x": [texts.period_name(month["period"]) for month in months], "scale": True,
        "series": [{"name": texts.name_of(row),
                    "data": [None if m["value"] is None else round(m["value"], places) for m in months]}],
    }  # fmt: skip
    label = _("%(title)s折线图；同样的数字列在下面的表里。") % {"title": title}
    return Chart("days", label, spec, table)


def _trends_table(run: RunFacts, code: str, about: Sequence[str]) -> Table:
    """Spearman's rank correlation of the yearly means; oxygen is better when it rises."""
    words = {
        "up": _("显著上升"), "down": _("显著下降"), "not significant": _("无显著趋势"),
        "not evaluated": _("年数不足，不评价"),
    }  # fmt: skip
    listed = []
    for row in queries.select(run.id, "water_trends", "section = ?", [code], "parameter"):
        better = (row["trend"] == "up") == (row["parameter"] == "DO")
        judged = row["trend"] in ("up", "down") and row["parameter"] not in ("PH", "WT", "EC")
        listed.append(
            {
                "item": texts.name_of(site.rules().parameters[row["parameter"]]),
                "years": f"{row['first_year']}–{row['last_year']}", "n": row["years"],
                "rs": Cell(row["rs"], text=f"{row['rs']:.3f}"),
                "critical": Cell(row["critical"], text=figure(row["critical"], 3)), "trend": words[row["trend"]],
                "meaning": (_("好转") if better else _("变差")) if judged else "",
            }
        )  # fmt: skip
    columns = [
        Column("item", _("项目"), row_head=True, nowrap=True), Column("years", _("年份"), nowrap=True),
        Column("n", _("年数"), number=True), Column("rs", _("秩相关系数"), number=True),
        Column("critical", _("临界值"), number=True), Column("trend", _("趋势")), Column("meaning", _("水质变化")),
    ]  # fmt: skip
    caption = _("按连续有效年份的年均值作秩相关检验（显著性水平 0.05），少于五年不评价。")
    return Table("trends", _("多年变化趋势"), columns, listed, about=about, caption=caption, tight=True)


def _days_chart(run: RunFacts, code: str, parameter: str, about: Sequence[str]) -> Chart | None:
    days = queries.select(run.id, "section_daily", "section = ? and parameter = ?", [code, parameter], "day")
    if not days:
        return None
    row = site.rules().parameters[parameter]
    unit = "" if row["unit"] == "1" else str(row["unit"])
    places = _decimals(parameter)
    columns = [
        Column("day", _("日期"), row_head=True, nowrap=True), Column("value", _("日均值"), unit, number=True),
        Column("samples", _("样品数"), number=True), Column("note", _("备注")),
    ]  # fmt: skip
    listed = [
        {"day": day["day"], "value": Cell(day["value"], text=figure(day["value"], places)),
         "samples": f"{day['samples']} / {day['samples_expected']}", "note": reason_name(day["reason"])}
        for day in days
    ]  # fmt: skip
    title = _("%(item)s日均值") % {"item": texts.name_of(row)}
    table = Table("days", title, columns, listed, about=about, tight=True)
    spec = {
        "kind": "lines", "unit": unit, "x": [day["day"].isoformat() for day in days], "scale": True,
        "series": [{"name": texts.name_of(row),
                    "data": [None if day["value"] is None else round(day["value"], places) for day in days]}],
    }  # fmt: skip
    label = _("%(title)s折线图；同样的数字列在下面的表里。") % {"title": title}
    return Chart("days", label, spec, table)
