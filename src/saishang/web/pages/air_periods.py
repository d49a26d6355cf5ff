"""Air: months, quarters and years of the cities and the region, in figures and as lines."""

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
from saishang.web.pages.air_common import BASES, ITEMS, KINDS, choice, decimals, item_name, kind_name, tabs
from saishang.web.pages.charts import Chart
from saishang.web.pages.exports import export
from saishang.web.pages.runs import about_run, chosen_run
from saishang.web.pages.tables import Cell, Column, Table
from saishang.web.reasons import basis_name, figure, reason_name, statistic_name
from saishang.web.security import public

__all__ = ["periods"]


@public
@require_safe
def periods(request: HttpRequest) -> HttpResponse:
    """Table and chart of one kind of period on one basis."""
    run = chosen_run(request)
    base: dict[str, Any] = {"tabs": tabs("air-periods"), "run": run}
    if run is None:
        return render(request, "air/periods.html", base)
    kind = choice(request, "kind", KINDS, "month")
    basis = choice(request, "basis", BASES, "measured")
    parameter = choice(request, "parameter", ITEMS, "PM2.5")
    rows = queries.select(
        run.id, "period_statistics",
        "scope in ('city', 'region') and parameter <> 'O3_1H' and period_kind = ? and basis = ? "
        "and value is not null", [kind, basis], order="period, scope desc, id",
    )  # fmt: skip
    years = sorted({row["period"][:4] for row in rows}, reverse=True)
    year = request.GET.get("year", "")
    if kind in ("month", "quarter", "to_date") and years:
        year = choice(request, "year", years, years[0])
        shown = [row for row in rows if row["period"].startswith(year)]
    else:
        shown = rows
    days = queries.select(
        run.id, "period_days", "period_kind = ? and basis = ?", [kind, basis], order="period, scope desc, id"
    )
    table = _period_table(shown, days, kind, basis, run)
    chart = _period_chart(shown, parameter, run)
    answer = export(request, [table, *([chart.table] if chart and chart.table else [])])
    if answer is not None:
        return answer
    context = base | {
        "kinds": [(name, kind_name(name)) for name in KINDS],
        "bases": [(name, basis_name(name)) for name in BASES],
        "items": [(code, texts.name_of(site.rules().parameters[code])) for code in ITEMS],
        "kind": kind, "basis": basis, "parameter": parameter, "years": years, "year": year,
        "table": table, "chart": chart,
    }  # fmt: skip
    return render(request, "air/periods.html", context)


def _short(statistic: str) -> str:
    return statistic.upper() if statistic.startswith("p") else statistic_name(statistic)


def _period_table(
    rows: list[dict[str, Any]], days: list[dict[str, Any]], kind: str, basis: str, run: RunFacts
) -> Table:
    """One row per place and period, one column per statistic."""
    wide: dict[tuple[str, str], dict[str, Any]] = {}
    keys: dict[str, Column] = {}
    for row in rows:
        key = f"{row['parameter']} {row['statistic']}"
        unit = site.rules().parameters[row["parameter"]]["unit"]
        keys[key] = Column(key, item_name(row["parameter"]), f"{_short(row['statistic'])} {unit}", number=True)
        line = wide.setdefault(
            (row["period"], row["id"]),
            {
                "period": Cell(row["period"], text=texts.period_name(row["period"])),
                "place": site.region_name(row["id"]),
            },
        )
        shown = figure(row["rounded"], decimals(row["parameter"]))
        line[key] = Cell(row["rounded"], text=shown, valid=bool(row["valid"]))
        line.setdefault("days", Cell(f"{row['days_valid']} / {row['days_expected']}"))
        if not row["valid"]:
            line["reason"] = reason_name(row["reason"])
    for row in days:
        line_found = wide.get((row["period"], row["id"]))
        if line_found is not None:
            line_found["good"] = Cell(row["good_ratio"], text=figure(row["rounded"], 1), valid=bool(row["valid"]))
    order = [f"{code} {stat}" for code in ITEMS for stat in ("mean", "p98", "p95", "p90")]
    columns = [
        Column("period", _("时段"), row_head=True, nowrap=True),
        Column("place", _("地区"), nowrap=True),
        *[keys[key] for key in order if key in keys],
        Column("good", _("优良天数比率"), "%", number=True),
        Column("days", _("有效 / 应有天数"), number=True),
        Column("reason", _("备注"), nowrap=True),
    ]
    title = _("各地%(kind)s统计（%(basis)s）") % {"kind": kind_name(kind), "basis": basis_name(basis)}
    caption = _("带点线的数字不满足有效性规定，仅供参考。")
    return Table(
        f"periods-{kind}", title, columns, list(wide.values()), about=about_run(run), caption=caption, tight=True
    )


def _period_chart(rows: list[dict[str, Any]], parameter: str, run: RunFacts) -> Chart | None:
    chosen = [row for row in rows if row["parameter"] == parameter and row["statistic"] == "mean"]
    if not chosen:
        chosen = [row for row in rows if row["parameter"] == parameter]
        first = chosen[0]["statistic"] if chosen else ""
        chosen = [row for row in chosen if row["statistic"] == first]
    names = sorted({row["period"] for row in chosen})
    if len(names) < 2:
        return None
    unit = site.rules().parameters[parameter]["unit"]
    places = list(dict.fromkeys(row["id"] for row in chosen))
    values = {(row["id"], row["period"]): row["rounded"] for row in chosen}
    series = [
        {"name": site.region_name(place), "data": [values.get((place, name)) for name in names]} for place in places
    ]
    title = _("%(item)s%(statistic)s变化") % {
        "item": texts.name_of(site.rules().parameters[parameter]), "statistic": statistic_name(chosen[0]["statistic"]),
    }  # fmt: skip
    columns = [
        Column("period", _("时段"), row_head=True, nowrap=True),
        *[Column(place, site.region_name(place), unit, number=True) for place in places],
    ]
    listed = [
        {
            "period": Cell(name, text=texts.period_name(name)),
            **{
                place: Cell(values.get((place, name)), text=figure(values.get((place, name)), decimals(parameter)))
                for place in places
            },
        }
        for name in names
    ]
    table = Table("trend", title, columns, listed, about=about_run(run), tight=True)
    label = _("%(title)s折线图；同样的数字列在下面的表里。") % {"title": title}
    return Chart(
        "trend",
        label,
        {"kind": "lines", "unit": unit, "x": [texts.period_name(name) for name in names], "series": series},
        table,
    )
