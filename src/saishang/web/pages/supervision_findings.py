"""Findings of inspections (督察反馈问题): the list, listing and changing one, the table that goes out and comes in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from saishang.apps.organisations import access
from saishang.apps.registers.actions.load_table import TableOutcome
from saishang.apps.supervision import queries
from saishang.apps.supervision.actions import FindingDraft, add_finding, change_finding, draft_of, known, load_findings
from saishang.apps.supervision.actions.findings_table import COLUMNS
from saishang.apps.supervision.models import Finding
from saishang.apps.supervision.queries import FindingFilter
from saishang.apps.supervision.states import FINDING_STATES
from saishang.errors import SaishangError
from saishang.lake.archive import Archive
from saishang.web import texts, wording
from saishang.web.pages import site
from saishang.web.pages.exports import export
from saishang.web.pages.registers_common import region_tree
from saishang.web.pages.supervision_common import (
    METHODS,
    SELECT,
    ReasonForm,
    day_field,
    done,
    form_page,
    paged,
    tabs,
    text_field,
)
from saishang.web.pages.supervision_words import finding_state_name, source_name, standing_name
from saishang.web.pages.tables import Cell, Column, Table
from saishang.web.pages.uploads import laid_down, plain_name
from saishang.web.pages.work_common import doing, names, organisation_choices, task_choices, today
from saishang.web.security import somewhere, supervised

__all__ = ["change", "index", "load", "new"]

_LARGEST = 10 << 20
_SOURCES = ("central", "region", "self")
_STANDINGS = ("late", "due_soon", "on_time", "no_day", "waiting", "closed")


@somewhere("view_internal")
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Findings within reach with filters; to a request by htmx only the list."""
    span, day = access.reach(request.user, "view_internal"), today()
    chosen = {
        key: request.GET.get(key, "").strip()[:200]
        for key in ("q", "source", "round", "state", "task", "organisation", "standing")
    }
    soon = queries.soon_days(site.rules())
    wanted = FindingFilter(chosen["q"], chosen["source"], chosen["round"], chosen["state"], chosen["task"],
                           chosen["organisation"], chosen["standing"])  # fmt: skip
    found = queries.findings(span, wanted, day, soon)
    page, bodies = paged(request, found), names(day)
    asked = "format" in request.GET
    table = _table(list(page.object_list), bodies, found if asked else None)
    answer = export(request, [table, _form_table(found, bodies)] if asked else [])
    if answer is not None:
        return answer
    context: dict[str, Any] = {"table": table, "page": page, "count": page.paginator.count, "chosen": chosen}
    if request.headers.get("HX-Request") == "true":
        return render(request, "supervision/findings_results.html", context)
    whole = queries.findings(span, FindingFilter(), day, soon)
    counted = dict.fromkeys(_STANDINGS, 0)
    for standing in whole.values_list("standing", flat=True):  # type: ignore[misc]
        counted[str(standing)] += 1
    context |= {
        "tabs": tabs("supervision-findings"), "any": sum(counted.values()) > 0,
        "figures": [(standing_name(name), counted[name], f"?standing={name}") for name in _STANDINGS],
        "sources": [(one, source_name(one)) for one in _SOURCES],
        "rounds": sorted(set(whole.order_by().values_list("round", flat=True))),
        "states": [(one, finding_state_name(one)) for one in FINDING_STATES],
        "standings": [(one, standing_name(one)) for one in _STANDINGS], "organisations": organisation_choices(span),
        "tasks": task_choices(),
        "supervises": not access.reach(request.user, "supervise").nothing,
    }  # fmt: skip
    return render(request, "supervision/findings.html", context)


def _table(shown: list[Finding], bodies: Mapping[str, str], everything: Any) -> Table:
    columns = [
        Column("code", _("编号"), nowrap=True, row_head=True), Column("title", _("问题名称"), long=True),
        Column("organisation", _("责任单位")), Column("source", _("来源"), wide_only=True),
        Column("state", _("进展"), nowrap=True), Column("standing", _("期限状态"), nowrap=True),
        Column("due", _("整改期限"), nowrap=True), Column("tasks", _("方案任务"), wide_only=True),
        Column("problem", _("问题描述"), export_only=True), Column("goal", _("整改目标"), export_only=True),
        Column("measures", _("整改措施"), export_only=True), Column("result", _("整改结果"), export_only=True),
        Column("nature", _("数据性质"), export_only=True),
    ]  # fmt: skip

    def row(one: Finding) -> dict[str, Any]:
        invented = _("演示数据") if one.invented else ""
        return {
            "code": Cell(one.code, href=reverse("supervision-finding", args=[one.code])),
            "title": Cell(one.title, note=invented), "nature": invented,
            "organisation": bodies.get(one.organisation.code, one.organisation.code),
            "source": f"{source_name(one.source)} · {one.round}", "state": finding_state_name(one.state),
            "standing": standing_name(getattr(one, "standing", "")), "due": one.due, "tasks": texts.listed(one.tasks),
            "problem": one.problem, "goal": one.goal, "measures": one.measures, "result": one.result,
        }  # fmt: skip

    return Table(
        "findings", _("反馈问题"), columns, [row(one) for one in shown], tight=True,
        everything=None if everything is None else [row(one) for one in everything],
        empty=_("没有符合条件的问题。"),
    )  # fmt: skip


def _form_table(found: Iterable[Finding], bodies: Mapping[str, str]) -> Table:
    """The form that goes out and comes in: what is asked for, filled with what is known."""
    columns = [Column(name, texts.both(headings[0], headings[1])) for name, headings in COLUMNS.items()]
    rows = []
    for one in found:
        draft = draft_of(one)
        rows.append({
            "source": source_name(draft.source), "round": draft.round, "number": draft.number, "title": draft.title,
            "problem": draft.problem, "organisation": draft.organisation, "units": "；".join(draft.units),
            "tasks": "；".join(draft.tasks), "region": draft.region, "listed_on": draft.listed_on, "due": draft.due,
        })  # fmt: skip
    return Table("form", _("问题清单填报表"), columns, rows)


class FindingForm(ReasonForm):
    """A finding as the office lists it."""

    source = forms.ChoiceField(label=gettext_lazy("来源"), widget=forms.Select(attrs=SELECT))
    round = text_field(gettext_lazy("轮次"), gettext_lazy("如“第二轮”；自查发现写年份"), most=40, required=True)
    number = forms.IntegerField(label=gettext_lazy("序号"), help_text=gettext_lazy("在这一轮反馈中的序号，不能重复"),
                                widget=forms.NumberInput(attrs={"class": "form-control", "min": 1}))  # fmt: skip
    title = text_field(gettext_lazy("问题名称"), most=200, required=True)
    problem = text_field(gettext_lazy("问题描述"), gettext_lazy("用自己的话写，不照抄反馈原文"), rows=4, required=True)
    organisation = forms.ChoiceField(label=gettext_lazy("责任单位"), widget=forms.Select(attrs=SELECT))
    units = forms.MultipleChoiceField(
        label=gettext_lazy("配合单位"),
        required=False,
        widget=forms.SelectMultiple(attrs=SELECT | {"size": 6}),
        help_text=gettext_lazy("按住 Ctrl 或 ⌘ 可选多个"),
    )
    tasks = forms.MultipleChoiceField(
        label=gettext_lazy("方案任务"),
        required=False,
        widget=forms.SelectMultiple(attrs=SELECT | {"size": 6}),
        help_text=gettext_lazy("按住 Ctrl 或 ⌘ 可选多个"),
    )
    region = forms.ChoiceField(label=gettext_lazy("地区"), required=False, widget=forms.Select(attrs=SELECT))
    listed_on = day_field(gettext_lazy("反馈日期"), required=True)
    due = day_field(gettext_lazy("整改期限"), gettext_lazy("反馈未定的留空，由整改方案确定"))
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput())
    field_order = ("source", "round", "number", "title", "problem", "organisation", "units", "tasks", "region",
                   "listed_on", "due", "reason", "seen")  # fmt: skip

    def __init__(self, request: HttpRequest, data: Any = None, initial: Any = None) -> None:
        super().__init__(data, initial=initial)
        bodies = organisation_choices(access.reach(request.user, "supervise"))
        for name, choices in (
            ("source", [(one, source_name(one)) for one in _SOURCES]), ("organisation", [("", "—"), *bodies]),
            ("units", bodies), ("tasks", task_choices()),
            ("region", [("", "—"), *region_tree()]),
        ):  # fmt: skip
            self.fields[name].choices = choices  # type: ignore[attr-defined]

    def draft(self) -> FindingDraft:
        """What was written; call after `is_valid`."""
        data = self.cleaned_data
        return FindingDraft(
            data["source"], data["round"], data["number"], data["title"], data["problem"], data["organisation"],
            tuple(data["units"]), tuple(data["tasks"]), data["region"], data["listed_on"], data["due"],
        )  # fmt: skip


@somewhere("supervise")
@require_http_methods(METHODS)
def new(request: HttpRequest) -> HttpResponse:
    """List a finding."""
    form = FindingForm(request, request.POST if request.method == "POST" else None, {"listed_on": today()})
    made = done(form, lambda: add_finding(
        doing(request, form.cleaned_data["reason"]), form.draft(), known(site.rules(), today())))  # fmt: skip
    if made is not None:
        messages.success(request, _("已列入清单，记入操作日志。"))
        return redirect("supervision-finding", made.code)
    return form_page(request, form, _("列入反馈问题"), submit=_("列入清单"), back=reverse("supervision-findings"),
                     current="supervision-findings")  # fmt: skip


@supervised("finding", "supervise")
@require_http_methods(METHODS)
@never_cache
def change(request: HttpRequest, code: str) -> HttpResponse:
    """Change what the office wrote of a finding."""
    row = queries.finding(code)
    if row is None:
        raise Http404
    draft = draft_of(row)
    initial = {name: getattr(draft, name) for name in COLUMNS} | {"seen": row.version}
    initial |= {"units": list(draft.units), "tasks": list(draft.tasks)}
    form = FindingForm(request, request.POST if request.method == "POST" else None, initial)

    def act() -> tuple[Finding | None]:
        who = doing(request, form.cleaned_data["reason"])
        return (change_finding(who, code, form.draft(), known(site.rules(), today()), form.cleaned_data["seen"]),)

    made = done(form, act)
    back = reverse("supervision-finding", args=[code])
    if made is not None:
        if made[0] is None:
            messages.info(request, _("没有改动。"))
        else:
            messages.success(request, _("已修改，记入操作日志。"))
        return redirect(back)
    return form_page(request, form, _("修改反馈问题"), lead=f"{row.code} · {row.title}", submit=_("保存"), back=back,
                     current="supervision-findings")  # fmt: skip


class LoadForm(ReasonForm):
    """A table of findings."""

    file = forms.FileField(label=gettext_lazy("文件（Excel 或 CSV）"),
                           widget=forms.FileInput(attrs={"class": "form-control"}))  # fmt: skip
    dry_run = forms.BooleanField(label=gettext_lazy("只试算，不写入"), required=False, initial=True)
    field_order = ("file", "reason", "dry_run")


@somewhere("supervise")
@require_http_methods(METHODS)
def load(request: HttpRequest) -> HttpResponse:
    """Take a table of findings, on trial or for good; what was refused comes back cell by cell."""
    posted = request.method == "POST"
    form = LoadForm(request.POST if posted else None, request.FILES if posted else None)
    context: dict[str, Any] = {
        "form": form, "tabs": tabs("supervision-findings"),
        "columns": [(texts.both(names_[0], names_[1]), name in ("source", "round", "number"))
                    for name, names_ in COLUMNS.items()],
    }  # fmt: skip
    page = "supervision/findings_import.html"
    if not posted or not form.is_valid():
        return render(request, page, context, status=422 if posted else 200)
    sent, data = form.cleaned_data["file"], form.cleaned_data
    if sent.size > _LARGEST:
        form.add_error("file", _("文件超过 10 MiB。"))
        return render(request, page, context, status=422)
    who, archive = doing(request, data["reason"]), Archive(settings.CONFIG.archive)
    try:
        with laid_down(sent) as path:
            outcome = load_findings(who, site.rules(), archive, path, plain_name(sent), dry_run=data["dry_run"])
    except SaishangError as error:
        return render(request, page, context | {"error": error}, status=422)
    context |= {"outcome": outcome, "changes": _changes(outcome), "refusals": _refusals(outcome)}
    context |= {effect: outcome.count(effect) for effect in ("added", "changed", "unchanged")}
    return render(request, page, context)


def _changes(outcome: TableOutcome) -> Table:
    columns = [
        Column("line", _("行"), number=True), Column("key", _("编号"), row_head=True), Column("effect", _("结果")),
        Column("fields", _("改动"), long=True),
    ]  # fmt: skip
    effects = {"added": _("新增"), "changed": _("修改"), "unchanged": _("未变")}
    rows = [
        {"line": one.line, "key": one.key, "effect": effects[one.effect],
         "fields": _("；").join(f"{texts.both(*COLUMNS[name][:2])}{_('：')}{_said(before)} → {_said(after)}"
                               for name, (before, after) in one.fields.items())}
        for one in outcome.changes
    ]  # fmt: skip
    return Table("changes", _("将要发生的变化") if outcome.dry_run else _("已发生的变化"), columns, rows, tight=True,
                 empty=_("没有一行可以接收。"))  # fmt: skip


def _said(value: Any) -> str:
    return texts.listed(value) or "—" if isinstance(value, tuple) else str(value or "—")


def _refusals(outcome: TableOutcome) -> Table:
    columns = [
        Column("line", _("行"), number=True), Column("column", _("列")), Column("content", _("内容")),
        Column("message", _("原因"), long=True), Column("fix", _("怎么办"), long=True),
    ]  # fmt: skip
    rows = [
        {"line": one.line, "column": texts.both(*COLUMNS[one.field][:2]) if one.field in COLUMNS else one.column,
         "content": Cell(one.content), "message": wording.say(one.message), "fix": wording.say(one.fix)}
        for one in outcome.refusals
    ]  # fmt: skip
    return Table("refusals", _("未接收的单元格"), columns, rows, empty=_("没有被拒绝的内容。"))
