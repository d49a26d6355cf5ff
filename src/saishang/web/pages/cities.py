"""The cities on the newest day with data, beside what the year has brought so far: a map and the same in a table."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from saishang.apps.indicators import queries
from saishang.apps.indicators.queries import RunFacts
from saishang.web import texts
from saishang.web.pages import site
from saishang.web.pages.air_common import day_levels, primary_names
from saishang.web.pages.charts import MapView
from saishang.web.pages.runs import about_run, run_query
from saishang.web.pages.tables import Cell, Column, Table
from saishang.web.reasons import figure, reason_name

__all__ = ["CitiesView", "cities_view", "newest_city_means", "newest_day"]


@dataclass(frozen=True)
class CitiesView:
    """Map and table of one day; `lag` is how many days before the run's date it lies."""

    day: date | None
    lag: int
    map: MapView | None
    table: Table
    legend: list[dict[str, Any]]


def newest_day(run: RunFacts) -> date | None:
    """The newest day, up to the run's date, on which some city of the region has an index."""
    rows = queries.select(run.id, "city_aqi", "aqi is not null and day <= ?", [run.as_of], order="day desc limit 1")
    return rows[0]["day"] if rows else None


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


def _good_days(run: RunFacts, periods: set[str]) -> dict[tuple[str, str], dict[str, Any]]:
    """Days of each city by (city, period), as measured."""
    rows = queries.select(run.id, "period_days", "scope = 'city' and basis = 'measured'")
    return {(str(row["id"]), row["period"]): row for row in rows if row["period"] in periods}


def cities_view(run: RunFacts, *, chosen: bool = False) -> CitiesView | None:
    """The cities of the run's region; None where it has none. `chosen` keeps the run in the addresses."""
    cities = site.cities(run.region)
    if not cities:
        return None
    on = newest_day(run)
    found = {row["region"]: row for row in queries.select(run.id, "city_aqi", "day = ?", [on])} if on else {}
    means = newest_city_means(run, "PM2.5")
    days = _good_days(run, {row["period"] for row in means.values()})
    levels = day_levels()
    places = site.city_places()
    listed, points = [], []
    colours: dict[str, str] = {}
    for city in cities:
        code, name = city["code"], texts.name_of(city)
        row, mean = found.get(code), means.get(code)
        level = levels.get(row["level"]) if row is not None and row["aqi"] is not None else None
        href = _day_address(run, code, on, mean, chosen)
        if level is not None:
            colours[code] = level["color"]
        index = None if row is None else row["aqi"]
        if code in places:
            lon, lat = places[code]
            said = _("无数据") if level is None else f"AQI {index} {level['name']}"
            points.append(
                {
                    "lon": lon, "lat": lat, "badge": "—" if index is None else str(index), "href": href,
                    "label": texts.both(city["short"], name.removesuffix(" City")), "style": "city",
                    "note": _("%(city)s：%(said)s") % {"city": name, "said": said},
                    "colour": level["color"] if level else "#e6eaed",
                    "ink": "#ffffff" if level and level["level"] >= 4 else "#111111",
                }
            )  # fmt: skip
        share = days.get((code, mean["period"])) if mean is not None else None
        listed.append(
            {
                "city": Cell(name, href=href),
                "aqi": Cell(index, level=row["level"] if row else None),
                "level": _level(row, level),
                "value": _mean(mean),
                "good": _share(share),
                "period": _period(mean),
            }
        )
    table = _table(run, on, listed)
    return CitiesView(
        day=on, lag=(run.as_of - on).days if on else 0, map=_map(points, colours, on), table=table,
        legend=list(levels.values()),
    )  # fmt: skip


def _day_address(run: RunFacts, code: str, on: date | None, mean: dict[str, Any] | None, chosen: bool) -> str:
    if on is not None:
        kept = run_query(run, chosen)
        return reverse("air-day", args=[code, on.isoformat()]) + (f"?{kept}" if kept else "")
    year = {} if mean is None else {"year": mean["period"][:4]}
    return f"{reverse('air')}?{run_query(run, chosen, city=code, **year)}"


def _level(row: dict[str, Any] | None, level: dict[str, Any] | None) -> Cell:
    if level is None:
        return Cell(None, text=reason_name(row["reason"]) if row and row["reason"] else _("无数据"))
    words = primary_names(row["primary"]) if row else ""
    return Cell(level["name"], note=words)


def _mean(row: dict[str, Any] | None) -> Cell:
    if row is None:
        return Cell(None)
    # The unrounded value is exported; why it is not valid stands once, in the caption, and in the export's notes.
    return Cell(row["value"], text=figure(row["rounded"], 0), valid=bool(row["valid"]))


def _share(row: dict[str, Any] | None) -> Cell:
    if row is None or row["good_ratio"] is None:
        return Cell(None)
    return Cell(row["rounded"], text=figure(row["rounded"], 1), valid=bool(row["valid"]))


def _period(row: dict[str, Any] | None) -> Cell:
    if row is None:
        return Cell(None)
    days = f"{row['days_valid']} / {row['days_expected']}"
    return Cell(row["period"], text=texts.period_name(row["period"]), note=days)


def _table(run: RunFacts, on: date | None, listed: list[dict[str, Any]]) -> Table:
    unit = site.rules().parameters["PM2.5"]["unit"]
    weak = any(not row["value"].valid for row in listed)
    columns = [
        Column("city", _("城市"), row_head=True, nowrap=True),
        Column("aqi", "AQI", number=True),
        Column("level", _("级别、首要污染物")),
        Column("value", _("PM2.5 平均"), unit, number=True),
        Column("good", _("优良天数比率"), "%", number=True),
        Column("period", _("统计时段、有效天数")),
    ]
    title = (
        _("各市空气质量") if on is None else _("各市空气质量（%(day)s）") % {"day": texts.period_name(on.isoformat())}
    )
    return Table(
        "cities", title, columns, listed, about=about_run(run), tight=True,
        caption=_("带点线的数字有效天数不足，仅供参考。") if weak else "",
    )  # fmt: skip


def _map(points: list[dict[str, Any]], colours: dict[str, str], on: date | None) -> MapView | None:
    layers = site.map_layers()
    if not layers:
        return None
    if colours:
        layers = [
            layer | {"key": "code", "colours": colours} if layer["id"] == "prefecture" else layer for layer in layers
        ]
    return MapView(
        "cities",
        _("各市空气质量指数地图（%(day)s）；同样的数字列在旁边的表里。") % {"day": on.isoformat() if on else "—"},
        {
            "layers": layers, "points": points, "bounds": site.bounds_of("prefecture"),
            "notice": site.unofficial_map_notice(),
        },
    )  # fmt: skip
