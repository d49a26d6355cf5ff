"""The workings of one figure of the outlook: the sum so far, the days, the rounding, the months to come, every day."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from saishang.apps.indicators.outlook import MAIN, Item, outlook
from saishang.apps.indicators.outlook_data import BASES, run_days
from saishang.apps.indicators.queries import RunFacts
from saishang.errors import SaishangError
from saishang.science.air.series.rules import STATISTICS
from saishang.science.outlook.needed import NeededMean
from saishang.web import texts
from saishang.web.pages import site
from saishang.web.pages.air_common import choice, decimals
from saishang.web.pages.chain import chain_url
from saishang.web.pages.exports import export
from saishang.web.pages.forecast import year_end_forecast
from saishang.web.pages.morning import AGAINST, item_url
from saishang.web.pages.morning_costs import cost_view
from saishang.web.pages.morning_words import (
    coverage_words,
    days_words,
    item_name,
    mark_words,
    needed_words,
    number,
)
from saishang.web.pages.runs import about_run, chosen_run
from saishang.web.pages.tables import Cell, Column, Table
from saishang.web.reasons import basis_name, statistic_name
from saishang.web.security import public

__all__ = ["item"]


@public
@require_safe
def item(request: HttpRequest, place: str, parameter: str) -> HttpResponse:
    """Page of one figure of one place."""
    run = chosen_run(request)
    if run is None:
        return render(request, "morning/item.html", {"run": None})
    statistics = [statistic for code, statistic, _averaging in STATISTICS if code == parameter]
    main = dict(MAIN).get(parameter)
    if not statistics or main is None:
        raise Http404(_("没有项目“%(item)s”。") % {"item": parameter})
    statistic = choice(request, "statistic", statistics, main)
    basis = choice(request, "basis", tuple(BASES), "dust_removed")
    against = choice(request, "against", AGAINST, "goal")
    try:
        found = outlook(run.id, basis=basis, places=[place], statistics=[(parameter, statistic)], marks=against)
    except SaishangError as error:
        raise Http404(str(error)) from None
    figure = found.items[0]
    view = cost_view(request, run, figure, every_day=True)
    steps, months, cities = _steps(figure, run), _months(figure, run), _cities(request, figure, run)
    over = _days_over(figure, run) if figure.statistic != "mean" and figure.scope == "city" else None
    ahead = year_end_forecast(run, place, parameter, basis) if statistic == "mean" else None
    tested = ahead.tables if ahead is not None else []
    tables = [t for t in (steps, months, cities, over, *tested, *(view.tables if view else ())) if t is not None]
    answer = export(request, tables)
    if answer is not None:
        return answer
    context: dict[str, Any] = {
        "run": run, "item": figure, "place_name": site.region_name(place), "name": item_name(figure),
        "sentence": needed_words(figure), "mark": mark_words(figure.mark, figure.unit),
        "days": days_words(figure), "coverage": coverage_words(figure),
        "figure": "—" if figure.figure is None else f"{figure.figure:f}",
        "chain": chain_url(run.id, figure.indicator, place, figure.period, basis) if figure.indicator else "",
        "steps": steps, "months": months, "cities": cities, "over": over, "costs": view, "forecast": ahead,
        "basis": basis, "bases": [(name, basis_name(name)) for name in BASES],
        "against": against, "marks": [("goal", _("方案目标优先")), ("limit", _("标准限值"))],
        "statistic": statistic, "statistics": [(name, statistic_name(name)) for name in statistics],
    }  # fmt: skip
    return render(request, "morning/item.html", context)


def _steps(figure: Item, run: RunFacts) -> Table:
    """The arithmetic, line by line, in exact figures."""
    answer, unit = figure.answer, figure.unit
    bound = number(figure.bound.value, (figure.mark.decimals or 0) + 1)
    edge = _("（含）") if figure.bound.inclusive else _("（不含）")
    lines: list[tuple[str, str, str]] = [
        (_("要求"), mark_words(figure.mark, unit), ""),
        (
            _("修约前的界"),
            f"{bound} {unit}{edge}",
            _("全年数值先修约（四舍六入五成双，GB/T 8170）再比较，所以修约前还能再高半个末位"),
        ),
    ]
    if isinstance(answer, NeededMean):
        lines += _mean_steps(figure, answer, bound)
    elif answer is not None:
        p = figure.statistic[1:]
        place = 1 + Fraction((answer.days + answer.left - 1) * int(p), 100)
        lines += [
            (_("全年天数 n"), f"{answer.days} + {answer.left} = {answer.days + answer.left}", days_words(figure)),
            (
                _("百分位数的位置"),
                f"k = 1 + (n − 1) × {p} / 100 = {number(place, 2)}",
                _("HJ 663 附录A"),
            ),
            (_("全年容许超过的天数"), str(answer.allowed), _("位置之上的天数，超过多少都不影响")),
            (_("已经超过的天数"), str(answer.used), ""),
            (_("还可超过的天数"), str(answer.spare), ""),
        ]
    columns = [
        Column("step", _("步骤"), row_head=True, nowrap=True),
        Column("value", _("数值"), long=True),
        Column("why", _("说明"), long=True),
    ]
    rows = [{"step": step, "value": value, "why": why} for step, value, why in lines]
    return Table("morning-steps", _("算式"), columns, rows, about=about_run(run), tight=True)


def _mean_steps(figure: Item, answer: NeededMean, bound: str) -> list[tuple[str, str, str]]:
    unit = figure.unit
    lines = []
    if len(figure.parts) == 1:
        part = figure.parts[0][1]
        total = number(part.total, 3)
        lines = [
            (_("至今各有效日之和 S"), f"{total} {unit}·d", _("日均值取到计算所用的最小单位，不修约")),
            (_("有效天数 n"), str(part.days), days_words(figure)),
            (_("余下天数 R"), str(part.left), _("日历上的天数，每天按有效计；缺测的日子不补")),
        ]
        if answer.average is not None:
            worked = f"({bound} × ({part.days} + {part.left}) − {total}) / {part.left}"
            lines.append(
                (
                    _("余下日均要求 x"),
                    f"{worked} = {number(answer.average, 4)} {unit}",
                    _("由 (S + R·x) / (n + R) 等于修约前的界解得"),
                )
            )
    elif answer.average is not None:
        lines.append(
            (
                _("余下日均要求 x"),
                f"{number(answer.average, 4)} {unit}",
                _("各市全年均值的平均等于修约前的界时，各市余下每天共同的平均；各市的和与天数见下表"),
            )
        )
    if answer.shown is not None:
        lines.append((_("公布取值"), f"≤ {answer.shown:f} {unit}", _("向稳妥的一侧取位")))
    if figure.ceiling is not None:
        worst = f"{number(figure.ceiling, 1)} {unit}"
        lines.append((_("有记录以来最差的一天"), worst, _("余下每天都如此仍能达到，才称“必能达到”")))
    return lines


def _months(figure: Item, run: RunFacts) -> Table | None:
    if not figure.months or figure.rest is None or figure.factor is None:
        return None
    places = decimals(figure.parameter) + 1
    columns = [
        Column("month", _("月份"), row_head=True, nowrap=True),
        Column("days", _("天数"), number=True),
        Column("reference", _("%(year)s 年同期") % {"year": figure.rest.year}, figure.unit, number=True),
        Column("average", _("今年月均不应超过"), figure.unit, number=True),
    ]
    rows = [
        {
            "month": texts.month_name(month.month),
            "days": month.days,
            "reference": Cell(float(month.reference), text=number(month.reference, places)),
            "average": Cell(float(month.average), text=number(month.average, places)),
        }
        for month in figure.months
    ]
    change = (figure.factor - 1) * 100
    words = (
        _("各月按 %(year)s 年的月际分布分配：均应比该年低 %(percent)s%%。")
        if change < 0
        else _("各月按 %(year)s 年的月际分布分配：均可比该年高 %(percent)s%%。")
    )
    caption = words % {"year": figure.rest.year, "percent": number(abs(change), 1)}
    return Table("morning-months", _("余下各月"), columns, rows, about=about_run(run), caption=caption, tight=True)


def _cities(request: HttpRequest, figure: Item, run: RunFacts) -> Table | None:
    """The cities behind a region's mean, each leading to its own workings."""
    if figure.scope != "region":
        return None
    columns = [
        Column("place", _("城市"), row_head=True, nowrap=True),
        Column("total", _("至今之和"), f"{figure.unit}·d", number=True),
        Column("days", _("有效天数"), number=True),
        Column("mean", _("至今平均"), figure.unit, number=True),
        Column("left", _("余下天数"), number=True),
    ]
    places = decimals(figure.parameter) + 2
    rows = []
    for city, part in figure.parts:
        mean = part.total / part.days if part.days else None
        address = item_url(request, figure).replace(f"/{figure.place}/", f"/{city}/", 1)
        rows.append(
            {
                "place": Cell(site.region_name(city), href=address),
                "total": Cell(float(part.total), text=number(part.total, 3)),
                "days": part.days,
                "mean": Cell(None) if mean is None else Cell(float(mean), text=number(mean, places)),
                "left": part.left,
            }
        )
    caption = _("区域数值是各市数值的平均，不按天数加权。")
    return Table("morning-parts", _("各市的和与天数"), columns, rows, about=about_run(run), caption=caption, tight=True)


def _days_over(figure: Item, run: RunFacts) -> Table:
    """Days beyond the bound of a percentile."""
    values = run_days(run.id).span(figure.place, figure.parameter, figure.basis, date(run.as_of.year, 1, 1), run.as_of)
    over = sorted(
        ((day, value) for day, value in values.items() if not figure.bound.holds(value)), key=lambda pair: -pair[1]
    )
    columns = [
        Column("day", _("日期"), row_head=True, nowrap=True),
        Column("value", item_name(figure), figure.unit, number=True),
    ]
    rows = [
        {
            "day": Cell(day, href=reverse("air-day", args=[figure.place, day.isoformat()]) + f"?run={run.id}"),
            "value": Cell(float(value), text=number(value, decimals(figure.parameter))),
        }
        for day, value in over
    ]
    empty = _("今年还没有一天超过。")
    return Table("morning-over", _("超过的日子"), columns, rows, about=about_run(run), empty=empty, tight=True)
