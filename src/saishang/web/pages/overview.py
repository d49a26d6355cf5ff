"""The first page: how many targets stand where, every target, the cities on the map, the tasks by chapter."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from saishang.apps.indicators import queries
from saishang.apps.indicators.queries import RunFacts
from saishang.web import texts
from saishang.web.pages import site
from saishang.web.pages.charts import MapView
from saishang.web.pages.exports import export
from saishang.web.pages.runs import about_run, chosen_run, other_runs
from saishang.web.pages.tables import Cell, Column, Table
from saishang.web.pages.targets import STATES, grouped, lines, targets_table
from saishang.web.reasons import figure
from saishang.web.security import public

__all__ = ["overview"]


@public
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """Overview of the newest run, or of the one named in the address."""
    run = chosen_run(request)
    context: dict[str, Any] = {"run": run, "chapters": chapters()}
    tables: list[Table] = []
    if run is not None:
        rows = queries.target_rows(run.id, with_history=True)
        table = targets_table(rows, run)
        view = city_map(run)
        tables = [table, *([view.table] if view is not None and view.table is not None else [])]
        context |= {
            "runs": other_runs(),
            "groups": grouped(lines(rows, run)),
            "table": table,
            "map": view,
            "total": len(rows),
            "counts": [(name, texts.state_name(name), run.counts.get(name, 0)) for name in STATES],
        }
    return export(request, tables) or render(request, "overview/overview.html", context)


def chapters() -> list[Any]:
    """Chapters with their tasks, from the plan in force; empty before a plan is imported."""
    from saishang.web.pages.plan import outline

    return outline()


def city_map(run: RunFacts) -> MapView | None:
    """The cities with their PM2.5 of the newest period, on the outlines of the site."""
    layers = site.map_layers()
    if not layers:
        return None
    rows = newest_city_means(run, "PM2.5")
    unit = site.rules().parameters["PM2.5"]["unit"]
    places = site.city_places()
    points = []
    listed = []
    for city in site.cities(run.region):
        row = rows.get(city["code"])
        name = texts.name_of(city)
        href = f"{reverse('air')}?city={city['code']}"
        shown = "—" if row is None or row["value"] is None else figure(row["rounded"], 0)
        period = "" if row is None else row["period"]
        note = _("%(city)s：PM2.5 %(value)s %(unit)s（%(period)s）") % {
            "city": name, "value": shown, "unit": unit, "period": period or _("无数据"),
        }  # fmt: skip
        if city["code"] in places:
            lon, lat = places[city["code"]]
            points.append(
                {
                    "lon": lon, "lat": lat, "badge": shown,
                    "label": texts.both(city["short"], name.removesuffix(" City")),
                    "note": note, "href": href, "style": "city", "colour": "#ffffff", "ink": "#111111",
                }
            )  # fmt: skip
        listed.append(
            {
                "city": Cell(name, href=href),
                "value": Cell(
                    None if row is None else row["value"], text=shown, valid=row is None or bool(row["valid"])
                ),
                "period": period,
                "days": None if row is None else f"{row['days_valid']} / {row['days_expected']}",
            }
        )
    table = Table(
        "cities",
        _("各市细颗粒物（PM2.5）"),
        [
            Column("city", _("城市"), row_head=True),
            Column("value", _("平均浓度"), unit, number=True),
            Column("period", _("时段")),
            Column("days", _("有效天数 / 应有天数"), number=True),
        ],
        listed,
        caption=_period_of(listed),
        about=about_run(run),
        tight=True,
    )
    label = _("各市 PM2.5 平均浓度地图；同样的数字列在下面的表里。")
    spec = {
        "layers": layers,
        "points": points,
        "bounds": site.bounds_of("prefecture"),
        "notice": site.unofficial_map_notice(),
    }
    return MapView("cities", label, spec, table)


def _period_of(listed: list[dict[str, Any]]) -> str:
    """Names the period when all cities have the same; otherwise the table does so row by row."""
    found = {str(row["period"]) for row in listed if row["period"]}
    return _("时段：%(period)s。") % {"period": found.pop().replace("..", " – ")} if len(found) == 1 else ""


def newest_city_means(run: RunFacts, parameter: str) -> dict[str, dict[str, Any]]:
    """The newest mean of each city: a full year where it is the newest, else the year to date."""
    rows = queries.select(
        run.id,
        "period_statistics",
        "scope = 'city' and parameter = ? and statistic = 'mean' and basis = 'measured' "
        "and period_kind in ('year', 'to_date') and value is not null",
        [parameter],
        order="id, right(period, 7), period_kind",
    )
    return {str(row["id"]): row for row in rows}
