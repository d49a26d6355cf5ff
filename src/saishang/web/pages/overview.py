"""The first page: how many targets stand where, every target, the cities on the map, the tasks by chapter."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from saishang.apps.indicators import queries
from saishang.apps.indicators.queries import RunFacts
from saishang.apps.plan import queries as plans
from saishang.web import texts
from saishang.web.pages import site
from saishang.web.pages.attention import freshness_table, notices
from saishang.web.pages.charts import MapView
from saishang.web.pages.exports import export
from saishang.web.pages.runs import about_run, chosen_run, other_runs
from saishang.web.pages.tables import Cell, Column, Table
from saishang.web.pages.targets import STATES, grouped, lines, targets_table
from saishang.web.reasons import figure, reason_name
from saishang.web.security import public

__all__ = ["overview"]


@public
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """Overview of the newest run, or of the one named in the address."""
    run = chosen_run(request)
    version = _plan_of(run)
    context: dict[str, Any] = {
        "run": run,
        "chapters": chapters(),
        "plan_title": texts.both(version.title, version.title_en) if version is not None else "",
    }
    tables: list[Table] = []
    if run is not None:
        rows = queries.target_rows(run.id, with_history=True)
        table = targets_table(rows, run)
        view = city_map(run)
        fresh = freshness_table()
        tables = [table, *(t for t in (view.table if view is not None else None, fresh) if t is not None)]
        context |= {
            "runs": other_runs(),
            "groups": grouped(lines(rows, run)),
            "table": table,
            "map": view,
            "notices": notices(rows, run),
            "freshness": fresh,
            "total": len(rows),
            "counts": [(name, texts.state_name(name), run.counts.get(name, 0)) for name in STATES],
        }
    return export(request, tables) or render(request, "overview/overview.html", context)


def _plan_of(run: RunFacts | None) -> plans.VersionView | None:
    """The version that the run judged; before the first run, the one in force."""
    return plans.current_version() if run is None else plans.version(run.plan_version)


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
        if row is not None:
            href += f"&year={row['period'][:4]}"
        shown = "—" if row is None else figure(row["rounded"], 0)
        period = "" if row is None else texts.period_name(row["period"])
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
                    None if row is None else row["value"], text=shown, valid=row is None or bool(row["valid"]),
                    note="" if row is None or row["valid"] else reason_name(row["reason"]),
                ),
                "period": Cell(None if row is None else row["period"], text=period or None),
                "days": None if row is None else f"{row['days_valid']} / {row['days_expected']}",
            }
        )  # fmt: skip
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
        caption=_period_of(rows),
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


def _period_of(rows: Mapping[str, Mapping[str, Any]]) -> str:
    """Names the period when all cities have the same, and says when its days do not meet the standard's minimum."""
    found = {str(row["period"]) for row in rows.values()}
    if len(found) != 1:
        return ""
    period = texts.period_name(found.pop())
    if all(row["valid"] for row in rows.values()):
        return _("时段：%(period)s。") % {"period": period}
    return _("时段：%(period)s；有城市的有效天数不足，数字仅供参考。") % {"period": period}


def newest_city_means(run: RunFacts, parameter: str) -> dict[str, dict[str, Any]]:
    """The mean of each city in the newest year that has data: the year itself, or this year up to the run's date.

    Of earlier years the "to date" rows would end in the run's month, which nobody asks for: the whole year stands.
    """
    rows = queries.select(
        run.id,
        "period_statistics",
        "scope = 'city' and parameter = ? and statistic = 'mean' and basis = 'measured' and value is not null "
        "and (period_kind = 'year' or (period_kind = 'to_date' and left(period, 4) = ?))",
        [parameter, str(run.as_of.year)],
        order="id, left(period, 4), period_kind desc",
    )
    return {str(row["id"]): row for row in rows}
