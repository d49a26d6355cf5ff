"""An organisation's board (机构看板): what it owes and how that stands, reports, targets, work plan, people."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from saishang.apps.execution import queries
from saishang.apps.execution.queries import ItemFilter, ReportFilter
from saishang.apps.execution.queries_boards import (
    Group,
    ReportCount,
    Tally,
    fold,
    report_counts,
    tallies,
)
from saishang.apps.indicators import forecast
from saishang.apps.indicators.queries import RunFacts, TargetRow, target_rows
from saishang.apps.organisations import access
from saishang.apps.organisations.access import Span
from saishang.apps.organisations.queries import OrganisationView, members
from saishang.web import texts
from saishang.web.pages.exports import export
from saishang.web.pages.forecast_words import chance
from saishang.web.pages.organisations_common import organisation_url, role_name, until_words
from saishang.web.pages.runs import about_run, chosen_run
from saishang.web.pages.tables import Cell, Column, Table
from saishang.web.pages.targets import goal_of, target_url
from saishang.web.pages.work_boards_common import (
    ORDER,
    Names,
    about,
    bar,
    board_url,
    items_url,
    letter,
    names,
    patterns,
    reports_url,
    share_words,
    years,
)
from saishang.web.pages.work_common import (
    item_url,
    report_state_name,
    soon,
    standing_look,
    standing_name,
    state_name,
    tabs,
    today,
)
from saishang.web.security import organisation

__all__ = ["page", "targets_owned"]

#: Rows of each list on the page; the lists behind the links hold all.
_MOST = 15


@organisation("view_internal")
@require_safe
def page(request: HttpRequest, code: str) -> HttpResponse:
    """The board of one organisation with everything below it, as far as the reader's reach goes."""
    span, day = access.reach(request.user, "view_internal"), today()
    found = names()
    view = found.organisations.get(code)
    if view is None:
        raise Http404
    said = request.GET.get("year", "")
    year = int(said) if said.isdigit() and int(said) in years(day) else day.year
    rows = tallies(span, ItemFilter(organisation=code), day, soon(), by=("organisation",))
    counts = report_counts(span, date(year, 1, 1), date(year, 12, 31), day, code)
    run = chosen_run(request)
    sentences = about(day, [found.organisation(code), str(year)])
    tables = {
        "late": _late_table(span, code, day, found, sentences),
        "reports": _reports_table(span, code, day, found, sentences),
        "targets": _targets_table(run, view, found, sentences),
        "plan": _plan_table(span, view, year, day, found, sentences),
        "below": _below_table(rows, counts, view, found, span, sentences),
        "people": _people_table(code),
    }
    shown = [table for table in tables.values() if table is not None]
    answer = export(request, shown)
    if answer is not None:
        return answer
    own = fold(rows, lambda row: "own" if row.organisation == code else None).get("own", Group())
    whole = fold(rows, lambda row: "all").get("all", Group())
    all_reports = sum(counts.values(), ReportCount())
    plan = _plan_of(span, view, year)
    context: dict[str, Any] = {
        "tabs": tabs("work-organisation", request), "view": view, "name": texts.both(view.zh, view.en),
        "tables": tables,
        "own": own, "whole": whole, "own_bar": bar(own.counts), "whole_bar": bar(whole.counts), "patterns": patterns(),
        "counts": [(name, standing_name(name), whole.counts[name], standing_look(name),
                    items_url(ItemFilter(organisation=code, standing=name)))
                   for name in ORDER if whole.counts.get(name)],
        "legend": [(letter(name), standing_name(name), bar({name: 1})) for name in ORDER if whole.counts.get(name)],
        "share": share_words(whole.late, whole.dated), "own_reports": counts.get(code, ReportCount()),
        "reports": all_reports,
        "reports_share": share_words(all_reports.late + all_reports.missing, all_reports.due), "year": year,
        "years": years(day), "as_of": day, "run": run, "late_href": items_url(ItemFilter(organisation=code,
                                                                                        standing="late")),
        "reports_href": reports_url(organisation=code, overdue="1"), "has_below": tables["below"] is not None,
        "organisation_href": organisation_url(code),
        "above": [(found.organisation(one), board_url(one)) for one in view.path.split("/")
                  if one and one != code and one in found.organisations
                  and span.covers(found.organisations[one])],
        "plan_state": state_name(plan.state) if plan is not None else "",
    }  # fmt: skip
    return render(request, "work/organisation.html", context)


def _late_table(span: Span, code: str, day: date, found: Names, sentences: list[str]) -> Table:
    columns = [
        Column("title", _("工作事项"), row_head=True), Column("task", _("任务")), Column("owner", _("责任单位")),
        Column("due", _("期限"), nowrap=True), Column("days", _("逾期天数"), _("天"), number=True),
    ]  # fmt: skip
    late = queries.overdue(span, day).filter(organisation__path__contains=f"/{code}/")

    def said(item: Any) -> dict[str, Any]:
        return {
            "title": Cell(found.item(item), href=item_url(item.code)), "task": found.task(item.task),
            "owner": found.organisation(item.organisation.code), "due": item.due, "days": (day - item.due).days,
        }  # fmt: skip

    rows = [said(item) for item in late[:_MOST]]
    return Table("late", _("逾期最久的事项"), columns, rows, about=sentences, tight=True, empty=_("没有逾期的事项。"))


def _reports_table(span: Span, code: str, day: date, found: Names, sentences: list[str]) -> Table:
    columns = [
        Column("title", _("工作事项"), row_head=True), Column("owner", _("责任单位")),
        Column("period", _("报告期"), nowrap=True), Column("due", _("应报日期"), nowrap=True),
        Column("state", _("状态"), nowrap=True),
    ]  # fmt: skip
    owed = queries.reports(span, ReportFilter(organisation=code, overdue=True), day).order_by("due", "pk")[:_MOST]
    rows = [
        {"title": Cell(found.item(row.item), href=reverse("work-report", args=[row.pk])),
         "owner": found.organisation(row.organisation.code), "due": row.due,
         "period": Cell(row.period, text=texts.period_name(row.period)),
         "state": report_state_name(row.state)}
        for row in owed
    ]  # fmt: skip
    return Table("reports", _("欠报的报告"), columns, rows, about=sentences, tight=True, empty=_("没有欠报的报告。"))


def targets_owned(rows: Sequence[TargetRow], view: OrganisationView, found: Names) -> list[TargetRow]:
    """Targets that name an organisation, or one that was merged into it, as their owner; and those of its own region.

    A target of the plan names its owners in words: any name of the organisation counts. A government answers besides
    for what is set for its region, unless the region is the whole.
    """
    codes = {view.code}
    heirs = {one.code: one.successor for one in found.organisations.values() if one.successor}
    while new := {code for code, heir in heirs.items() if heir in codes} - codes:
        codes |= new
    said = set(codes)
    for code in codes:
        one = found.organisations[code]
        said |= {text for text in (one.zh, one.short, *one.aliases) if text}
    region = view.region if view.kind == "government" and view.depth else ""
    return [row for row in rows if said & set(row.owners) or (region and row.region == region)]


def _targets_table(run: RunFacts | None, view: OrganisationView, found: Names, sentences: list[str]) -> Table | None:
    if run is None:
        return None
    columns = [
        Column("title", _("目标"), row_head=True), Column("goal", _("目标值"), nowrap=True),
        Column("year", _("目标年"), nowrap=True), Column("value", _("最新值"), number=True),
        Column("period", _("时段"), nowrap=True), Column("status", _("状态"), nowrap=True),
        Column("chance", _("实现的可能"), nowrap=True), Column("reason", _("理由"), long=True),
    ]  # fmt: skip
    ahead = {(row.target, row.place): row for row in forecast.read(run.id) or () if row.kind == "target"}
    rows = []
    for row in targets_owned(target_rows(run.id, parts=True), view, found):
        told = ahead.get((row.target, row.region))
        known = told is not None and told.probability is not None
        rows.append({
            "title": Cell(texts.both(row.title_zh, row.title_en), href=target_url(row)), "goal": goal_of(row),
            "year": Cell(row.year, text=str(row.year) if row.year else None), "value": row.rounded or None,
            "period": Cell(row.value_period, text=texts.period_name(row.value_period) if row.value_period else None),
            "status": Cell(row.status, state=row.status),
            "chance": chance(told.probability, rough=told.rough) if known and told is not None else None,
            "reason": texts.both(row.reason_zh, row.reason_en),
        })  # fmt: skip
    return Table("targets", _("负责的目标"), columns, rows, about=[*sentences, *about_run(run)], tight=True,
                 empty=_("现行方案没有由这个机构负责的目标。"))  # fmt: skip


def _plan_of(span: Span, view: OrganisationView, year: int) -> Any:
    return queries.work_plans(span, year).filter(organisation__code=view.code).first()


def _plan_table(
    span: Span, view: OrganisationView, year: int, day: date, found: Names, sentences: list[str]
) -> Table:  # fmt: skip
    columns = [
        Column("title", _("工作事项"), row_head=True), Column("aim", _("本年目标"), long=True),
        Column("due", _("期限"), nowrap=True), Column("standing", _("进度状态"), nowrap=True),
    ]  # fmt: skip
    plan = _plan_of(span, view, year)
    lines = [] if plan is None else queries.plan_lines(plan, day, soon())
    rows = [
        {"title": Cell(found.item(line.item), href=item_url(line.item.code)), "aim": line.aim, "due": line.item.due,
         "standing": standing_name(line.item.standing)}  # type: ignore[attr-defined]
        for line in lines
    ]  # fmt: skip
    return Table("plan", _("%(year)s 年度工作计划") % {"year": year}, columns, rows, about=sentences, tight=True,
                 empty=_("还没有这一年的工作计划，或计划里还没有事项。"))  # fmt: skip


def _below_table(
    rows: Sequence[Tally], counts: dict[str, ReportCount], view: OrganisationView, found: Names, span: Span,
    sentences: list[str],
) -> Table | None:  # fmt: skip
    """Each organisation right below with everything under it; None where nothing is below."""
    children = [one for one in found.organisations.values() if one.parent == view.code and one.open]
    if not children:
        return None
    under = {
        code: next((child.code for child in children if one.path.startswith(child.path)), None)
        for code, one in found.organisations.items()
    }
    groups = fold(rows, lambda row: under.get(row.organisation))
    reports: dict[str, ReportCount] = {}
    for code, count in counts.items():
        if (head := under.get(code)) is not None:
            reports[head] = reports.get(head, ReportCount()) + count
    columns = [
        Column("name", _("机构名称"), row_head=True), Column("total", _("工作事项"), number=True),
        *(Column(name, standing_name(name), number=True) for name in ORDER
          if any(group.counts.get(name) for group in groups.values())),
        Column("share", _("逾期比例"), number=True), Column("mean", _("平均完成率"), "%", number=True),
        Column("reports", _("迟报欠报比例"), number=True),
    ]  # fmt: skip
    listed: list[dict[str, Any]] = []
    for child in children:
        group, report = groups.get(child.code, Group()), reports.get(child.code, ReportCount())
        may = span.covers(child)
        listed.append({
            "name": Cell(found.organisation(child.code), href=board_url(child.code) if may else None),
            "total": Cell(group.total, href=items_url(ItemFilter(organisation=child.code)) if group.total else None),
            **{name: Cell(group.counts.get(name, 0), href=items_url(ItemFilter(organisation=child.code, standing=name))
                          if group.counts.get(name) else None) for name in ORDER},
            "share": share_words(group.late, group.dated), "mean": group.mean,
            "reports": share_words(report.late + report.missing, report.due),
        })  # fmt: skip
    return Table("below", _("下级机构（各含其下级）"), columns, listed, about=sentences, tight=True)


def _people_table(code: str) -> Table:
    columns = [
        Column("role", _("角色"), nowrap=True, row_head=True), Column("name", _("姓名")),
        Column("days", _("任期"), nowrap=True),
    ]  # fmt: skip
    rows = [
        {"role": role_name(row.role), "name": Cell(str(row.user), note="" if row.user.is_active else _("账户已停用")),
         "days": until_words(row)}
        for row in members(code)
    ]  # fmt: skip
    return Table("people", _("人员"), columns, rows, tight=True,
                 empty=_("还没有人员。请管理员在机构页授予角色，否则没有人能填报。"))  # fmt: skip
