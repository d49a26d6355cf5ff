"""Leads of suspicious data (可疑数据线索): the list, with filters; only people who are signed in see it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from saishang.apps.indicators import leads as kept
from saishang.apps.indicators.lead_states import STATES
from saishang.apps.indicators.leads import LeadRow, reviews_of
from saishang.science.suspicion.leads import SIGNALS
from saishang.web import texts
from saishang.web.pages import site
from saishang.web.pages.data_tabs import tabs
from saishang.web.pages.exports import export
from saishang.web.pages.leads_words import family_name, figures, question, signal_name, state_name
from saishang.web.pages.runs import about_run, chosen_run, with_run
from saishang.web.pages.tables import Cell, Column, Table
from saishang.web.security import may, permission

__all__ = ["index", "parameter_name", "station_name", "when"]

_PER_PAGE = 50


def station_name(code: str) -> str:
    """Code and name of a station."""
    names = {str(row["code"]): texts.name_of(row) for row in site.stations()}
    return f"{code} {names.get(code, '')}".strip()


def parameter_name(code: str) -> str:
    """A parameter, or several, as people write it."""
    return code.replace("+", " + ").replace("/", " / ")


def when(row: LeadRow) -> str:
    """From when to when, in words short enough for a table."""
    return f"{row.first.replace('T', ' ')} – {row.last.replace('T', ' ')}"


@permission("view_internal")
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Leads of a run, the highest score first."""
    run = chosen_run(request)
    base: dict[str, Any] = {"tabs": tabs("data-leads", request), "run": run}
    rows = None if run is None else kept.read(run.id)
    if run is None or rows is None:
        return render(request, "data/leads.html", base | {"may_start": may(request, "run_evaluation")})
    reviews = reviews_of(rows)
    states = {row.id: reviews[row.id][-1].state if row.id in reviews else "open" for row in rows}
    chosen = {key: request.GET.get(key, "").strip() for key in ("signal", "station", "region", "state", "q")}
    shown = [row for row in rows if _wanted(row, states[row.id], chosen)]
    about = [
        _("线索不是定论：每条都列出无害的解释，须由人核查。"),
        *about_run(run),
    ]
    page = Paginator(shown, _PER_PAGE).get_page(request.GET.get("page"))
    tables = [
        _leads_table(request, list(page.object_list), shown, states, about, any(chosen.values())),
        _stations_table(rows, states, about),
    ]
    answer = export(request, tables)
    if answer is not None:
        return answer
    covered = kept.searched(run.id)
    context = base | {
        "table": tables[0], "stations": tables[1], "page": page, "chosen": chosen, "searched": covered,
        "hours": f"{covered.hours:,}" if covered else "",
        "signals": [(name, signal_name(name)) for name in SIGNALS],
        "states": [(name, state_name(name)) for name in STATES],
        "regions": sorted({(row.region, site.region_name(row.region)) for row in rows}),
        "codes": [(code, station_name(code)) for code in sorted({row.station for row in rows})],
        "figures": _key_figures(rows, states),
        "share": f"{float(site.rules().document('suspicion')['suspicion']['false_share_percent']):g}",
    }  # fmt: skip
    return render(request, "data/leads.html", context)


def _wanted(row: LeadRow, state: str, chosen: Mapping[str, str]) -> bool:
    told = (row.signal, row.station, row.region, state)
    asked = (chosen["signal"], chosen["station"], chosen["region"], chosen["state"])
    if any(want and want != have for want, have in zip(asked, told, strict=True)):
        return False
    words = " ".join((row.id, station_name(row.station), row.parameter, row.first, signal_name(row.signal),
                      site.region_name(row.region)))  # fmt: skip
    return all(part in words.lower() for part in chosen["q"].lower().split())


def _key_figures(rows: Sequence[LeadRow], states: Mapping[str, str]) -> list[tuple[str, str]]:
    counted = list(states.values())
    agreeing = {row.station for row in rows if len(row.families) > 1}
    return [
        (_("线索"), str(len(rows))),
        (_("待核"), str(counted.count("open"))),
        (_("核查中"), str(counted.count("checking"))),
        (_("已有结论"), str(len(counted) - counted.count("open") - counted.count("checking"))),
        (_("多类信号一致的站点"), str(len(agreeing))),
    ]


def _leads_table(
    request: HttpRequest, shown: Sequence[LeadRow], everything: Sequence[LeadRow], states: Mapping[str, str],
    about: Sequence[str], filtered: bool,
) -> Table:  # fmt: skip
    columns = [
        Column("score", _("分值"), number=True),
        Column("signal", _("信号"), row_head=True, nowrap=True),
        Column("station", _("测站")),
        Column("region", _("城市"), nowrap=True),
        Column("parameter", _("参数"), nowrap=True),
        Column("when", _("时段"), nowrap=True),
        Column("evidence", _("数字证据"), long=True),
        Column("families", _("同站信号类别"), number=True),
        Column("state", _("核查状态"), nowrap=True),
        Column("id", _("线索编号"), export_only=True),
        Column("question", _("问题"), export_only=True),
    ]

    def told(row: LeadRow) -> dict[str, Any]:
        told_figures = (
            f"{words}{_('：')}{figure}{' ' if unit else ''}{unit}" for words, figure, unit in figures(row)[:4]
        )
        evidence = ("; " if texts.english() else "；").join(told_figures)
        address = with_run(reverse("data-lead", args=[row.id]), request)
        return {
            "score": Cell(row.score, text=f"{row.score:.1f}"),
            "signal": Cell(row.signal, text=signal_name(row.signal), href=address),
            "station": station_name(row.station), "region": site.region_name(row.region),
            "parameter": parameter_name(row.parameter), "when": when(row), "evidence": evidence,
            "families": len(row.families), "state": state_name(states[row.id]), "id": row.id, "question": question(row),
        }  # fmt: skip

    empty = _("没有符合条件的线索。") if filtered else _("在检验的小时里没有发现线索。")
    return Table(
        "leads", _("可疑数据线索"), columns, [told(row) for row in shown], about=about, tight=True, empty=empty,
        everything=[told(row) for row in everything],
    )  # fmt: skip


def _stations_table(rows: Sequence[LeadRow], states: Mapping[str, str], about: Sequence[str]) -> Table:
    """Stations by how many independent families of signals agree; leads with a harmless explanation do not count."""
    columns = [
        Column("station", _("测站"), row_head=True, nowrap=True), Column("region", _("城市"), nowrap=True),
        Column("families", _("一致的信号类别"), number=True), Column("which", _("类别")),
        Column("score", _("合计分值"), number=True), Column("leads", _("线索数"), number=True),
    ]  # fmt: skip
    listed = []
    for row in kept.stations_of([one for one in rows if states[one.id] != "explained"]):
        listed.append(
            {
                "station": station_name(row.station), "region": site.region_name(row.group),
                "families": len(row.families),
                "which": texts.listed(family_name(name) for name in row.families),
                "score": Cell(row.score, text=f"{row.score:.1f}"), "leads": row.leads,
            }
        )  # fmt: skip
    caption = _("相互独立的信号类别越多，越值得先看；已有无害解释的线索不计。合计分值为各类别最高分之和，至多 100。")
    return Table("stations", _("按站点合计"), columns, listed, about=about, caption=caption, tight=True)
