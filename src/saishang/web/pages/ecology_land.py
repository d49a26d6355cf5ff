"""Fish of the Yellow River against the base year, sandy and saline land by grade, ecosystem functions of counties."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from saishang.apps.indicators.queries import RunFacts
from saishang.apps.indicators.register_values import REGISTER
from saishang.apps.indicators.values import decimal_of
from saishang.apps.registers import queries as registers
from saishang.apps.registers.kinds import kinds
from saishang.apps.registers.queries import EntryView, Filter
from saishang.errors import SaishangError
from saishang.science import calc
from saishang.science.register.kind import Kind
from saishang.web import texts, wording
from saishang.web.pages import site
from saishang.web.pages.air_common import choice
from saishang.web.pages.charts import Chart, MapView
from saishang.web.pages.ecology_common import (
    choose_basis,
    digits,
    edge_words,
    explain,
    reason_words,
    rows_of,
    sources_of,
    tabs,
)
from saishang.web.pages.ecology_words import grade_name, grades
from saishang.web.pages.exports import export
from saishang.web.pages.registers_common import area_map, entry_url, kind_named, today, value_text
from saishang.web.pages.runs import about_run, chosen_run
from saishang.web.pages.tables import Cell, Column, Table
from saishang.web.security import public

__all__ = ["fish", "functions", "land"]

_SCALES = {"sandy": "sandy_cover", "saline": "salt_1"}
#: Calculation → field of the register for each of its inputs.
_CALCULATIONS: Mapping[str, Mapping[str, str]] = {
    "rusle": {"R": "erosivity", "K": "erodibility", "LS": "slope", "C": "cover", "P": "practice"},
    "rweq": {"WF": "weather", "EF": "erodible", "SCF": "crust", "Kp": "roughness", "C": "plants"},
    "water_conservation": {
        "P_mm": "precipitation", "runoff_coef": "runoff", "ET_mm": "evapotranspiration", "area_km2": "area",
    },
}  # fmt: skip
#: Calculation → the results that the page tells: key, unit.
_RESULTS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "rusle": (("A_t_ha", "t/(ha·a)"), ("conserved_t_ha", "t/(ha·a)")),
    "rweq": (("SL", "kg/m²"),),
    "water_conservation": (("depth_mm", "mm"), ("volume_m3", "m³")),
}


@public
@require_safe
def fish(request: HttpRequest) -> HttpResponse:
    """Biomass of every reach by year, and the change against the base year."""
    run = chosen_run(request)
    everything = rows_of(run, "ecology_fish", order="period, reach")
    base: dict[str, Any] = {"tabs": tabs("ecology-fish"), "run": run, "kind": kind_named("fish_surveys")}
    if not everything:
        return render(request, "ecology/fish.html", base)
    basis, bases = choose_basis(request, everything)
    rows = [row for row in everything if row["basis"] == basis]
    reaches = [row for row in rows if row["scope"] == "reach"]
    whole = [row for row in rows if row["scope"] == "region"]
    about = about_run(run)
    table, river = _reaches(reaches, about), _river(whole, run, about)
    chart = _biomass(reaches)
    kind = base["kind"]
    spec = area_map(kind, _first_places(kind, basis), None) if kind is not None else None
    context = base | {
        "table": table, "river": river, "chart": chart, "bases": bases, "basis": basis,
        "map": MapView("reaches", _("调查河段分布图"), spec) if spec else None,
        "figures": _fish_figures(whole, reaches), "demonstration": basis != REGISTER,
        "register_href": reverse("registers-list", args=["fish_surveys"]),
    }  # fmt: skip
    return export(request, [table, river], invented=basis != REGISTER) or render(request, "ecology/fish.html", context)


def _first_places(kind: Kind, basis: str) -> list[EntryView]:
    """One entry of every reach that has a place."""
    found: dict[str, EntryView] = {}
    for view in registers.entries(kind, Filter()):
        if view.place is not None and view.standing.invented == (basis != REGISTER):
            found.setdefault(str(view.values["reach"]), view)
    return list(found.values())


def _fish_figures(
    whole: Sequence[Mapping[str, Any]], reaches: Sequence[Mapping[str, Any]]
) -> list[tuple[str, str, str]]:  # fmt: skip
    found = [(_("调查河段"), str(len({row["reach"] for row in reaches})), _("个"))]
    if whole:
        row = whole[-1]
        change = "—" if row["change"] is None else f"{row['change']:+.1f} %"
        found.append((_("%(year)s 年较基准年") % {"year": row["period"]}, change, reason_words(row)))
        compared = f"{row['compared']} / {row['reaches']}"
        found.append((_("能比较的河段"), compared, _("同网具、同月份，有基准年")))
    return found


def _gear(value: str) -> str:
    kind = kinds(site.rules())["fish_surveys"]
    return value_text(kind.fields["gear"], value)


def _reaches(rows: Sequence[Mapping[str, Any]], about: Sequence[str]) -> Table:
    columns = [
        Column("reach", _("河段"), row_head=True, nowrap=True), Column("period", _("年份")), Column("month", _("月份")),
        Column("gear", _("网具")), Column("current", _("单位网时渔获"), "kg/h", number=True),
        Column("base", _("基准年渔获"), "kg/h", number=True), Column("change", _("较基准年"), "%", number=True),
        Column("note", _("备注"), long=True),
    ]  # fmt: skip
    listed = [
        {
            "reach": row["reach"], "period": row["period"], "month": texts.month_name(row["month"]),
            "gear": _gear(row["gear"]), "current": Cell(row["current"], text=digits(row["current"], 4)),
            "base": Cell(row["base"], text=digits(row["base"], 4),
                         note=_("%(year)s 年") % {"year": row["base_year"]} if row["base_year"] else ""),
            "change": Cell(row["change"], text=None if row["change"] is None else f"{row['change']:+.1f}"),
            "note": _("基准年") if row["base_year"] == int(row["period"]) else reason_words(row),
        }
        for row in sorted(rows, key=lambda row: (row["reach"], row["period"]))
    ]  # fmt: skip
    caption = _("生物量以每网时渔获量计；只与同河段、同网具、同月份的基准年比较。")
    return Table("fish-reaches", _("各河段鱼类生物量"), columns, listed, about=about, caption=caption, tight=True)


def _river(rows: Sequence[Mapping[str, Any]], run: RunFacts | None, about: Sequence[str]) -> Table:
    columns = [
        Column("period", _("年份"), row_head=True), Column("change", _("较基准年"), "%", number=True),
        Column("reaches", _("能比较 / 全部河段"), number=True), Column("note", _("备注"), long=True),
        Column("chain", _("追溯")),
    ]  # fmt: skip
    listed = [
        {
            "period": row["period"],
            "change": Cell(row["change"], text=None if row["change"] is None else f"{row['change']:+.1f}",
                           valid=bool(row["valid"])),
            "reaches": f"{row['compared']} / {row['reaches']}", "note": reason_words(row),
            "chain": explain(run, "ecology.fish_biomass_change", row),
        }
        for row in reversed(rows)
    ]  # fmt: skip
    caption = _("能比较河段的渔获量之和除以网时之和，与这些河段基准年的同一数值比较。")
    return Table("fish-river", _("黄河鱼类生物量变化"), columns, listed, about=about, caption=caption)


def _biomass(rows: Sequence[Mapping[str, Any]]) -> Chart:
    years = sorted({str(row["period"]) for row in rows})
    lines: dict[tuple[str, str, int], dict[str, float]] = {}
    for row in rows:
        if row["current"] is not None:
            lines.setdefault((row["reach"], row["gear"], row["month"]), {})[str(row["period"])] = row["current"]
    spec = {
        "kind": "lines", "unit": "kg/h", "x": years,
        "series": [
            {"name": f"{reach} · {_gear(gear)} · {texts.month_name(month)}",
             "data": [round(values[year], 4) if year in values else None for year in years]}
            for (reach, gear, month), values in sorted(lines.items())
        ],
    }  # fmt: skip
    return Chart("biomass", _("各河段每网时渔获量"), spec)


@public
@require_safe
def land(request: HttpRequest) -> HttpResponse:
    """Sandy and saline land by grade in one region, and the units behind."""
    run = chosen_run(request)
    everything = rows_of(run, "ecology_degraded", order="period, id, kind, level")
    kind = kind_named("degraded_land")
    base: dict[str, Any] = {"tabs": tabs("ecology-land"), "run": run, "kind": kind}
    if not everything:
        return render(request, "ecology/land.html", base)
    basis, bases = choose_basis(request, everything)
    rows = [row for row in everything if row["basis"] == basis]
    years = sorted({str(row["period"]) for row in rows}, reverse=True)
    year = choice(request, "year", years, years[0])
    rows = [row for row in rows if row["period"] == year]
    regions = list(dict.fromkeys(str(row["id"]) for row in rows))
    region = choice(request, "region", regions, regions[0])
    mine = [row for row in rows if row["id"] == region]
    about = [site.region_name(region), *about_run(run)]
    shares = [_shares(mine, name, run, about) for name in _SCALES if any(row["kind"] == name for row in mine)]
    views = registers.entries(kind, Filter(regions=registers.inside(site.rules(), region))) if kind else []
    units = _units(kind, views, about) if kind is not None else None
    chart = _grades_chart(mine)
    context = base | {
        "shares": shares, "units": units, "chart": chart, "bases": bases, "basis": basis, "years": years, "year": year,
        "regions": [(code, site.region_name(code)) for code in regions], "region": region,
        "demonstration": basis != REGISTER, "register_href": reverse("registers-list", args=["degraded_land"]),
        "edges": [(name, _edges(name)) for name in ("sandy_cover", "salt_1", "salt_2")],
    }  # fmt: skip
    return export(request, [*shares, *([units] if units is not None else [])], invented=basis != REGISTER) or render(
        request, "ecology/land.html", context
    )


def _edges(scale: str) -> str:
    """Grades with the edges between them."""
    return texts.listed(f"{texts.name_of(row)} {edge_words(row)}" for row in grades(scale))


def kind_word(kind: str) -> str:
    """Words of a kind of degraded land."""
    return {"sandy": _("沙化土地"), "saline": _("盐渍化土地")}[kind]


def _shares(rows: Sequence[Mapping[str, Any]], kind: str, run: RunFacts | None, about: Sequence[str]) -> Table:
    columns = [
        Column("grade", _("等级"), row_head=True), Column("area", _("面积"), "km²", number=True),
        Column("share", _("占监测面积"), "%", number=True), Column("note", _("备注"), long=True),
        Column("chain", _("追溯")),
    ]  # fmt: skip
    listed = [
        {
            "grade": grade_name(_SCALES[kind], row["level"]), "area": Cell(row["area"], text=digits(row["area"], 2)),
            "share": Cell(row["share"], text=digits(row["share"], 1), valid=bool(row["valid"])),
            "note": reason_words(row), "chain": explain(run, f"ecology.{kind}_share_{row['level']}", row),
        }
        for row in rows if row["kind"] == kind
    ]  # fmt: skip
    caption = _("等级由实测值按分级标准得出；只说明监测单元，不代表全域。")
    return Table(f"{kind}-grades", kind_word(kind), columns, listed, about=about, caption=caption)


def _units(kind: Kind, views: Iterable[EntryView], about: Sequence[str]) -> Table:
    fields = kind.fields
    columns = [
        Column("name", _("监测单元"), row_head=True), Column("kind", _("退化类型")), Column("region", _("县（区）")),
        Column("area", _("面积"), "km²", number=True), Column("cover", _("植被盖度"), "%", number=True),
        Column("salt", _("土壤含盐量"), "g/kg", number=True), Column("grade", _("等级")),
        Column("measured", _("监测日期"), nowrap=True), Column("note", _("备注")),
    ]  # fmt: skip
    rows = [
        {
            "name": Cell(view.title, href=entry_url(kind, view.pk)),
            "kind": value_text(fields["kind"], view.values.get("kind")), "region": site.region_name(view.region),
            **{name: decimal_of(view.values.get(name)) for name in ("area", "cover", "salt")}, "grade": _grade_of(view),
            "measured": view.values.get("measured_on"),
            "note": _("演示条目") if view.standing.invented else "",
        }
        for view in views
    ]  # fmt: skip
    return Table("units", _("监测单元"), columns, rows, about=about, tight=True)


def _grade_of(view: EntryView) -> str:
    from saishang.apps.indicators.ecology_stock import land_unit
    from saishang.science.ecology.degraded import unit_grade
    from saishang.science.ecology.from_rules import scale

    unit = land_unit(view)
    grade = unit_grade(unit, {unit.scale: scale(site.rules(), unit.scale)})
    return texts.name_of(grade) if grade is not None else _("未测")


def _grades_chart(rows: Sequence[Mapping[str, Any]]) -> Chart:
    """Share of every grade, one group of bars per kind of land."""
    there = [name for name in _SCALES if any(row["kind"] == name for row in rows)]
    levels = sorted({int(row["level"]) for row in rows})
    found = {(row["kind"], row["level"]): row["share"] for row in rows}
    spec = {
        "kind": "lines", "unit": "%", "x": [kind_word(name) for name in there],
        "series": [
            {"name": " / ".join(dict.fromkeys(
                grade_name(_SCALES[name], level) for name in there if (name, level) in found)),
             "type": "bar",
             "data": [None if found.get((name, level)) is None else round(found[name, level], 1) for name in there]}
            for level in levels
        ],
    }  # fmt: skip
    return Chart("grades", _("各等级占监测面积的比例"), spec)


@public
@require_safe
def functions(request: HttpRequest) -> HttpResponse:
    """What the factors of every county give by the three formulas, with the way to the calculators."""
    kind = kind_named("function_factors")
    views = registers.entries(kind, Filter()) if kind is not None else []
    topics = [
        {"name": texts.both(topic.zh, topic.en), "about": texts.both(topic.description_zh, topic.description_en),
         "href": reverse("calculators-topic", args=[topic.name])}
        for topic in map(calc.find_topic, ("rusle", "soil_erodibility", "cover_factor", "rweq", "rweq_factors",
                                           "water_conservation", "erosion_grade"))
    ]  # fmt: skip
    context: dict[str, Any] = {
        "tabs": tabs("ecology-functions"), "kind": kind, "topics": topics,
        "sources": sources_of(("services", "runoff_percent"), ("services", "cover_factor"),
                              ("services", "rweq_transport"), ("services", "rweq_cover")),
    }  # fmt: skip
    if kind is None or not views:
        return render(request, "ecology/functions.html", context)
    about = [_("生态系统功能计算因子，%(day)s") % {"day": today().isoformat()}]
    tables = [_function(kind, views, name, about) for name in _CALCULATIONS]
    context |= {
        "tables": tables, "demonstration": any(view.standing.invented for view in views),
        "register_href": reverse("registers-list", args=[kind.id]),
    }  # fmt: skip
    return export(request, tables) or render(request, "ecology/functions.html", context)


def _function(kind: Kind, views: Sequence[EntryView], topic: str, about: Sequence[str]) -> Table:
    known, inputs = calc.find_topic(topic), _CALCULATIONS[topic]
    columns = [Column("region", _("地区"), row_head=True, nowrap=True), Column("year", _("年份"))]
    columns += [
        Column(f"in-{name}", texts.both(kind.fields[field].zh, kind.fields[field].en),
               kind.fields[field].unit, number=True, wide_only=True)
        for name, field in inputs.items()
    ]  # fmt: skip
    columns += [Column(f"out-{key}", result_word(key), unit, number=True) for key, unit in _RESULTS[topic]]
    columns += [Column("note", _("备注")), Column("chain", _("复算"))]
    rows = []
    for view in views:
        given = {name: view.values.get(field) for name, field in inputs.items()}
        row: dict[str, Any] = {
            "region": Cell(site.region_name(view.region), href=entry_url(kind, view.pk),
                           note=_("演示条目") if view.standing.invented else ""),
            "year": str(view.values["year"]), **{f"in-{name}": decimal_of(value) for name, value in given.items()},
        }  # fmt: skip
        lacking = [inputs[name] for name, value in given.items() if value is None]
        if lacking:
            words = texts.listed(texts.both(kind.fields[name].zh, kind.fields[name].en) for name in lacking)
            row["note"] = _("缺少：%(fields)s") % {"fields": words}
        else:
            try:
                found = calc.calculate(topic, given, rules=site.rules(), on=today())
            except SaishangError as error:
                row["note"] = wording.say(error.message)
            else:
                row |= {
                    f"out-{key}": Cell(float(found[key]), text=_short(found[key])) for key, _unit in _RESULTS[topic]
                }
                query = urlencode({"go": "1", **{f"in.{name}": value for name, value in given.items()}})
                address = reverse("calculators-topic", args=[topic])
                row["chain"] = Cell(None, text=_("打开计算器"), href=f"{address}?{query}")
        rows.append(row)
    return Table(topic.replace("_", "-"), texts.both(known.zh, known.en), columns, rows, about=about, tight=True,
                 caption=texts.both(known.description_zh, known.description_en))  # fmt: skip


def result_word(key: str) -> str:
    """Words of a result."""
    return {
        "A_t_ha": _("土壤流失量"), "conserved_t_ha": _("土壤保持量"), "SL": _("风蚀量"), "depth_mm": _("水源涵养深"),
        "volume_m3": _("水源涵养量"),
    }.get(key, key)  # fmt: skip


def _short(value: Any) -> str:
    number = float(value)
    return f"{number:,.0f}" if abs(number) >= 1000 else f"{number:.4g}"
