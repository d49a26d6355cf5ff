"""Air: weather or policy. Observed and weather-adjusted series, changes split in two, and how far to trust it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from saishang.apps.indicators import weather
from saishang.apps.indicators.queries import RunFacts
from saishang.apps.indicators.weather import WeatherRow
from saishang.web.pages import site
from saishang.web.pages.air_common import choice, item_name, tabs
from saishang.web.pages.air_weather_parts import (
    change_charts,
    change_table,
    dependence_charts,
    importance_chart,
    month_chart,
    newest_year,
    skill_table,
    year_table,
)
from saishang.web.pages.air_weather_words import (
    answer_words,
    constant_words,
    key_figures,
    limit_words,
    reason_words,
    rest_words,
)
from saishang.web.pages.exports import export
from saishang.web.pages.runs import about_run, chosen_run
from saishang.web.pages.tables import Cell, Column, Table
from saishang.web.security import public

__all__ = ["weather_link", "weather_or_policy"]


@public
@require_safe
def weather_or_policy(request: HttpRequest) -> HttpResponse:
    """One city and parameter, and the list of what can be said of the others."""
    run = chosen_run(request)
    base: dict[str, Any] = {"tabs": tabs("air-weather"), "run": run}
    if run is None:
        return render(request, "air/weather.html", base)
    rows = weather.read(run.id)
    if rows is None:
        return render(request, "air/weather.html", base | {"made": False})
    listed = _cities_table(rows, run)
    cities = list(dict.fromkeys(row.place for row in rows))
    if not cities:
        return export(request, [listed]) or render(request, "air/weather.html", base | {"made": True, "listed": listed})
    answered = next((row for row in rows if not row.reason), rows[0])
    city = choice(request, "city", cities, answered.place)
    items = [row.parameter for row in rows if row.place == city and row.parameter]
    first = next((row.parameter for row in rows if row.place == city and not row.reason), items[0] if items else "")
    parameter = choice(request, "parameter", items, first) if items else ""
    row = next(one for one in rows if (one.place, one.parameter) == (city, parameter))
    context = base | {
        "made": True, "listed": listed, "city": city, "city_name": site.region_name(city), "parameter": parameter,
        "cities": [(code, site.region_name(code)) for code in cities],
        "items": [(code, item_name(code)) for code in items], "row": row,
        "reason": reason_words(row), "item": item_name(parameter),
    }  # fmt: skip
    tables = [listed]
    if row.skill is not None:
        context["skill"] = skill_table(run, row)
        tables.append(context["skill"])
    if not row.reason:
        parts = _parts(run, row)
        context |= parts
        tables += parts.pop("tables")
    answer = export(request, tables)
    return answer if answer is not None else render(request, "air/weather.html", context)


def _parts(run: RunFacts, row: WeatherRow) -> dict[str, Any]:
    newest = newest_year(row)
    chart = month_chart(run, row)
    years, months = change_table(run, row, "year"), change_table(run, row, "month")
    split, dependence, ranked = change_charts(run, row), dependence_charts(run, row), importance_chart(run, row)
    yearly = year_table(run, row)
    drawn = [chart, ranked, *dependence]
    return {
        "figures": key_figures(row, newest), "sentences": answer_words(row, newest), "chart": chart, "split": split,
        "years": years, "months": months, "yearly": yearly, "dependence": dependence, "ranked": ranked,
        "constant": constant_words(row), "rest": rest_words(row), "limits": limit_words(row),
        "tables": [years, months, yearly, *(one.table for one in drawn if one.table is not None)],
    }  # fmt: skip


def weather_link(run: RunFacts, parameter: str | None) -> bool:
    """Whether a page about a parameter has an answer here to lead to."""
    return any(row.parameter == parameter and not row.reason for row in weather.read(run.id) or ())


def _cities_table(rows: Sequence[WeatherRow], run: RunFacts) -> Table:
    columns = [
        Column("city", _("城市"), row_head=True, nowrap=True),
        Column("parameter", _("项目"), nowrap=True),
        Column("answer", _("能否分解"), long=True),
        Column("days", _("可用天数"), number=True),
        Column("no_weather", _("缺气象而不用的天数"), number=True),
        Column("r2", _("留出 R²"), number=True),
    ]
    listed: list[Mapping[str, Any]] = []
    for row in rows:
        query = f"?run={run.id}&city={row.place}&parameter={row.parameter}" if row.parameter else None
        skill = row.skill or {}
        listed.append(
            {
                "city": site.region_name(row.place),
                "parameter": Cell(row.parameter or None, text=item_name(row.parameter) or "—", href=query),
                "answer": reason_words(row) or _("可以"),
                "days": row.about.get("days"),
                "no_weather": row.about.get("no_weather"),
                "r2": Cell(skill.get("r2"), text=f"{skill['r2']:.2f}" if skill else "—"),
            }
        )
    caption = _("每个城市用自己境内的气象站；没有气象站的城市不借用别处的气象。")
    return Table(
        "cities", _("各城市能否分解"), columns, listed, about=about_run(run), caption=caption,
        empty=_("本次评估的地区没有城市。"),
    )  # fmt: skip
