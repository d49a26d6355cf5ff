"""Surface water: black-odorous waters (黑臭水体) with the grade of their points, and ecological flow (生态流量)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from saishang.apps.indicators import queries
from saishang.apps.indicators.queries import RunFacts
from saishang.science.water.from_rules import black_rule
from saishang.web import texts
from saishang.web.pages import site
from saishang.web.pages.air_common import choice, kind_name
from saishang.web.pages.charts import Chart
from saishang.web.pages.exports import export
from saishang.web.pages.registers_common import state_name, today, value_text
from saishang.web.pages.runs import about_run, chosen_run
from saishang.web.pages.tables import Cell, Column, Table
from saishang.web.pages.water_board import Board, board, entry_cell, explained, map_of, states_table
from saishang.web.pages.water_common import KINDS, fitting, group_name, period_names, tabs
from saishang.web.reasons import figure, reason_name
from saishang.web.security import public

__all__ = ["black", "flow"]

_OPEN = ("found", "remediating", "acceptance", "reopened")


@public
@require_safe
def black(request: HttpRequest) -> HttpResponse:
    """Waters of the register with their state and deadline, and the grade of their points in the months sampled."""
    run = chosen_run(request)
    shown = board(request, "black_odorous_waters")
    keys = {view.key for view in shown.views}
    graded = [row for row in _select(run, "water_black_bodies", "period desc, body") if row["body"] in keys]
    latest: dict[str, Mapping[str, Any]] = {}
    for row in graded:
        latest.setdefault(row["body"], row)
    table = _bodies_table(shown, latest)
    points = _points_table(shown, graded, run)
    states = states_table(shown)
    answer = export(request, [table, points, states], invented=shown.invented)
    if answer is not None:
        return answer
    context = shown.context() | {
        "tabs": tabs("water-black"), "run": run, "explained": explained(run, "water.black_odorous"),
        "table": table, "points": points, "state_table": states,
        "figures": _black_figures(shown, latest), "map": map_of(shown, _("黑臭水体分布图")),
    }  # fmt: skip
    return render(request, "water/black.html", context)


def _select(run: RunFacts | None, table: str, order: str, where: str = "true", values: Sequence[Any] = ()) -> list[Any]:
    return [] if run is None else queries.select(run.id, table, where, list(values), order)


def _grade(number: int | None) -> str:
    if number is None:
        return ""
    entries = site.rules().document("standards/water/black_odorous")["grades"]
    return texts.name_of(entries[number])


def _black_figures(shown: Board, latest: Mapping[str, Mapping[str, Any]]) -> list[tuple[str, str, str]]:
    if not shown.counted:
        return []
    opened, removed = shown.figure("open"), shown.figure("removed_share")
    heavy = sum(latest[view.key]["grade"] == 2 for view in shown.counted if view.key in latest)
    return [
        (_("未销号"), str(opened.rounded), _("条，方案要求动态清零")),
        (_("返黑返臭"), str(shown.figure("reopened").rounded), _("条")),
        (_("消除比例"), f"{removed.rounded} %" if removed.rounded is not None else "—",
         _("占曾列入的 %(n)s 条") % {"n": len(shown.counted)}),
        (_("整治逾期"), str(len(shown.overdue(today(), "remediation"))), _("条，期限已过")),
        (_("最近监测为重度"), str(heavy), _("条")),
    ]  # fmt: skip


def _bodies_table(shown: Board, latest: Mapping[str, Mapping[str, Any]]) -> Table:
    columns = [
        Column("body", _("水体"), row_head=True, nowrap=True), Column("region", _("地区"), nowrap=True),
        Column("setting", _("类别")), Column("state", _("状态"), nowrap=True), Column("since", _("自"), nowrap=True),
        Column("deadline", _("整治期限"), nowrap=True), Column("responsible", _("责任单位")),
        Column("grade", _("最近分级"), nowrap=True), Column("period", _("时段"), nowrap=True),
        Column("points", _("重度 / 已分级 / 全部点位"), number=True), Column("stretches", _("重度河段（点位序号）")),
        Column("note", _("备注")),
    ]  # fmt: skip
    rows = []
    for view in shown.views:
        row = latest.get(view.key)
        dues = {due.term: due.on for due in shown.terms.get(view.key, ())}
        late = dues.get("remediation")
        rows.append(
            {
                "body": entry_cell(shown.kind, view), "region": site.region_name(view.region),
                "setting": value_text(shown.kind.fields["setting"], view.values.get("setting")),
                "state": state_name(shown.kind, view.state), "since": view.since,
                "deadline": Cell(view.values.get("deadline"), note=_("已逾期") if late and late < today() else ""),
                "responsible": view.values.get("responsible"),
                "grade": _grade_cell(row), "period": texts.period_name(row["period"]) if row else None,
                "points": f"{row['points_heavy']} / {row['points_graded']} / {row['points']}" if row else None,
                "stretches": row["stretches"] if row else "",
                "note": reason_name(row["reason"]) if row else _("没有监测数据"),
            }
        )  # fmt: skip
    return Table(
        "bodies", _("黑臭水体名录"), columns, rows, tight=True,
        caption=_("分级按透明度、溶解氧、氧化还原电位、氨氮；一项在六成以上数据中为重度，或两项在三成以上数据中为重度，点位为重度；六成以上点位为重度，水体为重度。"),
        empty=_("名录里还没有黑臭水体，或没有符合条件的条目。没有登记不等于没有。"),
    )  # fmt: skip


def _grade_cell(row: Mapping[str, Any] | None) -> Cell:
    if row is None:
        return Cell(None)
    if row["grade"] is None:
        return Cell(None, text=_("无法判定"), valid=False)
    return Cell(_grade(row["grade"]), valid=bool(row["valid"]))


def _points_table(shown: Board, graded: Sequence[Mapping[str, Any]], run: RunFacts | None) -> Table:
    names = {view.key: view.title for view in shown.views}
    rule = black_rule(site.rules())
    codes = {item["key"]: item["parameter"] for item in site.rules().document("standards/water/black_odorous")["items"]}

    def items(text: str) -> str:
        told = []
        for part in (part for part in text.split(",") if part):
            key, _sep, count = part.partition(":")
            told.append(texts.name_of(site.rules().parameters[codes[key]]) + (f" {count}" if count else ""))
        return texts.listed(told)

    rows = [
        {
            "body": names.get(row["body"], row["body"]), "period": texts.period_name(row["period"]),
            "place": row["place"], "station": row["station"], "samples": row["samples"], "grade": _grade_cell(row),
            "heavy": items(row["heavy"]), "missing": items(row["missing"]), "note": reason_name(row["reason"]),
        }
        for row in _select(run, "water_black_points", "period desc, body, place")
        if row["body"] in names
    ]  # fmt: skip
    columns = [
        Column("body", _("水体"), row_head=True, nowrap=True), Column("period", _("时段"), nowrap=True),
        Column("place", _("序号"), number=True), Column("station", _("点位")),
        Column("samples", _("样品数"), number=True),
        Column("grade", _("分级"), nowrap=True), Column("heavy", _("重度项目（次数）")),
        Column("missing", _("缺测项目")), Column("note", _("备注")),
    ]  # fmt: skip
    caption = _("每月至少 %(points)s 个点位、各 %(times)s 次，少于此数的分级仅供参考。") % {
        "points": rule.least_points, "times": rule.least_times,
    }  # fmt: skip
    return Table(
        "points", _("各点位分级"), columns, rows, about=about_run(run), tight=True, caption=caption,
        empty=_("本次评估没有黑臭水体点位的监测结果：按点位编码载入实验室检测结果（一行一项）后重新评估。"),
    )  # fmt: skip


@public
@require_safe
def flow(request: HttpRequest) -> HttpResponse:
    """Control sections with their assurance in a period, and the days of one of them against its target."""
    run = chosen_run(request)
    shown = board(request, "flow_sections")
    keys = {view.key for view in shown.views}
    rows = [row for row in _select(run, "water_flow", "period, section") if row["section"] in keys]
    base = shown.context() | {"tabs": tabs("water-flow"), "run": run, "map": map_of(shown, _("生态流量控制断面分布图"))}
    if run is None or not rows:
        table = _flow_table(shown, {}, run)
        return export(request, [table], invented=shown.invented) or render(
            request, "water/flow.html", base | {"table": table}
        )
    kinds = [name for name in KINDS if period_names(rows, name)]
    kind = choice(request, "kind", kinds, "year" if "year" in kinds else kinds[0])
    known = period_names(rows, kind)
    sampled = [row["period"] for row in rows if row["period_kind"] == kind and row["days_present"]]
    period = fitting(
        request, "period", known, {str(row["period"]) for row in rows}, max(sampled, default=known[0])
    )  # fmt: skip
    now = {row["section"]: row for row in rows if row["period_kind"] == kind and row["period"] == period}
    listed = sorted({row["section"] for row in rows})
    section = choice(request, "section", listed, listed[0])
    table = _flow_table(shown, now, run)
    periods = _periods_table([row for row in rows if row["section"] == section], section, shown, run)
    chart = _flow_chart(run, section, shown)
    answer = export(
        request, [table, periods, *([chart.table] if chart and chart.table else [])], invented=shown.invented
    )
    if answer is not None:
        return answer
    counted = {view.key for view in shown.counted}
    judged = [row for key, row in now.items() if key in counted and row["met"] is not None]
    context = base | {
        "explained": explained(run, "water.ecological_flow_met"),
        "table": table, "per_period": periods, "chart": chart, "kind_of_period": kind, "period": period,
        "kinds": [(name, kind_name(name)) for name in kinds],
        "periods": [(name, texts.period_name(name)) for name in known],
        "sections": [(view.key, view.title) for view in shown.views if view.key in listed], "section": section,
        "figures": [
            (_("控制断面"), str(len(shown.counted)), _("个")),
            (_("达到保证率"), f"{sum(bool(row['met']) for row in judged)} / {len(judged)}", texts.period_name(period)),
        ],
    }  # fmt: skip
    return render(request, "water/flow.html", context)


def _flow_table(shown: Board, now: Mapping[str, Mapping[str, Any]], run: RunFacts | None) -> Table:
    columns = [
        Column("section", _("控制断面"), row_head=True, nowrap=True), Column("river", _("河流"), nowrap=True),
        Column("target", _("目标流量"), "m³/s", number=True), Column("asked", _("保证率要求"), "%", number=True),
        Column("percent", _("保证率"), "%", number=True), Column("met", _("是否达到")),
        Column("days", _("达到 / 有流量 / 应有天数"), number=True),
        Column("lowest", _("最小日均流量"), "m³/s", number=True),
        Column("source", _("目标来源"), long=True), Column("note", _("备注")),
    ]  # fmt: skip
    default = site.rules().document("standards/water/ecological_flow")["assurance_percent"]
    listed = []
    for view in shown.views:
        row = now.get(view.key)
        listed.append(
            {
                "section": entry_cell(shown.kind, view), "river": group_name("river", str(view.values["river"])),
                "target": row["target"] if row else view.values.get("flow"),
                "asked": row["asked"] if row else view.values.get("assurance") or default,
                **(_flow_cells(row) if row else {}), "source": view.values.get("target_source"),
                "note": reason_name(row["reason"]) if row else "",
            }
        )  # fmt: skip
    return Table(
        "flow", _("生态流量保障"), columns, listed, about=about_run(run), tight=True,
        caption=_("保证率为日均流量不小于当天目标的天数占有流量天数的比例；缺测天数可能改变结论的，不下结论。"),
        empty=_("名录里还没有控制断面。登记断面及其目标流量后，载入日均流量，再运行评估。"),
    )  # fmt: skip


def _flow_cells(row: Mapping[str, Any]) -> dict[str, Any]:
    met = row["met"]
    return {
        "percent": Cell(row["percent"], text=figure(row["rounded"], 1), valid=bool(row["valid"])),
        "met": Cell(None, text=_("无法判定"), valid=False) if met is None and row["days_present"]
        else Cell(None) if met is None else Cell(bool(met), text=_("是") if met else _("否")),
        "days": f"{row['days_kept']} / {row['days_present']} / {row['days_expected']}",
        "lowest": Cell(
            row["lowest"], text=figure(row["lowest"], 2),
            note=row["lowest_day"].isoformat() if row["lowest_day"] else ""
        ),
    }  # fmt: skip


def _periods_table(rows: Sequence[Mapping[str, Any]], section: str, shown: Board, run: RunFacts) -> Table:
    columns = [
        Column("period", _("时段"), row_head=True, nowrap=True), Column("target", _("目标流量"), "m³/s", number=True),
        Column("percent", _("保证率"), "%", number=True), Column("met", _("是否达到")),
        Column("days", _("达到 / 有流量 / 应有天数"), number=True),
        Column("lowest", _("最小日均流量"), "m³/s", number=True),
        Column("note", _("备注")),
    ]  # fmt: skip
    order = {"year": 0, "to_date": 1, "quarter": 2, "month": 3}
    listed = [
        {"period": texts.period_name(row["period"]), "target": row["target"], **_flow_cells(row),
         "note": reason_name(row["reason"])}
        for row in sorted(rows, key=lambda row: (order[row["period_kind"]], row["period"]))
        # Of earlier years the same months stand in a run for comparison; here only the running year is told to date.
        if row["days_present"] and (row["period_kind"] != "to_date" or str(run.as_of.year) in row["period"])
    ]  # fmt: skip
    title = _("%(section)s各时段生态流量") % {"section": _title(shown, section)}
    return Table("flow-periods", title, columns, listed, about=about_run(run), tight=True)


def _title(shown: Board, key: str) -> str:
    return next((view.title for view in shown.views if view.key == key), key)


def _flow_chart(run: RunFacts, section: str, shown: Board) -> Chart | None:
    days = _select(run, "water_flow_daily", "day", "section = ?", [section])
    if len(days) < 2:
        return None
    title = _("%(section)s日均流量与目标") % {"section": _title(shown, section)}
    columns = [
        Column("day", _("日期"), row_head=True, nowrap=True), Column("flow", _("日均流量"), "m³/s", number=True),
        Column("target", _("目标流量"), "m³/s", number=True), Column("kept", _("是否达到")),
    ]  # fmt: skip
    listed = [
        {"day": row["day"], "flow": row["flow"], "target": row["target"],
         "kept": None if row["kept"] is None else (_("是") if row["kept"] else _("否"))}
        for row in days
    ]  # fmt: skip
    table = Table("flow-days", title, columns, listed, about=about_run(run), tight=True)
    spec = {
        "kind": "lines", "unit": "m³/s", "x": [row["day"].isoformat() for row in days],
        "series": [
            {"name": _("日均流量"), "data": [row["flow"] for row in days]},
            {"name": _("目标流量"), "data": [row["target"] for row in days]},
        ],
    }  # fmt: skip
    return Chart("flow-days", _("%(title)s折线图；同样的数字列在下面的表里。") % {"title": title}, spec, table)
