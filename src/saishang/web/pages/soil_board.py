"""The board around the gate: plots by state, safe use of key construction plots, contaminated farmland by category."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from saishang.apps.indicators.queries import RunFacts
from saishang.apps.registers import queries as registers
from saishang.apps.registers.queries import EntryView
from saishang.science.numbers import exact
from saishang.science.register.kind import Kind
from saishang.science.rounding import round_half_even
from saishang.science.soil.from_rules import admission_rules
from saishang.science.soil.safe_use import field_measure
from saishang.web import texts, wording
from saishang.web.pages import site
from saishang.web.pages.air_common import choice
from saishang.web.pages.charts import Chart, MapView
from saishang.web.pages.exports import export
from saishang.web.pages.groundwater_common import bases_of, choice_name, table_of, yes_no
from saishang.web.pages.registers_common import area_map, entry_url, kind_named, state_name
from saishang.web.pages.runs import about_run, chosen_run
from saishang.web.pages.soil_common import (
    FARMLAND,
    PLOTS,
    explain_cell,
    member_regions,
    rate_cell,
    tabs,
    values_of,
)
from saishang.web.pages.tables import Cell, Column, Table
from saishang.web.reasons import basis_name, reason_name
from saishang.web.security import public

__all__ = ["farmland", "figures_of_plots", "plots"]

_LEVELS = ("light", "medium", "heavy")
_CONSTRUCTION, _FARMLAND = "soil.construction_safe_use", "soil.farmland_safe_use"


def _counted(views: Sequence[EntryView]) -> Sequence[EntryView]:
    """What figures count: real entries, and the invented ones only while there is nothing else to show."""
    return [view for view in views if not view.standing.invented] or views


def figures_of_plots(kind: Kind) -> list[tuple[str, str, str]]:
    """(words, figure, remark) of the register of plots as it stands: how many may be supplied, how many not."""
    views = _counted(registers.entries(kind))
    rules = admission_rules(site.rules())
    on = [view for view in views if view.state in ("listed", "in_works", "evaluation_due", "evaluated")]
    free = [
        view
        for view in views
        if all(rules.gate.get((view.state, use), (False, ""))[0] for use in ("sensitive", "other"))
    ]
    return [
        (_("有记录的地块"), str(len(views)), _("个")),
        (_("在名录内"), str(len(on)), _("未移出前不得供地")),
        (_("已可供地"), str(len(free)), _("调查未超标、风险可接受或已移出名录")),
        (_("待办结"), str(len(views) - len(free)), _("不得供地")),
    ]  # fmt: skip


@public
@require_safe
def plots(request: HttpRequest) -> HttpResponse:
    """Plots by state and region, and the safe use of key construction plots as the run counted it."""
    kind, run = kind_named(PLOTS), chosen_run(request)
    base: dict[str, Any] = {"tabs": tabs("soil-plots"), "run": run, "kind": kind}
    views = registers.entries(kind) if kind is not None else []
    if kind is None or not views:
        return render(request, "soil/plots.html", base)
    states = _states_table(kind, _counted(views))
    listed = _plots_table(kind, views)
    tables = [states, listed]
    context = base | {"states": states, "listed": listed, "figures": figures_of_plots(kind),
                      "invented": any(view.standing.invented for view in views)}  # fmt: skip
    rows = table_of(run, "soil_construction", order="period, id")
    if run is not None and rows:
        periods = sorted({str(row["period"]) for row in rows}, reverse=True)
        period = choice(request, "period", periods, periods[0])
        rates = _construction_table(run, [row for row in rows if row["period"] == period], period)
        key = _key_plots_table(kind, run, period)
        tables += [rates, key]
        context |= {
            "rates": rates, "key": key, "period": period,
            "periods": [(name, texts.period_name(name)) for name in periods],
        }  # fmt: skip
    answer = export(request, tables)
    if answer is not None:
        return answer
    spec = area_map(kind, views[:500], reverse("registers-places", args=[kind.id]))
    context["map"] = MapView("plots", _("地块分布图"), spec) if spec else None
    return render(request, "soil/plots.html", context)


def _states_table(kind: Kind, views: Sequence[EntryView]) -> Table:
    regions = member_regions(views)
    states = [state for state in (kind.life.states if kind.life else {}) if any(v.state == state for v in views)]
    columns = [Column("state", _("状态"), row_head=True)]
    columns += [Column(code, name, number=True) for code, name, _inside in regions]
    rows: list[dict[str, Any]] = []
    for state in states:
        mine = [view for view in views if view.state == state]
        rows.append(
            {"state": state_name(kind, state)}
            | {code: sum(view.region in inside for view in mine) for code, _name, inside in regions}
        )
    total = {code: sum(view.region in inside for view in views) for code, _name, inside in regions}
    rows.append({"state": _("合计")} | total)
    return Table("states", _("各状态的地块数"), columns, rows, tight=True)


def _plots_table(kind: Kind, views: Sequence[EntryView]) -> Table:
    rules = admission_rules(site.rules())
    columns = [
        Column("plot", _("地块"), row_head=True), Column("region", _("地区"), nowrap=True), Column("state", _("状态")),
        Column("since", _("自"), nowrap=True), Column("supply", _("可否供地")), Column("reason", _("理由"), long=True),
        Column("clause", _("土壤污染防治法条款"), nowrap=True), Column("note", _("备注")),
    ]  # fmt: skip
    rows = []
    for view in views:
        allowed, code = rules.gate.get((view.state, "sensitive"), (False, "state_unknown"))
        zh, en, clause = rules.reasons[code]
        rows.append(
            {
                "plot": Cell(view.key, text=f"{view.key} {view.title}", href=entry_url(kind, view.pk)),
                "region": site.region_name(view.region), "state": state_name(kind, view.state),
                "since": view.since, "supply": _("可以") if allowed else _("不可"), "reason": texts.both(zh, en),
                "clause": wording.clause(clause), "note": _("演示条目") if view.standing.invented else "",
            }
        )  # fmt: skip
    caption = _("按地块状态列出；按第二类用地调查的地块改作敏感用途须重新调查，以供地查询的结论为准。")
    return Table("plots", _("地块与供地结论"), columns, rows, caption=caption, tight=True)


def _construction_table(run: RunFacts, rows: Sequence[Mapping[str, Any]], period: str) -> Table:
    values = values_of(run, _CONSTRUCTION)
    columns = [
        Column("region", _("地区"), row_head=True, nowrap=True), Column("basis", _("口径")),
        Column("rate", _("安全利用率"), "%", number=True), Column("changed", _("变更为敏感用途"), number=True),
        Column("opened", _("已供地或利用"), number=True), Column("against", _("违规利用"), number=True),
        Column("note", _("备注")), Column("explain", _("追溯")),
    ]  # fmt: skip
    levels = {"province": 0, "prefecture_city": 1}
    ordered = sorted(rows, key=lambda r: (levels.get(site.rules().regions[r["id"]]["level"], 2), r["id"], r["basis"]))
    listed = [
        {
            "region": site.region_name(row["id"]), "basis": basis_name(row["basis"]),
            "rate": rate_cell(values.get((row["id"], period, row["basis"]))), "changed": row["changed"],
            "opened": row["opened"], "against": row["against"], "note": reason_name(row["reason"]),
            "explain": explain_cell(run, _CONSTRUCTION, values.get((row["id"], period, row["basis"]))),
        }
        for row in ordered
    ]  # fmt: skip
    title = _("%(period)s重点建设用地安全利用") % {"period": texts.period_name(period)}
    caption = _(
        "用途变更为住宅、公共管理与公共服务用地的地块中，没有违规开发利用的比例；国家以“有效保障”表述，没有找到正式公式，"
        "本口径为我们的建议（未证实）。"
    )
    return Table("construction", title, columns, listed, about=about_run(run), caption=caption, tight=True)


def _key_plots_table(kind: Kind, run: RunFacts, period: str) -> Table:
    rows = table_of(run, "soil_plots", "period = ?", [period], "plot")
    rules = admission_rules(site.rules())
    columns = [
        Column("plot", _("地块"), row_head=True, nowrap=True), Column("region", _("地区"), nowrap=True),
        Column("changed", _("变更后的用途")), Column("changed_on", _("变更日期"), nowrap=True),
        Column("opened_on", _("供地或利用日期"), nowrap=True), Column("then", _("当日状态")),
        Column("allowed", _("当日可否供地")), Column("reason", _("理由"), long=True), Column("basis", _("口径")),
    ]  # fmt: skip
    listed = [
        {
            "plot": Cell(row["plot"], href=entry_url(kind, row["entry"])), "region": site.region_name(row["region"]),
            "changed": choice_name(kind, "changed_to", row["changed_to"]), "changed_on": row["changed_on"] or None,
            "opened_on": row["opened_on"] or None, "then": state_name(kind, row["opened_state"]) or None,
            "allowed": yes_no(row["allowed"]),
            "reason": texts.both(*rules.reasons[row["reason"]][:2]) if row["reason"] in rules.reasons
            else reason_name(row["reason"]),
            "basis": basis_name(row["basis"]),
        }
        for row in rows
    ]  # fmt: skip
    title = _("重点建设用地地块")
    return Table("key", title, columns, listed, about=about_run(run), tight=True)


@public
@require_safe
def farmland(request: HttpRequest) -> HttpResponse:
    """Contaminated farmland: safe-use rate by region with its parts, fields by category, every field."""
    kind, run = kind_named(FARMLAND), chosen_run(request)
    base: dict[str, Any] = {"tabs": tabs("soil-farmland"), "run": run, "kind": kind}
    views = registers.entries(kind) if kind is not None else []
    if kind is None or not views:
        return render(request, "soil/farmland.html", base)
    real = [view for view in views if not view.standing.invented]
    there = [{"basis": "register"}] * bool(real) + [{"basis": "demonstration"}] * (len(real) < len(views))
    bases = bases_of(there)
    basis = choice(request, "basis", [name for name, _words in bases], bases[0][0])
    mine = real if basis == "register" else [view for view in views if view.standing.invented]
    parts = _parts_table(kind, mine, run, basis)
    categories = _categories_table(kind, mine)
    fields = _fields_table(kind, mine)
    chart = _rate_chart(run, basis)
    tables = [parts, categories, fields] + ([chart.table] if chart is not None and chart.table is not None else [])
    answer = export(request, tables, invented=basis == "demonstration")
    if answer is not None:
        return answer
    rate, total = _rate(mine), sum((exact(view.values["area"]) for view in mine), Fraction(0))
    left = [view for view in mine if field_measure(view.values) is None]
    context = base | {
        "parts": parts, "categories": categories, "fields": fields, "chart": chart, "bases": bases, "basis": basis,
        "demonstration": basis == "demonstration",
        "figures": [
            (_("安全利用率"), "—" if rate is None else f"{round_half_even(rate, 1)} %", _("名录现状")),
            (_("受污染耕地"), f"{float(total):,.0f}", _("亩")),
            (_("图斑数"), str(len(mine)), _("个")),
            (_("未计入的图斑"), str(len(left)), _("没有措施或农产品未达标")),
        ],
    }  # fmt: skip
    return render(request, "soil/farmland.html", context)


def _rate(views: Sequence[EntryView]) -> Fraction | None:
    total = sum((exact(view.values["area"]) for view in views), Fraction(0))
    safe = sum((exact(view.values["area"]) for view in views if field_measure(view.values)), Fraction(0))
    return 100 * safe / total if total else None


def _parts_table(kind: Kind, views: Sequence[EntryView], run: RunFacts | None, basis: str) -> Table:
    values = values_of(run, _FARMLAND)
    computed = [v for (region, period, b), v in values.items() if b == basis and v.kind == "computed"]
    last = max((v.period for v in computed), default="")
    columns = [
        Column("region", _("地区"), row_head=True, nowrap=True),
        Column("b", _("轻度、优先保护（B）"), _("亩"), number=True),
        Column("c", _("轻中度、安全利用且达标（C）"), _("亩"), number=True),
        Column("d", _("重度、严格管控（D）"), _("亩"), number=True),
        Column("e", _("受污染耕地（E）"), _("亩"), number=True),
        Column("rate", _("安全利用率"), "%", number=True), Column("run", _("评估数值"), "%", number=True),
        Column("explain", _("追溯")),
    ]  # fmt: skip
    rows = []
    for code, name, inside in member_regions(views):
        mine = [view for view in views if view.region in inside]
        areas = dict.fromkeys(("B", "C", "D", "E"), Fraction(0))
        for view in mine:
            area, measure = exact(view.values["area"]), field_measure(view.values)
            areas["E"] += area
            if measure:
                areas[measure] += area
        rate = _rate(mine)
        value = values.get((code, last, basis))
        rows.append(
            {
                "region": name, **{key.lower(): _area_cell(area) for key, area in areas.items()},
                "rate": Cell(None if rate is None else round_half_even(rate, 1)), "run": rate_cell(value),
                "explain": explain_cell(run, _FARMLAND, value),
            }
        )  # fmt: skip
    caption = _(
        "A＝（B＋C＋D）÷E。一块地只计一次：同时符合两项的计入先列的一项。“评估数值”为本次评估（%(year)s）按名录核算的结果。"
    ) % {"year": texts.period_name(last) if last else _("尚无")}
    return Table("parts", _("各地区安全利用率及分项"), columns, rows, about=about_run(run), caption=caption, tight=True)


def _categories_table(kind: Kind, views: Sequence[EntryView]) -> Table:
    columns = [
        Column("category", _("耕地类别"), row_head=True), Column("fields", _("图斑数"), number=True),
        Column("area", _("面积"), _("亩"), number=True),
        *[Column(level, choice_name(kind, "pollution", level), _("亩"), number=True) for level in _LEVELS],
        Column("counted", _("计入安全利用"), _("亩"), number=True),
    ]  # fmt: skip
    rows = []
    for name in ("priority", "safe_use", "strict"):
        mine = [view for view in views if view.values.get("category") == name]

        rows.append(
            {
                "category": choice_name(kind, "category", name), "fields": len(mine), "area": _area(mine),
                **{level: _area([v for v in mine if v.values.get("pollution") == level]) for level in _LEVELS},
                "counted": _area([v for v in mine if field_measure(v.values)]),
            }
        )  # fmt: skip
    return Table("categories", _("按耕地类别"), columns, rows, tight=True)


def _area(views: Sequence[EntryView]) -> Cell:
    return _area_cell(sum((exact(view.values["area"]) for view in views), Fraction(0)))


def _area_cell(total: Fraction) -> Cell:
    return Cell(float(total), text=f"{float(total):,.1f}")


def _fields_table(kind: Kind, views: Sequence[EntryView]) -> Table:
    columns = [
        Column("field", _("图斑"), row_head=True), Column("region", _("地区"), nowrap=True),
        Column("area", _("面积"), _("亩"), number=True), Column("pollution", _("污染程度")),
        Column("category", _("耕地类别")), Column("pollutants", _("超标项目")), Column("crop", _("作物")),
        Column("measures", _("措施"), long=True), Column("crops", _("农产品达标")), Column("part", _("计入")),
    ]  # fmt: skip
    measures = [
        name for name in ("priority_measure", "safe_measure", "strict_measure", "reverted") if name in kind.fields
    ]
    rows = [
        {
            "field": Cell(view.key, text=f"{view.key} {view.title}", href=entry_url(kind, view.pk)),
            "region": site.region_name(view.region),
            "area": Cell(float(exact(view.values["area"])), text=str(view.values["area"])),
            "pollution": choice_name(kind, "pollution", view.values.get("pollution")),
            "category": choice_name(kind, "category", view.values.get("category")),
            "pollutants": view.values.get("pollutants"), "crop": view.values.get("crop"),
            "measures": texts.listed(
                texts.both(kind.fields[name].zh, kind.fields[name].en) for name in measures if view.values.get(name)
            ),
            "crops": choice_name(kind, "crops_meet", view.values.get("crops_meet")) or None,
            "part": field_measure(view.values) or _("不计入"),
        }
        for view in views
    ]  # fmt: skip
    return Table("fields", _("受污染耕地图斑"), columns, rows, tight=True)


def _rate_chart(run: RunFacts | None, basis: str) -> Chart | None:
    """The rate of the run's region over the years, the register's beside what was reported."""
    if run is None:
        return None
    mine = [
        v for (region, _p, _b), v in values_of(run, _FARMLAND).items() if region == run.region and v.value is not None
    ]
    mine = [v for v in mine if v.basis == basis or v.basis not in ("register", "demonstration")]
    periods = sorted({v.period for v in mine})
    bases = sorted({v.basis for v in mine})
    if len(periods) < 2:
        return None
    at = {(v.basis, v.period): v for v in mine}
    columns = [Column("period", _("时段"), row_head=True, nowrap=True)]
    columns += [Column(name, basis_name(name), "%", number=True) for name in bases]
    rows = [
        {"period": texts.period_name(name)} | {b: rate_cell(at.get((b, name))) for b in bases} for name in periods
    ]  # fmt: skip
    title = _("安全利用率的变化")
    table = Table("years", title, columns, rows, about=about_run(run), tight=True)
    spec = {
        "kind": "lines", "unit": "%", "scale": True, "x": [texts.period_name(name) for name in periods],
        "series": [
            {"name": basis_name(b),
             "data": [float(at[b, name].value) if (b, name) in at else None for name in periods]}
            for b in bases
        ],
    }  # fmt: skip
    return Chart("years", _("%(title)s折线图；同样的数字列在下面的表里。") % {"title": title}, spec, table)
