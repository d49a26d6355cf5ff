"""Surface water: drains into the Yellow River (入黄排水沟) and the register of outfalls into rivers (入河排污口)."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from saishang.rules import Row
from saishang.science.water.classes import class_number
from saishang.science.water.from_rules import outfall_states
from saishang.web import texts
from saishang.web.pages import site
from saishang.web.pages.exports import export
from saishang.web.pages.runs import chosen_run
from saishang.web.pages.tables import Cell, Column, Table
from saishang.web.pages.water_common import class_cell, classes, group_name, tabs
from saishang.web.security import public

__all__ = ["drains", "outfalls"]


def _rows(name: str) -> list[Row]:
    table = site.rules().tables.get(f"sites/{site.site()}/{name}")
    return [] if table is None else list(table)


@public
@require_safe
def drains(request: HttpRequest) -> HttpResponse:
    """Drains of the site with the target at their mouth and the latest class of the mouth section."""
    run = chosen_run(request)
    latest: dict[str, dict[str, Any]] = {}
    for known in classes(run) if run is not None else []:
        if known["period_kind"] == "month" and known["class"] is not None:
            latest[known["section"]] = known
    columns = [
        Column("drain", _("排水沟"), row_head=True, nowrap=True), Column("region", _("地区")),
        Column("mouth", _("入黄口断面")), Column("target", _("目标")), Column("class", _("最近类别")),
        Column("period", _("时段")), Column("source", _("来源"), long=True),
    ]  # fmt: skip
    listed = []
    for row in _rows("water_drains"):
        found = latest.get(str(row["mouth"] or row["code"]))
        target = class_number(row["target_class"]) if row["target_class"] else None
        listed.append(
            {
                "drain": texts.name_of(row),
                "region": site.region_name(str(row["region"])),
                "mouth": row["mouth"],
                "target": class_cell(target),
                "class": class_cell(found["class"], valid=bool(found["valid"])) if found else Cell(None),
                "period": texts.period_name(found["period"]) if found else None,
                "source": Cell(row["source"], mark=row["status"]),
            }
        )
    table = Table("drains", _("入黄排水沟"), columns, listed, empty=_("尚未登记排水沟及其入黄口断面和目标。"))
    bulletins = _bulletins()
    context = {"tabs": tabs("water-drains"), "run": run, "table": table, "bulletins": bulletins}
    return export(request, [table, bulletins]) or render(request, "water/drains.html", context)


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
    """Register of outfalls by category and state of remediation; the categories and the way of remediation."""
    states = outfall_states(site.rules())
    categories = {str(row["code"]): row for row in site.rules().table("standards/water/outfall_categories")}
    rows = _rows("outfalls")
    register = Table(
        "outfalls", _("入河排污口名录"),
        [Column("code", _("编码"), row_head=True, nowrap=True), Column("name", _("名称")),
         Column("category", _("类别")), Column("region", _("地区")), Column("river", _("受纳水体")),
         Column("state", _("整治状态")),
         Column("responsible", _("责任主体")), Column("inspected", _("最近检查"))],
        [
            {
                "code": row["code"], "name": texts.name_of(row), "category": texts.name_of(categories[row["category"]]),
                "region": site.region_name(str(row["region"])), "river": group_name("river", str(row["river"])),
                "state": texts.both(states.state(row["state"]).zh, states.state(row["state"]).en),
                "responsible": row["responsible"], "inspected": row["inspected"],
            }
            for row in rows
        ],
        empty=_("尚未登记排污口；名录由站点的规则文件夹提供（outfalls.csv）。"),
    )  # fmt: skip
    kinds = Table(
        "outfall-categories", _("排污口分类"),
        [Column("code", _("序号"), row_head=True), Column("level1", _("一级类")), Column("name", _("类别")),
         Column("count", _("个数"), number=True), Column("status", _("依据"))],
        [
            {
                "code": code,
                "level1": {"industrial": _("工业排污口"), "municipal": _("城镇污水处理厂排污口"),
                           "agricultural": _("农业排口"), "other": _("其他排口")}[row["group"]],
                "name": texts.name_of(row),
                "count": sum(item["category"] == code for item in rows),
                "status": Cell(row["source"], mark=row["status"]),
            }
            for code, row in categories.items()
        ],
    )  # fmt: skip
    moves = Table(
        "outfall-steps", _("整治流程"),
        [Column("from", _("状态"), row_head=True), Column("action", _("动作")), Column("to", _("下一状态")),
         Column("evidence", _("所需材料"))],
        [
            {
                "from": texts.both(state.zh, state.en), "action": texts.both(move.zh, move.en),
                "to": texts.both(states.state(move.after).zh, states.state(move.after).en),
                "evidence": texts.listed(_evidence(item) for item in move.evidence),
            }
            for state in states.states.values() for move in states.moves(state.id)
        ],
    )  # fmt: skip
    tables = [register, kinds, moves]
    context = {"tabs": tabs("water-outfalls"), "register": register, "kinds": kinds, "moves": moves}
    return export(request, tables) or render(request, "water/outfalls.html", context)


def _evidence(word: str) -> str:
    return {
        "监测报告": _("监测报告"), "责任主体": _("责任主体"), "一口一策方案": _("一口一策方案"),
        "设置同意或登记文件": _("设置同意或登记文件"), "开工日期": _("开工日期"), "验收意见": _("验收意见"),
        "封堵证明": _("封堵证明"), "新发现的问题": _("新发现的问题"),
    }.get(word, word)  # fmt: skip
