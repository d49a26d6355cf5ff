"""Air: the monitoring stations on the map and in a table, with the mean of a period and its coverage."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from saishang.apps.indicators import queries
from saishang.apps.indicators.queries import RunFacts
from saishang.science.air.from_rules import limit_set
from saishang.web import texts
from saishang.web.pages import site
from saishang.web.pages.air_common import ITEMS, choice, decimals, item_name, tabs
from saishang.web.pages.charts import MapView
from saishang.web.pages.exports import export
from saishang.web.pages.runs import about_run, chosen_run
from saishang.web.pages.tables import Cell, Column, Table
from saishang.web.reasons import figure, reason_name
from saishang.web.security import public

__all__ = ["stations"]


@public
@require_safe
def stations(request: HttpRequest) -> HttpResponse:
    """Stations on the map and in a table, with the mean of a period and its coverage."""
    run = chosen_run(request)
    base: dict[str, Any] = {"tabs": tabs("air-stations"), "run": run}
    listed = site.stations()
    if not listed:
        return render(request, "air/stations.html", base)
    parameter = choice(request, "parameter", ITEMS, "PM2.5")
    found: dict[str, dict[str, Any]] = {}
    periods: list[str] = []
    period = ""
    if run is not None:
        rows = queries.select(
            run.id, "period_statistics",
            "scope = 'station' and parameter = ? and statistic = 'mean' and basis = 'measured' and value is not null",
            [parameter], order="period",
        )  # fmt: skip
        periods = sorted({row["period"] for row in rows}, key=lambda p: (p.split("..")[-1], len(p)), reverse=True)
        period = choice(request, "period", periods, periods[0]) if periods else ""
        found = {row["id"]: row for row in rows if row["period"] == period}
    unit = site.rules().parameters[parameter]["unit"]
    table = _station_table(listed, found, parameter, unit, period, run)
    limits = _limits(parameter, period, run)
    view = None
    if site.map_layers():
        spec = _station_map(listed, found, parameter, unit, limits)
        view = MapView("stations", _("监测站地图；同样的数字列在旁边的表里。"), spec)
    context = base | {
        "items": [(code, texts.name_of(site.rules().parameters[code])) for code in ITEMS],
        "periods": [(name, texts.period_name(name)) for name in periods],
        "parameter": parameter, "period": period, "table": table, "map": view,
        "legend": _legend(limits, unit), "limits": limits[2] if limits else "",
    }  # fmt: skip
    return export(request, [table]) or render(request, "air/stations.html", context)


def _station_table(
    listed: list[Any], found: dict[str, dict[str, Any]], parameter: str, unit: str, period: str, run: RunFacts | None
) -> Table:
    columns = [
        Column("code", _("编号"), row_head=True, nowrap=True),
        Column("name", _("站点"), nowrap=True),
        Column("value", item_name(parameter), unit, number=True),
        Column("days", _("有效 / 应有天数"), number=True),
        Column("weak", _("有效性"), export_only=True),
        Column("city", _("城市"), nowrap=True),
        Column("role", _("城市均值"), nowrap=True),
        Column("place", _("经度，纬度"), export_only=True),
        Column("status", _("核实状态"), nowrap=True),
    ]
    rows = []
    for station in listed:
        row = found.get(station["code"])
        rows.append(
            {
                "code": station["code"],
                "name": Cell(
                    texts.name_of(station),
                    note=_("%(day)s 停用") % {"day": station["closed"]} if station["closed"] else "",
                ),
                "city": site.region_name(station["region"]),
                "value": Cell(
                    None if row is None else row["rounded"],
                    text=figure(None if row is None else row["rounded"], decimals(parameter)),
                    valid=row is None or bool(row["valid"]),
                ),
                "days": "" if row is None else f"{row['days_valid']} / {row['days_expected']}",
                "role": Cell(station["city_mean"], text=_("参与") if station["city_mean"] else _("对照点")),
                "weak": "" if row is None else _("有效") if row["valid"] else reason_name(row["reason"]),
                "place": f"{station['lon']}, {station['lat']}" if station["lon"] is not None else "",
                "status": Cell(station["status"], text=texts.mark_name(station["status"])),
            }
        )
    title = _("监测站") if not period else _("各站%(item)s平均浓度，%(period)s") % {
        "item": item_name(parameter), "period": texts.period_name(period),
    }  # fmt: skip
    caption = _("带点线的数字有效天数不足，仅供参考。") if any(not row["value"].valid for row in rows) else ""
    return Table("stations", title, columns, rows, about=about_run(run), tight=True, caption=caption)


#: Colours of the map's steps: up to the class 1 limit, up to class 2, above it; a value without limit; no value.
_STEPS = {"class1": "#cfeaf7", "class2": "#4d9fcf", "over": "#a8410f", "value": "#4d9fcf", "none": "#e6eaed"}
Limits = tuple[Fraction | None, Fraction, str]


def _limits(parameter: str, period: str, run: RunFacts | None) -> Limits | None:
    """Annual limits in force at the end of the period: class 1, class 2, the set's name; None without such a limit."""
    if run is None or not period:
        return None
    found = limit_set(site.rules(), min(date(int(period.split("..")[-1][:4]), 12, 31), run.as_of))
    high = found.limit(parameter, "annual")
    return None if high is None else (found.limit(parameter, "annual", 1), high, texts.limits_name(found.name))


def _step(value: float | None, limits: Limits | None) -> str:
    """Which step a rounded mean stands on."""
    if value is None or limits is None:
        return "none" if value is None else "value"
    low, high, _name = limits
    if value > high:
        return "over"
    return "class1" if low is not None and value <= low else "class2"


def _legend(limits: Limits | None, unit: str) -> list[tuple[str, str]]:
    """(step, words) of the map."""
    if limits is None:
        return [("value", _("有数值")), ("none", _("无数值"))]
    low, high, _name = limits
    steps = [
        ("class2", _("≤ %(limit)s %(unit)s（二级）") % {"limit": f"{float(high):g}", "unit": unit}),
        ("over", _("> %(limit)s %(unit)s（超过二级）") % {"limit": f"{float(high):g}", "unit": unit}),
        ("none", _("无数值")),
    ]
    if low is None:
        return steps
    return [("class1", _("≤ %(limit)s %(unit)s（一级）") % {"limit": f"{float(low):g}", "unit": unit}), *steps]


def _station_map(
    listed: list[Any], found: dict[str, dict[str, Any]], parameter: str, unit: str, limits: Limits | None
) -> dict[str, Any]:
    points = []
    for station in listed:
        if station["lon"] is None or station["lat"] is None:
            continue
        row = found.get(station["code"])
        shown = figure(None if row is None else row["rounded"], decimals(parameter))
        note = f"{station['code']} {texts.name_of(station)} · {item_name(parameter)} {shown} {unit}"
        step = _step(None if row is None else row["rounded"], limits)
        points.append(
            {"lon": float(station["lon"]), "lat": float(station["lat"]),
             "note": note, "style": "point", "colour": _STEPS[step]}
        )  # fmt: skip
    return {
        "layers": site.map_layers(),
        "points": points,
        "bounds": site.bounds_of("prefecture"),
        "notice": site.unofficial_map_notice(),
    }
