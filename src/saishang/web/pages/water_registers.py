"""Surface water: drains into the Yellow River (入黄排水沟) and outfalls (入河排污口), from the registers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from saishang.apps.indicators import queries
from saishang.apps.indicators.queries import RunFacts
from saishang.apps.registers.queries import EntryView
from saishang.rules import Row
from saishang.web import texts
from saishang.web.pages import site
from saishang.web.pages.charts import MapView
from saishang.web.pages.exports import export
from saishang.web.pages.registers_common import state_name, today
from saishang.web.pages.runs import about_run, chosen_run, with_run
from saishang.web.pages.tables import Cell, Column, Table
from saishang.web.pages.water_board import Board, board, entry_cell, explained, map_of, states_table
from saishang.web.pages.water_common import class_cell, class_name, codes_named, grade_name, legend, tabs
from saishang.web.reasons import figure, reason_name
from saishang.web.security import public

__all__ = ["drains", "outfalls"]

#: Colours of the classes, as the style sheet has them.
_COLOURS = {1: "#b5e0ff", 2: "#1763b8", 3: "#14783a", 4: "#ffe14d", 5: "#ff9a3d", 6: "#c80f0f"}
_GROUPS = ("industrial", "municipal", "agricultural", "other")


def _rows(name: str) -> list[Row]:
    table = site.rules().tables.get(f"sites/{site.site()}/{name}")
    return [] if table is None else list(table)


@public
@require_safe
def drains(request: HttpRequest) -> HttpResponse:
    """Drains with their target against the latest class of the mouth, months, monitoring, and the bulletins."""
    run = chosen_run(request)
    shown = board(request, "drains", keep=_monitored, more=("automatic",))
    mouths = {str(view.values["mouth"]): view for view in shown.views if view.values.get("mouth")}
    classes = _classes(run, list(mouths))
    latest = {row["section"]: row for row in classes if row["class"] is not None}
    table = _drains_table(shown, latest, run, request)
    strip = _strip(mouths, classes, run)
    shares = _drain_shares(shown, run)
    bulletins = _bulletins()
    answer = export(
        request, [table, *([strip] if strip else []), shares, bulletins], invented=shown.invented, real=[bulletins.name]
    )
    if answer is not None:
        return answer
    context = shown.context() | {
        "tabs": tabs("water-drains"), "run": run, "explained": explained(run, "water.drain_monitoring"),
        "table": table, "strip": strip, "shares": shares,
        "bulletins": bulletins, "figures": _drain_figures(shown, latest), "legend": legend(),
        "map": _coloured(map_of(shown, _("入黄排水沟分布图")), shown, latest),
    }  # fmt: skip
    return render(request, "water/drains.html", context)


def _coloured(view: MapView | None, shown: Board, latest: Mapping[str, Mapping[str, Any]]) -> MapView | None:
    """The mouths on the map in the colour of their latest class, with its numeral."""
    if view is None:
        return None
    worst = "> V" if texts.english() else "劣"
    placed = [entry for entry in shown.views[:500] if entry.place is not None]
    for point, entry in zip(view.spec["points"], placed, strict=True):
        found = latest.get(str(entry.values.get("mouth")))
        if found is None:
            continue
        number = found["class"]
        point |= {
            "style": "city", "colour": _COLOURS[number], "badge": class_name(number) if number < 6 else worst,
            "ink": "#fff" if number in (2, 3, 6) else "#000",
            "note": f"{entry.title} · {class_name(number)} · {texts.period_name(found['period'])}",
        }  # fmt: skip
    return view


def _monitored(view: EntryView, chosen: Mapping[str, str]) -> bool:
    wanted = {"yes": True, "no": False}.get(chosen["automatic"])
    return wanted is None or bool(view.values.get("automatic")) is wanted


def _classes(run: RunFacts | None, sections: Sequence[str]) -> list[dict[str, Any]]:
    """Monthly classes of the mouths, measured ones last in a month: they go before published ones."""
    if run is None or not sections:
        return []
    marks = ", ".join("?" * len(sections))
    rows = queries.select(
        run.id, "section_class",
        f"section in ({marks}) and period_kind = 'month' and (class is not null or basis = 'published')",
        list(sections), "period",
    )  # fmt: skip
    return sorted(rows, key=lambda row: (row["period"], row["basis"] == "measured" and row["class"] is not None))


def _drain_figures(shown: Board, latest: Mapping[str, Mapping[str, Any]]) -> list[tuple[str, str, str]]:
    if not shown.counted:
        return []
    share, automatic = shown.figure("automatic_share"), shown.figure("automatic")
    known = [latest[str(v.values["mouth"])] for v in shown.counted if str(v.values.get("mouth")) in latest]
    judged = [row for row in known if row["complies"] is not None]
    targeted = sum(bool(view.values.get("target_class")) for view in shown.counted)
    return [
        (_("登记的排水沟"), str(len(shown.counted)), _("其中 %(n)s 条有目标类别") % {"n": targeted}),
        (_("入黄口有信息化监测"), str(automatic.rounded), _("条")),
        (_("信息化监测覆盖率"), f"{share.rounded} %" if share.rounded is not None else "—", _("占登记的排水沟")),
        (_("有最近类别"), str(len(known)), _("条")),
        (_("达到目标"), f"{sum(bool(row['complies']) for row in judged)} / {len(judged)}", _("按最近一个月的类别")),
    ]


def _drains_table(
    shown: Board, latest: Mapping[str, Mapping[str, Any]], run: RunFacts | None, request: HttpRequest
) -> Table:
    columns = [
        Column("drain", _("排水沟"), row_head=True, nowrap=True), Column("region", _("地区"), nowrap=True),
        Column("mouth", _("入黄口断面"), nowrap=True), Column("target", _("目标")), Column("class", _("最近类别")),
        Column("period", _("时段"), nowrap=True), Column("complies", _("达到目标")), Column("main", _("主要污染指标")),
        Column("automatic", _("信息化监测")), Column("responsible", _("责任单位")),
        Column("measures", _("治理措施"), long=True), Column("note", _("备注")),
    ]  # fmt: skip
    listed = []
    for view in shown.views:
        code = str(view.values.get("mouth") or "")
        found = latest.get(code)
        target = view.values.get("target_class")
        automatic = view.values.get("automatic")
        listed.append(
            {
                "drain": entry_cell(shown.kind, view),
                "region": site.region_name(view.region),
                "mouth": Cell(code, href=with_run(reverse("water-section", args=[code]), request)) if code else None,
                "target": class_cell(int(target) if target else None),
                "class": class_cell(found["class"], valid=bool(found["valid"])) if found else Cell(None),
                "period": texts.period_name(found["period"]) if found else None,
                "complies": _yes_no(found["complies"] if found else None),
                "main": codes_named(found["main"]) if found else "",
                "automatic": Cell(automatic, text=_("有") if automatic else _("无"),
                                  note=str(view.values.get("station") or "") if automatic else ""),
                "responsible": view.values.get("responsible"),
                "measures": view.values.get("measures"),
                "note": reason_name(found["reason"]) if found else _("没有监测数据"),
            }
        )  # fmt: skip
    return Table(
        "drains", _("入黄排水沟：目标与现状"), columns, listed, about=about_run(run), tight=True,
        caption=_("目标为名录中登记的入黄口目标类别；现状为入黄口断面最近一个有类别的月份。带点框的类别数据不足，仅供参考。"),
        empty=_("名录里还没有排水沟，或没有符合条件的条目。登记入黄口断面和目标后，断面的监测数据照常载入和评价。"),
    )  # fmt: skip


def _yes_no(value: bool | None) -> Cell:
    return Cell(None) if value is None else Cell(bool(value), text=_("是") if value else _("否"))


def _strip(mouths: Mapping[str, EntryView], classes: Sequence[Mapping[str, Any]], run: RunFacts | None) -> Table | None:
    """Twelve months of every mouth in the latest year with a class."""
    years = sorted({row["period"][:4] for row in classes if row["class"] is not None})
    if not years:
        return None
    year = years[-1]
    cells = {(row["section"], int(row["period"][5:])): row for row in classes if row["period"].startswith(year)}
    columns = [
        Column("drain", _("排水沟"), row_head=True, nowrap=True),
        *[Column(str(month), texts.month_name(month)) for month in range(1, 13)],
    ]
    listed = []
    for code, view in mouths.items():
        line: dict[str, Any] = {"drain": view.title}
        for month in range(1, 13):
            found = cells.get((code, month))
            if found is not None:
                line[str(month)] = (
                    class_cell(found["class"], valid=bool(found["valid"]))
                    if found["class"] else Cell(reason_name(found["reason"]))
                )  # fmt: skip
        listed.append(line)
    title = _("%(year)s 年入黄口逐月水质类别") % {"year": year}
    return Table("drain-months", title, columns, listed, about=about_run(run), tight=True)


def _drain_shares(shown: Board, run: RunFacts | None) -> Table:
    """The drains together, by the measures of 2011: shares of classes, grade, compliance."""
    columns = [
        Column("period", _("时段"), row_head=True, nowrap=True), Column("sections", _("参评 / 应评断面"), number=True),
        Column("good", _("Ⅰ～Ⅲ类比例"), "%", number=True), Column("bad", _("劣Ⅴ类比例"), "%", number=True),
        Column("grade", _("水质状况")), Column("compliance", _("达标率"), "%", number=True),
        Column("main", _("主要污染指标")), Column("note", _("备注")),
    ]  # fmt: skip
    identifier = "demonstration" if shown.invented else None
    rows = [] if run is None else queries.select(
        run.id, "water_evaluation",
        "scope = 'drains' and basis = 'measured' and sections_evaluated > 0 and (id = 'demonstration') = ?",
        [identifier is not None], "period_kind, period",
    )  # fmt: skip
    order = {"year": 0, "to_date": 1, "quarter": 2, "month": 3}
    # Of earlier years the same months stand in a run for comparison; here only the running year is told to date.
    rows = [row for row in rows if row["period_kind"] != "to_date" or str(run and run.as_of.year) in row["period"]]
    rows = sorted(rows, key=lambda row: row["period"], reverse=True)
    rows = sorted(rows, key=lambda row: order[row["period_kind"]])
    listed = [
        {
            "period": texts.period_name(row["period"]),
            "sections": f"{row['sections_evaluated']} / {row['sections_expected']}",
            "good": Cell(row["good_rounded"], text=figure(row["good_rounded"], 1), valid=bool(row["valid"])),
            "bad": Cell(row["bad_rounded"], text=figure(row["bad_rounded"], 1), valid=bool(row["valid"])),
            "grade": Cell(grade_name(row["grade"]) or None, valid=bool(row["valid"])),
            "compliance": Cell(row["compliance"], text=figure(row["compliance"], 1), valid=bool(row["valid"])),
            "main": codes_named(row["main"]), "note": reason_name(row["reason"]),
        }
        for row in rows
    ]  # fmt: skip
    title = _("入黄排水沟整体水质（演示）") if shown.invented else _("入黄排水沟整体水质")
    return Table(
        "drain-shares", title, columns, listed, about=about_run(run), tight=True,
        empty=_("本次评估没有排水沟入黄口断面的类别。"),
    )  # fmt: skip


def _bulletins() -> Table:
    """What bulletins say about the drains as a whole."""
    columns = [
        Column("period", _("时段"), row_head=True, nowrap=True), Column("drains", _("排水沟数"), number=True),
        Column("good", _("Ⅲ类及以上"), "%", number=True), Column("four", _("Ⅳ类"), "%", number=True),
        Column("five", _("Ⅴ类"), "%", number=True), Column("bad", _("劣Ⅴ类"), "%", number=True),
        Column("source", _("来源"), long=True),
    ]  # fmt: skip
    listed = [
        {"period": texts.period_name(row["period"]), "drains": row["drains"], "good": row["good_percent"],
         "four": row["class4_percent"], "five": row["class5_percent"], "bad": row["bad_percent"],
         "source": Cell(row["source"], mark=row["status"])}
        for row in _rows("drain_bulletins")
    ]  # fmt: skip
    title = _("公报中的入黄排水沟水质")
    return Table("drain-bulletins", title, columns, listed, empty=_("没有登记公报数字。"))


@public
@require_safe
def outfalls(request: HttpRequest) -> HttpResponse:
    """Outfalls by category and state, with what is overdue; the categories and the way of remediation."""
    categories = {str(row["code"]): row for row in site.rules().table("standards/water/outfall_categories")}

    def keep(view: EntryView, chosen: Mapping[str, str]) -> bool:
        row = categories.get(str(view.values.get("category")))
        return not chosen["group"] or (row is not None and row["group"] == chosen["group"])

    shown = board(request, "outfalls", keep=keep, more=("group", "due"))
    if shown.chosen["due"]:
        late = {key for key, dues in shown.terms.items() if any(due.on < today() for due in dues)}
        shown = Board(
            shown.kind, [v for v in shown.views if v.key in late], [v for v in shown.counted if v.key in late],
            shown.chosen, shown.forms, shown.terms,
        )  # fmt: skip
    register = _outfalls_table(shown, categories)
    states, kinds = states_table(shown), _categories_table(shown, categories)
    answer = export(request, [register, states, kinds], invented=shown.invented)
    if answer is not None:
        return answer
    words = {
        "industrial": _("工业排污口"), "municipal": _("城镇污水处理厂排污口"), "agricultural": _("农业排口"),
        "other": _("其他排口"),
    }  # fmt: skip
    context = shown.context() | {
        "tabs": tabs("water-outfalls"), "explained": explained(chosen_run(request), "water.outfalls_done"),
        "register": register, "state_table": states, "categories": kinds,
        "figures": _outfall_figures(shown), "groups": [(name, words[name]) for name in _GROUPS],
        "map": map_of(shown, _("入河排污口分布图")),
    }  # fmt: skip
    return render(request, "water/outfalls.html", context)


def _outfall_figures(shown: Board) -> list[tuple[str, str, str]]:
    if not shown.counted:
        return []
    done, share, traced = shown.figure("done"), shown.figure("done_share"), shown.figure("traced_share")
    return [
        (_("登记的排污口"), str(len(shown.counted)), _("个")),
        (_("整治完成率"), f"{share.rounded} %" if share.rounded is not None else "—",
         _("已取缔、完成整治或规范保留 %(n)s 个") % {"n": done.rounded}),
        (_("溯源完成率"), f"{traced.rounded} %" if traced.rounded is not None else "—", _("已有责任主体")),
        (_("整治逾期"), str(len(shown.overdue(today(), "remediation"))), _("个，期限已过")),
        (_("检查逾期"), str(len(shown.overdue(today(), "inspection", "first_inspection"))), _("个，一年内未检查")),
    ]  # fmt: skip


def _outfalls_table(shown: Board, categories: Mapping[str, Row]) -> Table:
    columns = [
        Column("code", _("编码"), row_head=True, nowrap=True), Column("name", _("名称")),
        Column("category", _("类别")), Column("region", _("地区"), nowrap=True),
        Column("river", _("受纳水体"), nowrap=True),
        Column("state", _("整治状态"), nowrap=True), Column("responsible", _("责任主体")),
        Column("deadline", _("整治期限"), nowrap=True), Column("inspected", _("最近检查"), nowrap=True),
    ]  # fmt: skip
    rows = []
    for view in shown.views:
        dues = {due.term: due.on for due in shown.terms.get(view.key, ())}
        remediation, inspection = dues.get("remediation"), dues.get("inspection") or dues.get("first_inspection")
        row = categories.get(str(view.values.get("category")))
        seen = view.values.get("inspected_on")
        checked = _("应在 %(day)s 前检查") % {"day": inspection.isoformat()} if inspection else ""
        rows.append(
            {
                "code": entry_cell(shown.kind, view, words=view.key), "name": view.title,
                "category": "" if row is None else texts.name_of(row), "region": site.region_name(view.region),
                "river": view.values.get("river"), "state": state_name(shown.kind, view.state),
                "responsible": view.values.get("responsible"),
                "deadline": Cell(
                    remediation, note=_("已逾期") if remediation and remediation < today() else ""
                ),
                "inspected": Cell(
                    seen, text=seen or _("未检查"),
                    note=_("检查已逾期") if inspection and inspection < today() else checked,
                ),
            }
        )  # fmt: skip
    return Table(
        "outfalls", _("入河排污口名录"), columns, rows, tight=True,
        empty=_("名录里还没有排污口，或没有符合条件的条目。"),
    )  # fmt: skip


def _categories_table(shown: Board, categories: Mapping[str, Row]) -> Table:
    words = {
        "industrial": _("工业排污口"), "municipal": _("城镇污水处理厂排污口"), "agricultural": _("农业排口"),
        "other": _("其他排口"),
    }  # fmt: skip
    done = {"closed_down", "completed", "kept"}
    return Table(
        "outfall-categories", _("排污口分类"),
        [Column("code", _("序号"), row_head=True), Column("level1", _("一级类")), Column("name", _("类别")),
         Column("count", _("个数"), number=True), Column("done", _("已完成"), number=True),
         Column("status", _("依据"))],
        [
            {
                "code": code, "level1": words[row["group"]], "name": texts.name_of(row),
                "count": sum(view.values.get("category") == code for view in shown.counted),
                "done": sum(view.values.get("category") == code and view.state in done for view in shown.counted),
                "status": Cell(row["source"], mark=row["status"]),
            }
            for code, row in categories.items()
        ],
        tight=True,
    )  # fmt: skip
