"""Figures of a register by day: their value, their way through time, and the entries behind them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _

from saishang.apps.registers.reading import behind
from saishang.apps.registers.series import any_real, series
from saishang.science.periods import months_later
from saishang.science.register.kind import Figure
from saishang.science.register.sums import FigureSum
from saishang.web.api.answers import address, json_answer, link, mark_of, number, place_in, with_mark
from saishang.web.api.asking import CURSOR, KIND, LIMIT, ON, REGION, day_shown
from saishang.web.api.operations import JSON, Called, Parameter, Reply, not_found, operation
from saishang.web.api.problems import Problem
from saishang.web.api.seeing import Sight, opened
from saishang.web.pages import site

__all__ = ["MOST_DAYS", "counted", "days_of", "figure_named", "figures", "plan_region"]

#: Days of one series.
MOST_DAYS = 400
INVENTED = Parameter(
    "invented", "只数虚构的演示条目（默认只数真实的）", "the invented entries alone; else the real ones",
    {"type": "boolean"},
)  # fmt: skip
FIGURE = Parameter(
    "figure", "指标的编号", "id of the figure", {"type": "string", "pattern": "^[a-z0-9_]+$"}, "found", "path"
)
_DAY = {"type": "string", "format": "date"}


@operation(
    "api-figures", "api/registers/<slug:kind>/figures", "registers", "名录的统计指标：某日的数值和逐期序列",
    "Figures of a register: on a day, and through time",
    parameters=(
        KIND, ON, REGION, INVENTED,
        Parameter("from", "序列的第一天", "first day of the series", _DAY, "2026-01-01"),
        Parameter("to", "序列的最后一天；不给出时为 on 或今天", "last day of the series; else `on` or today", _DAY,
                  "2026-11-30"),
        Parameter("step", "序列的间隔", "step of the series", {"type": "string", "enum": ["day", "month", "year"],
                                                      "default": "month"}),
    ),
    replies=(Reply(JSON, {"$ref": "#/components/schemas/Figures"}),),
    example="/api/registers/outfalls/figures?region=640100&from=2026-01-01&to=2026-11-30",
)  # fmt: skip
def figures(called: Called, kind: str) -> HttpResponse:
    """Every figure that the caller may know, of a region and all below it."""
    sight = opened(called.request, kind)
    on, region = day_shown(called["on"]), plan_region(called["region"])
    if called["from"] is None and (called["to"] is not None or called["step"] is not None):
        raise Problem(400, "wrong-value", _("参数的值不对"), _("序列要给出 from。"), "from")
    days = [on] if called["from"] is None else days_of(called["from"], called["to"] or on, called["step"] or "month")
    invented = bool(called["invented"])
    found = []
    for figure in sight.kind.figures.values():
        if not sight.tells(figure):
            continue
        run = series(sight.kind, figure, site.rules(), region, sorted({*days, on}), invented=invented)
        by_day = dict(zip(sorted({*days, on}), run, strict=True))
        told = _figure_told(figure) | _value_told(by_day[on])
        if called["from"] is not None:
            told["series"] = [{"on": day} | _value_told(by_day[day]) for day in days]
        told["entries"] = address(
            called.request, "api-counted", kind, figure.id, on=on, region=region, invented="true" if invented else None
        )
        found.append(told)
    _real, made_up = any_real(sight.kind, on)
    return json_answer(called.request, {
        "register": kind, "on": on, "region": region, "invented": invented, "invented_entries": made_up,
        "figures": found, "links": [link(called.request.build_absolute_uri(), "self", JSON)],
    })  # fmt: skip


@operation(
    "api-counted", "api/registers/<slug:kind>/figures/<slug:figure>/entries", "registers",
    "某指标在某日计入的条目（数据溯源）",
    "The entries that a figure counted on a day",
    parameters=(KIND, FIGURE, ON, REGION, INVENTED, LIMIT, CURSOR),
    replies=(Reply(JSON, {"$ref": "#/components/schemas/Counted"}),),
    example="/api/registers/outfalls/figures/done/entries?on=2026-11-30&region=640100",
)  # fmt: skip
def counted(called: Called, kind: str, figure: str) -> HttpResponse:
    """Keys of the entries behind a figure; of a share those of the whole, too, with whether they are counted."""
    sight = opened(called.request, kind)
    known = figure_named(sight, figure)
    region = plan_region(called["region"])
    after = place_in(called["cursor"], str if called["on"] is None else int)
    invented = bool(called["invented"])
    found, last = behind(
        sight.kind, known, site.rules(), region, called["on"], invented=invented, after=after,
        most=called["limit"] or 100,
    )  # fmt: skip
    on = day_shown(called["on"])
    (value,) = series(sight.kind, known, site.rules(), region, [on], invented=invented)
    following = with_mark(called.request, mark_of(last))
    links = [link(called.request.build_absolute_uri(), "self", JSON)]
    links += [link(following, "next", JSON)] if following else []
    return json_answer(called.request, {
        "register": kind, "on": on, "region": region, "invented": invented,
        "figure": _figure_told(known) | _value_told(value),
        "entries": [
            {"key": one.read.view.key, "title": sight.title(one.read.view), "counted": one.counted,
             "region": one.read.view.region if sight.region else None,
             "number": _number_of(known, one.read.view.values), "version": one.read.view.number,
             "invented": one.read.invented,
             "href": address(called.request, "api-entry", kind, one.read.view.key, on=called["on"])}
            for one in found
        ],
        "links": links,
    })  # fmt: skip


def _number_of(figure: Figure, values: Any) -> Any:
    value = values.get(figure.field) if figure.field else None
    return None if value is None else number(str(value))


def figure_named(sight: Sight, name: str) -> Figure:
    """The figure of a name.

    Raises
    ------
    Problem
        404 where there is none; 403 where it rests on fields that are hidden from the caller.
    """
    found = sight.kind.figures.get(name)
    if found is None:
        raise not_found(
            _("没有这个指标"), _("此名录的指标有：%(known)s。") % {"known": ", ".join(sight.kind.figures) or "-"}
        )
    if not sight.tells(found):
        raise Problem(403, "not-open", _("此指标的条目不开放"), _("它依据不公开的字段，登录后有权限的人员才能查看。"))
    return found


def plan_region(code: str | None) -> str:
    """A region's code; the province of the plan where none is given."""
    known = site.rules().regions
    if code is not None:
        if code not in known:
            raise Problem(
                400,
                "wrong-value",
                _("参数的值不对"),
                _("应为行政区划代码，得到“%(code)s”。") % {"code": code},
                "region",
            )
        return code
    return next(str(row["code"]) for row in known.values() if row["level"] == "province" and row["use"] == "in_plan")


def days_of(first: date, last: date, step: str) -> list[date]:
    """The days of a series: every day, or the last of each month or year, and the last day itself.

    Raises
    ------
    Problem
        400 when it begins after its end, or has more days than one answer takes.
    """
    if first > last:
        raise Problem(400, "wrong-value", _("参数的值不对"), _("from 不能晚于 to。"), "from")
    days: list[date] = []
    day = _end(first, step)
    while day < last and len(days) <= MOST_DAYS:
        days.append(day)
        day = _end(day + timedelta(days=1), step)
    days.append(last)
    if len(days) > MOST_DAYS:
        raise Problem(
            400, "too-much", _("要得太多"),
            _("一个序列最多 %(most)s 个日期；请缩短时间或改用更大的 step。") % {"most": MOST_DAYS}, "step",
        )  # fmt: skip
    return days


def _end(day: date, step: str) -> date:
    if step == "day":
        return day
    if step == "month":
        return months_later(day.replace(day=1), 1) - timedelta(days=1)
    return date(day.year, 12, 31)


def _figure_told(figure: Figure) -> dict[str, Any]:
    return {"id": figure.id, "zh": figure.zh, "en": figure.en, "measure": figure.measure, "unit": figure.unit}


def _value_told(value: FigureSum) -> dict[str, Any]:
    return {
        "value": value.rounded, "counted": value.counted, "base": value.base, "lacking": value.missing,
    }  # fmt: skip
