"""Parts of an item's page: what it says, milestones, items below it, targets with their state, reports, history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from saishang.apps.execution import queries
from saishang.apps.execution.actions.item_cells import COLUMNS
from saishang.apps.execution.models import ItemUnit, ProgressReport, WorkItem
from saishang.apps.indicators import queries as indicators
from saishang.apps.organisations import access
from saishang.apps.plan import queries as plans
from saishang.science.execution.percent import Step, expected_percent
from saishang.web import texts
from saishang.web.pages import work_common
from saishang.web.pages.plan import promise
from saishang.web.pages.runs import chosen_run
from saishang.web.pages.tables import Cell, Column, Table
from saishang.web.pages.targets import target_url
from saishang.web.pages.work_items import item_columns, item_row

__all__ = [
    "below_table", "change_words", "expected", "field_name", "history_table", "milestone_table", "reports_table",
    "role_name", "targets_of",
]  # fmt: skip

#: What belongs to every entry of the log and is said elsewhere.
_SILENT = {"code", "origin", "batch", "item", "version", "override_by", "computed", "sha256", "size", "year"}


def expected(item: WorkItem, on: date) -> int | None:
    """Per cent that should be reached by a day by its milestones; None when they do not say."""
    return expected_percent([Step(step.weight, step.due, step.reached) for step in item.milestones.all()], on)


def milestone_table(item: WorkItem, on: date) -> Table:
    """Milestones with their weight, day and whether they are reached."""
    columns = [
        Column("position", _("序号"), number=True), Column("title", _("里程碑"), row_head=True),
        Column("due", _("期限"), nowrap=True), Column("weight", _("权重"), number=True),
        Column("reached", _("达到的日期"), nowrap=True), Column("standing", _("情况"), nowrap=True),
        Column("by", _("填报人"), wide_only=True),
    ]  # fmt: skip
    rows = []
    for step in item.milestones.all():
        late = step.reached is None and step.due is not None and step.due < on and item.state == "active"
        standing = "done" if step.reached else "late" if late else "no_day" if step.due is None else "not_begun"
        over = step.due is not None and step.due < on
        words = _("已达到") if step.reached else _("逾期") if late else _("未达到") if over else _("未到期")
        words = words if step.due or step.reached else _("未定期限")
        badge = work_common.standing_badge(standing, words)
        rows.append({
            "position": step.position, "title": step.title, "due": step.due, "weight": step.weight.normalize(),
            "reached": step.reached, "standing": Cell(words, badge=badge), "by": step.reached_by,
        })  # fmt: skip
    return Table("milestones", _("里程碑"), columns, rows, tight=True,
                 empty=_("没有里程碑：完成率无从计算，办结时要说明成效。"))  # fmt: skip


def below_table(request: HttpRequest, item: WorkItem, names: Mapping[str, str]) -> Table:
    """Items below this one that the reader may see, each before what is below it."""
    span = access.reach(request.user, "view_internal")
    seen = WorkItem.objects.filter(queries.visible(span))
    standing = queries.standing_case(work_common.today(), work_common.soon())
    tasks = work_common.task_names()
    rows: list[dict[str, Any]] = []

    def walk(parents: QuerySet[WorkItem], depth: int) -> None:
        for row in parents:
            told = item_row(row, names, tasks)
            title = told["title"]
            rows.append(told | {"title": Cell(title.value, href=title.href, depth=depth, note=title.note)})
            walk(found(row), depth + 1)

    def found(parent: WorkItem) -> QuerySet[WorkItem]:
        return seen.filter(parent=parent).annotate(standing=standing).select_related("organisation").order_by("code")

    walk(found(item), 0)
    columns = [column for column in item_columns() if column.key not in ("task", "programme", "targets", "region")]
    return Table("below", _("下级事项"), columns, rows, tight=True, empty=_("还没有下级事项。"))


def targets_of(request: HttpRequest, item: WorkItem) -> list[dict[str, Any]]:
    """Targets that it serves, with their state in the current run."""
    version = plans.current_version(item.plan)
    if version is None or not item.targets:
        return []
    run = chosen_run(request)
    states = {row.target: row for row in indicators.target_rows(run.id)} if run is not None else {}
    known = {
        target.code: target
        for view in plans.items(version.id) for target in (*view.targets, *view.commitments)
    }  # fmt: skip
    found = []
    for code in item.targets:
        target, state = known.get(code), states.get(code)
        found.append({
            "code": code, "title": texts.both(target.indicator, target.indicator_en) if target else code,
            "promise": promise(target) if target else "", "year": target.year if target else "",
            "state": state.status if state is not None else "",
            "href": target_url(state) if state is not None else "",
        })  # fmt: skip
    return found


def reports_table(request: HttpRequest, reports: Sequence[ProgressReport]) -> Table:
    """Reports of every period, the newest first; those that the reader may open lead there."""
    span = access.reach(request.user, "view_internal")
    columns = [
        Column("period", _("报告期"), row_head=True, nowrap=True), Column("state", _("状态"), nowrap=True),
        Column("due", _("应报"), nowrap=True), Column("submitted", _("报出时间"), nowrap=True),
        Column("late", _("是否迟报"), nowrap=True), Column("percent", _("完成率"), unit="%", number=True),
    ]  # fmt: skip
    today = work_common.today()
    rows = []
    for row in reports:
        missing = row.submitted_at is None and row.due < today
        late = _("迟报") if row.late else _("逾期未报") if missing else _("按时") if row.late is False else ""
        href = reverse("work-report", args=[row.pk]) if span.covers(row.organisation) else None
        badge = work_common.standing_badge("late", late) if row.late or missing else None
        rows.append({
            "period": Cell(texts.period_name(row.period.replace("-M", "-")), href=href),
            "state": work_common.report_state_name(row.state), "due": row.due, "submitted": row.submitted_at,
            "late": Cell(late, badge=badge), "percent": row.percent,
        })  # fmt: skip
    return Table("reports", _("进展报告"), columns, rows, tight=True, empty=_("还没有应报的报告期。"))


def role_name(role: str) -> str:
    """Words for the part that another organisation has."""
    return {"lead": _("牵头"), "support": _("配合"), "guide": _("指导")}.get(role, dict(ItemUnit.ROLES).get(role, role))


def field_name(name: str) -> str:
    """Words for a field of an item, of a list or of the log."""
    if name in COLUMNS:
        return COLUMNS[name][int(texts.english())]
    return {
        "state": _("办理状态"), "assigned_on": _("下达日期"), "finished": _("办结日期"), "finished_by": _("申请办结"),
        "override": _("人工核定完成率"), "override_reason": _("核定理由"), "late": _("是否迟报"),
        "period": _("报告期"), "assigned": _("随之下达的事项"), "aim": _("本年目标"), "reason": _("事由"),
    }.get(name, name)  # fmt: skip


def history_table(entries: Sequence[queries.Entry], names: Mapping[str, str], *, internal: bool) -> Table:
    """What was done, by whom, from where and why; addresses only for readers of the log."""
    columns = [
        Column("at", _("时间"), nowrap=True), Column("verb", _("办理"), row_head=True), Column("who", _("经办")),
        Column("changed", _("变化"), long=True), Column("reason", _("事由"), long=True),
    ]  # fmt: skip
    if internal:
        columns.append(Column("address", _("来源地址"), nowrap=True))
    rows = [
        {"at": entry.at, "verb": _verb(entry), "who": entry.who, "reason": entry.reason,
         "changed": change_words(entry.before, entry.after, names, report=entry.verb.endswith("_report")),
         "address": entry.address}
        for entry in entries
    ]  # fmt: skip
    return Table(
        "history", _("办理记录"), columns, rows, tight=True, empty=_("没有逐项记录；事项由方案分解时整批记入日志。")
    )


def _verb(entry: queries.Entry) -> str:
    verb = entry.verb.removeprefix("execution.")
    known = {
        "add_item": _("新增"), "change_item": _("修改"), "override_percent": _("核定完成率"),
        "spread_duties": _("方案分解"), "write_report": _("填写报告"), "open_reports": _("生成报告"),
        "draft_work_plan": _("起草"), "set_aim": _("写本年目标"), "take_out": _("移出计划"),
        "comment_report": _("批注报告"), "take_over_item": _("接续办理"),
        "attach_evidence": _("附材料"), "strike_evidence": _("作废材料"),
    }  # fmt: skip
    if verb in known:
        return known[verb]
    for thing in ("_work_plan", "_item", "_report"):
        if verb.endswith(thing):
            words = work_common.move_name(verb.removesuffix(thing))
            return _("%(move)s报告") % {"move": words} if thing == "_report" else words
    return verb


def change_words(
    before: Mapping[str, Any] | None, after: Mapping[str, Any] | None, names: Mapping[str, str], *, report: bool = False
) -> str:
    """What became different, field by field; what had no value before is told alone. `report`: of a report's move."""
    after = after or {}
    if before is None:
        return ""
    told = []
    for name, value in after.items():
        if name in _SILENT or before.get(name) == value:
            continue
        words = value_words(name, value, names, report=report)
        if name in before:
            words = f"{value_words(name, before[name], names, report=report)} → {words}"
        told.append(f"{field_name(name)}{_('：')}{words}")
    return _("；").join(told)


def value_words(name: str, value: Any, names: Mapping[str, str], *, report: bool = False) -> str:
    """A value of the log in words; a report has states of its own."""
    if value is None or value in ("", []):
        return "—"
    if name == "state":
        return work_common.report_state_name(str(value)) if report else work_common.state_name(str(value))
    if name == "period":
        return texts.period_name(str(value))
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if name == "kind":
        return work_common.kind_name(str(value))
    if name == "cadence":
        return work_common.cadence_name(str(value))
    if name == "organisation":
        return names.get(str(value), str(value))
    if name == "programme":
        return work_common.programme_names().get(str(value), str(value))
    if name == "region":
        return work_common.region_label(str(value))
    if name == "units":
        return texts.listed(f"{role_name(role)} {names.get(code, code)}" for code, role in value)
    if name == "milestones":
        return texts.listed(f"{due or ''} {title} [{weight}]".strip() for title, due, weight in value)
    return texts.listed(value) if isinstance(value, list) else str(value)
