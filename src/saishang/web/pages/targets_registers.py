"""Commitments that registers count: all of them on a day, and one indicator by place with the entries behind it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from saishang.apps.indicators import queries
from saishang.apps.indicators.catalogue import Indicator
from saishang.apps.indicators.queries import TargetRow
from saishang.apps.indicators.register_days import (
    Commitment,
    Day,
    Way,
    behind,
    commitments,
    counted_indicators,
    on_day,
    way_of,
)
from saishang.apps.plan import queries as plans
from saishang.apps.registers import glance
from saishang.apps.registers.glance import Told
from saishang.apps.registers.permits import may_see_inside
from saishang.science.register.sums import FigureSum
from saishang.web import texts
from saishang.web.pages import site
from saishang.web.pages.exports import export
from saishang.web.pages.registers_common import day_of, entry_url, kind_name, state_name, today
from saishang.web.pages.tables import Cell, Column, Table
from saishang.web.security import public

__all__ = ["index", "indicator", "indicator_url", "measure_name", "on_any_day"]

#: So many entries behind a figure are listed; of more a smaller place has to be chosen.
_MOST = 2000


def indicator_url(identifier: str, on: date | None = None, region: str = "") -> str:
    """Address of an indicator on a day and for a place."""
    asked = {key: value for key, value in (("on", on.isoformat() if on else ""), ("region", region)) if value}
    address = reverse("targets-indicator", args=[identifier])
    return f"{address}?{urlencode(asked)}" if asked else address


def on_any_day(row: TargetRow) -> str:
    """Address of what a register counts for a target and its place; empty where no register does."""
    way = way_of(queries.catalogue(), site.rules(), row.indicator)
    return indicator_url(row.indicator, region=row.region) if way is not None else ""


@texts.by_language
def measure_name(measure: str) -> str:
    """What a commitment is."""
    return {"coverage": _("全覆盖"), "share": _("比例"), "count": _("计数"), "zero": _("清零")}.get(measure, measure)


@public
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Every commitment of the plan with its base and its value on a day; below it what else registers count."""
    on = day_of(request.GET.get("on")) or today()
    version = plans.current_version()
    listed = commitments(site.rules(), version.plan) if version is not None else ()
    region = _province()
    ways = {one.id: (one, way) for one, way in counted_indicators(queries.catalogue(), site.rules())}
    values = glance.figures(((way.kind, way.figure) for _one, way in ways.values()), site.rules(), region, on)
    about = [_("名录截至 %(day)s；%(place)s。") % {"day": on.isoformat(), "place": site.region_name(region)}]
    promised = _commitments_table(listed, ways, values, on, about)
    named = {one.indicator for one in listed}
    others = _others_table([pair for name, pair in ways.items() if name not in named], values, on, about)
    context = {"on": on.isoformat(), "commitments": promised, "others": others, "version": version}
    return export(request, [promised, others]) or render(request, "target/commitments.html", context)


def _commitments_table(
    listed: Iterable[Commitment], ways: Mapping[str, tuple[Indicator, Way]],
    values: Mapping[tuple[str, str], Told], on: date, about: Sequence[str],
) -> Table:  # fmt: skip
    columns = [
        # The value beside its promise: on a narrow screen the rest is a swipe away.
        Column("what", _("承诺"), row_head=True), Column("value", _("当日数值"), number=True),
        Column("part", _("计入 / 基数"), number=True), Column("target", _("目标"), nowrap=True),
        Column("measure", _("类型")),
        Column("base", _("基数口径"), long=True), Column("register", _("名录")), Column("regional", _("分地区")),
        Column("missing", _("缺少或未核对的基数"), long=True),
    ]  # fmt: skip
    rows = []
    for one in listed:
        pair = ways.get(one.indicator)
        target = Cell(one.target, href=reverse("target", args=[one.target])) if one.target else None
        row: dict[str, Any] = {
            "what": Cell(texts.both(one.zh, one.en), note=f"{one.id} · {one.item}"), "target": target,
            "measure": measure_name(one.measure), "base": texts.both(one.base, one.base_en),
            "missing": texts.both(one.missing, one.missing_en), "regional": _("否"),
        }  # fmt: skip
        if pair is not None:
            row |= _counted(pair[1], values[pair[1].kind.id, pair[1].figure.id], on)
            row["what"] = Cell(
                texts.both(one.zh, one.en), note=f"{one.id} · {one.item}", href=indicator_url(one.indicator, on)
            )
        rows.append(row)
    return Table(
        "commitments", _("方案承诺的覆盖面、比例和数量"), columns, rows, about=about, tight=True,
        empty=_("这份方案没有列出承诺。"),
        caption=_("由名录按所选日期统计；没有登记的不算达到，虚构的演示条目只单独显示。"),
    )  # fmt: skip


def _others_table(
    listed: Iterable[tuple[Indicator, Way]], values: Mapping[tuple[str, str], Told], on: date, about: Sequence[str]
) -> Table:
    columns = [
        Column("what", _("指标"), row_head=True), Column("value", _("当日数值"), number=True),
        Column("part", _("计入 / 基数"), number=True), Column("base", _("口径"), long=True),
        Column("register", _("名录")), Column("regional", _("分地区")),
    ]  # fmt: skip
    rows = [
        {"what": Cell(texts.both(one.zh, one.en), href=indicator_url(one.id, on)),
         "base": texts.both(one.caliber, one.caliber_en)}
        | _counted(way, values[way.kind.id, way.figure.id], on)
        for one, way in listed
    ]  # fmt: skip
    return Table("others", _("其他由名录统计的指标"), columns, rows, about=about, tight=True)


def _counted(way: Way, told: Told, on: date) -> dict[str, Any]:
    return {
        "value": _value(way, told.sum, told.entries, told.invented), "part": _part(way, told.sum),
        "register": Cell(kind_name(way.kind), href=f"{reverse('registers-figures', args=[way.kind.id])}?on={on}"),
        "regional": _levels(way),
    }  # fmt: skip


def _value(way: Way, told: FigureSum, entries: int, invented: bool) -> Cell:
    notes = [_("演示数据")] if invented else []
    if not entries:
        # Nobody having entered anything does not mean that there is nothing, or that all is well.
        return Cell(None, note=_("没有登记"))
    if told.value is None:
        lacking = texts.counted("%(count)s 条缺少数值", told.missing) % {"count": told.missing}
        return Cell(None, note=texts.listed([lacking if told.missing else _("没有可比对象"), *notes]))
    shown = f"{told.rounded:f} {texts.unit_name(way.figure.unit)}".strip()
    return Cell(told.rounded, text=shown, note=texts.listed(notes))


def _part(way: Way, told: FigureSum) -> str:
    if way.figure.measure in ("count", "sum"):
        return f"{told.counted:,}"
    counted = _in_part(way, told)
    return "—" if counted is None else f"{counted:,} / {told.base:,}"


def _in_part(way: Way, told: FigureSum) -> int | None:
    """How many of the base are counted: entries, or regions where the base is regions; None where a number lacks.

    Several entries in one region are one region of its share: with entries above and regions below, two stations in
    one of three counties would stand as 2 / 3 beside 33 %.
    """
    if way.figure.measure != "region_share":
        return told.counted
    return None if told.value is None else int(told.value * told.base / 100)


def _levels(way: Way) -> str:
    if not way.levels:
        return _("省、市、县")
    names = {"province": _("省"), "prefecture_city": _("市"), "county": _("县")}
    return texts.listed(dict.fromkeys(names.get(level, level) for level in way.levels))


@public
@require_safe
def indicator(request: HttpRequest, indicator: str) -> HttpResponse:
    """One indicator on a day: province, prefectures and counties, and the entries behind the place that was chosen."""
    catalogue, rules = queries.catalogue(), site.rules()
    found, way = catalogue.indicators.get(indicator), way_of(catalogue, rules, indicator)
    if found is None or way is None:
        raise Http404(_("没有由名录统计的指标“%(name)s”。") % {"name": indicator})
    on = day_of(request.GET.get("on")) or today()
    province = _province()
    told = on_day(way, rules, province, on)
    chosen = request.GET.get("region", "")
    chosen = chosen if chosen in told.regions else province
    there = chosen in told.regions
    about = [
        texts.both(found.zh, found.en), _("口径：%(words)s") % {"words": texts.both(found.caliber, found.caliber_en)},
        _("名录：%(name)s，截至 %(day)s。") % {"name": kind_name(way.kind), "day": on.isoformat()},
    ]  # fmt: skip
    regions = _regions_table(found, way, told, on, about)
    entries, closed = _entries(request, way, told, chosen, on, about)
    version = plans.current_version()
    listed = commitments(rules, version.plan) if version is not None else ()
    tables = [regions, *([entries] if entries is not None else [])]
    context = {
        "indicator": found, "title": texts.both(found.zh, found.en), "way": way, "told": told,
        "caliber": texts.both(found.caliber, found.caliber_en), "on": on.isoformat(), "chosen": chosen,
        "place": site.region_name(chosen), "register": kind_name(way.kind), "regions": regions, "entries": entries,
        "closed": closed,
        "head": _value(way, told.regions[chosen], told.entries[chosen], told.invented) if there else None,
        "part": _part(way, told.regions[chosen]) if there else "",
        "commitments": [
            {"row": one, "words": texts.both(one.zh, one.en), "base": texts.both(one.base, one.base_en),
             "missing": texts.both(one.missing, one.missing_en)}
            for one in listed if one.indicator == indicator
        ],
        "places": [(code, "　" * _depth(code) + site.region_name(code)) for code in _in_order(told)],
    }  # fmt: skip
    return export(request, tables) or render(request, "target/indicator.html", context)


def _regions_table(found: Indicator, way: Way, told: Day, on: date, about: Sequence[str]) -> Table:
    columns = [
        Column("region", _("地区"), row_head=True), Column("value", _("数值"), number=True),
        Column("counted", _("计入"), number=True), Column("base", _("基数"), number=True),
        Column("missing", _("缺数值"), number=True),
    ]  # fmt: skip
    if way.figure.measure in ("count", "sum"):
        columns = [column for column in columns if column.key != "base"]
    if way.figure.measure == "region_share":
        columns[2:4] = [
            Column("counted", _("计入的地区"), number=True), Column("base", _("基数地区"), number=True),
            Column("entries", _("计入的条目"), number=True),
        ]  # fmt: skip
    rows = [
        {
            "region": Cell(
                site.region_name(code), href=f"{indicator_url(found.id, on, code)}#entries", depth=_depth(code)
            ),
            "value": _value(way, told.regions[code], told.entries[code], told.invented),
            "counted": _in_part(way, told.regions[code]), "base": told.regions[code].base,
            "entries": told.regions[code].counted,
            "missing": told.regions[code].missing,
        }
        for code in _in_order(told)
    ]  # fmt: skip
    return Table(
        "regions", _("各地数值"), columns, rows, about=about, tight=True,
        caption=_("没有可比对象时不给出比例，缺少数值时不给出合计；没有登记不等于没有。"),
    )  # fmt: skip


def _entries(
    request: HttpRequest, way: Way, told: Day, region: str, on: date, about: Sequence[str]
) -> tuple[Table | None, str]:
    """The entries behind a place, or why they are not listed."""
    if not (way.kind.public or may_see_inside(request.user, way.kind)):
        return None, _("这个名录仅工作人员可见，条目登录后显示。")
    value = told.regions.get(region)
    many = 0 if value is None else max(value.counted, value.base if way.figure.measure == "share" else 0)
    if many > _MOST:
        return None, _("涉及 %(count)s 条，请在上表选择较小的地区。") % {"count": f"{many:,}"}
    found = behind(way, site.rules(), region, on, invented=told.invented)
    columns = [
        Column("key", _("编号"), row_head=True, nowrap=True), Column("title", _("名称")), Column("region", _("地区")),
        Column("state", _("状态")), Column("since", _("自"), nowrap=True),
        Column("counted", _("是否计入")),
    ]  # fmt: skip
    field = way.kind.fields.get(way.figure.field) if way.figure.field else None
    if field is not None and field.public:
        columns.insert(4, Column("number", texts.both(field.zh, field.en), texts.unit_name(field.unit), number=True))
    rows = [
        {
            "key": Cell(view.key, href=entry_url(way.kind, view.pk)), "title": view.title,
            "region": site.region_name(view.region), "state": state_name(way.kind, view.state), "since": view.since,
            "number": view.values.get(way.figure.field) if field is not None else None,
            "counted": _("缺数值") if view.key in found.missing else _("计入") if counted else _("只在基数内"),
        }
        for view, counted in found.entries
    ]  # fmt: skip
    return Table(
        "entries", _("%(place)s：计入的条目") % {"place": site.region_name(region)}, columns, rows, about=about,
        tight=True, empty=_("当日没有计入的条目。"),
    ), ""  # fmt: skip


def _province() -> str:
    run = queries.latest_run()
    if run is not None:
        return queries.run_facts(run.id).region
    rows = (row for row in site.rules().regions.values() if row["level"] == "province" and row["use"] == "in_plan")
    return next((str(row["code"]) for row in rows), "")


def _depth(code: str) -> int:
    return {"province": 0, "prefecture_city": 1}.get(str(site.rules().regions[code]["level"]), 2)


def _in_order(told: Day) -> list[str]:
    """Codes as they are read: a prefecture, then its counties."""
    return sorted(told.regions)
