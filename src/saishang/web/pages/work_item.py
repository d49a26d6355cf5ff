"""One item (事项): everything about it, the moves that a reader may make, another percent than the computed one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from saishang.apps.execution import queries
from saishang.apps.execution.actions import move_item, override_percent
from saishang.apps.execution.models import Evidence, WorkItem
from saishang.apps.execution.permits import may_item
from saishang.apps.execution.states import ITEM_MOVES, SETTLED, Move
from saishang.apps.organisations import access
from saishang.errors import Refused, SaishangError
from saishang.web import texts
from saishang.web.pages import work_common
from saishang.web.pages.exports import export
from saishang.web.pages.faults import fault_words
from saishang.web.pages.registers_common import day_of
from saishang.web.pages.supervision_about import case_address, supervision_table
from saishang.web.pages.tables import Table
from saishang.web.pages.work_item_parts import (
    below_table,
    expected,
    history_table,
    milestone_table,
    reports_table,
    role_name,
    targets_of,
)
from saishang.web.security import item as of_item

__all__ = ["move", "page", "percent"]

_LEVELS = 3


@of_item("view_internal")
@require_safe
def page(request: HttpRequest, code: str) -> HttpResponse:
    """Everything about an item that the reader may see."""
    return _shown(request, code)


@of_item("edit_items", "assign_items", "accept_progress")
@require_POST
def move(request: HttpRequest, code: str) -> HttpResponse:
    """Make a move of its life; what stands against it is said on the page, with the reason still there."""
    action, reason = request.POST.get("action", ""), request.POST.get("reason", "")
    on = day_of(request.POST.get("on"))
    try:
        if request.POST.get("on") and on is None:
            raise SaishangError("expected a day", fix="write it as 2026-11-23")
        row = move_item(work_common.doing(request, reason), code, action, _seen(request), on=on)
    except SaishangError as error:
        return _shown(request, code, error=error, tried={"action": action, "reason": reason})
    messages.success(request, _("已办理“%(move)s”，现为“%(state)s”，记入操作日志。") % {
        "move": work_common.move_name(action), "state": work_common.state_name(row.state),
    })  # fmt: skip
    return redirect(work_common.item_url(code))


@of_item("accept_progress")
@require_POST
def percent(request: HttpRequest, code: str) -> HttpResponse:
    """Say another percent than the milestones do, with a reason; empty lets these stand again."""
    text, reason = request.POST.get("percent", "").strip(), request.POST.get("reason", "")
    try:
        if text and not (text.isascii() and text.isdigit() and len(text) <= 3):
            raise SaishangError(f"expected 0 to 100; got {text[:20]}", fix="enter a whole per cent")
        override_percent(work_common.doing(request, reason), code, int(text) if text else None, _seen(request))
    except SaishangError as error:
        return _shown(request, code, error=error, tried={"action": "percent", "reason": reason, "percent": text})
    messages.success(request, _("完成率已核定，记入操作日志。") if text else _("已恢复按里程碑计算的完成率。"))
    return redirect(work_common.item_url(code))


def _seen(request: HttpRequest) -> int:
    text = request.POST.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0


def _shown(
    request: HttpRequest, code: str, error: SaishangError | None = None, tried: dict[str, str] | None = None
) -> HttpResponse:
    today = work_common.today()
    found = queries.item(code, today, work_common.soon())
    if found is None:
        raise Http404
    names, tasks = work_common.names(), work_common.task_names()
    steps, below = milestone_table(found, today), below_table(request, found, names)
    reports = list(found.reports.select_related("organisation").order_by("-last"))
    reported = reports_table(request, reports)
    log = not access.reach(request.user, "view_log").nothing
    history = history_table(queries.history(found), names, internal=log)
    supervised = supervision_table(request, found)
    tables: list[Table] = [steps, below, reported, *([supervised] if supervised else []), history]
    answer = export(request, tables, invented=found.invented) if request.method != "POST" else None
    if answer is not None:
        return answer
    mine = access.reach(request.user, "edit_items").covers(found.organisation)
    office = access.reach(request.user, "assign_items").covers(found.organisation)
    context: dict[str, Any] = {
        "item": found, "title": work_common.item_title(found, tasks), "facts": _facts(found),
        "owner": names.get(found.organisation.code, found.organisation.code),
        "badge": work_common.standing_badge(str(getattr(found, "standing", ""))),
        "state": work_common.state_name(found.state),
        "kind": work_common.kind_name(found.kind), "task_name": tasks.get(found.task, ""),
        "crumbs": _above(request, found, tasks), "steps": steps, "below": below, "reports": reported,
        "history": history, "supervised": supervised, "case_href": case_address(request, found),
        "units": [(role_name(unit.role), names.get(unit.organisation.code, ""), unit.organisation.code)
                  for unit in found.units.all()],
        "targets": targets_of(request, found), "expected": expected(found, today),
        "percent": work_common.percent_words(found), "moves": _moves(request, found, tried or {}),
        "may_change": found.state not in SETTLED and (mine if found.state == "draft" else office),
        "may_break": mine and found.state not in SETTLED and _depth(found) < _LEVELS,
        "may_percent": access.reach(request.user, "accept_progress").covers(found.organisation),
        "may_attach": mine or access.reach(request.user, "write_progress").covers(found.organisation),
        "evidence": _evidence(request, found), "error": _told(error), "tried": tried or {},
        "due_words": work_common.due_words(found),
    }  # fmt: skip
    return render(request, "work/item.html", context, status=422 if error is not None else 200)


def _told(error: SaishangError | None) -> list[str]:
    if error is None:
        return []
    faults = error.faults if isinstance(error, Refused) else ()
    return [fault_words(f.message, f.fix) for f in faults] or [fault_words(error.message, error.fix)]


def _facts(item: WorkItem) -> list[tuple[str, str]]:
    programme = work_common.programme_names().get(item.programme, item.programme)
    origin = {"plan": _("方案分解"), "template": _("市县模板"), "table": _("批量导入"), "typed": _("逐项录入")}
    facts = [
        (_("地区"), work_common.region_label(item.region) if item.region else ""),
        (_("开始"), item.start.isoformat() if item.start else ""),
        (_("投资"), _("%(amount)s 万元") % {"amount": f"{item.budget:,.2f}"} if item.budget is not None else _("未填")),
        (_("重大工程"), programme), (_("报告周期"), work_common.cadence_name(item.cadence)),
        (_("下达日期"), item.assigned_on.isoformat() if item.assigned_on else ""),
        (_("办结日期"), item.finished.isoformat() if item.finished else ""),
        (_("来源"), origin.get(item.origin, item.origin)),
    ]  # fmt: skip
    return [(label, words) for label, words in facts if words]


def _above(request: HttpRequest, item: WorkItem, tasks: Mapping[str, str]) -> list[tuple[str, str]]:
    """Items above this one; those that the reader may not see are passed over."""
    found: list[tuple[str, str]] = []
    above = item.parent
    while above is not None:
        if may_item(request.user, "view_internal", above.code):
            found.insert(0, (work_common.item_title(above, tasks), work_common.item_url(above.code)))
        above = above.parent
    return found


def _depth(item: WorkItem) -> int:
    depth, above = 1, item.parent
    while above is not None:
        depth, above = depth + 1, above.parent
    return depth


def _moves(request: HttpRequest, item: WorkItem, tried: dict[str, str]) -> list[dict[str, Any]]:
    """Moves that the reader can make, with what each asks for."""
    found = []
    for one in queries.moves_for(ITEM_MOVES, item.state, request.user, item.organisation):
        blocked = _("申请办结的人不能自己核实，请他人办理。") if _own(one, request, item) else ""
        found.append({
            "action": one.action, "label": work_common.move_name(one.action), "blocked": blocked,
            "after": work_common.state_name(one.after), "reason": one.reason,
            "dated": one.action in ("assign", "finish"),
            "day": _("自哪天起") if one.action == "assign" else _("办结日期"),
            "danger": one.action in ("cancel", "drop"), "said": tried.get("reason", ""),
            "open": tried.get("action") == one.action,
        })  # fmt: skip
    return found


def _own(one: Move, request: HttpRequest, item: WorkItem) -> bool:
    return one.not_by == "finisher" and item.finished_by == request.user.get_username()


def _evidence(request: HttpRequest, item: WorkItem) -> list[dict[str, Any]]:
    """Files beside the item, and beside those of its reports that the reader may open."""
    span = access.reach(request.user, "view_internal")
    rows = Evidence.objects.filter(item=item).select_related("report__organisation").order_by("struck_at", "-added_at")
    found = []
    for row in rows:
        report = row.report
        if report is not None and report.state != "published" and not span.covers(report.organisation):
            continue
        found.append({
            "row": row, "href": reverse("work-item-evidence", args=[item.code, row.pk]),
            "period": texts.period_name(report.period.replace("-M", "-")) if report is not None else "",
            "may_strike": report is None and row.struck_at is None,
        })  # fmt: skip
    return found
