"""Air: the monitoring stations on the map and in a table, with the mean of a period and its coverage."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from saishang.apps.indicators import queries
from saishang.apps.indicators.queries import RunFacts
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
    layers = site.map_layers()
    view = (
        MapView("stations", _("监测站地图"), _station_map(listed, found, parameter, unit, layers)) if layers else None
    )
    context = base | {
        "items": [(code, texts.name_of(site.rules().parameters[code])) for code in ITEMS],
        "periods": [(name, texts.period_name(name)) for name in periods],
        "parameter": parameter, "period": period, "table": table, "map": view,
    }  # fmt: skip
    return export(request, [table]) or render(request, "air/stations.html", context)


def _station_table(
    listed: list[Any], found: dict[str, dict[str, Any]], parameter: str, unit: str, period: str, run: RunFacts | None
) -> Table:
    columns = [
        Column("code", _("编号"), row_head=True, nowrap=True),
        Column("name", _("站点"), nowrap=True),
        Column("city", _("城市"), nowrap=True),
        Column("value", f"{item_name(parameter)} {texts.period_name(period)}".strip(), unit, number=True),
        Column("days", _("有效 / 应有天数"), number=True),
        Column("role", _("是否参与城市均值")),
        Column("opened", _("启用"), nowrap=True),
        Column("closed", _("停用"), nowrap=True),
        Column("place", _("经度，纬度"), number=True, wide_only=True),
        Column("status", _("核实状态")),
    ]
    rows = []
    for station in listed:
        row = found.get(station["code"])
        rows.append(
            {
                "code": station["code"],
                "name": texts.name_of(station),
                "city": site.region_name(station["region"]),
                "value": Cell(
                    None if row is None else row["rounded"],
                    text=figure(None if row is None else row["rounded"], decimals(parameter)),
                    valid=row is None or bool(row["valid"]),
                    note="" if row is None or row["valid"] else reason_name(row["reason"]),
                ),
                "days": "" if row is None else f"{row['days_valid']} / {row['days_expected']}",
                "role": Cell(station["city_mean"], text=_("参与") if station["city_mean"] else _("不参与（对照点）")),
                "opened": station["opened"],
                "closed": station["closed"],
                "place": f"{station['lon']}, {station['lat']}" if station["lon"] is not None else "",
                "status": Cell(station["status"], text=texts.mark_name(station["status"])),
            }
        )
    return Table("stations", _("监测站"), columns, rows, about=about_run(run), tight=True)


def _station_map(
    listed: list[Any], found: dict[str, dict[str, Any]], parameter: str, unit: str, layers: list[dict[str, Any]]
) -> dict[str, Any]:
    points = []
    for station in listed:
        if station["lon"] is None or station["lat"] is None:
            continue
        row = found.get(station["code"])
        shown = figure(None if row is None else row["rounded"], decimals(parameter))
        note = f"{station['code']} {texts.name_of(station)} · {parameter} {shown} {unit}"
        points.append(
            {"lon": float(station["lon"]), "lat": float(station["lat"]), "note": note, "style": "point",
             "colour": "#0c5a8a" if row is not None and row["rounded"] is not None else "#9aa5b1"}
        )  # fmt: skip
    return {
        "layers": layers,
        "points": points,
        "bounds": site.bounds_of("prefecture"),
        "notice": site.unofficial_map_notice(),
    }
