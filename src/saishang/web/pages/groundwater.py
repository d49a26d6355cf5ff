"""Groundwater: points on the map with the class of a year, the same as a table, shares by region and zone, trends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from saishang.apps.indicators.queries import RunFacts
from saishang.apps.registers.queries import EntryView
from saishang.science.groundwater.periods import period_rule
from saishang.web import texts
from saishang.web.pages import site
from saishang.web.pages.air_common import choice
from saishang.web.pages.charts import Chart, MapView
from saishang.web.pages.exports import export
from saishang.web.pages.groundwater_common import (
    POINTS,
    ZONES,
    bases_of,
    choice_name,
    class_cell,
    class_name,
    item_names,
    legend,
    period_kinds,
    point_cell,
    points,
    short,
    table_of,
    yes_no,
)
from saishang.web.pages.registers_common import entry_url, kind_named
from saishang.web.pages.runs import about_run, chosen_run, with_run
from saishang.web.pages.tables import Cell, Column, Table
from saishang.web.pages.water_common import tabs
from saishang.web.reasons import figure, reason_name
from saishang.web.security import public
from saishang.web.texts import counted

__all__ = ["overview"]

#: The colours of `.wq-1` … `.wq-5` and what is written on them; the numeral stands in every mark.
_COLOURS = {
    0: ("#e6eaed", "#1b2733"), 1: ("#b5e0ff", "#03263f"), 2: ("#1763b8", "#ffffff"), 3: ("#14783a", "#ffffff"),
    4: ("#ffe14d", "#3a3000"), 5: ("#ff9a3d", "#2b1300"),
}  # fmt: skip


@public
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """Every point in one year: map, table, shares of class Ⅴ and of targets kept, trends over all years, zones."""
    run = chosen_run(request)
    views = points()
    zones = _zones_table()
    base: dict[str, Any] = {
        "tabs": tabs("groundwater"), "run": run, "registered": len(views), "zones": zones,
        "register": reverse("registers-list", args=[POINTS]) if kind_named(POINTS) else "",
    }  # fmt: skip
    everything = table_of(run, "groundwater_class", "period_kind <> 'sample'", order="point, period")
    if run is None or not everything:
        return export(request, [zones]) or render(request, "groundwater/overview.html", base)
    bases = bases_of(everything)
    basis = choice(request, "basis", [name for name, _words in bases], bases[0][0])
    rows = [row for row in everything if row["basis"] == basis]
    periods = period_kinds([row for row in rows if row["class"] is not None])
    period = choice(request, "period", [name for name, _words in periods], periods[0][0]) if periods else ""
    networks = [("all", _("全部点位")), ("national", _("国家点位"))]
    network = choice(request, "network", [name for name, _words in networks], "all")
    shown = [
        row for row in rows if row["period"] == period and (network == "all" or row["network"] == "national")
    ]  # fmt: skip
    about = about_run(run)
    table = _points_table(shown, views, period, about, request)
    shares = _shares_table(run, basis, period, about)
    trends = _trends_table(run, basis, views, about, request)
    chart = _chart(run, basis, about)
    tables = [table, shares, trends, zones] + ([chart.table] if chart is not None and chart.table is not None else [])
    answer = export(request, tables, invented=basis == "demonstration")
    if answer is not None:
        return answer
    context = base | {
        "periods": periods, "period": period, "period_name": texts.period_name(period), "bases": bases, "basis": basis,
        "networks": networks, "network": network, "figures": _figures(shown), "map": _map(shown, views, request),
        "legend": legend(), "table": table, "shares": shares, "trends": trends, "chart": chart,
        "any_unsure": any(not row["sure"] for row in shown), "demonstration": basis == "demonstration",
    }  # fmt: skip
    return render(request, "groundwater/overview.html", context)


def _figures(rows: Sequence[Mapping[str, Any]]) -> list[tuple[str, str, str]]:
    """(words, figure, remark) of the points that are monitored in the period."""
    mine = [row for row in rows if row["open"]]
    known = [row for row in mine if row["class"] is not None]
    figures = [(_("有类别的点位"), f"{len(known)} / {len(mine)}", _("在用点位"))]
    if not known:
        return figures
    good, five = sum(row["class"] <= 3 for row in known), sum(row["class"] == 5 for row in known)
    judged = [row for row in known if row["complies"] is not None]
    unsure = sum(not row["sure"] for row in known)
    figures += [
        (_("Ⅰ～Ⅲ类"), str(good), _("个点位")),
        (_("Ⅴ类比例"), f"{100 * five / len(known):.1f} %", counted("%(n)s 个点位", five) % {"n": five}),
        (_("达到目标"), f"{sum(bool(row['complies']) for row in judged)} / {len(judged)}", _("可判定的点位")),
    ]
    if unsure:
        figures.append((_("类别待定"), str(unsure), _("缺少必测项目，类别可能更差")))
    return figures


def _map(rows: Sequence[Mapping[str, Any]], views: Mapping[str, EntryView], request: HttpRequest) -> MapView | None:
    layers = site.map_layers()
    if not layers:
        return None
    zones = kind_named(ZONES)
    if zones is not None and points(ZONES):
        layers.append(
            {"id": "zones", "kind": "area", "url": reverse("registers-places", args=[ZONES]), "key": "state",
             "colours": {"": "#7b3fa0"}, "width": 2}
        )  # fmt: skip
    made = []
    for row in rows:
        view = views.get(row["point"])
        if view is None or view.place is None:
            continue
        number = row["class"] or 0
        colour, ink = _COLOURS[number]
        words = class_name(number) or reason_name(row["reason"])
        lon, lat = view.place["coordinates"]
        made.append(
            {"lon": float(lon), "lat": float(lat), "style": "city", "badge": class_name(number) or "–",
             "colour": colour, "ink": ink, "note": f"{view.title}{_('：')}{words}",
             "href": with_run(reverse("groundwater-point", args=[row["point"]]), request)}
        )  # fmt: skip
    if not made:
        return None
    spec = {
        "layers": layers, "points": made, "bounds": site.bounds_of("prefecture"),
        "notice": site.unofficial_map_notice(),
    }  # fmt: skip
    return MapView("points", _("地下水点位分布图；同样的内容列在下面的表里。"), spec)


def _points_table(
    rows: Sequence[Mapping[str, Any]], views: Mapping[str, EntryView], period: str, about: Sequence[str],
    request: HttpRequest,
) -> Table:  # fmt: skip
    kind = kind_named(POINTS)
    columns = [
        Column("point", _("点位"), row_head=True, nowrap=True), Column("region", _("地区"), nowrap=True),
        Column("network", _("监测网")), Column("kind", _("类型")), Column("zone", _("分区")),
        Column("target", _("目标类别")), Column("class", _("质量类别")), Column("complies", _("达到目标")),
        Column("worst", _("定类项目"), long=True), Column("missing", _("缺测必测项目"), long=True),
        Column("samples", _("样品数"), number=True), Column("note", _("备注")),
    ]  # fmt: skip
    listed = [
        {
            "point": point_cell(views, row["point"], "groundwater-point", request),
            "region": site.region_name(row["region"]),
            "network": choice_name(kind, "network", row["network"]),
            "kind": choice_name(kind, "point_kind", row["point_kind"]),
            "zone": choice_name(kind, "zone", row["zone"]),
            "target": class_cell(row["target"]),
            "class": class_cell(row["class"], sure=bool(row["sure"])),
            "complies": yes_no(row["complies"]),
            "worst": item_names(row["worst"]),
            "missing": item_names(row["missing"]),
            "samples": row["samples"],
            "note": texts.listed(
                words for words in (reason_name(row["reason"]), "" if row["open"] else _("已停用")) if words
            ),
        }
        for row in rows
    ]
    title = _("%(period)s各点位地下水质量类别") % {"period": texts.period_name(period)}
    caption = _("按 GB/T 14848 单项评价、最差项目定类；带点框的类别缺少必测项目，实际可能更差，不计为达标。")
    return Table("points", title, columns, listed, about=about, caption=caption, tight=True)


def _shares_table(run: RunFacts, basis: str, period: str, about: Sequence[str]) -> Table:
    kind = kind_named(POINTS)
    rows = table_of(run, "groundwater_shares", "basis = ? and period = ?", [basis, period], "scope, id, network")
    order = {"region": 0, "zone": 1, "point_kind": 2}
    # Counties have a point or two each: their shares are in the run, not in front of a reader.
    known = site.rules().regions
    levels = ("province", "prefecture_city", "management_area")
    rows = [row for row in rows if row["scope"] != "region" or known[row["id"]]["level"] in levels]
    rows = sorted(rows, key=lambda row: (order[row["scope"]], row["id"] != run.region, row["id"], row["network"]))
    columns = [
        Column("group", _("范围"), row_head=True, nowrap=True), Column("network", _("点位")),
        Column("five", _("Ⅴ类比例"), "%", number=True), Column("compliance", _("达标比例"), "%", number=True),
        *[Column(f"class_{n}", class_name(n), number=True) for n in range(1, 6)],
        Column("points", _("参评 / 在用点位"), nowrap=True), Column("note", _("备注")), Column("explain", _("追溯")),
    ]  # fmt: skip
    listed = []
    for row in rows:
        valid = bool(row["valid"])
        name = site.region_name(row["id"]) if row["scope"] == "region" else choice_name(kind, row["scope"], row["id"])
        listed.append(
            {
                "group": name,
                "network": _("国家点位") if row["network"] == "national" else _("全部点位"),
                "five": Cell(row["class_five"], text=figure(row["class_five"], 1), valid=valid),
                "compliance": Cell(row["compliance"], text=figure(row["compliance"], 1), valid=valid),
                **{f"class_{n}": row[f"class_{n}"] for n in range(1, 6)},
                "points": f"{row['points_evaluated']} / {row['points_expected']}",
                "note": reason_name(row["reason"]),
                "explain": _explain(run, row, basis),
            }
        )
    title = _("%(period)sⅤ类比例与达标比例") % {"period": texts.period_name(period)}
    caption = _("带点线的比例有点位没有确定的类别，仅供参考，不用于判断目标。")
    return Table("shares", title, columns, listed, about=about, caption=caption, tight=True)


def _explain(run: RunFacts, row: Mapping[str, Any], basis: str) -> Cell:
    """The way from a region's share to its points, samples and lines."""
    if row["scope"] != "region":
        return Cell(None, text="")
    indicator = "groundwater.class_five_share" if row["network"] == "national" else "groundwater.target_share"
    address = reverse("targets-chain", args=[run.id, indicator, row["id"]])
    return Cell(None, text=_("查看"), href=f"{address}?period={row['period']}&basis={basis}")


def _trends_table(
    run: RunFacts, basis: str, views: Mapping[str, EntryView], about: Sequence[str], request: HttpRequest
) -> Table:
    rows = table_of(run, "groundwater_trends", "basis = ?", [basis], "point, parameter")
    tested = [row for row in rows if not row["reason"]]
    found = [row for row in tested if row["trend"] in ("up", "down")]
    parameters = site.rules().parameters
    columns = [
        Column("point", _("点位"), row_head=True, nowrap=True), Column("item", _("项目"), nowrap=True),
        Column("trend", _("趋势")), Column("slope", _("每年变化"), number=True), Column("unit", _("单位")),
        Column("years", _("年份")), Column("p", _("显著性概率"), number=True),
    ]  # fmt: skip
    listed = [
        {
            "point": point_cell(views, row["point"], "groundwater-point", request),
            "item": short(texts.name_of(parameters[row["parameter"]])),
            "trend": _trend_words(row),
            "slope": Cell(row["slope"], text=f"{row['slope']:+.3g}"),
            "unit": _unit(row["parameter"]),
            "years": f"{row['first']}–{row['last']} ({row['years']})",
            "p": Cell(row["p"], text=figure(row["p"], 3)),
        }
        for row in found
    ]
    rule = period_rule(site.rules())
    caption = _(
        "Mann–Kendall 检验和 Sen 斜率，用年均值，至少 %(least)s 年，显著性水平 %(alpha)s；"
        "共检验 %(tested)s 个序列，这里只列显著的 %(found)s 个；年数不足或大多未检出的 %(left)s 个不检验。"
    ) % {
        "least": rule.min_years, "alpha": rule.alpha, "tested": len(tested), "found": len(found),
        "left": len(rows) - len(tested),
    }  # fmt: skip
    return Table(
        "trends", _("各点位的变化趋势"), columns, listed, about=about, caption=caption, tight=True,
        empty=_("没有显著上升或下降的序列。"),
    )  # fmt: skip


def _trend_words(row: Mapping[str, Any]) -> str:
    up = row["trend"] == "up"
    if row["worse"] is None:
        return _("上升") if up else _("下降")
    return _("上升（变差）") if up else _("下降（好转）")


def _unit(code: str) -> str:
    unit = str(site.rules().parameters[code]["unit"])
    return "" if unit == "1" else unit


def _chart(run: RunFacts, basis: str, about: Sequence[str]) -> Chart | None:
    """Share of class Ⅴ and of targets kept over the years, for the region of the run."""
    rows = table_of(
        run, "groundwater_shares", "scope = 'region' and id = ? and basis = ? and period_kind = 'year'",
        [run.region, basis], "period",
    )  # fmt: skip
    names = sorted({row["period"] for row in rows if row["points_evaluated"]})
    if len(names) < 2:
        return None
    by = {(row["network"], row["period"]): row for row in rows}
    lines = [
        (_("Ⅴ类比例（国家点位）"), "national", "class_five"), (_("Ⅴ类比例（全部点位）"), "all", "class_five"),
        (_("达标比例（全部点位）"), "all", "compliance"),
    ]  # fmt: skip
    lines = [line for line in lines if any((line[1], name) in by for name in names)]
    columns = [Column("period", _("时段"), row_head=True, nowrap=True)]
    columns += [Column(f"{network}-{column}", words, "%", number=True) for words, network, column in lines]

    def at(network: str, column: str, name: str) -> float | None:
        row = by.get((network, name))
        return None if row is None or row[column] is None else round(row[column], 1)

    listed = [
        {"period": texts.period_name(name)}
        | {
            f"{network}-{column}": Cell(
                at(network, column, name), text=figure(at(network, column, name), 1),
                valid=bool(by[network, name]["valid"]) if (network, name) in by else True,
            )
            for _words, network, column in lines
        }
        for name in names
    ]  # fmt: skip
    title = _("Ⅴ类比例与达标比例的变化")
    table = Table("years", title, columns, listed, about=about, tight=True)
    spec = {
        "kind": "lines", "unit": "%", "x": [texts.period_name(name) for name in names],
        "series": [
            {"name": words, "data": [at(network, column, name) for name in names]} for words, network, column in lines
        ],
    }  # fmt: skip
    return Chart("years", _("%(title)s折线图；同样的数字列在下面的表里。") % {"title": title}, spec, table)


def _zones_table() -> Table:
    kind = kind_named(ZONES)
    columns = [
        Column("zone", _("分区"), row_head=True), Column("kind", _("类别")), Column("region", _("地区")),
        Column("area", _("面积"), "km²", number=True), Column("drawn", _("划定日期"), nowrap=True),
        Column("rules", _("管控要求"), long=True), Column("note", _("备注")),
    ]  # fmt: skip
    listed = [
        {
            "zone": Cell(view.key, text=view.title, href=entry_url(kind, view.pk) if kind else None),
            "kind": choice_name(kind, "zone", view.values.get("zone")),
            "region": site.region_name(view.region),
            "area": view.values.get("area"),
            "drawn": view.values.get("drawn_on"),
            "rules": view.values.get("rules"),
            "note": _("演示条目") if view.standing.invented else "",
        }
        for view in points(ZONES).values()
        if not view.withdrawn
    ]
    return Table(
        "zones", _("重点区、水源保护区和补给区"), columns, listed, tight=True,
        empty=_("名录中还没有分区。有权限的人员可在“名录”中登记或批量导入。"),
    )  # fmt: skip
