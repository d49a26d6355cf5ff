"""One target: where it stands, the way to it, every value, who owes it, the limits, and the chain behind a value."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from saishang.apps.indicators import queries
from saishang.apps.indicators.queries import HistoryPoint, RunFacts, TargetRow
from saishang.rules import RuleLookupError
from saishang.science.rounding import round_half_even
from saishang.web import texts, wording
from saishang.web.pages import site
from saishang.web.pages.air_weather import weather_link
from saishang.web.pages.chain import certificate_url, chain_url, fact_words
from saishang.web.pages.charts import Chart
from saishang.web.pages.exports import export
from saishang.web.pages.forecast import ForecastView, target_forecast
from saishang.web.pages.runs import about_run, chosen_run, other_runs
from saishang.web.pages.tables import Cell, Column, Table
from saishang.web.pages.target_future import (
    band,
    band_labels,
    band_rows,
    earlier,
    evidence,
    owed,
    running_year,
)
from saishang.web.pages.target_parts import parts_table, set_words
from saishang.web.pages.targets import chosen_history, goal_of, position
from saishang.web.pages.targets_registers import on_any_day
from saishang.web.reasons import basis_name, reason_name
from saishang.web.security import public
from saishang.web.texts import counted

__all__ = ["target", "verdict"]

#: How a limit's averaging time is written beside a yearly statistic of the catalogue.
_ANNUAL = "annual"


@public
@require_safe
def target(request: HttpRequest, target: str) -> HttpResponse:
    """Page of a target, in one region where it stands for several."""
    run = chosen_run(request)
    if run is None:
        return render(request, "target/index.html", {"run": None})
    row = queries.target_row(run.id, target, request.GET.get("region") or None)
    if row is None:
        raise Http404(_("本次评估中没有目标“%(id)s”。") % {"id": target})
    found = queries.indicator(row.indicator)
    ahead = target_forecast(run, row.target, row.region, part=bool(row.parent))
    running, running_url = running_year(run, row)
    chart, values = _path(row, run, ahead)
    limits, before = _limits(row, run), earlier(row, run)
    drawn = chart.table if chart is not None else None
    parts = parts_table(row, run)
    tables = [table for table in (values, drawn, limits, before, *ahead.tables, parts) if table is not None]
    invented = any(part.setting.get("demonstration") for part in queries.part_rows(run.id, row.target, row.region))
    answer = export(request, tables, invented=invented, real={table.name for table in tables} - {"parts"})
    if answer is not None:
        return answer
    parameter = found.statistic.get("parameter") if found else None
    context: dict[str, Any] = {
        "run": run,
        "runs": other_runs(),
        "row": row,
        "title": texts.both(row.title_zh, row.title_en),
        "item_title": texts.both(row.item_title_zh, row.item_title_en),
        "region": site.region_name(row.region),
        "reason": texts.both(row.reason_zh, row.reason_en),
        "goal": goal_of(row),
        "unit": texts.unit_name(row.unit),
        "compared": _compared(row),
        "kind": texts.kind_name(row.value_kind, _chosen_coverage(row)),
        "expected": _short(row.expected),
        "distance": _signed(row.distance),
        "indicator": found,
        "on_any_day": on_any_day(row),
        "owners": [site.agency_name(owner) for owner in row.owners],
        # How places make the whole says nothing about one of them.
        "caliber": texts.both(found.caliber, found.caliber_en) if found and not row.parent else "",
        "chart": chart,
        "values": values,
        "limits": limits,
        "forecast": ahead,
        "parts": parts,
        "invented_parts": invented,
        "invented_goal": bool(row.setting.get("demonstration")),
        "set_words": set_words(row),
        "running": running,
        "running_url": running_url,
        "earlier": before,
        "owed": owed(row),
        "weather": parameter if parameter and weather_link(run, parameter) else "",
        "others": [
            other for other in queries.target_rows(run.id) if other.item == row.item and other.target != row.target
        ],
    }
    return render(request, "target/target.html", context)


def _path(row: TargetRow, run: RunFacts, ahead: ForecastView) -> tuple[Chart | None, Table | None]:
    if not row.history and not row.path:
        return None, None
    values = _history_table(row, run)
    points = [
        {
            "x": round(place, 3),
            "value": float(point.value),
            "text": point.rounded,
            "period": f"{texts.period_name(point.period)} · {basis_name(point.basis)}",
            "valid": point.valid,
        }
        for place, point in _drawn(row)
        if point.value is not None
    ]
    way = [[year, _float(value)] for year, value in row.path]
    if len(points) + len(way) < 2:
        return None, values
    title = texts.both(row.title_zh, row.title_en)
    spec = {
        "kind": "path",
        "unit": texts.unit_name(row.unit),
        "goal": None if row.goal is None else float(row.goal),
        "path": way,
        "history": points,
        "band": band(ahead),
        "labels": band_labels(ahead)
        | {
            "path": _("序时进度"),
            "measured": _("实际数值"),
            "invalid": _("不满足有效性规定"),
            "goal": _("目标 %(goal)s") % {"goal": goal_of(row)},
        },
    }
    label = _("%(title)s 的序时进度与实际数值；同样的数字列在下面的表里。") % {"title": title}
    return Chart("path", label, spec, _path_table(row, run, ahead)), values


def _path_table(row: TargetRow, run: RunFacts, ahead: ForecastView) -> Table:
    """What the picture shows: the path year by year, and the values drawn beside it."""
    unit = texts.unit_name(row.unit)
    columns = [
        Column("period", _("时段"), row_head=True, nowrap=True),
        Column("way", _("序时进度"), unit, number=True),
        Column("value", _("实际数值"), unit, number=True),
        Column("basis", _("口径")),
    ]
    way = dict(row.path)
    drawn = [(place, point) for place, point in _drawn(row) if point.value is not None]
    listed: list[tuple[float, dict[str, Any]]] = [
        (
            place,
            {
                "period": texts.period_name(point.period),
                "way": _plain(way.pop(int(place), None) if place == int(place) else None),
                "value": Cell(point.value, text=point.rounded, valid=point.valid),
                "basis": basis_name(point.basis),
            },
        )
        for place, point in drawn
    ]
    said = dict(band_rows(ahead))
    if said:
        columns += [
            Column("middle", _("预测（居中）"), unit, number=True),
            Column("band", _("预测区间"), unit, number=True),
        ]
    listed += [
        (year, {"period": texts.period_name(str(year)), "way": _plain(value)} | said.pop(float(year), {}))
        for year, value in way.items()
    ]
    listed += said.items()
    rows = [line for _place, line in sorted(listed, key=lambda pair: pair[0])]
    return Table("path", _("序时进度与实际数值"), columns, rows, about=about_run(run), tight=True)


def _plain(value: Decimal | None) -> Cell:
    return Cell(value, text=None if value is None else _short(value))


def _drawn(row: TargetRow) -> list[tuple[float, HistoryPoint]]:
    """The chosen value of every year, and what is not a valid full year but the newest there is."""
    drawn = chosen_history(row.history)
    newest = max((x for x, _ in drawn), default=float("-inf"))
    later = [
        (place, point)
        for point in row.history
        if not point.chosen
        and point.value is not None
        and point.basis == "measured"
        and (place := position(point.period)) is not None
        and place > newest
    ]
    return sorted(drawn + later[-1:], key=lambda pair: pair[0])


def _history_table(row: TargetRow, run: RunFacts) -> Table | None:
    if not row.history:
        return None
    columns = [
        Column("period", _("时段"), row_head=True, nowrap=True),
        Column(
            "value", texts.both(row.indicator_zh, row.indicator_en) or _("数值"), texts.unit_name(row.unit), number=True
        ),
        Column("basis", _("口径")),
        Column("kind", _("来源方式")),
        Column("coverage", _("覆盖"), long=True),
        Column("chosen", _("用于评估")),
        Column("chain", _("追溯")),
        Column("certificate", _("证书")),
    ]
    rows: list[dict[str, Any]] = []
    papers = evidence(run, row)
    for point in sorted(row.history, key=lambda p: (position(p.period) or 0, p.period), reverse=True):
        rows.append(
            {
                "period": Cell(point.period, text=texts.period_name(point.period)),
                "value": Cell(point.value, text=point.rounded or "—", valid=point.valid),
                "basis": basis_name(point.basis),
                "kind": Cell(
                    texts.kind_name(point.kind, point.coverage),
                    note=papers.get((point.period, point.basis), "") if point.kind == "reported" else "",
                ),
                "coverage": Cell(
                    coverage_text(point.coverage, pooled=row.region == run.region), note=reason_name(point.reason)
                ),
                "chosen": Cell(point.chosen, text="✓" if point.chosen else ""),
                "chain": Cell(
                    None,
                    text=_("查看溯源"),
                    href=chain_url(run.id, row.indicator, row.region, point.period, point.basis, point.kind),
                )
                if point.value is not None
                else None,
                "certificate": Cell(
                    None,
                    text=_("复算证书"),
                    href=certificate_url(run.id, row.indicator, row.region, point.period, point.basis, point.kind),
                )
                if point.value is not None
                else None,
            }
        )
    shown = [line for line in rows if line["value"].value is not None]
    hidden = len(rows) - len(shown)
    caption = (
        counted("另有 %(hidden)s 个时段没有数值，导出的表中列出。", hidden) % {"hidden": hidden}
        if hidden and shown
        else ""
    )
    return Table(
        "history", _("各期数值"), columns, shown or rows, everything=rows, caption=caption, about=about_run(run),
        tight=True,
    )  # fmt: skip


def _limits(row: TargetRow, run: RunFacts) -> Table | None:
    """Limits of the standard for the indicator's parameter, with the newest valid value against each."""
    found = queries.indicator(row.indicator)
    parameter = found.statistic.get("parameter") if found else None
    if found is None or not parameter:
        return None
    try:
        listed = site.rules().table("standards/air/limits").rows
    except RuleLookupError:
        return None
    value = row.value
    columns = [
        Column("edition", _("标准"), row_head=True),
        Column("period", _("施行期间")),
        Column("class1", _("一级限值"), texts.unit_name(row.unit), number=True),
        Column("class2", _("二级限值"), texts.unit_name(row.unit), number=True),
        Column("verdict", _("最新值与二级限值相比")),
        Column("clause", _("条款"), long=True),
    ]
    rows = []
    for limit in listed:
        if limit["parameter"] != parameter or limit["averaging"] != _ANNUAL:
            continue
        rows.append(
            {
                "edition": texts.limits_name(limit["edition"], limit["stage"]),
                "period": f"{_day(limit['from'])} – {_day(limit['to'])}",
                "class1": limit["class1"],
                "class2": limit["class2"],
                "verdict": verdict(value, limit["class2"], found.compare_decimals),
                "clause": Cell(
                    f"{wording.clause(limit['source'])} · {wording.clause(limit['clause'])}", mark=limit["status"]
                ),
            }
        )
    return Table("limits", _("与环境质量标准比较"), columns, rows, about=about_run(run), tight=True) if rows else None


def verdict(value: Decimal | None, limit: Decimal | None, decimals: int) -> str:
    """Whether a value keeps a limit, compared after rounding (GB/T 8170) to the indicator's decimals, as goals are."""
    if value is None or limit is None:
        return "—"
    return _("不超过") if round_half_even(value, decimals) <= limit else _("超过")


def coverage_text(coverage: dict[str, Any], *, pooled: bool = False) -> str:
    """Counts behind a value in words; of a region the days of its cities are added up (`pooled`)."""
    valid, expected = coverage.get("days_valid"), coverage.get("days_expected")
    if valid is not None and expected is not None:
        words = _("有效 %(valid)s / 应有 %(expected)s 城市日") if pooled else _("有效 %(valid)s / 应有 %(expected)s 天")
        return words % {"valid": valid, "expected": expected}
    return "；".join(
        fact_words(key, value) for key, value in coverage.items() if value != "" and not isinstance(value, dict | list)
    )


def _chosen_coverage(row: TargetRow) -> dict[str, Any]:
    """Coverage of the value that the target is judged by."""
    return next((p.coverage for p in row.history if p.chosen and p.period == row.value_period), {})


def _compared(row: TargetRow) -> str:
    """The rounded figure that was held against the goal, where it is not the figure shown."""
    if row.value is None or row.goal is None or row.distance is None:
        return ""
    compared = row.goal + row.distance
    return "" if compared == row.value else f"{compared.normalize():f}"


def _float(value: Decimal) -> float:
    return round(float(value), 4)


def _short(value: Decimal | None) -> str:
    return "" if value is None else f"{value.quantize(Decimal('0.1')).normalize():f}"


def _signed(value: Decimal | None) -> str:
    return "" if value is None else f"{value.quantize(Decimal('0.1')).normalize():+f}"


def _day(value: date | None) -> str:
    return "" if value is None else value.isoformat()
