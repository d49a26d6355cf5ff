"""Air: months, quarters and years of the cities and the region; rankings; stations."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from saishang.apps.indicators import queries
from saishang.apps.indicators.queries import RunFacts
from saishang.web import texts
from saishang.web.pages import site
from saishang.web.pages.air import tabs
from saishang.web.pages.charts import Chart, MapView
from saishang.web.pages.exports import export
from saishang.web.pages.runs import about_run, chosen_run
from saishang.web.pages.tables import Cell, Column, Table
from saishang.web.reasons import basis_name, figure, reason_name, statistic_name
from saishang.web.security import public

__all__ = ["periods", "ranking", "stations"]

KINDS = ("year", "quarter", "month", "to_date")
BASES = ("measured", "dust_removed")
ITEMS = ("PM2.5", "PM10", "SO2", "NO2", "CO", "O3_8H")


def _kind_name(kind: str) -> str:
    return {"year": _("年"), "quarter": _("季"), "month": _("月"), "to_date": _("年初至今")}[kind]


def _choice(request: HttpRequest, key: str, allowed: tuple[str, ...] | list[str], default: str) -> str:
    wanted = request.GET.get(key) or default
    if wanted not in allowed:
        raise Http404(
            _("“%(key)s”应为 %(allowed)s 之一，实为“%(wanted)s”。")
            % {"key": key, "allowed": texts.listed(allowed), "wanted": wanted}
        )
    return wanted


def decimals(parameter: str) -> int:
    """Decimals of a published concentration: one for carbon monoxide [mg/m³], none for the others [µg/m³]."""
    return 1 if parameter == "CO" else 0


@public
@require_safe
def periods(request: HttpRequest) -> HttpResponse:
    """Table and chart of one kind of period on one basis."""
    run = chosen_run(request)
    base: dict[str, Any] = {"tabs": tabs("air-periods"), "run": run}
    if run is None:
        return render(request, "air/periods.html", base)
    kind = _choice(request, "kind", KINDS, "month")
    basis = _choice(request, "basis", BASES, "measured")
    parameter = _choice(request, "parameter", ITEMS, "PM2.5")
    rows = queries.select(
        run.id, "period_statistics",
        "scope in ('city', 'region') and parameter <> 'O3_1H' and period_kind = ? and basis = ? "
        "and value is not null", [kind, basis], order="period, scope desc, id",
    )  # fmt: skip
    years = sorted({row["period"][:4] for row in rows}, reverse=True)
    year = request.GET.get("year", "")
    if kind in ("month", "quarter", "to_date") and years:
        year = _choice(request, "year", years, years[0])
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
        "kinds": [(name, _kind_name(name)) for name in KINDS],
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
        keys[key] = Column(key, row["parameter"], f"{_short(row['statistic'])} {unit}", number=True)
        line = wide.setdefault(
            (row["period"], row["id"]), {"period": row["period"], "place": site.region_name(row["id"])}
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
    title = _("各地%(kind)s统计（%(basis)s）") % {"kind": _kind_name(kind), "basis": basis_name(basis)}
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
        {"period": name, **{p: Cell(values.get((p, name)), text=figure(values.get((p, name)), decimals(parameter)))
                            for p in places}}
        for name in names
    ]  # fmt: skip
    table = Table("trend", title, columns, listed, about=about_run(run), tight=True)
    label = _("%(title)s折线图；同样的数字列在下面的表里。") % {"title": title}
    return Chart("trend", label, {"kind": "lines", "unit": unit, "x": names, "series": series}, table)


@public
@require_safe
def ranking(request: HttpRequest) -> HttpResponse:
    """Ranking of the places of a list in one period, with the change on the year before."""
    run = chosen_run(request)
    base: dict[str, Any] = {"tabs": tabs("air-ranking"), "run": run}
    if run is None:
        return render(request, "air/ranking.html", base)
    rows = queries.select(run.id, "ranking", "rank is not null", order="period, list, criterion, rank, id")
    if not rows:
        return render(request, "air/ranking.html", base)
    kind = _choice(request, "kind", KINDS, "year" if any(r["period_kind"] == "year" for r in rows) else "to_date")
    rows = [row for row in rows if row["period_kind"] == kind]
    basis = _choice(request, "basis", BASES, "measured")
    rows = [row for row in rows if row["basis"] == basis]
    listed = sorted({row["period"] for row in rows}, reverse=True)
    period = _choice(request, "period", listed, listed[0]) if listed else ""
    rows = [row for row in rows if row["period"] == period]
    criterion = request.GET.get("criterion") or "composite"
    standards = sorted({row["standard"] for row in rows if row["criterion"] == criterion})
    standard = request.GET.get("standard") or (standards[0] if standards else "")
    rows = [row for row in rows if row["criterion"] == criterion and row["standard"] == standard]
    table = _ranking_table(rows, period, criterion, standard, run)
    context = base | {
        "kinds": [(name, _kind_name(name)) for name in KINDS],
        "bases": [(name, basis_name(name)) for name in BASES],
        "criteria": [("composite", _("综合指数")), ("PM2.5", "PM2.5")],
        "kind": kind, "basis": basis, "periods": listed, "period": period, "criterion": criterion,
        "standards": standards, "standard": standard, "table": table,
    }  # fmt: skip
    return export(request, [table]) or render(request, "air/ranking.html", context)


def _ranking_table(rows: list[dict[str, Any]], period: str, criterion: str, standard: str, run: RunFacts) -> Table:
    is_index = criterion == "composite"
    unit = "" if is_index else site.rules().parameters["PM2.5"]["unit"]
    coverage: dict[str, dict[str, Any]] = {
        row["id"]: row
        for row in queries.select(
            run.id, "period_statistics",
            "scope = 'city' and parameter = 'PM2.5' and statistic = 'mean' and basis = 'measured' and period = ?",
            [period],
        )
    }  # fmt: skip
    columns = [
        Column("rank", _("名次"), number=True),
        Column("place", _("地区"), row_head=True),
        Column("value", _("综合指数") if is_index else "PM2.5", unit, number=True),
        Column("before", _("上年同期"), unit, number=True),
        Column("change", _("变化率"), "%", number=True),
        Column("change_rank", _("改善名次"), number=True),
        Column("rank_before", _("上年名次"), number=True),
        Column("days", _("有效 / 应有天数"), number=True),
    ]
    listed = []
    for row in sorted(rows, key=lambda r: (r["list"], r["rank"], r["id"])):
        days = coverage.get(row["id"])
        places = 2 if is_index else 1
        listed.append(
            {
                "rank": row["rank"],
                "place": site.region_name(row["id"]),
                "value": Cell(row["value"], text=figure(row["value"], places)),
                "before": Cell(row["before"], text=figure(row["before"], places)),
                "change": Cell(row["change"], text="—" if row["change"] is None else f"{row['change']:+.1f}"),
                "change_rank": row["change_rank"],
                "rank_before": row["rank_before"],
                "days": "" if days is None else f"{days['days_valid']} / {days['days_expected']}",
            }
        )
    title = _("%(period)s 排名") % {"period": period}
    parts = [
        _("名次由小到大；数值相同名次并列，其后名次跳过。"),
        _("限值与权重：%(standard)s。") % {"standard": standard} if standard else "",
    ]
    return Table("ranking", title, columns, listed, about=about_run(run), caption="".join(parts))


@public
@require_safe
def stations(request: HttpRequest) -> HttpResponse:
    """Stations on the map and in a table, with the mean of a period and its coverage."""
    run = chosen_run(request)
    base: dict[str, Any] = {"tabs": tabs("air-stations"), "run": run}
    listed = site.stations()
    if not listed:
        return render(request, "air/stations.html", base)
    parameter = _choice(request, "parameter", ITEMS, "PM2.5")
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
        period = _choice(request, "period", periods, periods[0]) if periods else ""
        found = {row["id"]: row for row in rows if row["period"] == period}
    unit = site.rules().parameters[parameter]["unit"]
    table = _station_table(listed, found, parameter, unit, period, run)
    layers = site.map_layers()
    view = (
        MapView("stations", _("监测站地图"), _station_map(listed, found, parameter, unit, layers)) if layers else None
    )
    context = base | {
        "items": [(code, texts.name_of(site.rules().parameters[code])) for code in ITEMS],
        "parameter": parameter, "periods": periods, "period": period, "table": table, "map": view,
    }  # fmt: skip
    return export(request, [table]) or render(request, "air/stations.html", context)


def _station_table(
    listed: list[Any], found: dict[str, dict[str, Any]], parameter: str, unit: str, period: str, run: RunFacts | None
) -> Table:
    columns = [
        Column("code", _("编号"), row_head=True, nowrap=True),
        Column("name", _("站点"), nowrap=True),
        Column("city", _("城市"), nowrap=True),
        Column("value", f"{parameter} {period}".strip(), unit, number=True),
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
