"""One progress report: written (it saves itself), reviewed, handed in, accepted; remarks, evidence, every version."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from saishang.apps.execution import queries
from saishang.apps.execution.actions import ReportDraft, comment, move_report, touch_report, write_report
from saishang.apps.execution.models import ProgressReport, ReportVersion, WorkItem
from saishang.apps.execution.refusals import OldVersion
from saishang.apps.execution.states import REPORT_MOVES, REPORT_STATES, WRITABLE
from saishang.apps.organisations import access
from saishang.errors import SaishangError
from saishang.web import texts
from saishang.web.pages import site
from saishang.web.pages.faults import fault_words, put_faults
from saishang.web.pages.supervision_about import case_address
from saishang.web.pages.tables import Cell, Column, Table
from saishang.web.pages.work_common import (
    doing,
    item_title,
    item_url,
    move_name,
    names,
    percent_words,
    report_state_name,
    tabs,
    task_names,
    today,
)
from saishang.web.security import report

__all__ = ["page", "remark", "save", "step", "version"]

_CONTROL = {"class": "form-control"}
_AREA = _CONTROL | {"rows": "5"}
#: Blank lines for figures beyond those that are there.
_MORE = 3
_MOST_LINES = 110
#: Moves that lead on, shown as the thing to do.
_ONWARD = ("pass", "submit", "accept", "publish")
#: The way that a report goes when nothing is sent back, for the line of steps.
_WAY = ("draft", "in_review", "reviewed", "submitted", "accepted", "published")


class ReportForm(forms.Form):
    """What a report says; figures and milestones stand in rows beside it and carry their faults here."""

    done = forms.CharField(
        label=gettext_lazy("进展情况"), required=False, strip=False, widget=forms.Textarea(attrs=_AREA),
        help_text=gettext_lazy("本期做了什么、到了哪一步；没有进展也要写明原因。"),
    )  # fmt: skip
    problems = forms.CharField(
        label=gettext_lazy("存在问题"), required=False, strip=False, widget=forms.Textarea(attrs=_AREA),
        help_text=gettext_lazy("卡在哪里、需要谁协调。"),
    )  # fmt: skip
    next_steps = forms.CharField(
        label=gettext_lazy("下一步工作"), required=False, strip=False, widget=forms.Textarea(attrs=_AREA),
        help_text=gettext_lazy("下期做什么、何时完成。"),
    )  # fmt: skip
    percent = forms.IntegerField(
        label=gettext_lazy("人工核定完成率（%）"), required=False, min_value=0, max_value=100,
        widget=forms.NumberInput(attrs=_CONTROL),
        help_text=gettext_lazy("留空则按里程碑计算；填写后验收时记为人工核定，并显示姓名和理由。"),
    )  # fmt: skip
    percent_reason = forms.CharField(
        label=gettext_lazy("核定理由"), required=False, widget=forms.TextInput(attrs=_CONTROL)
    )
    figures = forms.CharField(required=False, widget=forms.HiddenInput)
    milestones = forms.CharField(required=False, widget=forms.HiddenInput)
    reason = forms.CharField(required=False, widget=forms.HiddenInput)


@report("view_internal")
@require_safe
@never_cache
def page(request: HttpRequest, pk: int) -> HttpResponse:
    """Form for whoever writes it, text for everybody else."""
    return _shown(request, _found(pk))


@report("write_progress")
@require_POST
def save(request: HttpRequest, pk: int) -> HttpResponse:
    """Save what was written: by the button, or by the form itself (then the answer is JSON)."""
    by_itself = request.headers.get("Accept") == "application/json"
    seen = _number(request.POST.get("version"))
    try:
        if request.POST.get("touch") == "1":
            return JsonResponse({"other": touch_report(doing(request), pk, _presence())})
        row = write_report(doing(request), pk, _draft(request), seen, quiet=by_itself)
        other = touch_report(doing(request), pk, _presence())
    except SaishangError as error:
        status = 409 if isinstance(error, OldVersion) else 422
        if by_itself:
            return JsonResponse({"message": fault_words(error.message, error.fix)}, status=status)
        return _again(request, pk, error, status)
    if by_itself:
        saved = timezone.localtime().strftime("%H:%M:%S")
        return JsonResponse({"version": row.version, "saved": saved, "other": other})
    if request.POST.get("then") == "hand_over":
        return _moved(request, pk, "hand_over", row.version)
    messages.success(request, _("已保存。"))
    return redirect("work-report", pk=pk)


@report("view_internal")
@require_POST
def step(request: HttpRequest, pk: int) -> HttpResponse:
    """Move the report on or back, as the table of states allows; the action asks for the permission of the move."""
    return _moved(request, pk, request.POST.get("action", ""), _number(request.POST.get("version")))


@report("view_internal")
@require_POST
def remark(request: HttpRequest, pk: int) -> HttpResponse:
    """Remark on the report."""
    try:
        comment(doing(request), pk, request.POST.get("text", ""))
    except SaishangError as error:
        messages.error(request, fault_words(error.message, error.fix))
    else:
        messages.success(request, _("已记下意见。"))
    return redirect(reverse("work-report", args=[pk]) + "#remarks")


@report("view_internal")
@require_http_methods(["GET", "HEAD"])
def version(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """The report as it stood at one move."""
    row = _found(pk)
    kept = row.versions.filter(number=number).first()
    if kept is None:
        raise Http404(_("没有这一版。"))
    context = {
        "tabs": tabs("work-reports", request), "row": row, "kept": kept, "said": _said(kept, row.item),
        "figures": _figures_table(kept), "move": move_name(kept.action), "after": report_state_name(kept.after),
        "period": texts.period_name(row.period),
    }  # fmt: skip
    return render(request, "work/report_version.html", context)


def _moved(request: HttpRequest, pk: int, action: str, seen: int | None) -> HttpResponse:
    try:
        row = move_report(doing(request, request.POST.get("reason", "")), pk, action, seen)
    except SaishangError as error:
        return _again(request, pk, error, 409 if isinstance(error, OldVersion) else 422)
    messages.success(request, _("已办理：%(move)s。现状态：%(state)s。") % {
        "move": move_name(action), "state": report_state_name(row.state),
    })  # fmt: skip
    return redirect("work-report", pk=pk)


def _again(request: HttpRequest, pk: int, error: SaishangError, status: int) -> HttpResponse:
    """The page with what was refused; what somebody wrote stays in the form."""
    row = _found(pk)
    typed = "done" in request.POST
    form = ReportForm(request.POST if typed else _initial(row))
    form.full_clean()
    put_faults(form, error)
    conflict = isinstance(error, OldVersion) and typed
    return _shown(request, row, form=form, typed=_draft(request) if typed else None, conflict=conflict, status=status)


def _shown(
    request: HttpRequest, row: ProgressReport, *, form: ReportForm | None = None, typed: ReportDraft | None = None,
    conflict: bool = False, status: int = 200,
) -> HttpResponse:  # fmt: skip
    person, item = request.user, row.item
    writes = row.state in WRITABLE and access.may(person, "write_progress", row.organisation)
    moves = queries.moves_for(REPORT_MOVES, row.state, person, row.organisation)
    mine = row.written_by_id is not None and row.written_by_id == person.pk
    called = names()
    now = timezone.now()
    other = row.open_by if row.open_at and (now - row.open_at).total_seconds() < _presence() else None
    form = form or ReportForm(initial=_initial(row))
    context: dict[str, Any] = {
        "tabs": tabs("work-reports", request), "row": row, "item": item, "form": form, "writes": writes,
        "title": item_title(item, task_names()),
        "conflict": conflict, "item_href": item_url(item.code), "period": texts.period_name(row.period),
        "organisation": called.get(row.organisation.code, row.organisation.code),
        "state": report_state_name(row.state), "steps": _steps(row),
        "overdue": row.submitted_at is None and row.due < today(), "percent": percent_words(item),
        "moves": [
            {"action": move.action, "words": move_name(move.action), "reason": move.reason,
             "onward": move.action in _ONWARD, "barred": move.not_by == "writer" and mine}
            for move in moves if not (writes and move.action == "hand_over")
        ],
        "may_hand_over": any(move.action == "hand_over" for move in moves),
        # Where nobody can write, nobody can overwrite anybody.
        "other": str(other) if other is not None and other.pk != person.pk and row.state in WRITABLE else "",
        "case_href": case_address(request, row),
        "said": _said(row, item), "figures": _figures_table(row),
        "figure_rows": _figure_rows(row, typed), "milestone_rows": _milestone_rows(row, typed),
        "remarks": row.comments.all(), "versions": _versions_table(row),
        "returned": row.versions.filter(after__in=("returned", "withdrawn")).last() if row.state in WRITABLE else None,
        "evidence": queries.evidence_of(item.pk, row.pk),
        "limits": site.rules().document("execution")["execution"]["evidence"],
    }  # fmt: skip
    return render(request, "work/report.html", context, status=status)


def _found(pk: int) -> ProgressReport:
    row = queries.report(pk)
    if row is None:
        raise Http404(_("没有这份报告。"))
    return row


def _presence() -> int:
    return int(site.rules().document("execution")["execution"]["presence_seconds"])


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isdigit() else None


def _initial(row: ProgressReport) -> dict[str, Any]:
    return {
        "done": row.done, "problems": row.problems, "next_steps": row.next_steps, "percent": row.percent,
        "percent_reason": row.percent_reason,
    }  # fmt: skip


def _draft(request: HttpRequest) -> ReportDraft:
    """What the form says; line ends as they are kept, empty lines of figures left out."""
    given = request.POST

    def text(name: str) -> str:
        return given.get(name, "").replace("\r\n", "\n")

    figures = []
    for number in range(_MOST_LINES):
        line = (given.get(f"figure-name-{number}", ""), given.get(f"figure-value-{number}", ""),
                given.get(f"figure-unit-{number}", ""))  # fmt: skip
        if any(part.strip() for part in line):
            figures.append((line[0].strip(), line[1].strip(), line[2].strip()))
    reached = {
        key.removeprefix("milestone-"): given.get(key, "").strip() for key in given if key.startswith("milestone-")
    }
    percent = given.get("percent", "").strip()
    return ReportDraft(
        text("done"), text("problems"), text("next_steps"), tuple(figures),
        {key: day for key, day in reached.items() if key.isdigit()},
        int(percent) if percent.lstrip("-").isdigit() and len(percent) < 6 else None, text("percent_reason"),
    )  # fmt: skip


def _figure_rows(row: ProgressReport, typed: ReportDraft | None) -> list[dict[str, Any]]:
    lines = [(str(figure["name"]), str(figure["value"]), str(figure["unit"])) for figure in row.figures]
    if typed is not None:
        lines = list(typed.figures)
    lines += [("", "", "")] * _MORE
    return [{"number": number, "name": name, "value": value, "unit": unit}
            for number, (name, value, unit) in enumerate(lines)]  # fmt: skip


def _milestone_rows(row: ProgressReport, typed: ReportDraft | None) -> list[dict[str, Any]]:
    """Milestones of the item: reached ones to read, open ones with the day that this report says."""
    told = row.milestones if typed is None else typed.milestones
    return [
        {"pk": step.pk, "title": step.title, "due": step.due, "reached": step.reached,
         "elsewhere": step.reached is not None and step.report_id != row.pk, "day": told.get(str(step.pk), ""),
         "late": step.reached is None and step.due is not None and step.due < today()}
        for step in row.item.milestones.all()
    ]  # fmt: skip


def _said(row: ProgressReport | ReportVersion, item: WorkItem) -> list[tuple[str, str]]:
    """The texts of a report under their headings, those that are there."""
    titles = {str(step.pk): step.title for step in item.milestones.all()}
    steps = [f"{titles.get(key, key)} · {day}" for key, day in row.milestones.items()]
    percent = ""
    if row.percent is not None:
        percent = _("%(percent)s%%，理由：%(reason)s") % {"percent": row.percent, "reason": row.percent_reason}
    listed = [
        (_("进展情况"), row.done), (_("达到的里程碑"), "\n".join(steps)), (_("人工核定完成率"), percent),
        (_("存在问题"), row.problems), (_("下一步工作"), row.next_steps),
    ]  # fmt: skip
    return [(title, words) for title, words in listed if words.strip()]


def _figures_table(row: ProgressReport | ReportVersion) -> Table:
    columns = [Column("name", _("数据"), row_head=True), Column("value", _("数值"), number=True),
               Column("unit", _("计量单位"))]  # fmt: skip
    return Table("figures", _("数据"), columns, list(row.figures), tight=True)


def _steps(row: ProgressReport) -> list[tuple[str, str]]:
    """The way of a report: (words, done | now | ahead)."""
    state = row.state if row.state in _WAY else "draft"
    at = _WAY.index(state)
    assert row.state in REPORT_STATES  # noqa: S101 - a state beside the table is a fault of the code
    return [
        (report_state_name(row.state if number == at else name),
         "now" if number == at else "done" if number < at else "ahead")
        for number, name in enumerate(_WAY)
    ]  # fmt: skip


def _versions_table(row: ProgressReport) -> Table:
    columns = [
        Column("number", _("版次"), number=True), Column("move", _("事项"), row_head=True, nowrap=True),
        Column("state", _("之后的状态"), nowrap=True), Column("who", _("经办")), Column("at", _("时间"), nowrap=True),
        Column("reason", _("事由"), long=True),
    ]  # fmt: skip
    rows = [
        {
            "number": kept.number,
            "move": Cell(kept.action, text=move_name(kept.action),
                         href=reverse("work-report-version", args=[row.pk, kept.number])),
            "state": report_state_name(kept.after), "who": kept.actor_name, "at": kept.at,
            "reason": kept.reason or None,
        }
        for kept in row.versions.all()
    ]  # fmt: skip
    return Table("versions", _("办理过程"), columns, rows, tight=True, empty=_("还没有提交过。"))
