"""One lead: its evidence drawn and in figures, harmless explanations, the rows behind it, and its review."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from saishang.apps.indicators import leads as kept
from saishang.apps.indicators.actions.review_lead import causes, review_lead
from saishang.apps.indicators.lead_evidence import Panel, evidence
from saishang.apps.indicators.lead_states import open_events
from saishang.apps.indicators.leads import LeadRow, reviews_of
from saishang.apps.indicators.queries import RunFacts
from saishang.errors import SaishangError
from saishang.web import texts, wording
from saishang.web.pages import site
from saishang.web.pages.charts import Chart
from saishang.web.pages.data_tabs import tabs
from saishang.web.pages.exports import export
from saishang.web.pages.leads import parameter_name, station_name, when
from saishang.web.pages.leads_words import (
    cause_name,
    event_name,
    family_name,
    figures,
    question,
    signal_name,
    state_name,
    state_words,
)
from saishang.web.pages.runs import about_run, chosen_run, with_run
from saishang.web.pages.tables import Cell, Column, Table
from saishang.web.security import may, permission

__all__ = ["lead", "review"]

_MOST_DAYS = 62


@permission("view_internal")
@require_safe
def lead(request: HttpRequest, identifier: str) -> HttpResponse:
    """Everything that a reviewer needs to follow a lead to its rows."""
    run, row, rows = _found(request, identifier)
    seen = evidence(run.id, row)
    about = [
        _("线索不是定论：每条都列出无害的解释，须由人核查。"),
        f"{signal_name(row.signal)} · {station_name(row.station)} · {parameter_name(row.parameter)} · {when(row)}",
        *about_run(run),
    ]
    charts = [_chart(panel, row, number, about) for number, panel in enumerate(seen.panels)]
    numbers = Table(
        "numbers", _("数字证据"),
        [Column("what", _("项目"), row_head=True), Column("figure", _("数值"), number=True),
         Column("unit", _("计量单位"))],
        [{"what": words, "figure": figure, "unit": unit or None} for words, figure, unit in figures(row)], about=about,
        caption=_peak(row), tight=True,
    )  # fmt: skip
    days = _days_table(request, run, row, seen.days, about)
    tables = [numbers, days, *(chart.table for chart in charts if chart.table is not None)]
    answer = export(request, tables)
    if answer is not None:
        return answer
    reviews = reviews_of([row]).get(row.id, [])
    state = reviews[-1].state if reviews else "open"
    related = [one for one in rows if one.station == row.station and one.id != row.id]
    listed = [*row.harmless, *(code for code in causes() if code not in row.harmless)]
    context: dict[str, Any] = {
        "tabs": tabs("data-leads", request), "run": run, "row": row,
        "title": f"{signal_name(row.signal)} · {station_name(row.station)}",
        "question": question(row), "charts": charts, "numbers": numbers, "days": days, "score": f"{row.score:.1f}",
        "chance": _one_in(row.score),
        "facts": _facts(row), "harmless": [cause_name(code) for code in row.harmless], "acts": _acts(row.signal),
        "neighbours": texts.listed(station_name(code) for code in seen.neighbours),
        "state": state, "state_name": state_name(state), "state_words": state_words(state),
        "reviews": [
            {
                "event": event_name(one.event), "state": state_name(one.state), "who": str(one.reviewed_by),
                "at": one.reviewed_at, "reason": one.reason, "cause": cause_name(one.cause) if one.cause else "",
            }
            for one in reviews
        ],
        "may_review": may(request, "review_leads"),
        "events": [(event, event_name(event)) for event in open_events(state)],
        "explains": "explain" in open_events(state),
        "causes": [(code, cause_name(code)) for code in listed],
        "related": [
            (f"{signal_name(one.signal)} {parameter_name(one.parameter)} {when(one)}",
             with_run(reverse("data-lead", args=[one.id]), request), f"{one.score:.1f}")
            for one in related
        ],
        "back": with_run(reverse("data-leads"), request),
    }  # fmt: skip
    return render(request, "data/lead.html", context)


@permission("review_leads")
@require_POST
def review(request: HttpRequest, identifier: str) -> HttpResponse:
    """Write down what a person found out."""
    run, row, _rows = _found(request, identifier)
    event = request.POST.get("event", "")
    cause = request.POST.get("cause", "") if event == "explain" else ""
    try:
        made = review_lead(
            request.user, run.id, row, event, request.POST.get("reason", "")[:2000], cause=cause,
            address=request.META.get("REMOTE_ADDR"),
        )  # fmt: skip
    except SaishangError as error:
        messages.error(request, f"{wording.say(error.message)} {wording.say(error.fix)}")
    else:
        messages.success(request, _("已记录：%(state)s。") % {"state": state_name(made.state)})
    return redirect(with_run(reverse("data-lead", args=[row.id]), request) + "#review")


def _one_in(points: float) -> str:
    """How rare a false alarm is among leads of a score, as people say it."""
    rare = 10 ** (points / 10)
    size = 10 ** max(0, len(str(int(rare))) - 2)
    return f"1 / {round(rare / size) * size:,}" if rare >= 1 else "1"


def _peak(row: LeadRow) -> str:
    """That figures of a joined stretch are those of its most striking window, where it is longer than that."""
    days = row.numbers.get("days")
    if row.signal not in ("ratios", "neighbours", "sprinkled") or not days or (row.end - row.begin).days <= days:
        return ""
    return _("数值取自线索时段内最突出的 %(days)s 天，不是整个时段的平均。") % {"days": days}


def _found(request: HttpRequest, identifier: str) -> tuple[RunFacts, LeadRow, Sequence[LeadRow]]:
    run = chosen_run(request)
    rows = (kept.read(run.id) if run is not None else None) or ()
    row = next((one for one in rows if one.id == identifier), None)
    if run is None or row is None:
        raise Http404(_("本次评估没有编号为“%(id)s”的线索。") % {"id": identifier})
    return run, row, rows


def _facts(row: LeadRow) -> list[tuple[str, str]]:
    facts = [
        (_("站点"), station_name(row.station)),
        (_("城市"), site.region_name(row.region)),
        (_("站点类型"), _kind(row.station)),
        (_("参数"), parameter_name(row.parameter)),
        (_("时段"), when(row)),
        (_("对照站点"), station_name(row.other) if row.other else ""),
        (_("同站信号类别"), texts.listed(family_name(name) for name in row.families)),
        (_("线索编号"), row.id),
    ]
    return [(label, text) for label, text in facts if text]


def _kind(code: str) -> str:
    """What kind of station it is, where that explains much: a background station stands on a mountain."""
    found = next((one for one in site.stations() if str(one["code"]) == code), None)
    return _("区域背景（对照）站，地势和源都与城市站不同") if found and str(found["kind"]) == "background" else ""


def _acts(signal: str) -> list[tuple[str, str, str]]:
    """(words, source and clause, mark) of the rules that name an act of this kind."""
    found = []
    for act in site.rules().document("suspicion")["acts"]:
        if signal in act["signals"]:
            clause = f"{wording.clause(str(act['source']))} {wording.clause(str(act['clause']))}"
            found.append((texts.both(str(act["zh"]), str(act["en"])), clause, str(act["status"])))
    return found


def _days_table(
    request: HttpRequest, run: RunFacts, row: LeadRow, days: Sequence[date], about: Sequence[str]
) -> Table:  # fmt: skip
    """Days of the lead, each leading to its hours, files and lines."""
    codes = row.parameter.replace("+", "/").split("/")
    columns = [Column("day", _("日期"), row_head=True, nowrap=True),
               *(Column(code, parameter_name(code)) for code in codes)]  # fmt: skip
    columns += [Column("other", _("对照站点"))] if row.other else []
    listed = []
    for day in days:
        line: dict[str, Any] = {"day": day}
        for code in codes:
            line[code] = Cell(day.isoformat(), text=_("逐小时和来源行"), href=_hours(run, row.station, day, code))
        if row.other:
            line["other"] = Cell(row.other, text=station_name(row.other), href=_hours(run, row.other, day, codes[0]))
        listed.append(line)
    caption = _("每一天都能追到逐小时数值、所在文件和行号。")
    if len(listed) > _MOST_DAYS:
        caption += _("页面只列前 %(count)s 天，导出含全部。") % {"count": _MOST_DAYS}
    return Table("days", _("追溯到原始行"), columns, listed[:_MOST_DAYS], about=about, caption=caption, tight=True,
                 everything=listed)  # fmt: skip


def _hours(run: RunFacts, station: str, day: date, code: str) -> str:
    address = reverse("targets-chain-hours", args=[run.id, station, day.isoformat()])
    return f"{address}?parameter={code}"


def _titles(panel: Panel, row: LeadRow) -> tuple[str, str, str, str]:
    """(title, caption, heading of the positions, unit)."""
    unit = (
        texts.unit_name(str(site.rules().parameters[panel.parameter]["unit"]))
        if panel.parameter in site.rules().parameters
        else ""
    )
    name = parameter_name(panel.parameter)
    band = _("底色为线索时段。")
    return {
        "hours": (_("%(name)s 逐小时：本站与邻站") % {"name": name}, band, _("小时（北京时间）"), unit),
        "days": (_("%(name)s 逐日：本站与邻站") % {"name": name}, band, _("日期"), unit),
        "relative": (_("%(name)s 相对邻站中位数") % {"name": name}, band + _("100 % 为与邻站相同。"), _("日期"), "%"),
        "ratio": (_("%(name)s 逐日：本站与邻站中位数") % {"name": name}, band, _("日期"), ""),
        "copies": (_("%(name)s 与被重复的一段并列") % {"name": name},
                   band + _("对照一段已平移 %(hours)s 小时与本站对齐。")
                   % {"hours": row.numbers.get("shift_hours") or 0},
                   _("小时（北京时间）"), unit),
        "profile": (_("%(name)s 相对邻站的日变化") % {"name": name},
                    _("线索时段内与其前后相比；只有颗粒物在固定时段下凹时才像喷淋。"), _("小时"), "%"),
        "digits": (_("%(name)s 末位数字") % {"name": name}, _("应有个数取自该站自身数值分布的平滑曲线。"),
                   _("末位数字"), _("个")),
        "heap": (_("%(name)s 界限附近各数值的个数") % {"name": name},
                 _("界限为 %(edge)s。") % {"edge": f"{float(row.numbers.get('edge') or 0):g}"}, _("数值"), _("个")),
    }[panel.what]  # fmt: skip


def _series_name(role: str, station: str) -> str:
    return {
        "own": _("本站"), "around": _("邻站中位数"), "inside": _("线索时段内"), "outside": _("其前后"),
        "expected": _("应有个数"), "copied": _("对照：%(station)s") % {"station": station_name(station)},
    }.get(role, station_name(station))  # fmt: skip


def _chart(panel: Panel, row: LeadRow, number: int, about: Sequence[str]) -> Chart:
    title, caption, heading, unit = _titles(panel, row)
    name = f"{panel.what}-{number}"
    columns = [Column("x", heading, row_head=True, nowrap=True)]
    columns += [
        Column(f"s{n}", _series_name(one.role, one.station), unit, number=True) for n, one in enumerate(panel.series)
    ]
    rows = [
        {"x": x, **{f"s{n}": one.data[place] for n, one in enumerate(panel.series)}} for place, x in enumerate(panel.x)
    ]
    table = Table(name, title, columns, rows, about=about, caption=caption, tight=True)
    spec: dict[str, Any] = {
        "kind": "lines", "unit": unit, "x": list(panel.x), "scale": panel.what in ("relative", "ratio", "profile"),
        "series": [
            {"name": _series_name(one.role, one.station), "data": list(one.data), "bound": one.role == "around",
             **({"type": "bar"} if panel.bars and one.role == "own" else {})}
            for one in panel.series
        ],
    }  # fmt: skip
    if panel.mark is not None:
        spec["areas"] = [{"from": panel.mark[0], "to": panel.mark[1], "label": _("线索时段")}]
    if panel.what in ("relative", "profile"):
        spec["series"][0] |= {"limit": 100, "limit_label": "100 %"}
    return Chart(name, _("%(title)s；同样的数字列在下面的表里。") % {"title": title}, spec, table)
