"""My work (我的工作): what waits for the person who is signed in, due first, and moves for many at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from saishang.apps.core.queries import counted
from saishang.apps.execution import queries
from saishang.apps.execution.actions import move_report
from saishang.apps.execution.models import ProgressReport, WorkItem, WorkPlan
from saishang.apps.execution.queries import ItemFilter
from saishang.apps.organisations import access
from saishang.apps.organisations.models import User
from saishang.apps.supervision import queries as supervision
from saishang.errors import SaishangError
from saishang.web import texts, wording
from saishang.web.pages.exports import export
from saishang.web.pages.paging import MOST_COUNTED
from saishang.web.pages.registers_work import waiting_tables
from saishang.web.pages.supervision_duties import duty_names
from saishang.web.pages.supervision_words import waiting_name
from saishang.web.pages.tables import Cell, Column, Table
from saishang.web.pages.work_common import (
    doing,
    item_title,
    item_url,
    move_name,
    names,
    soon,
    standing_badge,
    tabs,
    task_names,
    today,
)
from saishang.web.security import staff

__all__ = ["mine", "move_many"]

#: How many of one kind the page shows; all of them stand in the list of reports.
_SHOWN = 20
#: And how many where only one kind is looked at, and can be moved at once.
_MANY = 200
#: What can be done to many reports at once, each with its own entry in the log.
_AT_ONCE = ("pass", "submit", "accept", "publish")


@dataclass(frozen=True)
class _Kind:
    """One kind of waiting work: its name in the address, words, rows, and the move that settles it."""

    name: str
    words: str
    rows: QuerySet[ProgressReport]
    #: Those that the page shows.
    first: list[ProgressReport]
    #: As far as they were counted, and whether that is all.
    count: int
    all: bool
    late: int
    all_late: bool


@staff
@require_safe
@never_cache
def mine(request: HttpRequest) -> HttpResponse:
    """What waits for this person: reports to write, review, hand in, accept, publish; own items late or due soon."""
    on = today()
    chosen = request.GET.get("what", "")
    most = _MANY if chosen else _SHOWN
    kinds = [
        _kind(move.action if move else "write", move_name(move.action) if move else _("填写报告"), rows, on, most)
        for move, rows in queries.waiting(request.user, on)
    ]
    shown = [kind for kind in kinds if not chosen or kind.name == chosen]
    called, tasks = names(), task_names()
    tables = [_table(kind, called, tasks, on, most) for kind in shown if kind.count]
    pending = _pending(request, called, tasks) if not chosen else None
    items = _items(request, called, tasks, on) if not chosen else None
    supervised = _supervised(request, called, on) if not chosen else None
    registers = waiting_tables(request) if not chosen else []
    others = [table for table in (pending, *registers, supervised, items) if table is not None]
    tables += others
    answer = export(request, tables)
    if answer is not None:
        return answer
    context = {
        "tabs": tabs("work", request), "kinds": kinds, "chosen": chosen, "others": others,
        "groups": [(kind, table, kind.name in _AT_ONCE) for kind, table in
                   zip((kind for kind in shown if kind.count), tables, strict=False)],
        "nothing": not any(kind.count for kind in kinds) and not others,
        "roles": isinstance(request.user, User) and bool(access.roles_held(request.user, on)),
    }  # fmt: skip
    return render(request, "work/mine.html", context)


def _kind(name: str, words: str, rows: QuerySet[ProgressReport], on: date, most: int) -> _Kind:
    """Rows of one kind, the first of them at hand; few are counted by themselves, many by the database."""
    first = list(rows[: most + 1])
    if len(first) <= most:
        late = sum(row.due < on and row.submitted_at is None for row in first)
        return _Kind(name, words, rows, first, len(first), True, late, True)
    overdue = rows.filter(due__lt=on, submitted_at__isnull=True)
    return _Kind(name, words, rows, first[:most], *counted(rows, MOST_COUNTED), *counted(overdue, MOST_COUNTED))


def _table(kind: _Kind, called: Mapping[str, str], tasks: Mapping[str, str], on: date, most: int) -> Table:
    columns = [
        Column("what", _("报告"), row_head=True), Column("period", _("报告期"), nowrap=True),
        Column("organisation", _("单位")), Column("due", _("截止"), nowrap=True),
        Column("waits", _("情况"), nowrap=True),
    ]  # fmt: skip

    def row(report: ProgressReport) -> dict[str, Any]:
        return {
            "pk": report.pk,
            "what": Cell(item_title(report.item, tasks), href=reverse("work-report", args=[report.pk]),
                         note=report.item.code),
            "period": Cell(report.period, text=texts.period_name(report.period)),
            "organisation": called.get(report.organisation.code, report.organisation.code),
            "due": report.due, "waits": _waits(report, on),
        }  # fmt: skip

    return Table(
        kind.name, kind.words, columns, [row(report) for report in kind.first], tight=True,
        everything=map(row, kind.rows.iterator(chunk_size=1000)), caption=_caption(kind, most),
    )  # fmt: skip


def _caption(kind: _Kind, most: int) -> str:
    if kind.count > most:
        count = str(kind.count) if kind.all else _("%(count)s 以上") % {"count": kind.count}
        return _("共 %(count)s 份，显示最先到期的 %(shown)s 份。") % {"count": count, "shown": most}
    return ""


def _waits(report: ProgressReport, on: date) -> Cell:
    """How late it is, or how many days are left; what was handed in waits for others and is not late."""
    note = {"returned": _("被退回"), "withdrawn": _("已撤回")}.get(report.state, "")
    if report.submitted_at is not None and not note:
        since = (on - timezone.localdate(report.submitted_at)).days
        return Cell(since, text=_("报出 %(days)s 天") % {"days": since}, note=_("迟报") if report.late else "")
    days = (report.due - on).days
    return Cell(days, text=_days_words(days), note=note)


def _days_words(days: int) -> str:
    """Days up to a due day in words."""
    if days < 0:
        return _("逾期 %(days)s 天") % {"days": -days}
    return _("今天截止") if days == 0 else _("还有 %(days)s 天") % {"days": days}


def _pending(request: HttpRequest, called: Mapping[str, str], tasks: Mapping[str, str]) -> Table | None:
    """Items to assign or verify and plans of a year to hand in or approve; None when there is nothing."""
    items, plans = queries.items_waiting(request.user), queries.plans_waiting(request.user)
    columns = [
        Column("act", _("要办的事"), nowrap=True), Column("what", _("事项或计划"), row_head=True),
        Column("organisation", _("单位")), Column("due", _("期限"), nowrap=True),
        Column("changed", _("最近修改"), nowrap=True),
    ]  # fmt: skip

    def of_item(act: str, item: WorkItem) -> dict[str, Any]:
        code = item.organisation.code
        return {
            "act": act, "what": Cell(item_title(item, tasks), href=item_url(item.code), note=item.code),
            "organisation": called.get(code, code), "due": item.due, "changed": item.changed_at,
        }  # fmt: skip

    def of_plan(act: str, plan: WorkPlan) -> dict[str, Any]:
        code = plan.organisation.code
        return {
            "act": act, "organisation": called.get(code, code), "changed": plan.changed_at,
            "what": Cell(_("%(year)s 年度工作计划") % {"year": plan.year},
                         href=reverse("work-plan", args=[code, plan.year])),
        }  # fmt: skip

    def rows(most: int | None) -> Iterator[dict[str, Any]]:
        for move, found in plans:
            yield from (of_plan(_plan_act(move.action), row) for row in found[:most])
        for move, waits in items:
            yield from (of_item(_item_act(move.action), row) for row in waits[:most])

    # One more than is shown of each kind tells whether there are more.
    shown = list(rows(_SHOWN + 1))
    if not shown:
        return None
    caption = ""
    if len(shown) > _SHOWN:
        count = sum(found.count() for _move, found in plans) + sum(waits.count() for _move, waits in items)
        caption = _("共 %(count)s 项，显示 %(shown)s 项。") % {"count": count, "shown": _SHOWN}
    return Table("pending", _("事项和年度计划"), columns, shown[:_SHOWN], tight=True, everything=rows(None),
                 caption=caption)  # fmt: skip


def _plan_act(action: str) -> str:
    return {"submit": _("报出年度计划"), "approve": _("批准年度计划")}[action]


def _item_act(action: str) -> str:
    return {"assign": _("下达事项"), "verify": _("核实办结")}[action]


def _days_cell(days: int) -> Cell:
    """The same as a cell; what is over stands out."""
    words = _days_words(days)
    return Cell(days, text=words, badge=standing_badge("late", words) if days < 0 else None)


def _supervised(request: HttpRequest, called: Mapping[str, str], on: date) -> Table | None:
    """What supervision wants of this person: to answer, decide, check; None when there is nothing."""
    found = supervision.waiting(request.user, on)
    if not found:
        return None
    duties = duty_names()
    columns = [
        Column("act", _("要办的事"), nowrap=True), Column("what", _("督办事项"), row_head=True),
        Column("organisation", _("单位")), Column("due", _("截止"), nowrap=True),
        Column("waits", _("情况"), nowrap=True),
    ]  # fmt: skip

    def row(one: supervision.Waiting) -> dict[str, Any]:
        return {
            "act": waiting_name(one.what),
            "what": Cell(duties.get(one.duty, one.title), href=reverse(one.name, args=one.args)),
            "organisation": called.get(one.organisation.code, one.organisation.code), "due": one.due,
            "waits": None if one.due is None else _days_cell((one.due - on).days),
        }  # fmt: skip

    caption = _("共 %(count)s 项，显示最先到期的 %(shown)s 项。") % {"count": len(found), "shown": _SHOWN}
    return Table("supervision", _("督办和整改"), columns, [row(one) for one in found[:_SHOWN]], tight=True,
                 everything=map(row, found), caption=caption if len(found) > _SHOWN else "")  # fmt: skip


def _items(request: HttpRequest, called: Mapping[str, str], tasks: Mapping[str, str], on: date) -> Table | None:
    """Items of the own organisations that are late or due soon; None for people who keep no list of items."""
    span = access.reach(request.user, "edit_items")
    if span.nothing:
        return None
    wanted = ItemFilter(state="active")
    rows = queries.items(span, wanted, on, soon()).filter(queries.within(span), due__isnull=False)
    rows = rows.filter(due__lte=date.fromordinal(on.toordinal() + soon())).order_by("due", "code")
    columns = [
        Column("what", _("工作事项"), row_head=True), Column("organisation", _("单位")),
        Column("due", _("期限"), nowrap=True), Column("percent", _("完成率"), number=True),
        Column("waits", _("情况"), nowrap=True),
    ]  # fmt: skip

    def row(item: WorkItem) -> dict[str, Any]:
        days = (item.due - on).days if item.due else 0
        percent = item.percent if item.override is None else item.override
        return {
            "what": Cell(item_title(item, tasks), href=item_url(item.code), note=item.code),
            "organisation": called.get(item.organisation.code, item.organisation.code), "due": item.due,
            "percent": Cell(percent, text=None if percent is None else f"{percent}%"),
            "waits": _days_cell(days),
        }  # fmt: skip

    listed = [row(item) for item in rows[: _SHOWN + 1]]
    if not listed:
        return None
    # The line that is not shown tells that there are more; all of them stand in the list of items.
    caption = _("只显示最先到期的 %(shown)s 项；全部在任务清单和导出中。") % {"shown": _SHOWN}
    return Table(
        "items", _("逾期和临近期限的事项"), columns, listed[:_SHOWN], tight=True,
        everything=map(row, rows.iterator(chunk_size=1000)), caption=caption if len(listed) > _SHOWN else "",
    )  # fmt: skip


@staff
@require_POST
def move_many(request: HttpRequest) -> HttpResponse:
    """The same move for many reports, each in its own transaction; what is refused is told with its reason."""
    action = request.POST.get("action", "")
    back = f"{reverse('work')}?what={action}" if action in _AT_ONCE else reverse("work")
    if action not in _AT_ONCE:
        messages.error(request, _("不能成批办理这一步。"))
        return redirect(back)
    chosen = [int(text) for text in request.POST.getlist("report")[:_MANY] if text.isdigit()]
    if not chosen:
        messages.warning(request, _("没有选中任何报告。"))
        return redirect(back)
    done, refused = 0, []
    for pk in chosen:
        try:
            move_report(doing(request), pk, action, None)
            done += 1
        except SaishangError as error:
            row = ProgressReport.objects.select_related("item").filter(pk=pk).first()
            refused.append(f"{row.item.code if row else pk}{_('：')}{wording.say(error.message)}")
    if done:
        messages.success(request, texts.counted("%(move)s：%(count)s 份，逐份记入操作日志。", done) % {
            "move": move_name(action), "count": done,
        })  # fmt: skip
    for words in refused[:10]:
        messages.error(request, words)
    if len(refused) > 10:
        messages.error(request, _("另有 %(count)s 份未能办理。") % {"count": len(refused) - 10})
    return redirect(back)
