"""Noise (安静宁夏): function zones that attain by day and night, their stations on the map, and months as strips."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
from saishang.web.pages.air_common import choice, kind_name
from saishang.web.pages.chain import chain_url
from saishang.web.pages.charts import MapView
from saishang.web.pages.exports import export
from saishang.web.pages.noise_common import (
    KINDS,
    limits_of,
    network_name,
    periods_with_rates,
    quiet,
    rate_cell,
    registers,
    reverse_bases,
    span_name,
    stations_of,
    tabs,
    zone_name,
)
from saishang.web.pages.runs import about_run, chosen_run, with_run
from saishang.web.pages.tables import Cell, Column, Table
from saishang.web.reasons import basis_name, figure
from saishang.web.security import may, public

__all__ = ["months", "overview"]

_INDICATORS = {"day": "noise.zone_day_rate", "night": "noise.zone_night_rate"}
_SPANS = ("day", "night")
#: Steps of the map: all point-times of the period attain, some do not, none was evaluated.
_STEPS = {"all": "#2f7d4f", "some": "#c2410c", "none": "#e6eaed"}
_SIGNS = {"all": "", "some": " !", "none": " ?"}
Rates = Mapping[tuple[str, str, str], Mapping[str, Any]]


@public
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """Rates of one period by region and class, stations on the map and in a table, calculators for boundaries."""
    run = chosen_run(request)
    base: dict[str, Any] = {
        "tabs": tabs("noise"), "run": run, "registers": registers(request), "calculators": _calculators(),
        "may_upload": may(request, "upload_data"),
        "quiet": quiet(run.region if run is not None else ""),
    }  # fmt: skip
    base["unknown"] = queries.select(run.id, "noise_unknown", order="station") if run is not None else []
    rows = queries.select(run.id, "noise_rates", order="period, region, zone, span") if run is not None else []
    there = [kind for kind in KINDS if periods_with_rates(rows, kind)]
    if run is None or not there:
        waiting = len(stations_of(run)) if run is not None else 0
        return render(request, "noise/overview.html", base | {"waiting": waiting})
    bases = reverse_bases(row for row in rows if row["evaluated"])
    basis = choice(request, "basis", bases, bases[0])
    mine = [row for row in rows if row["basis"] == basis]
    there = [kind for kind in KINDS if periods_with_rates(mine, kind)]
    kind = choice(request, "kind", there, there[0])
    known = periods_with_rates(mine, kind)
    period = choice(request, "period", known, known[0])
    span = choice(request, "span", _SPANS, "night")
    found: Rates = {
        (row["region"], row["zone"], row["span"]): row
        for row in mine if row["period_kind"] == kind and row["period"] == period
    }  # fmt: skip
    single = _station_rates(run, basis, kind, period)
    stations = {code: row for code, row in stations_of(run).items() if row["basis"] == basis}
    places = _places(found, run.region)
    place = choice(request, "place", places, places[0])
    inside = {code for code in site.rules().regions if place in (code, *site.rules().regions_above(code))}
    stations = {code: row for code, row in stations.items() if row["region"] in inside or place == run.region}
    regions = _region_table(found, kind, period, basis, run)
    zones = _zone_table(found, place, period, basis, run)
    listed = _station_table(stations, single, period, basis, run, request)
    answer = export(request, [regions, zones, listed], invented=basis == "demonstration")
    if answer is not None:
        return answer
    view = None
    if site.map_layers() and any(row["lon"] is not None for row in stations.values()):
        spec = _station_map(stations, single, span, request, labelled=place != run.region)
        view = MapView("noise", _("功能区声环境监测站地图；同样的数字列在下面的监测站表里。"), spec)
    context = base | {
        "kinds": [(name, kind_name(name)) for name in there], "kind": kind,
        "periods": [(name, texts.period_name(name)) for name in known], "period": period,
        "period_name": texts.period_name(period), "bases": [(name, basis_name(name)) for name in bases], "basis": basis,
        "demonstration": basis == "demonstration", "span": span,
        "spans": [(name, span_name(name)) for name in _SPANS], "figures": _figures(found, place), "place": place,
        "places": [(code, site.region_name(code)) for code in places], "place_name": site.region_name(place),
        "regions": regions, "zones": zones, "stations": listed, "map": view, "legend": _legend(span),
        "link": _link(run, place, found, kind, period, basis),
    }  # fmt: skip
    return render(request, "noise/overview.html", context)


def _calculators() -> list[tuple[str, str, str]]:
    """(words, address, what for) of single calculations: boundaries, construction, sudden noise."""
    base = reverse("calculators-topic", args=["noise_zone"])
    return [
        (_("工业企业厂界（GB 12348）"), f"{base}?go=1&in.cls=2&in.Ld=60&in.Ln=50&in.place=industrial_boundary",
         _("昼夜等效声级对照厂界限值")),
        (_("社会生活场所边界（GB 22337）"), f"{base}?go=1&in.cls=2&in.Ld=60&in.Ln=50&in.place=social_boundary",
         _("昼夜等效声级对照边界限值")),
        (_("建筑施工场界（GB 12523）"), f"{base}?go=1&in.cls=-&in.Ld=70&in.Ln=55&in.place=construction",
         _("按监测日期取 2011 版或 2025 版")),
        (_("厂界噪声背景修正"), reverse("calculators-topic", args=["noise_boundary"]), _("测量值扣除背景值")),
        (_("夜间突发噪声"), reverse("calculators-topic", args=["noise_sudden"]), _("最大声级超出限值的幅度")),
        (_("由小时值算 Ld、Ln、Ldn"), reverse("calculators-topic", args=["noise_period"]), _("能量平均")),
    ]  # fmt: skip


def _figures(found: Rates, region: str) -> list[tuple[str, str, str]]:
    """(words, figure, remark) of the region: stations, rates of day and night, what was not evaluated."""
    rows = [found[region, "all", span] for span in _SPANS if (region, "all", span) in found]
    if not rows:
        return []
    figures = [(_("监测站"), str(max(row["stations"] for row in rows)), "")]
    for row in rows:
        cell = rate_cell(row)
        shown = "—" if cell.text is None else f"{cell.text} %"
        words = _("%(span)s达标率") % {"span": span_name(row["span"])}
        figures.append((words, shown, cell.note))
    missing = sum(row["not_evaluated"] for row in rows)
    total = missing + sum(row["evaluated"] for row in rows)
    figures.append((_("未参评点次"), str(missing), _("应有 %(n)s 点次") % {"n": total}))
    return figures


def _places(found: Rates, region: str) -> list[str]:
    """The region of the run and its cities that have stations."""
    there = {code for code, _zone, _span in found}
    return [region, *(str(row["code"]) for row in site.cities(region) if row["code"] in there)]


def _link(run: RunFacts, region: str, found: Rates, kind: str, period: str, basis: str) -> list[tuple[str, str]]:
    """(words, address) of the chains of the region's rates; runs keep values of years and of years to date."""
    if kind not in ("year", "to_date"):
        return []
    return [
        (_("%(span)s达标率怎样得来") % {"span": span_name(span)},
         chain_url(run.id, _INDICATORS[span], region, period, basis))
        for span in _SPANS if (region, "all", span) in found
    ]  # fmt: skip


def _station_rates(run: RunFacts, basis: str, kind: str, period: str) -> dict[tuple[str, str], dict[str, Any]]:
    rows = queries.select(
        run.id, "noise_station_rates", "basis = ? and period_kind = ? and period = ?", [basis, kind, period]
    )
    return {(str(row["station"]), str(row["span"])): row for row in rows}


def _about(run: RunFacts, basis: str) -> list[str]:
    invented = [_("演示数据：虚构的监测站和数值，不代表任何真实地点。")] if basis == "demonstration" else []
    return [*invented, *about_run(run)]


def _rate_columns() -> list[Column]:
    return [
        Column("day", _("昼间达标率"), "%", number=True),
        Column("night", _("夜间达标率"), "%", number=True),
    ]


def _region_table(found: Rates, kind: str, period: str, basis: str, run: RunFacts) -> Table:
    order = {str(code): place for place, code in enumerate(site.rules().regions)}
    codes = sorted(
        {code for code, zone, _span in found if zone == "all" and code != "all"}, key=lambda c: order.get(c, 9999)
    )
    linked = kind in ("year", "to_date")
    listed = []
    for code in codes:
        rows = {span: found.get((code, "all", span)) for span in _SPANS}
        either = rows["day"] or rows["night"]
        listed.append(
            {
                "region": site.region_name(code),
                "stations": either["stations"] if either else None,
                **{
                    span: rate_cell(row, chain_url(run.id, _INDICATORS[span], code, period, basis) if linked else None)
                    for span, row in rows.items()
                },
                "missing": sum(row["not_evaluated"] for row in rows.values() if row),
            }
        )
    columns = [
        Column("region", _("地区"), row_head=True, nowrap=True), Column("stations", _("监测站"), number=True),
        *_rate_columns(), Column("missing", _("未参评点次"), number=True),
    ]  # fmt: skip
    title = _("%(period)s各地区功能区达标率") % {"period": texts.period_name(period)}
    caption = _("省、市的达标率由其范围内全部监测站的点次合计。带点线的数字参评点次不足或时段未结束，仅供参考。")
    if linked:
        caption += _("点数字看它怎样得来。")
    return Table("regions", title, columns, listed, about=_about(run, basis), caption=caption, tight=True)


def _zone_table(found: Rates, place: str, period: str, basis: str, run: RunFacts) -> Table:
    listed = []
    for entry in site.rules().document("standards/noise/noise")["classes"]:
        zone = str(entry["class"])
        rows = {span: found.get((place, zone, span)) for span in _SPANS}
        if not any(rows.values()):
            continue
        limits = limits_of(zone, run.as_of)
        listed.append(
            {
                "zone": zone_name(zone, long=True),
                "stations": max(row["stations"] for row in rows.values() if row),
                **{f"limit_{span}": Cell(limits.get(span), text=figure(limits.get(span), 0)) for span in _SPANS},
                **{span: rate_cell(row) for span, row in rows.items()},
            }
        )
    columns = [
        Column("zone", _("功能区类别"), row_head=True), Column("stations", _("监测站"), number=True),
        Column("limit_day", _("昼间限值"), "dB(A)", number=True), Column("day", _("昼间达标率"), "%", number=True),
        Column("limit_night", _("夜间限值"), "dB(A)", number=True), Column("night", _("夜间达标率"), "%", number=True),
    ]  # fmt: skip
    title = _("%(place)s%(period)s各类功能区达标率") % {
        "place": site.region_name(place), "period": texts.period_name(period),
    }  # fmt: skip
    caption = _("限值出自 GB 3096—2008 表 1；等于限值为达标。")
    return Table("zones", title, columns, listed, about=_about(run, basis), caption=caption, tight=True)


def _station_table(
    stations: Mapping[str, Mapping[str, Any]], rates: Mapping[tuple[str, str], Mapping[str, Any]], period: str,
    basis: str, run: RunFacts, request: HttpRequest,
) -> Table:  # fmt: skip
    columns = [
        Column("name", _("监测站"), row_head=True), Column("code", _("编码"), nowrap=True),
        Column("region", _("地区"), nowrap=True), Column("zone", _("功能区类别"), nowrap=True),
        Column("network", _("网络")), *_rate_columns(),
        Column("missing", _("未参评点次"), number=True), Column("place", _("经度，纬度"), export_only=True),
    ]  # fmt: skip
    listed = []
    for code, row in stations.items():
        mine = {span: rates.get((code, span)) for span in _SPANS}
        address = f"{reverse('noise-station', args=[code])}?period={period}"
        listed.append(
            {
                "name": Cell(row["name"], href=with_run(address, request)),
                "code": code, "region": site.region_name(str(row["region"])), "zone": zone_name(str(row["zone"])),
                "network": network_name(row["network"]),
                **{span: rate_cell(found) for span, found in mine.items()},
                "missing": sum(found["not_evaluated"] for found in mine.values() if found),
                "place": "" if row["lon"] is None else f"{row['lon']}, {row['lat']}",
            }
        )  # fmt: skip
    title = _("%(period)s各监测站达标率") % {"period": texts.period_name(period)}
    return Table("stations", title, columns, listed, about=_about(run, basis), tight=True)


def _step(row: Mapping[str, Any] | None) -> str:
    if row is None or not row["evaluated"]:
        return "none"
    return "all" if row["passed"] == row["evaluated"] else "some"


def _legend(span: str) -> list[tuple[str, str]]:
    return [
        ("all", _("%(span)s全部达标") % {"span": span_name(span)}),
        ("some", _("%(span)s有超标（点内带 !）") % {"span": span_name(span)}),
        ("none", _("没有参评点次（点内带 ?）")),
    ]


def _station_map(
    stations: Mapping[str, Mapping[str, Any]], rates: Mapping[tuple[str, str], Mapping[str, Any]], span: str,
    request: HttpRequest, *, labelled: bool,
) -> dict[str, Any]:  # fmt: skip
    """Stations with the class in the dot and a sign for what the colour says: nobody has to tell colours apart."""
    points = []
    for code, row in stations.items():
        if row["lon"] is None:
            continue
        found = rates.get((code, span))
        step = _step(found)
        shown = "—" if found is None or found["rate"] is None else f"{found['rate'] / 10:.1f} %"
        points.append(
            {
                "lon": row["lon"], "lat": row["lat"], "style": "city", "colour": _STEPS[step],
                "badge": f"{row['zone']}{_SIGNS[step]}", "ink": "#111" if step == "none" else "#fff",
                # In a province the stations of a city stand too close for words beside them.
                "label": shown if labelled else "",
                "note": f"{row['name']} · {zone_name(str(row['zone']))} · {span_name(span)} {shown}",
                "href": with_run(reverse("noise-station", args=[code]), request),
            }
        )  # fmt: skip
    return {
        "layers": site.map_layers(), "points": points, "bounds": _bounds(points),
        "notice": site.unofficial_map_notice(),
    }  # fmt: skip


def _bounds(points: Sequence[Mapping[str, Any]]) -> list[list[float]]:
    """A box around the stations with some room; the whole site when they all stand in one place."""
    xs, ys = [point["lon"] for point in points], [point["lat"] for point in points]
    room = 0.12
    return [[min(xs) - room, min(ys) - room], [max(xs) + room, max(ys) + room]]


@public
@require_safe
def months(request: HttpRequest) -> HttpResponse:
    """A strip of twelve months for every station of one year: rate by day or by night."""
    run = chosen_run(request)
    base: dict[str, Any] = {"tabs": tabs("noise-months"), "run": run, "registers": registers(request)}
    rows = (
        queries.select(run.id, "noise_station_rates", "period_kind = 'month'", order="period")
        if run is not None
        else []
    )
    rows = [row for row in rows if row["evaluated"] or row["not_evaluated"]]
    if run is None or not any(row["evaluated"] for row in rows):
        return render(request, "noise/months.html", base)
    bases = reverse_bases(row for row in rows if row["evaluated"])
    basis = choice(request, "basis", bases, bases[0])
    mine = [row for row in rows if row["basis"] == basis]
    years = sorted({row["period"][:4] for row in mine if row["evaluated"]}, reverse=True)
    year = choice(request, "year", years, years[0])
    span = choice(request, "span", _SPANS, "night")
    cells = {
        (row["station"], int(row["period"][5:])): row
        for row in mine if row["period"].startswith(year) and row["span"] == span
    }  # fmt: skip
    columns = [
        Column("name", _("监测站"), row_head=True, nowrap=True), Column("zone", _("功能区类别"), nowrap=True),
        *[Column(str(month), texts.month_name(month), "%", number=True) for month in range(1, 13)],
    ]  # fmt: skip
    listed = []
    for code, row in stations_of(run).items():
        if row["basis"] != basis:
            continue
        address = with_run(reverse("noise-station", args=[code]), request)
        line: dict[str, Any] = {"name": Cell(row["name"], href=address), "zone": zone_name(str(row["zone"]))}
        for month in range(1, 13):
            found = cells.get((code, month))
            if found is not None:
                line[str(month)] = _month_cell(found)
        listed.append(line)
    title = _("%(year)s 年各监测站逐月%(span)s达标率") % {"year": year, "span": span_name(span)}
    caption = _("绿底：当月参评点次全部达标；橙底：有超标；点框：参评点次不足。数字下为达标点次 / 参评点次。")
    table = Table(
        f"months-{year}-{span}", title, columns, listed, about=_about(run, basis), caption=caption, tight=True
    )
    context = base | {
        "years": years, "year": year, "span": span, "spans": [(name, span_name(name)) for name in _SPANS],
        "bases": [(name, basis_name(name)) for name in bases], "basis": basis, "table": table,
        "demonstration": basis == "demonstration",
    }  # fmt: skip
    return export(request, [table], invented=basis == "demonstration") or render(request, "noise/months.html", context)


def _month_cell(row: Mapping[str, Any]) -> Cell:
    if not row["evaluated"]:
        return Cell(None, note=_("未参评"))
    cell = rate_cell(row)
    note = f"{row['passed']}/{row['evaluated']}"
    return Cell(cell.value, text=cell.text, valid=cell.valid, note=note, quiet=_step(row))
