"""Zero-waste cities: the share of the plan's target, how far each city is, its list of indicators, and the cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from saishang.apps.indicators import queries
from saishang.apps.indicators.models import IndicatorValue
from saishang.apps.indicators.queries import RunFacts
from saishang.apps.indicators.values import DEMONSTRATION
from saishang.apps.registers import queries as registers
from saishang.apps.registers.queries import EntryView
from saishang.science.register.figures import FigureValue, figure_value
from saishang.science.waste.from_rules import zero_waste_indicators
from saishang.science.waste.zero_waste import Completeness, ZeroWasteIndicator, completeness
from saishang.web import texts, wording
from saishang.web.pages import site
from saishang.web.pages.air_common import choice
from saishang.web.pages.chain import chain_url
from saishang.web.pages.charts import MapView
from saishang.web.pages.exports import export
from saishang.web.pages.registers_common import area_map, entry_url, kind_named, state_name, today
from saishang.web.pages.runs import about_run, chosen_run
from saishang.web.pages.tables import Cell, Column, Table
from saishang.web.pages.waste_common import choices_of, entries_of, invented, invented_note, tabs
from saishang.web.reasons import basis_name
from saishang.web.security import public

__all__ = ["cities"]

SHARE = "waste.zero_waste_share"
#: Fields of the register of cities that hold the indicators of the list that are words, with their numbers behind.
_WORDS = "list_"


@public
@require_safe
def cities(request: HttpRequest) -> HttpResponse:
    """The share with numerator and denominator, every city's state and list, the cells."""
    run = chosen_run(request)
    kind = kind_named("zero_waste_cities")
    base: dict[str, Any] = {"tabs": tabs("waste"), "run": run, "kind": kind}
    listed = zero_waste_indicators(site.rules(), today())
    if kind is None or not listed:
        return render(request, "waste/cities.html", base)
    views = {view.region: view for view in entries_of("zero_waste_cities")}
    codes = [str(row["code"]) for row in site.cities()]
    values = _values(run, listed)
    given = {code: _given(listed, values.get(code, []), views.get(code)) for code in codes}
    done = {code: completeness(listed, frozenset(_real(given[code]))) for code in codes}
    first = next((code for code in codes if code in views), codes[0] if codes else "")
    city = choice(request, "city", codes, first) if codes else ""
    show = choice(request, "show", ("all", "required", "missing"), "all")
    about = [_("名录日期：%(day)s") % {"day": today().isoformat()}, *about_run(run)]
    state = _cities_table(codes, views, done, given, about)
    indicators = _list_table(listed, given.get(city, {}), city, show, run, about)
    cells = entries_of("zero_waste_cells")
    kinds_of_cells = _cells_table(cells, about)
    answer = export(request, [state, indicators, kinds_of_cells])
    if answer is not None:
        return answer
    cell_kind = kind_named("zero_waste_cells")
    spec = area_map(cell_kind, cells, None) if cell_kind is not None else None
    context = base | {
        "figures": _figures(codes, views, cells), "cities": state, "indicators": indicators, "cells": kinds_of_cells,
        "city": city, "choices": [(code, site.region_name(code)) for code in codes],
        "show": show, "shows": [("all", _("全部")), ("required", _("必选")), ("missing", _("未报"))],
        "done": done.get(city), "targets": _targets(run), "steps": _steps(done.get(city)), "chain": _chain(run),
        "rule": _rule(), "invented": invented_note([*views.values(), *cells]),
        "map": MapView("cells", _("“无废城市细胞”分布图"), spec) if spec else None,
        "demonstration": any(found[1] for found in given.get(city, {}).values()),
    }  # fmt: skip
    return render(request, "waste/cities.html", context)


def _values(run: RunFacts | None, listed: Sequence[ZeroWasteIndicator]) -> dict[str, list[IndicatorValue]]:
    """Region → valid values of the list's indicators in the run."""
    found: dict[str, list[IndicatorValue]] = {}
    if run is None:
        return found
    for value in queries.values_among(run.id, [item.catalogue for item in listed if item.catalogue]):
        if value.valid and value.period_kind == "year":
            found.setdefault(value.region, []).append(value)
    return found


def _given(
    listed: Sequence[ZeroWasteIndicator], values: Sequence[IndicatorValue], view: EntryView | None
) -> dict[int, tuple[Any, bool]]:
    """Number of the list → (the newest value, or the words of the register; whether it is invented).

    A real figure goes before an invented one, however old it is.
    """
    found: dict[int, tuple[Any, bool]] = {}
    for item in listed:
        mine = [value for value in values if value.indicator == item.catalogue]
        real = [value for value in mine if value.basis != DEMONSTRATION]
        if mine:
            best = max(real or mine, key=lambda value: (value.period, value.kind == "computed"))
            found[item.no] = (best, not real)
        elif not item.catalogue and view is not None and view.values.get(f"{_WORDS}{item.no}"):
            found[item.no] = (str(view.values[f"{_WORDS}{item.no}"]), invented(view))
    return found


def _real(given: Mapping[int, tuple[Any, bool]]) -> list[int]:
    return [number for number, (_value, demonstration) in given.items() if not demonstration]


def _counted(codes: Sequence[str], views: Mapping[str, EntryView], figure: str) -> FigureValue:
    kind = kind_named("zero_waste_cities")
    assert kind is not None, "looked up by the page"  # noqa: S101
    real = [view.standing for view in views.values() if not invented(view)]
    found = kind.figures[figure]
    return figure_value(found, real, registers.counted_regions(found, site.rules(), codes))


def _figures(
    codes: Sequence[str], views: Mapping[str, EntryView], cells: Sequence[EntryView]
) -> list[tuple[str, str, str]]:
    """(words, figure, remark): the share in both readings with its two numbers, the cells."""
    found = []
    for figure, words in (("share", _("“无废城市”建设比例")), ("named_share", _("其中已命名"))):
        value = _counted(codes, views, figure)
        part = len({views[key].region for key in value.counted if key in views})
        said = "—" if value.rounded is None else f"{value.rounded:f} %"
        found.append((words, said, _("%(part)s / %(whole)s 个地级城市") % {"part": part, "whole": len(value.base)}))
    certified = [view for view in cells if view.state == "certified"]
    shown = sum(invented(view) for view in certified)
    remark = _("已认定；另有演示 %(n)s") % {"n": shown} if shown else _("已认定")
    found.append((_("“无废城市细胞”"), str(len(certified) - shown), remark))
    return found


def _rule() -> tuple[str, str]:
    """The rule of the share and how sure it is."""
    entry = site.rules().document("standards/waste/waste")["rates"]["zero_waste_share"]
    return wording.clause(str(entry["note"])), str(entry["status"])


def _targets(run: RunFacts | None) -> list[queries.TargetRow]:
    return [row for row in queries.target_rows(run.id) if row.indicator == SHARE] if run is not None else []


def _chain(run: RunFacts | None) -> str:
    """Address of the chain of the run's latest share; empty when the run has none."""
    if run is None:
        return ""
    found = [value for value in queries.indicator_values(run.id, SHARE) if value.valid and value.basis == "register"]
    province = [value for value in found if value.region == run.region]
    if not province:
        return ""
    best = province[-1]
    return chain_url(run.id, SHARE, best.region, best.period, best.basis)


def _steps(done: Completeness | None) -> list[tuple[str, str, str]]:
    if done is None:
        return []
    return [
        (_("必选指标已报"), f"{done.required_given} / {done.required}", _("不含演示数据")),
        (_("可选指标已报"), f"{done.optional_given} / {done.optional}", _("不含演示数据")),
    ]


def _cities_table(
    codes: Sequence[str], views: Mapping[str, EntryView], done: Mapping[str, Completeness],
    given: Mapping[str, Mapping[int, tuple[Any, bool]]], about: Sequence[str],
) -> Table:  # fmt: skip
    kind = kind_named("zero_waste_cities")
    assert kind is not None, "looked up by the page"  # noqa: S101
    share = kind.figures["share"]
    columns = [
        Column("city", _("城市"), row_head=True, nowrap=True), Column("state", _("状态")),
        Column("since", _("自"), nowrap=True), Column("counted", _("计入比例")),
        Column("required", _("必选已报"), number=True), Column("optional", _("可选已报"), number=True),
        Column("demonstration", _("另有演示值"), number=True), Column("next", _("下一步")),
        Column("document", _("依据文件"), long=True),
    ]  # fmt: skip
    rows = []
    for code in codes:
        view, mine = views.get(code), done[code]
        shown = sum(demonstration for _value, demonstration in given[code].values())
        row: dict[str, Any] = {
            "city": Cell(site.region_name(code), href=f"{reverse('waste')}?city={code}#list"),
            "required": Cell(mine.required_given, text=f"{mine.required_given} / {mine.required}"),
            "optional": Cell(mine.optional_given, text=f"{mine.optional_given} / {mine.optional}"),
            "demonstration": shown or None,
            "state": _("未纳入"), "counted": _("否"),
        }  # fmt: skip
        if view is not None:
            counts = view.state in share.where["state"] and not invented(view)
            moves = kind.life.moves(view.state) if kind.life is not None and view.state in kind.life.states else ()
            row |= {
                "state": Cell(
                    state_name(kind, view.state), href=entry_url(kind, view.pk),
                    note=_("演示条目") if invented(view) else "",
                ),
                "since": view.since, "counted": _("是") if counts else _("否"),
                "next": texts.listed(texts.both(move.zh, move.en) for move in moves if move.action != "withdraw"),
                "document": Cell(view.values.get("document"), mark=str(view.values.get("mark") or "")),
            }  # fmt: skip
        rows.append(row)
    return Table(
        "zero-waste-cities", _("各市进展"), columns, rows, about=about,
        caption=_("建设中、已评估和已命名的城市计入“建设比例”；演示值不计入已报。"),
    )  # fmt: skip


def _list_table(
    listed: Sequence[ZeroWasteIndicator], given: Mapping[int, tuple[Any, bool]], city: str, show: str,
    run: RunFacts | None, about: Sequence[str],
) -> Table:  # fmt: skip
    columns = [
        Column("no", _("序号"), number=True), Column("name", _("指标"), row_head=True, long=True),
        Column("group", _("一级指标")), Column("required", _("类别"), nowrap=True),
        Column("value", _("数值"), number=True), Column("unit", _("计量单位"), nowrap=True),
        Column("period", _("年份"), nowrap=True), Column("basis", _("口径")), Column("state", _("填报"), nowrap=True),
    ]  # fmt: skip
    catalogue = queries.catalogue().indicators
    rows = []
    for item in listed:
        found = given.get(item.no)
        if (show == "required" and not item.required) or (show == "missing" and found is not None and not found[1]):
            continue
        row: dict[str, Any] = {
            "no": item.no, "name": texts.both(item.zh, item.en), "group": _group(item),
            "required": _("必选") if item.required else _("可选"), "state": _("✗ 未报"),
            "unit": texts.unit_name(catalogue[item.catalogue].unit) if item.catalogue else _("文字"),
        }  # fmt: skip
        if found is not None:
            row |= _told(found[0], found[1], run)
        rows.append(row)
    title = _("%(city)s的指标体系") % {"city": site.region_name(city)}
    return Table(
        "zero-waste-list", title, columns, rows, about=about, tight=True,
        caption=_("“无废城市”建设指标体系（2021年版）58 项，必选 25 项、可选 33 项；名称和分组凭记忆，未对照原文。"),
        empty=_("没有符合条件的指标。"),
    )  # fmt: skip


def _group(item: ZeroWasteIndicator) -> str:
    row = site.rules().table("standards/waste/zero_waste_indicators").find(no=item.no)[0]
    return texts.both(row["level1"], row["level1_en"])


def _told(value: Any, demonstration: bool, run: RunFacts | None) -> dict[str, Any]:
    state = _("演示，不算已报") if demonstration else _("✓ 已报")
    if isinstance(value, str):
        return {"value": Cell(value, text=_("有文字说明"), note=value[:60]), "state": state}
    href = chain_url(run.id, value.indicator, value.region, value.period, value.basis) if run is not None else None
    return {
        "value": Cell(value.value, text=value.rounded, href=href), "period": texts.period_name(value.period),
        "basis": basis_name(value.basis), "state": state,
    }  # fmt: skip


def _cells_table(cells: Sequence[EntryView], about: Sequence[str]) -> Table:
    """Cells by kind and state, with the invented ones told apart."""
    kind = kind_named("zero_waste_cells")
    states = list(kind.life.states) if kind is not None and kind.life is not None else []
    columns = [Column("kind", _("细胞类型"), row_head=True)]
    columns += [Column(state, state_name(kind, state), number=True) for state in states if kind is not None]
    columns.append(Column("demonstration", _("其中演示"), number=True))
    rows = []
    for name, words in (choices_of(kind, "kind") if kind is not None else {}).items():
        mine = [view for view in cells if view.values.get("kind") == name]
        if mine:
            row: dict[str, Any] = {state: sum(view.state == state for view in mine) for state in states}
            rows.append(row | {"kind": words, "demonstration": sum(invented(view) for view in mine) or None})
    return Table(
        "zero-waste-cells", _("“无废城市细胞”"), columns, rows, about=about,
        empty=_("还没有登记细胞；在名录“无废城市细胞”中录入或导入。"),
    )  # fmt: skip
