"""Work plans of a year (年度工作计划): which there are; one with its lines, written in place, handed in, approved."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from saishang.apps.execution import queries
from saishang.apps.execution.actions import draft_work_plan, move_work_plan, set_aim, take_out
from saishang.apps.execution.models import WorkItem, WorkPlan, WorkPlanLine
from saishang.apps.execution.refusals import OldVersion
from saishang.apps.execution.states import PLAN_MOVES, PLAN_STATES
from saishang.apps.organisations import access
from saishang.apps.organisations.models import Organisation
from saishang.apps.organisations.queries import Filter, tree
from saishang.errors import SaishangError
from saishang.web.pages import work_common
from saishang.web.pages.exports import export
from saishang.web.pages.faults import fault_words
from saishang.web.pages.tables import Cell, Column, Table
from saishang.web.pages.work_item_parts import history_table
from saishang.web.security import organisation, somewhere

__all__ = ["aim", "begin", "draft", "index", "move", "out", "page"]

_PER_PAGE = 50
_WRITABLE = ("draft", "returned")


@somewhere("view_internal")
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Plans of a year that the reader may see, with their state; whose is missing is said, too."""
    year = _year(request.GET.get("year"), work_common.today().year)
    state = request.GET.get("state", "")
    span = access.reach(request.user, "view_internal")
    names = work_common.names()
    rows = list(queries.work_plans(span, year))
    have = {row.organisation.code for row in rows}
    duties = set(WorkItem.objects.filter(kind="duty", state="active").values_list("organisation__code", flat=True))
    missing = [
        view for view in tree(Filter())
        if view.code in duties and view.code not in have and span.covers(view)
    ]  # fmt: skip
    counts = {name: sum(row.state == name for row in rows) for name in PLAN_STATES}
    shown = [row for row in rows if not state or row.state == state]
    table = Table(
        "plans", _("年度工作计划"),
        [Column("organisation", _("单位"), row_head=True), Column("year", _("年度"), nowrap=True),
         Column("state", _("状态"), nowrap=True), Column("lines", _("事项数"), number=True),
         Column("changed", _("最近修改"), nowrap=True), Column("by", _("经办"), wide_only=True)],
        [_listed(row, names) for row in shown if state != "missing"]
        + ([_absent(view.code, year, names) for view in missing] if state in ("", "missing") else []),
        tight=True, empty=_("这一年还没有计划。"),
    )  # fmt: skip
    answer = export(request, [table])
    if answer is not None:
        return answer
    page = Paginator(list(table.rows), _PER_PAGE).get_page(request.GET.get("page"))
    mine = access.reach(request.user, "edit_items")
    context = {
        "table": Table(table.name, table.title, table.columns, list(page.object_list), tight=True, empty=table.empty),
        "page": page, "year": year, "years": range(year - 2, year + 3), "state": state,
        "figures": [(name, work_common.state_name(name), counts[name]) for name in PLAN_STATES]
        + [("missing", _("尚未编制"), len(missing))],
        "tabs": work_common.tabs("work-plans", request),
        "drafts": work_common.organisation_choices(mine),
        "next": work_common.today().year + (work_common.today().month >= 10),
    }  # fmt: skip
    return render(request, "work/plans.html", context)


def _listed(row: Any, names: Mapping[str, str]) -> dict[str, Any]:
    code = row.organisation.code
    return {
        "organisation": Cell(names.get(code, code), href=reverse("work-plan", args=[code, row.year]),
                             note=_("演示数据") if row.invented else ""),
        "year": str(row.year), "state": work_common.state_name(row.state), "lines": row.count,
        "changed": row.changed_at, "by": row.changed_by,
    }  # fmt: skip


def _absent(code: str, year: int, names: Mapping[str, str]) -> dict[str, Any]:
    href = reverse("work-plan", args=[code, year])
    return {"organisation": Cell(names.get(code, code), href=href), "year": str(year), "state": _("尚未编制")}


def _year(text: str | None, otherwise: int) -> int:
    given = int(text) if text and text.isascii() and text.isdigit() and len(text) == 4 else otherwise
    return given if 2000 <= given <= 2100 else otherwise


@organisation("view_internal")
@require_safe
def page(request: HttpRequest, code: str, year: int) -> HttpResponse:
    """One plan with its lines beside last year's aims."""
    return _shown(request, code, year)


def _shown(
    request: HttpRequest, code: str, year: int, error: SaishangError | None = None, reason: str = "", tried: str = ""
) -> HttpResponse:
    names = work_common.names()
    if not 2000 <= year <= 2100:
        raise Http404
    where = Organisation.objects.get(code=code)
    row = WorkPlan.objects.filter(organisation=where, year=year).first()
    before = {
        line.item_id: line.aim
        for line in WorkPlanLine.objects.filter(work_plan__organisation=where, work_plan__year=year - 1)
    }  # fmt: skip
    lines = queries.plan_lines(row, work_common.today(), work_common.soon()) if row is not None else []
    edits = access.reach(request.user, "edit_items").covers(where)
    writable = row is not None and row.state in _WRITABLE and edits
    tasks = work_common.task_names()
    order = {task: place for place, task in enumerate(tasks)}
    lines = sorted(lines, key=lambda line: (order.get(line.item.task, len(order)), line.item.code))
    shown = [_line(line, before, tasks) for line in lines]
    table = _table(shown, year)
    dropped = [
        (item.code, work_common.item_title(item, tasks), work_common.state_name(item.state), before[item.pk])
        for item in WorkItem.objects.filter(pk__in=set(before) - {line.item_id for line in lines}).order_by("code")
    ]  # fmt: skip
    answer = export(request, [table], invented=bool(row and row.invented)) if request.method != "POST" else None
    if answer is not None:
        return answer
    others = WorkItem.objects.filter(organisation=where).exclude(pk__in=[line.item_id for line in lines])
    others = others.exclude(state__in=("cancelled", "verified")).order_by("task", "code")
    log = not access.reach(request.user, "view_log").nothing
    context: dict[str, Any] = {
        "plan": row, "code": code, "year": year, "name": names.get(code, code), "lines": shown, "table": table,
        "state": work_common.state_name(row.state) if row is not None else _("尚未编制"), "writable": writable,
        "may_draft": edits and (row is None or row.state in _WRITABLE), "dropped": dropped,
        "moves": _moves(request, row, tried), "tabs": work_common.tabs("work-plans", request), "reason": reason,
        "others": [
            (item.code, f"{item.code} {work_common.item_title(item, tasks)}") for item in others[:300]
        ] if writable else [],
        "error": fault_words(error.message, error.fix) if error is not None else "",
        "before": year - 1, "after": year + 1,
        "history": history_table(queries.plan_history(row), names, internal=log) if row is not None else None,
    }  # fmt: skip
    return render(request, "work/plan.html", context, status=422 if error is not None else 200)


def _line(line: WorkPlanLine, before: dict[int, str], tasks: Mapping[str, str]) -> dict[str, Any]:
    item = line.item
    return {
        "pk": line.pk, "code": item.code, "title": work_common.item_title(item, tasks), "task": item.task,
        "kind": work_common.kind_name(item.kind),
        "duty": item.kind == "duty", "href": work_common.item_url(item.code), "due": item.due, "aim": line.aim,
        "origin": {"plan": _("方案任务"), "carried": _("上年结转"), "new": _("新增")}.get(line.origin, line.origin),
        "last": before.get(item.pk), "percent": work_common.percent_words(item),
        "standing": getattr(item, "standing", ""),
        "badge": work_common.standing_badge(getattr(item, "standing", "draft")),
        "changed": item.pk in before and before[item.pk] != line.aim,
    }  # fmt: skip


def _table(lines: list[dict[str, Any]], year: int) -> Table:
    columns = [
        Column("code", _("编号")), Column("title", _("工作事项"), row_head=True), Column("origin", _("来源")),
        Column("due", _("期限")), Column("standing", _("进度状态")), Column("percent", _("完成率")),
        Column("last", _("%(year)s 年目标") % {"year": year - 1}, long=True),
        Column("aim", _("%(year)s 年目标") % {"year": year}, long=True),
    ]  # fmt: skip
    rows = [line | {"standing": work_common.standing_name(line["standing"])} for line in lines]
    return Table("plan", _("年度工作计划"), columns, rows)


def _moves(request: HttpRequest, row: WorkPlan | None, tried: str) -> list[dict[str, Any]]:
    if row is None:
        return []
    return [
        {"action": one.action, "label": work_common.move_name(one.action), "after": work_common.state_name(one.after),
         "reason": one.reason, "open": one.action == tried,
         "blocked": _("报出的人不能自己批准，请他人办理。")
         if one.not_by == "submitter" and row.submitted_by == request.user.get_username() else ""}
        for one in queries.moves_for(PLAN_MOVES, row.state, request.user, row.organisation)
    ]  # fmt: skip


@organisation("edit_items")
@require_POST
def draft(request: HttpRequest, code: str, year: int) -> HttpResponse:
    """Draft the plan from the plan of the region and last year, or add what is new."""
    try:
        _row, lines = draft_work_plan(work_common.doing(request, request.POST.get("reason", "")), code, year)
    except SaishangError as error:
        return _shown(request, code, year, error)
    words = _("已加入 %(count)s 项。") % {"count": lines} if lines else _("没有新的事项要加入。")
    messages.success(request, words)
    return redirect("work-plan", code, year)


@somewhere("edit_items")
@require_POST
def begin(request: HttpRequest) -> HttpResponse:
    """Lead from the choice of an organisation and a year to its plan."""
    code, year = request.POST.get("code", ""), _year(request.POST.get("year"), work_common.today().year)
    if not Organisation.objects.filter(code=code).exists():
        messages.error(request, _("没有这个机构。"))
        return redirect("work-plans")
    return redirect("work-plan", code, year)


@organisation("edit_items")
@require_POST
def aim(request: HttpRequest, code: str, year: int) -> HttpResponse:
    """The aim of the year for one item; to htmx only its line, with both texts where two people wrote it."""
    row = _plan(code, year)
    item, words = request.POST.get("item", ""), request.POST.get("aim", "")
    part = request.headers.get("HX-Request") == "true"
    error: SaishangError | None = None
    try:
        set_aim(work_common.doing(request), row.pk, item, words, request.POST.get("was"))
    except SaishangError as refused:
        error = refused
    if not part:
        if error is not None:
            return _shown(request, code, year, error)
        messages.success(request, _("已保存。"))
        return redirect(f"{reverse('work-plan', args=[code, year])}#{item}")
    lines = [
        line for line in queries.plan_lines(row, work_common.today(), work_common.soon()) if line.item.code == item
    ]
    if not lines:
        return HttpResponse(fault_words(error.message, error.fix) if error else "", status=422)
    told = _line(lines[0], _last(row, lines[0].item_id), work_common.task_names())
    context = {
        "line": told, "code": code, "year": year, "writable": row.state in _WRITABLE, "saved": error is None,
        "error": fault_words(error.message, error.fix) if error else "", "mine": words if error else None,
        "conflict": isinstance(error, OldVersion),
    }  # fmt: skip
    return render(request, "work/plan_line.html", context)


def _last(row: WorkPlan, item: int) -> dict[int, str]:
    rows = WorkPlanLine.objects.filter(
        work_plan__organisation=row.organisation, work_plan__year=row.year - 1, item_id=item
    )
    return {line.item_id: line.aim for line in rows}


@organisation("edit_items")
@require_POST
def out(request: HttpRequest, code: str, year: int) -> HttpResponse:
    """Take a line out."""
    try:
        take_out(work_common.doing(request), _plan(code, year).pk, request.POST.get("item", ""), None)
    except SaishangError as error:
        return _shown(request, code, year, error)
    messages.success(request, _("已移出计划；事项本身不变。"))
    return redirect("work-plan", code, year)


@organisation("view_internal")
@require_POST
def move(request: HttpRequest, code: str, year: int) -> HttpResponse:
    """Hand in, approve, return: as the table allows; the action asks for the permission."""
    row, action, reason = _plan(code, year), request.POST.get("action", ""), request.POST.get("reason", "")
    seen = request.POST.get("version", "")
    version = int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 9 else 0
    try:
        done = move_work_plan(work_common.doing(request, reason), row.pk, action, version)
    except SaishangError as error:
        return _shown(request, code, year, error, reason, action)
    messages.success(request, _("已办理“%(move)s”，现为“%(state)s”，记入操作日志。") % {
        "move": work_common.move_name(action), "state": work_common.state_name(done.state),
    })  # fmt: skip
    return redirect("work-plan", code, year)


def _plan(code: str, year: int) -> WorkPlan:
    row = WorkPlan.objects.filter(organisation__code=code, year=year).first()
    if row is None:
        raise Http404(_("这一年还没有计划。"))
    return row
