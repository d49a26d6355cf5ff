"""Ecology: EI, EQI and BI of counties by year, on the map, as bars, with their parts and the way to the entries."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from saishang.apps.ecology import queries as species
from saishang.apps.indicators.queries import RunFacts
from saishang.web import texts
from saishang.web.pages import site
from saishang.web.pages.air_common import choice
from saishang.web.pages.charts import Chart, MapView
from saishang.web.pages.ecology_common import (
    COLOURS,
    choose_basis,
    county_map,
    digits,
    edge_words,
    explain,
    reason_words,
    rows_of,
    sources_of,
    tabs,
)
from saishang.web.pages.ecology_words import grade_name, grades, index_name, part_name
from saishang.web.pages.exports import export
from saishang.web.pages.runs import about_run, chosen_run, with_run
from saishang.web.pages.tables import Cell, Column, Table
from saishang.web.reasons import basis_name
from saishang.web.security import public

__all__ = ["overview"]

_INDICES = ("ei", "eqi", "bi")
_DECIMALS = {"ei": 1, "eqi": 2, "bi": 1}
_REGISTERS = {"ei": "ei_inputs", "eqi": "eqi_inputs", "bi": "biodiversity_surveys"}
_GROUPS = {
    "ei": (("ei", "weights"), ("ei", "coefficients"), ("ei", "restriction"), ("ei", "pollution_divisor")),
    "eqi": (("eqi", "weights"),),
    "bi": (("biodiversity", "weights"), ("biodiversity", "reference_maxima")),
}


@public
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """One index of all counties in one year, its years, its parts; and how the other themes stand."""
    run = chosen_run(request)
    everything = rows_of(run, "ecology_index", order="period, id")
    themes = _themes(run, request)
    there = [name for name in _INDICES if any(row["index"] == name for row in everything)]
    base: dict[str, Any] = {"tabs": tabs("ecology"), "run": run, "themes": themes}
    if run is None or not there:
        forms = [(index_name(name), reverse("registers-list", args=[_REGISTERS[name]])) for name in _INDICES]
        return render(request, "ecology/overview.html", base | {"forms": forms})
    index = choice(request, "index", there, there[0])
    rows = [row for row in everything if row["index"] == index]
    basis, bases = choose_basis(request, rows)
    rows = [row for row in rows if row["basis"] == basis]
    years = sorted({str(row["period"]) for row in rows}, reverse=True)
    year = choice(request, "year", years, years[0])
    shown = [row for row in rows if row["period"] == year]
    about = [index_name(index), _("口径：%(basis)s") % {"basis": basis_name(basis)}, *about_run(run)]
    cut = {(row["id"], row["period"]) for row in rows if row["value"] != row["free"]}
    table = _table(shown, cut, index, year, run, about)
    parts = _parts_table(rows_of(run, "ecology_parts"), index, year, basis, about)
    bars = _bars(rows, index, about)
    tables = [table, parts, *([bars.table] if bars.table is not None else [])]
    places = _map(shown, index)
    context = base | {
        "indices": [(name, index_name(name)) for name in there], "index": index, "index_name": index_name(index),
        "bases": bases, "basis": basis, "years": years, "year": year, "table": table, "parts": parts, "bars": bars,
        "map": MapView("counties", _("%(year)s 年各地 %(index)s") % {"year": year, "index": index.upper()}, places)
        if places else None,
        "legend": _legend(index), "figures": _figures(shown, index), "demonstration": basis == "demonstration",
        "sources": sources_of(*_GROUPS[index]), "register": _REGISTERS[index],
        "register_href": reverse("registers-list", args=[_REGISTERS[index]]),
        "topic_href": reverse("calculators-topic", args=[_TOPICS[index]]),
    }  # fmt: skip
    return export(request, tables, invented=basis == "demonstration") or render(
        request, "ecology/overview.html", context
    )


#: Calculator of an index.
_TOPICS = {"ei": "ei_index", "eqi": "eqi_index", "bi": "biodiversity_index"}


def _themes(run: RunFacts | None, request: HttpRequest) -> list[tuple[str, str, str, str]]:
    """(words, figure, remark, address) of the other pages: how the themes stand."""
    found = []
    protected = rows_of(run, "ecology_protected", order="period")
    if protected:
        row = protected[-1]
        remark = _("名录不全，为下限") if row["reason"] == "register_partial" else ""
        share = "—" if row["share"] is None else f"{row['share']:.1f} %"
        found.append((_("自然保护地占比"), share, remark, with_run(reverse("ecology-protected"), request)))
    views = species.finds(site.rules())
    open_ones = [w for w in species.warnings(site.rules(), views).values() if w.open]
    invented = {view.key for view in views if view.standing.invented}
    if views:
        told = basis_name("demonstration") if any(w.find.key in invented for w in open_ones) else ""
        found.append((_("未处置的入侵预警"), str(len(open_ones)), told, reverse("ecology-alien")))
    fish = [
        row for row in rows_of(run, "ecology_fish", "scope = 'region'", order="period") if row["change"] is not None
    ]
    if fish:
        row = fish[-1]
        told = _("%(year)s 年较基准年") % {"year": row["period"]}
        if row["basis"] == "demonstration":
            told += texts.aside(basis_name("demonstration"))
        found.append((_("黄河鱼类生物量"), f"{row['change']:+.1f} %", told, with_run(reverse("ecology-fish"), request)))
    return found


def _figures(rows: Sequence[Mapping[str, Any]], index: str) -> list[tuple[str, str, str]]:
    """(words, figure, remark): regions by class, those without an index."""
    known = [row for row in rows if row["grade"] is not None]
    found = [(_("有指数的地区"), str(len(known)), _("共登记 %(n)s 个") % {"n": len(rows)})]
    for row in grades(index):
        count = sum(item["grade"] == row["level"] for item in known)
        if count:
            found.append((texts.name_of(row), str(count), _("个地区")))
    lacking = len(rows) - len(known)
    if lacking:
        found.append((_("无法计算"), str(lacking), _("缺少分项或分项矛盾")))
    return found


def _step(index: str, level: int) -> int:
    """Colour of a class, 1 for the best to 5 for the worst."""
    order = [int(row["level"]) for row in grades(index)]
    return min(order.index(level), len(COLOURS) - 1) + 1


def _legend(index: str) -> list[tuple[int, str]]:
    """(colour, words with the edges) of the classes."""
    return [
        (_step(index, int(row["level"])), f"{texts.name_of(row)} {edge_words(row)}") for row in grades(index)
    ]  # fmt: skip


def _map(rows: Sequence[Mapping[str, Any]], index: str) -> dict[str, Any] | None:
    found = {}
    for row in rows:
        level = row["grade"]
        words = grade_name(index, level) or _("无法计算")
        note = f"{site.region_name(row['id'])}：{index.upper()} {row['rounded'] or '—'} · {words}"
        colour = "#e6eaed" if level is None else COLOURS[_step(index, level) - 1]
        found[row["id"]] = (colour, words if level is not None else "—", note, "")
    return county_map(found)


def _table(
    rows: Sequence[Mapping[str, Any]], restricted: Collection[tuple[str, str]], index: str, year: str, run: RunFacts,
    about: Sequence[str],
) -> Table:  # fmt: skip
    columns = [
        Column("region", _("地区"), row_head=True, nowrap=True),
        Column("value", index.upper(), number=True),
        Column("grade", _("类别") if index == "eqi" else _("等级"), nowrap=True),
    ]
    if index == "ei":
        columns.append(Column("free", _("限制前"), number=True))
    if index != "bi":
        columns += [Column("change", _("较比较年变化"), number=True), Column("change_grade", _("变化幅度"))]
    columns += [Column("note", _("备注"), long=True), Column("chain", _("追溯"))]
    decimals = _DECIMALS[index]
    listed = []
    for row in rows:
        cut = row["value"] is not None and row["free"] != row["value"]
        listed.append({
            "region": site.region_name(row["id"]),
            "value": Cell(row["value"], text=row["rounded"] or None),
            "grade": grade_name(index, row["grade"]),
            "free": Cell(row["free"], text=digits(row["free"], decimals)) if cut else Cell(None),
            "change": Cell(row["change"], text=None if row["change"] is None else f"{row['change']:+.{decimals}f}",
                           note=_against(row, restricted)),
            "change_grade": grade_name(f"{index}_change", row["change_grade"]),
            "note": _("环境限制 code %(code)s") % {"code": row["restriction"]} if cut else reason_words(row),
            "chain": explain(run, f"ecology.{index}", row),
        })  # fmt: skip
    title = _("%(year)s 年各地%(index)s") % {"year": year, "index": index_name(index)}
    caption = _("缺一个分项就不给出指数；EI 与 EQI 是两套评价，不连成一条曲线。")
    return Table(f"{index}-{year}", title, columns, listed, about=about, caption=caption, tight=True)


def _against(row: Mapping[str, Any], restricted: Collection[tuple[str, str]]) -> str:
    """What a change is taken against; a year that a restriction cut makes it larger than nature did."""
    if not row["against"]:
        return ""
    told = _("与 %(year)s 年比") % {"year": row["against"]}
    return told + texts.aside(_("该年受环境限制")) if (row["id"], row["against"]) in restricted else told


def _parts_table(
    rows: Sequence[Mapping[str, Any]], index: str, year: str, basis: str, about: Sequence[str]
) -> Table:  # fmt: skip
    mine = [row for row in rows if (row["index"], row["period"], row["basis"]) == (index, year, basis)]
    columns = [
        Column("region", _("地区"), row_head=True, nowrap=True), Column("part", _("分项")),
        Column("value", _("分项指数"), number=True), Column("weight", _("权重"), number=True),
        Column("adds", _("对指数的贡献"), number=True),
    ]  # fmt: skip
    listed = [
        {"region": site.region_name(row["id"]), "part": part_name(index, row["part"]),
         "value": Cell(row["value"], text=digits(row["value"], 2)), "weight": row["weight"],
         "adds": Cell(row["adds"], text=digits(row["adds"], 3))}
        for row in sorted(mine, key=lambda row: str(row["id"]))
    ]  # fmt: skip
    caption = {
        "ei": _("土地胁迫和污染负荷以 100 减分项指数计入；各分项取一位小数后加权，贡献之和为限制前的 EI。"),
        "eqi": _("生态胁迫以 100 减后计入；贡献之和即 EQI。"),
        "bi": _("各项按全国最大值归一化为百分数；外来物种入侵度以 100 减后计入，贡献之和即 BI。"),
    }[index]
    return Table(
        "parts", _("%(year)s 年分项") % {"year": year}, columns, listed, about=about, caption=caption, tight=True
    )


def _bars(rows: Sequence[Mapping[str, Any]], index: str, about: Sequence[str]) -> Chart:
    """Bars of every region, one colour per year; the last five years."""
    years = sorted({str(row["period"]) for row in rows})[-5:]
    regions = list(dict.fromkeys(str(row["id"]) for row in sorted(rows, key=lambda row: str(row["id"]))))
    found = {(str(row["id"]), str(row["period"])): row for row in rows}
    decimals = _DECIMALS[index]

    def at(region: str, year: str) -> float | None:
        row = found.get((region, year))
        return None if row is None or row["value"] is None else round(row["value"], decimals)

    spec = {
        "kind": "lines", "unit": "", "x": [site.region_name(region) for region in regions],
        "series": [{"name": year, "type": "bar", "data": [at(region, year) for region in regions]} for year in years],
    }  # fmt: skip
    columns = [Column("region", _("地区"), row_head=True, nowrap=True)]
    columns += [Column(year, year, number=True) for year in years]
    listed = [
        {"region": site.region_name(region),
         **{year: Cell(row["value"], text=row["rounded"] or None) for year in years
            if (row := found.get((region, year))) is not None}}
        for region in regions
    ]  # fmt: skip
    title = _("%(index)s 历年值") % {"index": index.upper()}
    table = Table(f"{index}-years", title, columns, listed, about=about, tight=True)
    return Chart("years", title, spec, table)
