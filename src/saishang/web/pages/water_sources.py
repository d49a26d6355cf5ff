"""Surface water: drinking-water sources by month and year, both published shares, what is over and what is missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from saishang.apps.indicators import queries
from saishang.apps.indicators.queries import RunFacts
from saishang.apps.registers.queries import EntryView
from saishang.web import texts
from saishang.web.pages import site
from saishang.web.pages.air_common import choice, kind_name
from saishang.web.pages.charts import Chart
from saishang.web.pages.exports import export
from saishang.web.pages.registers_common import state_name, value_text
from saishang.web.pages.runs import about_run, chosen_run
from saishang.web.pages.tables import Cell, Column, Table
from saishang.web.pages.water_board import Board, basis_shown, board, entry_cell, explained, map_of
from saishang.web.pages.water_common import class_name, fitting, item_words, period_names, tabs
from saishang.web.reasons import figure, reason_name
from saishang.web.security import public
from saishang.web.texts import counted

__all__ = ["sources"]

_KINDS = ("month", "year", "to_date")


@public
@require_safe
def sources(request: HttpRequest) -> HttpResponse:
    """Sources of the register with their verdict in a period, both shares over time, months of the year."""
    run = chosen_run(request)

    def keep(view: EntryView, chosen: Mapping[str, str]) -> bool:
        return (not chosen["level"] or view.values.get("level") == chosen["level"]) and (
            not chosen["source"] or view.key == chosen["source"]
        )

    shown = board(request, "drinking_sources", keep=keep, more=("level", "source"))
    level = shown.kind.fields["level"]
    base = shown.context() | {
        "tabs": tabs("water-sources"), "run": run, "map": map_of(shown, _("饮用水水源分布图")),
        "levels": [(item.id, texts.both(item.zh, item.en)) for item in level.choices],
    }  # fmt: skip
    rows = _mine(run, shown)
    if run is None or not rows:
        register = _register_table(shown, {})
        return export(request, [register], invented=shown.invented) or render(
            request, "water/sources.html", base | {"register": register}
        )
    kinds = [name for name in _KINDS if period_names(rows, name)]
    kind = choice(request, "kind", kinds, kinds[0])
    known = period_names(rows, kind)
    # The latest period in which anything was sampled; a later one would only say that nothing was.
    sampled = [str(row["period"]) for row in rows if row["period_kind"] == kind and row["days"]]
    period = fitting(
        request, "period", known, {str(row["period"]) for row in rows}, max(sampled, default=known[0])
    )  # fmt: skip
    now = {row["source"]: row for row in rows if row["period_kind"] == kind and row["period"] == period}
    counted = {view.key for view in shown.counted}
    register = _register_table(shown, now)
    chart = _chart(run, rows, shown)
    months = _months(shown, rows, run)
    answer = export(
        request, [register, months, *([chart.table] if chart and chart.table else [])], invented=shown.invented
    )
    if answer is not None:
        return answer
    context = base | {
        "explained": explained(run, "water.source_compliance", "water.source_volume_compliance"),
        "register": register, "months": months, "chart": chart, "kind_of_period": kind, "period": period,
        "kinds": [(name, kind_name(name)) for name in kinds],
        "periods": [(name, texts.period_name(name)) for name in known],
        "period_name": texts.period_name(period),
        "figures": _figures(run, [row for key, row in now.items() if key in counted], kind, period, shown),
    }  # fmt: skip
    return render(request, "water/sources.html", context)


def _mine(run: RunFacts | None, shown: Board) -> list[dict[str, Any]]:
    keys = {view.key for view in shown.views}
    rows = [] if run is None else queries.select(run.id, "water_sources", order="period, source")
    return [row for row in rows if row["source"] in keys]


def _figures(
    run: RunFacts, now: Sequence[Mapping[str, Any]], kind: str, period: str, shown: Board
) -> list[tuple[str, str, str]]:
    """Shares of the sources that are shown; of all of a region they are the run's own."""
    known = [row for row in now if row["compliant"] is not None]
    complying = sum(bool(row["compliant"]) for row in known)
    figures = [
        (_("在用水源"), str(len(now)), _("个，本时段")),
        (_("达标水源"), f"{complying} / {len(known)}", _("占能判定的水源")),
    ]
    if shown.chosen["q"] or shown.chosen["source"] or shown.chosen["state"]:
        return figures  # a part of a region has no published share
    region = shown.chosen["region"] if shown.chosen["region"] in site.rules().regions else run.region
    rows = queries.select(
        run.id, "water_source_shares",
        "id = ? and level = ? and basis = ? and period_kind = ? and period = ?",
        [region, shown.chosen["level"] or "all", basis_shown(now), kind, period],
    )  # fmt: skip
    for row in rows[:1]:
        note = reason_name(row["reason"])
        volume = reason_name(row["volume_reason"]) or note
        figures += [
            (_("达标率（按个数）"), _percent(row["number_rounded"]), note or _("全部水源已判定")),
            (_("达标率（按取水量）"), _percent(row["volume_rounded"]), volume or _("取水量 %(n)s 万立方米") % {
                "n": figure(row["volume"], 2)}),
        ]  # fmt: skip
    return figures


def _percent(value: float | None) -> str:
    return "—" if value is None else f"{value:.1f} %"


def _register_table(shown: Board, now: Mapping[str, Mapping[str, Any]]) -> Table:
    columns = [
        Column("source", _("水源"), row_head=True, nowrap=True), Column("region", _("地区"), nowrap=True),
        Column("kind", _("水源类型")), Column("level", _("级别")), Column("state", _("状态"), nowrap=True),
        Column("verdict", _("是否达标"), nowrap=True), Column("class", _("类别")),
        Column("over", _("超标项目（超标倍数）"), long=True), Column("missing", _("缺测项目"), long=True),
        Column("days", _("采样天数"), number=True),
        Column("volume", _("月取水量"), texts.unit_name("万m³"), number=True),
        Column("population", _("服务人口"), texts.unit_name("人"), number=True), Column("note", _("备注")),
    ]  # fmt: skip
    rows = []
    for view in shown.views:
        row = now.get(view.key)
        fields = shown.kind.fields
        rows.append(
            {
                "source": entry_cell(shown.kind, view), "region": site.region_name(view.region),
                "kind": value_text(fields["kind"], view.values.get("kind")),
                "level": value_text(fields["level"], view.values.get("level")),
                "state": state_name(shown.kind, view.state), "verdict": _verdict(row),
                "class": _class(row), "over": _over(row), "missing": _missing(row),
                "days": row["days"] if row else None, "volume": view.values.get("monthly_volume"),
                "population": view.values.get("population"),
                "note": reason_name(row["reason"]) if row else "",
            }
        )  # fmt: skip
    return Table(
        "sources", _("水源与评价"), columns, rows, tight=True,
        caption=_(
            "地表水源：表 1 达Ⅲ类且表 2、表 3 不超限值；地下水源：GB/T 14848 达Ⅲ类。"
            "应测项目缺测且无项目超标的，无法判定，不作达标。"
        ),
        empty=_("名录里还没有水源，或没有符合条件的条目。登记水源后，按监测点编码载入实验室监测结果，再运行评估。"),
    )  # fmt: skip


def _verdict(row: Mapping[str, Any] | None) -> Cell:
    if row is None:
        return Cell(None)
    if row["compliant"] is None:
        return Cell(None, text=_("无法判定"), valid=False)
    return Cell(bool(row["compliant"]), text=_("达标") if row["compliant"] else _("不达标"))


def _class(row: Mapping[str, Any] | None) -> Cell:
    if row is None or not row["class"]:
        return Cell(None)
    # Without every item the class is only the worst of what was measured.
    complete = not row["missing"]
    return Cell(class_name(row["class"]), water=row["class"], valid=complete)


def _over(row: Mapping[str, Any] | None) -> str:
    if row is None or not row["over"]:
        return ""
    told = []
    for part in str(row["over"]).split(","):
        name, _sep, multiple = part.partition(":")
        told.append(f"{item_words(name)}{texts.aside(multiple)}")
    return texts.listed(told)


def _missing(row: Mapping[str, Any] | None) -> str:
    if row is None:
        return ""
    names = [item_words(name) for name in str(row["missing"]).split(",") if name]
    if len(names) > 5:
        names = [*names[:5], counted("等 %(n)s 项", len(names)) % {"n": len(names)}]
    if row["short"]:
        names.append(counted("表 3 特定项目少 %(n)s 项", row["short"]) % {"n": row["short"]})
    return texts.listed(names)


def _months(shown: Board, rows: Sequence[Mapping[str, Any]], run: RunFacts) -> Table:
    """The months of the latest sampled year, one strip a source."""
    sampled = [row for row in rows if row["period_kind"] == "month" and row["days"]]
    year = max((row["period"][:4] for row in sampled), default=str(run.as_of.year))
    cells = {
        (row["source"], int(row["period"][5:])): row
        for row in rows
        if row["period_kind"] == "month" and row["period"].startswith(year)
    }
    columns = [
        Column("source", _("水源"), row_head=True, nowrap=True),
        *[Column(str(month), texts.month_name(month)) for month in range(1, 13)],
    ]
    listed = []
    for view in shown.views:
        line: dict[str, Any] = {"source": view.title}
        for month in range(1, 13):
            row = cells.get((view.key, month))
            if row is not None:
                line[str(month)] = _month_cell(row)
        listed.append(line)
    title = _("%(year)s 年各水源逐月评价") % {"year": year}
    return Table("source-months", title, columns, listed, about=about_run(run), tight=True)


def _month_cell(row: Mapping[str, Any]) -> Cell:
    if row["compliant"] is None:
        return Cell(None, text=_("未测") if row["reason"] == "no_data" else _("缺项"), valid=False)
    return Cell(bool(row["compliant"]), text=_("达标") if row["compliant"] else _("超标"), note=_over(row))


def _chart(run: RunFacts, rows: Sequence[Mapping[str, Any]], shown: Board) -> Chart | None:
    """Both shares by month, of the region shown."""
    region = shown.chosen["region"] if shown.chosen["region"] in site.rules().regions else run.region
    found = queries.select(
        run.id, "water_source_shares", "id = ? and level = ? and basis = ? and period_kind = 'month'",
        [region, shown.chosen["level"] or "all", basis_shown(rows)], "period",
    )  # fmt: skip
    found = [row for row in found if row["evaluated"]]
    if len(found) < 2:
        return None
    columns = [
        Column("period", _("时段"), row_head=True, nowrap=True), Column("sources", _("参评 / 应评水源"), number=True),
        Column("number", _("达标率（按个数）"), "%", number=True),
        Column("volume", _("达标率（按取水量）"), "%", number=True),
        Column("note", _("备注")),
    ]  # fmt: skip
    listed = [
        {
            "period": texts.period_name(row["period"]), "sources": f"{row['evaluated']} / {row['sources']}",
            "number": Cell(row["number_rounded"], text=figure(row["number_rounded"], 1), valid=bool(row["valid"])),
            "volume": Cell(row["volume_rounded"], text=figure(row["volume_rounded"], 1), valid=bool(row["valid"])),
            "note": texts.listed(
                reason_name(reason) for reason in (row["reason"], row["volume_reason"]) if reason
            ),
        }
        for row in found
    ]  # fmt: skip
    title = _("%(region)s饮用水水源逐月达标率") % {"region": site.region_name(region)}
    table = Table("source-shares", title, columns, listed, about=about_run(run), tight=True)
    spec = {
        "kind": "lines", "unit": "%", "x": [texts.period_name(row["period"]) for row in found],
        "series": [
            {"name": _("按个数"), "data": [row["number_rounded"] for row in found]},
            {"name": _("按取水量"), "data": [row["volume_rounded"] for row in found]},
        ],
    }  # fmt: skip
    return Chart("source-shares", _("%(title)s折线图；同样的数字列在下面的表里。") % {"title": title}, spec, table)
