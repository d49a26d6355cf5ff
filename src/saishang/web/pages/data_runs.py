"""Evaluation runs: what was computed from what, and a new one as a job."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from saishang.apps.indicators import queries
from saishang.apps.indicators.actions.start_evaluation import start_evaluation
from saishang.apps.observations.queries import gap_span
from saishang.errors import SaishangError
from saishang.web.pages.data_tabs import tabs
from saishang.web.pages.exports import export
from saishang.web.pages.tables import Cell, Column, Table
from saishang.web.security import may, permission, public

__all__ = ["evaluate", "runs"]


class EvaluateForm(forms.Form):
    """The day as of which to evaluate."""

    as_of = forms.DateField(
        label=gettext_lazy("截至日期"),
        help_text=gettext_lazy("晚于这一天的监测数据不使用；未结束的年度按“至今”计算。"),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "class": "form-control"}),
    )
    reason = forms.CharField(
        label=gettext_lazy("事由"), required=False, max_length=300,
        widget=forms.TextInput(attrs={"class": "form-control"}),
    )  # fmt: skip


def _table() -> Table:
    columns = [
        Column("id", _("评估编号"), row_head=True, nowrap=True),
        Column("as_of", _("截至日期"), nowrap=True),
        Column("made", _("评估时间"), nowrap=True),
        Column("seconds", _("用时"), unit="s", number=True),
        Column("lake", _("观测数据版本"), number=True),
        Column("rules", _("规则摘要"), nowrap=True),
        Column("code", _("程序版本"), nowrap=True),
        Column("by", _("发起人"), nowrap=True),
    ]
    rows = []
    for run in queries.runs().order_by("-started"):
        facts = queries.run_facts(run.id)
        rows.append(
            {
                "id": Cell(facts.id, href=f"{reverse('targets')}?run={facts.id}"),
                "as_of": facts.as_of,
                "made": facts.started,
                "seconds": Cell(facts.seconds, text="—" if facts.seconds is None else f"{facts.seconds:.1f}"),
                "lake": facts.lake_version,
                "rules": Cell(facts.rules_digest, text=facts.rules_digest[:12]),
                "code": facts.code_version,
                "by": facts.started_by,
            }
        )
    return Table(
        "runs", _("评估记录"), columns, rows, tight=True,
        caption=_("每次评估记下数据版本、规则摘要和程序版本，之后不再改变；同样的输入得到同样的数字。"),
        empty=_("还没有评估。"),
    )  # fmt: skip


def _page(request: HttpRequest, form: EvaluateForm | None, status: int = 200, error: Any = None) -> HttpResponse:
    if form is None and may(request, "run_evaluation"):
        span = gap_span()
        form = EvaluateForm(initial={"as_of": span.last if span else date.today()})
    context = {"tabs": tabs("data-runs", request), "table": _table(), "form": form, "error": error}
    return render(request, "runs/index.html", context, status=status)


@public
@require_safe
def runs(request: HttpRequest) -> HttpResponse:
    """List of runs, newest first; for those who may, a form that starts another."""
    return export(request, [_table()]) or _page(request, None)


@permission("run_evaluation")
@require_POST
def evaluate(request: HttpRequest) -> HttpResponse:
    """Start an evaluation as a job and show its progress."""
    form = EvaluateForm(request.POST)
    if not form.is_valid():
        return _page(request, form, 422)
    try:
        found = start_evaluation(
            request.user, form.cleaned_data["as_of"], reason=form.cleaned_data["reason"],
            address=request.META.get("REMOTE_ADDR"),
        )  # fmt: skip
    except SaishangError as error:
        return _page(request, form, 422, error)
    return redirect("jobs-job", number=found.pk)
