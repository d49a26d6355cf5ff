"""Streams of solid waste: where the masses of a region's year went, whether they balance, the rates made of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from saishang.apps.indicators import queries
from saishang.apps.indicators.models import IndicatorValue
from saishang.apps.indicators.queries import RunFacts
from saishang.apps.indicators.values import DEMONSTRATION
from saishang.science.waste.balance import Stream
from saishang.science.waste.from_rules import setting
from saishang.science.waste.from_rules import streams as streams_of
from saishang.web import texts
from saishang.web.pages import site
from saishang.web.pages.air_common import choice
from saishang.web.pages.chain import chain_url
from saishang.web.pages.charts import Chart
from saishang.web.pages.exports import export
from saishang.web.pages.runs import about_run, chosen_run
from saishang.web.pages.tables import Cell, Column, Table
from saishang.web.pages.waste_common import tabs, verdict_name, verdict_todo
from saishang.web.reasons import basis_name, reason_name
from saishang.web.security import public

__all__ = ["streams"]

_UNIT = "万吨"


@dataclass(frozen=True)
class Chosen:
    """What the page shows: run, region, year and basis, with the values of that choice by indicator."""

    run: RunFacts
    region: str
    year: str
    basis: str
    values: Mapping[str, IndicatorValue]

    def chain(self, value: IndicatorValue) -> str:
        """Address of the chain of a value."""
        return chain_url(self.run.id, value.indicator, value.region, value.period, value.basis)


@public
@require_safe
def streams(request: HttpRequest) -> HttpResponse:
    """Balances and rates of all streams of one region, year and basis; the flows of one stream."""
    run = chosen_run(request)
    base: dict[str, Any] = {"tabs": tabs("waste-streams"), "run": run}
    known = streams_of(site.rules())
    names = [name for stream in known.values() for name in _indicators(stream)]
    values = list(queries.values_among(run.id, names)) if run is not None else []
    if run is None or not values:
        return render(request, "waste/streams.html", base)
    regions = _in_order({value.region for value in values})
    region = choice(request, "region", regions, run.region if run.region in regions else regions[0])
    mine = [value for value in values if value.region == region]
    years = sorted({value.period for value in mine}, reverse=True)
    year = choice(request, "year", years, years[0])
    # A real figure is what a reader wants to see first, an invented one only where there is nothing else.
    bases = sorted({v.basis for v in mine if v.period == year}, key=lambda name: (name == DEMONSTRATION, name))
    basis = choice(request, "basis", bases, bases[0])
    chosen = Chosen(run, region, year, basis, _by_indicator(mine, year, basis))
    told = [name for name, stream in known.items() if any(code in chosen.values for code in _parts(stream))]
    stream = known[choice(request, "stream", list(known), told[0] if told else next(iter(known)))]
    about = [site.region_name(region), texts.period_name(year), _("口径：%(basis)s") % {"basis": basis_name(basis)}]
    about += about_run(run)
    balances = _balances(known, chosen, about)
    rates = _rates(known, chosen, about)
    flows = _flows(stream, chosen, about)
    by_region = _by_region(known, values, regions, year, run, about)
    answer = export(
        request, [balances, rates, flows, by_region], invented=basis == DEMONSTRATION, real=[by_region.name]
    )
    if answer is not None:
        return answer
    spec = _sankey(stream, chosen)
    context = base | {
        "region": region, "regions": [(code, site.region_name(code)) for code in regions], "year": year,
        "years": [(value, texts.period_name(value)) for value in years], "basis": basis,
        "bases": [(name, basis_name(name)) for name in bases], "stream": stream.id,
        "streams": [(name, texts.name_of(each)) for name, each in known.items()], "balances": balances, "rates": rates,
        "flows": flows, "by_region": by_region, "tolerance": setting(site.rules(), "balance_tolerance_percent"),
        "demonstration": basis == DEMONSTRATION, "region_name": site.region_name(region),
        "year_name": texts.period_name(year),
        "chart": Chart("flows", _chart_title(stream), spec, size="chart-tall") if spec else None,
    }  # fmt: skip
    return render(request, "waste/streams.html", context)


def _chart_title(stream: Stream) -> str:
    words = {"stream": texts.name_of(stream), "unit": _mass_unit()}
    return _("%(stream)s的来源与去向（%(unit)s）") % words


def _parts(stream: Stream) -> list[str]:
    whole = stream.of_region
    return [f"waste.{stream.id}_{flow}" for flow in (*whole.sources, *whole.sinks)]


def _rate_ids(stream: Stream) -> list[str]:
    """Rates of a stream: the percentages of the catalogue that are made of its masses."""
    mine = f"waste.{stream.id}_"
    found = []
    for name, item in queries.catalogue().indicators.items():
        parts = [code for way in item.by("reports") for code in way.statistic["parts"].values()]
        if item.unit == "%" and parts and all(code.startswith(mine) for code in parts):
            found.append(name)
    return found


def _indicators(stream: Stream) -> list[str]:
    return [*_parts(stream), f"waste.{stream.id}_balance", *_rate_ids(stream)]


def _in_order(codes: set[str]) -> list[str]:
    """Regions in the order of the rules' table: the province, then each city with its counties."""
    return [str(code) for code in site.rules().regions if code in codes]


def _by_indicator(values: Sequence[IndicatorValue], year: str, basis: str) -> dict[str, IndicatorValue]:
    """The value of every indicator; a computed rate goes before the agency's own figure of it."""
    found: dict[str, IndicatorValue] = {}
    for value in values:
        if (value.period, value.basis) != (year, basis):
            continue
        if value.indicator not in found or value.kind == "computed":
            found[value.indicator] = value
    return found


def _verdict(value: IndicatorValue | None) -> str:
    """Verdict of a balance; parts that contradict each other, and none at all, cannot tell."""
    return "cannot_tell" if value is None else str(value.coverage.get("verdict") or "cannot_tell")


def _number(text: object) -> Decimal | None:
    return Decimal(str(text)) if text not in (None, "") else None


def _balances(known: Mapping[str, Stream], chosen: Chosen, about: Sequence[str]) -> Table:
    columns = [
        Column("stream", _("废物种类"), row_head=True), Column("verdict", _("结论"), nowrap=True),
        Column("sources", _("来源合计"), _mass_unit(), number=True),
        Column("sinks", _("去向合计"), _mass_unit(), number=True),
        Column("difference", _("差额"), _mass_unit(), number=True), Column("percent", _("占来源"), "%", number=True),
        Column("parts", _("分项"), nowrap=True), Column("missing", _("缺少"), long=True),
        Column("todo", _("怎么办"), long=True),
    ]  # fmt: skip
    rows = []
    for name, stream in known.items():
        value = chosen.values.get(f"waste.{name}_balance")
        verdict = _verdict(value)
        row: dict[str, Any] = {"stream": texts.name_of(stream), "verdict": _("未报送"), "parts": _("0 项")}
        if value is not None:
            told = value.coverage
            href = chosen.chain(value)
            row |= {
                "verdict": Cell(verdict, text=verdict_name(verdict), href=href),
                "sources": _number(told.get("sources")), "sinks": _number(told.get("sinks")),
                "difference": Cell(value.value, text=value.rounded, href=href) if value.value is not None else None,
                "percent": _number(told.get("difference_percent")),
                "parts": f"{told.get('parts', 0)} / {told.get('parts_expected', 0)}",
                "missing": reason_name(value.reason), "todo": verdict_todo(verdict),
            }  # fmt: skip
        else:
            row["todo"] = _("在“报送数值”中填报各分项；没有发生的填 0")
        rows.append(row)
    caption = _(
        "来源合计与去向合计之差不超过来源的 %(n)s %% 为平衡；缺任何一个分项都不下结论。"
        "允许偏差是本项目的设定，未见公布的规定。"
    )
    return Table(
        "waste-balances", _("物料平衡"), columns, rows, about=about,
        caption=caption % {"n": setting(site.rules(), "balance_tolerance_percent")},
    )  # fmt: skip


def _mass_unit() -> str:
    return texts.unit_name(_UNIT)


def _rates(known: Mapping[str, Stream], chosen: Chosen, about: Sequence[str]) -> Table:
    columns = [
        Column("stream", _("废物种类")), Column("rate", _("指标"), row_head=True),
        Column("value", _("数值"), "%", number=True),
        Column("kind", _("来源方式")), Column("why", _("说明"), long=True), Column("caliber", _("统计口径"), long=True),
    ]  # fmt: skip
    catalogue = queries.catalogue().indicators
    rows = []
    for stream in known.values():
        for name in _rate_ids(stream):
            item, value = catalogue[name], chosen.values.get(name)
            row: dict[str, Any] = {
                "stream": texts.name_of(stream),
                "rate": Cell(item.zh, text=texts.both(item.zh, item.en), mark=item.status),
                "caliber": texts.both(item.caliber, item.caliber_en),
            }  # fmt: skip
            if value is not None:
                row |= {
                    "value": Cell(value.value, text=value.rounded, href=chosen.chain(value)) if value.valid else None,
                    "kind": _("由分项计算") if value.kind == "computed" else texts.kind_name(value.kind),
                    "why": reason_name(value.reason),
                }  # fmt: skip
            else:
                row["why"] = _("没有报送分项")
            rows.append(row)
    return Table("waste-rates", _("利用率与处置率"), columns, rows, about=about, tight=True)


def _flow_name(flow: str) -> str:
    entry = site.rules().document("standards/waste/waste")["flows"][flow]
    return texts.both(entry["zh"], entry["en"])


def _flows(stream: Stream, chosen: Chosen, about: Sequence[str]) -> Table:
    """Every part of a stream with its mass, its share of the side, and who reported it."""
    whole = stream.of_region
    columns = [
        Column("side", _("方向"), nowrap=True), Column("flow", _("分项"), row_head=True),
        Column("mass", _("数量"), _mass_unit(), number=True), Column("share", _("占本侧"), "%", number=True),
        Column("agency", _("填报单位")), Column("evidence", _("证据"), long=True),
    ]  # fmt: skip
    rows = []
    for side, flows in ((_("来源"), whole.sources), (_("去向"), whole.sinks)):
        found = {flow: chosen.values.get(f"waste.{stream.id}_{flow}") for flow in flows}
        masses = [value.value for value in found.values() if value is not None and value.value is not None]
        total = sum(masses, Decimal(0)) if len(masses) == len(flows) else None
        for flow, value in found.items():
            row: dict[str, Any] = {"side": side, "flow": _flow_name(flow), "mass": Cell(None, note=_("未报送"))}
            if value is not None and value.value is not None:
                share = round(100 * value.value / total, 1) if total else None
                row |= {
                    "mass": Cell(value.value, text=value.rounded, href=chosen.chain(value)), "share": share,
                    "agency": Cell(value.inputs.get("agency"), mark=str(value.inputs.get("status") or "")),
                    "evidence": value.inputs.get("evidence"),
                }  # fmt: skip
            rows.append(row)
    title = _("%(stream)s各分项") % {"stream": texts.name_of(stream)}
    caption = _("一侧的分项齐全才计算所占比例。")
    return Table("waste-flows", title, columns, rows, about=about, caption=caption, tight=True)


def _sankey(stream: Stream, chosen: Chosen) -> dict[str, Any] | None:
    """Sources into the stream, sinks out of it; what does not add up is a flow of its own. None without two sides."""
    whole = stream.of_region

    def told(flows: Sequence[str]) -> list[tuple[str, Decimal]]:
        found = [(flow, chosen.values.get(f"waste.{stream.id}_{flow}")) for flow in flows]
        return [(flow, value.value) for flow, value in found if value is not None and value.value]

    came, went = told(whole.sources), told(whole.sinks)
    if not came or not went:
        return None
    middle = texts.name_of(stream)
    links = [{"source": _flow_name(flow), "target": middle, "value": float(mass)} for flow, mass in came]
    # A name stands for one node: what is stored at the end and what went elsewhere have names of their own.
    links += [{"source": middle, "target": _flow_name(flow), "value": float(mass)} for flow, mass in went]
    value = chosen.values.get(f"waste.{stream.id}_balance")
    gap = value.value if value is not None else None
    loose = ""
    if gap is not None and gap > 0:
        loose = _("去向不明")
        links.append({"source": middle, "target": loose, "value": float(gap)})
    elif gap is not None and gap < 0:
        loose = _("来源不明")
        links.append({"source": loose, "target": middle, "value": float(-gap)})
    names = list(dict.fromkeys(name for link in links for name in (str(link["source"]), str(link["target"]))))
    nodes = [{"name": name, "loose": name == loose, "middle": name == middle} for name in names]
    return {"kind": "flows", "unit": _mass_unit(), "nodes": nodes, "links": links}


def _by_region(
    known: Mapping[str, Stream], values: Sequence[IndicatorValue], regions: Sequence[str], year: str, run: RunFacts,
    about: Sequence[str],
) -> Table:  # fmt: skip
    """Verdict of every stream in every region of the year; a real balance goes before an invented one."""
    columns = [Column("region", _("地区"), row_head=True, nowrap=True)]
    columns += [Column(name, texts.name_of(stream)) for name, stream in known.items()]
    rows = []
    for region in regions:
        row: dict[str, Any] = {"region": site.region_name(region)}
        for name in known:
            found = [
                value for value in values
                if (value.region, value.period, value.indicator) == (region, year, f"waste.{name}_balance")
            ]  # fmt: skip
            if not found:
                continue
            best = min(found, key=lambda value: (value.basis == DEMONSTRATION, value.basis))
            verdict = _verdict(best)
            row[name] = Cell(
                verdict, text=verdict_name(verdict),
                href=chain_url(run.id, best.indicator, best.region, best.period, best.basis),
                note=basis_name(best.basis) if best.basis == DEMONSTRATION else "",
            )  # fmt: skip
        rows.append(row)
    title = _("%(year)s各地平衡结论") % {"year": texts.period_name(year)}
    return Table("waste-regions", title, columns, rows, about=about, tight=True)
