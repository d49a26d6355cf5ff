"""Climate-adaptive cities (气候适应型城市): the set of items per city, computed or reported, with what is missing."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from saishang.apps.indicators import queries
from saishang.apps.indicators.queries import HistoryPoint, RunFacts
from saishang.science.climate.from_rules import adaptive_city_indicators
from saishang.web import texts, wording
from saishang.web.pages import site
from saishang.web.pages.chain import chain_url
from saishang.web.pages.exports import export
from saishang.web.pages.runs import about_run, chosen_run
from saishang.web.pages.tables import Cell, Column, Table
from saishang.web.security import public

__all__ = ["adaptive_cities", "climate_tabs"]


def climate_tabs(current: str) -> list[tuple[str, str, bool]]:
    """(words, address, current) of the climate pages."""
    entries = [("climate", _("气象站")), ("climate-cities", _("气候适应型城市"))]
    return [(words, reverse(name), name == current) for name, words in entries]


@public
@require_safe
def adaptive_cities(request: HttpRequest) -> HttpResponse:
    """Cities against the six items: the newest figure of each with its year, and how many are known."""
    run = chosen_run(request)
    context: dict[str, Any] = {"tabs": climate_tabs("climate-cities"), "run": run}
    if run is None:
        return render(request, "climate/cities.html", context)
    table = _table(run)
    sources = _sources()
    context |= {"table": table, "sources": sources, "known": sum(row["known"].value for row in table.rows)}
    return export(request, [table, sources]) or render(request, "climate/cities.html", context)


def _table(run: RunFacts) -> Table:
    items = adaptive_city_indicators(site.rules())
    columns = [Column("city", _("城市"), row_head=True, nowrap=True), Column("known", _("已有项目"), number=True)]
    columns += [
        Column(name, texts.both(item.zh, item.en), _unit(item.unit), number=True) for name, item in items.items()
    ]
    listed = []
    for city in site.cities(run.region):
        code = str(city["code"])
        cells: dict[str, Cell] = {}
        for name, item in items.items():
            point = _newest(run, item.indicator, code)
            cells[name] = (
                Cell(None, text=_("缺"))
                if point is None
                else Cell(
                    Decimal(point.rounded), text=point.rounded, note=texts.period_name(point.period), valid=point.valid,
                    href=chain_url(run.id, item.indicator, code, point.period, point.basis),
                )
            )  # fmt: skip
        there = sum(cell.value is not None for cell in cells.values())
        known = Cell(there, text=f"{there} / {len(items)}")
        listed.append({"city": texts.name_of(city), "known": known, **cells})
    caption = _("每项取最近一年的数值，点数值可追溯到来源；缺项不计分，也不以其他城市的数值代替。")
    empty = _("本次评估的地区没有城市。")
    title = _("气候适应型城市指标")
    return Table("adaptive", title, columns, listed, about=about_run(run), caption=caption, empty=empty)


def _newest(run: RunFacts, indicator: str, region: str) -> HistoryPoint | None:
    """The value that stands for the latest year; else the latest with a figure at all."""
    points = [point for point in queries.history(run.id, indicator, region) if point.value is not None]
    chosen = [point for point in points if point.chosen]
    best = chosen or points
    return best[-1] if best else None


def _unit(unit: str) -> str:
    return _("天") if unit == "d" else unit


def _sources() -> Table:
    columns = [
        Column("item", _("指标"), row_head=True), Column("caliber", _("统计口径"), long=True),
        Column("owner", _("牵头单位")), Column("source", _("来源"), long=True),
    ]  # fmt: skip
    known = queries.catalogue().indicators
    listed = []
    for item in adaptive_city_indicators(site.rules()).values():
        found = known[item.indicator]
        listed.append(
            {
                "item": texts.both(found.zh, found.en), "caliber": texts.both(found.caliber, found.caliber_en),
                "owner": site.agency_name(found.owner) if found.owner else _("由观测计算"),
                "source": Cell(wording.clause(found.source), mark=found.status),
            }
        )  # fmt: skip
    return Table("adaptive-sources", _("指标口径与来源"), columns, listed)
