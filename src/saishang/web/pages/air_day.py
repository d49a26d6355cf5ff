"""Air: one day of one city — the index and what made it, hour by hour, and the stations behind it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from saishang.apps.indicators import queries
from saishang.apps.indicators.queries import RunFacts
from saishang.web import texts
from saishang.web.pages import air_hours, site
from saishang.web.pages.air_common import (
    ITEMS,
    choice,
    city_of,
    day_levels,
    decimals,
    dust_name,
    item_name,
    primary_names,
    tabs,
)
from saishang.web.pages.exports import export
from saishang.web.pages.runs import about_run, chosen_run, with_run
from saishang.web.pages.tables import Cell, Column, Table
from saishang.web.reasons import figure, reason_name
from saishang.web.security import public

__all__ = ["day", "the_day"]


def the_day(text: str) -> date:
    """A day from the address; anything else is a page not found."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Http404(_("日期应写成 2019-05-12 这样，实为“%(day)s”。") % {"day": text}) from None


@public
@require_safe
def day(request: HttpRequest, city: str, on: str) -> HttpResponse:
    """Page of a day: index, items, hours, stations."""
    wanted = the_day(on)
    run = chosen_run(request)
    if run is None:
        return render(request, "air/day.html", {"tabs": tabs("air"), "run": None})
    place = city_of(city, run)
    index = _one(run, "city_aqi", city, wanted)
    if index is None or wanted > run.as_of:
        raise Http404(
            _("本次评估没有 %(city)s %(day)s 的日数据。") % {"city": texts.name_of(place), "day": wanted.isoformat()}
        )
    name = f"{texts.name_of(place)} {texts.period_name(wanted.isoformat())}"
    items = _items(run, city, wanted, index, name)
    stations = _stations(run, city, wanted, name)
    codes = [str(row["station"].value) for row in stations.rows] if stations is not None else []
    station = choice(request, "station", ["", *codes], "")
    hours = air_hours.hours(
        run, station or city, wanted, f"{name} {_station_name(station)}".strip(), station=bool(station)
    )
    tables = [items, *hours.tables, *([stations] if stations is not None else [])]
    dust = _one(run, "dust_days", city, wanted)
    without = _one(run, "city_aqi_without_dust", city, wanted)
    context: dict[str, Any] = {
        "tabs": tabs("air"), "run": run, "city": place, "day": wanted, "title": name, "index": index,
        "level": day_levels().get(index["level"] or 0),
        "primary": primary_names(index["primary"]),
        "reason": reason_name(index["reason"]),
        "dust": dust_name(dust["status"]) if dust else "",
        "dust_url": with_run(reverse("air-dust-day", args=[city, wanted.isoformat()]), request) if dust else "",
        "without": without if dust and dust["status"] == "confirmed" else None,
        "without_level": day_levels().get((without or {}).get("level") or 0),
        "items": items, "hours": hours, "stations": stations, "station": station,
        "places": [("", _("城市均值")), *((code, _station_name(code)) for code in codes)] if codes else [],
        "calendar": with_run(f"{reverse('air')}?{urlencode({'city': city, 'year': wanted.year})}", request),
        "before": _neighbour(run, city, wanted, -1, request), "after": _neighbour(run, city, wanted, 1, request),
    }  # fmt: skip
    return export(request, tables) or render(request, "air/day.html", context)


def _one(run: RunFacts, table: str, city: str, on: date) -> dict[str, Any] | None:
    rows = queries.select(run.id, table, "region = ? and day = ?", [city, on])
    return rows[0] if rows else None


def _neighbour(run: RunFacts, city: str, on: date, step: int, request: HttpRequest) -> tuple[str, str] | None:
    other = on + timedelta(days=step)
    if other > run.as_of or _one(run, "city_aqi", city, other) is None:
        return None
    return other.isoformat(), with_run(reverse("air-day", args=[city, other.isoformat()]), request)


def _items(run: RunFacts, city: str, on: date, index: Mapping[str, Any], name: str) -> Table:
    """The six items of the daily index: concentration, sub-index, stations behind it."""
    rows = {
        row["parameter"]: row
        for row in queries.select(run.id, "city_daily", "region = ? and day = ?", [city, on])
    }  # fmt: skip
    primary = set((index["primary"] or "").split(","))
    columns = [
        Column("item", _("项目"), row_head=True),
        Column("value", _("浓度"), number=True),
        Column("unit", _("单位")),
        Column("iaqi", "IAQI", number=True),
        Column("primary", _("首要污染物")),
        Column("stations", _("有效站点 / 应有站点"), number=True),
        Column("origin", _("来源")),
        Column("reason", _("备注")),
    ]
    listed = []
    for code in ITEMS:
        row = rows.get(code, {})
        known = site.rules().parameters[code]
        published = row.get("origin") == "published"
        counted = row.get("stations_expected")
        listed.append(
            {
                "item": Cell(code, text=texts.name_of(known)),
                "value": Cell(
                    row.get("value"), text=figure(row.get("value"), decimals(code)), valid=bool(row.get("valid"))
                ),
                "unit": known["unit"],
                "iaqi": index.get(f"iaqi_{code}"),
                "primary": Cell(code in primary, text="✓" if code in primary else ""),
                "stations": "" if published or counted is None else f"{row['stations_valid']} / {counted}",
                "origin": _origin(row.get("origin")),
                "reason": reason_name(row.get("reason")) if row else _("没有数据"),
            }
        )
    title = _("六项污染物的日均值与分指数")
    return Table("items", title, columns, listed, about=[name, *about_run(run)], tight=True)


def _station_name(code: str) -> str:
    known = {row["code"]: row for row in site.stations()}.get(code)
    return f"{code} {texts.name_of(known)}" if known is not None else code


def _origin(origin: str | None) -> str:
    return {"stations": _("站点均值"), "published": _("发布的城市日值")}.get(origin or "", "")


def _stations(run: RunFacts, city: str, on: date, name: str) -> Table | None:
    """The day's values of every station, each leading to its hours and so to file and line."""
    rows = queries.select(
        run.id, "station_daily", "region = ? and day = ? and parameter <> 'O3_1H'", [city, on], order="station"
    )
    found: dict[str, dict[str, dict[str, Any]]] = {}
    for each in rows:
        found.setdefault(each["station"], {})[each["parameter"]] = each
    if not any(row["hours_present"] for row in rows):
        return None
    names = {row["code"]: row for row in site.stations()}
    columns = [
        Column("station", _("站点"), row_head=True, nowrap=True),
        Column("role", _("是否参与城市均值")),
        *[Column(code, item_name(code), site.rules().parameters[code]["unit"], number=True) for code in ITEMS],
    ]
    listed = []
    for code, values in found.items():
        known = names.get(code)
        line: dict[str, Any] = {
            "station": Cell(code, note=texts.name_of(known) if known else ""),
            "role": _("参与") if next(iter(values.values()))["city_mean"] else _("不参与（对照点）"),
        }
        for parameter in ITEMS:
            if parameter not in values:
                continue
            row = values[parameter]
            address = reverse("targets-chain-hours", args=[run.id, code, on.isoformat()])
            line[parameter] = Cell(
                row["value"],
                text=figure(row["value"], decimals(parameter)),
                href=f"{address}?{urlencode({'parameter': parameter})}",
                valid=bool(row["valid"]),
                note="" if row["valid"] else reason_name(row["reason"]),
            )
        listed.append(line)
    caption = _("点数值看该站当日各小时，以及每个小时来自哪个文件的哪一行。")
    return Table(
        "stations", _("各站日均值"), columns, listed, about=[name, *about_run(run)], caption=caption, tight=True
    )
