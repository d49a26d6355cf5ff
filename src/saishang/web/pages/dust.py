"""Dust days (沙尘日): the proposals of a run, what people decided about each, and the form with which they decide.

A proposal comes from the hour test of the national rule for taking dust weather out of the evaluation; it changes no
figure. A figure "dust removed" leaves out only days that a named person confirmed, with a reason, before the run.
"""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from saishang.apps.indicators import queries
from saishang.apps.indicators.actions.decide_dust import decide_dust
from saishang.apps.indicators.models import DustDecision
from saishang.apps.indicators.queries import RunFacts
from saishang.errors import SaishangError
from saishang.web import texts, wording
from saishang.web.pages import site
from saishang.web.pages.air_common import dust_name, tabs
from saishang.web.pages.air_hours import dust_chart
from saishang.web.pages.exports import export
from saishang.web.pages.runs import about_run, chosen_run
from saishang.web.pages.tables import Cell, Column, Table
from saishang.web.reasons import figure
from saishang.web.security import may, permission, public

__all__ = ["DecisionForm", "day", "days", "decide"]

STATES = ("proposed", "confirmed", "rejected")


class DecisionForm(forms.Form):
    """A verdict and what it rests on."""

    status = forms.ChoiceField(widget=forms.RadioSelect)
    reason = forms.CharField(max_length=1000, widget=forms.Textarea(attrs={"rows": 3, "class": "form-control"}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        status = cast("forms.ChoiceField", self.fields["status"])
        status.choices = [("confirmed", _("确认为沙尘日")), ("rejected", _("不采纳"))]
        status.label = _("结论")
        self.fields["reason"].label = _("理由")
        self.fields["reason"].help_text = _("写明所依据的通报、天气记录或卫星影像；理由记入操作日志。")


@public
@require_safe
def days(request: HttpRequest) -> HttpResponse:
    """Every proposed day of a run with its state now."""
    run = chosen_run(request)
    base: dict[str, Any] = {"tabs": tabs("air-dust"), "run": run}
    if run is None:
        return render(request, "air/dust.html", base)
    found = queries.select(run.id, "dust_days", order="day desc, region")
    verdicts = _verdicts()
    years = sorted({row["day"].year for row in found}, reverse=True)
    cities = site.cities(run.region)
    year = _among(request, "year", [str(value) for value in years])
    city = _among(request, "city", [row["code"] for row in cities])
    status = _among(request, "status", list(STATES))
    rows = [
        (row, _state(row, verdicts))
        for row in found
        if (not year or row["day"].year == int(year)) and (not city or row["region"] == city)
    ]
    counts = Counter(state for _row, state in rows)
    rows = [(row, state) for row, state in rows if not status or state == status]
    table = _table(rows, verdicts, run)
    context = base | {
        "table": table, "years": years, "year": year, "cities": cities, "city": city, "status": status,
        "states": [(name, dust_name(name), counts[name]) for name in STATES], "total": len(found),
    }  # fmt: skip
    return export(request, [table]) or render(request, "air/dust.html", context)


@public
@require_safe
def day(request: HttpRequest, region: str, on: str) -> HttpResponse:
    """One proposed day: the event, every decision about it, and the form for those who may decide."""
    run, row = _proposal(request, region, on)
    return _page(request, run, row, DecisionForm())


@permission("decide_dust")
@require_POST
def decide(request: HttpRequest, region: str, on: str) -> HttpResponse:
    """Record a verdict."""
    run, row = _proposal(request, region, on)
    form = DecisionForm(request.POST)
    if not form.is_valid():
        return _page(request, run, row, form, status=422)
    try:
        made = decide_dust(
            request.user, row["region"], row["day"], form.cleaned_data["status"], form.cleaned_data["reason"]
        )
    except SaishangError as error:
        form.add_error(None, wording.say(error.message))
        return _page(request, run, row, form, status=422)
    messages.success(
        request,
        _("%(city)s %(day)s：%(state)s。已记入操作日志，下一次评估起生效。")
        % {"city": site.region_name(row["region"]), "day": row["day"], "state": dust_name(made.status)},
    )
    return redirect("air-dust")


def _page(
    request: HttpRequest, run: RunFacts, row: dict[str, Any], form: DecisionForm, status: int = 200
) -> HttpResponse:
    taken = list(
        DustDecision.objects.filter(region=row["region"], day=row["day"]).select_related("decided_by").order_by("-pk")
    )
    state = taken[0].status if taken else row["status"]
    name = f"{site.region_name(row['region'])} {texts.period_name(row['day'].isoformat())}"
    chart = dust_chart(run, row, name) if row["start"] is not None else None
    answer = export(request, [chart.table] if chart is not None and chart.table is not None else [])
    if answer is not None and request.method != "POST":
        return answer
    context = {
        "tabs": tabs("air-dust"), "run": run, "row": row, "form": form, "may_decide": may(request, "decide_dust"),
        "title": name, "chart": chart,
        "day_url": reverse("air-day", args=[row["region"], row["day"].isoformat()]),
        "state": dust_name(state), "tone": state,
        "pending": state != row["status"],
        "in_run": dust_name(row["status"]),
        "span": _span(row["start"], row["end"]),
        "baseline": figure(row["baseline_pm10"], 0), "peak": figure(row["peak_pm10"], 0),
        "unit": site.rules().parameters["PM10"]["unit"],
        "taken": [
            {"state": dust_name(one.status), "reason": one.reason, "at": one.decided_at, "who": str(one.decided_by)}
            for one in taken
        ],
        "calendar": f"{reverse('air')}?city={row['region']}&year={row['day'].year}",
    }  # fmt: skip
    return render(request, "air/dust_day.html", context, status=status)


def _proposal(request: HttpRequest, region: str, on: str) -> tuple[RunFacts, dict[str, Any]]:
    run = chosen_run(request)
    try:
        wanted = date.fromisoformat(on)
    except ValueError:
        raise Http404(_("日期应写成 2019-05-12 这样，实为“%(day)s”。") % {"day": on}) from None
    rows = [] if run is None else queries.select(run.id, "dust_days", "region = ? and day = ?", [region, wanted])
    if run is None or not rows:
        raise Http404(
            _("本次评估没有把 %(city)s %(day)s 提为沙尘日。") % {"city": site.region_name(region), "day": wanted}
        )
    return run, rows[0]


def _verdicts() -> dict[tuple[str, date], DustDecision]:
    """The decision that counts per city and day: the newest."""
    taken = DustDecision.objects.select_related("decided_by").order_by("pk")
    return {(one.region, one.day): one for one in taken}


def _state(row: dict[str, Any], verdicts: dict[tuple[str, date], DustDecision]) -> str:
    verdict = verdicts.get((row["region"], row["day"]))
    return str(row["status"]) if verdict is None else verdict.status


def _table(
    rows: list[tuple[dict[str, Any], str]], verdicts: dict[tuple[str, date], DustDecision], run: RunFacts
) -> Table:
    unit = site.rules().parameters["PM10"]["unit"]
    columns = [
        Column("day", _("日期"), row_head=True, nowrap=True),
        Column("city", _("城市"), nowrap=True),
        Column("state", _("当前状态"), nowrap=True),
        Column("span", _("沙尘过程"), nowrap=True),
        Column("baseline", _("过程前 PM10"), unit, number=True),
        Column("peak", _("PM10 峰值"), unit, number=True),
        Column("who", _("决定人"), nowrap=True),
        Column("reason", _("理由"), long=True),
    ]
    listed = []
    for row, state in rows:
        verdict = verdicts.get((row["region"], row["day"]))
        listed.append(
            {
                "day": Cell(row["day"], href=reverse("air-dust-day", args=[row["region"], row["day"].isoformat()])),
                "city": site.region_name(row["region"]),
                "state": Cell(dust_name(state), note=_then(state, row["status"])),
                "span": _span(row["start"], row["end"]),
                "baseline": Cell(row["baseline_pm10"], text=figure(row["baseline_pm10"], 0)),
                "peak": Cell(row["peak_pm10"], text=figure(row["peak_pm10"], 0)),
                "who": str(verdict.decided_by) if verdict is not None else row["decided_by"],
                "reason": verdict.reason if verdict is not None else row["reason"],
            }
        )
    return Table("dust-days", _("沙尘日拟定与认定"), columns, listed, about=about_run(run), tight=True)


def _then(state: str, in_run: str) -> str:
    return "" if state == in_run else _("本次评估时：%(state)s") % {"state": dust_name(in_run)}


def _span(start: datetime | None, end: datetime | None) -> str:
    if start is None or end is None:
        return ""
    tail = f"{end:%H:%M}" if start.date() == end.date() else f"{end:%m-%d %H:%M}"
    return f"{start:%m-%d %H:%M} – {tail}"


def _among(request: HttpRequest, key: str, allowed: list[str]) -> str:
    wanted = request.GET.get(key, "")
    if wanted and wanted not in allowed:
        raise Http404(
            _("“%(key)s”应为 %(allowed)s 之一，实为“%(wanted)s”。")
            % {"key": key, "allowed": texts.listed(allowed), "wanted": wanted}
        )
    return wanted
