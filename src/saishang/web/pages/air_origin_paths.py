"""Air: paths of the air to a city, which cells polluted days passed more often (PSCF), and over which regions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from saishang.web import texts
from saishang.web.pages import site
from saishang.web.pages.air_common import item_name
from saishang.web.pages.air_origin_common import (
    Asked,
    asked,
    direction_name,
    limits,
    of_kind,
    percent,
    probability,
    reason_words,
    season_name,
    settings_of,
)
from saishang.web.pages.charts import MapView
from saishang.web.pages.exports import export
from saishang.web.pages.runs import about_run
from saishang.web.pages.tables import Cell, Column, Table
from saishang.web.security import public

__all__ = ["paths"]

#: Lower bounds of the weighted PSCF's steps, and their colours.
_STEPS = ((0.5, "#800026"), (0.35, "#e31a1c"), (0.2, "#fd8d3c"), (0.1, "#fed976"), (0.0, "#ffffcc"))
_LINE = "#3b2a7a"


@public
@require_safe
def paths(request: HttpRequest) -> HttpResponse:
    """Paths, PSCF and residence of one city, item and season."""
    found = asked(request, "air-origin-paths")
    context = found.context
    if found.run is None or found.rows is None:
        return render(request, "air/origin_paths.html", context)
    context |= {"limits": limits("paths"), "settings": settings_of()}
    rows = of_kind(found.rows, "paths", city=found.city)
    mine = [
        row for row in rows
        if (row["reason"] in ("no_field", "no_day") and "parameter" not in row)
        or (row.get("parameter"), row.get("season")) == (found.parameter, found.season)
    ]  # fmt: skip
    if not mine or mine[0]["reason"]:
        reason = mine[0]["reason"] if mine else "no_field"
        return render(request, "air/origin_paths.html", context | {"empty": reason_words(reason)})
    row = mine[0]
    field = of_kind(found.rows, "field")[0]
    tables = [_cells(found, row), _regions(found, row), _drawn(found, row), _field(found, field)]
    context |= {
        "map": _map(found, row, field), "legend": _legend(), "cells": tables[0], "regions": tables[1],
        "drawn": tables[2], "field": tables[3], "told": _told(found, row, field), "answer": _answer(found, row),
        "error": _error(row, field),
    }  # fmt: skip
    return export(request, tables) or render(request, "air/origin_paths.html", context)


def _about(found: Asked) -> list[str]:
    return [
        f"{found.city_name} · {item_name(found.parameter)} · {season_name(found.season)}", *about_run(found.run)
    ]  # fmt: skip


def _told(found: Asked, row: Mapping[str, Any], field: Mapping[str, Any]) -> str:
    words = _(
        "%(first)s 至 %(last)s 间 %(days)s 天有浓度也有风场，其中高于 %(limit)s %(unit)s 的 %(above)s 天作为污染日；"
        "每天一条轨迹，正午到达，倒推 %(hours)s 小时，%(short)s 条中途离开风场。"
    )
    text = words % {
        "first": row["first"], "last": row["last"], "days": row["days"], "limit": found.figure(row["threshold"]),
        "unit": found.unit, "above": row["above"], "hours": f"{row['hours']:g}", "short": row["short"],
    }  # fmt: skip
    if row["without"]:
        more = _("另有 %(n)s 天有浓度而没有风场（风场到 %(last)s 为止），不计入。") % {
            "n": row["without"], "last": field["last"],
        }  # fmt: skip
        return texts.sentences((text, more))
    return text


def _answer(found: Asked, row: Mapping[str, Any]) -> str:
    out = [cell for cell in row["cells"] if _out(cell)]
    parts = []
    more = sorted(row["residence"], key=lambda each: each[2] - each[1])
    gained = [each for each in more if each[1] - each[2] >= 0.02][:3]
    if gained:
        told = texts.listed(f"{_region(name)} ({percent(a)} % / {percent(b)} %)" for name, a, b in gained)
        parts.append(_("污染日的空气比平时更多经过：%(list)s（污染日 / 所有日的时间占比）。") % {"list": told})
    else:
        parts.append(_("污染日与平时经过的地区没有明显差别。"))
    if not row["shifts"]:
        parts.append(_("天数太少，不能检验哪些网格突出。"))
    elif out:
        lon = sum(cell[0] for cell in out) / len(out) + row["cell"] / 2
        lat = sum(cell[1] for cell in out) / len(out) + row["cell"] / 2
        parts.append(
            _("%(n)s 个网格突出，中心约在 %(lon)s°E，%(lat)s°N。")
            % {"n": len(out), "lon": f"{lon:.1f}", "lat": f"{lat:.1f}"}
        )
    else:
        parts.append(_("没有网格突出：差别在偶然范围内，不指认来源地。"))
    return texts.sentences(parts)


def _out(cell: Sequence[Any]) -> bool:
    return cell[7] is not None and cell[7] <= float(settings_of()["probability"]["stands_out_percent"]) / 100


def _error(row: Mapping[str, Any], field: Mapping[str, Any]) -> str:
    drift = field["home_error"] * 3.6
    words = _(
        "留一检验：用其余各点插出本区日均风，矢量均方根误差 %(error)s m/s。若误差始终朝一个方向，"
        "倒推 24 小时位置差约 %(one)s 公里，%(hours)s 小时约 %(two)s 公里；网格边长约 %(cell)s 公里。"
    )
    return words % {
        "error": f"{field['home_error']:.1f}", "one": f"{drift * 24:.0f}", "hours": f"{row['hours']:g}",
        "two": f"{drift * row['hours']:.0f}", "cell": f"{row['cell'] * 100:.0f}",
    }  # fmt: skip


def _region(name: str) -> str:
    """Words for where an end of a path lies."""
    kind, _sep, code = name.partition(":")
    if not code:
        return site.region_name(name)
    if kind == "far":
        return _("更远的%(direction)s方") % {"direction": direction_name(code)}
    for row in site.rules().table(f"sites/{site.site()}/origin_places").rows:
        if str(row["code"]) == code:
            return _("%(name)s一带") % {"name": texts.name_of(row)}
    return code


def _cells(found: Asked, row: Mapping[str, Any]) -> Table:
    columns = [
        Column("place", _("网格西南角"), row_head=True, nowrap=True), Column("days", _("经过天数"), number=True),
        Column("ends", _("端点 n"), number=True), Column("above", _("污染日端点 m"), number=True),
        Column("share", "PSCF", "%", number=True), Column("weighted", _("加权 PSCF"), "%", number=True),
        Column("chance", _("偶然达到"), number=True), Column("out", _("结论"), nowrap=True),
    ]  # fmt: skip
    ordered = sorted(row["cells"], key=lambda cell: (not _out(cell), -cell[6], cell[0], cell[1]))
    listed = [
        {"place": f"{cell[0]:g}°E {cell[1]:g}°N", "days": cell[4], "ends": cell[2], "above": cell[3],
         "share": Cell(cell[5], text=percent(cell[5])), "weighted": Cell(cell[6], text=percent(cell[6])),
         "chance": Cell(cell[7], text=probability(cell[7])), "out": _("突出") if _out(cell) else _("不突出")}
        for cell in ordered
    ]  # fmt: skip
    caption = _(
        "PSCF = m/n，所有网格平均 %(overall)s %%。"
        "另有 %(hidden)s 格经过不足 %(least)s 天，不显示。页面列前 20 格，导出全部。"
    ) % {
        "overall": percent(row["overall"]), "hidden": row["hidden"],
        "least": settings_of()["trajectory"]["least_days"],
    }  # fmt: skip
    return Table(
        "pscf", _("潜在源贡献函数（PSCF）"), columns, listed[:20], about=_about(found), tight=True, caption=caption,
        everything=listed, empty=_("没有一格有足够的天数。"),
    )  # fmt: skip


def _regions(found: Asked, row: Mapping[str, Any]) -> Table:
    columns = [
        Column("region", _("地区"), row_head=True, nowrap=True), Column("high", _("污染日"), "%", number=True),
        Column("all", _("所有日"), "%", number=True), Column("difference", _("相差"), _("百分点"), number=True),
    ]  # fmt: skip
    listed = [
        {"region": _region(name), "high": Cell(a, text=percent(a, 1)), "all": Cell(b, text=percent(b, 1)),
         "difference": Cell(a - b, text=texts.signed((a - b) * 100))}
        for name, a, b in row["residence"]
    ]  # fmt: skip
    caption = _(
        "倒推的 %(hours)s 小时里空气停留在各地的时间占比。区外按最近的城市（%(near)s 公里内）归并，"
        "再远的只说方向。页面列前 14 处，导出全部。"
    ) % {"hours": f"{row['hours']:g}", "near": settings_of()["trajectory"]["place_reach_km"]}
    return Table(
        "regions", _("空气经过的地区"), columns, listed[:14], about=_about(found), tight=True, caption=caption,
        everything=listed,
    )  # fmt: skip


def _drawn(found: Asked, row: Mapping[str, Any]) -> Table:
    columns = [
        Column("day", _("日期"), row_head=True, nowrap=True),
        Column("value", item_name(found.parameter), found.unit, number=True),
        Column("from", _("倒推终点"), nowrap=True), Column("line", _("轨迹（经度,纬度，每三小时）"), export_only=True),
    ]  # fmt: skip
    listed = []
    for path in row["paths"]:
        lon, lat = path["line"].split(" ")[-1].split(",")
        listed.append(
            {"day": Cell(path["day"], href=reverse("air-day", args=[found.city, path["day"]])),
             "value": Cell(path["value"], text=found.figure(path["value"])),
             "from": f"{float(lon):.1f}°E {float(lat):.1f}°N",
             "line": path["line"]}
        )  # fmt: skip
    title = _("浓度最高的 %(n)s 天的轨迹") % {"n": len(listed)}
    return Table("paths", title, columns, listed, about=_about(found), tight=True)


def _field(found: Asked, field: Mapping[str, Any]) -> Table:
    columns = [
        Column("name", _("风点"), row_head=True, nowrap=True), Column("place", _("经度，纬度"), nowrap=True),
        Column("error", _("留一误差"), "m/s", number=True), Column("spread", _("风本身的变动"), "m/s", number=True),
        Column("ratio", _("误差比变动"), number=True),
    ]  # fmt: skip
    listed = [
        {"name": texts.both(point["zh"], point["en"]), "place": f"{point['lon']:g}, {point['lat']:g}",
         "error": Cell(point["error"], text=f"{point['error']:.1f}"),
         "spread": Cell(point["spread"], text=f"{point['spread']:.1f}"),
         "ratio": Cell(point["error"] / point["spread"], text=f"{point['error'] / point['spread']:.2f}")}
        for point in field["points"]
    ]  # fmt: skip
    caption = _("误差与变动一样大（比值 1）时，其余各点对这里的风什么也没说。风场 %(first)s 至 %(last)s。") % {
        "first": field["first"], "last": field["last"],
    }  # fmt: skip
    return Table("wind-field", _("风场的各点"), columns, listed, about=_about(found), tight=True, caption=caption)


def _step(weighted: float) -> str:
    return next(f"s{n}" for n, (low, _colour) in enumerate(_STEPS) if weighted >= low)


def _legend() -> list[tuple[str, str]]:
    bounds = [f"{low * 100:g}" for low, _colour in _STEPS]
    words = [f"≥ {bounds[0]} %", *(f"{low}–{high} %" for high, low in pairwise(bounds))]
    return [(colour, word) for (_low, colour), word in zip(_STEPS, words, strict=True)]


def _map(found: Asked, row: Mapping[str, Any], field: Mapping[str, Any]) -> MapView:
    size = row["cell"]
    cells = [
        _feature(
            "Polygon", [[[x, y], [x + size, y], [x + size, y + size], [x, y + size], [x, y]]], step=_step(weighted)
        )
        for x, y, _ends, _above, _days, _share, weighted, _p in row["cells"]
    ]  # fmt: skip
    lines = [
        _feature("LineString", [[float(v) for v in point.split(",")] for point in path["line"].split(" ")])
        for path in row["paths"]
    ]
    layers = [
        *site.map_layers(),
        {"id": "pscf", "kind": "area", "key": "step", "colours": {f"s{n}": c for n, (_l, c) in enumerate(_STEPS)},
         "opacity": 0.6, "width": 0.3, "data": {"type": "FeatureCollection", "features": cells}},
        {"id": "paths", "kind": "line", "colour": _LINE, "width": 1.4, "opacity": 0.75,
         "data": {"type": "FeatureCollection", "features": lines}},
    ]  # fmt: skip
    lons = [x for cell in row["cells"] for x in (cell[0], cell[0] + size)] or [100, 110]
    lats = [y for cell in row["cells"] for y in (cell[1], cell[1] + size)] or [34, 41]
    bounds = [[min(lons), min(lats)], [max(lons), max(lats)]]
    points: list[dict[str, Any]] = []
    places = site.city_places()
    if found.city in places:
        lon, lat = places[found.city]
        points.append({"lon": lon, "lat": lat, "label": found.city_name, "note": found.city_name, "style": "point",
                       "colour": "#111827"})  # fmt: skip
    for point in field["points"]:
        inside = bounds[0][0] <= point["lon"] <= bounds[1][0] and bounds[0][1] <= point["lat"] <= bounds[1][1]
        if inside:
            name = texts.both(point["zh"], point["en"])
            note = _("%(name)s：再分析风的点") % {"name": name}
            points.append({"lon": point["lon"], "lat": point["lat"], "label": name, "note": note, "style": "point"})
    for town in site.rules().table(f"sites/{site.site()}/origin_places").rows:
        if town["kind"] == "place":
            points.append({"lon": float(town["lon"]), "lat": float(town["lat"]), "note": texts.name_of(town),
                           "style": "point", "colour": "#7f8c99"})  # fmt: skip
    label = _("到达%(city)s的轨迹和 PSCF 网格；同样的数字列在下面的表里。") % {"city": found.city_name}
    spec = {"layers": layers, "points": points, "bounds": bounds, "notice": site.unofficial_map_notice()}
    return MapView("paths", label, spec)


def _feature(kind: str, coordinates: Any, **properties: Any) -> dict[str, Any]:
    return {"type": "Feature", "properties": properties, "geometry": {"type": kind, "coordinates": coordinates}}
