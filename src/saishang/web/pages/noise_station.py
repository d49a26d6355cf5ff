"""Noise: one station with its months, the levels of its days against their limits, and the hours of one day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from saishang.apps.indicators import queries
from saishang.apps.indicators.noise_chain import NoiseHour, hours_of_day
from saishang.apps.indicators.queries import RunFacts
from saishang.apps.observations.queries import site_lake
from saishang.science.noise.series import NoiseRules
from saishang.science.periods import period_span
from saishang.web import texts
from saishang.web.pages import site
from saishang.web.pages.air_common import choice
from saishang.web.pages.charts import Chart
from saishang.web.pages.exports import export
from saishang.web.pages.noise_common import (
    KINDS,
    db,
    limits_of,
    network_name,
    quiet,
    rate_cell,
    span_name,
    state_words,
    stations_of,
    tabs,
    tenths,
    verdict_words,
    zone_name,
)
from saishang.web.pages.runs import about_run, chosen_run, with_run
from saishang.web.pages.tables import Cell, Column, Table
from saishang.web.reasons import missing_name, reason_name
from saishang.web.security import public

__all__ = ["station"]

#: Items of an hour as tables show them; the first three are drawn.
_ITEMS = ("LEQ", "L10", "L90", "L50", "LMAX", "WS", "PRECIP")
_NAMES = {"LEQ": "Leq", "LMAX": "Lmax"}


@public
@require_safe
def station(request: HttpRequest, code: str) -> HttpResponse:
    """Facts of a station, rates by period, levels by day, what was not evaluated and why, hours of one day."""
    run = chosen_run(request)
    row = stations_of(run).get(code) if run is not None else None
    if run is None or row is None:
        raise Http404(_("本次评估中没有编码为“%(code)s”的噪声监测站。") % {"code": code})
    limits = limits_of(str(row["zone"]), run.as_of)
    invented = row["basis"] == "demonstration"
    about = [
        row["name"],
        *([_("演示数据：虚构的监测站和数值，不代表任何真实地点。")] if invented else []),
        *about_run(run),
    ]
    rates = queries.select(run.id, "noise_station_rates", "station = ?", [code], "period, span")
    periods = _periods(rates)
    base: dict[str, Any] = {
        "tabs": tabs("noise"), "run": run, "row": row, "facts": _facts(row, limits),
        "demonstration": invented, "quiet": quiet(run.region),
        "entry": reverse("registers-list", args=["noise_stations"]) + f"?q={code}",
    }  # fmt: skip
    if not periods:
        return render(request, "noise/station.html", base)
    period = choice(request, "period", periods, periods[0])
    begin, end = period_span(period)
    days = queries.select(
        run.id, "noise_levels", "station = ? and day >= ? and day < ?", [code, begin, end], "day"
    )  # fmt: skip
    verdicts = {
        (found["day"], found["span"]): found
        for found in queries.select(
            run.id, "noise_verdicts", "station = ? and day >= ? and day < ?", [code, begin, end]
        )
    }  # fmt: skip
    chart = _days_chart(days, verdicts, limits, period, about, request, code)
    reasons = _reason_table(verdicts, period, run.as_of, about)
    tables = [chart.table, reasons, _rate_table(rates, about)] if chart.table is not None else []
    day = _chosen_day(request, [found["day"] for found in days if found["day_hours"] or found["night_hours"]])
    hourly = None
    if day is not None:
        hours = hours_of_day(site_lake(), run.id, code, day)
        hourly = _hours_chart(hours, day, limits, about, run, code)
        tables += [hourly.table] if hourly.table is not None else []
    answer = export(request, tables, invented=invented)
    if answer is not None:
        return answer
    context = base | {
        "periods": [(name, texts.period_name(name)) for name in periods], "period": period,
        "figures": _figures(rates, period), "chart": chart, "reasons": reasons, "rates": _rate_table(rates, about),
        "hourly": hourly, "day": day,
        "days": [found["day"].isoformat() for found in days if found["day_hours"] or found["night_hours"]],
    }  # fmt: skip
    return render(request, "noise/station.html", context)


def _facts(row: Mapping[str, Any], limits: Mapping[str, float]) -> list[tuple[str, str]]:
    facts = [
        (_("编码"), str(row["station"])),
        (_("地区"), site.region_name(str(row["region"]))),
        (_("功能区类别"), zone_name(str(row["zone"]), long=True)),
        (_("限值"), texts.listed(f"{span_name(span)} {limit:g} dB(A)" for span, limit in sorted(limits.items()))),
        (_("网络"), network_name(row["network"])),
        (_("状态"), state_words(str(row["state"]))),
        (_("启用日期"), str(row["opened"] or "")),
        (_("停用日期"), str(row["closed"] or "")),
        (_("坐标"), "" if row["lon"] is None else f"{row['lon']}, {row['lat']}"),
    ]
    return [(label, text) for label, text in facts if text]


def _periods(rates: Sequence[Mapping[str, Any]]) -> list[str]:
    """Periods with anything evaluated: months first, the latest first, then quarters and years."""
    found: list[str] = []
    for kind in KINDS:
        names = {str(row["period"]) for row in rates if row["period_kind"] == kind and row["evaluated"]}
        found += sorted(names, reverse=True)
    return found


def _chosen_day(request: HttpRequest, days: Sequence[date]) -> date | None:
    if not days:
        return None
    allowed = [day.isoformat() for day in days]
    wanted = request.GET.get("day", "")
    # A day of another period stays behind when the period changes.
    return date.fromisoformat(wanted if wanted in allowed else allowed[-1])


def _figures(rates: Sequence[Mapping[str, Any]], period: str) -> list[tuple[str, str, str]]:
    figures = []
    for row in rates:
        if row["period"] == period:
            cell = rate_cell(row)
            shown = "—" if cell.text is None else f"{cell.text} %"
            figures.append((_("%(span)s达标率") % {"span": span_name(row["span"])}, shown, cell.note))
    return figures


def _rate_table(rates: Sequence[Mapping[str, Any]], about: Sequence[str]) -> Table:
    found: dict[str, dict[str, Any]] = {}
    for row in sorted(rates, key=lambda row: (KINDS.index(row["period_kind"]), row["period"])):
        if row["evaluated"] or row["not_evaluated"]:
            line = found.setdefault(str(row["period"]), {"period": texts.period_name(str(row["period"])), "missing": 0})
            line[str(row["span"])] = rate_cell(row)
            line["missing"] += row["not_evaluated"]
    columns = [
        Column("period", _("时段"), row_head=True, nowrap=True), Column("day", _("昼间达标率"), "%", number=True),
        Column("night", _("夜间达标率"), "%", number=True), Column("missing", _("未参评点次"), number=True),
    ]  # fmt: skip
    return Table("rates", _("各时段达标率"), columns, list(found.values()), about=about, tight=True)


def _days_chart(
    days: Sequence[Mapping[str, Any]], verdicts: Mapping[tuple[date, str], Mapping[str, Any]],
    limits: Mapping[str, float], period: str, about: Sequence[str], request: HttpRequest, code: str,
) -> Chart:  # fmt: skip
    columns = [
        Column("day", _("日期"), row_head=True, nowrap=True),
        Column("ld", "Ld", "dB(A)", number=True), Column("day_verdict", _("昼间")),
        Column("ln", "Ln", "dB(A)", number=True), Column("night_verdict", _("夜间")),
        Column("ldn", "Ldn", "dB(A)", number=True), Column("hours", _("有效小时（昼 / 夜）"), number=True),
        Column("weather", _("气象剔除小时"), number=True),
    ]  # fmt: skip
    listed = []
    for row in days:
        spans = {span: verdicts.get((row["day"], span)) for span in ("day", "night")}
        known = row["day_hours"] or row["night_hours"]
        query = f"?period={period}&day={row['day'].isoformat()}#hours"
        address = with_run(reverse("noise-station", args=[code]) + query, request) if known else None
        listed.append(
            {
                "day": Cell(row["day"], href=_before_anchor(address)),
                "ld": db(row["ld"]), "ln": db(row["ln"]), "ldn": db(row["ldn"]),
                **{
                    f"{span}_verdict": verdict_words(found["attains"], found["reason"]) if found else Cell(None)
                    for span, found in spans.items()
                },
                "hours": f"{row['day_hours']} / {row['night_hours']}", "weather": row["weather_hours"],
            }
        )  # fmt: skip
    title = _("%(period)s逐日昼间、夜间和昼夜等效声级") % {"period": texts.period_name(period)}
    caption = _("一日从 6 时到次日 6 时；夜间属于它开始的那一天。限值只用于 Ld 和 Ln，标准没有 Ldn 的限值。")
    table = Table("days", title, columns, listed, about=about, caption=caption, tight=True)
    series: list[dict[str, Any]] = [
        {"name": _("昼间 Ld"), "data": [tenths(row["ld"]) for row in days]},
        {"name": _("夜间 Ln"), "data": [tenths(row["ln"]) for row in days]},
        {"name": "Ldn", "data": [tenths(row["ldn"]) for row in days]},
    ]
    for place, span in enumerate(("day", "night")):
        if span in limits:
            series[place] |= {"limit": limits[span], "limit_label": _limit_words(span, limits[span])}
    spec = {
        "kind": "lines", "unit": "dB(A)", "scale": True, "x": [f"{row['day']:%m-%d}" for row in days], "series": series,
        "within": list(limits.values()),
    }  # fmt: skip
    label = _("%(title)s折线图；同样的数字列在下面的表里。") % {"title": title}
    return Chart("days", label, spec, table)


def _before_anchor(address: str | None) -> str | None:
    """The address with its anchor at the end, wherever the run was put into it."""
    if address is None or "#" not in address:
        return address
    head, _sep, tail = address.partition("#")
    anchor, sep, rest = tail.partition("&")
    return f"{head}{sep}{rest}#{anchor}"


def _limit_words(span: str, limit: float) -> str:
    return _("%(span)s限值 %(limit)s") % {"span": span_name(span), "limit": f"{limit:g}"}


def _reason_table(
    verdicts: Mapping[tuple[date, str], Mapping[str, Any]], period: str, as_of: date, about: Sequence[str]
) -> Table:
    counts = Counter(
        (str(row["reason"] or ""), span) for (_day, span), row in verdicts.items() if row["attains"] is None
    )
    reasons = sorted({reason for reason, _span in counts})
    columns = [
        Column("reason", _("未评价的理由"), row_head=True), Column("day", _("昼间"), _("天"), number=True),
        Column("night", _("夜间"), _("天"), number=True), Column("what", _("含义"), long=True),
    ]  # fmt: skip
    using = NoiseRules.from_rules(site.rules(), as_of)
    meaning = {
        "no_data": _("整个时段没有一个可用的小时值。"),
        "weather": _("雨雪或大风的小时不计入，余下的不够。"),
        "hours_short": _("有效小时不够：昼间至少 %(day)s 小时，夜间至少 %(night)s 小时（未经核实的设定）。")
        % {"day": using.min_day, "night": using.min_night},
        "duplicate_hours": _("同一小时有多个来源的数值。"),
        "no_limit": _("该类别没有限值。"),
    }
    listed = [
        {"reason": reason_name(reason), "what": meaning.get(reason, ""),
         **{span: counts.get((reason, span), 0) for span in ("day", "night")}}
        for reason in reasons
    ]  # fmt: skip
    title = _("%(period)s未评价的日子") % {"period": texts.period_name(period)}
    empty = _("这个时段每天昼夜都有评价。")
    return Table("reasons", title, columns, listed, about=about, empty=empty, tight=True)


def _why(hour: NoiseHour) -> str:
    key, _sep, mark = hour.why.partition(":")
    found = {
        "": _("计入"), "marked": _("带标记：%(mark)s") % {"mark": mark}, "weather": _("雨雪或大风，不计入"),
        "not_whole": _("无数值或不足一小时"),
    }  # fmt: skip
    return found.get(key) or missing_name(key)


def _hours_chart(
    hours: Sequence[NoiseHour], day: date, limits: Mapping[str, float], about: Sequence[str], run: RunFacts, code: str
) -> Chart:
    parameters = site.rules().parameters
    columns = [
        Column("hour", _("小时（北京时间）"), row_head=True, nowrap=True), Column("span", _("时段")),
        *[Column(item, _NAMES.get(item, item) if item[0] == "L" else texts.name_of(parameters[item]),
                 str(parameters[item]["unit"]), number=True) for item in _ITEMS],
        Column("why", _("是否计入")), Column("file", _("文件")), Column("line", _("行"), number=True),
    ]  # fmt: skip
    listed = []
    for hour in hours:
        source = None if hour.batch is None else reverse("data-line", args=[hour.batch, hour.line])
        listed.append(
            {
                "hour": f"{hour.start:%m-%d %H:%M} – {hour.start + timedelta(hours=1):%H:%M}",
                "span": span_name("day" if hour.by_day else "night"),
                **{item: Cell(hour.values.get(item)) for item in _ITEMS},
                "why": _why(hour), "file": hour.file_name, "line": Cell(hour.line, href=source),
            }
        )  # fmt: skip
    title = _("%(day)s 逐小时声级") % {"day": day.isoformat()}
    caption = _("不计入的小时照样列出和画出，只是不进入 Ld、Ln。点行号看原始文件的那一行。")
    table = Table(f"hours-{day.isoformat()}", title, columns, listed, about=about, caption=caption, tight=True)
    series: list[dict[str, Any]] = [
        {"name": "Leq", "data": [hour.values.get("LEQ") for hour in hours]},
        {"name": "L10", "data": [hour.values.get("L10") for hour in hours], "bound": True},
        {"name": "L90", "data": [hour.values.get("L90") for hour in hours], "bound": True},
    ]
    night = next((f"{hour.start:%H:%M}" for hour in hours if not hour.by_day), None)
    spec: dict[str, Any] = {
        "kind": "lines", "unit": "dB(A)", "scale": True, "x": [f"{hour.start:%H:%M}" for hour in hours],
        "series": series, "within": list(limits.values()),
    }  # fmt: skip
    if night is not None:
        spec["areas"] = [{"from": night, "to": f"{hours[-1].start:%H:%M}", "label": span_name("night")}]
    for place, span in enumerate(("day", "night")):
        if span in limits:
            series[place] |= {"limit": limits[span], "limit_label": _limit_words(span, limits[span])}
    label = _("%(title)s图；同样的数字列在下面的表里。") % {"title": title}
    return Chart("hours", label, spec, table)
