"""Noise: area and road surveys of cities (HJ 640): means and grades by day and night, and the scale of grades."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from saishang.apps.indicators import queries
from saishang.apps.indicators.queries import RunFacts
from saishang.science.noise.from_rules import setting
from saishang.web import texts, wording
from saishang.web.pages import site
from saishang.web.pages.air_common import choice
from saishang.web.pages.chain import chain_url
from saishang.web.pages.charts import Chart
from saishang.web.pages.exports import export
from saishang.web.pages.noise_common import registers, reverse_bases, span_name, tabs
from saishang.web.pages.runs import about_run, chosen_run
from saishang.web.pages.tables import Cell, Column, Table
from saishang.web.reasons import basis_name, reason_name
from saishang.web.security import public

__all__ = ["cities"]

_SCOPES = ("regional", "road")
_SPANS = ("day", "night")


@public
@require_safe
def cities(request: HttpRequest) -> HttpResponse:
    """Surveys of one year, city by city, with all years in the export; the grades that they are held against."""
    run = chosen_run(request)
    scale = _scale_table()
    base: dict[str, Any] = {
        "tabs": tabs("noise-cities"), "run": run, "scale": scale, "registers": registers(request)[1:],
    }  # fmt: skip
    rows = queries.select(run.id, "noise_surveys", order="year desc, region, scope, span") if run is not None else []
    if run is None or not rows:
        return export(request, [scale]) or render(request, "noise/cities.html", base)
    bases = reverse_bases(rows)
    basis = choice(request, "basis", bases, bases[0])
    mine = [row for row in rows if row["basis"] == basis]
    years = [str(year) for year in sorted({row["year"] for row in mine}, reverse=True)]
    year = choice(request, "year", years, years[0])
    about = [
        *([_("演示数据：虚构的测点和数值，不代表任何真实地点。")] if basis == "demonstration" else []), *about_run(run),
    ]  # fmt: skip
    tables = [_scope_table(scope, mine, year, run, about) for scope in _SCOPES]
    chart = _chart([row for row in mine if str(row["year"]) == year], year)
    context = base | {
        "years": years, "year": year, "bases": [(name, basis_name(name)) for name in bases], "basis": basis,
        "demonstration": basis == "demonstration", "tables": tables, "chart": chart,
        "least": setting(site.rules(), "min_grid_points"),
    }  # fmt: skip
    return export(request, [*tables, scale], invented=basis == "demonstration", real=[scale.name]) or render(
        request, "noise/cities.html", context
    )


def _scope_name(scope: str) -> str:
    return {"regional": _("区域声环境"), "road": _("道路交通声环境")}[scope]


def _indicator(scope: str, span: str) -> str:
    return f"noise.{'area' if scope == 'regional' else 'road'}_{span}_mean"


def _grade_name(scope: str, span: str, grade: int | None) -> str:
    if grade is None:
        return ""
    for row in site.rules().table("standards/noise/grades").find(scope=scope, period=span):
        if int(row["grade"]) == grade:
            return f"{row['zh']}（{row['word']}）" if not texts.english() else f"{grade} ({row['en']})"
    return str(grade)


def _scope_table(
    scope: str, rows: Sequence[Mapping[str, Any]], year: str, run: RunFacts, about: Sequence[str]
) -> Table:
    found: dict[tuple[int, str], dict[str, Mapping[str, Any]]] = {}
    for row in rows:
        if row["scope"] == scope:
            found.setdefault((row["year"], row["region"]), {})[row["span"]] = row
    columns = [
        Column("year", _("年度"), export_only=True), Column("city", _("城市"), row_head=True, nowrap=True),
        Column("points", _("路段") if scope == "road" else _("测点"), number=True),
        *([Column("length", _("总长度"), "km", number=True)] if scope == "road" else []),
        *[
            column
            for span in _SPANS
            for column in (
                Column(f"{span}_mean", _("%(span)s平均") % {"span": span_name(span)}, "dB(A)", number=True),
                Column(f"{span}_grade", _("%(span)s等级") % {"span": span_name(span)}),
            )
        ],
        Column("note", _("备注"), long=True),
    ]  # fmt: skip
    listed = {key: _line(scope, *key, spans, run) for key, spans in found.items()}
    shown = [line for (when, _city), line in listed.items() if str(when) == year]
    title = _("%(year)s 年%(scope)s") % {"year": year, "scope": _scope_name(scope)}
    caption = {
        "regional": _("网格测点的算术平均，修约到 0.1 dB(A) 后评定等级。点数字看每个测点。"),
        "road": _("路段声级按长度加权平均，修约到 0.1 dB(A) 后评定等级。点数字看每条路段。"),
    }[scope]
    empty = _("这一年没有%(scope)s的普查结果。") % {"scope": _scope_name(scope)}
    return Table(
        scope, title, columns, shown, about=about, caption=caption, empty=empty, tight=True,
        everything=list(listed.values()),
    )  # fmt: skip


def _line(scope: str, year: int, region: str, spans: Mapping[str, Mapping[str, Any]], run: RunFacts) -> dict[str, Any]:
    either = next(iter(spans.values()))
    line: dict[str, Any] = {"year": year, "city": site.region_name(region), "points": either["points"]}
    if either["length"] is not None:
        line["length"] = Cell(either["length"], text=f"{either['length']:.2f}")
    notes = []
    for span in _SPANS:
        row = spans.get(span)
        if row is None:
            notes.append(_("%(span)s未开展") % {"span": span_name(span)})
            continue
        valid = bool(row["valid"])
        href = chain_url(run.id, _indicator(scope, span), region, str(year), str(row["basis"]))
        shown = row["rounded"] or reason_name(row["reason"])
        line[f"{span}_mean"] = Cell(row["rounded"] or None, text=shown, valid=valid, href=href)
        line[f"{span}_grade"] = Cell(_grade_name(scope, span, row["grade"]) or None, valid=valid)
        if row["reason"]:
            notes.append(f"{span_name(span)}{_('：')}{reason_name(row['reason'])}")
    line["note"] = texts.listed(notes)
    return line


def _chart(rows: Sequence[Mapping[str, Any]], year: str) -> Chart | None:
    """Means of the cities as bars; nothing to compare with a single one."""
    regions = list(dict.fromkeys(row["region"] for row in rows))
    values = {(row["region"], row["scope"], row["span"]): row["rounded"] for row in rows}
    if len(regions) < 2:
        return None
    series = [
        {
            "name": f"{_scope_name(scope)} {span_name(span)}", "type": "bar",
            "data": [float(text) if (text := values.get((region, scope, span))) else None for region in regions],
        }
        for scope in _SCOPES for span in _SPANS
        if any(values.get((region, scope, span)) for region in regions)
    ]  # fmt: skip
    x = [site.region_name(region) for region in regions]
    label = _("%(year)s 年各城市平均等效声级柱状图；同样的数字列在下面的表里。") % {"year": year}
    return Chart("cities", label, {"kind": "lines", "unit": "dB(A)", "x": x, "series": series}, size="chart-rows-s")


def _scale_table() -> Table:
    columns = [
        Column("scope", _("对象"), row_head=True, nowrap=True), Column("span", _("时段")), Column("grade", _("等级")),
        Column("bounds", _("平均等效声级"), "dB(A)"), Column("source", _("来源"), long=True),
    ]  # fmt: skip
    listed = []
    for row in site.rules().table("standards/noise/grades"):
        low, high = row["low"], row["high"]
        bounds = (
            f"≤ {high:.1f}"
            if low is None
            else f"> {low - low.__class__('0.1'):.1f}"
            if high is None
            else f"{low:.1f} – {high:.1f}"
        )
        listed.append(
            {
                "scope": _scope_name(str(row["scope"])), "span": span_name(str(row["period"])),
                "grade": _grade_name(str(row["scope"]), str(row["period"]), int(row["grade"])), "bounds": bounds,
                "source": Cell(row["source"], text=wording.clause(str(row["source"])), mark=row["status"]),
            }
        )  # fmt: skip
    return Table("scale", _("等级划分"), columns, listed, tight=True)
