"""Long-term monitoring points of soil: results of the last round, shares by region, one point with every round."""

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
from saishang.web import texts
from saishang.web.pages import site
from saishang.web.pages.air_common import choice
from saishang.web.pages.charts import MapView
from saishang.web.pages.exports import export
from saishang.web.pages.groundwater_common import (
    bases_of,
    choice_name,
    item_names,
    line_cell,
    plain,
    point_cell,
    points,
    short,
    table_of,
)
from saishang.web.pages.registers_common import entry_url, kind_named
from saishang.web.pages.runs import about_run, chosen_run, with_run
from saishang.web.pages.soil_common import POINTS, explain_cell, result_name, tabs, values_of
from saishang.web.pages.tables import Cell, Column, Table
from saishang.web.reasons import figure, reason_name
from saishang.web.security import public

__all__ = ["overview", "point"]

_INDICATOR = "soil.points_within_screening"
#: Result → (badge, colour, ink) on the map; the sign stands in every mark.
_MARKS = {
    "priority": ("○", "#14783a", "#ffffff"), "below_screening": ("○", "#14783a", "#ffffff"),
    "safe_use": ("△", "#ffe14d", "#3a3000"), "over_screening": ("△", "#ffe14d", "#3a3000"),
    "strict": ("✕", "#c80f0f", "#ffffff"), "over_intervention": ("✕", "#c80f0f", "#ffffff"),
}  # fmt: skip


@public
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """Every point with its last sample up to a year, shares within the values, on the map and as a table."""
    run, views = chosen_run(request), points(POINTS)
    base: dict[str, Any] = {
        "tabs": tabs("soil-points"), "run": run, "registered": len(views),
        "register": reverse("registers-list", args=[POINTS]) if kind_named(POINTS) else "",
    }  # fmt: skip
    everything = table_of(run, "soil_samples", order="point, period")
    if run is None or not everything:
        return render(request, "soil/points.html", base)
    bases = bases_of(everything)
    basis = choice(request, "basis", [name for name, _words in bases], bases[0][0])
    rows = [row for row in everything if row["basis"] == basis]
    years = sorted({str(row["year"]) for row in rows}, reverse=True)
    year = choice(request, "year", years, years[0])
    last = {row["point"]: row for row in rows if row["year"] <= int(year)}
    about = about_run(run)
    table = _points_table(list(last.values()), views, about, request)
    shares = _shares_table(run, basis, about)
    answer = export(request, [table, shares], invented=basis == "demonstration")
    if answer is not None:
        return answer
    known = [row for row in last.values() if row["result"] is not None]
    within = sum(row["result"] in ("priority", "below_screening") for row in known)
    context = base | {
        "bases": bases, "basis": basis, "years": [(name, texts.period_name(name)) for name in years], "year": year,
        "table": table, "shares": shares, "map": _map(last, views, request), "demonstration": basis == "demonstration",
        "figures": [
            (_("有结果的点位"), f"{len(last)} / {len(views)}", _("登记的点位")),
            (_("不超筛选值"), str(within), _("个点位")),
            (_("超筛选值"), str(len(known) - within), _("个点位")),
            (_("无法判定"), str(len(last) - len(known)), _("缺测项目或pH")),
        ],
    }  # fmt: skip
    return render(request, "soil/points.html", context)


def _map(last: Mapping[str, Mapping[str, Any]], views: Mapping[str, EntryView], request: HttpRequest) -> MapView | None:
    layers, made = site.map_layers(), []
    for code, row in last.items():
        view = views.get(code)
        if view is None or view.place is None:
            continue
        badge, colour, ink = _MARKS.get(row["result"] or "", ("?", "#e6eaed", "#1b2733"))
        lon, lat = view.place["coordinates"]
        made.append(
            {"lon": float(lon), "lat": float(lat), "style": "city", "badge": badge, "colour": colour, "ink": ink,
             "note": f"{view.title}{_('：')}{result_name(row['result'])}",
             "href": with_run(reverse("soil-point", args=[code]), request)}
        )  # fmt: skip
    if not layers or not made:
        return None
    spec = {
        "layers": layers, "points": made, "bounds": site.bounds_of("prefecture"),
        "notice": site.unofficial_map_notice(),
    }  # fmt: skip
    return MapView("points", _("土壤监测点分布图；同样的内容列在下面的表里。"), spec)


def _points_table(
    rows: Sequence[Mapping[str, Any]], views: Mapping[str, EntryView], about: Sequence[str], request: HttpRequest
) -> Table:
    kind = kind_named(POINTS)
    columns = [
        Column("point", _("点位"), row_head=True, nowrap=True), Column("region", _("地区"), nowrap=True),
        Column("use", _("用地")), Column("day", _("采样日"), nowrap=True), Column("ph", "pH", number=True),
        Column("result", _("评价")), Column("over", _("超过的项目"), long=True),
        Column("missing", _("缺测项目"), long=True), Column("note", _("备注")),
    ]  # fmt: skip
    listed = [
        {
            "point": point_cell(views, row["point"], "soil-point", request),
            "region": site.region_name(row["region"]), "use": choice_name(kind, "land_use", row["land_use"]),
            "day": row["period"],
            "ph": Cell(row["ph"], text=figure(row["ph"], 2), note=_("登记值") if row["ph_from"] == "register" else ""),
            "result": result_name(row["result"]),
            "over": item_names(f"{row['over_intervention']},{row['over_screening']}"),
            "missing": item_names(row["missing"]), "note": reason_name(row["reason"]),
        }
        for row in rows
    ]  # fmt: skip
    caption = _("农用地按 GB 15618（用地和pH），建设用地按 GB 36600；缺测的项目不推断，可能使评价变差时不下结论。")
    return Table("points", _("各点位最近一次结果"), columns, listed, about=about, caption=caption, tight=True)


def _shares_table(run: RunFacts, basis: str, about: Sequence[str]) -> Table:
    rows = table_of(run, "soil_shares", "basis = ? and land = 'all'", [basis], "period desc, id")
    values = values_of(run, _INDICATOR)
    columns = [
        Column("period", _("时段"), row_head=True, nowrap=True), Column("region", _("地区"), nowrap=True),
        Column("share", _("达标比例"), "%", number=True), Column("within", _("不超筛选值"), number=True),
        Column("over", _("超筛选值"), number=True), Column("strict", _("超管制值"), number=True),
        Column("points", _("可判定 / 采样 / 在用"), nowrap=True), Column("note", _("备注")),
        Column("explain", _("追溯")),
    ]  # fmt: skip
    listed = [
        {
            "period": texts.period_name(row["period"]), "region": site.region_name(row["id"]),
            "share": Cell(row["share"], text=figure(row["share"], 1), valid=bool(row["valid"])),
            "within": row["within"], "over": row["over_screening"], "strict": row["over_intervention"],
            "points": f"{row['points_evaluated']} / {row['points_sampled']} / {row['points_expected']}",
            "note": reason_name(row["reason"]),
            "explain": explain_cell(run, _INDICATOR, values.get((row["id"], row["period"], basis))),
        }
        for row in rows
        if site.rules().regions[row["id"]]["level"] in ("province", "prefecture_city")
    ]  # fmt: skip
    caption = _("每点取当年最后一次采样；带点线的比例有点位无法判定，仅供参考。")
    return Table("shares", _("各地区达标比例"), columns, listed, about=about, caption=caption, tight=True)


@public
@require_safe
def point(request: HttpRequest, code: str) -> HttpResponse:
    """One point: every round against the values, what changed between rounds, samples down to file and line."""
    view = points(POINTS).get(code)
    if view is None:
        raise Http404(_("没有编码为“%(code)s”的土壤监测点。") % {"code": code})
    run, kind = chosen_run(request), kind_named(POINTS)
    base: dict[str, Any] = {
        "run": run, "name": view.title, "facts": _facts(view), "demonstration": view.standing.invented,
        "entry": entry_url(kind, view.pk) if kind is not None else "",
    }  # fmt: skip
    rounds = table_of(run, "soil_samples", "point = ?", [code], "period")
    if run is None or not rounds:
        return render(request, "soil/point.html", base)
    about = [view.title, *about_run(run)]
    days = [row["period"] for row in rounds]
    day = choice(request, "day", days, days[-1])
    items = table_of(run, "soil_items", "point = ? and period = ?", [code, day], "parameter")
    table = _rounds_table(rounds, about)
    results = _results_table(run, code, day, items, about)
    answer = export(request, [table, results], invented=view.standing.invented)
    if answer is not None:
        return answer
    context = base | {
        "rounds": table, "results": results, "day": day,
        "days": [(name, texts.period_name(name)) for name in reversed(days)],
    }  # fmt: skip
    return render(request, "soil/point.html", context)


def _facts(view: EntryView) -> list[tuple[str, str]]:
    kind, values = kind_named(POINTS), view.values
    facts = [
        (_("编码"), view.key), (_("地区"), site.region_name(view.region)),
        (_("用地"), choice_name(kind, "land_use", values.get("land_use"))),
        (_("土壤pH（登记）"), str(values.get("ph") or "")), (_("采样深度"), str(values.get("depth") or "")),
        (_("启用"), str(values.get("opened") or "")), (_("停用"), str(values.get("closed") or "")),
        (_("坐标"), ", ".join(str(part) for part in view.place["coordinates"]) if view.place else _("未登记")),
    ]  # fmt: skip
    return [(label, text) for label, text in facts if text]


def _rounds_table(rows: Sequence[Mapping[str, Any]], about: Sequence[str]) -> Table:
    columns = [
        Column("day", _("采样日"), row_head=True, nowrap=True), Column("ph", "pH", number=True),
        Column("result", _("评价")), Column("intervention", _("超管制值"), long=True),
        Column("screening", _("超筛选值"), long=True), Column("missing", _("缺测项目"), long=True),
        Column("note", _("备注")),
    ]  # fmt: skip
    listed = [
        {
            "day": row["period"],
            "ph": Cell(row["ph"], text=figure(row["ph"], 2), note=_("登记值") if row["ph_from"] == "register" else ""),
            "result": result_name(row["result"]),
            "intervention": item_names(row["over_intervention"]), "screening": item_names(row["over_screening"]),
            "missing": item_names(row["missing"]), "note": reason_name(row["reason"]),
        }
        for row in rows
    ]  # fmt: skip
    return Table("rounds", _("历次评价"), columns, listed, about=about, tight=True)


def _results_table(
    run: RunFacts, code: str, day: str, items: Sequence[Mapping[str, Any]], about: Sequence[str]
) -> Table:
    on = date.fromisoformat(day)
    files = file_links(site_lake(), queries.get_run(run.id), "soil", [code], on, on + timedelta(days=1))
    parameters = site.rules().parameters
    directions = {"rising": _("升高"), "falling": _("降低"), "steady": _("持平"), "cannot_tell": _("无法比较")}
    columns = [
        Column("item", _("项目"), row_head=True, long=True), Column("value", _("含量"), "mg/kg", number=True),
        Column("screening", _("筛选值"), "mg/kg", number=True),
        Column("intervention", _("管制值"), "mg/kg", number=True), Column("result", _("评价")),
        Column("before", _("上次"), "mg/kg", number=True), Column("change", _("变化"), "%", number=True),
        Column("direction", _("累积趋势")), Column("line", _("文件和行")),
    ]  # fmt: skip
    # What is over a value comes first, what is missing next: a long list of clean items must not hide either.
    order = {"over_intervention": 0, "over_screening": 1, None: 2, "within": 3}
    listed = []
    for row in sorted(items, key=lambda row: (order[row["result"]], row["parameter"])):
        links = files.get((code, row["parameter"]), ())
        shown = None if row["value"] is None else plain(row["value"])
        if row["below"] and row["value"] is not None:
            shown = f"<{plain(2 * row['value'])}"
        listed.append(
            {
                "item": short(texts.name_of(parameters[row["parameter"]])), "value": Cell(row["value"], text=shown),
                "screening": Cell(row["screening"], text=plain(row["screening"])),
                "intervention": Cell(row["intervention"], text=None if row["intervention"] is None
                                     else plain(row["intervention"])),
                "result": _("缺测") if row["result"] is None else result_name(row["result"]),
                "before": Cell(row["before"], text=None if row["before"] is None else plain(row["before"])),
                "change": Cell(row["change_percent"], text=None if row["change_percent"] is None
                               else f"{row['change_percent']:+.1f}"),
                "direction": directions.get(row["direction"], ""),
                "line": line_cell(links[0].facts["batch"], links[0].facts["line"], links[0].facts["cell"],
                                  links[0].name) if links else Cell(None),
            }
        )  # fmt: skip
    title = _("%(day)s采样的结果") % {"day": texts.period_name(day)}
    caption = _(
        "低于检出限的以检出限的一半参加评价，标“<”；与同一点位上一次采样比较，变化不超过 20% 视为持平（自定）。"
    )
    return Table("results", title, columns, listed, about=about, caption=caption, tight=True)
